// Images with labels, whatever they lie in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

struct Example {
    Image image;
    int label = -1;  // index into classes; -1: none
};

struct BrokenFile {
    std::string name, reason;
};

struct DatasetInfo {
    std::string id, title;                    // "fashion-mnist", "Fashion-MNIST"
    std::string split;                        // "train", "test", "validation"; empty: one split
    int width = 0, height = 0, channels = 0;  // 0 where they differ
    std::vector<std::string> classes;         // empty: no classes
    std::int64_t count = 0;
    std::string licence, source;
    bool mirror_safe = false;  // a flipped image is as good as the image
    /// Of the files' bytes; for folders and zips of images, of all their names and sizes.
    std::string sha256;
    /// Images met while opening that can't be read. They are counted; at() throws for them, and
    /// network_views leaves them out.
    std::vector<BrokenFile> left_out;
};

/// Const and safe from any thread.
class Dataset {
public:
    virtual ~Dataset() = default;
    virtual const DatasetInfo& info() const = 0;
    /// Image i, 0 <= i < count. Blocks while decoding. Throws Error when the file can't be read.
    virtual Example at(std::int64_t i) const = 0;
};

}  // namespace daguerre
