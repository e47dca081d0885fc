#include "core/inpaint/fill_record.h"

#include <algorithm>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/image/record.h"
#include "core/inpaint/hole_parts.h"

namespace daguerre {
namespace {

constexpr std::size_t most_fills = 1000;  // of one record

/// Our record as JSON, an empty object where there is none.
Json ours_of(const Metadata& metadata) {
    const auto record = record_of(metadata);
    if (!record || record->daguerre.empty()) return Json::object();
    return Json::parse(record->daguerre, nullptr, false);  // record_of knows that it is an object
}

bool is_inpaint(const Json& record) {
    const auto kind = record.find("kind");
    return kind != record.end() && kind->is_string() && *kind == "inpaint";
}

Json fills_of(const Json& record) {
    const auto fills = record.find("fills");
    if (!is_inpaint(record) || fills == record.end() || !fills->is_array() ||
        fills->size() >= most_fills)
        return Json::array();
    return *fills;
}

std::string size_text(const Image& image) {
    return std::to_string(image.width) + "x" + std::to_string(image.height);
}

/// The line other programs read, in their words where they have one.
Record line_of(const Image& photo, const FillNote& note) {
    Record record;
    record.parameters = {{"Seed", std::to_string(note.request.seed)},
                         {"Size", size_text(photo)},
                         {"Denoising strength", "1"},
                         {"Mask blur", "0"},
                         {"Inpaint area", "Only masked"},
                         {"Masked area padding", std::to_string(note.margin)},
                         {"Inpaint engine", note.request.engine}};
    if (!note.request.model.empty()) record.parameters.emplace_back("Model", note.request.model);
    record.parameters.emplace_back("Version", "Daguerre " DAGUERRE_VERSION);
    return record;
}

Json json_of_note(const Image& photo, const FillNote& note, const Json& before) {
    Json fills = fills_of(before);
    fills.push_back({{"engine", note.request.engine},
                     {"seed", note.request.seed},
                     {"mask_sha256", note.mask_sha256}});
    Json json{{"format", 1},
              {"program", "daguerre " DAGUERRE_VERSION},
              {"kind", "inpaint"},
              {"request", request_json(note.request, note.options)},
              {"photo",
               {{"sha256", note.photo_sha256},
                {"width", photo.width},
                {"height", photo.height},
                {"bits", photo.depth}}},
              {"mask", {{"sha256", note.mask_sha256}, {"pixels", note.mask_pixels}}},
              {"fills", std::move(fills)},
              {"outside_changed", note.outside_changed}};
    if (!before.empty() && !is_inpaint(before))
        json["before"] = before;
    else if (const auto older = before.find("before"); older != before.end())
        json["before"] = *older;
    return json;
}

FieldValue value_of(const Json& json) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number()) return json.get<double>();
    return json.get<std::string>();
}

}  // namespace

FillNote note_of(const FillRequest& request, const Fields& options, const FillResult& result,
                 const std::string& photo_sha256, const std::string& mask_sha256) {
    return {.request = request,
            .options = options,
            .photo_sha256 = photo_sha256,
            .mask_sha256 = mask_sha256,
            .mask_pixels = result.hole_pixels,
            .outside_changed = result.outside_changed,
            .margin = result.patches.empty() ? 0 : usual_margin(result.patches.front().where)};
}

Json request_json(const FillRequest& request, const Fields& options) {
    Json json = json_of(fields_of(request));
    if (request.model.empty()) json.erase("model");
    json.update(json_of(options));
    return json;
}

Json json_of(const FillNote& note) {
    return {{"request", json_of(fields_of(note.request))},
            {"options", json_of(note.options)},
            {"photo_sha256", note.photo_sha256},
            {"mask_sha256", note.mask_sha256},
            {"mask_pixels", note.mask_pixels},
            {"outside_changed", note.outside_changed},
            {"margin", note.margin}};
}

FillNote fill_note_from(const Json& json) {
    FillNote note;
    Fields request = fields_of<FillRequest>();
    set_from_json(request, json.at("request"), "note");
    note.request = options_from<FillRequest>(request);
    for (const auto& [key, value] : json.at("options").items())
        note.options.push_back({.key = key, .value = value_of(value)});
    json.at("photo_sha256").get_to(note.photo_sha256);
    json.at("mask_sha256").get_to(note.mask_sha256);
    json.at("mask_pixels").get_to(note.mask_pixels);
    json.at("outside_changed").get_to(note.outside_changed);
    json.at("margin").get_to(note.margin);
    return note;
}

void add_fill_record(Image& photo, const FillNote& note) {
    Record record = line_of(photo, note);
    record.daguerre = json_of_note(photo, note, ours_of(photo.metadata)).dump();
    // The line of a generated picture is ours, and stays: it says how most of the picture was made.
    auto& texts = photo.metadata.text;
    const auto line =
        std::ranges::find_if(texts, [](const auto& text) { return text.first == "parameters"; });
    if (line == texts.end()) {
        add_record(photo, record);
        return;
    }
    const auto kept = *line;
    add_record(photo, record);
    std::erase_if(texts, [](const auto& text) { return text.first == "parameters"; });
    texts.insert(texts.begin(), kept);
}

bool was_filled_so(const Metadata& metadata, const FillNote& note) {
    const Json record = ours_of(metadata);
    const auto hash = [&](const char* of) -> std::string {
        const auto part = record.find(of);
        if (part == record.end() || !part->is_object()) return "";
        const auto text = part->find("sha256");
        return text != part->end() && text->is_string() ? text->get<std::string>() : "";
    };
    const auto request = record.find("request");
    return is_inpaint(record) && hash("photo") == note.photo_sha256 &&
           hash("mask") == note.mask_sha256 && request != record.end() &&
           *request == request_json(note.request, note.options);
}

std::string mask_hash(const Tiles& mask, const CopyLimits& limits) {
    const auto hash_of = [](const Tiles& one) {
        const Image pixels = one.image();
        return sha256_of(
            {reinterpret_cast<const char*>(pixels.pixels.data()), pixels.pixels.size()});
    };
    std::string hash = hash_of(mask);
    if (limits.only_from.size() == Size{} && limits.never_from.size() == Size{}) return hash;
    for (const Tiles* limit : {&limits.only_from, &limits.never_from})
        hash += limit->size() == Size{} ? " none" : " " + hash_of(*limit);
    return sha256_of(hash);
}

}  // namespace daguerre
