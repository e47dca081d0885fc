#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/image_set.h"
#include "core/data/sources.h"
#include "core/image/colour.h"
#include "core/image/image_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr int side = 64;
constexpr std::int64_t most_patches = 10'000;

/// Overlapping squares, row by row, `stride` apart.
class PatchDataset : public Dataset {
public:
    PatchDataset(DatasetInfo info, Image photo) : info_(std::move(info)), photo_(std::move(photo)) {
        while (across(photo_.width) * across(photo_.height) > most_patches) ++stride_;
        info_.count = across(photo_.width) * across(photo_.height);
    }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override {
        require(i >= 0 && i < info_.count, "no such image");
        const std::int64_t columns = across(photo_.width);
        return {crop(photo_, {int(i % columns) * stride_, int(i / columns) * stride_, side, side}),
                -1};
    }
    int label(std::int64_t) const override { return -1; }

private:
    std::int64_t across(int length) const { return (length - side) / stride_ + 1; }

    DatasetInfo info_;
    Image photo_;
    int stride_ = 1;
};

}  // namespace

std::shared_ptr<const Dataset> open_photo(const fs::path& file, DatasetInfo info,
                                          std::string_view split) {
    chosen_split({""}, split, info.title);
    Image photo = read_image(file, dataset_pixel_limit);
    if (photo.width < side || photo.height < side)
        throw Error(
            "“{file}” is {w} x {h}. To be cut in patches for training, a photo must have {side} x "
            "{side} pixels at least.",
            {{"file", file}, {"w", photo.width}, {"h", photo.height}, {"side", side}});
    if (!photo.metadata.icc.empty()) photo = to_srgb(photo);
    photo.metadata = {};
    info.width = info.height = side;
    info.channels = photo.channels;
    info.mirror_safe = true;
    info.sha256 = sha256_of_file(file);
    return std::make_shared<PatchDataset>(std::move(info), std::move(photo));
}

}  // namespace daguerre
