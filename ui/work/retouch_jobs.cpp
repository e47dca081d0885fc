#include "ui/work/retouch_jobs.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/files.h"
#include "core/base/table.h"
#include "core/image/colour.h"
#include "core/image/image_file.h"
#include "core/inpaint/mask.h"

namespace daguerre {
namespace {

constexpr qint64 frame_interval_ms = 33;
constexpr int glanceSide = 1600;  // px: about a window
constexpr std::int64_t largePixels = 8'000'000;

qint64 nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

QString fillTitle(const FillRequest& request, int variants) {
    const QString engine = QString::fromStdString(
        request.model.empty() ? row_named(inpainters(), request.engine, "engine").title
                              : std::filesystem::path(request.model).filename().string());
    return variants > 1 ? Job::tr("Fill with %1, %n variant(s)", nullptr, variants).arg(engine)
                        : Job::tr("Fill with %1").arg(engine);
}

/// Whether no byte is anything but 0 or 255 (65535 in 16 bit), and all colours are grey.
bool isBlackAndWhite(const Image& image) {
    const auto first = image.pixels.begin();
    const int bytes = image.depth / 8, colours = std::min(image.channels, 3);
    const int pixel = image.channels * bytes;
    for (std::size_t at = 0; at < image.pixels.size(); at += std::size_t(pixel)) {
        const std::byte value = image.pixels[at];
        if (value != std::byte(0) && value != std::byte(255)) return false;
        const auto end = first + std::ptrdiff_t(at) + colours * bytes;
        if (!std::all_of(first + std::ptrdiff_t(at), end,
                         [&](std::byte other) { return other == value; }))
            return false;
    }
    return true;
}

/// Whether a smaller picture is there much sooner.
bool isLarge(std::string_view bytes, std::string_view name) {
    const ImageInfo info = peek(bytes, name);
    return row_named(image_formats(), info.format, "format").read_reduced &&
           std::int64_t(info.width) * info.height >= largePixels;
}

Size within(Size size, int side) {
    const int longer = std::max(size.width, size.height);
    if (longer <= side) return size;
    return {std::max(size.width * side / longer, 1), std::max(size.height * side / longer, 1)};
}

Image reduced(Image image, int side) {
    const Size size = within({image.width, image.height}, side);
    return size == Size{image.width, image.height} ? image : resize(image, size);
}

QRect asQRect(Rect rect) { return {rect.x, rect.y, rect.width, rect.height}; }

/// The mask's box with what an instant fill needs around it.
Rect seenBy(const Tiles& mask, int margin) {
    const Rect box = mask_box(mask);
    const int left = std::max(box.x - margin, 0), top = std::max(box.y - margin, 0);
    const int right = std::min(box.x + box.width + margin, mask.size().width);
    const int bottom = std::min(box.y + box.height + margin, mask.size().height);
    return {left, top, right - left, bottom - top};
}

}  // namespace

bool isRetouched(const Record& record) {
    return std::any_of(record.parameters.begin(), record.parameters.end(),
                       [](const auto& pair) { return pair.first == "Inpaint engine"; });
}

std::shared_ptr<const OpenedPhoto> readPhoto(
    const std::filesystem::path& file, const std::function<void(const Tiles& smaller)>& onGlance) {
    auto photo = std::make_shared<OpenedPhoto>();
    const std::string bytes = read_file(file, image_file_limit), name = file.string();
    if (onGlance && isLarge(bytes, name)) {
        const Image smaller = read_reduced(bytes, name, glanceSide);
        if (!record_of(smaller.metadata)) onGlance(Tiles(smaller));
    }
    const Image image = read_image(bytes, name);
    photo->file = file;
    photo->sha256 = sha256_of(bytes);
    photo->frames = peek(bytes, name).frames;
    photo->record = record_of(image.metadata);
    photo->blackAndWhite = isBlackAndWhite(image);
    photo->pixels = Tiles(image);
    return photo;
}

FillJob::FillJob(const Tiles& photo, const Tiles& mask, const CopyLimits& limits,
                 const FillSettings& settings, int variants)
    : Job(fillTitle(settings.request, variants)),
      photo_(photo),
      mask_(mask),
      limits_(limits),
      settings_(settings),
      variants_(variants) {}

void FillJob::run() {
    for (int variant = 0; variant < variants_ && !cancelled(); ++variant) {
        FillRequest request = settings_.request;
        request.seed += variant;
        auto result = std::make_shared<FillResult>(fill(
            photo_, mask_, limits_, settings_.inpainter, request,
            [&](const Progress& progress) { return step(progress, variant); },
            [this](Rect area) { where_ = asQRect(area); }));
        hand(variant);
        if (result->stopped) break;
        if (maskHash_.empty()) maskHash_ = mask_hash(mask_, limits_);
        Q_EMIT filled(variant, std::move(result));
    }
}

bool FillJob::step(const Progress& progress, int variant) {
    if (progress.preview) {
        const qint64 now = nowMs();
        if (handed_ < 0 || now - handed_ >= frame_interval_ms || progress.done == progress.total) {
            auto preview = std::make_shared<Preview>(progress.preview());
            for (std::vector<Image>* images : {&preview->x, &preview->denoised})
                for (Image& image : *images)
                    image = reduced(to_depth(std::move(image), 8), frameSide);
            waiting_.push_back({where_, std::move(preview)});
            handed_ = now;
            hand(variant);
        }
    }
    return report(
        {variant * progress.total + progress.done, variants_ * progress.total, progress.what, {}});
}

void FillJob::hand(int variant) {
    if (!waiting_.empty()) Q_EMIT framed(variant, std::exchange(waiting_, {}));
}

PreviewFillJob::PreviewFillJob(const Tiles& photo, const Tiles& mask)
    : Job(tr("Preview the fill")), photo_(photo), mask_(mask) {}

void PreviewFillJob::run() {
    const Rect box = mask_box(mask_);
    if (box.width == 0) return;
    const Rect area = seenBy(mask_, std::max({box.width, box.height, 32}) / 4);
    Image photo = reduced(to_channels(photo_.crop(area), photo_.channels() == 1 ? 1 : 3), side);
    const Image mask = reduced(mask_.crop(area), side);
    const InpainterRow row = preview_inpainter();
    FillRequest request;
    request.engine = row.id;
    const FillResult result =
        fill(Tiles(photo), Tiles(mask), {}, row.make(row.fields ? row.fields() : Fields()), request,
             [this](const Progress&) { return !cancelled(); });
    if (cancelled() || result.stopped) return;
    Q_EMIT previewed({asQRect(area), std::make_shared<const Image>(result.photo.image())});
}

double MaskFacts::crowding() const {
    double most = 0;
    for (const FillPart& part : parts) {
        const double area = double(part.area.width) * part.area.height;
        most = std::max(most, area > 0 ? double(part.pixels) / area : 0);
    }
    return most;
}

MaskFacts factsOf(const Tiles& photo, const Tiles& mask) {
    MaskFacts facts;
    facts.photoPixels = std::int64_t(mask.size().width) * mask.size().height;
    facts.pixels = hole_pixels(mask);
    if (facts.pixels == 0) return facts;
    facts.parts = fill_parts(mask);
    facts.closely = cuts_closely(photo, mask);
    const Rect box = mask_box(mask);
    const Image pixels = mask.crop(box);
    facts.soft = std::any_of(pixels.pixels.begin(), pixels.pixels.end(), [](std::byte value) {
        return value != std::byte(0) && value != std::byte(255);
    });
    return facts;
}

}  // namespace daguerre
