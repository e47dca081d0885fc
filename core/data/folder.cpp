#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/image_set.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

/// Told of every so many images.
constexpr std::size_t listing_step = 256;
constexpr std::uint64_t beside_limit = 512u << 20;

/// Walks through a folder. No file is opened or asked for its size: a disk that turns would need
/// minutes for a million of them.
class Walk {
public:
    Walk(const fs::path& root, std::function<bool()> on_step)
        : root_(root), on_step_(std::move(on_step)) {}

    /// Adds what lies under root / inside; false: stopped.
    bool enter(const fs::path& inside) {
        std::error_code error;
        const fs::path here = inside.empty() ? root_ : root_ / inside;
        const fs::path real = fs::canonical(here, error);
        if (error || !entered_.insert(real).second) return true;
        const std::string above = inside.empty() ? "" : inside.generic_string() + '/';
        std::vector<std::string> folders;
        for (fs::directory_iterator it(here, fs::directory_options::skip_permission_denied, error),
             end;
             !error && it != end; it.increment(error)) {
            std::error_code unknown;
            std::string name = it->path().filename().string();
            if (name.starts_with('.') || name == "__MACOSX") continue;
            if (it->is_directory(unknown)) {
                folders.push_back(std::move(name));
            } else if (is_visible_image(name) && it->is_regular_file(unknown)) {
                files.push_back({above + name, 0});
                if (on_step_ && files.size() % listing_step == 0 && !on_step_()) return false;
            }
        }
        // Sorted, so that of two names of one folder always the same one counts.
        std::sort(folders.begin(), folders.end(), natural_less);
        return std::all_of(folders.begin(), folders.end(),
                           [&](const std::string& name) { return enter(inside / name); });
    }

    std::vector<NamedFile> files;

private:
    fs::path root_;
    std::function<bool()> on_step_;
    std::set<fs::path> entered_;  // the real places of folders seen so far
};

void require_readable(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator(folder, error);
    if (error)
        throw Error("The folder “{folder}” can't be read: {why}.",
                    {{"folder", folder}, {"why", error.message()}});
}

/// Asks for all sizes. Each thread waits for the disk on its own.
void fill_in_sizes(std::vector<NamedFile>& files, const fs::path& folder) {
    constexpr std::size_t threads = 4, few = 1000;
    const auto part = [&](std::size_t begin, std::size_t end) {
        const std::string above = folder.string() + '/';
        struct stat known {};
        for (std::size_t i = begin; i < end; ++i)
            if (::stat((above + files[i].name).c_str(), &known) == 0)
                files[i].bytes = std::uint64_t(known.st_size);
    };
    if (files.size() < few) return part(0, files.size());
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t)
        workers.emplace_back(part, files.size() * t / threads, files.size() * (t + 1) / threads);
}

/// dataset.json in the folder, and what is said of synsets there or, as Kaggle packs ImageNet,
/// above.
Beside beside_in(const fs::path& folder, const std::vector<NamedFile>& files) {
    Beside beside;
    std::error_code error;
    if (fs::is_regular_file(folder / "dataset.json", error))
        keep_beside(beside, "dataset.json", read_file(folder / "dataset.json", beside_limit));
    const bool synsets = std::any_of(files.begin(), files.end(), [](const NamedFile& file) {
        const std::size_t slash = file.name.rfind('/');
        if (slash == std::string::npos) return false;
        const std::string_view above = std::string_view(file.name).substr(0, slash);
        return is_synset(above.substr(above.rfind('/') + 1));
    });
    if (!synsets) return beside;
    fs::path place = fs::canonical(folder, error);
    for (int up = 0; up < 5; ++up, place = place.parent_path()) {
        for (const char* name : {"synset_words.txt", "LOC_synset_mapping.txt"})
            if (beside.synsets.empty() && fs::is_regular_file(place / name, error))
                keep_beside(beside, name, read_file(place / name, 1 << 20));
        const fs::path solution = place / "LOC_val_solution.csv";
        if (beside.solution.empty() && fs::is_regular_file(solution, error))
            keep_beside(beside, solution.filename().string(), read_file(solution, 16 << 20));
    }
    return beside;
}

std::shared_ptr<const Dataset> set_of(std::vector<NamedFile> list, const fs::path& folder,
                                      DatasetInfo info, std::string_view split, bool quick) {
    const auto files = std::make_shared<const std::vector<NamedFile>>(std::move(list));
    const ImageAccess access{
        [=](std::size_t i) { return peek(folder / (*files)[i].name); },
        [=](std::size_t i) { return read_image(folder / (*files)[i].name, dataset_pixel_limit); },
        quick, [=](std::size_t i) { return (*files)[i].name; },
        [=](std::size_t i, int side) {
            const fs::path file = folder / (*files)[i].name;
            return read_reduced(read_file(file, image_file_limit), file.string(), side,
                                dataset_pixel_limit);
        }};
    return image_set(*files, access, std::move(info), split, beside_in(folder, *files));
}

/// The set of a part of the files; null where it has none of the split.
std::shared_ptr<const Dataset> part_of(const std::vector<NamedFile>& files, const fs::path& folder,
                                       DatasetInfo info, std::string_view split) {
    try {
        return set_of(files, folder, std::move(info), split, true);
    } catch (const UnknownWord&) {
        throw;
    } catch (const Error&) {
        return nullptr;
    }
}

}  // namespace

std::vector<fs::path> image_files(const fs::path& folder) {
    require_readable(folder);
    Walk walk(folder, {});
    walk.enter({});
    std::vector<fs::path> found;
    for (const NamedFile& file : walk.files) found.emplace_back(file.name);
    std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
        return natural_less(a.native(), b.native());
    });
    return found;
}

std::shared_ptr<const Dataset> open_folder(const fs::path& folder, DatasetInfo info,
                                           std::string_view split, const OnListing& on_listing) {
    require_readable(folder);
    std::vector<NamedFile>* files = nullptr;
    const auto listed = [&] {
        return on_listing(
            {std::int64_t(files->size()), [&] { return part_of(*files, folder, info, split); }});
    };
    Walk walk(folder, on_listing ? std::function<bool()>(listed) : nullptr);
    files = &walk.files;
    if (!walk.enter({})) return nullptr;
    if (info.sha256.empty()) fill_in_sizes(walk.files, folder);
    return set_of(std::move(walk.files), folder, std::move(info), split, false);
}

}  // namespace daguerre
