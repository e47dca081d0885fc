#include "ui/workspaces/models.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <utility>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/image_file.h"
#include "core/metrics/evaluations.h"
#include "core/training/runs.h"
#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/models_panel.h"
#include "ui/workspaces/train_words.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t samples = 16;
constexpr std::size_t keyLength = 16;
constexpr int barHeight = 40;

fs::path cachedSheet(const ModelEntry& entry, const ModelFacts& facts) {
    return home_folder() / "cache" / "samples" /
           (entry.id + "-" + facts.key.substr(0, keyLength) + ".png");
}

QImage sheetFrom(const fs::path& file) {
    try {
        if (file.empty() || !fs::exists(file)) return {};
        return asQImage(std::make_shared<const Image>(read_image(file)));
    } catch (const Error&) {  // made again
        return {};
    }
}

ModelRow rowOf(const ModelEntry& entry, const ModelSource& source) {
    ModelRow row;
    row.entry = entry;
    row.facts = model_facts(entry.folder);
    row.evaluations = evaluations_of(row.facts.weights_sha256);
    try {
        row.info = source.peek(nameInCommands(entry));
    } catch (const Error& error) {
        row.trouble = words(error.sentence());
    }
    row.dataset = row.facts.run.empty() ? row.info.dataset : look_at_run(row.facts.run).dataset;
    row.samples = sheetFrom(row.facts.samples);
    if (sheetPictures(row.samples).empty()) row.samples = sheetFrom(cachedSheet(entry, row.facts));
    return row;
}

/// 4 x 4 pictures of seeds 0 to 15, classes in turn. Width 0: stopped.
Image sheetOf(const Model& model, const OnProgress& on_progress) {
    const GenerateRequest request{.count = samples, .seed = 0};
    const std::vector<Image> images = model.generate(request, model.generate_fields(), on_progress);
    return std::int64_t(images.size()) < samples ? Image{} : grid_of(images, 4);
}

}  // namespace

std::string nameInCommands(const ModelEntry& entry) {
    return entry.folder.empty() || entry.bundled ? entry.id : entry.folder.string();
}

QWidget* makeModels(Session& session) { return new Models(session); }

Models::Models(Session& session) : session_(session) {
    notice_ = new Notice(this);
    notice_->setObjectName(QStringLiteral("models.notice"));
    list_ = new ModelsList(this);
    list_->setObjectName(QStringLiteral("models.list"));
    list_->setAccessibleName(tr("Models"));
    panel_ = new ModelsPanel(session.actions(), this);
    auto* work = new QVBoxLayout;
    work->setSpacing(0);
    work->addWidget(makeBar());
    work->addWidget(notice_);
    work->addWidget(list_, 1);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addLayout(work, 1);
    all->addWidget(hairline(this, QFrame::VLine));
    all->addWidget(panel_);
    connectActions();
    connect(list_, &ModelsList::chosenChanged, this, &Models::chosenChanged);
    connect(list_, &ModelsList::tried, session.actions()["try-model"], &QAction::trigger);
    connect(panel_, &ModelsPanel::workspaceWanted, &session, &Session::showWorkspace);
    connect(&session, &Session::modelsListed, this, &Models::refresh);
    if (session.recovery()) refresh();  // else begin() will tell
}

QWidget* Models::makeBar() {
    auto* bar = new QWidget(this);
    bar->setFixedHeight(barHeight);
    search_ = new QLineEdit(bar);
    search_->setObjectName(QStringLiteral("models.search"));
    search_->setPlaceholderText(tr("name, dataset, family"));
    search_->setAccessibleName(tr("Search in the models"));
    search_->addAction(icon("search", Token::Dim), QLineEdit::LeadingPosition);
    search_->setClearButtonEnabled(true);
    search_->setMaximumWidth(280);
    family_ = new QComboBox(bar);
    family_->setObjectName(QStringLiteral("models.family"));
    family_->setAccessibleName(tr("Family"));
    auto* familyWords = new QLabel(tr("Family"), bar);
    familyWords->setForegroundRole(dimRole);
    familyWords->setBuddy(family_);
    bundled_ = new QCheckBox(tr("Bundled"), bar);
    own_ = new QCheckBox(tr("Mine"), bar);
    for (QCheckBox* box : {bundled_, own_}) {
        box->setChecked(true);
        connect(box, &QCheckBox::toggled, this, &Models::filter);
    }
    bundled_->setObjectName(QStringLiteral("models.bundled"));
    own_->setObjectName(QStringLiteral("models.own"));
    connect(search_, &QLineEdit::textChanged, this, &Models::filter);
    connect(family_, &QComboBox::currentIndexChanged, this, &Models::filter);
    Actions& actions = session_.actions();
    auto* take = new QPushButton(icon("box-arrow-in-down"), tr("Import…"), bar);
    take->setToolTip(actions.tip("import-model"));
    connect(take, &QPushButton::clicked, actions["import-model"], &QAction::trigger);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(gap3, 0, gap3, 0);
    row->setSpacing(gap3);
    row->addWidget(search_, 1);
    row->addWidget(familyWords);
    row->addWidget(family_);
    row->addWidget(bundled_);
    row->addWidget(own_);
    row->addStretch();
    row->addWidget(take);
    row->addWidget(
        menuButton({actions["measure-model"], actions["import-model-file"], actions["link-model"],
                    actions["export-model"], actions["rename-model"], actions["model-folder"],
                    actions["copy-model-command"], actions["trash-model"]},
                   bar));
    return bar;
}

void Models::changeEvent(QEvent* event) {
    // Links and icons are drawn in the colours of the look that they were made in.
    if (panel_ && event->type() == QEvent::PaletteChange) chosenChanged();
    QWidget::changeEvent(event);
}

void Models::connectActions() {
    Actions& actions = session_.actions();
    const auto on = [&](const char* id, auto act) {
        connect(actions[id], &QAction::triggered, this, act);
    };
    on("try-model", [this] {
        const ModelRow* row = current();
        if (!row || !row->trouble.isEmpty()) return;
        session_.openModel(nameInCommands(row->entry));
        session_.showWorkspace(QStringLiteral("generate"));
    });
    on("import-model", [this] { askFolder(false); });
    on("import-model-file", [this] { askFile(); });
    on("link-model", [this] { askFolder(true); });
    on("export-model", [this] { askExport(); });
    on("measure-model", [this] { askMeasure(); });
    on("rename-model", [this] { askName(); });
    on("trash-model", [this] { toTrash(); });
    on("model-folder", [this] {
        if (const ModelRow* row = current())
            QDesktopServices::openUrl(
                QUrl::fromLocalFile(QString::fromStdString(row->entry.folder.string())));
    });
    on("copy-model-command", [this] {
        if (const ModelRow* row = current())
            QGuiApplication::clipboard()->setText(QString::fromStdString(row->facts.command));
    });
    on("search-models", [this] {
        search_->setFocus();
        search_->selectAll();
    });
}

void Models::run(const QString& title, Errand::Work work, bool making) {
    const auto job = makeJob<Errand>(title, std::move(work));
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Failed) say(words(why));
    });
    making ? session_.make(job) : session_.file(job);
}

void Models::say(const QString& sentence) { notice_->say(sentence); }

void Models::refresh() {
    const auto job =
        makeJob<Errand>(tr("Look at the models"),
                        [this, source = session_.source()](const OnProgress&) -> Errand::Then {
                            std::vector<ModelRow> rows;
                            for (const ModelEntry& entry : source.list())
                                rows.push_back(rowOf(entry, source));
                            return [this, rows]() {
                                list_->setRows(rows);
                                showFamilies();
                            };
                        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
}

void Models::showFamilies() {
    const QString before = family_->currentData().toString();
    const QSignalBlocker quiet(family_);
    family_->clear();
    family_->addItem(tr("all"), QString());
    for (const ModelRow& row : list_->rows()) {
        const QString family = QString::fromStdString(row.info.family);
        if (!family.isEmpty() && family_->findData(family) < 0)
            family_->addItem(familyWords(row.info.family), family);
    }
    family_->setCurrentIndex(std::max(family_->findData(before), 0));
}

void Models::filter() {
    list_->setFilter(search_->text(), family_->currentData().toString(), bundled_->isChecked(),
                     own_->isChecked());
    chosenChanged();
}

const ModelRow* Models::current() const {
    const std::vector<const ModelRow*> chosen = list_->chosen();
    return chosen.size() == 1 ? chosen.front() : nullptr;
}

void Models::chosenChanged() {
    const std::vector<const ModelRow*> chosen = list_->chosen();
    const ModelRow* one = current();
    Actions& actions = session_.actions();
    const QString none = chosen.empty() ? tr("no model is chosen") : tr("several are chosen");
    const bool opens = one && one->trouble.isEmpty();
    for (const char* id : {"try-model", "export-model"})
        actions.setPossible(id, opens, one ? one->trouble : none);
    actions.setPossible("model-folder", one && !one->entry.folder.empty(), none);
    actions.setPossible("copy-model-command", one && !one->facts.command.empty(),
                        one ? tr("it doesn't say how it was trained") : none);
    QString why = none;
    try {
        if (one) require_own(one->entry);
    } catch (const Error& error) {
        why = words(error.sentence());
    }
    const bool own = one && !one->entry.bundled && one->facts.run.empty();
    for (const char* id : {"rename-model", "trash-model"}) actions.setPossible(id, own, why);
    actions.setPossible("measure-model", opens && one->info.makes_images,
                        !one     ? none
                        : !opens ? one->trouble
                                 : tr("a classifier makes no pictures"));
    panel_->show(chosen);
    for (const ModelRow* row : chosen) makeSamples(*row);
}

void Models::makeSamples(const ModelRow& row) {
    if (!row.samples.isNull() || !row.trouble.isEmpty() || !row.info.makes_images) return;
    if (!sampled_.insert(row.entry.id + row.facts.key).second) return;
    const fs::path file = cachedSheet(row.entry, row.facts);
    run(
        tr("Make samples of %1").arg(QString::fromStdString(row.entry.id)),
        [this, entry = row.entry, file,
         open = session_.source().open](const OnProgress& on_progress) -> Errand::Then {
            const auto model = open(nameInCommands(entry));
            const auto sheet = std::make_shared<const Image>(sheetOf(*model, on_progress));
            if (sheet->width == 0) return {};
            write_image(file, *sheet);
            return [this, id = entry.id, sheet] {
                list_->setSamples(id, asQImage(sheet));
                panel_->show(list_->chosen());
            };
        },
        true);
}

}  // namespace daguerre
