// Images with labels, whatever they lie in.
#pragma once

#include <cstdint>
#include <functional>
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
    std::vector<std::string> splits;          // all that there are, this one too; empty: one
    int width = 0, height = 0, channels = 0;  // 0 where they differ
    std::vector<std::string> classes;         // empty: no classes
    std::int64_t count = 0;
    std::string licence, source;
    bool mirror_safe = false;  // a flipped image is as good as the image
    /// Of the files' bytes; for folders and archives of images, of all their names and sizes.
    std::string sha256;
    /// What was found broken while opening. Images are counted; at() throws for them, and
    /// network_views leaves them out. Of a file of many images that can't be used, none is counted.
    std::vector<BrokenFile> left_out;
};

/// Const and safe from any thread.
class Dataset {
public:
    virtual ~Dataset() = default;
    virtual const DatasetInfo& info() const = 0;
    /// Image i, 0 <= i < count. Blocks while decoding. Throws Error when the file can't be read, or
    /// its label isn't one of the classes.
    virtual Example at(std::int64_t i) const = 0;
    /// The label of image i as at() gives it, without the image where that is quicker; -1 also for
    /// one that isn't one of the classes.
    virtual int label(std::int64_t i) const { return at(i).label; }
    /// What image i is called: its file, relative to where the set lies; "#12", counted from 0,
    /// where one file holds many.
    virtual std::string name(std::int64_t i) const { return "#" + std::to_string(i); }
    /// For looking at: the image of at(), but a large JPEG may come smaller, its longer side never
    /// below `side`, which is several times faster. Blocks and throws as at().
    virtual Image glimpse(std::int64_t i, int side) const {
        (void)side;
        return at(i).image;
    }
};

/// How far the listing of a folder is.
struct Listing {
    std::int64_t found = 0;  // images
    /// A whole dataset of those found so far, without a hash; null: none of the split. Made when
    /// asked for: to be called during the call only, and best seldom. Its order and labels may
    /// still change.
    std::function<std::shared_ptr<const Dataset>()> so_far;
};

/// true: go on; false: stop. Called on the thread that lists.
using OnListing = std::function<bool(const Listing&)>;

}  // namespace daguerre
