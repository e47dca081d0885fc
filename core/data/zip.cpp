#include "core/data/archive.h"
#include "core/data/image_set.h"
#include "core/data/sources.h"

namespace daguerre {
std::shared_ptr<const Dataset> open_zip(const std::filesystem::path& file, DatasetInfo info,
                                        std::string_view split) {
    const auto archive = std::make_shared<const ZipFile>(file);
    const auto entries = std::make_shared<std::vector<std::size_t>>();
    std::vector<NamedFile> files;
    Beside beside;
    for (std::size_t i = 0; i < archive->entries().size(); ++i) {
        const ZipFile::Entry& entry = archive->entries()[i];
        if (is_beside(entry.name)) keep_beside(beside, entry.name, archive->read(i));
        if (!is_visible_image(entry.name)) continue;
        files.push_back({entry.name, entry.bytes});
        entries->push_back(i);
    }
    const auto name = [archive, entries, file](std::size_t i) {
        return (file / archive->entries()[(*entries)[i]].name).string();
    };
    const ImageAccess access{
        [=](std::size_t i) { return peek(archive->read((*entries)[i]), name(i)); },
        [=](std::size_t i) {
            return read_image(archive->read((*entries)[i]), name(i), dataset_pixel_limit);
        },
        false, [=](std::size_t i) { return archive->entries()[(*entries)[i]].name; },
        [=](std::size_t i, int side) {
            return read_reduced(archive->read((*entries)[i]), name(i), side, dataset_pixel_limit);
        }};
    return image_set(files, access, std::move(info), split, beside);
}

}  // namespace daguerre
