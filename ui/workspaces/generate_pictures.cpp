// Generate's chosen picture, history and files.
#include <QClipboard>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>
#include <QPushButton>
#include <QStandardPaths>
#include <QToolButton>
#include <QUrl>
#include <algorithm>

#include "core/base/table.h"
#include "ui/widgets/denoise_canvas.h"
#include "ui/widgets/history_strip.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/file_info.h"
#include "ui/workspaces/generate.h"
#include "ui/workspaces/history_job.h"
#include "ui/workspaces/library.h"
#include "ui/workspaces/make_panel.h"
#include "ui/workspaces/restore.h"
#include "ui/workspaces/run_film.h"
#include "ui/workspaces/view_bar.h"

namespace daguerre {
namespace {

constexpr std::size_t recentBytes = Frames::usualLimit, recentCount = 12;

QString pressOf(const QString& file) { return QFileInfo(file).path(); }

/// A press read from disk: what its pictures say of themselves, and their last step.
std::shared_ptr<Result> resultOf(const std::vector<Picture>& pictures) {
    auto result = std::make_shared<Result>();
    int steps = 0;
    std::vector<Image> images;
    for (const Picture& picture : pictures) {
        const QString file = QString::fromStdString(picture.file.string());
        const HistoryItem item = historyItem(file, picture.image);
        result->files.push_back(file);
        result->classes.push_back(item.title);
        result->seeds.push_back(item.setting(QStringLiteral("Seed")).toUInt());
        result->spacing = item.setting(QStringLiteral("Schedule type"));
        result->model = item.setting(QStringLiteral("Model")).toStdString();
        result->press = item.press;
        steps = item.setting(QStringLiteral("Steps")).toInt();
        images.push_back(*picture.image);
    }
    result->frames = std::make_shared<Frames>(int(images.size()), std::clamp(steps, 1, 100'000));
    result->frames->finish(0, std::move(images));
    return result;
}

}  // namespace

bool isFilm(const Result& result) {
    return result.walk && result.frames->count() == 1 && result.files.size() > 1;
}

std::vector<int> halfDone(const Result& result) {
    std::vector<int> pictures;
    for (int i = 0; i < result.frames->count(); ++i)
        if (result.frames->newest(i) >= 0 && !result.frames->finished(i)) pictures.push_back(i);
    return pictures;
}

void Generate::show(const std::shared_ptr<Result>& result, int picture) {
    if (!result) return;
    const bool live = job_ && result == making_;
    if (shown_ != result) {
        shown_ = result;
        live ? view_->record(result->frames) : view_->setFrames(result->frames);
        view_->transport()->setSpacing(result->spacing);
        bar_->refresh(result->frames->count(), result->frames->size());
        keepHalf_->setVisible(!job_ && result == making_ && !halfDone(*result).empty());
    }
    live_->setVisible(job_ && !live);
    showKin();
    if (picture >= 0) view_->canvas()->choose(picture);
    if (picture >= 0 && !live) view_->toLast();
    showFacts();
}

void Generate::remember(const std::shared_ptr<Result>& result) {
    std::erase(recent_, result);
    recent_.push_back(result);
    std::size_t bytes = 0;
    for (std::size_t i = recent_.size(); i-- > 0;) {
        bytes += recent_[i]->frames->bytes();
        const bool newest = i + 1 == recent_.size();
        if (!newest && (bytes > recentBytes || recent_.size() - i > recentCount)) {
            recent_.erase(recent_.begin(), recent_.begin() + std::ptrdiff_t(i) + 1);
            break;
        }
    }
}

// The chosen picture.

/// -1: none of those that are shown.
int Generate::chosen() const {
    // The canvas tells of a change while it still shows other pictures.
    const int chosen = view_->canvas()->chosen();
    return shown_ && chosen < shown_->frames->count() ? chosen : -1;
}

/// Among the files, classes and seeds: of a film the picture at the slider's step.
int Generate::chosenPlace() const {
    if (!shown_ || !isFilm(*shown_)) return chosen();
    return std::clamp(view_->step(), 0, int(shown_->files.size()) - 1);
}

QString Generate::chosenFile() const {
    const int place = chosenPlace();
    return shown_ && place >= 0 ? shown_->files[std::size_t(place)] : QString();
}

std::shared_ptr<const Image> Generate::chosenImage() const {
    if (!shown_) return nullptr;
    if (isFilm(*shown_)) return shown_->frames->guess(0, view_->step());
    const int chosen = this->chosen();
    if (chosen < 0 || !shown_->frames->finished(chosen)) return nullptr;
    return shown_->frames->guess(chosen, shown_->frames->steps());
}

QString Generate::stateOf(int picture) const {
    const int step = view_->canvas()->stepOf(picture), steps = shown_->frames->steps();
    if (step < 0) return job_ && shown_ == making_ ? tr("waiting") : tr("not begun");
    if (view_->canvas()->held(picture)) return tr("step %1, held").arg(step);
    if (step == steps) return tr("finished");
    if (view_->live() && view_->moving()) return tr("step %1, being made").arg(step);
    return view_->moving() ? tr("step %1, playing").arg(step) : tr("step %1").arg(step);
}

void Generate::showFacts() {
    const int chosen = this->chosen();
    const HistoryItem* item = chosenFile().isEmpty() ? nullptr : strip_->find(chosenFile());
    const bool recorded = shown_ && shown_->frames->steps() > 0;
    film_->setEnabled(recorded);
    bar_->setPossible(view_->canvas()->noisy(), !recorded || shown_->frames->steps() > 1);
    Actions& actions = session_.actions();
    const QString none = tr("choose a finished picture first");
    actions.setPossible("film", recorded, tr("make pictures first"));
    const QString noBranch = whyNoBranch(), noFilm = whyNoFilm();
    branch_->setEnabled(noBranch.isEmpty());
    actions.setPossible("branch", noBranch.isEmpty(), noBranch);
    actions.setPossible("between", noFilm.isEmpty(), noFilm);
    actions.setPossible("favourite", item, none);
    actions.setPossible("delete", item, none);
    actions.setPossible("info", chosenImage() != nullptr, none);
    actions.setPossible("save", chosenImage() != nullptr, none);
    actions.setPossible("copy", chosen >= 0, tr("choose a picture first"));
    if (!shown_ || chosen < 0) return panel_->showPicture({});
    const auto place = std::size_t(chosenPlace());
    panel_->showPicture(PictureFacts{.index = chosenPlace(),
                                     .count = int(shown_->files.size()),
                                     .seed = shown_->seeds[place],
                                     .imageClass = shown_->classes[place],
                                     .state = stateOf(chosen),
                                     .held = view_->canvas()->held(chosen),
                                     .finished = item != nullptr,
                                     .favourite = item && item->favourite});
}

void Generate::showInfo() {
    const std::shared_ptr<const Image> image = chosenImage();
    if (!image) return;
    auto* info = new FileInfo(QFileInfo(chosenFile()).fileName(), *image, this);
    connect(info, &FileInfo::restoreWanted, this, &Generate::restore);
    info->show();
}

void Generate::saveAs() {
    const std::shared_ptr<const Image> image = chosenImage();
    if (!image) return;
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Save picture as"), folder + QLatin1Char('/') + QFileInfo(chosenFile()).fileName(),
        tr("Images (*.png *.jpg *.webp *.tif)"));
    if (!file.isEmpty()) library_->saveAs(image, file);
}

void Generate::copyPicture() {
    const int chosen = this->chosen();
    if (!shown_ || chosen < 0) return;
    const int step = view_->canvas()->stepOf(chosen);
    const QImage picture = asQImage(shown_->frames->guess(chosen, step));
    if (!picture.isNull()) QGuiApplication::clipboard()->setImage(picture.copy());
}

void Generate::keepHalfDone() {
    keepHalf_->hide();
    std::vector<Image> images;
    std::vector<std::string> names;
    for (const int i : halfDone(*making_)) {
        const auto place = std::size_t(i);
        const int step = making_->frames->newest(i);
        const std::shared_ptr<const Image> guess = making_->frames->guess(i, step);
        if (!guess) continue;
        images.push_back(*guess);
        add_record(images.back(),
                   recordOfHalfDone(making_->model, making_->fields, making_->seeds[place],
                                    making_->classes[place].toStdString(), step));
        names.push_back(making_->model + "-" + std::to_string(making_->seeds[place]) + "-step-" +
                        std::to_string(step) + ".png");
    }
    library_->keep(std::move(images), std::move(names), making_->press, making_->model);
}

// History.

void Generate::openFromHistory(const QString& file, bool settingsToo) {
    for (const std::shared_ptr<Result>& result : recent_) {
        const auto found = std::find(result->files.begin(), result->files.end(), file);
        if (found == result->files.end()) continue;
        const auto place = int(found - result->files.begin());
        show(result, isFilm(*result) ? 0 : place);
        if (isFilm(*result)) view_->setStep(place);
        if (const auto image = chosenImage(); settingsToo && image)
            if (const auto record = record_of(image->metadata)) restore(*record);
        return;
    }
    library_->openPress(file, [=, this](const std::vector<Picture>& pictures) {
        opened(file, pictures);
        if (const auto image = chosenImage(); settingsToo && image && chosenFile() == file)
            if (const auto record = record_of(image->metadata)) restore(*record);
    });
}

void Generate::opened(const QString& file, const std::vector<Picture>& pictures) {
    if (pictures.empty()) return;
    const std::shared_ptr<Result> result = resultOf(pictures);
    remember(result);
    const auto found = std::find(result->files.begin(), result->files.end(), file);
    show(result, found == result->files.end() ? 0 : int(found - result->files.begin()));
}

void Generate::historyMenu(const QString& file, QPoint where) {
    const HistoryItem* item = strip_->find(file);
    if (!item) return;
    QMenu menu(this);
    menu.addAction(icon("arrow-counterclockwise"), tr("Use these settings"),
                   [this, file] { openFromHistory(file, true); });
    menu.addAction(icon(item->favourite ? "star-fill" : "star"),
                   item->favourite ? tr("No favourite any more") : tr("Favourite"),
                   [this, file] { library_->toggleFavourite(file); });
    menu.addAction(icon("folder2"), tr("Show in folder"),
                   [file] { QDesktopServices::openUrl(QUrl::fromLocalFile(pressOf(file))); });
    menu.addSeparator();
    menu.addAction(icon("trash"), tr("Move to the trash"),
                   [this, file] { library_->toTrash(file); });
    menu.exec(where);
}

// Settings from a picture.

void Generate::takeCarried() {
    const std::optional<Carried> carried = session_.takeCarried();
    if (!carried) return;
    const GenerateJob& job = *carried->job;
    Fields fields = fields_of(job.request());
    fields.insert(fields.end(), job.own().begin(), job.own().end());
    panel_->setValues(fields);
    const std::shared_ptr<Result> result = newResult(*job.model(), fields);
    result->frames = carried->frames;
    for (std::size_t i = 0; i < std::min(carried->files.size(), result->files.size()); ++i)
        result->files[i] = QString::fromStdString(carried->files[i].string());
    if (!result->files.front().isEmpty()) result->press = pressOf(result->files.front());
    remember(result);
    show(result, -1);
}

void Generate::takeRestore() {
    takeCarried();
    takeStart();
    const std::optional<Dropped> dropped = session_.takeRestore();
    if (dropped && dropped->kind == Dropped::Kind::Picture) restore(dropped->record);
}

void Generate::restore(const Record& record) {
    const RecordedModel wanted = modelOf(record);
    const std::vector<std::string> known = ids(session_.models());
    const bool here = std::find(known.begin(), known.end(), wanted.id) != known.end();
    if (!session_.model() || (here && wanted.id != session_.model()->info().id)) {
        waitingRecord_ = record;  // taken up by modelChanged()
        if (here) session_.openModel(wanted.id);
        if (session_.opening() || here) return;
        waitingRecord_.reset();
        return notice_->say(tr("No model is open, so there is nothing to restore settings to."));
    }
    Fields fields = panel_->fields();
    const QStringList unused = restoreFields(record, fields);
    panel_->setValues(fields);
    const std::string& hash = session_.model()->info().sha256;
    QString said = tr("The settings of that picture were restored; nothing was started.");
    if (!wanted.id.empty() && wanted.id != session_.model()->info().id)
        said = tr("Made with “%1” (%2), which isn't here. The other settings were restored.")
                   .arg(QString::fromStdString(wanted.id), QString::fromStdString(wanted.hash));
    else if (!wanted.hash.empty() && !hash.empty() && hash.rfind(wanted.hash, 0) != 0)
        said = tr("Made with another “%1” (%2) than the one here. The settings were restored.")
                   .arg(QString::fromStdString(wanted.id), QString::fromStdString(wanted.hash));
    if (!unused.isEmpty()) said += tr(" Not used here: %1.").arg(unused.join(QStringLiteral(", ")));
    notice_->say(said);
}

// Film.

void Generate::film() {
    if (!shown_ || shown_->frames->steps() == 0) return;
    const DenoiseCanvas* canvas = view_->canvas();
    const QString name = QStringLiteral("%1-%2")
                             .arg(QString::fromStdString(shown_->model))
                             .arg(shown_->seeds.empty() ? 0 : shown_->seeds.front());
    const int columns = canvas->columns() > 0
                            ? canvas->columns()
                            : DenoiseCanvas::usualColumns(shown_->frames->count());
    // A copy shares the pixels and stays as it is while steps are still being recorded.
    auto* dialog = new FilmDialog(std::make_shared<const Frames>(*shown_->frames), canvas->chosen(),
                                  columns, name, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &FilmDialog::wanted, this,
            [this, dialog](const FilmChoice& choice, const QString& file) {
                startFilm(dialog, choice, file);
            });
    dialog->show();
}

void Generate::startFilm(FilmDialog* dialog, const FilmChoice& choice, const QString& file) {
    std::shared_ptr<const Record> record;
    if (const auto image =
            dialog->frames()->guess(choice.pictures.front(), dialog->frames()->steps()))
        if (auto found = record_of(image->metadata))
            record = std::make_shared<const Record>(*std::move(found));
    runFilm(session_, dialog, choice, file, record);
}

/// The pictures of a walk become the steps of one: the transport plays them.
void Generate::becomeFilm(const std::vector<Picture>& pictures) {
    const bool seen = view_->frames() == making_->frames;
    const auto last = int(pictures.size()) - 1;
    making_->frames = std::make_shared<Frames>(1, std::max(last, 1));
    for (int i = 0; i < last; ++i) {
        auto step = std::make_shared<Preview>();
        step->step = i;
        step->steps = last;
        step->denoised = {*pictures[std::size_t(i)].image};
        making_->frames->add(std::move(step));
    }
    making_->frames->finish(0, {*pictures.back().image});
    if (!seen) return;
    view_->setFrames(making_->frames);
    view_->canvas()->choose(0);
    bar_->refresh(1, making_->frames->size());
    view_->play();
}

void Generate::made(int first, const std::vector<Picture>& made) {
    if (first == 0 && !made.empty()) tellPhoto(made.front());
    for (std::size_t i = 0; i < made.size(); ++i) {
        if (made[i].file.empty()) continue;
        const QString file = QString::fromStdString(made[i].file.string());
        making_->files[std::size_t(first) + i] = file;
        making_->press = QFileInfo(file).path();
    }
    if (making_->walk && !made.empty()) {
        becomeFilm(made);
    } else {
        std::vector<Image> images;
        for (const Picture& picture : made) images.push_back(*picture.image);
        if (view_->frames() == making_->frames)
            view_->finish(first, std::move(images));
        else
            making_->frames->finish(first, std::move(images));
    }
    remember(making_);
    if (shown_ == making_) strip_->setCurrent(chosenFile());
}

}  // namespace daguerre
