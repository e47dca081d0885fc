#include "core/inpaint/fill.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/base/machine.h"
#include "core/image/image_mat.h"
#include "core/inpaint/hole_parts.h"

namespace daguerre {
namespace {

constexpr std::byte half{128};
constexpr int jpeg_rim = 2;           // px around the hole that hold the old thing's ringing
constexpr double large_share = 0.40;  // of an area; over it copying fails
// Bytes that an engine takes for each pixel of the area and of its hole.
constexpr std::int64_t bytes_for_area = 61, bytes_for_hole = 64;

/// A part with what an engine will see, and what it was cut from.
struct Task {
    HolePart part;
    Rect area;
    bool first_piece = true;  // else the pieces before it count as known
};

std::int64_t pixels_of(const Rect& r) { return std::int64_t(r.width) * r.height; }

bool is_hole(const Image& mask, std::size_t i) { return mask.pixels[i] >= half; }

void check_mask(const Tiles& photo, const Tiles& mask, const CopyLimits& limits) {
    require(photo.size().width > 0, "a photo has pixels");
    require(mask.channels() == 1 && mask.depth() == 8, "a mask is grey with 8 bits");
    if (mask.size() != photo.size())
        throw Error(
            "The mask is {mw} x {mh}, the photo {w} x {h}. A mask must have the photo's size.",
            {{"mw", mask.size().width},
             {"mh", mask.size().height},
             {"w", photo.size().width},
             {"h", photo.size().height}});
    for (const Tiles* limit : {&limits.only_from, &limits.never_from})
        require(limit->size() == Size{} || limit->size() == photo.size(),
                "what may be copied has the photo's size");
}

/// The area with half the margin where memory is scarce. Throws Error when even that is too much.
Rect that_fits(Rect area, const HolePart& part, const Tiles& mask) {
    const std::uint64_t free = memory_available();
    const auto need = [&](const Rect& r) {
        return std::uint64_t(bytes_for_area * pixels_of(r) +
                             bytes_for_hole * hole_pixels_in(mask, r));
    };
    if (need(area) <= free / 2) return area;
    area = with_context(part.box, usual_margin(part.box) / 2, mask.size());
    if (need(area) <= free / 2) return area;
    throw Error(
        "This hole needs about {need} MB of memory to be filled; {free} MB are free, and Daguerre "
        "takes half of that. Fill it in smaller pieces, or close other programs.",
        {{"need", need(area) >> 20}, {"free", free >> 20}});
}

std::vector<Task> tasks_of(const Tiles& mask) {
    std::vector<Task> tasks;
    for (const HolePart& part : hole_parts(mask)) {
        bool first = true;
        for (HolePart& piece : pieces_of(part, mask.size())) {
            const Rect area = that_fits(area_of_part(piece, mask), piece, mask);
            tasks.push_back({std::move(piece), area, std::exchange(first, false)});
        }
    }
    return tasks;
}

/// The colours of an image in greys, without its alpha.
template <class T>
Colours colours_of(const Image& image) {
    constexpr float grey = 255.0f / float(std::numeric_limits<T>::max());
    const auto from = std::size_t(image.channels), to = std::min<std::size_t>(from, 3);
    Colours colours{image.width, image.height, int(to), {}};
    colours.values.resize(std::size_t(pixels_of({0, 0, image.width, image.height})) * to);
    float* value = colours.values.data();
    for (int y = 0; y < image.height; ++y) {
        const auto row = image.row<T>(y);
        for (std::size_t x = 0; x < row.size(); x += from)
            for (std::size_t c = 0; c < to; ++c) *value++ = float(row[x + c]) * grey;
    }
    return colours;
}

/// Clears `sources` where `forbidden` says so of a pixel.
template <class Forbidden>
void forbid(Image& sources, Forbidden forbidden) {
    for (std::size_t i = 0; i < sources.pixels.size(); ++i)
        if (forbidden(i)) sources.pixels[i] = std::byte(0);
}

/// 255 where alpha is not 0.
template <class T>
void forbid_transparent(Image& sources, const Image& photo) {
    const auto* values = photo.row<T>(0).data();
    forbid(sources, [&](std::size_t i) { return values[4 * i + 3] == 0; });
}

/// 255 where a known pixel is at most jpeg_rim from the hole.
Image rim_of(const Tiles& mask, const Rect& where) {
    const Rect wide = with_context(where, jpeg_rim, mask.size());
    const Image hole = mask.crop(wide);
    const cv::Mat known = mat_of(hole) < 128;
    cv::Mat distance;
    cv::distanceTransform(known, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    Image rim = Image::blank(where.width, where.height, 1);
    cv::Mat out = mat_of(rim);
    const cv::Mat near = (distance <= double(jpeg_rim)) & known;
    near({where.x - wide.x, where.y - wide.y, where.width, where.height}).copyTo(out);
    return rim;
}

/// What may be copied, with the ring around the hole of a JPEG still in it.
Image sources_of(const Image& pixels, const Tiles& mask, const CopyLimits& limits,
                 const Rect& where) {
    Image sources = Image::blank(where.width, where.height, 1);
    const Image hole = mask.crop(where);
    std::ranges::fill(sources.pixels, std::byte(255));
    forbid(sources, [&](std::size_t i) { return is_hole(hole, i); });
    if (limits.only_from.size() != Size{}) {
        const Image only = limits.only_from.crop(where);
        forbid(sources, [&](std::size_t i) { return !is_hole(only, i); });
    }
    if (limits.never_from.size() != Size{}) {
        const Image never = limits.never_from.crop(where);
        forbid(sources, [&](std::size_t i) { return is_hole(never, i); });
    }
    if (pixels.channels == 4)
        pixels.depth == 8 ? forbid_transparent<std::uint8_t>(sources, pixels)
                          : forbid_transparent<std::uint16_t>(sources, pixels);
    return sources;
}

/// Writes a fill into the photo's pixels; old: how much of them stays.
template <class T>
void take(const Filling& filling, const Task& task, const Image& mask, bool blend_soft,
          Image& pixels) {
    constexpr float top = std::numeric_limits<T>::max(), level = top / 255.0f;
    const Rect &box = task.part.box, &area = task.area;
    const auto channels = std::size_t(pixels.channels);
    const auto colours = std::size_t(filling.colours.channels);
    for (const Run& run : task.part.runs) {
        const auto row = pixels.row<T>(run.y - box.y);
        const auto soft = mask.row<std::uint8_t>(run.y - box.y);
        const float* from = filling.colours.pixel(run.first - area.x, run.y - area.y);
        for (auto x = std::size_t(run.first - box.x); x < std::size_t(run.end - box.x); ++x)
            for (std::size_t c = 0; c < colours; ++c) {
                T& value = row[x * channels + c];
                float v = *from++ * level;
                if (blend_soft)
                    v = float(value) + float(soft[x] - 127) / 128.0f * (v - float(value));
                value = T(v > 0 ? std::min(std::floor(v + 0.5f), top) : 0.0f);
            }
    }
}

/// Pixels of a part that are fully transparent.
template <class T>
std::int64_t transparent_in(const Image& pixels, const HolePart& part) {
    std::int64_t count = 0;
    for (const Run& run : part.runs) {
        const auto row = pixels.row<T>(run.y - part.box.y);
        for (auto x = std::size_t(run.first - part.box.x); x < std::size_t(run.end - part.box.x);
             ++x)
            count += row[4 * x + 3] == 0;
    }
    return count;
}

Colours colours_of(const Image& image) {
    return image.depth == 8 ? colours_of<std::uint8_t>(image) : colours_of<std::uint16_t>(image);
}

/// One fill on its way through the parts.
class Fill {
public:
    Fill(const Tiles& photo, const Tiles& mask, const CopyLimits& limits,
         const FillRequest& request, const OnProgress& on_progress)
        : photo_(photo),
          mask_(mask),
          limits_(limits),
          request_(request),
          on_progress_(on_progress),
          tasks_(tasks_of(mask)) {
        for (const Task& task : tasks_) hole_pixels_ += task.part.pixels;
        if (hole_pixels_ == std::int64_t(photo.size().width) * photo.size().height)
            throw Error(
                "The mask covers the whole photo. Leave a part of it unmasked: the fill is made "
                "from the rest.");
    }

    FillResult run(const Inpainter& inpainter, const std::function<void(Rect)>& on_area) {
        FillResult result = untouched();
        result.parts = std::ranges::count_if(tasks_, &Task::first_piece);
        result.outside_bytes = bytes_outside(photo_, mask_);
        if (tasks_.empty()) add(result, {"The mask is empty; nothing to fill.", {}});
        remark_large_holes(result);
        for (const Task& task : tasks_) {
            if (task.first_piece) begin_part();
            if (on_area) on_area(task.area);
            Area area = area_of(task);
            if (!go_on(task, {0, 1, "part", {}})) return as_stopped();
            Filling filling =
                inpainter(std::move(area), [&](const Progress& at) { return go_on(task, at); });
            if (filling.stopped || !go_on(task, {1, 1, "part", {}})) return as_stopped();
            for (Sentence& remark : filling.remarks) add(result, std::move(remark));
            finish(task, filling, result);
        }
        remark_transparent(result);
        result.outside_changed = changed_outside(photo_, result.photo, mask_);
        if (result.outside_changed > 0)
            throw Error(
                "This fill changed {n} bytes outside the mask and was undone. Please report it.",
                {{"n", result.outside_changed}});
        return result;
    }

private:
    FillResult untouched() const {
        FillResult result;
        result.photo = photo_;
        result.hole_pixels = hole_pixels_;
        return result;
    }

    FillResult as_stopped() const {
        FillResult result = untouched();
        result.stopped = true;
        return result;
    }

    /// Each part reads the photo as it was; only pieces of one part see each other.
    void begin_part() {
        seen_ = photo_;
        hole_ = mask_;
    }

    Area area_of(const Task& task) const {
        const Rect& where = task.area;
        const Image pixels = seen_.crop(where);
        Area area{.colours = colours_of(pixels),
                  .hole = hole_.crop(where),
                  .sources = sources_of(pixels, mask_, limits_, where),
                  .near_rim = {},
                  .guide = {},
                  .seed = std::uint64_t(request_.seed)};
        for (std::byte& value : area.hole.pixels)
            value = value >= half ? std::byte(255) : std::byte(0);
        if (photo_.metadata().format != "jpeg") return area;
        area.near_rim = rim_of(mask_, where);
        for (std::size_t i = 0; i < area.sources.pixels.size(); ++i) {
            area.near_rim.pixels[i] &= area.sources.pixels[i];
            area.sources.pixels[i] &= ~area.near_rim.pixels[i];
        }
        return area;
    }

    bool go_on(const Task& task, const Progress& at) {
        Progress all = at;
        const double share = at.total > 0 ? double(at.done) / double(at.total) : 0;
        all.done = done_ + std::int64_t(share * double(task.part.pixels));
        all.total = hole_pixels_;
        stopped_ = stopped_ || (on_progress_ && !on_progress_(all));
        return !stopped_;
    }

    /// Boxes of parts overlap, so a patch shows what the patches before it made.
    void finish(const Task& task, const Filling& filling, FillResult& result) {
        require(filling.colours.width == task.area.width &&
                    filling.colours.height == task.area.height &&
                    filling.colours.channels == std::min(photo_.channels(), 3),
                "an engine returns its whole area");
        const Rect& box = task.part.box;
        Patch patch{box, result.photo.crop(box)};
        Image mask = hole_.crop(box);
        photo_.depth() == 8
            ? take<std::uint8_t>(filling, task, mask, request_.blend_soft, patch.pixels)
            : take<std::uint16_t>(filling, task, mask, request_.blend_soft, patch.pixels);
        if (photo_.channels() == 4)
            transparent_ += photo_.depth() == 8
                                ? transparent_in<std::uint8_t>(patch.pixels, task.part)
                                : transparent_in<std::uint16_t>(patch.pixels, task.part);
        for (const Run& run : task.part.runs)
            std::ranges::fill(
                mask.row<std::byte>(run.y - box.y)
                    .subspan(std::size_t(run.first - box.x), std::size_t(run.end - run.first)),
                std::byte(0));
        hole_.paste(box.x, box.y, mask);
        apply(seen_, patch);
        apply(result.photo, patch);
        result.patches.push_back(std::move(patch));
        done_ += task.part.pixels;
    }

    static void add(FillResult& result, Sentence remark) {
        for (const Sentence& known : result.remarks)
            if (known.text() == remark.text()) return;
        result.remarks.push_back(std::move(remark));
    }

    void remark_large_holes(FillResult& result) const {
        double share = 0;
        for (const Task& task : tasks_)
            share = std::max(
                share, double(hole_pixels_in(mask_, task.area)) / double(pixels_of(task.area)));
        if (share > large_share && request_.engine == "heal")
            add(result,
                {"This mask covers {percent} % of its surroundings; Heal guesses poorly there. "
                 "Dream or a trained network usually does better.",
                 {{"percent", std::lround(100 * share)}}});
    }

    void remark_transparent(FillResult& result) const {
        if (transparent_ > 0)
            add(result,
                {"{n} of the filled pixels are transparent and stay so.", {{"n", transparent_}}});
    }

    const Tiles &photo_, &mask_;
    const CopyLimits& limits_;
    const FillRequest& request_;
    const OnProgress& on_progress_;
    std::vector<Task> tasks_;
    std::int64_t hole_pixels_ = 0, done_ = 0, transparent_ = 0;
    bool stopped_ = false;
    Tiles seen_, hole_;  // the photo and its hole as the pieces of one part leave them
};

}  // namespace

FillResult fill(const Tiles& photo, const Tiles& mask, const CopyLimits& limits,
                const Inpainter& inpainter, const FillRequest& request,
                const OnProgress& on_progress, const std::function<void(Rect)>& on_area) {
    const auto start = std::chrono::steady_clock::now();
    check_mask(photo, mask, limits);
    FillResult result = Fill(photo, mask, limits, request, on_progress).run(inpainter, on_area);
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

FillResult fill(const Tiles& photo, const Tiles& mask, const FillRequest& request,
                const OnProgress& on_progress) {
    const InpainterRow& row = row_named(inpainters(), request.engine, "engine");
    require(row.make != nullptr, "this engine is made elsewhere");
    const Inpainter inpainter = row.make(row.fields ? row.fields() : Fields{});
    return fill(photo, mask, {}, inpainter, request, on_progress);
}

}  // namespace daguerre
