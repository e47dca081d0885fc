#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t largest_side = 4096;
/// Deflate makes at most 1032 bytes out of one (zlib.net/zlib_tech.html).
constexpr std::uint64_t tightest = 1032;

/// Reads gzipped and plain files alike.
class GzipFile {
public:
    explicit GzipFile(const fs::path& file) : file_(file), stream_(gzopen(file.c_str(), "rb")) {
        if (!stream_)
            throw Error("“{file}” can't be opened: {why}.",
                        {{"file", file}, {"why", std::strerror(errno)}});
    }
    ~GzipFile() { gzclose(stream_); }
    GzipFile(const GzipFile&) = delete;
    GzipFile& operator=(const GzipFile&) = delete;

    /// Up to `count` bytes; fewer at the end of the file. Throws Error where it is damaged.
    std::size_t read(std::uint8_t* bytes, std::size_t count) {
        const int n = gzread(stream_, bytes, static_cast<unsigned>(count));
        if (n < 0) refuse();
        return std::size_t(n);
    }
    /// Throws Error when the last read met damage: a wrong checksum, or the end too early.
    void expect_sound() {
        int code = Z_OK;
        gzerror(stream_, &code);
        if (code != Z_OK) refuse();
    }

private:
    [[noreturn]] void refuse() {
        int code = Z_OK;
        const char* const why = gzerror(stream_, &code);
        throw Error("“{file}” is damaged ({why}). Get the whole file again.",
                    {{"file", file_}, {"why", code == Z_ERRNO ? std::strerror(errno) : why}});
    }

    fs::path file_;
    gzFile stream_;
};

struct IdxFile {
    std::vector<std::uint64_t> sizes;  // count, height, width; or count alone
    std::vector<std::uint8_t> bytes;
};

/// The sizes in the header. `dimensions`: 3 for images, 1 for labels.
std::vector<std::uint64_t> read_header(GzipFile& stream, const fs::path& file, int dimensions) {
    std::uint8_t head[16]{};
    const std::size_t length = std::size_t(4 + 4 * dimensions);
    if (stream.read(head, length) != length || head[0] != 0 || head[1] != 0 || head[2] != 8 ||
        head[3] != dimensions)
        throw Error("“{file}” isn't an IDX file of {what}.",
                    {{"file", file}, {"what", dimensions == 3 ? "images" : "labels"}});
    std::vector<std::uint64_t> sizes;
    for (std::size_t at = 4; at < length; at += 4)
        sizes.push_back(std::uint64_t(head[at]) << 24 | std::uint64_t(head[at + 1]) << 16 |
                        std::uint64_t(head[at + 2]) << 8 | head[at + 3]);
    return sizes;
}

/// Throws Error for sizes that can't be.
void check_sizes(const std::vector<std::uint64_t>& sizes, const fs::path& file) {
    if (sizes[0] == 0) throw Error("“{file}” says it is empty.", {{"file", file}});
    if (sizes.size() == 1) return;
    const std::uint64_t height = sizes[1], width = sizes[2];
    if (height == 0 || width == 0 || height > largest_side || width > largest_side)
        throw Error("“{file}” says its images are {w} x {h}. Sides from 1 to {limit} are read.",
                    {{"file", file}, {"w", width}, {"h", height}, {"limit", largest_side}});
    const std::uint64_t need = sizes[0] * height * width, free = memory_available();
    if (need > free)
        throw Error(
            "“{file}” says it holds {n} images of {w} x {h}: {need} MB, where {free} MB of memory "
            "are free.",
            {{"file", file},
             {"n", sizes[0]},
             {"w", width},
             {"h", height},
             {"need", need / 1'000'000},
             {"free", free / 1'000'000}});
}

[[noreturn]] void refuse_short(const fs::path& file, const IdxFile& idx, std::uint64_t whole,
                               const DatasetInfo& info) {
    const bool known = !info.sha256.empty();
    throw Error(known
                    ? "“{file}” ends after {n} of {m} {what}. Fetch it again: daguerre fetch {id}."
                    : "“{file}” ends after {n} of {m} {what}. Get the whole file again.",
                {{"file", file},
                 {"n", whole},
                 {"m", idx.sizes[0]},
                 {"what", idx.sizes.size() == 3 ? "images" : "labels"},
                 {"id", info.id}});
}

IdxFile read_idx(const fs::path& file, int dimensions, const DatasetInfo& info) {
    GzipFile stream(file);
    IdxFile idx{read_header(stream, file, dimensions), {}};
    check_sizes(idx.sizes, file);
    const std::uint64_t one = dimensions == 3 ? idx.sizes[1] * idx.sizes[2] : 1;
    const std::uint64_t all = one * idx.sizes[0];
    // No more than the file can hold, whatever it says.
    idx.bytes.reserve(std::min(all, fs::file_size(file) * tightest) + 1);
    // Asked for a byte more than there should be, zlib also reads and checks the end.
    while (idx.bytes.size() <= all) {
        const std::size_t before = idx.bytes.size();
        idx.bytes.resize(std::min<std::uint64_t>(all + 1, before + (4u << 20)));
        const std::size_t n = stream.read(idx.bytes.data() + before, idx.bytes.size() - before);
        idx.bytes.resize(before + n);
        if (n == 0) break;
    }
    if (idx.bytes.size() < all) refuse_short(file, idx, idx.bytes.size() / one, info);
    if (idx.bytes.size() > all)
        throw Error("“{file}” goes on after what it says it holds. Get the whole file again.",
                    {{"file", file}});
    stream.expect_sound();
    return idx;
}

class IdxDataset : public Dataset {
public:
    IdxDataset(DatasetInfo info, std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> labels)
        : info_(std::move(info)), pixels_(std::move(pixels)), labels_(std::move(labels)) {}

    const DatasetInfo& info() const override { return info_; }

    Example at(std::int64_t i) const override {
        require(i >= 0 && i < info_.count, "no such image");
        if (label(i) < 0)
            throw Error("“{file}” has label {label}, but there are only {n} classes.",
                        {{"file", info_.id + ", image " + std::to_string(i)},
                         {"label", int(labels_[std::size_t(i)])},
                         {"n", info_.classes.size()}});
        Example example{Image::blank(info_.width, info_.height, 1), label(i)};
        const std::size_t n = example.image.pixels.size();
        std::memcpy(example.image.pixels.data(), pixels_.data() + std::size_t(i) * n, n);
        return example;
    }

    int label(std::int64_t i) const override {
        const int label = labels_.at(std::size_t(i));
        return label < int(info_.classes.size()) ? label : -1;
    }

private:
    DatasetInfo info_;
    std::vector<std::uint8_t> pixels_, labels_;
};

struct Pair {
    std::string split;
    fs::path images, labels;
};

std::string without_gz(std::string name) {
    if (name.ends_with(".gz")) name.resize(name.size() - 3);
    return name;
}

std::string split_of_file(const std::string& name) {
    const std::string before = name.substr(0, name.find("images"));
    for (const auto& [word, split] : {std::pair("train", "train"), std::pair("t10k", "test"),
                                      std::pair("test", "test"), std::pair("val", "validation")})
        if (before.find(word) != std::string::npos) return split;
    return "";
}

/// The files that belong to images of this name, plain before gzipped; labels empty: missing.
Pair pair_of(const fs::path& folder, const std::string& name) {
    std::string labels = without_gz(name);
    labels.replace(labels.find("images"), 6, "labels");
    labels.replace(labels.find("idx3"), 4, "idx1");
    Pair pair{split_of_file(name), folder / name, {}};
    std::error_code error;
    for (const std::string& candidate : {labels, labels + ".gz"})
        if (pair.labels.empty() && fs::is_regular_file(folder / candidate, error))
            pair.labels = folder / candidate;
    return pair;
}

std::vector<Pair> pairs_in(const fs::path& folder) {
    std::map<std::string, std::string> names;  // plain name → name; plain wins over gzipped
    for (const std::string& name : few_names(folder)) {
        const std::size_t images = name.find("images"), idx3 = name.find("idx3");
        if (images == std::string::npos || idx3 == std::string::npos || idx3 < images) continue;
        std::string& known = names[without_gz(name)];
        if (known.empty() || name.size() < known.size()) known = name;
    }
    std::vector<Pair> pairs;
    for (const auto& [plain, name] : names) pairs.push_back(pair_of(folder, name));
    return pairs;
}

/// The pair of a split. Throws Error when two lay claim to it, or its labels are missing.
Pair chosen_pair(const fs::path& folder, const DatasetInfo& info, std::string_view split) {
    const std::vector<Pair> pairs = pairs_in(folder);
    if (pairs.empty()) throw Error("There are no IDX files in “{folder}”.", {{"folder", folder}});
    std::set<std::string> present;
    for (const Pair& pair : pairs) present.insert(pair.split);
    const std::string chosen = chosen_split(present, split, info.title);
    const Pair* found = nullptr;
    for (const Pair& pair : pairs) {
        if (pair.split != chosen) continue;
        if (found)
            throw Error("“{a}” and “{b}” both hold images. Put each set in a folder of its own.",
                        {{"a", found->images}, {"b", pair.images}});
        found = &pair;
    }
    if (found->labels.empty())
        throw Error("The file with the labels of “{images}” is missing beside it.",
                    {{"images", found->images}});
    return *found;
}

std::vector<std::string> class_names(const fs::path& folder, std::uint8_t last) {
    std::error_code error;
    if (fs::is_regular_file(folder / "classes.txt", error))
        return lines_of(read_file(folder / "classes.txt", 1 << 20));
    std::vector<std::string> names;
    for (int label = 0; label <= last; ++label) names.push_back(std::to_string(label));
    return names;
}

}  // namespace

std::vector<fs::path> idx_files(const fs::path& folder) {
    std::vector<fs::path> names;
    for (const Pair& pair : pairs_in(folder))
        for (const fs::path& file : {pair.images, pair.labels})
            if (!file.empty()) names.push_back(file.filename());
    std::error_code error;
    if (!names.empty() && fs::is_regular_file(folder / "classes.txt", error))
        names.emplace_back("classes.txt");
    return names;
}

std::shared_ptr<const Dataset> open_idx(const fs::path& folder, DatasetInfo info,
                                        std::string_view split) {
    const Pair pair = chosen_pair(folder, info, split);
    IdxFile images = read_idx(pair.images, 3, info);
    IdxFile labels = read_idx(pair.labels, 1, info);
    if (labels.sizes[0] != images.sizes[0])
        throw Error("“{labels}” holds {n} labels for the {m} images of “{images}”.",
                    {{"labels", pair.labels},
                     {"n", labels.sizes[0]},
                     {"m", images.sizes[0]},
                     {"images", pair.images.filename()}});
    if (info.classes.empty())
        info.classes =
            class_names(folder, *std::max_element(labels.bytes.begin(), labels.bytes.end()));
    if (info.sha256.empty())
        info.sha256 = sha256_of(sha256_of_file(pair.images) + sha256_of_file(pair.labels));
    for (const Pair& each : pairs_in(folder)) info.splits.push_back(each.split);
    info.split = pair.split;
    info.count = std::int64_t(images.sizes[0]);
    info.height = int(images.sizes[1]);
    info.width = int(images.sizes[2]);
    info.channels = 1;
    return std::make_shared<IdxDataset>(std::move(info), std::move(images.bytes),
                                        std::move(labels.bytes));
}

}  // namespace daguerre
