#include "core/data/image_set.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/sources.h"

namespace daguerre {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return text.substr(at, end - at);
}

/// Below, above or at 0, as numbers of any length.
int compare_numbers(std::string_view a, std::string_view b) {
    a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return a.compare(b);
}

std::vector<std::string_view> parts_of(std::string_view name) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t slash = name.find('/');
        parts.push_back(name.substr(0, slash));
        if (slash == std::string_view::npos) return parts;
        name.remove_prefix(slash + 1);
    }
}

/// How many leading folders all files share, not counting a split.
std::size_t shared_folders(const std::vector<std::vector<std::string_view>>& files) {
    for (std::size_t depth = 0;; ++depth) {
        for (const auto& parts : files)
            if (parts.size() < depth + 2 || parts[depth] != files[0][depth]) return depth;
        if (!split_of_folder(files[0][depth]).empty()) return depth;
    }
}

struct Place {
    std::size_t file = 0;  // in the list that access knows
    std::string split;     // "" outside any
    std::string_view folder;
};

/// Where the files belong, in their order.
std::vector<Place> places_of(const std::vector<NamedFile>& files,
                             const std::vector<std::size_t>& order) {
    std::vector<std::vector<std::string_view>> paths;
    for (std::size_t i : order) paths.push_back(parts_of(files[i].name));
    const std::size_t shared = shared_folders(paths);
    std::vector<Place> places;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const auto& parts = paths[k];
        std::size_t at = shared;
        Place place{order[k], {}, {}};
        if (at + 1 < parts.size()) place.split = split_of_folder(parts[at]);
        if (!place.split.empty()) ++at;
        if (at + 1 < parts.size()) place.folder = parts[at];
        places.push_back(place);
    }
    return places;
}

struct Item {
    std::size_t file = 0;
    int label = -1;
};

class ImageSet : public Dataset {
public:
    ImageSet(DatasetInfo info, ImageAccess access, std::vector<Item> items)
        : info_(std::move(info)), access_(std::move(access)), items_(std::move(items)) {}

    const DatasetInfo& info() const override { return info_; }

    Example at(std::int64_t i) const override {
        require(i >= 0 && i < info_.count, "no such image");
        const Item& item = items_[std::size_t(i)];
        return {access_.read(item.file), item.label};
    }

private:
    DatasetInfo info_;
    ImageAccess access_;
    std::vector<Item> items_;
};

/// Keeps of size and channels what `seen` agrees with.
void agree(DatasetInfo& info, const ImageInfo& seen) {
    if (seen.width != info.width) info.width = 0;
    if (seen.height != info.height) info.height = 0;
    if (seen.channels != info.channels) info.channels = 0;
}

/// Fills in size, channels and broken images from a look at some.
void look(DatasetInfo& info, const std::vector<Item>& items, const std::vector<NamedFile>& files,
          const ImageAccess& access) {
    const std::size_t looks = std::min<std::size_t>(items.size(), 200);
    bool first = true;
    for (std::size_t k = 0; k < looks; ++k) {
        const std::size_t file = items[k * items.size() / looks].file;
        try {
            const ImageInfo seen = access.peek(file);
            if (first) {
                info.width = seen.width;
                info.height = seen.height;
                info.channels = seen.channels;
            }
            first = false;
            agree(info, seen);
        } catch (const Error& error) {
            info.left_out.push_back({files[file].name, error.what()});
        }
    }
}

std::vector<std::size_t> natural_order(const std::vector<NamedFile>& files) {
    std::vector<std::size_t> order(files.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return natural_less(files[a].name, files[b].name);
    });
    return order;
}

/// A hash over names and sizes.
std::string hash_of(const std::vector<NamedFile>& files, const std::vector<std::size_t>& order) {
    std::string text;
    for (std::size_t i : order)
        text += files[i].name + '\n' + std::to_string(files[i].bytes) + '\n';
    return sha256_of(text);
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (is_digit(a[i]) && is_digit(b[j])) {
            const std::string_view m = digits_at(a, i), n = digits_at(b, j);
            if (const int order = compare_numbers(m, n)) return order < 0;
            i += m.size();
            j += n.size();
        } else {
            const auto key = [](char c) {
                return c == '/' ? 0 : int(static_cast<unsigned char>(c));
            };
            if (key(a[i]) != key(b[j])) return key(a[i]) < key(b[j]);
            ++i, ++j;
        }
    }
    const std::size_t left = a.size() - i, right = b.size() - j;
    return left != right ? left < right : a < b;
}

bool is_visible_image(std::string_view name) {
    for (std::string_view part : parts_of(name))
        if (part.empty() || part[0] == '.' || part == "__MACOSX") return false;
    return has_image_suffix(std::filesystem::path(name));
}

std::shared_ptr<const Dataset> image_set(const std::vector<NamedFile>& files, ImageAccess access,
                                         DatasetInfo info, std::string_view split) {
    if (files.empty())
        throw Error("There is no image in “{name}”. Daguerre reads PNG, JPEG, WebP and TIFF.",
                    {{"name", info.title}});
    const std::vector<std::size_t> order = natural_order(files);
    const std::vector<Place> places = places_of(files, order);

    std::set<std::string> splits;
    std::map<std::string_view, int, decltype(&natural_less)> classes(&natural_less);
    for (const Place& place : places) {
        splits.insert(place.split);
        if (!place.folder.empty()) classes.emplace(place.folder, 0);
    }
    for (auto& [name, label] : classes) {
        label = int(info.classes.size());
        info.classes.emplace_back(name);
    }
    const std::string chosen = chosen_split(splits, split, info.title);
    info.split = chosen.empty() && splits.size() > 1 ? "train" : chosen;

    std::vector<Item> items;
    for (const Place& place : places) {
        if (place.split != chosen && !(place.split.empty() && chosen == "train")) continue;
        const auto found = classes.find(place.folder);
        items.push_back({place.file, found == classes.end() ? -1 : found->second});
    }
    info.count = std::int64_t(items.size());
    info.sha256 = hash_of(files, order);
    look(info, items, files, access);
    return std::make_shared<ImageSet>(std::move(info), std::move(access), std::move(items));
}

}  // namespace daguerre
