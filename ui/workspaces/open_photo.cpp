#include "ui/workspaces/open_photo.h"

#include <algorithm>
#include <utility>

#include "core/base/json.h"
#include "core/base/table.h"
#include "core/image/colour.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/retouch.h"

namespace daguerre {
namespace {

constexpr int thumbnailSide = 192;  // px, for screens of ratio 2

/// The box of all patches, a little wider: what a thumbnail shows.
Rect filledBox(const FillResult& result) {
    int left = 1 << 30, top = 1 << 30, right = 0, bottom = 0;
    for (const Patch& patch : result.patches) {
        left = std::min(left, patch.where.x);
        top = std::min(top, patch.where.y);
        right = std::max(right, patch.where.x + patch.where.width);
        bottom = std::max(bottom, patch.where.y + patch.where.height);
    }
    const int margin = std::max({right - left, bottom - top, 32}) / 4;
    const Size size = result.photo.size();
    left = std::max(left - margin, 0);
    top = std::max(top - margin, 0);
    return {left, top, std::min(right + margin, size.width) - left,
            std::min(bottom + margin, size.height) - top};
}

}  // namespace

bool same(const Tiles& a, const Tiles& b) {
    return a.size() == b.size() && a.channels() == b.channels() && changed_area(a, b).width == 0;
}

bool showsFill(const OpenPhoto* photo) {
    if (!photo || !photo->fill || photo->fill->chosen < 0) return false;
    const Fill& fill = *photo->fill;
    const auto& result = fill.variants[std::size_t(fill.chosen)].result;
    return result && same(photo->document->mask(), fill.mask) &&
           same(photo->document->photo(), result->photo);
}

std::vector<Comparable> comparablesOf(const OpenPhoto& photo) {
    std::vector<Comparable> rows{{Retouch::tr("Original"), photo.document->opened()}};
    if (!photo.fill) return rows;
    rows.push_back({Retouch::tr("Before the last fill"), photo.fill->before});
    for (const FillVariant& variant : photo.fill->variants)
        if (variant.result)
            rows.push_back({Retouch::tr("Variant %1").arg(rows.size() - 1), variant.result->photo});
    return rows;
}

QString titleOf(const FillRequest& request) {
    if (!request.model.empty())
        return QString::fromStdString(std::filesystem::path(request.model).filename().string());
    return words(row_named(inpainters(), request.engine, "engine").title);
}

Tiles merged(const Tiles& now, const Fill& fill, const FillResult& result) {
    if (same(now, fill.before) || same(now, fill.started)) return result.photo;
    Tiles photo = now;
    for (const Patch& patch : result.patches) apply(photo, patch);
    return photo;
}

QImage thumbnailOf(const FillResult& result) {
    if (result.patches.empty()) return {};
    const Rect box = filledBox(result);
    Image part = result.photo.crop(box);
    const int longer = std::max(part.width, part.height);
    if (longer > thumbnailSide)
        part = resize(part, {std::max(part.width * thumbnailSide / longer, 1),
                             std::max(part.height * thumbnailSide / longer, 1)});
    part.metadata.icc = result.photo.metadata().icc;
    part = to_channels(to_srgb(std::move(part)), 3);
    return asQImage(std::make_shared<const Image>(std::move(part)));
}

void FillNotes::note(int step, FillNote fill) {
    std::erase_if(notes, [&](const Note& note) { return note.step >= step; });
    notes.push_back({step, std::move(fill)});
}

std::vector<FillNote> FillNotes::upTo(int step) const {
    std::vector<FillNote> done;
    for (const Note& note : notes)
        if (note.step <= step) done.push_back(note.fill);
    return done;
}

std::string FillNotes::text() const {
    Json all = Json::array();
    for (const Note& note : notes)
        all.push_back({{"step", note.step}, {"fill", json_of(note.fill)}});
    return Json{{"fills", all}}.dump();
}

FillNotes FillNotes::from(const std::string& text) {
    FillNotes read;
    try {
        const Json json = Json::parse(text);
        for (const Json& note : json.at("fills"))
            read.notes.push_back({note.at("step").get<int>(), fill_note_from(note.at("fill"))});
    } catch (const std::exception&) {  // none, or another version's
        read.notes.clear();
    }
    return read;
}

void noteFill(OpenPhoto& photo, int number) {
    const Fill& fill = *photo.fill;
    const FillVariant& variant = fill.variants[std::size_t(number)];
    FillRequest request = fill.request;
    request.seed = variant.seed;
    photo.fills.note(photo.document->history().index(),
                     note_of(request, fill.options, *variant.result, photo.sha256, fill.maskHash));
    photo.document->setNotes(photo.fills.text());
}

const FillFilm* mainFilm(const FillVariant& variant) {
    const auto area = [](const FillFilm& film) {
        return qint64(film.where.width()) * film.where.height();
    };
    const FillFilm* main = nullptr;
    for (const FillFilm& film : variant.films)
        if (film.frames && (!main || area(film) > area(*main))) main = &film;
    return main;
}

void addFrame(FillVariant& variant, const FillFrame& frame) {
    if (variant.films.empty() || variant.films.back().where != frame.where)
        variant.films.push_back({frame.where, {}, nullptr});
    FillFilm& film = variant.films.back();
    if (frame.preview->steps > 0) {
        if (!film.frames) film.frames = std::make_shared<Frames>(1);
        film.frames->add(frame.preview);
    } else if (!film.frames) {  // what comes after the noise has no steps of its own
        film.previews.push_back(frame.preview);
    }
}

void finishFilms(FillVariant& variant) {
    for (FillFilm& film : variant.films) {
        const int steps = int(film.previews.size());
        if (steps > 0) film.frames = std::make_shared<Frames>(1, steps);
        for (int i = 0; i < steps; ++i) {
            auto numbered = std::make_shared<Preview>(*film.previews[std::size_t(i)]);
            numbered->first = 0;
            numbered->step = i;
            numbered->steps = steps;
            film.frames->add(std::move(numbered));
        }
        film.previews.clear();
        if (!film.frames || !variant.result) continue;
        film.frames = std::make_shared<Frames>(*film.frames);  // the window looks at the others
        const QSize shown = film.frames->size();
        const Image whole = variant.result->photo.crop(
            {film.where.x(), film.where.y(), film.where.width(), film.where.height()});
        const bool grey = film.frames->guess(0, film.frames->newest(0))->channels == 1;
        film.frames->finish(
            0, {resize(to_channels(whole, grey ? 1 : 3), {shown.width(), shown.height()})});
    }
}

}  // namespace daguerre
