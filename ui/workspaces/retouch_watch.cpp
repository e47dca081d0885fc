// Retouch's variants, the steps of a fill, and what can be done now.
#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <algorithm>
#include <utility>

#include "core/base/table.h"
#include "ui/session/session.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/film_dialog.h"
#include "ui/widgets/notice.h"
#include "ui/workspaces/fill_command.h"
#include "ui/workspaces/fill_cost.h"
#include "ui/workspaces/mask_panel.h"
#include "ui/workspaces/open_photo.h"
#include "ui/workspaces/photo_line.h"
#include "ui/workspaces/retouch.h"
#include "ui/workspaces/retouch_panel.h"
#include "ui/workspaces/run_film.h"
#include "ui/workspaces/save_page.h"
#include "ui/workspaces/variants_strip.h"

namespace daguerre {
namespace {

constexpr std::size_t mostBoxes = 8;

QString variantWords(const Fill& fill) {
    double seconds = 0;
    int done = 0;
    for (const FillVariant& variant : fill.variants)
        if (variant.result) {
            seconds += variant.result->seconds;
            ++done;
        }
    const std::int64_t first = fill.variants.empty() ? 0 : fill.variants.front().seed;
    const std::int64_t last = fill.variants.empty() ? 0 : fill.variants.back().seed;
    const QString seeds = first == last ? Retouch::tr("seed %1").arg(first)
                                        : Retouch::tr("seed %1 to %2").arg(first).arg(last);
    if (done == 0) return Retouch::tr("%1, %2").arg(titleOf(fill.request), seeds);
    return Retouch::tr("%1, %2, %3 each")
        .arg(titleOf(fill.request), seeds, secondsText(std::max(seconds / done, 0.1)));
}

}  // namespace

void Retouch::another() {
    OpenPhoto* photo = current();
    if (!photo || !photo->fill || job_ || photo->fill->variants.empty()) return;
    std::int64_t highest = 0;
    for (const FillVariant& variant : photo->fill->variants)
        highest = std::max(highest, variant.seed);
    startFill(1, highest + 1, true);
}

void Retouch::choose(int number) {
    OpenPhoto* photo = current();
    if (!photo || !photo->fill) return;
    Fill& fill = *photo->fill;
    if (number < 0 || number >= int(fill.variants.size()) || number == fill.chosen) return;
    const auto& result = fill.variants[std::size_t(number)].result;
    if (!result) return;
    const bool newest = showsFill(photo) && photo->document->canAmend(Layer::Photo);
    fill.chosen = number;
    if (newest) {
        photo->document->amend(Layer::Photo, result->photo);
    } else {
        photo->document->apply(Layer::Photo, merged(photo->document->photo(), fill, *result),
                               tr("Variant %1").arg(number + 1));
    }
    noteFill(*photo, number);
    showVariants();
}

void Retouch::chooseBy(int by) {
    const OpenPhoto* photo = current();
    if (!photo || !photo->fill) return;
    const int count = int(photo->fill->variants.size());
    for (int i = 1, at = photo->fill->chosen; i < count; ++i) {
        at = (at + by + count) % count;
        if (photo->fill->variants[std::size_t(at)].result) return choose(at);
    }
}

void Retouch::refine() {
    OpenPhoto* photo = current();
    if (!showsFill(photo) || job_) return;
    photo->document->history().undo();
    canvas_->setFocus();
}

void Retouch::showVariants() {
    OpenPhoto* photo = current();
    const std::shared_ptr<Fill> fill = photo ? photo->fill : nullptr;
    const bool filled = showsFill(photo), running = job_ && filling_ == photo;
    if (filled && !running) canvas_->setPreview(nullptr);
    if (photo && !running) canvas_->setMaskShown(!filled);
    canvas_->beginNewMask(filled);
    showSeen();
    std::vector<QImage> images;
    if (fill)
        for (const FillVariant& variant : fill->variants) images.push_back(variant.thumbnail);
    strip_->showVariants(std::move(images), fill ? fill->chosen : -1,
                         fill ? variantWords(*fill) : QString());
    const FillVariant* chosen =
        fill && fill->chosen >= 0 ? &fill->variants[std::size_t(fill->chosen)] : nullptr;
    const FillResult* result = chosen ? chosen->result.get() : nullptr;
    showAgainst();
    line_->showProof(result ? result->outside_changed : 0, result ? result->outside_bytes : -1);
    if (running) return;
    const FillFilm* main = chosen ? mainFilm(*chosen) : nullptr;
    const std::shared_ptr<Frames> frames = main ? main->frames : nullptr;
    if (strip_->steps()->frames() != frames || !frames)
        strip_->showSteps(
            frames, fill ? tr("How %1 built it").arg(titleOf(fill->request)) : QString(), false);
}

void Retouch::showAgainst() {
    OpenPhoto* photo = current();
    if (!photo) return;
    const std::vector<Comparable> rows = comparablesOf(*photo);
    if (photo->against >= int(rows.size())) photo->against = 0;
    QStringList titles;
    for (const Comparable& row : rows) titles += row.title;
    const Comparable& chosen = rows[std::size_t(photo->against)];
    panel_->showAgainst(titles, photo->against);
    holdHint_->setText(photo->against == 0 ? tr("hold O for the original")
                                           : tr("hold O for: %1").arg(chosen.title));
    if (canvas_->document() == photo->document.get()) canvas_->setOther(chosen.photo, chosen.title);
}

void Retouch::showSeen() {
    std::vector<QRect> boxes;
    if (current() && !showsFill(current()) && same(factsOf_, canvas_->maskNow()))
        for (const FillPart& part : facts_.parts)
            if (boxes.size() < mostBoxes)
                boxes.emplace_back(part.area.x, part.area.y, part.area.width, part.area.height);
    const QString engine = titleOf(panel_->request());
    canvas_->setSeen(std::move(boxes), tr("what %1 looks at").arg(engine));
}

void Retouch::showStep() {
    OpenPhoto* photo = current();
    const std::shared_ptr<Frames> frames = strip_->steps()->frames();
    if (!photo || !photo->fill || !frames) return;
    const int step = frames->atMost(0, strip_->steps()->step());
    if (step < 0) return;
    const bool end = step == frames->steps() && !(job_ && filling_ == photo);
    if (end) return canvas_->setPreview(nullptr);
    for (const FillVariant& variant : photo->fill->variants)
        for (const FillFilm& film : variant.films) {
            if (film.frames != frames) continue;
            const auto noisy = frames->noisy(0, step);
            return canvas_->setPreview(noisy ? noisy : frames->guess(0, step), film.where);
        }
}

void Retouch::film() {
    OpenPhoto* photo = current();
    const std::shared_ptr<Frames> frames = strip_->steps()->frames();
    if (!photo || !frames || frames->steps() == 0 || job_) return;
    const QString name = QFileInfo(photo->document->name()).completeBaseName();
    auto* dialog = new FilmDialog(std::make_shared<const Frames>(*frames), 0, 1, name, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &FilmDialog::wanted, this,
            [this, dialog](const FilmChoice& choice, const QString& file) {
                runFilm(session_, dialog, choice, file, nullptr);
            });
    dialog->show();
}

void Retouch::showLayers() {
    const std::string engine = panel_->request().engine;
    const bool copies = row_named(inpainters(), engine, "engine").copies;
    if (!copies) canvas_->setLayer(Layer::Mask);
    canvas_->setCopyLayersShown(copies);
    panel_->mask()->showLayer(canvas_->layer(), copies);
    const Document* photo = document();
    const QString why =
        photo ? tr("%1 copies nothing").arg(titleOf(panel_->request())) : tr("open a photo first");
    for (const char* id : {"layer-copy-from", "layer-never-copy"})
        session_.actions().setPossible(id, photo && copies, why);
    const bool limited =
        photo && copies && !(photo->empty(Layer::CopyFrom) && photo->empty(Layer::NeverCopy));
    session_.actions().setPossible("clear-copy-layers", limited,
                                   photo && copies ? tr("nothing was drawn there") : why);
}

void Retouch::showPossible() {
    Actions& actions = session_.actions();
    OpenPhoto* photo = current();
    const QString none = tr("open a photo first");
    for (const char* id :
         {"save-photo",    "save-photo-as",  "load-mask",   "save-mask",    "photo-info",
          "close-photo",   "copy-photo",     "copy-fill",   "mask-all",     "clear-mask",
          "invert-mask",   "grow-mask",      "shrink-mask", "feather-mask", "fill-holes",
          "remove-specks", "back-to-opened", "history",     "compare-next", "compare-against",
          "show-mask",     "layer-mask",     "swap-brush",  "brush-larger", "brush-smaller"})
        actions.setPossible(id, photo, none);
    for (const ActionRow& row : actionRows())
        if (QLatin1String(row.id).startsWith(QLatin1String("tool-")))
            actions.setPossible(row.id, photo, none);
    const QUndoStack* history = photo ? &photo->document->history() : nullptr;
    actions.setPossible("undo", history && history->canUndo(), tr("nothing to take back"));
    actions.setPossible("redo", history && history->canRedo(), tr("nothing was taken back"));
    actions.setPossible("last-mask", photo && photo->document->lastMask().size().width > 0,
                        tr("there was no mask before"));
    const bool filled = showsFill(photo);
    const Fill* fill = photo && photo->fill ? photo->fill.get() : nullptr;
    actions.setPossible("refine", filled && !job_, tr("fill something first"));
    const bool varies = fill && row_named(inpainters(), fill->request.engine, "engine").varies;
    const QString whyNot = !fill ? tr("fill something first")
                           : !varies
                               ? tr("%1 gives the same for every seed").arg(titleOf(fill->request))
                               : tr("a fill is running");
    actions.setPossible("another", varies && !job_, whyNot);
    strip_->setAnotherPossible(varies && !job_, varies ? QString() : whyNot);
    const bool several = fill && fill->variants.size() > 1;
    for (const char* id : {"variant-next", "variant-before"})
        actions.setPossible(id, several, tr("there is one variant at most"));
    const bool kept = strip_->steps()->frames() && !strip_->steps()->live();
    actions.setPossible("fill-film", kept && !job_, tr("nothing was recorded to show"));
    showFillPossible(filled);
    showLayers();
}

void Retouch::showFillPossible(bool filled) {
    OpenPhoto* photo = current();
    QString why;
    if (!photo)
        why = tr("Open a photo first.");
    else if (!job_ && same(factsOf_, canvas_->maskNow()) && facts_.pixels == 0)
        why = tr("The mask is empty. Brush over what should go.");
    else if (!job_ && facts_.pixels > 0 && facts_.pixels == facts_.photoPixels)
        why =
            tr("The mask covers the whole photo. Leave a part of it unmasked: the fill is made "
               "from the rest.");
    else if (job_ && filling_ != photo)
        why = tr("Another photo is being filled.");
    else if (!job_)
        why = panel_->why();
    panel_->showState(job_ != nullptr, filled, why.isEmpty(), why);
    session_.actions().setPossible("fill", !job_ && why.isEmpty(),
                                   job_ ? tr("a fill is running") : why);
}

void Retouch::copyCommand() {
    const OpenPhoto* photo = current();
    if (!photo) return;
    if (!panel_->why().isEmpty()) return notice_->say(panel_->why());
    const std::filesystem::path file =
        photo->openedFile.empty() ? std::filesystem::path("photo.png") : photo->openedFile;
    const std::string mask = file.stem().string() + "-mask.png";
    QGuiApplication::clipboard()->setText(fillCommand(
        file.string(), mask, proposedFile(file).string(), panel_->settings(), panel_->variants()));
    notice_->say(tr("The command is on the clipboard. Save the mask as “%1” for it.")
                     .arg(QString::fromStdString(mask)));
}

}  // namespace daguerre
