// The loupe, the look through all images, what is left out.
#include <QClipboard>
#include <QDrag>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QStackedWidget>
#include <QUrl>
#include <array>
#include <set>

#include "core/base/files.h"
#include "core/data/export_views.h"
#include "core/data/left_out.h"
#include "core/image/colour.h"
#include "core/image/image_file.h"
#include "ui/session/session.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/picture_grid.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/sentence.h"
#include "ui/work/dataset_jobs.h"
#include "ui/work/errand.h"
#include "ui/workspaces/dataset_list.h"
#include "ui/workspaces/dataset_panel.h"
#include "ui/workspaces/datasets.h"
#include "ui/workspaces/datasets_pages.h"
#include "ui/workspaces/loupe.h"
#include "ui/workspaces/network_panel.h"
#include "ui/workspaces/numbers_panel.h"
#include "ui/workspaces/pair_view.h"

namespace daguerre {
namespace {

constexpr int mostDragged = 500;

}  // namespace

void Datasets::connectLook() {
    connect(grid_, &PictureGrid::opened, this, &Datasets::openLoupe);
    connect(grid_, &PictureGrid::menuWanted, this, &Datasets::showMenu);
    connect(loupe_, &Loupe::menuWanted, this, &Datasets::showMenu);
    connect(loupe_, &Loupe::closeWanted, this, [this] {
        pages_->setCurrentIndex(gridPage);
        grid_->setFocus();
    });
    connect(loupe_, &Loupe::stepWanted, this, [this](int by) {
        const int place = grid_->current() + by;
        if (place >= 0 && place < int(grid_->images().size())) openLoupe(place);
    });
    for (SurveyLine* line : {numbers_->line(), problemsPanel_->line()}) {
        connect(line, &SurveyLine::startWanted, this, &Datasets::startSurvey);
        connect(line, &SurveyLine::stopWanted, this, [this] {
            if (surveying_) surveying_->cancel();
        });
    }
    connect(network_, &NetworkPanel::changed, this, &Datasets::showView);
    connect(grid_, &PictureGrid::currentChanged, this, &Datasets::showView);
    connect(network_, &NetworkPanel::exportWanted, this, &Datasets::exportSeen);
    connect(problemsPanel_, &ProblemsPanel::showWanted, this, &Datasets::showPairs);
    connect(problemsPanel_->pairs(), &PairView::wanted, this, &Datasets::showPair);
    connect(problemsPanel_->pairs(), &PairView::leaveOutWanted, this, &Datasets::leaveOut);
    connect(problemsPanel_, &ProblemsPanel::leaveOutWanted, this, [this] {
        if (!problems_) return;
        std::set<std::uint32_t> images;
        for (const std::uint32_t image : problems_->spare()) images.insert(image);
        for (const BrokenImage& image : problems_->broken) images.insert(image.image);
        leaveOut({images.begin(), images.end()});
    });
    connect(problemsPanel_, &ProblemsPanel::takeBackWanted, this, &Datasets::takeBack);
    connect(problemsPanel_, &ProblemsPanel::exportWanted, this, &Datasets::exportProblems);
}

void Datasets::changeEvent(QEvent* event) {
    if (panel_ && event->type() == QEvent::PaletteChange)
        showAbout();  // its link has the look's colour
    QWidget::changeEvent(event);
}

void Datasets::openLoupe(int place) {
    grid_->setCurrent(place);
    const std::uint32_t image = grid_->images()[std::size_t(place)];
    pages_->setCurrentIndex(loupePage);
    loupe_->setFocus();
    background_.run(QStringLiteral("loupe"),
                    [this, dataset = dataset_, image]() -> Background::Then {
                        const auto whole = std::make_shared<const Image>(dataset->at(image).image);
                        return [this, whole, image] {
                            loupe_->setImage(whole, wordsOf(image, {whole->width, whole->height}));
                        };
                    });
}

std::uint32_t Datasets::currentImage() const {
    return grid_->images()[std::size_t(grid_->current())];
}

void Datasets::showMenu(QPoint where) {
    if (grid_->current() < 0) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const char* id : {"open-image", "start-from-image", "copy-image", "leave-out"})
        menu->addAction(session_.actions()[id]);
    menu->popup(where);
}

void Datasets::copyImage() {
    if (!dataset_ || grid_->current() < 0) return;
    background_.run(QStringLiteral("copy"), [dataset = dataset_, image = currentImage()] {
        const auto plain =
            std::make_shared<const Image>(to_depth(to_srgb(dataset->at(image).image), 8));
        return [plain] { QGuiApplication::clipboard()->setImage(asQImage(plain).copy()); };
    });
}

void Datasets::openInRetouch() {
    if (!dataset_ || grid_->current() < 0) return;
    const std::uint32_t image = currentImage();
    const DatasetEntry* entry = list_->entry(name_);
    const std::string name = dataset_->name(image);
    const auto file = entry ? entry->folder / name : std::filesystem::path();
    background_.run(QStringLiteral("retouch"), [this, dataset = dataset_, image, file] {
        std::error_code error;
        std::shared_ptr<const OpenedPhoto> photo;
        if (std::filesystem::is_regular_file(file, error)) {
            photo = readPhoto(file);
        } else {
            const auto made = std::make_shared<OpenedPhoto>();
            made->pixels = Tiles(dataset->at(image).image);
            photo = made;
        }
        return [this, photo] { session_.openPhoto({.photo = photo}); };
    });
}

/// From the image's own file, or from a copy where it lies in an archive.
void Datasets::startFromImage() {
    if (!dataset_ || grid_->current() < 0) return;
    const std::uint32_t image = currentImage();
    const DatasetEntry* entry = list_->entry(name_);
    const auto own = entry ? entry->folder / dataset_->name(image) : std::filesystem::path();
    const auto copy = home_folder() / "cache" / "starts" /
                      (dataset_->info().id + "-" + std::to_string(image) + ".png");
    write(tr("Start from an image"),
          [=, this, dataset = dataset_](const OnProgress&) -> Errand::Then {
              std::error_code error;
              const bool here = std::filesystem::is_regular_file(own, error);
              if (!here) {
                  std::filesystem::create_directories(copy.parent_path(), error);
                  write_image(copy, dataset->at(image).image);
              }
              const int label = dataset->label(image);
              const std::string imageClass =
                  label < 0 ? std::string() : dataset->info().classes[std::size_t(label)];
              return [=, this] { session_.startFrom(here ? own : copy, imageClass); };
          });
}

void Datasets::write(const QString& title, Errand::Work work) {
    // In order, and none is dropped: that is what the user asked for.
    const auto job = makeJob<Errand>(title, std::move(work));
    ++writing_;
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        --writing_;
        if (outcome == Outcome::Failed) notice_->say(words(why));
    });
    session_.soon(job);
}

void Datasets::leaveOut(const std::vector<std::uint32_t>& images) {
    if (!dataset_ || images.empty()) return;
    if (std::int64_t(images.size()) >= dataset_->info().count)
        return notice_->say(tr("These are all images of the dataset. Leave one of them in."));
    const auto again = [this](const std::string& name) {
        if (name == name_) reopen();
    };
    const QString title = tr("Write down what is left out");
    write(title, [=, this, dataset = dataset_, name = name_](const OnProgress&) -> Errand::Then {
        std::vector<std::string> keys;
        for (const std::uint32_t image : images) keys.push_back(left_out_key(*dataset, image));
        leave_out(name, keys);
        return [=, this] {
            again(name);
            const auto undo = [=, this] {
                write(title, [=](const OnProgress&) -> Errand::Then {
                    take_back(name, keys);
                    return [=] { again(name); };
                });
            };
            notice_->say(tr("%n image(s) left out. Their files stay where they are.", nullptr,
                            int(keys.size())),
                         tr("Undo"), undo);
        };
    });
}

void Datasets::takeBack() {
    write(tr("Take back what was left out"),
          [this, name = name_](const OnProgress&) -> Errand::Then {
              take_back(name, left_out(name));
              return [this, name] {
                  if (name == name_) reopen();
              };
          });
}

void Datasets::exportProblems() {
    auto* dialog = new QFileDialog(this, tr("Export the list"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("txt"));
    dialog->selectFile(tr("problems.txt"));
    connect(dialog, &QFileDialog::fileSelected, this, &Datasets::exportProblemsTo);
    dialog->open();
}

void Datasets::exportProblemsTo(const QString& file) {
    if (!dataset_ || !problems_) return;
    write(tr("Write a list"),
          [this, dataset = dataset_, problems = problems_, file](const OnProgress&) {
              write_whole(file.toStdString(), problems_text(*dataset, *problems));
              return [this, file] { notice_->say(tr("Written: “%1”.").arg(file)); };
          });
}

void Datasets::exportSeen() {
    auto* dialog = new QFileDialog(this, tr("Export as seen"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Zip with dataset.json (*.zip)"), tr("New folder (*)")});
    const QString stem =
        tr("%1-%2").arg(QString::fromStdString(std::filesystem::path(name_).stem().string()),
                        QString::number(network_->settings().size));
    const auto suggest = [dialog, stem](const QString& filter) {
        const bool zip = filter.contains(QLatin1String("*.zip"));
        dialog->setDefaultSuffix(zip ? QStringLiteral("zip") : QString());
        dialog->selectFile(zip ? stem + QStringLiteral(".zip") : stem);
    };
    suggest(dialog->selectedNameFilter());
    connect(dialog, &QFileDialog::filterSelected, dialog, suggest);
    connect(dialog, &QFileDialog::fileSelected, this, &Datasets::exportSeenTo);
    dialog->open();
}

void Datasets::exportSeenTo(const QString& to) {
    if (!dataset_ || grid_->images().empty()) return;
    const std::vector<std::uint32_t> images =
        grid_->selectedCount() > 1 ? grid_->selection() : grid_->images();
    const auto work = [=, this, dataset = dataset_,
                       view = network_->settings()](const OnProgress& on_progress) -> Errand::Then {
        const ExportedViews written =
            export_views(*dataset, images, view.shape(), view.flips, to.toStdString(), on_progress);
        if (written.files == 0) return {};  // stopped
        const int missing = int(written.left_out.size());
        return [this, to, missing, files = int(written.files)] {
            QString said = tr("%n image(s) written: “%1”.", nullptr, files).arg(to);
            if (missing > 0)
                said += QLatin1Char(' ') +
                        tr("%n couldn't be read and were left out.", nullptr, missing);
            notice_->say(said);
        };
    };
    write(tr("Export %n image(s) as seen", nullptr, int(images.size())), work);
}

void Datasets::showPairs(const QString& mark) {
    search_->setText(QStringLiteral("is:%1").arg(mark));
    if (!problems_) return;
    problemsPanel_->pairs()->setPairs(problems_->pairs(mark.toStdString()));
}

void Datasets::showPair(std::uint32_t first, std::uint32_t second) {
    if (!dataset_) return;
    background_.run(QStringLiteral("pair"), [=, this, dataset = dataset_] {
        std::array<QImage, 2> images;
        std::array<std::uint32_t, 2> numbers{first, second};
        for (std::size_t i = 0; i < 2; ++i)
            images[i] = asQImage(
                std::make_shared<const Image>(to_depth(to_srgb(dataset->at(numbers[i]).image), 8)));
        return [=, this] {
            problemsPanel_->pairs()->show(images, {wordsOf(first), wordsOf(second)});
        };
    });
}

void Datasets::startSurvey(bool all) {
    if (!dataset_ || opening_) return;
    if (surveying_) surveying_->cancel();
    surveying_ = makeJob<SurveyJob>(dataset_, all);
    const SurveyJob* job = surveying_.get();
    connect(job, &SurveyJob::grew, this, [this, job](const std::shared_ptr<const Survey>& now) {
        if (surveying_.get() != job) return;
        survey_ = now;
        showSurvey();
    });
    connect(job, &SurveyJob::found, this,
            [this, job](const std::shared_ptr<const Problems>& problems) {
                if (surveying_.get() == job) problems_ = problems;
            });
    connect(job, &Job::finished, this, [this, job](Outcome outcome, const Sentence& why) {
        if (surveying_.get() != job) return;
        surveying_ = nullptr;
        if (outcome == Outcome::Failed) notice_->say(words(why));
        showSurvey();
        // What was asked for before it could be known.
        if (outcome == Outcome::Done) arrange();
    });
    session_.browse(surveying_);
    showSurvey();
}

void Datasets::dropSurvey() {
    if (surveying_) surveying_->cancel();
    surveying_ = nullptr;
    survey_ = nullptr;
    problems_ = nullptr;
    showSurvey();
}

void Datasets::showSurvey() {
    numbers_->show(survey_.get(), surveying_ != nullptr);
    problemsPanel_->show(survey_.get(), surveying_ != nullptr, problems_.get(), leftOut_);
}

void Datasets::suggestView() {
    background_.run(QStringLiteral("suggest"), [this, dataset = dataset_]() -> Background::Then {
        try {
            const ViewShape shape = suggested_view(*dataset);
            return [this, shape, flips = dataset->info().mirror_safe] {
                suggested_ = {shape.size, flips};
                network_->setSettings({shape.size, std::to_string(shape.channels), flips});
            };
        } catch (const Error&) {
            return {};  // nothing of it can be read: the panel stays empty
        }
    });
}

GivenSettings Datasets::viewSettings() const {
    const ViewSettings view = network_->settings();
    GivenSettings changed;
    if (suggested_.first == 0) return changed;  // it was never seen
    if (view.size != suggested_.first) changed.emplace_back("size", std::to_string(view.size));
    if (view.flips != suggested_.second) changed.emplace_back("flips", view.flips ? "on" : "off");
    return changed;
}

void Datasets::showView() {
    if (!dataset_ || panel_->page() != networkPage || grid_->images().empty()) return;
    const int place = std::max(grid_->current(), 0);
    const std::uint32_t image = grid_->images()[std::size_t(place)];
    background_.run(
        QStringLiteral("view"), [this, dataset = dataset_, image, settings = network_->settings()] {
            const auto views = std::make_shared<const NetworkViews>(
                networkViews(dataset->at(image).image, image, settings, NetworkPanel::draws));
            return [this, views, image] { network_->show(*views, wordsOf(image)); };
        });
}

void Datasets::dragOut() {
    if (!dataset_ || grid_->selectedCount() > mostDragged)
        return notice_->say(tr("Drag at most %1 images at once.").arg(mostDragged));
    const DatasetEntry* entry = list_->entry(name_);
    const auto lies = entry ? entry->folder : std::filesystem::path();
    background_.run(QStringLiteral("drag"),
                    [this, dataset = dataset_, lies, images = grid_->selection()] {
                        // Files that are there already; what lies with others in one file is
                        // written for it.
                        QList<QUrl> files;
                        for (const std::uint32_t image : images) {
                            std::filesystem::path file = lies / dataset->name(image);
                            std::error_code error;
                            if (!std::filesystem::is_regular_file(file, error)) {
                                file = home_folder() / "thumbnails" / "dragged" /
                                       (dataset->info().id + "-" + std::to_string(image) + ".png");
                                write_image(file, dataset->at(image).image);
                            }
                            files << QUrl::fromLocalFile(QString::fromStdString(file.string()));
                        }
                        return [this, files] {
                            if (!(QGuiApplication::mouseButtons() & Qt::LeftButton)) return;
                            auto* content = new QMimeData;
                            content->setUrls(files);
                            auto* drag = new QDrag(grid_);
                            drag->setMimeData(content);
                            drag->exec(Qt::CopyAction);
                        };
                    });
}

}  // namespace daguerre
