#include "ui/work/batch_files.h"

#include <algorithm>
#include <map>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/image/image_file.h"
#include "core/inpaint/fill_files.h"

namespace daguerre {

namespace fs = std::filesystem;

namespace {

constexpr const char* reportName = "daguerre-batch.json";

struct StateName {
    BatchState state;
    const char* name;
};
constexpr StateName stateNames[]{
    {BatchState::Waiting, "waiting"}, {BatchState::Running, "waiting"},
    {BatchState::Done, "done"},       {BatchState::Skipped, "skipped"},
    {BatchState::Failed, "failed"},   {BatchState::Stopped, "stopped"}};

std::vector<fs::path> imagesIn(const fs::path& folder) {
    std::error_code trouble;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, trouble))
        if (has_image_suffix(entry.path())) files.push_back(entry.path());
    if (trouble) throw Error("The folder “{folder}” can't be read.", {{"folder", folder}});
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

std::vector<BatchRow> batchRows(const BatchSettings& settings) {
    std::error_code missing;
    if (!fs::is_directory(settings.photos, missing))
        throw Error("There is no folder of photos “{folder}”.", {{"folder", settings.photos}});
    if (settings.out.empty()) throw Error("Name a folder for the results.");
    if (fs::equivalent(settings.photos, settings.out, missing))
        throw Error("The results would lie over the photos. Name another folder than “{folder}”.",
                    {{"folder", settings.out}});
    const bool one = fs::is_regular_file(settings.masks, missing);
    if (!one && !fs::is_directory(settings.masks, missing))
        throw Error("There is no mask and no folder of masks “{file}”.",
                    {{"file", settings.masks}});
    std::map<std::string, fs::path> masks;
    if (!one)
        for (const fs::path& mask : imagesIn(settings.masks)) masks[mask.stem().string()] = mask;
    std::vector<BatchRow> rows;
    for (const fs::path& photo : imagesIn(settings.photos)) {
        const auto found = masks.find(photo.stem().string());
        BatchRow row{.photo = photo, .out = settings.out / photo.filename()};
        if (one)
            row.mask = settings.masks;
        else if (found != masks.end())
            row.mask = found->second;
        rows.push_back(std::move(row));
    }
    if (rows.empty())
        throw Error("There are no photos in “{folder}”.", {{"folder", settings.photos}});
    return rows;
}

BatchRow filledRow(BatchRow row, const FillRequest& request, const OnProgress& onProgress) {
    try {
        if (row.mask.empty())
            throw Error("There is no mask named like “{file}”.", {{"file", row.photo.filename()}});
        const FillFile file{row.photo, row.mask, row.out};
        const InpainterRow& engine = row_named(inpainters(), request.engine, "engine");
        FillSettings settings{request, engine.fields ? engine.fields() : Fields{}, {}};
        settings.inpainter = engine.make(settings.options);
        if (is_done(file, settings)) {
            row.state = BatchState::Skipped;
            return row;
        }
        const FillRow result = fill_to(row.out, read_source(file), settings, onProgress);
        row.seconds = result.seconds;
        row.holePixels = result.hole_pixels;
        row.outsideChanged = result.outside_changed;
        row.state =
            result.state == FillRow::State::Stopped ? BatchState::Stopped : BatchState::Done;
    } catch (const Error& error) {
        row.state = BatchState::Failed;
        row.why = error.sentence();
    }
    return row;
}

void writeBatchReport(const BatchSettings& settings, const std::vector<BatchRow>& rows) {
    Json all = Json::array();
    for (const BatchRow& row : rows) {
        const auto name =
            std::find_if(std::begin(stateNames), std::end(stateNames),
                         [&](const StateName& any) { return any.state == row.state; });
        Json entry{{"photo", row.photo.filename().string()}, {"state", name->name}};
        if (row.state == BatchState::Done) {
            entry["seconds"] = row.seconds;
            entry["hole_pixels"] = row.holePixels;
            entry["outside_changed"] = row.outsideChanged;
        }
        if (row.state == BatchState::Failed) entry["why"] = row.why.text();
        all.push_back(std::move(entry));
    }
    const Json report{{"format", 1},
                      {"program", "daguerre " DAGUERRE_VERSION},
                      {"request", json_of(fields_of(settings.request))},
                      {"rows", all}};
    write_whole(settings.out / reportName, report.dump(1) + "\n");
}

}  // namespace daguerre
