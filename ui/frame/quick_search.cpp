#include "ui/frame/quick_search.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int fieldWidth = 440, rowHeight = 30, mostRows = 12;

/// Icon, words, and the detail at the end of the line; what can't be done now is greyed.
class Row : public QStyledItemDelegate {
public:
    Row(const std::vector<SearchHit>& found, QObject* parent)
        : QStyledItemDelegate(parent), found_(found) {}

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {0, rowHeight};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const SearchHit& finding = found_[std::size_t(index.row())];
        const bool chosen = option.state & QStyle::State_Selected;
        if (chosen) paintBox(painter, option.rect, colour(Token::Selection));
        const QRect sign(option.rect.left() + gap2, option.rect.center().y() - 7, iconSize,
                         iconSize);
        if (!finding.icon.isNull())
            finding.icon.paint(painter, sign, Qt::AlignCenter,
                               finding.possible ? QIcon::Normal : QIcon::Disabled);
        const QRect line = option.rect.adjusted(2 * gap2 + iconSize, 0, -gap3, 0);
        painter->setFont(option.font);
        painter->setPen(colour(finding.possible ? Token::Text : Token::Control));
        const QString words =
            option.fontMetrics.elidedText(finding.words, Qt::ElideMiddle, line.width());
        painter->drawText(line, Qt::AlignVCenter | Qt::AlignLeft, words);
        const int taken = option.fontMetrics.horizontalAdvance(words) + gap4;
        painter->setPen(colour(finding.possible ? Token::Dim : Token::Control));
        const QString detail =
            option.fontMetrics.elidedText(finding.detail, Qt::ElideRight, line.width() - taken);
        painter->drawText(line, Qt::AlignVCenter | Qt::AlignRight, detail);
    }

private:
    const std::vector<SearchHit>& found_;
};

}  // namespace

int fitOf(const QString& typed, const QString& words) {
    const QString wish = typed.trimmed().toLower(), text = words.toLower();
    if (wish.isEmpty()) return 1;
    if (text.startsWith(wish)) return 4;
    const qsizetype at = text.indexOf(wish);
    if (at > 0) return text[at - 1].isLetterOrNumber() ? 2 : 3;
    QString initials;
    for (qsizetype i = 0; i < text.size(); ++i)
        if (text[i].isLetterOrNumber() && (i == 0 || text[i - 1].isSpace())) initials += text[i];
    return initials.startsWith(wish) ? 2 : 0;
}

QuickSearch::QuickSearch(Session& session, std::function<std::vector<SearchHit>()> settings,
                         QWidget* parent)
    : QLineEdit(parent),
      session_(session),
      settings_(std::move(settings)),
      list_(new QListWidget(parent->window())) {
    setObjectName(QStringLiteral("palette.input"));
    const QString words = session.actions()["find"]->text();
    setPlaceholderText(words);
    setAccessibleName(words);
    setMaximumWidth(fieldWidth);
    addAction(icon("search", Token::Dim), QLineEdit::LeadingPosition);
    list_->setObjectName(QStringLiteral("palette.list"));
    list_->setAccessibleName(words);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setMouseTracking(true);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setItemDelegate(new Row(found_, list_));
    setMark(list_, Mark::Card);
    list_->hide();
    connect(this, &QLineEdit::textEdited, this, &QuickSearch::refresh);
    connect(list_, &QListWidget::clicked, this,
            [this](const QModelIndex& index) { choose(index.row()); });
}

void QuickSearch::open() {
    setFocus(Qt::ShortcutFocusReason);
    selectAll();
    refresh();
}

std::vector<SearchHit> QuickSearch::all() const {
    std::vector<SearchHit> findings;
    for (const ActionRow& row : actionRows()) {
        if (std::string_view(row.id) == "find") continue;
        QAction* action = session_.actions()[row.id];
        const bool possible = action->isEnabled();
        findings.push_back({*row.icon ? icon(row.icon, Token::Dim) : QIcon(), action->text(),
                            possible ? action->shortcut().toString(QKeySequence::NativeText)
                                     : session_.actions().whyNot(row.id),
                            possible, [action] { action->trigger(); }});
    }
    for (SearchHit& setting : settings_()) findings.push_back(std::move(setting));
    for (const ModelEntry& entry : session_.models())
        findings.push_back({icon("box", Token::Dim),
                            tr("Model %1").arg(QString::fromStdString(entry.id)),
                            entry.id == session_.modelName() ? tr("open") : QString(), true,
                            [this, id = entry.id] { session_.openModel(id); }});
    return findings;
}

void QuickSearch::refresh() {
    struct Fit {
        int fit;
        SearchHit finding;
    };
    std::vector<Fit> fits;
    for (SearchHit& finding : all())
        if (const int fit = fitOf(text(), finding.words))
            fits.push_back({2 * fit + finding.possible, std::move(finding)});
    std::stable_sort(fits.begin(), fits.end(),
                     [](const Fit& a, const Fit& b) { return a.fit > b.fit; });
    list_->clear();
    found_.clear();
    for (Fit& fit : fits) found_.push_back(std::move(fit.finding));
    for (const SearchHit& finding : found_) list_->addItem(finding.words);
    list_->setCurrentRow(found_.empty() ? -1 : 0);
    const QPoint corner = mapTo(window(), QPoint(0, height() + gap1));
    const int rows = std::min(int(found_.size()), mostRows);
    list_->setGeometry(corner.x(), corner.y(), width(), rows * rowHeight + 2 * gap1);
    list_->setVisible(hasFocus() && rows > 0);
    list_->raise();
}

void QuickSearch::choose(int row) {
    if (row < 0 || row >= int(found_.size()) || !found_[std::size_t(row)].possible) return;
    const std::function<void()> act = found_[std::size_t(row)].act;
    close();
    act();
}

void QuickSearch::close() {
    clear();
    list_->hide();
    clearFocus();
}

bool QuickSearch::event(QEvent* event) {
    // Escape closes the list; it must not stop what is being made.
    if (event->type() == QEvent::ShortcutOverride &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape)
        event->accept();
    return QLineEdit::event(event);
}

void QuickSearch::keyPressEvent(QKeyEvent* event) {
    const int rows = list_->count(), row = list_->currentRow();
    switch (event->key()) {
        case Qt::Key_Down:
            return list_->setCurrentRow(std::min(row + 1, rows - 1));
        case Qt::Key_Up:
            return list_->setCurrentRow(std::max(row - 1, 0));
        case Qt::Key_Return:
        case Qt::Key_Enter:
            return choose(row);
        case Qt::Key_Escape:
            return close();
        default:
            QLineEdit::keyPressEvent(event);
    }
}

void QuickSearch::focusInEvent(QFocusEvent* event) {
    QLineEdit::focusInEvent(event);
    // Passing by with Tab, or coming back to the window, opens nothing.
    if (event->reason() == Qt::MouseFocusReason || event->reason() == Qt::ShortcutFocusReason)
        refresh();
}

void QuickSearch::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    list_->hide();
}

void QuickSearch::paintEvent(QPaintEvent* event) {
    QLineEdit::paintEvent(event);
    if (hasFocus() || !text().isEmpty()) return;
    QPainter painter(this);
    painter.setPen(colour(Token::Text));
    painter.setFont(daguerre::font(Type::Caption));
    painter.drawText(rect().adjusted(0, 0, -gap2 - 2, 0), Qt::AlignVCenter | Qt::AlignRight,
                     session_.actions()["find"]->shortcut().toString(QKeySequence::NativeText));
}

}  // namespace daguerre
