#include "core/models/diffusion_fill.h"

#include <algorithm>
#include <cmath>

#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/inpaint/grain.h"
#include "core/inpaint/poisson.h"
#include "core/models/families.h"
#include "core/models/open_model.h"
#include "core/nn/device.h"

namespace daguerre {
namespace {

/// From this share of the square's side on, a model's picture is used as it is.
constexpr double fine_enough = 0.8;
/// Of the progress, when heal follows.
constexpr double model_share = 0.7;

bool is_hole(const Area& area, int x, int y) {
    return area.hole.row<std::uint8_t>(y)[std::size_t(x)] >= 128;
}

/// What the model sees of an area; it may reach over the edge.
struct Square {
    int x = 0, y = 0, side = 0;
};

Square square_of(const Area& area) {
    const int width = area.colours.width, height = area.colours.height;
    int left = width, right = -1, top = height, bottom = -1;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            if (!is_hole(area, x, y)) continue;
            left = std::min(left, x);
            right = std::max(right, x);
            top = std::min(top, y);
            bottom = y;
        }
    const int longest = std::max(right - left, bottom - top) + 1;
    const int small = std::min(width, height),
              side = longest <= small ? small : std::max(width, height);
    const auto place = [&](int first, int last, int length) {
        const int at = (first + last + 1 - side) / 2;
        return side <= length ? std::clamp(at, 0, length - side) : (length - side) / 2;
    };
    return {place(left, right, width), place(top, bottom, height), side};
}

/// Which pixels of an axis one pixel of a smaller picture covers, and how much of each.
struct Cover {
    int first = 0;
    std::vector<double> weights;
};

/// `count` pixels over `length` ones from `start` on. Pixels smaller than those covered are widened
/// to 1, which makes the mean a linear interpolation.
std::vector<Cover> covers(double start, double length, int count) {
    const double scale = length / count, reach = std::max(scale, 1.0) / 2;
    std::vector<Cover> all;
    for (int i = 0; i < count; ++i) {
        const double middle = start + (i + 0.5) * scale;
        Cover cover{int(std::floor(middle - reach + 1e-6)), {}};
        for (int at = cover.first; at < middle + reach - 1e-6; ++at)
            cover.weights.push_back(std::min(at + 1.0, middle + reach) -
                                    std::max(double(at), middle - reach));
        all.push_back(std::move(cover));
    }
    return all;
}

/// A part of the area at another resolution. known: 255 where all that a pixel covers is known and
/// inside; colours are the mean of what is.
struct Smaller {
    Colours colours;
    std::vector<bool> known;
};

Smaller brought(const Area& area, const Colours& colours, Rect where, Size size) {
    const std::vector<Cover> across = covers(where.x, where.width, size.width);
    const std::vector<Cover> down = covers(where.y, where.height, size.height);
    const auto channels = std::size_t(colours.channels);
    Smaller result{{size.width, size.height, colours.channels, {}}, {}};
    std::vector<double> sum(channels);
    for (const Cover& rows : down)
        for (const Cover& columns : across) {
            std::ranges::fill(sum, 0);
            double all = 0, seen = 0;
            for (std::size_t j = 0; j < rows.weights.size(); ++j)
                for (std::size_t i = 0; i < columns.weights.size(); ++i) {
                    const int x = columns.first + int(i), y = rows.first + int(j);
                    const double weight = rows.weights[j] * columns.weights[i];
                    all += weight;
                    if (x < 0 || y < 0 || x >= colours.width || y >= colours.height ||
                        is_hole(area, x, y))
                        continue;
                    seen += weight;
                    for (std::size_t c = 0; c < channels; ++c)
                        sum[c] += weight * colours.pixel(x, y)[c];
                }
            for (const double value : sum)
                result.colours.values.push_back(seen > 0 ? float(value / seen) : 127.5f);
            result.known.push_back(seen > all * (1 - 1e-6));
        }
    return result;
}

Image image_of(const Colours& colours) {
    Image image = Image::blank(colours.width, colours.height, colours.channels);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
        image.pixels[i] = std::byte(std::lround(std::clamp(colours.values[i], 0.0f, 255.0f)));
    return image;
}

/// The area with the model's picture of the square in its hole, or over all of the square. Hole
/// pixels that the model didn't see become grey.
enum class Laid { InHole, OverAll };
Colours with_picture(const Area& area, const Square& square, const Image& picture, Laid laid) {
    const Image large =
        to_channels(resize(picture, {square.side, square.side}), area.colours.channels);
    Colours result = area.colours;
    const auto channels = std::size_t(result.channels);
    for (int y = 0; y < result.height; ++y)
        for (int x = 0; x < result.width; ++x) {
            const bool hole = is_hole(area, x, y);
            if (!hole && laid == Laid::InHole) continue;
            const int sx = x - square.x, sy = y - square.y;
            const bool seen = sx >= 0 && sy >= 0 && sx < square.side && sy < square.side;
            if (!seen && !hole) continue;
            for (std::size_t c = 0; c < channels; ++c)
                result.pixel(x, y)[c] =
                    seen ? float(large.row<std::uint8_t>(sy)[std::size_t(sx) * channels + c])
                         : 127.5f;
        }
    return result;
}

Sentence cannot_fill(const ModelInfo& info) {
    return {"{id} can't fill pictures: models of the family {family} can't.",
            {{"id", info.id}, {"family", info.family}}};
}

class ModelFill {
public:
    ModelFill(std::shared_ptr<const Model> model, GenerateRequest request, Fields own)
        : model_(std::move(model)), request_(std::move(request)), own_(std::move(own)) {
        const ModelInfo& info = model_->info();
        if (model_->complete_fields().empty()) throw Error(cannot_fill(info));
        if (request_.image_class.empty() && info.null_class) request_.image_class = "none";
    }

    Filling operator()(const Area& area, const OnProgress& on_progress) const {
        const ModelInfo& info = model_->info();
        if (const auto why = why_not_filled(info, area.colours.channels)) throw Error(*why);
        require_memory();
        const Square square = square_of(area);
        const bool fine = info.width >= fine_enough * square.side;
        const double share = fine ? 1 : model_share;
        const Image picture = picture_for(area, square, part_of(on_progress, 0, share));
        if (picture.width == 0) return stopped();
        const auto laid = [&](Laid where) { return with_picture(area, square, picture, where); };
        Filling filling = fine ? laid_in(area, laid(Laid::OverAll), on_progress)
                               : healed(area, laid(Laid::InHole), double(info.width) / square.side,
                                        part_of(on_progress, share, 1));
        if (filling.stopped) return filling;
        filling.remarks.push_back(remark());
        for (const Family& family : families())
            if (family.id == info.family && !family.completion_limit.empty())
                filling.remarks.push_back({family.completion_limit, {}});
        return filling;
    }

private:
    void require_memory() const {
        const std::uint64_t need = model_->completion_cost(own_).bytes, free = memory_available();
        if (need <= free || use_device(request_.device, request_.threads).device != "cpu") return;
        throw Error(
            "{id} needs about {need} MB of memory to fill; {free} MB are free. Close other "
            "programs, or choose another engine.",
            {{"id", model_->info().id}, {"need", need >> 20}, {"free", free >> 20}});
    }

    static Filling stopped() {
        Filling none;
        none.stopped = true;
        return none;
    }

    /// Progress of a stretch of the work as that of the whole.
    static OnProgress part_of(const OnProgress& whole, double from, double to) {
        return [&whole, from, to](const Progress& part) {
            if (!whole) return true;
            constexpr double parts = 1000;
            const double share = part.total > 0 ? double(part.done) / double(part.total) : 0;
            return whole({std::int64_t(parts * (from + (to - from) * share)), std::int64_t(parts),
                          part.what, part.preview});
        };
    }

    /// The model's picture of the square, of its own size; width 0 when stopped.
    Image picture_for(const Area& area, const Square& square, const OnProgress& on_progress) const {
        const ModelInfo& info = model_->info();
        const Smaller seen =
            brought(area, area.colours, {square.x, square.y, square.side, square.side},
                    {info.width, info.height});
        Image hole = Image::blank(info.width, info.height, 1);
        for (std::size_t i = 0; i < seen.known.size(); ++i)
            hole.pixels[i] = std::byte(seen.known[i] ? 0 : 255);
        GenerateRequest request = request_;
        request.seed = std::int64_t(area.seed % (std::uint64_t(1) << 32));
        const auto shown = [&](std::vector<Image> small) {
            for (Image& image : small)
                image = image_of(with_picture(area, square, image, Laid::InHole));
            return small;
        };
        return model_->complete(to_channels(image_of(seen.colours), info.channels), hole, request,
                                own_, [&](const Progress& at) {
                                    Progress told = at;
                                    if (at.preview)
                                        told.preview = [&] {
                                            Preview preview = at.preview();
                                            preview.x = shown(std::move(preview.x));
                                            preview.denoised = shown(std::move(preview.denoised));
                                            return preview;
                                        };
                                    return on_progress(told);
                                });
    }

    /// The picture in the hole with its own gradients, so that no seam is left, and the photo's
    /// grain.
    static Filling laid_in(const Area& area, const Colours& imagined,
                           const OnProgress& on_progress) {
        const auto channels = std::size_t(imagined.channels);
        std::vector<std::uint8_t> hole(area.hole.pixels.size());
        Filling filling;
        filling.colours = area.colours;
        for (std::size_t i = 0; i < hole.size(); ++i) {
            hole[i] = area.hole.pixels[i] >= std::byte(128);
            if (!hole[i]) continue;
            const auto first = std::ptrdiff_t(i * channels);
            std::copy_n(imagined.values.begin() + first, channels,
                        filling.colours.values.begin() + first);
        }
        const auto step = [&](std::int32_t p, std::int32_t q, float* to) {
            for (std::size_t c = 0; c < channels; ++c)
                to[c] = imagined.values[std::size_t(p) * channels + c] -
                        imagined.values[std::size_t(q) * channels + c];
        };
        Watch watch(on_progress, "level", 1);
        solve_poisson(filling.colours, unknowns_of(hole, imagined.width, imagined.height), step, {},
                      watch);
        if (watch.stopped()) return stopped();
        match_grain(filling.colours, hole, area.seed);
        return filling;
    }

    /// Detail from the photo in the layout of the picture. scale: of the guide to the area.
    static Filling healed(const Area& area, const Colours& imagined, double scale,
                          const OnProgress& on_progress) {
        Area guided = area;
        std::ranges::fill(guided.hole.pixels, std::byte(0));  // all of the picture counts
        const auto side = [&](int n) { return std::max(1, int(std::lround(n * scale))); };
        guided.guide = brought(guided, imagined, {0, 0, imagined.width, imagined.height},
                               {side(imagined.width), side(imagined.height)})
                           .colours;
        guided.hole = area.hole;
        const InpainterRow& heal = row_named(inpainters(), "heal", "engine");
        return heal.make(heal.fields ? heal.fields() : Fields{})(guided, on_progress);
    }

    Sentence remark() const {
        const ModelInfo& info = model_->info();
        if (info.dataset.empty())
            return {"{model} fills with what it knows from its training.", {{"model", info.id}}};
        return {"{model} was trained on {dataset} and fills with what it knows.",
                {{"model", info.id}, {"dataset", info.dataset}}};
    }

    std::shared_ptr<const Model> model_;
    GenerateRequest request_;
    Fields own_;
};

}  // namespace

Inpainter model_inpainter(std::shared_ptr<const Model> model, GenerateRequest request, Fields own) {
    return ModelFill(std::move(model), std::move(request), std::move(own));
}

std::optional<Sentence> why_not_filled(const ModelInfo& info, int photo_channels) {
    for (const Family& family : families())
        if (family.id == info.family && !family.complete_fields) return cannot_fill(info);
    if (photo_channels < 3 || info.channels >= 3) return std::nullopt;
    return Sentence(
        "{id} makes grey pictures and can't fill a colour photo. Choose a model that was trained "
        "on colour, or turn the photo grey.",
        {{"id", info.id}});
}

FillSettings model_settings(const std::shared_ptr<const Model>& model, const FillRequest& fill,
                            const GenerateRequest& request, const Fields& own) {
    FillSettings settings{fill, own, model_inpainter(model, request, own)};
    if (request.image_class.empty()) return settings;
    settings.options.push_back(*find_field(fields_of(request), "class"));
    return settings;
}

std::shared_ptr<const Model> model_to_fill_with(const std::string& name,
                                                const GenerateRequest& request) {
    if (name.empty())
        throw Error(
            "The engine “model” needs a model. Name one by --model; “daguerre models” lists what "
            "there is.");
    use_device(request.device, request.threads);
    return open_model(name);
}

}  // namespace daguerre
