#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/data/image_set.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

/// Adds the images under root / inside; `entered` holds the real places of folders seen so far.
void collect(const fs::path& root, const fs::path& inside, std::set<fs::path>& entered,
             std::vector<fs::path>& found) {
    std::error_code error;
    const fs::path here = inside.empty() ? root : root / inside;
    const fs::path real = fs::canonical(here, error);
    if (error || !entered.insert(real).second) return;
    std::vector<fs::path> folders;
    for (fs::directory_iterator it(here, fs::directory_options::skip_permission_denied, error), end;
         !error && it != end; it.increment(error)) {
        const fs::path name = it->path().filename();
        std::error_code unknown;
        if (name.string().starts_with('.')) continue;
        if (it->is_directory(unknown))
            folders.push_back(inside / name);
        else if (is_visible_image((inside / name).generic_string()) && it->is_regular_file(unknown))
            found.push_back(inside / name);
    }
    // Sorted, so that of two names of one folder always the same one counts.
    std::sort(folders.begin(), folders.end(), [](const fs::path& a, const fs::path& b) {
        return natural_less(a.native(), b.native());
    });
    for (const fs::path& folder : folders) collect(root, folder, entered, found);
}

}  // namespace

std::vector<fs::path> image_files(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator(folder, error);
    if (error)
        throw Error("The folder “{folder}” can't be read: {why}.",
                    {{"folder", folder}, {"why", error.message()}});
    std::set<fs::path> entered;
    std::vector<fs::path> found;
    collect(folder, {}, entered, found);
    std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
        return natural_less(a.native(), b.native());
    });
    return found;
}

std::shared_ptr<const Dataset> open_folder(const fs::path& folder, DatasetInfo info,
                                           std::string_view split) {
    std::vector<NamedFile> files;
    auto paths = std::make_shared<std::vector<fs::path>>();
    for (const fs::path& name : image_files(folder)) {
        std::error_code gone;
        const std::uintmax_t bytes = fs::file_size(folder / name, gone);
        files.push_back({name.generic_string(), gone ? 0 : bytes});
        paths->push_back(folder / name);
    }
    const ImageAccess access{
        [paths](std::size_t i) { return peek((*paths)[i]); },
        [paths](std::size_t i) { return read_image((*paths)[i], dataset_pixel_limit); }};
    return image_set(files, access, std::move(info), split);
}

}  // namespace daguerre
