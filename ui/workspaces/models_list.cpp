#include "ui/workspaces/models_list.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>
#include <chrono>

#include "ui/widgets/sheet.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/quality.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

enum Column { Pictures, Name, Family, Makes, Measured, OnDisk, Columns };
constexpr int modelHeight = 72, pictureSide = 56, shownPictures = 4, pictureGap = 2;
constexpr int headerHeight = 32, wide = 720;  // px; narrower lists show two pictures and no figures

QString whenWords(std::filesystem::file_time_type time) {
    using namespace std::chrono;
    const auto age = duration_cast<hours>(std::filesystem::file_time_type::clock::now() - time);
    if (age.count() < 1) return ModelsList::tr("just now");
    if (age.count() < 24) return ModelsList::tr("%n hour(s) ago", nullptr, int(age.count()));
    return ModelsList::tr("%n day(s) ago", nullptr, int(age.count() / 24));
}

QString originWords(const ModelRow& row) {
    if (!row.trouble.isEmpty()) return ModelsList::tr("can't be opened");
    if (row.entry.bundled) return ModelsList::tr("bundled");
    const QString when = whenWords(row.facts.written);
    return row.facts.run.empty() ? when : ModelsList::tr("run, saved %1").arg(when);
}

QString measuredCell(const ModelRow& row) {
    if (!row.trouble.isEmpty() || !row.info.makes_images) return {};
    const QStringList told = tellingWords(row.evaluations);
    // Without what it is a multiple of, which the panel says.
    return told.isEmpty() ? ModelsList::tr("not measured")
                          : told.front().section(QLatin1String(" ("), 0, 0);
}

/// The titles of the columns, over the words of their cells.
class FlatHeader : public QHeaderView {
public:
    explicit FlatHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
        setFixedHeight(headerHeight);
        setSectionsClickable(false);
    }

protected:
    void paintSection(QPainter* painter, const QRect& rect, int column) const override {
        painter->save();
        painter->fillRect(rect, colour(Token::Window));
        painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1),
                          colour(Token::Hairline));
        painter->setFont(daguerre::font(Type::Caption));
        painter->setPen(colour(Token::Dim));
        painter->drawText(rect.adjusted(gap3, 0, -gap2, 0), Qt::AlignLeading | Qt::AlignVCenter,
                          model()->headerData(column, Qt::Horizontal).toString());
        painter->restore();
    }
};

/// Rows parted by a line; the first column shows pictures, the second a name over a caption.
class RowDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        painter->save();
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, colour(Token::Selection));
        else if (option.state & QStyle::State_MouseOver)
            painter->fillRect(option.rect, colour(Token::Raised));
        painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                          colour(Token::Hairline));
        const QRect inside = option.rect.adjusted(gap3, 0, -gap2, 0);
        if (index.column() == Pictures)
            paintPictures(painter, inside, index.data(Qt::DecorationRole).value<QImage>());
        else if (index.column() == Name)
            paintName(painter, inside, index);
        else
            paintWords(painter, inside, index.data().toString());
        painter->restore();
    }

private:
    static void paintPictures(QPainter* painter, const QRect& inside, const QImage& sheet) {
        const std::vector<QImage> pictures = sheetPictures(sheet);
        const int fitting = (inside.width() + pictureGap) / (pictureSide + pictureGap);
        for (int i = 0; i < std::min(fitting, shownPictures); ++i) {
            const QRect where(inside.left() + i * (pictureSide + pictureGap),
                              inside.center().y() - pictureSide / 2, pictureSide, pictureSide);
            if (pictures.empty())
                painter->fillRect(where, colour(Token::Surround));
            else
                painter->drawImage(where, pictures[std::size_t(i)]);
        }
    }
    static void paintName(QPainter* painter, const QRect& inside, const QModelIndex& index) {
        const QRect above(inside.left(), inside.center().y() - 19, inside.width(), 20);
        painter->setFont(daguerre::font(Type::Section));
        painter->setPen(colour(Token::Text));
        painter->drawText(above, Qt::AlignLeading | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(index.data().toString(),
                                                            Qt::ElideMiddle, above.width()));
        painter->setFont(daguerre::font(Type::Caption));
        painter->setPen(colour(Token::Dim));
        painter->drawText(above.translated(0, 19), Qt::AlignLeading | Qt::AlignVCenter,
                          index.data(Qt::UserRole + 1).toString());
    }
    static void paintWords(QPainter* painter, const QRect& inside, const QString& words) {
        painter->setPen(colour(Token::Text));
        painter->drawText(inside, Qt::AlignLeading | Qt::AlignVCenter, words);
    }
};

}  // namespace

std::vector<QImage> sheetPictures(const QImage& sheet) {
    std::vector<QImage> pictures;
    if (sheetPart(sheet.size(), 0).isEmpty()) return pictures;
    for (int i = 0; i < sheetSide * sheetSide; ++i)
        pictures.push_back(sheet.copy(sheetPart(sheet.size(), i)));
    return pictures;
}

QString makesWords(const ModelInfo& info) {
    if (info.width == 0) return {};
    const QString kind = info.channels == 1 ? ModelsList::tr("grey") : ModelsList::tr("colour");
    return QStringLiteral("%1 × %2 %3").arg(info.width).arg(info.height).arg(kind);
}

ModelsList::ModelsList(QWidget* parent) : QTableWidget(0, Columns, parent) {
    setHorizontalHeader(new FlatHeader(this));
    setHorizontalHeaderLabels(
        {QString(), tr("Model"), tr("Family"), tr("Makes"), tr("Measured"), tr("Size")});
    setItemDelegate(new RowDelegate(this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(modelHeight);
    QHeaderView* header = horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionResizeMode(QHeaderView::Fixed);
    header->setSectionResizeMode(Name, QHeaderView::Stretch);
    header->setMinimumSectionSize(80);
    header->resizeSection(Family, 100);
    header->resizeSection(Makes, 140);
    header->resizeSection(Measured, 150);
    header->resizeSection(OnDisk, 90);
    connect(this, &QTableWidget::itemSelectionChanged, this, &ModelsList::chosenChanged);
    connect(this, &QTableWidget::itemDoubleClicked, this, [this] { Q_EMIT tried(); });
}

void ModelsList::resizeEvent(QResizeEvent* event) {
    const bool narrow = event->size().width() < wide;
    const int pictures = narrow ? shownPictures / 2 : shownPictures;
    setColumnHidden(Measured, narrow);
    horizontalHeader()->resizeSection(Pictures,
                                      pictures * (pictureSide + pictureGap) + gap3 + gap2);
    QTableWidget::resizeEvent(event);
}

void ModelsList::fill(int row, const ModelRow& model) {
    const QString name = QString::fromStdString(model.entry.id);
    const QStringList words{QString(),
                            name,
                            familyWords(model.info.family),
                            makesWords(model.info),
                            measuredCell(model),
                            bytesWords(model.facts.bytes)};
    for (int column = 0; column < Columns; ++column) {
        auto* item = new QTableWidgetItem(words[column]);
        item->setToolTip(model.trouble);
        if (column == Pictures) item->setData(Qt::DecorationRole, model.samples);
        if (column == Name) item->setData(Qt::UserRole + 1, originWords(model));
        item->setData(Qt::AccessibleTextRole,
                      column == Pictures ? tr("Pictures of %1").arg(name) : words[column]);
        setItem(row, column, item);
    }
}

void ModelsList::setRows(std::vector<ModelRow> rows) {
    std::vector<std::string> before;
    for (const ModelRow* row : chosen()) before.push_back(row->entry.id);
    {
        const QSignalBlocker quiet(this);
        clearContents();
        rows_ = std::move(rows);
        setRowCount(int(rows_.size()));
        for (int row = 0; row < rowCount(); ++row) fill(row, rows_[std::size_t(row)]);
        showFitting();
        clearSelection();
        for (const std::string& id : before) choose(id);
        if (selectedItems().isEmpty() && !rows_.empty()) choose(rows_.front().entry.id);
    }
    Q_EMIT chosenChanged();
}

void ModelsList::choose(const std::string& id) {
    for (int row = 0; row < rowCount(); ++row)
        if (at(row)->entry.id == id)
            selectionModel()->select(model()->index(row, 0),
                                     QItemSelectionModel::Select | QItemSelectionModel::Rows);
}

void ModelsList::setSamples(const std::string& id, const QImage& sheet) {
    for (int row = 0; row < rowCount(); ++row)
        if (rows_[std::size_t(row)].entry.id == id) {
            rows_[std::size_t(row)].samples = sheet;
            item(row, Pictures)->setData(Qt::DecorationRole, sheet);
        }
}

void ModelsList::setEvaluations(const std::string& id, const std::vector<Evaluation>& all) {
    for (int row = 0; row < rowCount(); ++row) {
        ModelRow& model = rows_[std::size_t(row)];
        if (model.entry.id != id) continue;
        model.evaluations = all;
        item(row, Measured)->setText(measuredCell(model));
        item(row, Measured)->setData(Qt::AccessibleTextRole, measuredCell(model));
    }
}

void ModelsList::setFilter(const QString& text, const QString& family, bool bundled, bool own) {
    text_ = text.trimmed();
    family_ = family;
    bundled_ = bundled;
    own_ = own;
    showFitting();
}

void ModelsList::showFitting() {
    for (int row = 0; row < rowCount(); ++row) {
        const ModelRow& model = rows_[std::size_t(row)];
        const QString words = QString::fromStdString(model.entry.id + " " + model.info.title + " " +
                                                     model.info.family + " " + model.info.dataset);
        const bool fits = words.contains(text_, Qt::CaseInsensitive) &&
                          (family_.isEmpty() || family_.toStdString() == model.info.family) &&
                          (model.entry.bundled ? bundled_ : own_);
        setRowHidden(row, !fits);
    }
}

const ModelRow* ModelsList::at(int row) const { return &rows_[std::size_t(row)]; }

std::vector<const ModelRow*> ModelsList::chosen() const {
    std::vector<const ModelRow*> rows;
    for (int row = 0; row < rowCount() && row < int(rows_.size()); ++row)
        if (!isRowHidden(row) && selectionModel()->isRowSelected(row)) rows.push_back(at(row));
    return rows;
}

void ModelsList::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) return Q_EMIT tried();
    QTableWidget::keyPressEvent(event);
    // F2 and Delete are the page's.
    if (event->key() == Qt::Key_F2 || event->key() == Qt::Key_Delete) event->ignore();
}

}  // namespace daguerre
