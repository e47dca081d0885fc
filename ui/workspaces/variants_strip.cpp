#include "ui/workspaces/variants_strip.h"

#include <QCheckBox>
#include <QFrame>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/session/actions.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int stepsWidth = 280, badgeSize = 18, roomyFrom = 860;

}  // namespace

VariantCells::VariantCells(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("retouch.variants"));
    setAccessibleName(tr("Variants of the last fill"));
    setFocusPolicy(Qt::TabFocus);
    setFixedHeight(cellSize.height());
}

void VariantCells::setImages(std::vector<QImage> images, int current) {
    images_ = std::move(images);
    current_ = current;
    setAccessibleDescription(images_.empty() ? tr("none yet")
                                             : tr("%1 of %2").arg(current + 1).arg(count()));
    updateGeometry();
    setMinimumWidth(sizeHint().width());
    update();
}

QRect VariantCells::cell(int index) const {
    return QStyle::visualRect(layoutDirection(), rect(),
                              {QPoint(index * (cellSize.width() + gap2), 0), cellSize});
}

QSize VariantCells::sizeHint() const {
    return {std::max(count() * (cellSize.width() + gap2) - gap2, 0), cellSize.height()};
}

void VariantCells::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    for (int i = 0; i < count(); ++i) {
        const QRect where = cell(i);
        const QImage& image = images_[std::size_t(i)];
        QPainterPath round;
        round.addRoundedRect(where, radius, radius);
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setClipPath(round);
        painter.fillRect(where, colour(Token::Hover));
        if (!image.isNull()) {
            QRect fitted(QPoint(),
                         image.size().scaled(where.size(), Qt::KeepAspectRatioByExpanding));
            fitted.moveCenter(where.center());
            painter.drawImage(fitted, image);
        } else {
            const QRect sign(where.center() - QPoint(8, 8), QSize(iconSize, iconSize));
            icon("hourglass-split", Token::Dim).paint(&painter, sign);
        }
        painter.restore();
        const QRect badge(where.right() - badgeSize - 3, where.bottom() - badgeSize - 3, badgeSize,
                          badgeSize);
        paintBox(&painter, badge, QColor(0, 0, 0, 180));
        painter.setPen(Qt::white);
        painter.setFont(daguerre::font(Type::Caption));
        painter.drawText(badge, Qt::AlignCenter, locale().toString(i + 1));
        if (i != current_) continue;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour(hasFocus() ? Token::Focus : Token::Accent), 2));
        painter.drawRoundedRect(QRectF(where).adjusted(1, 1, -1, -1), radius, radius);
    }
    if (count() == 0 && hasFocus()) paintFocus(&painter, rect());
}

void VariantCells::mousePressEvent(QMouseEvent* event) {
    for (int i = 0; i < count(); ++i)
        if (cell(i).contains(event->pos()) && !images_[std::size_t(i)].isNull()) Q_EMIT chosen(i);
}

void VariantCells::keyPressEvent(QKeyEvent* event) {
    const int by = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    const int next = current_ + by;
    if (by == 0) return QWidget::keyPressEvent(event);
    if (next >= 0 && next < count() && !images_[std::size_t(next)].isNull()) Q_EMIT chosen(next);
}

VariantsStrip::VariantsStrip(Actions& actions, QWidget* parent)
    : QWidget(parent), cells_(new VariantCells(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(gap3, gap2, gap3, gap2);
    row->setSpacing(gap4);
    auto* line = new QFrame(this);
    line->setFrameShape(QFrame::VLine);
    row->addWidget(makeVariants(actions), 1);
    row->addWidget(line);
    row->addWidget(makeSteps());
    connect(cells_, &VariantCells::chosen, this, &VariantsStrip::chosen);
    showVariants({}, -1, {});
    showSteps(nullptr, {}, false);
}

QWidget* VariantsStrip::makeVariants(Actions& actions) {
    auto* part = new QWidget(this);
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap2);
    auto* heading = new QHBoxLayout;
    heading->setSpacing(gap2);
    auto* title = new QLabel(tr("Variants"), part);
    title->setFont(daguerre::font(Type::Section));
    words_ = new QLabel(part);
    words_->setFont(daguerre::font(Type::Caption));
    words_->setForegroundRole(dimRole);
    words_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    preview_ = new QCheckBox(tr("Preview"), part);
    preview_->setObjectName(QStringLiteral("retouch.preview"));
    preview_->setToolTip(tr("While you brush, show at once what a quick fill would look like"));
    onRelease_ = new QCheckBox(tr("Fill on release"), part);
    onRelease_->setObjectName(QStringLiteral("retouch.release"));
    onRelease_->setToolTip(tr("Fill after each stroke (A)"));
    heading->addWidget(title);
    heading->addWidget(words_, 1);
    heading->addWidget(preview_);
    heading->addWidget(onRelease_);
    column->addLayout(heading);
    auto* inside = new QWidget;
    auto* row = new QHBoxLayout(inside);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap2);
    another_ = new QToolButton(inside);
    another_->setObjectName(QStringLiteral("retouch.another"));
    another_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    another_->setText(tr("Another"));
    another_->setIcon(icon("plus-lg"));
    another_->setFixedHeight(VariantCells::cellSize.height());
    another_->setToolTip(actions.tip("another"));
    connect(another_, &QToolButton::clicked, this, &VariantsStrip::anotherWanted);
    row->addWidget(cells_);
    row->addWidget(another_);
    row->addStretch();
    auto* area = new QScrollArea(part);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    area->setWidgetResizable(true);
    area->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(inside);
    area->setMinimumHeight(VariantCells::cellSize.height());
    column->addWidget(area, 1);
    return part;
}

QWidget* VariantsStrip::makeSteps() {
    auto* part = new QWidget(this);
    part->setFixedWidth(stepsWidth);
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap2);
    auto* heading = new QHBoxLayout;
    title_ = new QLabel(part);
    title_->setFont(daguerre::font(Type::Section));
    film_ = new QPushButton(tr("Film…"), part);
    film_->setObjectName(QStringLiteral("retouch.film"));
    film_->setIcon(icon("film"));
    film_->setFlat(true);
    heading->addWidget(title_, 1);
    heading->addWidget(film_);
    column->addLayout(heading);
    noSteps_ = new QLabel(
        tr("Heal, Dream and models can be watched while they work, and again afterwards."), part);
    noSteps_->setFont(daguerre::font(Type::Caption));
    noSteps_->setForegroundRole(dimRole);
    noSteps_->setWordWrap(true);
    column->addWidget(noSteps_);
    steps_ = new DenoiseView(DenoiseView::Form::Compact, part);
    steps_->setObjectName(QStringLiteral("retouch.steps"));
    steps_->canvas()->hide();  // the photo's own canvas shows the pictures
    steps_->transport()->slider()->setObjectName(QStringLiteral("retouch.scrub"));
    column->addWidget(steps_);
    column->addStretch();
    connect(film_, &QPushButton::clicked, this, &VariantsStrip::filmWanted);
    return part;
}

void VariantsStrip::resizeEvent(QResizeEvent*) { words_->setVisible(width() >= roomyFrom); }

void VariantsStrip::showVariants(std::vector<QImage> images, int current, const QString& words) {
    words_->setText(words.isEmpty() ? tr("appear here after a fill") : words);
    words_->setToolTip(words);
    cells_->setVisible(!images.empty());
    cells_->setImages(std::move(images), current);
}

void VariantsStrip::setAnotherPossible(bool possible, const QString& why) {
    another_->setEnabled(possible);
    if (!why.isEmpty()) another_->setToolTip(why);
}

void VariantsStrip::showSteps(const std::shared_ptr<Frames>& frames, const QString& title,
                              bool live) {
    title_->setText(frames ? title : tr("How it comes about"));
    film_->setVisible(frames != nullptr);
    film_->setEnabled(!live);
    steps_->setVisible(frames != nullptr);
    noSteps_->setVisible(!frames);
    if (live)
        steps_->record(frames);
    else
        steps_->setFrames(frames);
}

}  // namespace daguerre
