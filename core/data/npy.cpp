#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <regex>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/image_set.h"
#include "core/data/rows.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t largest_side = 4096;

/// An array of images in a file of NumPy (numpy.org/doc/stable/reference/generated/
/// numpy.lib.format.html), read piece by piece. Safe from any thread.
class NpyFile {
public:
    /// Throws Error: no such file, values that aren't bytes, a shape that isn't one of images.
    explicit NpyFile(const fs::path& file)
        : file_(file), descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0)
            throw Error("“{file}” can't be opened: {why}.",
                        {{"file", file}, {"why", std::strerror(errno)}});
        try {
            read_header();
        } catch (...) {
            ::close(descriptor_);
            throw;
        }
    }
    ~NpyFile() { ::close(descriptor_); }
    NpyFile(const NpyFile&) = delete;
    NpyFile& operator=(const NpyFile&) = delete;

    Image at(std::int64_t i) const {
        Image image = Image::blank(int(width), int(height), int(channels));
        const auto n = std::int64_t(image.pixels.size());
        if (::pread(descriptor_, image.pixels.data(), std::size_t(n), begin_ + i * n) != n)
            throw Error("“{file}” ends before image {i}. Get the whole file again.",
                        {{"file", file_}, {"i", i}});
        return image;
    }

    std::int64_t count = 0, height = 0, width = 0, channels = 1;

private:
    [[noreturn]] void refuse(const std::string& what) const {
        throw Error("“{file}” {what}. Daguerre reads .npy files of bytes, one image after another.",
                    {{"file", file_}, {"what", what}});
    }

    void read_header() {
        unsigned char head[12]{};
        const ssize_t n = ::pread(descriptor_, head, sizeof head, 0);
        if (n < 10 || std::memcmp(head, "\x93NUMPY", 6) != 0) refuse("isn't a NumPy array");
        const bool first = head[6] == 1;  // of the versions of the format: a shorter length
        std::size_t length = std::size_t(head[8]) | std::size_t(head[9]) << 8;
        if (!first) length |= std::size_t(head[10]) << 16 | std::size_t(head[11]) << 24;
        begin_ = std::int64_t(first ? 10 : 12);
        if (length > 65'536) refuse("has a header that is too long");
        std::string text(length, '\0');
        if (::pread(descriptor_, text.data(), length, begin_) != ssize_t(length))
            refuse("ends within its header");
        begin_ += std::int64_t(length);
        read_shape(text);
        if (::lseek(descriptor_, 0, SEEK_END) != begin_ + count * height * width * channels)
            refuse("has another length than its header says");
    }

    void read_shape(const std::string& header) {
        static const std::regex bytes("'descr': *'[|<>=]?u1'"), fortran("'fortran_order': *True"),
            shape("'shape': *\\(([0-9, ]*)\\)"), number("[0-9]{1,12}");
        std::smatch found;
        if (!std::regex_search(header, bytes)) refuse("holds other values than bytes");
        if (std::regex_search(header, fortran) || !std::regex_search(header, found, shape))
            refuse("has an order or shape that isn't one of images");
        const std::string list = found[1];
        std::vector<std::int64_t> sizes;
        for (std::sregex_iterator it(list.begin(), list.end(), number), end; it != end; ++it)
            sizes.push_back(std::stoll(it->str()));
        if (sizes.size() == 2) {  // flat squares, as Quick, Draw! has them
            const auto side = std::int64_t(std::llround(std::sqrt(double(sizes[1]))));
            if (side * side != sizes[1]) refuse("holds rows that aren't square images");
            sizes = {sizes[0], side, side};
        }
        if (sizes.size() == 3) sizes.push_back(1);
        if (sizes.size() != 4 || (sizes[3] != 1 && sizes[3] != 3) || sizes[0] < 1 || sizes[1] < 1 ||
            sizes[2] < 1 || sizes[1] > largest_side || sizes[2] > largest_side ||
            sizes[0] > 1'000'000'000)
            refuse("has a shape that isn't one of images");
        count = sizes[0], height = sizes[1], width = sizes[2], channels = sizes[3];
    }

    fs::path file_;
    int descriptor_;
    std::int64_t begin_ = 0;  // of the pixels
};

/// A file a class, one after another.
class NpyDataset : public Dataset {
public:
    NpyDataset(DatasetInfo info, std::vector<std::unique_ptr<const NpyFile>> files)
        : info_(std::move(info)), files_(std::move(files)) {
        for (const auto& file : files_) ends_.push_back(info_.count += file->count);
    }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override {
        require(i >= 0 && i < info_.count, "no such image");
        const auto k = std::size_t(label(i));
        return {files_[k]->at(k == 0 ? i : i - ends_[k - 1]), int(k)};
    }
    int label(std::int64_t i) const override {
        return int(std::upper_bound(ends_.begin(), ends_.end(), i) - ends_.begin());
    }

private:
    DatasetInfo info_;
    std::vector<std::unique_ptr<const NpyFile>> files_;
    std::vector<std::int64_t> ends_;  // of each file, counted through
};

std::shared_ptr<const Dataset> open_known(const fs::path& folder, const DatasetRow& row,
                                          std::string_view split, std::string_view) {
    return as_published(open_npy(folder, info_of(row), split), folder, row);
}

}  // namespace

std::vector<fs::path> npy_files(const fs::path& folder) {
    std::vector<fs::path> names;
    std::error_code error;
    for (const std::string& name : few_names(folder))
        if (name.ends_with(".npy") && fs::is_regular_file(folder / name, error))
            names.emplace_back(name);
    std::sort(names.begin(), names.end(), [](const fs::path& a, const fs::path& b) {
        return natural_less(a.native(), b.native());
    });
    return names;
}

std::shared_ptr<const Dataset> open_npy(const fs::path& folder, DatasetInfo info,
                                        std::string_view split) {
    chosen_split({""}, split, info.title);
    info.classes.clear();
    std::vector<std::unique_ptr<const NpyFile>> files;
    std::string hashed;
    for (const fs::path& name : npy_files(folder)) try {
            auto file = std::make_unique<const NpyFile>(folder / name);
            hashed += name.string() + '\n' + std::to_string(file->count) + '\n';
            if (files.empty()) {
                info.width = int(file->width);
                info.height = int(file->height);
                info.channels = int(file->channels);
            }
            if (file->width != info.width) info.width = 0;
            if (file->height != info.height) info.height = 0;
            if (file->channels != info.channels) info.channels = 0;
            files.push_back(std::move(file));
            info.classes.push_back(name.stem().string());
        } catch (const Error& error) {
            info.left_out.push_back({name.string(), error.what()});
        }
    if (files.empty()) throw Error(Sentence{info.left_out.front().reason, {}});
    if (info.sha256.empty()) info.sha256 = sha256_of(hashed);
    return std::make_shared<NpyDataset>(std::move(info), std::move(files));
}

DatasetRow quickdraw_row() {
    return {
        .id = "quickdraw",
        .title = "Quick, Draw! (6 of 345 words)",
        .width = 28,
        .height = 28,
        .channels = 1,
        .classes = {"cat", "fish", "flower", "house", "train", "tree"},
        .train_count = 810259,
        .test_count = 0,
        .licence = "CC-BY-4.0",
        .source = "https://github.com/googlecreativelab/quickdraw-dataset",
        .mirror_safe = false,
        .files = {{"cat.npy", "21a281839d3f2eef601d57d2338a4eafdf24649f8d0a0e42d3ec3e595911463e",
                   96590448},
                  {"fish.npy", "7ed4f4ce04546a0935149780c73fdd3c376d121e7df5ac1307586a78769e5fc9",
                   105173680},
                  {"flower.npy", "f847687b1c6dd5497fb11ab815643e024dca2718a72bb93f5f270fba35e604ad",
                   113537392},
                  {"house.npy", "92e1de1e129349525cb63f6dba6d1b54a0db0a3fc4f18b77cf9f1be4105b2a19",
                   106169360},
                  {"train.npy", "d74f7c0542ab2b4def188722fb408efa37d8569d9f7b810423904aaa765f9dee",
                   100311312},
                  {"tree.npy", "174eb2ffd87834defa8a503509e0dee330a3b10c81537d35f2af3736b94e7279",
                   113461344}},
        .mirrors = {"https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/"},
        .open = open_known};
}

}  // namespace daguerre
