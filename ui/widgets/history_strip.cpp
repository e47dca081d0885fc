#include "ui/widgets/history_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QToolButton>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {

QString HistoryItem::setting(const QString& key) const {
    for (const auto& [name, value] : settings)
        if (name == key) return value;
    return {};
}

bool HistoryItem::matches(const QStringList& words) const {
    return std::all_of(words.begin(), words.end(), [&](const QString& word) {
        if (title.contains(word, Qt::CaseInsensitive)) return true;
        return std::any_of(settings.begin(), settings.end(), [&](const auto& setting) {
            return setting.second.contains(word, Qt::CaseInsensitive);
        });
    });
}

HistoryStrip::HistoryStrip(QWidget* parent) : QWidget(parent) {
    cells_ = new HistoryCells(this);
    cells_->setObjectName(QStringLiteral("generate.history"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, gap1, 0, 0);
    column->setSpacing(gap1);
    column->addLayout(makeHeading());
    column->addWidget(cells_, 1);

    connect(star_, &QToolButton::toggled, this, &HistoryStrip::filter);
    connect(search_, &QLineEdit::textChanged, this, &HistoryStrip::filter);
    const auto file = [this](int item) { return items_[std::size_t(item)].file; };
    connect(cells_, &HistoryCells::opened, this,
            [this, file](int item) { Q_EMIT opened(file(item)); });
    connect(cells_, &HistoryCells::restored, this,
            [this, file](int item) { Q_EMIT restored(file(item)); });
    connect(cells_, &HistoryCells::menuWanted, this,
            [this, file](int item, QPoint where) { Q_EMIT menuWanted(file(item), where); });
    filter();
}

QHBoxLayout* HistoryStrip::makeHeading() {
    auto* heading = new QHBoxLayout;
    heading->setContentsMargins(gap3, gap1, gap3, 0);
    heading->setSpacing(gap2);
    auto* title = new QLabel(tr("History"), this);
    title->setFont(daguerre::font(Type::Section));
    count_ = new QLabel(this);
    count_->setFont(daguerre::font(Type::Caption));
    count_->setForegroundRole(dimRole);
    star_ = new QToolButton(this);
    star_->setAutoRaise(true);
    setIconOnly(star_, "star", tr("Only favourites"));
    star_->setCheckable(true);
    star_->setObjectName(QStringLiteral("generate.favourites"));
    search_ = new QLineEdit(this);
    search_->setObjectName(QStringLiteral("generate.search"));
    search_->setPlaceholderText(tr("class, seed, sampler, model"));
    search_->setAccessibleName(tr("Search in the history"));
    search_->addAction(icon("search", Token::Dim), QLineEdit::LeadingPosition);
    search_->setClearButtonEnabled(true);
    search_->setFixedWidth(220);
    heading->addWidget(title);
    heading->addWidget(count_);
    heading->addStretch();
    heading->addWidget(star_);
    heading->addWidget(search_);
    return heading;
}

void HistoryStrip::clear() {
    items_.clear();
    filter();
}

void HistoryStrip::add(std::vector<HistoryItem> newer) {
    const QString kept = current() ? current()->file : QString();
    items_.insert(items_.begin(), std::make_move_iterator(newer.begin()),
                  std::make_move_iterator(newer.end()));
    filter();
    setCurrent(kept);
}

void HistoryStrip::append(std::vector<HistoryItem> older) {
    items_.insert(items_.end(), std::make_move_iterator(older.begin()),
                  std::make_move_iterator(older.end()));
    filter();
}

void HistoryStrip::remove(const QString& file) {
    const int index = indexOf(file);
    if (index < 0) return;
    const QString kept = current() ? current()->file : QString();
    items_.erase(items_.begin() + index);
    cells_->setCurrent(-1);
    filter();
    if (kept != file) setCurrent(kept);
}

void HistoryStrip::putBack(const HistoryItem& item) {
    // Paths of a press differ in their seed only: the shorter is the lower.
    const auto before = [&](const HistoryItem& other) {
        return other.file.size() != item.file.size() ? other.file.size() > item.file.size()
                                                     : other.file > item.file;
    };
    auto place = std::find_if(items_.begin(), items_.end(), [&](const HistoryItem& other) {
        return other.press == item.press ? before(other) : other.press < item.press;
    });
    items_.insert(place, item);
    filter();
    setCurrent(item.file);
}

int HistoryStrip::indexOf(const QString& file) const {
    const auto found = std::find_if(items_.begin(), items_.end(),
                                    [&](const HistoryItem& item) { return item.file == file; });
    return found == items_.end() ? -1 : int(found - items_.begin());
}

const HistoryItem* HistoryStrip::find(const QString& file) const {
    const int index = indexOf(file);
    return index < 0 ? nullptr : &items_[std::size_t(index)];
}

void HistoryStrip::setFavourite(const QString& file, bool favourite) {
    const int index = indexOf(file);
    if (index < 0) return;
    items_[std::size_t(index)].favourite = favourite;
    filter();
}

const HistoryItem* HistoryStrip::current() const {
    return cells_->current() < 0 ? nullptr : &items_[std::size_t(cells_->current())];
}

void HistoryStrip::setCurrent(const QString& file) { cells_->setCurrent(indexOf(file)); }

void HistoryStrip::findFocus() {
    search_->setFocus(Qt::ShortcutFocusReason);
    search_->selectAll();
}

void HistoryStrip::filter() {
    const QStringList words = search_->text().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    std::vector<int> shown;
    for (int i = 0; i < int(items_.size()); ++i) {
        const HistoryItem& item = items_[std::size_t(i)];
        if ((!star_->isChecked() || item.favourite) && item.matches(words)) shown.push_back(i);
    }
    const QString number = QLocale().toString(qlonglong(items_.size()));
    const QString all = items_.size() == 1 ? tr("1 picture") : tr("%1 pictures").arg(number);
    count_->setText(items_.empty() ? tr("every finished picture is kept here")
                    : shown.size() == items_.size()
                        ? all
                        : tr("%1 of %2").arg(QLocale().toString(qlonglong(shown.size())), all));
    cells_->lay(&items_, std::move(shown));
}

QString HistoryStrip::describe(const HistoryItem& item) {
    QStringList lines;
    if (!item.title.isEmpty()) lines << item.title;
    for (const auto& [key, value] : item.settings)
        if (key != QLatin1String("Class") && key != QLatin1String("Version") &&
            key != QLatin1String("RNG"))
            lines << tr("%1: %2").arg(key, value);
    return lines.join(QLatin1Char('\n'));
}

}  // namespace daguerre
