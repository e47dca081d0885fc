#include "core/nn/safetensors.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

constexpr std::uint64_t longest_header = 16'000'000, most_tensors = 20'000, longest_name = 512;
constexpr std::uint64_t largest_offset = std::uint64_t(1) << 53;
constexpr std::size_t highest_rank = 8;

struct Dtype {
    const char* name;
    at::ScalarType type;
};
constexpr Dtype dtypes[] = {{"F64", at::kDouble}, {"I64", at::kLong},      {"F32", at::kFloat},
                            {"I32", at::kInt},    {"BF16", at::kBFloat16}, {"F16", at::kHalf},
                            {"U8", at::kByte},    {"BOOL", at::kBool}};

struct Entry {
    std::string name;
    at::ScalarType type = at::kFloat;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;
};

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
    throw Error("“{file}” isn't a sound safetensors file: {why}.", {{"file", file}, {"why", why}});
}

std::uint64_t unsigned_of(const Json& json, const std::string& file, const std::string& name) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > largest_offset)
        refuse(file, "“" + name + "” has a size or place that isn't a whole number");
    return json.get<std::uint64_t>();
}

at::ScalarType type_of(const Json& json, const std::string& file, const std::string& name) {
    const std::string word = json.is_string() ? json.get<std::string>() : json.dump();
    for (const Dtype& dtype : dtypes)
        if (word == dtype.name) return dtype.type;
    throw Error("“{file}”: “{name}” is stored as {type}, which Daguerre can't read.",
                {{"file", file}, {"name", name}, {"type", word.substr(0, 40)}});
}

/// Bytes of the shape, or nothing when they pass the largest offset.
std::optional<std::uint64_t> bytes_of(const Entry& entry) {
    std::uint64_t bytes = at::elementSize(entry.type);
    for (const std::int64_t side : entry.shape)
        if (__builtin_mul_overflow(bytes, std::uint64_t(side), &bytes) || bytes > largest_offset)
            return std::nullopt;
    return bytes;
}

Entry entry_from(const std::string& name, const Json& json, const std::string& file) {
    if (name.size() > longest_name) refuse(file, "a name is longer than 512 bytes");
    if (!json.is_object() || json.size() != 3 || !json.contains("dtype") ||
        !json.contains("shape") || !json.contains("data_offsets"))
        refuse(file, "“" + name + "” isn't described by dtype, shape and data_offsets");
    Entry entry{name, type_of(json["dtype"], file, name), {}, 0, 0};
    const Json &shape = json["shape"], &offsets = json["data_offsets"];
    if (!shape.is_array() || shape.size() > highest_rank)
        refuse(file, "“" + name + "” has a shape that isn't a list of up to 8 sides");
    for (const Json& side : shape)
        entry.shape.push_back(std::int64_t(unsigned_of(side, file, name)));
    if (!offsets.is_array() || offsets.size() != 2)
        refuse(file, "“" + name + "” has no beginning and end");
    entry.begin = unsigned_of(offsets[0], file, name);
    entry.end = unsigned_of(offsets[1], file, name);
    const std::optional<std::uint64_t> bytes = bytes_of(entry);
    if (entry.end < entry.begin || !bytes || entry.end - entry.begin != *bytes)
        refuse(file, "“" + name + "” has a shape that doesn't fill its place");
    return entry;
}

/// The tensors must lie side by side from 0 to the end of the file.
void check_places(std::vector<Entry>& entries, std::uint64_t length, const std::string& file) {
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t place = 0;
    for (const Entry& entry : entries) {
        if (entry.begin != place) refuse(file, "“" + entry.name + "” leaves a gap or overlaps");
        place = entry.end;
    }
    if (place != length)
        refuse(file, std::to_string(length) + " bytes of values where the header counts " +
                         std::to_string(place));
}

void read_bytes(std::ifstream& stream, char* to, std::uint64_t count, const std::string& file) {
    stream.read(to, std::streamsize(count));
    if (std::uint64_t(stream.gcount()) != count) refuse(file, "it ends too early");
}

std::string read_header(std::ifstream& stream, std::uint64_t size, const std::string& file) {
    std::uint64_t length = 0;
    if (size < sizeof length) refuse(file, "it has only " + std::to_string(size) + " bytes");
    read_bytes(stream, reinterpret_cast<char*>(&length), sizeof length, file);
    if (length > longest_header || length > size - sizeof length)
        refuse(file, "its header would have " + std::to_string(length) + " bytes");
    std::string header(length, '\0');
    read_bytes(stream, header.data(), length, file);
    if (!header.starts_with('{')) refuse(file, "its header doesn't begin with {");
    return header;
}

WeightsMetadata metadata_from(const Json& json, const std::string& file) {
    WeightsMetadata metadata;
    if (!json.is_object()) refuse(file, "its metadata isn't a list of texts");
    for (const auto& [key, value] : json.items()) {
        if (!value.is_string()) refuse(file, "its metadata isn't a list of texts");
        metadata.emplace(key, value.get<std::string>());
    }
    return metadata;
}

at::Tensor read_tensor(std::ifstream& stream, const Entry& entry, const std::string& file) {
    const bool truth = entry.type == at::kBool;
    at::Tensor tensor = at::empty(entry.shape, truth ? at::kByte : entry.type);
    read_bytes(stream, static_cast<char*>(tensor.data_ptr()), entry.end - entry.begin, file);
    return truth ? tensor.ne(0) : tensor;  // a bool that is neither 0 nor 1 is undefined behaviour
}

/// A file whose header was read; its values follow in the stream.
struct Opened {
    explicit Opened(const fs::path& path) : file(path.string()) {
        std::error_code error;
        if (!fs::is_regular_file(path, error))
            throw Error("“{file}” isn't there, or isn't a file.", {{"file", file}});
        const std::uint64_t size = fs::file_size(path, error);
        stream.open(path, std::ios::binary);
        if (error || !stream) throw Error("“{file}” can't be opened.", {{"file", file}});
        const std::string text = read_header(stream, size, file);
        header = parse_json(text, file,
                            {.bytes = longest_header, .depth = 4, .members = most_tensors + 1});
        values = size - sizeof(std::uint64_t) - text.size();
    }

    std::string file;
    std::ifstream stream;
    Json header;
    std::uint64_t values = 0;  // bytes of them
};

}  // namespace

TensorFile read_safetensors(const fs::path& path) {
    Opened opened(path);
    TensorFile result;
    std::vector<Entry> entries;
    for (const auto& [name, value] : opened.header.items())
        if (name == "__metadata__")
            result.metadata = metadata_from(value, opened.file);
        else
            entries.push_back(entry_from(name, value, opened.file));
    check_places(entries, opened.values, opened.file);
    for (const Entry& entry : entries)
        result.weights.emplace(entry.name, read_tensor(opened.stream, entry, opened.file));
    return result;
}

WeightsMetadata read_safetensors_metadata(const fs::path& path) {
    const Opened opened(path);
    const auto found = opened.header.find("__metadata__");
    return found == opened.header.end() ? WeightsMetadata{} : metadata_from(*found, opened.file);
}

void write_safetensors(const fs::path& path, const Weights& weights,
                       const WeightsMetadata& metadata) {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const auto& [name, tensor] : weights)
        tensors.emplace_back(name, tensor.detach().to(at::kCPU).contiguous());
    // Large elements first keeps every tensor aligned.
    std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
        return a.second.element_size() > b.second.element_size();
    });
    Json json{{"__metadata__", {{"format", "pt"}}}};
    for (const auto& [key, text] : metadata) json["__metadata__"][key] = text;
    std::uint64_t place = 0;
    for (const auto& [name, tensor] : tensors) {
        const auto dtype = std::find_if(std::begin(dtypes), std::end(dtypes), [&](const Dtype& d) {
            return d.type == tensor.scalar_type();
        });
        require(dtype != std::end(dtypes), "a tensor of this type can't be written");
        json[name] = {{"dtype", dtype->name},
                      {"shape", tensor.sizes().vec()},
                      {"data_offsets", {place, place + tensor.nbytes()}}};
        place += tensor.nbytes();
    }
    std::string header = json.dump();
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = header.size();
    require_free_space(path.parent_path(), place + length + sizeof length);
    write_whole(path, [&](const fs::path& temporary) {
        std::ofstream stream(temporary, std::ios::binary);
        stream.write(reinterpret_cast<const char*>(&length), sizeof length);
        stream.write(header.data(), std::streamsize(length));
        for (const auto& [name, tensor] : tensors)
            stream.write(static_cast<const char*>(tensor.const_data_ptr()),
                         std::streamsize(tensor.nbytes()));
        stream.close();
        if (stream) return;
        if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
            throw Error(
                "“{folder}” is full: “{file}” could not be written. Free some space and "
                "try again.",
                {{"folder", path.parent_path()}, {"file", path.filename()}});
        throw Error("“{file}” can't be written: {why}.",
                    {{"file", path}, {"why", std::strerror(errno)}});
    });
}

}  // namespace daguerre
