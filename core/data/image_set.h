// Image files with names like paths, wherever they lie, as a dataset.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/beside.h"
#include "core/data/dataset.h"
#include "core/image/image_file.h"

namespace daguerre {

struct NamedFile {
    std::string name;  // relative, parts separated by "/"
    std::uint64_t bytes = 0;
};

/// Whether a comes before b: runs of digits count as numbers, "/" before all else.
bool natural_less(std::string_view a, std::string_view b);

/// Whether a file is to be shown: an image by its suffix, with no hidden folder above.
bool is_visible_image(std::string_view name);

/// How to look at and read file i of the list.
struct ImageAccess {
    std::function<ImageInfo(std::size_t i)> peek;  // from the header; throws Error
    std::function<Image(std::size_t i)> read;      // safe from any thread; throws Error
    bool quick = false;  // a set for a moment: few images are looked at, and there's no hash
    std::function<std::string(std::size_t i)> name{};         // relative, as in the list
    std::function<Image(std::size_t i, int side)> glimpse{};  // as Dataset::glimpse; empty: read
};

/// The dataset of one split. Folders that all files share are passed over; then comes a folder that
/// is a split, if any, then one that is a class, if any. What lies beside counts before folders.
/// Classes are counted over all splits, so that labels agree. Order is natural. Size and channels
/// in info are those of 200 images spread over the set, 0 where these differ. Throws Error when
/// there is no image.
std::shared_ptr<const Dataset> image_set(const std::vector<NamedFile>& files, ImageAccess access,
                                         DatasetInfo info, std::string_view split,
                                         const Beside& beside = {});

/// The most pixels that an image of a dataset may have.
inline constexpr std::int64_t dataset_pixel_limit = 100'000'000;

}  // namespace daguerre
