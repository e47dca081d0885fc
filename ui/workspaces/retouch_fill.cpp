// Retouch's mask, instant preview and fills.
#include <QCheckBox>
#include <algorithm>
#include <utility>

#include "ui/session/session.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"
#include "ui/workspaces/open_photo.h"
#include "ui/workspaces/retouch.h"
#include "ui/workspaces/retouch_panel.h"
#include "ui/workspaces/variants_strip.h"

namespace daguerre {

void Retouch::afterGesture(std::function<void()> act) {
    connect(
        canvas_, &Canvas::gestureEnded, this, [act] { act(); },
        Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
}

void Retouch::change(Layer layer, const QString& text, std::function<Tiles(const Tiles&)> how) {
    const QPointer photo(document());
    if (!photo) return;
    if (canvas_->busy())  // the last stroke becomes a step first
        return afterGesture([=, this] { change(layer, text, how); });
    const Tiles before = photo->layer(layer);
    const auto job = makeJob<Errand>(text, [=, this](const OnProgress&) -> Errand::Then {
        const Tiles after = how(before);
        return [=, this] {
            if (!photo || photo != document()) return;
            // Somebody brushed meanwhile: once more, on what is there now.
            if (!same(before, photo->layer(layer))) return change(layer, text, how);
            photo->apply(layer, after, stepWords(layer, text));
            canvas_->setMaskShown(true);
        };
    });
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Failed) notice_->say(words(why));
    });
    session_.soon(job);
}

void Retouch::changeMask(const QString& text, std::function<Tiles(const Tiles&)> how) {
    change(canvas_->layer(), text, std::move(how));
}

void Retouch::maskChanged() {
    const QPointer photo(document());
    if (!photo) {
        factsOf_ = {};
        facts_ = {};
        panel_->showFacts({});
        return canvas_->setSeen({});
    }
    const Tiles mask = canvas_->maskNow();
    if (same(mask, factsOf_)) return;
    const Tiles pixels = photo->photo();
    const auto job = makeJob<Errand>(tr("Measure the mask"), [=, this](const OnProgress&) {
        const MaskFacts facts = factsOf(pixels, mask);
        return [=, this] {
            if (!photo || photo != document()) return;
            factsOf_ = mask;
            facts_ = facts;
            panel_->showFacts(facts);
            showSeen();
            showPossible();
            if (!same(mask, canvas_->maskNow())) soon_.start();
        };
    });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
}

void Retouch::preview() {
    OpenPhoto* photo = current();
    if (!photo || job_ || !strip_->preview()->isChecked() || showsFill(photo)) return;
    if (previewing_) {
        previewAgain_ = true;
        return previewing_->cancel();
    }
    const auto job = makeJob<PreviewFillJob>(photo->document->photo(), canvas_->maskNow());
    previewing_ = job;
    connect(job.get(), &PreviewFillJob::previewed, this,
            [this, document = QPointer(document())](const InstantPart& part) {
                if (document && document == this->document() && !job_ && !showsFill(current()))
                    canvas_->setPreview(part.pixels, part.where);
            });
    connect(job.get(), &Job::finished, this, [this] {
        previewing_ = nullptr;
        if (std::exchange(previewAgain_, false)) preview();
    });
    session_.soon(job);
}

void Retouch::fillOrStop() {
    if (job_) return job_->cancel();
    if (!current()) return;
    if (canvas_->busy()) return afterGesture([this] { fillOrStop(); });
    if (!panel_->why().isEmpty()) return notice_->say(panel_->why());
    startFill(panel_->variants(), panel_->request().seed, false);
}

void Retouch::startFill(int variants, std::int64_t seed, bool more) {
    OpenPhoto* photo = current();
    const Document& document = *photo->document;
    if (!more) {
        if (photo->against > 1) photo->against = 0;  // that variant goes
        auto fill = std::make_shared<Fill>();
        static_cast<FillSettings&>(*fill) = panel_->settings();
        // The mask of the last fill once more: its result is not what the new one starts from.
        fill->before = showsFill(photo) ? photo->fill->before : document.photo();
        fill->started = document.photo();
        fill->mask = document.mask();
        photo->fill = std::move(fill);
    }
    Fill& fill = *photo->fill;
    fill.request.seed = seed;
    for (int i = 0; i < variants; ++i) fill.variants.push_back({.seed = seed + i});
    const int first = int(fill.variants.size()) - variants;
    filling_ = photo;
    notice_->hide();
    canvas_->setMaskShown(true);
    CopyLimits limits;
    if (!document.empty(Layer::CopyFrom)) limits.only_from = document.layer(Layer::CopyFrom);
    if (!document.empty(Layer::NeverCopy)) limits.never_from = document.layer(Layer::NeverCopy);
    job_ = makeJob<FillJob>(fill.before, fill.mask, limits, fill, variants);
    connect(job_.get(), &FillJob::framed, this,
            [this, first](int variant, const std::vector<FillFrame>& frames) {
                framed(first + variant, frames);
            });
    connect(job_.get(), &FillJob::filled, this,
            [this, first](int variant, const std::shared_ptr<const FillResult>& result) {
                filled(first + variant, result);
            });
    connect(job_.get(), &Job::finished, this, &Retouch::ended);
    session_.make(job_);
    showVariants();
    showPossible();
}

void Retouch::framed(int number, const std::vector<FillFrame>& frames) {
    if (!filling_ || number >= int(filling_->fill->variants.size())) return;
    FillVariant& variant = filling_->fill->variants[std::size_t(number)];
    for (const FillFrame& frame : frames) addFrame(variant, frame);
    if (filling_ != current() || variant.films.empty()) return;
    const FillFilm& film = variant.films.back();
    canvas_->setMaskShown(false);
    DenoiseView* steps = strip_->steps();
    if (film.frames) {
        if (steps->frames() != film.frames)
            strip_->showSteps(film.frames, tr("%1 at work").arg(titleOf(filling_->fill->request)),
                              true);
        return steps->add(std::vector<std::shared_ptr<const Preview>>());  // they are in already
    }
    const Preview& newest = *film.previews.back();
    if (!newest.denoised.empty())
        canvas_->setPreview({film.previews.back(), &newest.denoised.front()}, film.where);
}

void Retouch::filled(int number, const std::shared_ptr<const FillResult>& result) {
    OpenPhoto* photo = filling_;
    if (!photo) return;
    const std::shared_ptr<Fill> fill = photo->fill;
    FillVariant& variant = fill->variants[std::size_t(number)];
    variant.result = result;
    fill->maskHash = job_->maskHash();
    panel_->rememberCost(*fill, *result);
    if (photo == current() && facts_.pixels == result->hole_pixels)
        panel_->showMeasured(fill->request, result->seconds);
    if (fill->chosen < 0) {  // the first one becomes a step, the others wait to be chosen
        fill->chosen = number;
        photo->document->apply(Layer::Photo, merged(photo->document->photo(), *fill, *result),
                               tr("Fill with %1").arg(titleOf(fill->request)));
        noteFill(*photo, number);
    }
    if (photo == current()) {
        QString remarks;
        for (const Sentence& remark : result->remarks)
            remarks += (remarks.isEmpty() ? QString() : QStringLiteral(" ")) + words(remark);
        if (!remarks.isEmpty()) notice_->say(remarks);
    }
    const auto job = makeJob<Errand>(
        tr("Keep the steps"), [this, fill, number, copy = variant](const OnProgress&) {
            auto done = std::make_shared<FillVariant>(copy);
            finishFilms(*done);
            const QImage picture = thumbnailOf(*done->result);
            return [=, this] {
                fill->variants[std::size_t(number)].films = done->films;
                fill->variants[std::size_t(number)].thumbnail = picture;
                if (!current() || current()->fill != fill) return;
                showVariants();
                showPossible();
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
    if (photo == current()) showVariants();
}

void Retouch::ended(Outcome outcome) {
    OpenPhoto* photo = std::exchange(filling_, nullptr);
    job_ = nullptr;
    if (photo) {
        std::erase_if(photo->fill->variants,
                      [](const FillVariant& variant) { return !variant.result; });
        if (photo->fill->variants.empty()) photo->fill = nullptr;
    }
    if (photo && photo == current()) {
        if (outcome == Outcome::Stopped && !photo->fill)
            notice_->say(tr("Stopped. The photo is as it was."));
        showVariants();
        if (outcome == Outcome::Done && std::exchange(splitAfter_, false)) setCompare(1);
    }
    showPossible();
}

}  // namespace daguerre
