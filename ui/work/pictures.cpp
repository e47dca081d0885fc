#include "ui/work/pictures.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "core/base/files.h"
#include "core/image/image_file.h"

namespace daguerre {

namespace fs = std::filesystem;

namespace {

/// The number that a name starts with; -1: it is no press.
std::int64_t numberOf(const fs::path& press) {
    const std::string name = press.filename().string();
    std::int64_t number = -1;
    std::from_chars(name.data(), name.data() + name.size(), number);
    return number;
}

std::vector<fs::path> entriesOf(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder, missing))
        entries.push_back(entry.path());
    return entries;
}

}  // namespace

fs::path picturesFolder() { return home_folder() / "pictures"; }

fs::path newPress(const std::string& model) {
    std::int64_t highest = 0;
    for (const fs::path& press : entriesOf(picturesFolder()))
        highest = std::max(highest, numberOf(press));
    char number[32];
    std::snprintf(number, sizeof number, "%06lld-", static_cast<long long>(highest + 1));
    return picturesFolder() / (number + model);
}

std::string pictureName(const std::string& model, std::uint32_t seed) {
    return model + "-" + std::to_string(seed) + ".png";
}

std::vector<fs::path> presses() {
    std::vector<fs::path> folders = entriesOf(picturesFolder());
    std::erase_if(folders, [](const fs::path& folder) { return numberOf(folder) < 0; });
    std::sort(folders.begin(), folders.end(),
              [](const fs::path& a, const fs::path& b) { return numberOf(a) > numberOf(b); });
    return folders;
}

std::vector<fs::path> picturesOf(const fs::path& press) {
    std::vector<fs::path> files = entriesOf(press);
    std::erase_if(files, [](const fs::path& file) { return !has_image_suffix(file); });
    std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
        const std::string left = a.filename().string(), right = b.filename().string();
        return left.size() != right.size() ? left.size() < right.size() : left < right;
    });
    return files;
}

}  // namespace daguerre
