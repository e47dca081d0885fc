#include "app/cli/outputs.h"

#include <unistd.h>

#include "core/base/error.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

/// The nearest folder above that is there.
fs::path existing_above(const fs::path& path) {
    fs::path there = fs::absolute(path).parent_path();
    while (!fs::exists(there) && there.has_relative_path()) there = there.parent_path();
    return there;
}

}  // namespace

void require_writable(const fs::path& path, bool is_file) {
    std::error_code error;
    if (is_file && fs::is_directory(path, error))
        throw Error("“{path}” is a folder. Name a file that isn't there yet.", {{"path", path}});
    if (!is_file && fs::exists(path, error) && !fs::is_directory(path, error))
        throw Error(
            "“{path}” is a file and its name isn't that of an image. Name a folder, or a file "
            "that ends in .png, .jpg, .webp or .tif.",
            {{"path", path}});
    const fs::path above = existing_above(path);
    if (!fs::is_directory(above, error) || ::access(above.c_str(), W_OK) != 0)
        throw Error("Daguerre may not write in “{folder}”. Choose another place for “{path}”.",
                    {{"folder", above}, {"path", path}});
}

}  // namespace daguerre
