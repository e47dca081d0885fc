#include "core/inpaint/fill_files.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/image/image_file.h"
#include "core/inpaint/mask.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t photo_limit = 8ull << 30;  // bytes of a file

bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

void require_there(const fs::path& path, const char* what) {
    std::error_code error;
    if (path.empty() || !fs::exists(path, error))
        throw Error("There is no {what} “{path}”.", {{"what", what}, {"path", path}});
}

/// The images of a folder by name; hidden files are none.
std::vector<fs::path> images_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (has_image_suffix(entry.path()) && entry.is_regular_file(error) &&
            !entry.path().filename().string().starts_with('.'))
            files.push_back(entry.path());
    if (files.empty()) throw Error("There are no images in “{folder}”.", {{"folder", folder}});
    std::ranges::sort(files);
    return files;
}

/// The masks of a folder by stem; of two with one stem the first by name.
class Masks {
public:
    Masks(const fs::path& mask, std::vector<LeftOut>& left_out) : place_(mask) {
        if (!is_folder(mask)) return;
        for (const fs::path& file : images_in(mask))
            if (!of_stem_.emplace(file.stem().string(), file).second)
                left_out.push_back({file,
                                    {"“{file}” was left out: another mask has that name too.",
                                     {{"file", file.filename()}}}});
    }
    /// Empty when there is none.
    fs::path of(const fs::path& photo) {
        if (!is_folder(place_)) return place_;
        const auto found = of_stem_.find(photo.stem().string());
        if (found == of_stem_.end()) return {};
        used_.insert(found->first);
        return found->second;
    }
    void tell_unused(std::vector<LeftOut>& left_out) const {
        for (const auto& [stem, file] : of_stem_)
            if (!used_.contains(stem))
                left_out.push_back({file,
                                    {"The mask “{file}” was left out: no photo has that name.",
                                     {{"file", file.filename()}}}});
    }

private:
    fs::path place_;
    std::map<std::string, fs::path> of_stem_;
    std::set<std::string> used_;
};

void keep_originals(const std::vector<FillFile>& files) {
    std::set<fs::path> originals;
    for (const FillFile& file : files)
        for (const fs::path& original : {file.photo, file.mask, file.only_from, file.never_from})
            if (!original.empty()) originals.insert(fs::weakly_canonical(original));
    for (const FillFile& file : files) {
        std::error_code error;
        if (originals.contains(fs::weakly_canonical(file.out)) ||
            fs::equivalent(file.out, file.photo, error) ||
            fs::equivalent(file.out, file.mask, error))
            throw Error(
                "“{file}” is one of the photos or masks. Daguerre leaves originals alone; choose "
                "another place for the results.",
                {{"file", file.out}});
    }
}

/// What the format of `out` can't hold of the photo.
void remark_losses(const fs::path& out, const Image& photo, std::vector<Sentence>& remarks) {
    const std::string format = format_for(out);
    if (format == "jpeg")
        remarks.push_back(
            {"JPEG encodes every pixel anew. PNG, TIFF or lossless WebP keeps the rest exact.",
             {}});
    if (photo.depth == 16 && (format == "jpeg" || format == "webp"))
        remarks.push_back({"{format} holds 8 bits a channel; the photo's 16 were rounded.",
                           {{"format", row_named(image_formats(), format, "format").title}}});
    if (photo.channels == 4 && format == "jpeg")
        remarks.push_back({"JPEG has no transparency; the photo was laid over black.", {}});
}

void write_result(const fs::path& out, const FillSource& source, const FillSettings& settings,
                  const FillResult& result, FillRow& row) {
    if (result.hole_pixels == 0 && format_for(out) == source.photo.metadata().format) {
        write_whole(out, read_file(source.file.photo, photo_limit));  // not even encoded anew
        return;
    }
    Image filled = result.photo.image();
    renew_thumbnail(filled);
    add_fill_record(filled, note_of(settings.request, settings.options, result, source.photo_sha256,
                                    source.mask_sha256));
    remark_losses(out, filled, row.remarks);
    write_image(out, filled);
}

}  // namespace

FillFiles match_files(const fs::path& photo, const fs::path& mask, const fs::path& out,
                      const CopyFiles& copy) {
    require_there(photo, "photo");
    for (const fs::path* file : {&mask, &copy.only_from, &copy.never_from})
        if (file == &mask || !file->empty()) require_there(*file, "mask");
    FillFiles result;
    const bool many = is_folder(photo);
    const bool one_file = has_image_suffix(out) && !is_folder(out);
    if (many && one_file)
        throw Error(
            "“{out}” names one file, but “{photos}” is a folder. Name a folder for the "
            "results.",
            {{"out", out}, {"photos", photo}});
    Masks masks(mask, result.left_out), only(copy.only_from, result.left_out),
        never(copy.never_from, result.left_out);
    for (const fs::path& file : many ? images_in(photo) : std::vector<fs::path>{photo}) {
        const fs::path own = masks.of(file);
        if (own.empty())
            result.left_out.push_back({file,
                                       {"“{file}” was left out: there is no mask of that name.",
                                        {{"file", file.filename()}}}});
        else
            result.files.push_back(
                {file, own, one_file ? out : out / file.filename(), only.of(file), never.of(file)});
    }
    if (result.files.empty())
        throw Error(
            "No photo of “{photos}” has a mask in “{masks}”. A mask has its photo's name; "
            "the suffix may be another.",
            {{"photos", photo}, {"masks", mask}});
    for (const Masks* any : {&masks, &only, &never}) any->tell_unused(result.left_out);
    keep_originals(result.files);
    return result;
}

namespace {

CopyLimits read_limits(const FillFile& file, Size size) {
    CopyLimits limits;
    if (!file.only_from.empty()) limits.only_from = Tiles(read_mask(file.only_from, size));
    if (!file.never_from.empty()) limits.never_from = Tiles(read_mask(file.never_from, size));
    return limits;
}

}  // namespace

FillSettings engine_settings(const FillRequest& request, Fields options) {
    const InpainterRow& row = row_named(inpainters(), request.engine, "engine");
    if (options.empty() && row.fields) options = row.fields();
    return {request, options, row.make(options)};
}

FillSource read_source(const FillFile& file) {
    const ImageInfo info = peek(file.photo);
    if (info.frames > 1)
        throw Error(
            "“{file}” holds {n} pictures, an animation or pages. Daguerre retouches files "
            "of one; save the one you mean on its own first.",
            {{"file", file.photo}, {"n", info.frames}});
    FillSource source{.file = file,
                      .photo = {},
                      .mask = Tiles(read_mask(file.mask, {info.width, info.height})),
                      .limits = read_limits(file, {info.width, info.height}),
                      .photo_sha256 = sha256_of_file(file.photo),
                      .mask_sha256 = {}};
    source.photo = Tiles(read_image(file.photo));
    source.mask_sha256 = mask_hash(source.mask, source.limits);
    return source;
}

FillRow fill_to(const fs::path& out, const FillSource& source, const FillSettings& settings,
                const OnProgress& on_progress, const std::function<void(Rect)>& on_area,
                std::vector<Patch>* patches) {
    FillRow row;
    row.file = source.file;
    row.file.out = out;
    row.request = settings.request;
    row.size = source.photo.size();
    row.depth = source.photo.depth();
    FillResult result = fill(source.photo, source.mask, source.limits, settings.inpainter,
                             settings.request, on_progress, on_area);
    row.parts = result.parts;
    row.hole_pixels = result.hole_pixels;
    row.outside_changed = result.outside_changed;
    row.outside_bytes = result.outside_bytes;
    row.seconds = result.seconds;
    row.remarks = result.remarks;
    if (result.stopped)
        row.state = FillRow::State::Stopped;
    else
        write_result(out, source, settings, result, row);
    if (patches) *patches = std::move(result.patches);
    return row;
}

bool is_done(const FillFile& file, const FillSettings& settings) {
    std::error_code error;
    if (!fs::is_regular_file(file.out, error)) return false;
    Metadata metadata;
    try {
        metadata = read_image(file.out).metadata;
    } catch (const Error&) {  // broken, so it is to be made
        return false;
    }
    FillNote note;
    note.request = settings.request;
    note.options = settings.options;
    note.photo_sha256 = sha256_of_file(file.photo);
    const Tiles mask(mask_from(read_image(file.mask)));
    note.mask_sha256 = mask_hash(mask, read_limits(file, mask.size()));
    return was_filled_so(metadata, note);
}

std::string state_name(FillRow::State state) {
    constexpr const char* names[]{"done", "skipped", "failed", "stopped"};
    return names[int(state)];
}

Json json_of(const FillRow& row) {
    Json json{{"photo", row.file.photo.string()},
              {"mask", row.file.mask.string()},
              {"file", row.file.out.string()},
              {"state", state_name(row.state)},
              {"engine", row.request.engine}};
    if (!row.request.model.empty()) json["model"] = row.request.model;
    json["seed"] = row.request.seed;
    if (row.state == FillRow::State::Done) {
        json["width"] = row.size.width;
        json["height"] = row.size.height;
        json["bits"] = row.depth;
        json["parts"] = row.parts;
        json["hole_pixels"] = row.hole_pixels;
        json["outside_changed"] = row.outside_changed;
        json["outside_bytes"] = row.outside_bytes;
        json["seconds"] = row.seconds;
        json["remarks"] = Json::array();
        for (const Sentence& remark : row.remarks) json["remarks"].push_back(remark.text());
    }
    if (row.state == FillRow::State::Failed) json["error"] = row.error.text();
    return json;
}

Json fill_report(const FillSettings& settings, std::int64_t variants,
                 const std::vector<FillRow>& rows, const std::vector<LeftOut>& left_out) {
    const auto count = [&](FillRow::State state) {
        return std::ranges::count(rows, state, &FillRow::state);
    };
    Json report{{"format", 1},
                {"program", "daguerre " DAGUERRE_VERSION},
                {"request", request_json(settings.request, settings.options)},
                {"variants", variants},
                {"done", count(FillRow::State::Done)},
                {"skipped", count(FillRow::State::Skipped)},
                {"failed", count(FillRow::State::Failed)},
                {"files", Json::array()}};
    for (const FillRow& row : rows) report["files"].push_back(json_of(row));
    for (const LeftOut& file : left_out) report["left_out"].push_back(file.why.text());
    return report;
}

fs::path numbered_file(const fs::path& file, std::int64_t number) {
    fs::path name = file.stem();
    name += "-" + std::to_string(number);
    name += file.extension();
    return file.parent_path() / name;
}

}  // namespace daguerre
