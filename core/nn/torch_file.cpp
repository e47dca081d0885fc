#include "core/nn/torch_file.h"

#include <algorithm>
#include <fstream>

#include "core/base/error.h"
#include "core/data/archive.h"
#include "core/nn/pickle.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t longest_pickle = 16'000'000;
constexpr std::size_t most_tensors = 20'000, deepest = 6, highest_rank = 8;

constexpr std::pair<const char*, at::ScalarType> storages[]{
    {"torch.FloatStorage", at::kFloat},       {"torch.HalfStorage", at::kHalf},
    {"torch.BFloat16Storage", at::kBFloat16}, {"torch.DoubleStorage", at::kDouble},
    {"torch.LongStorage", at::kLong},         {"torch.IntStorage", at::kInt},
    {"torch.ByteStorage", at::kByte},         {"torch.BoolStorage", at::kBool}};

std::vector<std::string> names() {
    std::vector<std::string> list{"collections.OrderedDict", "torch._utils._rebuild_tensor_v2"};
    for (const auto& [name, type] : storages) list.emplace_back(name);
    return list;
}

/// The file's first bytes, or Error when it isn't a zip.
void check_begin(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    char begin[2]{};
    stream.read(begin, sizeof begin);
    if (!stream) throw Error("“{file}” can't be read.", {{"file", file}});
    if (begin[0] == 'P' && begin[1] == 'K') return;
    throw Error(
        "“{file}” isn't a file of torch 1.6 or newer. Load it in Python and save its weights with "
        "safetensors.torch.save_file.",
        {{"file", file}});
}

class TorchFile {
public:
    explicit TorchFile(const fs::path& file) : file_(file), zip_(file) {
        for (const ZipFile::Entry& entry : zip_.entries())
            if (entry.name.ends_with("/data.pkl") &&
                std::count(entry.name.begin(), entry.name.end(), '/') == 1)
                folder_ = entry.name.substr(0, entry.name.size() - 8);
        if (folder_.empty()) refuse("", "there is no data.pkl in it");
        if (find("byteorder") < zip_.entries().size() && bytes_of("byteorder", 16) != "little")
            refuse("byteorder", "it was written on a machine of another byte order");
    }

    Weights read() {
        const Pickle pickle(bytes_of("data.pkl", longest_pickle), file_.string(), names());
        pickle_ = &pickle;
        collect("", pickle.root(), 0);
        return std::move(weights_);
    }

private:
    [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
        throw Error(
            "“{file}” isn't a sound file of weights: {name}{why}.",
            {{"file", file_}, {"name", name.empty() ? "" : "“" + name + "”: "}, {"why", why}});
    }
    std::size_t find(const std::string& name) const {
        const auto& entries = zip_.entries();
        return std::size_t(std::find_if(entries.begin(), entries.end(),
                                        [&](const ZipFile::Entry& entry) {
                                            return entry.name == folder_ + name;
                                        }) -
                           entries.begin());
    }
    std::string bytes_of(const std::string& name, std::uint64_t limit) const {
        const std::size_t i = find(name);
        if (i == zip_.entries().size()) refuse(name, "it is missing");
        const ZipFile::Entry& entry = zip_.entries()[i];
        if (entry.bytes > limit) refuse(name, "it is larger than it may be");
        if (entry.packed_bytes != entry.bytes) refuse(name, "it is packed, which torch never does");
        return zip_.read(i);
    }

    /// Every tensor below a value.
    void collect(const std::string& name, const Pickled& value, std::size_t depth) {
        if (value.kind == Pickled::Call && !value.is_dict()) {
            if (weights_.size() >= most_tensors) refuse(name, "there are too many tensors");
            weights_.emplace(name, tensor_of(name, value));
        }
        if (!value.is_dict() || depth == deepest) return;
        const std::vector<Pickled>& items = pickle_->items(value);
        if (seen_ += items.size(); seen_ > 10 * most_tensors)
            refuse(name, "there are too many values");
        for (std::size_t i = 0; i + 1 < items.size(); i += 2)
            if (items[i].kind == Pickled::Text)
                collect((name.empty() ? name : name + ".") + std::string(items[i].text),
                        items[i + 1], depth + 1);
    }

    std::vector<std::int64_t> numbers(const std::string& name, const Pickled& value) const {
        if (value.kind != Pickled::Tuple) refuse(name, "its shape isn't one");
        std::vector<std::int64_t> list;
        for (const Pickled& item : pickle_->items(value)) {
            if (item.kind != Pickled::Int || item.number < 0)
                refuse(name, "its shape isn't whole numbers");
            list.push_back(item.number);
        }
        if (list.size() > highest_rank) refuse(name, "it has more than 8 sides");
        return list;
    }

    /// _rebuild_tensor_v2(storage, offset, sizes, strides, ...).
    at::Tensor tensor_of(const std::string& name, const Pickled& value) {
        const std::vector<Pickled>& given = pickle_->items(value);
        if (given.size() < 4 || given[0].kind != Pickled::Persistent ||
            given[1].kind != Pickled::Int || given[1].number < 0)
            refuse(name, "it isn't described as torch describes tensors");
        const at::Tensor storage = storage_of(name, given[0]);
        const std::vector<std::int64_t> sizes = numbers(name, given[2]),
                                        strides = numbers(name, given[3]);
        if (sizes.size() != strides.size()) refuse(name, "sizes and strides don't match");
        std::int64_t count = 1, last = given[1].number;
        bool sound = true;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            std::int64_t reach = 0;
            sound = sound && !__builtin_mul_overflow(count, sizes[i], &count) &&
                    !__builtin_mul_overflow(std::max<std::int64_t>(sizes[i] - 1, 0), strides[i],
                                            &reach) &&
                    !__builtin_add_overflow(last, reach, &last);
        }
        if (!sound || count > storage.numel() || (count > 0 && last >= storage.numel()))
            refuse(name, "it reaches beyond its storage");
        if (count == 0) return at::empty(sizes, storage.options());
        return storage.as_strided(sizes, strides, given[1].number).contiguous();
    }

    /// ('storage', type, key, place, count).
    at::Tensor storage_of(const std::string& name, const Pickled& id) {
        const std::vector<Pickled>& said = pickle_->items(id);
        if (said.size() != 5 || said[0].text != "storage" || said[1].kind != Pickled::Global ||
            said[2].kind != Pickled::Text || said[4].kind != Pickled::Int || said[4].number < 0)
            refuse(name, "its storage isn't described as torch describes them");
        const std::string key(said[2].text);
        const auto type = std::find_if(std::begin(storages), std::end(storages),
                                       [&](const auto& row) { return row.first == said[1].text; });
        if (type == std::end(storages)) refuse(name, "its storage is of no type that weights have");
        const auto known = read_.find(key);
        if (known != read_.end() && known->second.scalar_type() == type->second)
            return known->second;
        const std::string bytes = bytes_of("data/" + key, UINT64_MAX);
        const std::uint64_t size = at::elementSize(type->second);
        if (bytes.size() % size != 0 || bytes.size() / size != std::uint64_t(said[4].number))
            refuse(name, "its storage has another size than it says");
        const bool truth = type->second == at::kBool;
        at::Tensor storage = at::empty({said[4].number}, truth ? at::kByte : type->second);
        std::copy(bytes.begin(), bytes.end(), static_cast<char*>(storage.mutable_data_ptr()));
        // A bool that is neither 0 nor 1 is undefined behaviour.
        return read_[key] = truth ? storage.ne(0) : storage;
    }

    fs::path file_;
    ZipFile zip_;
    std::string folder_;  // "archive/"
    const Pickle* pickle_ = nullptr;
    std::map<std::string, at::Tensor> read_;
    Weights weights_;
    std::size_t seen_ = 0;
};

}  // namespace

Weights read_torch_file(const fs::path& file) {
    check_begin(file);
    return TorchFile(file).read();
}

}  // namespace daguerre
