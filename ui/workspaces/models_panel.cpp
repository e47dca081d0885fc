#include "ui/workspaces/models_panel.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <algorithm>

#include "ui/session/actions.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/quality.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int panelWidth = 300, columns = 4;
constexpr std::size_t shownHash = 10;

QLabel* label(const QString& words, QWidget* parent, Type type = Type::Words) {
    auto* made = new QLabel(words, parent);
    made->setFont(daguerre::font(type));
    made->setWordWrap(true);
    made->setTextFormat(Qt::PlainText);
    return made;
}

QLabel* dim(const QString& words, QWidget* parent) {
    QLabel* made = label(words, parent, Type::Caption);
    made->setForegroundRole(dimRole);
    return made;
}

/// The 16 pictures in `width`, each enlarged without smoothing where it is small.
QPixmap enlarged(const QImage& sheet, int width, qreal ratio) {
    const std::vector<QImage> pictures = sheetPictures(sheet);
    if (pictures.empty()) return {};
    constexpr int gap = gap1;
    const int side = (width - (columns - 1) * gap) / columns;
    QPixmap shown(QSize(width, columns * side + (columns - 1) * gap) * ratio);
    shown.setDevicePixelRatio(ratio);
    shown.fill(Qt::transparent);
    QPainter painter(&shown);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, pictures[0].width() > side);
    for (int i = 0; i < columns * columns; ++i)
        painter.drawImage(QRect(i % columns * (side + gap), i / columns * (side + gap), side, side),
                          pictures[std::size_t(i)]);
    return shown;
}

QLabel* samplesLabel(const ModelRow& row, int width, QWidget* parent) {
    auto* shown = new QLabel(parent);
    const QString name = QString::fromStdString(row.entry.id);
    if (row.samples.isNull() || sheetPictures(row.samples).empty()) {
        shown->setText(!row.trouble.isEmpty()   ? row.trouble
                       : !row.info.makes_images ? ModelsPanel::tr("It makes no pictures.")
                                                : ModelsPanel::tr("Its pictures are being made…"));
        shown->setWordWrap(true);
        shown->setForegroundRole(dimRole);
    } else {
        shown->setPixmap(enlarged(row.samples, width, parent->devicePixelRatioF()));
        shown->setAccessibleName(ModelsPanel::tr("16 pictures made with %1").arg(name));
    }
    return shown;
}

void addFact(QGridLayout* grid, const QString& words, const QString& value, QWidget* parent) {
    const int line = grid->rowCount();
    grid->addWidget(dim(words, parent), line, 0, Qt::AlignTop);
    QLabel* said = label(value, parent, Type::Caption);
    said->setTextInteractionFlags(Qt::TextSelectableByMouse);
    grid->addWidget(said, line, 1);
}

QGridLayout* factGrid() {
    auto* grid = new QGridLayout;
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(gap3);
    grid->setVerticalSpacing(gap1);
    grid->setColumnStretch(1, 1);
    return grid;
}

QString shortHash(const std::string& hash) {
    return QString::fromStdString(hash.substr(0, shownHash));
}

}  // namespace

std::vector<std::pair<QString, QString>> modelFactRows(const ModelRow& row) {
    const QLocale locale;
    std::vector<std::pair<QString, QString>> rows;
    const auto add = [&](const QString& words, const QString& value) {
        if (!value.isEmpty()) rows.emplace_back(words, value);
    };
    const auto number = [&](std::int64_t value) {
        return value > 0 ? locale.toString(qlonglong(value)) : QString();
    };
    add(ModelsPanel::tr("Makes"), makesWords(row.info));
    add(ModelsPanel::tr("Classes"), number(std::int64_t(row.info.classes.size())));
    add(ModelsPanel::tr("Parameters"), number(row.info.parameters));
    add(ModelsPanel::tr("Images seen"), number(row.info.images_seen));
    add(ModelsPanel::tr("Trained on"), QString::fromStdString(row.info.dataset));
    add(ModelsPanel::tr("Licence"), QString::fromStdString(row.info.licence));
    add(ModelsPanel::tr("On disk"), bytesWords(row.facts.bytes));
    return rows;
}

ModelsPanel::ModelsPanel(Actions& actions, QWidget* parent) : QWidget(parent), actions_(actions) {
    setFixedWidth(panelWidth);
    area_ = scrolling(new QWidget, this);
    why_ = dim({}, this);
    try_ = new QPushButton(icon("stars", Token::OnAccent), tr("Try it"), this);
    try_->setObjectName(QStringLiteral("models.try"));
    setMark(try_, Mark::Primary);
    connect(try_, &QPushButton::clicked, actions["try-model"], &QAction::trigger);
    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(gap4, gap3, gap4, gap4);
    foot->setSpacing(gap2);
    foot->addWidget(why_);
    foot->addWidget(try_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(area_, 1);
    all->addWidget(hairline(this));
    all->addLayout(foot);
}

void ModelsPanel::show(const std::vector<const ModelRow*>& rows) {
    const bool one = rows.size() == 1;
    const bool opens = one && rows[0]->trouble.isEmpty() && rows[0]->info.makes_images;
    const QString why = rows.empty() ? tr("Choose a model.")
                        : !one       ? tr("Choose one model to try it.")
                        : !rows[0]->info.makes_images
                            ? tr("A classifier tells images apart and makes none.")
                        : !opens ? rows[0]->trouble
                                 : QString();
    why_->setText(why);
    why_->setVisible(!why.isEmpty());
    try_->setEnabled(opens);
    QWidget* content = rows.empty() ? new QWidget : one ? about(*rows[0]) : comparison(rows);
    area_->setWidget(content);  // which deletes the one before
}

QWidget* ModelsPanel::about(const ModelRow& row) {
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(gap4, gap3, gap4, gap3);
    column->setSpacing(gap3);
    auto* heading = new QHBoxLayout;
    heading->addWidget(label(QString::fromStdString(row.entry.id), inside, Type::Name), 1);
    if (!row.samples.isNull()) {
        QLabel* seeds = dim(tr("seeds 0 to 15"), inside);
        seeds->setWordWrap(false);
        heading->addWidget(seeds);
    }
    column->addLayout(heading);
    column->addWidget(samplesLabel(row, panelWidth - 2 * gap4, inside));
    column->addWidget(hairline(inside));
    column->addWidget(lineage(row));
    column->addWidget(hairline(inside));
    QGridLayout* grid = factGrid();
    for (const auto& [words, value] : modelFactRows(row)) addFact(grid, words, value, inside);
    column->addLayout(grid);
    if (!row.evaluations.empty()) {
        column->addWidget(hairline(inside));
        column->addWidget(label(tr("Measured"), inside, Type::Section));
        column->addWidget(qualityTable(row.evaluations.back(), inside));
    }
    for (const std::string& remark : row.info.remarks)
        column->addWidget(dim(QString::fromStdString(remark), inside));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(gap2);
    for (const auto& [id, words] :
         {std::pair("measure-model", tr("Measure…")), std::pair("export-model", tr("Export…")),
          std::pair("rename-model", tr("Rename…"))}) {
        QAction* action = actions_[id];
        auto* button = new QPushButton(words, inside);
        button->setToolTip(actions_.tip(id));
        button->setEnabled(action->isEnabled());
        connect(action, &QAction::enabledChanged, button, &QWidget::setEnabled);
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        buttons->addWidget(button, 1);
    }
    column->addLayout(buttons);
    column->addStretch();
    return inside;
}

/// Dataset, run, state, weights: where it comes from, each a line with what proves it.
QWidget* ModelsPanel::lineage(const ModelRow& row) {
    auto* inside = new QWidget;
    QGridLayout* grid = factGrid();
    inside->setLayout(grid);
    QLabel* title = label(tr("Where it comes from"), inside, Type::Section);
    grid->addWidget(title, 0, 0, 1, 3);
    const auto add = [&](const char* sign, const QString& words, const QString& proof,
                         const char* workspace) {
        const int line = grid->rowCount();
        auto* icon = new QLabel(inside);
        icon->setPixmap(daguerre::icon(sign, Token::Dim).pixmap(iconSize));
        grid->addWidget(icon, line, 0);
        auto* said = new QLabel(inside);
        said->setTextFormat(workspace ? Qt::RichText : Qt::PlainText);
        said->setText(workspace ? QStringLiteral("<a href=\"%1\">%2</a>")
                                      .arg(QLatin1String(workspace), words.toHtmlEscaped())
                                : words);
        said->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
        connect(said, &QLabel::linkActivated, this, &ModelsPanel::workspaceWanted);
        grid->addWidget(said, line, 1);
        QLabel* right = dim(proof, inside);
        right->setWordWrap(false);
        grid->addWidget(right, line, 2, Qt::AlignTrailing);
    };
    const ModelInfo& info = row.info;
    if (info.dataset.empty() && info.run.empty()) {
        grid->addWidget(dim(tr("No record of how this was trained."), inside), 1, 0, 1, 3);
        return inside;
    }
    if (!info.dataset.empty())
        add("grid-3x3-gap", QString::fromStdString(info.dataset), shortHash(info.dataset_sha256),
            "datasets");
    if (!info.run.empty())
        add("graph-up", tr("run %1").arg(QString::fromStdString(info.run)),
            row.facts.run.empty() ? tr("not here") : QString(),
            row.facts.run.empty() ? nullptr : "train");
    if (info.images_seen > 0)
        add("signpost-split", tr("%1 images").arg(QLocale().toString(qlonglong(info.images_seen))),
            {}, nullptr);
    add("box", tr("these weights"), shortHash(row.facts.weights_sha256), nullptr);
    return inside;
}

QWidget* ModelsPanel::comparison(const std::vector<const ModelRow*>& all) {
    std::vector<const ModelRow*> rows(
        all.begin(), all.begin() + std::ptrdiff_t(std::min(all.size(), mostCompared)));
    auto* inside = new QWidget;
    inside->setObjectName(QStringLiteral("models.comparison"));
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(gap4, gap3, gap4, gap3);
    column->setSpacing(gap3);
    column->addWidget(label(tr("The same seeds, and what differs"), inside, Type::Name));
    if (all.size() > rows.size())
        column->addWidget(dim(tr("The first %n are compared.", nullptr, int(rows.size())), inside));
    const int count = int(rows.size());
    const int width = (panelWidth - 2 * gap4 - (count - 1) * gap2) / count;
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(gap2);
    grid->setVerticalSpacing(gap1);
    std::vector<std::vector<std::pair<QString, QString>>> facts;
    for (int i = 0; i < count; ++i) {
        const ModelRow& row = *rows[std::size_t(i)];
        grid->addWidget(label(QString::fromStdString(row.entry.id), inside, Type::Section), 0, i);
        grid->addWidget(samplesLabel(row, width, inside), 1, i, Qt::AlignTop);
        facts.push_back(modelFactRows(row));
        facts.back().emplace_back(tr("Measured"),
                                  tellingWords(row.evaluations).join(QLatin1Char('\n')));
        for (const auto& [key, value] : row.facts.settings)
            facts.back().emplace_back(QString::fromStdString(key), QString::fromStdString(value));
    }
    std::vector<QString> keys;
    for (const auto& mine : facts)
        for (const auto& fact : mine)
            if (std::find(keys.begin(), keys.end(), fact.first) == keys.end())
                keys.push_back(fact.first);
    for (const QString& key : keys) {
        QStringList values;
        for (const auto& mine : facts) {
            const auto found = std::find_if(mine.begin(), mine.end(),
                                            [&](const auto& fact) { return fact.first == key; });
            values += found == mine.end() || found->second.isEmpty() ? QStringLiteral("–")
                                                                     : found->second;
        }
        if (values.count(values.front()) == count) continue;
        const int line = grid->rowCount();
        grid->addWidget(dim(key, inside), line, 0, 1, count);
        for (int i = 0; i < count; ++i)
            grid->addWidget(label(values[i], inside, Type::Caption), line + 1, i, Qt::AlignTop);
    }
    column->addLayout(grid);
    column->addStretch();
    return inside;
}

}  // namespace daguerre
