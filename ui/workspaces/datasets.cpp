#include "ui/workspaces/datasets.h"

#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QStackedWidget>
#include <algorithm>
#include <array>

#include "core/base/table.h"
#include "core/data/left_out.h"
#include "core/nn/torch_error.h"
#include "ui/session/session.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/picture_grid.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/thumbnail_loader.h"
#include "ui/work/dataset_jobs.h"
#include "ui/workspaces/class_chips.h"
#include "ui/workspaces/dataset_list.h"
#include "ui/workspaces/dataset_panel.h"
#include "ui/workspaces/datasets_pages.h"
#include "ui/workspaces/get_page.h"
#include "ui/workspaces/numbers_panel.h"
#include "ui/workspaces/restore.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {
namespace {

constexpr int mostFolders = 20;
/// What the segments mean.
const std::array<const char*, 3> splitWords{"", "train", "test"};

const Setting<QString> lastDataset{"datasets/last", QString()};
const Setting<QStringList> lookedAt{"datasets/folders", {}};

QString number(std::int64_t value) { return QLocale().toString(qlonglong(value)); }

bool canTrain() {
    const auto& rows = workspaces();
    return std::any_of(rows.begin(), rows.end(),
                       [](const Workspace& row) { return std::string_view(row.id) == "train"; });
}

}  // namespace

QWidget* makeDatasets(Session& session) { return new Datasets(session); }

Datasets::Datasets(Session& session) : session_(session) {
    build();
    connectParts();
    connectLook();
    connectActions();
    connect(&session_, &Session::datasetCame, this, &Datasets::takeDropped);
    list();
    takeDropped();
}

Datasets::~Datasets() {
    if (opening_) opening_->cancel();
    if (surveying_) surveying_->cancel();
}

bool Datasets::settled() const {
    return !opening_ && !surveying_ && writing_ == 0 && !background_.busy() && loader_->idle();
}

void Datasets::connectParts() {
    connect(list_, &DatasetList::chosen, this, &Datasets::open);
    connect(search_, &QLineEdit::textChanged, this, &Datasets::arrange);
    connect(splits_, &Segments::chosen, this, [this] {
        count();
        arrange();
    });
    connect(order_, &QComboBox::activated, this, &Datasets::arrange);
    connect(panel_, &DatasetPanel::pageChosen, this, [this](int page) {
        const bool looks = page == numbersPage || page == problemsPage;
        if (looks && !survey_ && !surveying_) startSurvey(false);
        showView();
    });
    connect(chips_, &ClassChips::changed, this, &Datasets::arrange);
    connect(get_, &GetPage::lookWanted, this, &Datasets::openFolder);
    connect(get_, &GetPage::got, this, [this](const std::string& id) { list(id); });
    connect(grid_, &PictureGrid::wanted, loader_, &ThumbnailLoader::want);
    connect(loader_, &ThumbnailLoader::came, grid_, &PictureGrid::refresh);
    connect(grid_, &PictureGrid::selectionChanged, this, &Datasets::showLine);
    connect(grid_, &PictureGrid::dragged, this, &Datasets::dragOut);
    connect(&background_, &Background::failed, this,
            [this](const Sentence& why) { notice_->say(words(why)); });
}

void Datasets::connectActions() {
    const auto on = [this](const char* action, auto act) {
        connect(session_.actions()[action], &QAction::triggered, this, [this, act] {
            if (isVisible()) act();
        });
    };
    on("search-images", [this] {
        search_->setFocus(Qt::ShortcutFocusReason);
        search_->selectAll();
    });
    on("select-all", [this] { grid_->selectAll(); });
    on("train-on", [this] {
        if (dataset_ && canTrain()) session_.trainOn({name_, viewSettings()});
    });
    on("open-image", [this] { openInRetouch(); });
    on("start-from-image", [this] { startFromImage(); });
    on("copy-image", [this] { copyImage(); });
    on("copy-dataset", [this] { copyCommand(); });
    on("leave-out", [this] { leaveOut(grid_->selection()); });
    on("import-images", [this] { chooseImport(QFileDialog::Directory); });
    on("import-file", [this] { chooseImport(QFileDialog::ExistingFile); });
}

/// What gets the dataset that the list stands on, or tells of it once it is here.
void Datasets::copyCommand() {
    const DatasetEntry* entry = list_->current();
    if (!entry) return;
    const char* does = entry->here() ? "inspect" : "fetch";
    const QString command =
        QStringLiteral("daguerre %1 %2").arg(QLatin1String(does), quoted(entry->name));
    QGuiApplication::clipboard()->setText(command);
    notice_->say(tr("Copied: %1").arg(command));
}

void Datasets::chooseImport(int mode) {
    const bool folder = mode == QFileDialog::Directory;
    auto* dialog =
        new QFileDialog(this, folder ? tr("A folder of images") : tr("An archive or a photo"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::FileMode(mode));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { offer(path.toStdString()); });
    dialog->open();
}

void Datasets::list(const std::string& wished) {
    background_.run(QStringLiteral("list"), [this, wished, folders = lookedAt.get()] {
        const auto entries = std::make_shared<std::vector<DatasetEntry>>(knownDatasets(folders));
        return [this, entries, wished] {
            list_->setEntries(std::move(*entries));
            const std::string last = lastDataset.get().toStdString();
            std::string wish = !wished.empty() ? wished : name_.empty() ? last : name_;
            const DatasetEntry* found = list_->entry(wish);
            if (!found || !found->here()) {
                const auto& all = list_->entries();
                const auto here = std::find_if(all.begin(), all.end(),
                                               [](const auto& entry) { return entry.here(); });
                wish = here == all.end() ? std::string() : here->name;
            }
            list_->setCurrent(wish);
            if (pages_->currentIndex() == getPage && wished.empty()) return;
            if (!wish.empty() && (wish != name_ || wish == wished)) open(wish);
        };
    });
}

void Datasets::openFolder(const QString& folder) {
    QStringList folders = lookedAt.get();
    folders.removeAll(folder);
    folders.prepend(folder);
    lookedAt.set(folders.mid(0, mostFolders));
    list_->setEntries(knownDatasets(folders));
    list_->setCurrent(folder.toStdString());
    open(folder.toStdString());
}

void Datasets::takeDropped() {
    if (const auto dropped = session_.takeDataset()) offer(*dropped);
}

void Datasets::offer(const std::filesystem::path& from) {
    leave({});
    list_->setCurrent({});
    panel_->show({from.string(),
                  QString::fromStdString(from.filename().string()),
                  {},
                  DatasetEntry::Place::Folder,
                  from},
                 nullptr, false);
    get_->showOwn(from);
    pages_->setCurrentIndex(getPage);
}

void Datasets::forget(std::shared_ptr<const AllSplits> old) {
    // A million names take a while to be forgotten: not in the window's thread.
    background_.run(QStringLiteral("forget"), [old = std::move(old)] { return [] {}; });
}

void Datasets::leave(const std::string& name) {
    if (opening_) opening_->cancel();
    opening_ = nullptr;
    name_ = name;
    suggested_ = {};
    loader_->setDataset(nullptr);
    grid_->lay({});
    forget(std::exchange(dataset_, nullptr));
    dropSurvey();
    search_->clear();
    chips_->setClasses({}, {});
    splits_->setCurrent(0);
    order_->setCurrentIndex(0);
    notice_->hide();
    showAbout();
}

void Datasets::open(const std::string& name) {
    leave(name);
    const DatasetEntry* entry = list_->entry(name);
    if (entry && !entry->here()) {
        get_->showKnown(name);
        return pages_->setCurrentIndex(getPage);
    }
    lastDataset.set(QString::fromStdString(name));
    pages_->setCurrentIndex(gridPage);
    startOpening();
}

void Datasets::reopen() {
    if (opening_) opening_->cancel();
    dropSurvey();
    startOpening();
}

void Datasets::startOpening() {
    opening_ = makeJob<OpenDatasetJob>(name_);
    connect(
        opening_.get(), &OpenDatasetJob::grew, this,
        [this, job = opening_.get()](const std::shared_ptr<const AllSplits>& dataset, bool whole) {
            if (opening_.get() == job) take(dataset, whole);
        });
    connect(opening_.get(), &Job::advanced, this,
            [this, job = opening_.get()](const Advance& advance) {
                if (opening_.get() != job || advance.done == 0) return;
                line_->setText(tr("%1 images found so far").arg(number(advance.done)));
            });
    connect(opening_.get(), &Job::finished, this,
            [this, job = opening_.get()](Outcome outcome, const Sentence& why) {
                if (opening_.get() != job) return;
                opening_ = nullptr;
                if (outcome == Outcome::Failed) notice_->say(words(why));
                showAbout();
                showLine();
            });
    session_.browse(opening_);
    showLine();
}

void Datasets::take(const std::shared_ptr<const AllSplits>& dataset, bool whole) {
    std::shared_ptr<const AllSplits> old = std::exchange(dataset_, dataset);
    loader_->setDataset(dataset);
    // Numbers of images that are gone must not be painted until the new ones are arranged.
    if (old && dataset->info().count < old->info().count) grid_->lay({});
    forget(std::move(old));
    const auto has = [&](const std::string& split) {
        for (std::size_t part = 0; part < dataset->parts().size(); ++part)
            if (dataset->split_name(part) == split) return true;
        return false;
    };
    for (int i = 1; i < int(splitWords.size()); ++i)
        splits_->setPossible(i, has(splitWords[std::size_t(i)]),
                             tr("This dataset has no such images"));
    if (whole) {
        suggestView();
        const DatasetEntry* entry = list_->entry(name_);
        const QString count = number(dataset->info().count);
        if (entry)
            list_->setNote(
                name_, entry->place == DatasetEntry::Place::Bundled  ? tr("%1, bundled").arg(count)
                       : entry->place == DatasetEntry::Place::Folder ? tr("%1, a folder").arg(count)
                                                                     : tr("%1, here").arg(count));
    }
    count();
    arrange();
    showAbout();
}

void Datasets::count() {
    if (!dataset_) return;
    const std::string split = splitWords[std::size_t(splits_->current())];
    background_.run(QStringLiteral("count"), [this, dataset = dataset_, split, name = name_] {
        QStringList names;
        for (const std::string& one : dataset->info().classes) names += QString::fromStdString(one);
        std::vector<std::vector<std::int64_t>> bySplit;
        for (std::size_t part = 0; part < dataset->parts().size(); ++part)
            bySplit.push_back(class_counts(*dataset, dataset->split_name(part)));
        const int out = int(left_out(name).size());
        return [this, names, bySplit, out, counts = class_counts(*dataset, split)] {
            chips_->setClasses(names, counts);
            numbers_->setCounts(names, bySplit);
            leftOut_ = out;
            showSurvey();
        };
    });
}

void Datasets::arrange() {
    if (!dataset_) return;
    trouble_.clear();
    Arrangement how;
    how.classes = chips_->chosen();
    how.split = splitWords[std::size_t(splits_->current())];
    how.order = order_->currentData().toString().toStdString();
    try {
        how.search = parse_search(search_->text().toStdString());
    } catch (...) {
        trouble_ = words(sentence_for(std::current_exception()));
        return showLine();
    }
    // What only a look at all images can tell begins with that look.
    const bool facts = row_named(orders(), how.order, "order").needs_facts;
    const bool marks = !how.search.marks.empty();
    if (!opening_ && !surveying_ && ((facts && !survey_) || (marks && !problems_)))
        startSurvey(false);
    if (marks && !problems_) {
        trouble_ = tr("Looking at the images…");
        return showLine();
    }
    arrangeNow(how);
}

void Datasets::arrangeNow(const Arrangement& how) {
    const auto work = [this, dataset = dataset_, how, survey = survey_,
                       problems = problems_]() -> Background::Then {
        try {
            const auto images = std::make_shared<std::vector<std::uint32_t>>(
                arranged(*dataset, how, survey ? survey->facts : std::vector<ImageFacts>(),
                         problems ? problems->marks() : Marks()));
            return [this, images] {
                grid_->lay(std::move(*images));
                showLine();
            };
        } catch (const UnknownWord&) {
            const QString why = words(sentence_for(std::current_exception()));
            return [this, why] {
                trouble_ = why;
                grid_->lay({});
                showLine();
            };
        }
    };
    background_.run(QStringLiteral("arrange"), work);
}

void Datasets::showLine() {
    const auto shown = std::int64_t(grid_->images().size());
    const bool nothing = dataset_ && !opening_ && shown == 0;
    hint_->setText(!trouble_.isEmpty() ? trouble_
                                       : tr("No image is like that. Clear the search, or choose "
                                            "other classes."));
    hint_->setVisible(!trouble_.isEmpty() || (nothing && !background_.busy()));
    QStringList parts;
    if (!dataset_) {
        parts << (opening_ ? tr("Looking for images…") : QString());
    } else if (grid_->selectedCount() > 0) {
        parts << tr("%1 of %2 selected").arg(number(grid_->selectedCount()), number(shown));
    } else {
        parts << (shown == dataset_->info().count
                      ? tr("%1 images").arg(number(shown))
                      : tr("%1 of %2 shown").arg(number(shown), number(dataset_->info().count)));
    }
    if (dataset_ && grid_->current() >= 0 && grid_->selectedCount() > 0)
        parts << wordsOf(grid_->images()[std::size_t(grid_->current())]);
    else if (dataset_ && opening_)
        parts << tr("still being listed");
    line_->setText(parts.join(QStringLiteral(" · ")));
}

void Datasets::showAbout() {
    const DatasetEntry* entry = list_->entry(name_);
    if (entry) panel_->show(*entry, dataset_.get(), !opening_);
    panel_->setTrainPossible(!dataset_     ? tr("Choose a dataset that is here")
                             : !canTrain() ? tr("Training in the window comes with a later version")
                                           : QString());
}

QString Datasets::wordsOf(std::uint32_t image, Size size) const {
    if (!dataset_ || image >= dataset_->info().count) return {};
    QStringList parts;
    const QString name = QString::fromStdString(dataset_->name(image));
    const int label = dataset_->label(image);
    const auto& classes = dataset_->info().classes;
    if (label >= 0 && label < int(classes.size()))
        parts << QString::fromStdString(classes[std::size_t(label)]);
    parts << (name.startsWith(QLatin1Char('#')) ? tr("#%1").arg(image) : shortened(name, 48));
    const DatasetInfo& info = dataset_->info();
    if (size.width == 0) size = {info.width, info.height};
    if (size.width > 0 && size.height > 0) parts << tr("%1 × %2").arg(size.width).arg(size.height);
    if (dataset_->parts().size() > 1)
        parts << QString::fromStdString(dataset_->split_name(dataset_->part_of(image)));
    return parts.join(QStringLiteral(" · "));
}

}  // namespace daguerre
