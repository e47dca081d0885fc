#include "ui/workspaces/dataset_list.h"

#include <QApplication>
#include <QFileInfo>
#include <QLocale>
#include <QPainter>
#include <QSignalBlocker>
#include <QStyledItemDelegate>

#include "core/base/files.h"
#include "core/data/datasets.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int rowHeight = 52, signSide = 20;
constexpr int noteRole = Qt::UserRole + 1, signRole = Qt::UserRole + 2;

/// A name over a dim line, with a sign before.
class RowPainter : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {0, rowHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const QRect row = option.rect.adjusted(gap1, 1, -gap1, -1);
        const bool chosen = option.state & QStyle::State_Selected;
        paintRow(painter, option, row);
        const auto mirrored = [&](const QRect& rect) {
            return QStyle::visualRect(option.direction, row, rect);
        };
        const QString sign = index.data(signRole).toString();
        const QRect place(row.left() + gap2, row.top() + (row.height() - signSide) / 2, signSide,
                          signSide);
        icon(sign.toStdString(), chosen ? Token::Text : Token::Dim).paint(painter, mirrored(place));
        const int left = place.right() + gap3, width = row.right() - gap2 - left;
        const QFont strong = daguerre::font(Type::Section);
        painter->setFont(strong);
        painter->setPen(colour(Token::Text));
        const Qt::Alignment side = Qt::AlignVCenter | Qt::AlignLeading;
        painter->drawText(
            mirrored({left, row.top() + 6, width, 20}), int(side),
            QFontMetrics(strong).elidedText(index.data().toString(), Qt::ElideMiddle, width));
        const QFont small = daguerre::font(Type::Caption);
        painter->setFont(small);
        painter->setPen(colour(chosen ? Token::Text : Token::Dim));
        painter->drawText(
            mirrored({left, row.top() + 27, width, 18}), int(side),
            QFontMetrics(small).elidedText(index.data(noteRole).toString(), Qt::ElideRight, width));
    }
};

const char* signOf(DatasetEntry::Place place) {
    using Place = DatasetEntry::Place;
    if (place == Place::Folder) return "folder2";
    return place == Place::ToGet || place == Place::ByHand ? "download" : "images";
}

DatasetEntry entryOf(const DatasetRow& row) {
    using Place = DatasetEntry::Place;
    DatasetEntry entry{row.id, QString::fromStdString(row.id), {}, Place::Here, {}};
    const QString count = QLocale().toString(qlonglong(row.train_count + row.test_count));
    if (const auto folder = dataset_folder(row)) {
        entry.folder = *folder;
        const std::string bundled = resources_folder().string();
        const bool inside = folder->string().starts_with(bundled);
        entry.place = inside ? Place::Bundled : Place::Here;
        entry.note = inside ? DatasetList::tr("%1, bundled").arg(count)
                            : DatasetList::tr("%1, here").arg(count);
    } else if (row.mirrors.empty()) {
        entry.place = Place::ByHand;
        const std::uint64_t bytes = downloadBytes(row.id);
        entry.note = bytes ? DatasetList::tr("by hand, %1").arg(bytesWords(bytes))
                           : DatasetList::tr("by hand");
    } else {
        entry.place = Place::ToGet;
        entry.note = DatasetList::tr("get, %1").arg(bytesWords(downloadBytes(row.id)));
    }
    return entry;
}

}  // namespace

std::uint64_t downloadBytes(const std::string& id) {
    for (const DatasetRow& row : datasets()) {
        if (row.id != id) continue;
        std::uint64_t total = row.archive.bytes;
        if (total == 0)
            for (const DatasetFile& file : row.files) total += file.bytes;
        return total;
    }
    return 0;
}

std::vector<DatasetEntry> knownDatasets(const QStringList& folders) {
    using Place = DatasetEntry::Place;
    std::vector<DatasetEntry> here, rest;
    for (const DatasetRow& row : datasets()) {
        DatasetEntry entry = entryOf(row);
        (entry.here() ? here : rest).push_back(std::move(entry));
    }
    for (const std::string& id : own_datasets())
        here.push_back({id, QString::fromStdString(id), DatasetList::tr("your own"), Place::Here,
                        home_folder() / "datasets" / id});
    for (const QString& folder : folders) {
        const QFileInfo info(folder);
        here.push_back({folder.toStdString(), info.fileName(),
                        info.exists() ? info.path() : DatasetList::tr("no longer there"),
                        Place::Folder, folder.toStdString()});
    }
    here.insert(here.end(), std::make_move_iterator(rest.begin()),
                std::make_move_iterator(rest.end()));
    return here;
}

DatasetList::DatasetList(QWidget* parent) : QListWidget(parent) {
    setObjectName(QStringLiteral("datasets.list"));
    setAccessibleName(tr("Datasets"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setItemDelegate(new RowPainter(this));
    setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setTabKeyNavigation(false);
    connect(this, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0 && row < int(entries_.size())) Q_EMIT chosen(entries_[std::size_t(row)].name);
    });
}

void DatasetList::setEntries(std::vector<DatasetEntry> entries) {
    const QSignalBlocker quiet(this);
    const std::string kept = current() ? current()->name : std::string();
    entries_ = std::move(entries);
    clear();
    for (const DatasetEntry& entry : entries_) {
        auto* item = new QListWidgetItem(entry.title, this);
        item->setData(noteRole, entry.note);
        item->setData(signRole, QLatin1String(signOf(entry.place)));
        item->setData(Qt::AccessibleTextRole, entry.title + QStringLiteral(", ") + entry.note);
        item->setToolTip(entry.folder.empty() ? entry.note
                                              : QString::fromStdString(entry.folder.string()));
    }
    setCurrent(kept);
}

const DatasetEntry* DatasetList::entry(const std::string& name) const {
    for (const DatasetEntry& entry : entries_)
        if (entry.name == name) return &entry;
    return nullptr;
}

const DatasetEntry* DatasetList::current() const {
    const int row = currentRow();
    return row >= 0 && row < int(entries_.size()) ? &entries_[std::size_t(row)] : nullptr;
}

void DatasetList::setCurrent(const std::string& name) {
    const QSignalBlocker quiet(this);
    const DatasetEntry* found = entry(name);
    setCurrentRow(found ? int(found - entries_.data()) : -1);
}

void DatasetList::setNote(const std::string& name, const QString& note) {
    const DatasetEntry* found = entry(name);
    if (!found) return;
    const auto row = found - entries_.data();
    entries_[std::size_t(row)].note = note;
    item(int(row))->setData(noteRole, note);
}

}  // namespace daguerre
