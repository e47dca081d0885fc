#include "core/data/export_views.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/table.h"
#include "core/data/archive.h"
#include "core/image/image_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

struct Stopped {};

constexpr int digits = 8;  // of a file's number

/// Takes one file: its name with "/" between the parts, its class (-1: none), its bytes.
using Put = std::function<void(const std::string& name, int label, const std::string& bytes)>;

std::string numbered(std::int64_t number) {
    const std::string text = std::to_string(number);
    return std::string(std::size_t(std::max(digits - int(text.size()), 0)), '0') + text;
}

/// A class as the name of a folder.
std::string folder_of(const DatasetInfo& info, int label) {
    if (label < 0) return {};
    std::string name = std::size_t(label) < info.classes.size() ? info.classes[std::size_t(label)]
                                                                : std::to_string(label);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '/' || c == '\0'; }, '-');
    if (name.empty() || name.front() == '.') name.insert(0, "_");
    return name + "/";
}

class Writing {
public:
    Writing(const AllSplits& dataset, const std::vector<std::uint32_t>& images,
            const ViewShape& shape, bool mirrored)
        : dataset_(dataset), images_(images), shape_(shape), mirrored_(mirrored) {
        std::set<std::size_t> parts;
        for (const std::uint32_t image : images) parts.insert(dataset.part_of(image));
        split_folders_ = parts.size() > 1;
    }

    ExportedViews run(const Put& put, const OnProgress& on_progress) {
        ExportedViews written;
        const auto total = std::int64_t(images_.size());
        for (std::int64_t done = 0; done < total; ++done) {
            if (on_progress && !on_progress({done, total, "image", {}})) throw Stopped();
            const std::uint32_t image = images_[std::size_t(done)];
            Example example;
            try {
                example = dataset_.at(image);
            } catch (const Error& error) {
                written.left_out.push_back({dataset_.name(image), error.what()});
                continue;
            }
            const Image view = network_view(example.image, shape_.size, shape_.channels);
            const std::string name = folders(image, example.label) + numbered(image);
            put(name + ".png", example.label, png(view, name));
            if (mirrored_) put(name + "-mirrored.png", example.label, png(mirror(view), name));
            written.files += mirrored_ ? 2 : 1;
        }
        if (written.files == 0)
            throw Error("None of the images could be read, so nothing was written.");
        return written;
    }

private:
    std::string folders(std::uint32_t image, int label) const {
        std::string above;
        if (split_folders_) above = dataset_.split_name(dataset_.part_of(image)) + "/";
        return above + folder_of(dataset_.info(), label);
    }

    static std::string png(Image view, const std::string& name) {
        view.metadata = {};
        const ImageFormat& format = row_named(image_formats(), "png", "format");
        return format.write(view, {}, {}, name);
    }

    const AllSplits& dataset_;
    const std::vector<std::uint32_t>& images_;
    const ViewShape shape_;
    const bool mirrored_;
    bool split_folders_ = false;
};

ExportedViews into_zip(Writing& writing, const fs::path& to, const OnProgress& on_progress) {
    ExportedViews written;
    write_whole(to, [&](const fs::path& temporary) {
        ZipWriter zip(temporary);
        auto labels = nlohmann::ordered_json::array();
        bool labelled = true;
        const auto put = [&](const std::string& name, int label, const std::string& bytes) {
            zip.add(name, bytes);
            labels.push_back({name, label});
            labelled = labelled && label >= 0;
        };
        written = writing.run(put, on_progress);
        nlohmann::ordered_json about{{"labels", nullptr}};
        if (labelled) about["labels"] = std::move(labels);
        zip.add("dataset.json", about.dump());
        zip.finish();
    });
    return written;
}

ExportedViews into_folder(Writing& writing, const fs::path& to, const OnProgress& on_progress) {
    std::error_code error;
    if (fs::exists(to, error))
        throw Error("“{folder}” is there already. Choose a name that is free.", {{"folder", to}});
    ExportedViews written;
    replace_folder(to, [&](const fs::path& temporary) {
        const auto put = [&](const std::string& name, int, const std::string& bytes) {
            write_whole(temporary / name, bytes);
        };
        written = writing.run(put, on_progress);
    });
    return written;
}

}  // namespace

ExportedViews export_views(const AllSplits& dataset, const std::vector<std::uint32_t>& images,
                           const ViewShape& shape, bool mirrored, const fs::path& to,
                           const OnProgress& on_progress) {
    Writing writing(dataset, images, shape, mirrored);
    try {
        return to.extension() == ".zip" ? into_zip(writing, to, on_progress)
                                        : into_folder(writing, to, on_progress);
    } catch (const Stopped&) {
        return {};
    }
}

}  // namespace daguerre
