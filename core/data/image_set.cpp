#include "core/data/image_set.h"

#include <algorithm>
#include <filesystem>
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
    std::string_view split, folder;
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
        if (at + 1 < parts.size() && !split_of_folder(parts[at]).empty()) place.split = parts[at++];
        if (at + 1 < parts.size()) place.folder = parts[at];
        places.push_back(place);
    }
    return places;
}

class ImageSet : public Dataset {
public:
    struct Item {
        std::size_t file = 0;
        int label = -1;
    };

    ImageSet(DatasetInfo info, ImageAccess access, std::vector<Item> items)
        : info_(std::move(info)), access_(std::move(access)), items_(std::move(items)) {
        info_.count = std::int64_t(items_.size());
        look();
    }

    const DatasetInfo& info() const override { return info_; }

    Example at(std::int64_t i) const override {
        require(i >= 0 && i < info_.count, "no such image");
        const Item& item = items_[std::size_t(i)];
        return {access_.read(item.file), item.label};
    }

private:
    void look() {
        const std::size_t looks = std::min<std::size_t>(items_.size(), 200);
        bool first = true;
        for (std::size_t k = 0; k < looks; ++k) try {
                const ImageInfo seen =
                    access_.peek(items_[k * (items_.size() - 1) / std::max(looks - 1, 1ul)].file);
                if (first) {
                    info_.width = seen.width;
                    info_.height = seen.height;
                    info_.channels = seen.channels;
                    first = false;
                }
                if (seen.width != info_.width) info_.width = 0;
                if (seen.height != info_.height) info_.height = 0;
                if (seen.channels != info_.channels) info_.channels = 0;
            } catch (const Error&) {
                // Named by whoever reads it.
            }
    }

    DatasetInfo info_;
    ImageAccess access_;
    std::vector<Item> items_;
};

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
    std::vector<std::size_t> order(files.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return natural_less(files[a].name, files[b].name);
    });
    const std::vector<Place> places = places_of(files, order);

    std::vector<std::string> splits;
    std::set<std::string, decltype(&natural_less)> classes(&natural_less);
    for (const Place& place : places) {
        const std::string name = split_of_folder(place.split);
        if (std::find(splits.begin(), splits.end(), name) == splits.end()) splits.push_back(name);
        if (!place.folder.empty()) classes.emplace(place.folder);
    }
    const std::string chosen = chosen_split(splits, split, info.title);
    info.split = chosen.empty() && splits.size() > 1 ? "train" : chosen;
    info.classes.assign(classes.begin(), classes.end());

    std::vector<ImageSet::Item> items;
    for (const Place& place : places) {
        const std::string name = split_of_folder(place.split);
        if (name != chosen && !(name.empty() && chosen == "train")) continue;
        const auto found = classes.find(std::string(place.folder));
        items.push_back(
            {place.file, found == classes.end() ? -1 : int(std::distance(classes.begin(), found))});
    }
    info.sha256 = hash_of(files, order);
    return std::make_shared<ImageSet>(std::move(info), std::move(access), std::move(items));
}

}  // namespace daguerre
