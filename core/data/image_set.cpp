#include "core/data/image_set.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
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
std::size_t shared_folders(const std::vector<NamedFile>& files) {
    const std::vector<std::string_view> first = parts_of(files[0].name);
    std::size_t shared = 0, length = 0;
    while (shared + 1 < first.size() && split_of_folder(first[shared]).empty())
        length += first[shared++].size() + 1;
    for (const NamedFile& file : files)
        while (shared > 0 && (file.name.size() < length ||
                              file.name.compare(0, length, files[0].name, 0, length) != 0))
            length -= first[--shared].size() + 1;
    return shared;
}

struct Place {
    std::string split;  // "" outside any
    std::string_view folder;
};

Place place_of(std::string_view name, std::size_t shared) {
    const auto folder = [&name] {
        const std::size_t slash = name.find('/');
        return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
    };
    for (std::size_t i = 0; i < shared; ++i) name.remove_prefix(name.find('/') + 1);
    Place place{split_of_folder(folder()), {}};
    if (!place.split.empty()) name.remove_prefix(name.find('/') + 1);
    place.folder = folder();
    return place;
}

/// The classes that folders or labels beside make.
class Labels {
public:
    Labels(const std::vector<NamedFile>& files, std::size_t shared, const Beside& beside,
           const std::string& title)
        : given_(labels_beside(beside, title)), solved_(solved_synsets(beside)) {
        int last = -1;
        for (const NamedFile& file : files) {
            if (given_)
                last = std::max(last, given_label(file));
            else if (const auto folder = class_of(file, place_of(file.name, shared).folder);
                     !folder.empty())
                folders_.try_emplace(folder, 0);
        }
        for (int label = 0; label <= last; ++label) names.push_back(std::to_string(label));
        for (auto& [folder, label] : folders_) {
            label = int(names.size());
            names.emplace_back(folder);
        }
        name_synsets(names, beside);
    }
    int of(const NamedFile& file, std::string_view folder) const {
        if (given_) return given_label(file);
        const auto found = folders_.find(class_of(file, folder));
        return found == folders_.end() ? -1 : found->second;
    }

    std::vector<std::string> names;

private:
    int given_label(const NamedFile& file) const {
        const auto found = given_->find(file.name);
        return found == given_->end() ? -1 : found->second;
    }

    /// Its folder; for an image in none, what the solution says.
    std::string_view class_of(const NamedFile& file, std::string_view folder) const {
        if (!folder.empty() || solved_.empty()) return folder;
        const auto found = solved_.find(std::filesystem::path(file.name).stem().string());
        return found == solved_.end() ? std::string_view() : found->second;
    }

    std::optional<std::unordered_map<std::string, int>> given_;
    std::unordered_map<std::string, std::string> solved_;
    std::map<std::string_view, int, decltype(&natural_less)> folders_{&natural_less};
};

struct Item {
    std::uint32_t file = 0;  // in the list that access knows
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
        if (item.label == impossible_label)
            throw Error("“{file}” has a label in dataset.json that can't be one.",
                        {{"file", info_.id + ", image " + std::to_string(i)}});
        return {access_.read(item.file), item.label};
    }

    int label(std::int64_t i) const override {
        return std::max(items_.at(std::size_t(i)).label, -1);
    }

    std::string name(std::int64_t i) const override {
        return access_.name ? access_.name(items_.at(std::size_t(i)).file) : Dataset::name(i);
    }

    Image glimpse(std::int64_t i, int side) const override {
        return access_.glimpse ? access_.glimpse(items_.at(std::size_t(i)).file, side)
                               : at(i).image;
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
    const std::size_t looks = std::min<std::size_t>(items.size(), access.quick ? 16 : 200);
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

std::vector<std::uint32_t> natural_order(const std::vector<NamedFile>& files) {
    std::vector<std::uint32_t> order(files.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto less = [&](std::uint32_t a, std::uint32_t b) {
        return natural_less(files[a].name, files[b].name);
    };
    if (!std::is_sorted(order.begin(), order.end(), less))
        std::sort(order.begin(), order.end(), less);
    return order;
}

/// A hash over names and sizes.
std::string hash_of(const std::vector<NamedFile>& files, const std::vector<std::uint32_t>& order) {
    std::string text;
    for (std::uint32_t i : order)
        text += files[i].name + '\n' + std::to_string(files[i].bytes) + '\n';
    return sha256_of(text);
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
    // What both share says nothing, up to the number in which they part.
    const auto parted = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
    auto i = std::size_t(parted - a.begin());
    while (i > 0 && is_digit(a[i - 1])) --i;
    std::size_t j = i;
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
                                         DatasetInfo info, std::string_view split,
                                         const Beside& beside) {
    if (files.empty())
        throw Error("There is no image in “{name}”. Daguerre reads PNG, JPEG, WebP and TIFF.",
                    {{"name", info.title}});
    const std::vector<std::uint32_t> order = natural_order(files);
    const std::size_t shared = shared_folders(files);
    const Labels labels(files, shared, beside, info.title);
    info.classes = labels.names;

    std::set<std::string> splits;
    for (const NamedFile& file : files) splits.insert(place_of(file.name, shared).split);
    const std::string chosen = chosen_split(splits, split, info.title);
    info.split = chosen.empty() && splits.size() > 1 ? "train" : chosen;
    if (splits.erase("") > 0 && !splits.empty()) splits.insert("train");
    info.splits = {splits.begin(), splits.end()};

    std::vector<Item> items;
    for (std::uint32_t i : order) {
        const Place place = place_of(files[i].name, shared);
        if (place.split == chosen || (place.split.empty() && chosen == "train"))
            items.push_back({i, labels.of(files[i], place.folder)});
    }
    info.count = std::int64_t(items.size());
    if (info.sha256.empty() && !access.quick) info.sha256 = hash_of(files, order);
    look(info, items, files, access);
    return std::make_shared<ImageSet>(std::move(info), std::move(access), std::move(items));
}

}  // namespace daguerre
