#include <algorithm>
#include <cstring>
#include <map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine.h"
#include "core/data/rows.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr int side = 32, channels = 3;
constexpr std::uint64_t plane = side * side, pixels = plane * channels;

/// A record is `labels` bytes, then the red, green and blue plane. CIFAR-100 has two labels, coarse
/// and fine; the last one counts (Krizhevsky 2009, cs.toronto.edu/~kriz/cifar.html).
class CifarDataset : public Dataset {
public:
    CifarDataset(DatasetInfo info, std::string bytes, std::uint64_t labels)
        : info_(std::move(info)), bytes_(std::move(bytes)), labels_(labels) {}

    const DatasetInfo& info() const override { return info_; }

    Example at(std::int64_t i) const override {
        require(i >= 0 && i < info_.count, "no such image");
        const char* const record = record_of(i);
        if (label(i) < 0)
            throw Error("“{file}” has label {label}, but there are only {n} classes.",
                        {{"file", info_.id + ", image " + std::to_string(i)},
                         {"label", int(static_cast<unsigned char>(record[labels_ - 1]))},
                         {"n", info_.classes.size()}});
        Example example{Image::blank(side, side, channels), label(i)};
        auto* out = reinterpret_cast<char*>(example.image.pixels.data());
        for (std::uint64_t at = 0; at < plane; ++at)
            for (std::uint64_t c = 0; c < channels; ++c) *out++ = record[labels_ + c * plane + at];
        return example;
    }

    int label(std::int64_t i) const override {
        const int label = static_cast<unsigned char>(record_of(i)[labels_ - 1]);
        return label < int(info_.classes.size()) ? label : -1;
    }

private:
    const char* record_of(std::int64_t i) const {
        return bytes_.data() + std::uint64_t(i) * (labels_ + pixels);
    }

    DatasetInfo info_;
    std::string bytes_;
    std::uint64_t labels_;
};

/// "train", "test", or "" for a file that isn't of CIFAR.
std::string split_of_batch(const std::string& name) {
    if (!name.ends_with(".bin")) return "";
    if (name.starts_with("test")) return "test";
    return name.starts_with("train") || name.starts_with("data_batch") ? "train" : "";
}

std::uint64_t size_of(const fs::path& file) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    return error ? 0 : bytes;
}

/// How many labels a record has: two where the names of fine classes lie beside, or where all
/// lengths fit only that.
std::uint64_t labels_per_record(const fs::path& folder, const std::vector<fs::path>& names) {
    std::error_code error;
    if (fs::exists(folder / "fine_label_names.txt", error)) return 2;
    bool one = true, two = true;
    for (const fs::path& name : names) {
        if (name.extension() != ".bin") continue;
        one = one && size_of(folder / name) % (pixels + 1) == 0;
        two = two && size_of(folder / name) % (pixels + 2) == 0;
    }
    return two && !one ? 2 : 1;
}

std::string batch(const fs::path& file, std::uint64_t record, DatasetInfo& info) {
    const std::uint64_t bytes = size_of(file);
    if (bytes == 0 || bytes % record != 0) {
        info.left_out.push_back(
            {file.filename().string(),
             Sentence{"“{file}” has {n} bytes, which isn't a whole number of images of {record}. "
                      "Get the whole file again.",
                      {{"file", file}, {"n", bytes}, {"record", record}}}
                 .text()});
        return {};
    }
    return read_file(file, bytes);
}

std::vector<std::string> class_names(const fs::path& folder, std::uint64_t labels) {
    const fs::path named = folder / (labels == 2 ? "fine_label_names.txt" : "batches.meta.txt");
    std::error_code error;
    if (fs::is_regular_file(named, error)) return lines_of(read_file(named, 1 << 20));
    std::vector<std::string> names;
    for (int i = 0; i < (labels == 2 ? 100 : 10); ++i) names.push_back(std::to_string(i));
    return names;
}

std::shared_ptr<const Dataset> open_known(const fs::path& folder, const DatasetRow& row,
                                          std::string_view split, std::string_view) {
    return as_published(open_cifar(folder, info_of(row), split), folder, row);
}

}  // namespace

std::vector<fs::path> cifar_files(const fs::path& folder) {
    std::vector<fs::path> names;
    std::error_code error;
    for (const std::string& name : few_names(folder))
        if (!split_of_batch(name).empty() && fs::is_regular_file(folder / name, error))
            names.emplace_back(name);
    if (names.empty()) return names;
    for (const char* extra : {"batches.meta.txt", "fine_label_names.txt"})
        if (fs::is_regular_file(folder / extra, error)) names.emplace_back(extra);
    return names;
}

std::shared_ptr<const Dataset> open_cifar(const fs::path& folder, DatasetInfo info,
                                          std::string_view split) {
    const std::vector<fs::path> names = cifar_files(folder);
    std::set<std::string> present;
    for (const fs::path& name : names) present.insert(split_of_batch(name.string()));
    present.erase("");
    info.split = chosen_split(present, split, info.title);
    info.splits = {present.begin(), present.end()};

    const std::uint64_t labels = labels_per_record(folder, names), record = labels + pixels;
    std::uint64_t need = 0;
    for (const fs::path& name : names) need += size_of(folder / name);
    require_memory_for(need, folder);
    std::string bytes, hashes;
    for (const fs::path& name : names) {
        if (split_of_batch(name.string()) != info.split) continue;
        const std::string read = batch(folder / name, record, info);
        bytes += read;
        if (info.sha256.empty()) hashes += sha256_of(read);
    }
    if (bytes.empty()) throw Error(Sentence{info.left_out.front().reason, {}});
    if (info.classes.empty()) info.classes = class_names(folder, labels);
    if (info.sha256.empty()) info.sha256 = sha256_of(hashes);
    info.count = std::int64_t(bytes.size() / record);
    info.width = info.height = side;
    info.channels = channels;
    return std::make_shared<CifarDataset>(std::move(info), std::move(bytes), labels);
}

DatasetRow cifar10_row() {
    constexpr std::uint64_t batch_bytes = 30'730'000;
    return {
        .id = "cifar10",
        .title = "CIFAR-10",
        .width = side,
        .height = side,
        .channels = channels,
        .classes = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                    "truck"},
        .train_count = 50000,
        .test_count = 10000,
        .licence = "none stated",
        .source = "https://www.cs.toronto.edu/~kriz/cifar.html",
        .mirror_safe = true,
        .files = {{"data_batch_1.bin",
                   "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5", batch_bytes},
                  {"data_batch_2.bin",
                   "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed", batch_bytes},
                  {"data_batch_3.bin",
                   "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67", batch_bytes},
                  {"data_batch_4.bin",
                   "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48", batch_bytes},
                  {"data_batch_5.bin",
                   "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add", batch_bytes},
                  {"test_batch.bin",
                   "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
                   batch_bytes}},
        .archive = {"cifar-10-binary.tar.gz",
                    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170052171},
        .mirrors = {"https://www.cs.toronto.edu/~kriz/"},
        .open = open_known};
}

DatasetRow cifar100_row() {
    return {
        .id = "cifar100",
        .title = "CIFAR-100",
        .width = side,
        .height = side,
        .channels = channels,
        .classes = {"apple",    "aquarium_fish", "baby",       "bear",         "beaver",
                    "bed",      "bee",           "beetle",     "bicycle",      "bottle",
                    "bowl",     "boy",           "bridge",     "bus",          "butterfly",
                    "camel",    "can",           "castle",     "caterpillar",  "cattle",
                    "chair",    "chimpanzee",    "clock",      "cloud",        "cockroach",
                    "couch",    "crab",          "crocodile",  "cup",          "dinosaur",
                    "dolphin",  "elephant",      "flatfish",   "forest",       "fox",
                    "girl",     "hamster",       "house",      "kangaroo",     "keyboard",
                    "lamp",     "lawn_mower",    "leopard",    "lion",         "lizard",
                    "lobster",  "man",           "maple_tree", "motorcycle",   "mountain",
                    "mouse",    "mushroom",      "oak_tree",   "orange",       "orchid",
                    "otter",    "palm_tree",     "pear",       "pickup_truck", "pine_tree",
                    "plain",    "plate",         "poppy",      "porcupine",    "possum",
                    "rabbit",   "raccoon",       "ray",        "road",         "rocket",
                    "rose",     "sea",           "seal",       "shark",        "shrew",
                    "skunk",    "skyscraper",    "snail",      "snake",        "spider",
                    "squirrel", "streetcar",     "sunflower",  "sweet_pepper", "table",
                    "tank",     "telephone",     "television", "tiger",        "tractor",
                    "train",    "trout",         "tulip",      "turtle",       "wardrobe",
                    "whale",    "willow_tree",   "wolf",       "woman",        "worm"},
        .train_count = 50000,
        .test_count = 10000,
        .licence = "none stated",
        .source = "https://www.cs.toronto.edu/~kriz/cifar.html",
        .mirror_safe = true,
        .files = {{"train.bin", "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29",
                   153'700'000},
                  {"test.bin", "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a",
                   30'740'000}},
        .archive = {"cifar-100-binary.tar.gz",
                    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", 168513733},
        .mirrors = {"https://www.cs.toronto.edu/~kriz/"},
        .open = open_known};
}

}  // namespace daguerre
