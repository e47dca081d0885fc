// Which images of a dataset are shown, and in which order.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/all_splits.h"

namespace daguerre {

/// What is known of an image once it was decoded.
struct ImageFacts {
    int width = 0, height = 0;  // 0: it wasn't looked at, or can't be read
    float brightness = 0;       // the mean over its values, 0 to 1
    float unusual = 0;          // distance from the mean of its class, 0 to 1
};

/// What a search field says: words of file names, "class:7" or "class:coat", "#1234" (number of the
/// image, from 0), "is:duplicate".
struct Search {
    std::vector<std::string> words;    // lower case; all must occur in the name
    std::vector<std::string> classes;  // numbers or names, lower case; any will do
    std::vector<std::int64_t> numbers;
    std::vector<std::string> marks;  // of `is:`; all must hold
};
/// Parts are separated by spaces; a class of several words is written in quotes, class:"ankle
/// boot". Throws Error for "#" without a number.
Search parse_search(std::string_view text);

/// A way to order images. Those that need facts put images without them last.
struct OrderRow {
    std::string id, title;
    bool needs_facts = false;
};
/// stored, class, name, size, brightness, unusual.
const std::vector<OrderRow>& orders();

struct Arrangement {
    std::set<int> classes{};  // empty: all; -1: images without one
    std::string split{};      // "train", "test", ...; empty: all
    Search search{};
    std::string order = "stored";
};

/// Sorted numbers of images by mark: "duplicate", "near", "broken", ...
using Marks = std::map<std::string, std::vector<std::uint32_t>, std::less<>>;

/// The numbers of the images to show. `facts`: by number of the image, or empty. Blocks: a second
/// for a million file names. Throws UnknownWord for a class, mark or order that isn't there.
std::vector<std::uint32_t> arranged(const AllSplits& dataset, const Arrangement& how,
                                    const std::vector<ImageFacts>& facts, const Marks& marks);

/// How many images each class has, in `split` (empty: all); at the end those without a class.
std::vector<std::int64_t> class_counts(const AllSplits& dataset, std::string_view split = {});

}  // namespace daguerre
