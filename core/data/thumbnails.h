// Small pictures of a dataset's images, and those of large images kept on disk.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/data/dataset.h"

namespace daguerre {

/// Image i with its longer side `side` pixels at most; smaller ones keep their size. 8 bit, 1 or 3
/// channels, sRGB. Blocks while decoding. Throws Error as Dataset::at.
Image thumbnail(const Dataset& dataset, std::int64_t i, int side);

/// Images of at least so many pixels are worth being kept.
inline constexpr std::int64_t kept_pixels_from = 256 * 256;
inline constexpr std::uint64_t usual_thumbnail_limit = 1ull << 30;  // bytes

/// The thumbnails of one dataset at one size: one file in a folder that many share, to which is
/// only added. Safe from any thread. A record that was cut off by a crash is dropped.
class ThumbnailStore {
public:
    /// hash: DatasetInfo::sha256. Opening removes the files of other sets, those used longest ago
    /// first, until all together are under `limit` bytes; over it, nothing is added.
    /// Throws Error when the folder can't be written.
    ThumbnailStore(const std::filesystem::path& folder, std::string_view hash, int side,
                   std::uint64_t limit = usual_thumbnail_limit);
    ~ThumbnailStore();
    ThumbnailStore(const ThumbnailStore&) = delete;
    ThumbnailStore& operator=(const ThumbnailStore&) = delete;

    /// The thumbnail of image i; nullopt: it isn't kept. Blocks while reading.
    std::optional<Image> find(std::int64_t i) const;
    /// Keeps it as a JPEG. A full disk loses the thumbnail and nothing else.
    void add(std::int64_t i, const Image& thumbnail);
    std::size_t count() const;

private:
    struct Place {
        std::uint64_t at = 0;
        std::uint32_t bytes = 0;
    };
    void read_index();

    std::filesystem::path file_;
    std::uint64_t room_ = 0, end_ = 0;  // bytes: what it may grow to; what it holds
    std::FILE* stream_ = nullptr;
    mutable std::mutex mutex_;
    std::unordered_map<std::int64_t, Place> places_;
};

/// thumbnail(), by way of the store (null: none) where the image is large.
Image thumbnail(const Dataset& dataset, std::int64_t i, int side, ThumbnailStore* store);

}  // namespace daguerre
