#include "ui/workspaces/dataset_panel.h"

#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "core/data/datasets.h"
#include "ui/session/actions.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int panelWidth = 332;

QString number(std::int64_t value) { return QLocale().toString(qlonglong(value)); }

QString sizeText(int width, int height, int channels) {
    const QString size = width > 0 && height > 0
                             ? DatasetPanel::tr("%1 × %2").arg(width).arg(height)
                             : DatasetPanel::tr("sizes differ");
    if (channels == 0) return size;
    return channels == 1 ? DatasetPanel::tr("%1, grey").arg(size)
                         : DatasetPanel::tr("%1, colour").arg(size);
}

QString link(const std::string& address) {
    const QString text = QString::fromStdString(address).toHtmlEscaped();
    if (!text.startsWith(QLatin1String("http"))) return text;
    return QStringLiteral("<a href=\"%1\">%2</a>")
        .arg(text, QString(text).replace(QLatin1Char('/'), QStringLiteral("/\u200B")));
}

}  // namespace

DatasetPanel::DatasetPanel(Actions& actions, QWidget* parent) : QWidget(parent) {
    setFixedWidth(panelWidth);
    title_ = new QLabel(this);
    title_->setObjectName(QStringLiteral("datasets.title"));
    title_->setFont(daguerre::font(Type::Name));
    title_->setWordWrap(true);
    title_->setContentsMargins(gap4, gap3, gap4, gap2);
    title_->setTextFormat(Qt::PlainText);
    segments_ = new Segments({tr("About"), tr("Numbers"), tr("Problems"), tr("Seen")}, this);
    segments_->setObjectName(QStringLiteral("datasets.pages"));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(gap3, 0, gap3, gap2);
    row->addWidget(segments_);
    row->addStretch();
    pages_ = new QStackedWidget(this);
    addPage(makeAbout());
    train_ = new QPushButton(tr("Train on this"), this);
    train_->setObjectName(QStringLiteral("datasets.train"));
    train_->setIcon(icon("arrow-right", Token::OnAccent));
    setMark(train_, Mark::Primary);
    QAction* train = actions["train-on"];
    connect(train_, &QPushButton::clicked, train, &QAction::trigger);
    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(gap4, gap3, gap4, gap3);
    foot->addWidget(train_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title_);
    column->addLayout(row);
    column->addWidget(pages_, 1);
    column->addWidget(hairline(this));
    column->addLayout(foot);
    connect(segments_, &Segments::chosen, this, [this](int page) {
        setPage(page);
        Q_EMIT pageChosen(page);
    });
}

QWidget* DatasetPanel::makeAbout() {
    about_ = new QWidget;
    auto* column = new QVBoxLayout(about_);
    column->setContentsMargins(gap4, gap2, gap4, gap3);
    rows_ = new QFormLayout;
    rows_->setHorizontalSpacing(gap3);
    rows_->setVerticalSpacing(gap2);
    column->addLayout(rows_);
    column->addStretch();
    return about_;
}

void DatasetPanel::addPage(QWidget* page) { pages_->addWidget(scrolling(page, pages_)); }

void DatasetPanel::setPage(int page) {
    segments_->setCurrent(page);
    if (page < pages_->count()) pages_->setCurrentIndex(page);
}

int DatasetPanel::page() const { return segments_->current(); }

void DatasetPanel::addRow(const QString& name, const QString& value) {
    if (value.isEmpty()) return;
    auto* label = new QLabel(name, about_);
    label->setForegroundRole(dimRole);
    auto* words = new QLabel(value, about_);
    words->setWordWrap(true);
    words->setOpenExternalLinks(true);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse);
    rows_->addRow(label, words);
}

void DatasetPanel::show(const DatasetEntry& entry, const AllSplits* dataset, bool whole) {
    const auto& all = datasets();
    const auto row = std::find_if(all.begin(), all.end(),
                                  [&](const DatasetRow& any) { return any.id == entry.name; });
    const bool known = row != all.end();
    title_->setText(known ? QString::fromStdString(row->title) : entry.title);
    while (rows_->rowCount() > 0) rows_->removeRow(0);
    if (dataset) {
        const DatasetInfo& info = dataset->info();
        addRow(tr("Images"), sizeText(info.width, info.height, info.channels));
        if (!info.classes.empty()) addRow(tr("Classes"), number(std::int64_t(info.classes.size())));
        for (std::size_t part = 0; part < dataset->parts().size(); ++part) {
            const QString split = QString::fromStdString(dataset->split_name(part));
            addRow(split == QLatin1String("train")  ? tr("To train")
                   : split == QLatin1String("test") ? tr("To test")
                                                    : tr("To validate"),
                   number(dataset->parts()[part]->info().count));
        }
        if (!whole) addRow(tr("So far"), tr("still being listed"));
        addRow(tr("Licence"), QString::fromStdString(info.licence).toHtmlEscaped());
        addRow(tr("Source"), link(info.source));
        if (!info.left_out.empty())
            addRow(tr("Broken"), tr("%n file(s) found so far", nullptr, int(info.left_out.size())));
    } else if (known) {
        addRow(tr("Images"), sizeText(row->width, row->height, row->channels));
        if (!row->classes.empty()) addRow(tr("Classes"), number(std::int64_t(row->classes.size())));
        addRow(tr("To train"), number(row->train_count));
        if (row->test_count > 0) addRow(tr("To test"), number(row->test_count));
        addRow(tr("Licence"), QString::fromStdString(row->licence).toHtmlEscaped());
        addRow(tr("Source"), link(row->source));
    }
    if (!entry.folder.empty())
        addRow(tr("Lies in"),
               link(entry.folder.string()).replace(QLatin1Char('/'), QStringLiteral("/\u200B")));
}

void DatasetPanel::setTrainPossible(const QString& why) {
    train_->setEnabled(why.isEmpty());
    train_->setToolTip(why.isEmpty() ? tr("Train on this (Ctrl+Enter)") : why);
}

}  // namespace daguerre
