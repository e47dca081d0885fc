#include "core/training/settings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/models/train_request.h"
#include "core/nn/device.h"
#include "core/training/checkpoint.h"

namespace daguerre {
namespace {

constexpr std::int64_t most_parts = 16;  // that a batch is cut into before anything ran out

std::string given_value(const GivenSettings& given, const char* key) {
    for (auto setting = given.rbegin(); setting != given.rend(); ++setting)
        if (setting->first == key) return setting->second;
    return "";
}

const Preset& nearest_preset(const std::vector<Preset>& presets, int size) {
    return *std::min_element(presets.begin(), presets.end(), [size](const auto& a, const auto& b) {
        return std::abs(a.size - size) < std::abs(b.size - size);
    });
}

std::string gigabytes(std::uint64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GB", double(bytes) / 1e9);
    return text;
}

/// The largest preset that takes less than a run does, if it fits into what is free: "Preset
/// “nano-28” would fit."
std::string fitting_preset(const Family& family, const Fields& settings, const DataShape& shape) {
    const std::uint64_t now = family.training_bytes(settings, shape),
                        free = device_memory(options_from<TrainRequest>(settings).device).free;
    std::uint64_t most = 0;
    std::string best;
    for (const Preset& preset : family.presets()) try {
            Fields other = settings;
            for (const auto& [key, value] : preset.values) set_field(other, key, value);
            const std::uint64_t need = family.training_bytes(other, shape);
            if (need >= std::min(now, free) || need <= most) continue;
            most = need;
            best = preset.id;
        } catch (const Error&) {  // made for images of another size
        }
    return best.empty() ? "A smaller preset, or smaller images, would need less."
                        : "Preset “" + best + "” would fit.";
}

std::string age_text(double seconds) {
    const long long whole = std::llround(seconds);
    return whole < 120 ? std::to_string(whole) + " s" : std::to_string(whole / 60) + " min";
}

}  // namespace

void check_words(const std::string& family, const GivenSettings& given) {
    Fields fields = train_fields(family);
    for (const auto& [key, text] : given) set_field_text(fields, key, text);
    const std::string preset = given_value(given, "preset");
    if (!preset.empty())
        row_named(row_named(families(), family, "family").presets(), preset, "preset");
}

Fields settled(const std::string& family, const Dataset& dataset, const GivenSettings& given) {
    Fields fields = train_fields(family);
    const Family& row = row_named(families(), family, "family");
    const std::vector<Preset>& presets = row.presets();
    const std::string named = given_value(given, "preset");
    const int own_size = suggested_view(dataset).size;
    const Preset& preset =
        named.empty() ? nearest_preset(presets, own_size) : row_named(presets, named, "preset");
    for (const auto& [key, value] : preset.values) set_field(fields, key, value);
    for (const Implied& pair : row.implied)
        if (given_value(given, pair.key.c_str()) == pair.value)
            set_field_text(fields, pair.other, pair.brought);
    for (const auto& [key, text] : given) set_field_text(fields, key, text);
    set_field(fields, "preset", preset.id);
    const auto request = options_from<TrainRequest>(fields);
    if (request.size == 0)
        set_field(fields, "size", std::int64_t(named.empty() ? own_size : preset.size));
    if (request.flips == "auto")
        set_field(fields, "flips", std::string(dataset.info().mirror_safe ? "on" : "off"));
    const DeviceChoice device = use_device(request.device, int(request.threads));
    set_field(fields, "device", device.device);
    set_field(fields, "threads", std::int64_t(device.threads));
    set_field(fields, "precision", resolve_precision(request.precision, device));
    return fields;
}

TrainingData training_data(const Dataset& dataset, const Fields& settings) {
    const auto request = options_from<TrainRequest>(settings);
    TrainingData data;
    data.views = network_views(dataset, int(request.size), 0, {});
    data.shape = {data.views.size, data.views.channels,  dataset.info().classes,
                  data.views.mean, data.views.deviation, dataset.info()};
    const auto count = std::int64_t(data.views.labels.size());
    remark_on_count(count, data.remarks);
    for (const BrokenFile& file : data.views.left_out)
        data.remarks.push_back("Left out “" + file.name + "”: " + file.reason);
    return data;
}

bool needs_classes(const Fields& settings, const DataShape& shape) {
    if (shape.classes.empty()) return false;
    const Field *conditional = find_field(settings, "conditional"),
                *label_drop = find_field(settings, "label_drop");
    if (conditional && text_of(conditional->value) == "off") return false;
    if (label_drop) return std::get<double>(label_drop->value) == 0;
    // A GAN doesn't learn a single class unless it is told to; a classifier has nothing else.
    return !conditional || text_of(conditional->value) == "on" || shape.classes.size() > 1;
}

void keep_labelled(PixelBlock& views) {
    const std::size_t bytes = std::size_t(views.size) * std::size_t(views.size * views.channels);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < views.labels.size(); ++i) {
        if (views.labels[i] < 0) continue;
        views.labels[kept] = views.labels[i];
        if (kept < i)
            std::copy_n(views.pixels.begin() + std::ptrdiff_t(i * bytes), bytes,
                        views.pixels.begin() + std::ptrdiff_t(kept * bytes));
        ++kept;
    }
    views.labels.resize(kept);
    views.pixels.resize(kept * bytes);
}

void leave_unlabelled_out(const Fields& settings, TrainingData& data) {
    if (!needs_classes(settings, data.shape)) return;
    const std::size_t all = data.views.labels.size();
    keep_labelled(data.views);
    const std::size_t kept = data.views.labels.size();
    if (kept == all) return;
    std::string help;
    if (find_field(settings, "label_drop"))
        help = " With label_drop over 0 it learns from all of them.";
    else if (find_field(settings, "conditional"))
        help = " With conditional=off it learns from all of them, and no classes.";
    if (kept == 0)
        throw Error(
            "None of the {all} images of “{data}” shows a class, which this model must know.{help}",
            {{"all", all}, {"data", data.shape.dataset.id}, {"help", help}});
    data.remarks.push_back(Sentence{
        "Left out: {n} of {all} images, which show no class where this model must know "
        "it.{help}",
        {{"n", all - kept},
         {"all", all},
         {"help", help}}}.text());
}

std::int64_t fitting_batch(const Family& family, Fields settings, const DataShape& shape,
                           std::uint64_t bytes) {
    auto batch = std::get<std::int64_t>(find_field(settings, "batch")->value);
    while (batch > 0) {
        batch /= 2;
        if (batch == 0) break;
        set_field(settings, "batch", batch);
        if (family.training_bytes(settings, shape) <= bytes) break;
    }
    return batch;
}

void remark_on_count(std::int64_t count, std::vector<std::string>& remarks) {
    const std::string images = std::to_string(count) + " images: ";
    if (count < 100)
        remarks.push_back(images + "the model will copy them rather than make new ones.");
    else if (count < 1000)
        remarks.push_back(images + "expect copies. 1000 or more is better.");
}

Error memory_ran_out(const std::string& family, const Fields& settings, const DataShape& shape,
                     std::int64_t step, std::optional<double> age) {
    const Family& row = row_named(families(), family, "family");
    const bool cpu = options_from<TrainRequest>(settings).device == "cpu";
    return Error(
        "{device} ran out of memory at step {k}. {tried} {saved} {help}",
        {{"device", cpu ? "This computer" : "The GPU"},
         {"k", step},
         {"tried", row.parts ? "Smaller pieces were tried down to a single image."
                             : "This family takes a batch whole; a smaller one needs less."},
         {"saved", age ? "Nothing is lost: the last saved state is " + age_text(*age) + " old."
                       : "No state was saved yet."},
         {"help", fitting_preset(row, settings, shape)}});
}

std::string parts_remark(const std::string& why, const TrainRequest& request) {
    return Sentence{
        "{why}, so every step works through its batch of {batch} images in {n} parts "
        "of up to {part}. What is learned stays the same but for rounding.",
        {{"why", why},
         {"batch", request.batch},
         {"n", (request.batch + request.micro_batch - 1) / request.micro_batch},
         {"part", request.micro_batch}}}
        .text();
}

void fit_memory(const std::string& family, Fields& settings, const DataShape& shape,
                std::vector<std::string>& remarks) {
    const Family& row = row_named(families(), family, "family");
    const std::uint64_t need = row.training_bytes(settings, shape);
    auto request = options_from<TrainRequest>(settings);
    const std::uint64_t free = device_memory(request.device).free;
    if (need <= free) return;
    const std::string memory = request.device == "cpu" ? "memory" : "the GPU's memory";
    Fields smaller = settings;
    std::int64_t& part = request.micro_batch;
    part = part > 0 ? std::min(part, request.batch) : request.batch;
    while (row.parts && part > 1 && part * most_parts > request.batch) {
        part = (part + 1) / 2;
        set_field(smaller, "micro_batch", part);
        if (row.training_bytes(smaller, shape) > free) continue;
        settings = smaller;
        remarks.push_back(parts_remark("A whole batch needs about " + gigabytes(need) + ", where " +
                                           gigabytes(free) + " of " + memory + " are free",
                                       request));
        return;
    }
    const std::int64_t batch = fitting_batch(row, settings, shape, free);
    throw Error("Batch {batch} needs about {need}; {free} of {memory} are free. {help}",
                {{"batch", request.batch},
                 {"need", gigabytes(need)},
                 {"memory", memory},
                 {"free", gigabytes(free)},
                 {"help", batch > 0 ? "Batch " + std::to_string(batch) + " fits."
                                    : "Choose a smaller preset."}});
}

std::string move_to(Fields& settings, const std::string& device, int threads) {
    const auto before = options_from<TrainRequest>(settings);
    const DeviceChoice choice = use_device(device.empty() ? before.device : device,
                                           threads > 0 ? threads : int(before.threads));
    if (choice.device == before.device && choice.threads == before.threads) return "";
    set_field(settings, "device", choice.device);
    set_field(settings, "threads", std::int64_t(choice.threads));
    return Sentence{
        "Resumed on {device} with {threads} threads instead of {before} with {n}: the "
        "last bits will differ from those of a run in one piece.",
        {{"device", choice.device},
         {"threads", choice.threads},
         {"before", before.device},
         {"n", before.threads}}}
        .text();
}

}  // namespace daguerre
