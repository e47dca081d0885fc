#include "ui/widgets/style.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QProxyStyle>
#include <QScrollBar>
#include <QSlider>
#include <QStyleOption>
#include <QToolButton>

#include "ui/widgets/icons.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

bool has(const QStyleOption* option, QStyle::StateFlag flag) { return option->state & flag; }

/// Whether a button shows that it has the focus: fields always do, buttons when it came by a key.
bool isRinged(const QStyleOption* option) {
    return has(option, QStyle::State_HasFocus) && has(option, QStyle::State_KeyboardFocusChange);
}

bool isPrimary(const QWidget* widget) { return markOf(widget) == Mark::Primary; }

/// Whether a field stands inside something that has an edge of its own.
bool isInner(const QWidget* widget) {
    return widget && (qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) ||
                      qobject_cast<const QComboBox*>(widget->parentWidget()));
}

class Style : public QProxyStyle {
public:
    Style() : QProxyStyle(QStringLiteral("fusion")) {}

    void polish(QWidget* widget) override {
        QProxyStyle::polish(widget);
        if (qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget) ||
            qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QLineEdit*>(widget) ||
            qobject_cast<QSlider*>(widget) || qobject_cast<QScrollBar*>(widget))
            widget->setAttribute(Qt::WA_Hover);
    }
    using QProxyStyle::polish;

    int pixelMetric(PixelMetric metric, const QStyleOption* option,
                    const QWidget* widget) const override {
        switch (metric) {
            case PM_ButtonShiftHorizontal:
            case PM_ButtonShiftVertical:
            case PM_MenuBarPanelWidth:
            case PM_MenuBarVMargin:
            case PM_MenuBarItemSpacing:
            case PM_ScrollView_ScrollBarSpacing:
            case PM_ToolBarFrameWidth:
                return 0;
            case PM_MenuBarHMargin:
                return gap2;
            case PM_MenuPanelWidth:
                return 1;
            case PM_MenuVMargin:
                return gap1;
            case PM_MenuHMargin:
                return gap1;
            case PM_SplitterWidth:
                return 5;
            case PM_IndicatorWidth:
            case PM_IndicatorHeight:
                return 16;
            case PM_SliderThickness:
            case PM_SliderControlThickness:
                return 20;
            case PM_SliderLength:
                return sliderHandle;
            case PM_ScrollBarExtent:
                return 12;
            case PM_ScrollBarSliderMin:
                return 32;
            case PM_SmallIconSize:
            case PM_ButtonIconSize:
            case PM_ToolBarIconSize:
                return iconSize;
            case PM_CheckBoxLabelSpacing:
                return gap2;
            default:
                return QProxyStyle::pixelMetric(metric, option, widget);
        }
    }

    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* result) const override {
        switch (hint) {
            case SH_ComboBox_Popup:
            case SH_ScrollBar_Transient:
            case SH_DialogButtonBox_ButtonsHaveIcons:
                return 0;
            case SH_EtchDisabledText:
            case SH_DitherDisabledText:
            case SH_UnderlineShortcut:
                return 0;
            case SH_Slider_AbsoluteSetButtons:
                return Qt::LeftButton;
            case SH_ToolTip_WakeUpDelay:
                return 500;
            default:
                return QProxyStyle::styleHint(hint, option, widget, result);
        }
    }

    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
                           const QWidget* widget) const override {
        QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
        switch (type) {
            case CT_PushButton:
                size = {contents.width() + 2 * gap3 + (isPrimary(widget) ? gap1 : 0) + iconGap - 4,
                        isPrimary(widget) ? primaryHeight : controlHeight};
                break;
            case CT_ToolButton:
                size = toolButtonSize(option, contents, widget);
                break;
            case CT_LineEdit:
            case CT_ComboBox:
            case CT_SpinBox:
                if (!isInner(widget)) size.setHeight(std::max(contents.height(), controlHeight));
                break;
            case CT_CheckBox:
                size.setHeight(std::max(size.height(), 24));
                break;
            case CT_MenuBarItem:
                size = {contents.width() + 2 * gap3, 26};
                break;
            case CT_MenuItem:
                size = menuItemSize(*option, size);
                break;
            default:
                break;
        }
        return size;
    }

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        switch (element) {
            case PE_PanelButtonCommand:
                return drawButton(option, painter, widget);
            case PE_PanelButtonTool:
                return drawToolButton(option, painter, widget);
            case PE_FrameFocusRect:
                if (qobject_cast<const QToolButton*>(widget) && isRinged(option))
                    paintFocus(painter, widget->rect());
                return;
            case PE_FrameDefaultButton:
            case PE_IndicatorToolBarSeparator:
                return;
            case PE_PanelLineEdit:
            case PE_FrameLineEdit:
                if (element == PE_PanelLineEdit && !isInner(widget)) paintField(painter, *option);
                return;
            case PE_Frame:
                if (markOf(widget) == Mark::Card) return paintCard(painter, option->rect);
                return QProxyStyle::drawPrimitive(element, option, painter, widget);
            case PE_FrameMenu:
            case PE_PanelTipLabel:
                return paintBox(painter, option->rect, colour(Token::Raised), colour(Token::Groove),
                                0);
            case PE_PanelMenu:
                return painter->fillRect(option->rect, colour(Token::Raised));
            case PE_IndicatorCheckBox:
                return paintCheck(painter, *option);
            case PE_IndicatorArrowDown:
                return paintArrow(painter, option->rect, "chevron-down");
            case PE_IndicatorArrowUp:
                return paintArrow(painter, option->rect, "chevron-up");
            default:
                return QProxyStyle::drawPrimitive(element, option, painter, widget);
        }
    }

    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override {
        switch (element) {
            case CE_PushButtonLabel:
                return drawButtonLabel(option, painter, widget);
            case CE_MenuBarEmptyArea:
                return painter->fillRect(option->rect, colour(Token::Window));
            case CE_MenuBarItem:
                return paintMenuBarItem(painter,
                                        *qstyleoption_cast<const QStyleOptionMenuItem*>(option));
            case CE_MenuItem:
                return paintMenuItem(painter,
                                     *qstyleoption_cast<const QStyleOptionMenuItem*>(option));
            case CE_Splitter:
                return paintSplitter(painter, option->rect, has(option, State_Horizontal),
                                     has(option, State_MouseOver));
            case CE_ProgressBar:
                return drawProgress(option, painter, widget);
            case CE_ShapedFrame:
                return drawFrame(option, painter, widget);
            case CE_ComboBoxLabel:
                return drawComboLabel(option, painter, widget);
            case CE_ToolButtonLabel:
                return drawToolButtonLabel(option, painter, widget);
            default:
                return QProxyStyle::drawControl(element, option, painter, widget);
        }
    }

    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                            QPainter* painter, const QWidget* widget) const override {
        switch (control) {
            case CC_ComboBox:
                return drawCombo(option, painter);
            case CC_SpinBox:
                return drawSpin(option, painter, widget);
            case CC_Slider:
                return drawSlider(option, painter, widget);
            case CC_ScrollBar:
                return drawScrollBar(option, painter, widget);
            default:
                return QProxyStyle::drawComplexControl(control, option, painter, widget);
        }
    }

    QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part,
                         const QWidget* widget) const override {
        const QRect rect = option->rect;
        const auto mirrored = [&](const QRect& where) {
            return visualRect(option->direction, rect, where);
        };
        if (control == CC_ComboBox && part == SC_ComboBoxEditField)
            return mirrored(rect.adjusted(gap2 + 1, 1, -gap5, -1));
        if (control == CC_SpinBox) {
            const int left = rect.right() - 19, middle = rect.height() / 2;
            if (part == SC_SpinBoxEditField) return mirrored(rect.adjusted(gap1 + 1, 1, -21, -1));
            if (part == SC_SpinBoxUp) return mirrored({left, rect.top() + 2, 16, middle - 2});
            if (part == SC_SpinBoxDown)
                return mirrored({left, rect.top() + middle, 16, middle - 2});
        }
        if (control == CC_ScrollBar) return scrollBarRect(option, part, widget);
        return QProxyStyle::subControlRect(control, option, part, widget);
    }

private:
    QSize toolButtonSize(const QStyleOption* option, const QSize& contents,
                         const QWidget* widget) const {
        const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
        if (!button || button->toolButtonStyle == Qt::ToolButtonTextUnderIcon) return contents;
        if (button->text.isEmpty() || button->toolButtonStyle == Qt::ToolButtonIconOnly)
            return {controlHeight, controlHeight};
        const int margin = markOf(widget) == Mark::Segment ? gap3 : gap2;
        return {contents.width() + 2 * margin, controlHeight};
    }

    void drawButton(const QStyleOption* option, QPainter* painter, const QWidget* widget) const {
        QColor fill = colour(Token::Hover);
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool flat = button && button->features & QStyleOptionButton::Flat;
        const bool over = has(option, State_MouseOver) && has(option, State_Enabled);
        if (isPrimary(widget))
            fill = has(option, State_Enabled) ? colour(Token::Accent) : colour(Token::Hover);
        else if (flat && !over && !has(option, State_Sunken))
            fill = Qt::transparent;
        if (has(option, State_On) && !isPrimary(widget)) fill = colour(Token::Selection);
        if (over && !flat) fill = towards(fill, colour(Token::Text), 0.08);
        if (has(option, State_Sunken)) fill = towards(fill, colour(Token::Base), 0.25);
        paintBox(painter, option->rect, fill);
        if (isRinged(option)) paintFocus(painter, option->rect);
    }

    void drawToolButton(const QStyleOption* option, QPainter* painter,
                        const QWidget* widget) const {
        const bool segment = markOf(widget) == Mark::Segment;
        const auto* button = qobject_cast<const QToolButton*>(widget);
        const bool flat = button && button->autoRaise();
        QColor fill = segment || !flat ? colour(Token::Hover) : Qt::transparent;
        if (has(option, State_MouseOver) && has(option, State_Enabled))
            fill = segment ? towards(fill, colour(Token::Text), 0.08) : colour(Token::Hover);
        if (has(option, State_On)) fill = colour(Token::Selection);
        if (has(option, State_Sunken))
            fill = towards(colour(Token::Hover), colour(Token::Base), 0.25);
        if (segment)
            paintSegment(painter, widget, fill);
        else if (fill != Qt::transparent)
            paintBox(painter, option->rect, fill);
    }

    void drawButtonLabel(const QStyleOption* option, QPainter* painter,
                         const QWidget* widget) const {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool enabled = has(option, State_Enabled);
        painter->setPen(isPrimary(widget) && enabled ? colour(Token::OnAccent)
                                                     : option->palette.color(QPalette::ButtonText));
        paintLabel(painter, *option, button->icon, button->text);
    }

    void drawToolButtonLabel(const QStyleOption* option, QPainter* painter,
                             const QWidget* widget) const {
        const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
        if (button->toolButtonStyle != Qt::ToolButtonTextBesideIcon || button->icon.isNull())
            return QProxyStyle::drawControl(CE_ToolButtonLabel, option, painter, widget);
        painter->setPen(option->palette.color(QPalette::ButtonText));
        painter->setFont(button->font);
        paintLabel(painter, *option, button->icon, button->text);
    }

    void drawComboLabel(const QStyleOption* option, QPainter* painter,
                        const QWidget* widget) const {
        QStyleOptionComboBox box = *qstyleoption_cast<const QStyleOptionComboBox*>(option);
        const QRect room = subControlRect(CC_ComboBox, &box, SC_ComboBoxEditField, widget);
        box.currentText =
            box.fontMetrics.elidedText(box.currentText, Qt::ElideMiddle, room.width() - 2);
        QProxyStyle::drawControl(CE_ComboBoxLabel, &box, painter, widget);
    }

    void drawProgress(const QStyleOption* option, QPainter* painter, const QWidget* widget) const {
        const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option);
        const int range = bar->maximum - bar->minimum;
        const Mark mark = markOf(widget);
        paintProgress(painter, bar->rect,
                      range > 0 ? double(bar->progress - bar->minimum) / range : 0, bar->direction,
                      colour(mark == Mark::Bad    ? Token::Bad
                             : mark == Mark::Warn ? Token::Warn
                                                  : Token::Accent));
    }

    void drawFrame(const QStyleOption* option, QPainter* painter, const QWidget* widget) const {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        const QRect rect = option->rect;
        if (frame->frameShape == QFrame::HLine)
            painter->fillRect(rect.left(), rect.center().y(), rect.width(), 1,
                              colour(Token::Hairline));
        else if (frame->frameShape == QFrame::VLine)
            painter->fillRect(rect.center().x(), rect.top(), 1, rect.height(),
                              colour(Token::Hairline));
        else
            QProxyStyle::drawControl(CE_ShapedFrame, option, painter, widget);
    }

    void drawCombo(const QStyleOptionComplex* option, QPainter* painter) const {
        paintField(painter, *option);
        QRect arrow(option->rect.right() - 22, option->rect.center().y() - 6, 12, 12);
        arrow = visualRect(option->direction, option->rect, arrow);
        paintArrow(painter, arrow, "chevron-down");
    }

    void drawSpin(const QStyleOptionComplex* option, QPainter* painter,
                  const QWidget* widget) const {
        const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        paintField(painter, *option);
        if (spin->buttonSymbols == QAbstractSpinBox::NoButtons) return;
        for (const SubControl part : {SC_SpinBoxUp, SC_SpinBoxDown}) {
            const QRect rect = subControlRect(CC_SpinBox, option, part, widget);
            if (option->activeSubControls == part && has(option, State_MouseOver))
                paintBox(painter, rect, colour(Token::Hover));
            QRect arrow(0, 0, 8, 8);
            arrow.moveCenter(rect.center());
            paintArrow(painter, arrow, part == SC_SpinBoxUp ? "chevron-up" : "chevron-down");
        }
    }

    void drawSlider(const QStyleOptionComplex* option, QPainter* painter,
                    const QWidget* widget) const {
        const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
        const QRect handle = subControlRect(CC_Slider, option, SC_SliderHandle, widget);
        paintSlider(painter, *slider, handle);
    }

    QRect scrollBarRect(const QStyleOptionComplex* option, SubControl part,
                        const QWidget* widget) const {
        const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
        if (part == SC_ScrollBarAddLine || part == SC_ScrollBarSubLine) return {};
        if (part == SC_ScrollBarGroove) return option->rect;
        return scrollBarPart(*bar,
                             part == SC_ScrollBarSlider    ? 0
                             : part == SC_ScrollBarAddPage ? 1
                                                           : -1,
                             pixelMetric(PM_ScrollBarSliderMin, option, widget));
    }

    void drawScrollBar(const QStyleOptionComplex* option, QPainter* painter,
                       const QWidget* widget) const {
        const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
        painter->fillRect(option->rect, option->palette.color(QPalette::Window));
        if (bar->minimum >= bar->maximum) return;
        const bool over = has(option, State_MouseOver) || has(option, State_Sunken);
        QRect handle = scrollBarRect(option, SC_ScrollBarSlider, widget).adjusted(3, 3, -3, -3);
        paintRound(painter, handle, colour(over ? Token::Control : Token::Groove));
    }
};

}  // namespace

QStyle* makeStyle() { return new Style; }

}  // namespace daguerre
