#include <string_view>

#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/data/archive.h"
#include "core/data/datasets.h"
#include "core/data/image_set.h"
#include "core/data/sources.h"

namespace daguerre {
namespace {

struct Held {
    std::vector<std::string> names, bytes;  // names with the tar's before
    std::size_t before = 0;                 // the length of that
};

}  // namespace

bool has_tar_suffix(const std::filesystem::path& file) {
    std::string name = file.filename().string();
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    for (const char* suffix : {".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst"})
        if (name.ends_with(suffix)) return true;
    return false;
}

std::shared_ptr<const Dataset> open_tar(const std::filesystem::path& file, DatasetInfo info,
                                        std::string_view split) {
    const auto held = std::make_shared<Held>();
    held->before = (file / "").string().size();
    std::vector<NamedFile> files;
    Beside beside;
    const std::uint64_t limit = memory_available() / 2;
    std::uint64_t total = 0;
    read_tar(file, [&](const TarEntry& entry) {
        if (is_beside(entry.name)) keep_beside(beside, entry.name, entry.read());
        if (!is_visible_image(entry.name)) return true;
        if ((total += entry.bytes) > limit)
            throw Error(
                "“{file}” holds more than {limit} MB of images, too much to be kept in memory. "
                "Import it: daguerre fetch NAME --from {file}",
                {{"file", file}, {"limit", limit / 1'000'000}});
        held->bytes.push_back(entry.read());
        held->names.push_back((file / entry.name).string());
        files.push_back({entry.name, entry.bytes});
        return true;
    });
    const ImageAccess access{
        [=](std::size_t i) { return peek(held->bytes[i], held->names[i]); },
        [=](std::size_t i) {
            return read_image(held->bytes[i], held->names[i], dataset_pixel_limit);
        },
        false, [=](std::size_t i) { return held->names[i].substr(held->before); },
        [=](std::size_t i, int side) {
            return read_reduced(held->bytes[i], held->names[i], side, dataset_pixel_limit);
        }};
    return image_set(files, access, std::move(info), split, beside);
}

}  // namespace daguerre
