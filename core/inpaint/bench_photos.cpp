#include "core/inpaint/bench_photos.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/number_list.h"
#include "core/base/random.h"
#include "core/base/table.h"
#include "core/image/image_file.h"
#include "core/image/image_mat.h"
#include "core/inpaint/bench_masks.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

Image resized(const Image& image, Size size, int interpolation) {
    Image result = Image::blank(size.width, size.height, image.channels, image.depth);
    cv::Mat to = mat_of(result);
    cv::resize(mat_of(image), to, to.size(), 0, 0, interpolation);
    return result;
}

std::vector<fs::path> photos_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end;
         each.increment(error))
        if (has_image_suffix(each->path())) files.push_back(each->path());
    if (error || files.empty())
        throw Error("There are no photos in “{folder}”. Name a folder or files by --photos.",
                    {{"folder", folder}});
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<fs::path> photos_of_set(const std::string& named, const fs::path& data) {
    if (data.empty())
        throw Error(
            "“{set}” is a set of photos in the folder that --data names, which has “photos” and "
            "“evaluation-only/kodak” in it. Name that folder, or photos of yours by --photos.",
            {{"set", named}});
    // Numbers from 1. These four were looked at while the methods were written.
    const std::set<std::size_t> looked_at{7, 21, 35, 39};
    const std::vector<fs::path> all = photos_in(data / "photos");
    std::vector<fs::path> files;
    for (std::size_t n = 1; n <= all.size(); ++n)
        if ((n % 2 == 0) == (named == "tuning") && !looked_at.contains(n))
            files.push_back(all[n - 1]);
    if (named == "test")
        for (const fs::path& file : photos_in(data / "evaluation-only/kodak"))
            files.push_back(file);
    return files;
}

Image rectangle(const Image& photo, cv::Rect hole) {
    Image mask = Image::blank(photo.width, photo.height, 1);
    mat_of(mask)(hole) = 255;
    return mask;
}

BenchScene photo_512(const Image& file) {
    BenchMask kind = row_named(bench_masks(), "medium", "kind of mask");
    kind.least_share = 0.18;
    kind.most_share = 0.22;
    const Image photo = bench_photo(file, 0);
    return {photo, bench_mask(kind, {photo.width, photo.height}, 1, 0)};
}

BenchScene hole_512(const Image& file) {
    const Image source = to_channels(file, 3);
    Image photo = Image::blank(1536, 1536, 3);
    cv::Mat to = mat_of(photo);
    const int below = std::max(0, to.rows - source.height);
    cv::Mat mirrored;
    cv::copyMakeBorder(mat_of(source), mirrored, 0, below, 0, std::max(0, to.cols - source.width),
                       cv::BORDER_REFLECT);
    mirrored(cv::Rect(0, 0, to.cols, to.rows)).copyTo(to);
    const Image mask = rectangle(photo, {512, 512, 512, 512});
    return {std::move(photo), mask};
}

/// Noise as a camera's, so that the large photo isn't smoother than large photos are.
void add_grain(Image& photo, double deviation) {
    const std::uint64_t seed = seed_for(1, Stream::Grain, 0);
    cv::parallel_for_({0, photo.height}, [&](const cv::Range& rows) {
        for (int y = rows.start; y < rows.end; ++y) {
            std::uint64_t n = std::uint64_t(y) * photo.row_bytes();
            for (std::uint8_t& value : photo.row<std::uint8_t>(y))
                value = cv::saturate_cast<std::uint8_t>(value + deviation * normal(seed, n++));
        }
    });
}

BenchScene photo_24(const Image& file) {
    const int width = std::min(file.width, file.height * 3 / 2), height = width * 2 / 3;
    const Image cut = to_channels(
        crop(file, {(file.width - width) / 2, (file.height - height) / 2, width, height}), 3);
    Image photo = resized(cut, {6000, 4000}, cv::INTER_CUBIC);
    add_grain(photo, 3);
    const Image mask = rectangle(photo, {2700, 1700, 600, 600});
    return {std::move(photo), mask};
}

}  // namespace

Image bench_photo(const Image& photo, int square) {
    const Image plain = to_channels(photo, photo.channels == 1 ? 1 : 3);
    const Image part = square > 0 ? centre_square(plain) : plain;
    const int most = square > 0 ? square : 512, side = std::max(part.width, part.height);
    if (side <= most) return part;
    const auto brought = [&](int n) {
        return std::max(1, int(std::lround(double(n) * most / side)));
    };
    return resized(part, {brought(part.width), brought(part.height)}, cv::INTER_AREA);
}

std::vector<fs::path> bench_photos(const std::string& named, const fs::path& data) {
    if (named == "test" || named == "tuning") return photos_of_set(named, data);
    if (fs::is_directory(named)) return photos_in(named);
    std::vector<fs::path> files;
    for (const std::string& file : words_in(named, ',')) {
        if (!fs::is_regular_file(file))
            throw Error(
                "There is no photo “{file}”. --photos takes test, tuning, a folder, or files "
                "separated by commas.",
                {{"file", file}});
        files.push_back(file);
    }
    if (files.empty()) throw Error("--photos names no photo.");
    return files;
}

const std::vector<BenchSceneRow>& bench_scenes() {
    static const std::vector<BenchSceneRow> rows{
        {"photo512", "a photo of 512 pixels, a fifth of it hole", "bench.png", photo_512},
        {"hole512", "a hole of 512 x 512 in 1536 x 1536", "coast-cliff.jpg", hole_512},
        {"photo24", "24 megapixels, a hole of 600 x 600", "coast-cliff.jpg", photo_24}};
    return rows;
}

Image bench_sheet(const std::vector<std::pair<std::string, Image>>& pictures) {
    require(!pictures.empty(), "a sheet has a picture");
    constexpr int gap = 4, strip = 20;
    const Image& first = pictures.front().second;
    const int columns = int(pictures.size());
    Image sheet = Image::blank(columns * (first.width + gap) - gap, first.height + strip, 3);
    cv::Mat to = mat_of(sheet);
    to = cv::Scalar::all(32);
    for (int i = 0; i < columns; ++i) {
        const auto& [name, picture] = pictures[std::size_t(i)];
        const int left = i * (first.width + gap);
        cv::putText(to, name, {left + 4, strip - 6}, cv::FONT_HERSHEY_SIMPLEX, 0.45,
                    cv::Scalar::all(230), 1, cv::LINE_AA);
        paste(sheet, left, strip, to_channels(picture, 3));
    }
    return sheet;
}

Image with_hole_shown(const Image& photo, const Image& mask) {
    Image shown = to_channels(photo, 3);
    mat_of(shown).setTo(cv::Scalar(255, 0, 255), mat_of(mask) >= 128);
    return shown;
}

}  // namespace daguerre
