#include "core/models/diffusers_scheduler.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/table.h"
#include "core/diffusion/objectives.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view not_json[]{"-Infinity", "Infinity", "NaN"};

/// A key of scheduler_config.json, or `standard` when it is absent or null.
template <class T>
T value_of(const Json& json, const fs::path& file, const char* key, T standard) {
    if (!json.contains(key) || json[key].is_null()) return standard;
    try {
        return json[key].get<T>();
    } catch (const Json::exception&) {
        throw Error("“{file}”: “{key}” is {value}, which is of the wrong kind.",
                    {{"file", file}, {"key", key}, {"value", json[key].dump().substr(0, 60)}});
    }
}

/// Schedulers whose noise levels come from β; the sampler is always the user's choice.
bool is_known_scheduler(const std::string& name) {
    static const std::vector<std::string> known{
        "DDPMScheduler",           "DDIMScheduler",
        "PNDMScheduler",           "DDPMParallelScheduler",
        "DDIMParallelScheduler",   "DPMSolverMultistepScheduler",
        "DEISMultistepScheduler",  "DPMSolverSinglestepScheduler",
        "UniPCMultistepScheduler", "EulerDiscreteScheduler",
        "HeunDiscreteScheduler",   "EulerAncestralDiscreteScheduler",
        "KDPM2DiscreteScheduler",  "KDPM2AncestralDiscreteScheduler",
        "LMSDiscreteScheduler",    "DPMSolverSDEScheduler"};
    return std::find(known.begin(), known.end(), name) != known.end();
}

/// Schedulers without steps, whose noise levels are a range.
bool is_edm(const std::string& scheduler) {
    return scheduler == "EDMEulerScheduler" || scheduler == "EDMDPMSolverMultistepScheduler";
}

bool holds_x_as_it_is(const std::string& scheduler) {
    for (const char* kin : {"Euler", "Heun", "LMS", "KDPM2", "DPMSolverSDE", "EDM"})
        if (scheduler.starts_with(kin)) return true;
    return false;
}

void check_scheduler_class(const std::string& name, const fs::path& file,
                           std::vector<std::string>& remarks) {
    if (is_edm(name)) return;
    for (const char* other : {"EDM", "FlowMatch", "ScoreSde", "Karras", "Consistency", "LCM", "TCD",
                              "VQ", "Unclip", "UnCLIP"})
        if (name.starts_with(other))
            throw Error(
                "“{file}”: models of {name} aren't made of DDPM steps, nor by EDM; Daguerre can't "
                "run them.",
                {{"file", file}, {"name", name}});
    if (!is_known_scheduler(name))
        remarks.push_back("Of the scheduler " + (name.empty() ? "without a name" : name) +
                          " only the training schedule was taken.");
}

std::string objective_of(const std::string& prediction, const fs::path& file) {
    for (const Objective& row : objectives())
        if (row.prediction_type == prediction) return row.id;
    throw Error(
        "“{file}”: this network predicts “{type}”; Daguerre knows epsilon, sample and "
        "v_prediction.",
        {{"file", file}, {"type", prediction}});
}

/// The β of a schedule that diffusers knows only as a list; else empty.
std::vector<double> listed_betas(const NoiseScheduleOptions& schedule) {
    if (schedule.id != "sigmoid-alpha") return schedule.trained_betas;
    const NoiseScheduleRow& row = row_named(noise_schedules(), schedule.id, "noise schedule");
    std::vector<double> betas;
    for (int t = 0; t < schedule.steps; ++t) betas.push_back(row.beta(schedule, t));
    return betas;
}

/// Throws Error for what a scheduler of EDM says and Daguerre doesn't know. Where it names a
/// solver, that is checked too, though how to sample is the user's choice.
void check_edm(const Json& json, const fs::path& file) {
    constexpr std::array<const char*, 3> known[]{
        {"prediction_type", "epsilon", "v_prediction"},
        {"sigma_schedule", "karras", "exponential"},
        {"final_sigmas_type", "zero", "sigma_min"},
        {"algorithm_type", "dpmsolver++", "sde-dpmsolver++"},
        {"solver_type", "midpoint", "heun"}};
    for (const auto& [key, standard, other] : known)
        if (const std::string word = value_of(json, file, key, std::string(standard));
            word != standard && word != other)
            throw Error(
                "“{file}”: “{key}” is “{word}”; of models of EDM Daguerre knows {standard} and "
                "{other}.",
                {{"file", file},
                 {"key", key},
                 {"word", word.substr(0, 60)},
                 {"standard", standard},
                 {"other", other}});
    if (const int order = value_of(json, file, "solver_order", 2); order < 1 || order > 3)
        throw Error("“{file}”: “solver_order” is {order}; it must be 1, 2 or 3.",
                    {{"file", file}, {"order", order}});
}

void read_range(const Json& json, const fs::path& file, DiffusionSetup& setup) {
    check_edm(json, file);
    NoiseScheduleOptions& schedule = setup.noise_schedule;
    schedule.id = setup.objective = "edm";
    schedule.sigma_min = value_of(json, file, "sigma_min", schedule.sigma_min);
    schedule.sigma_max = value_of(json, file, "sigma_max", schedule.sigma_max);
    schedule.sigma_data = value_of(json, file, "sigma_data", schedule.sigma_data);
    schedule.rho = value_of(json, file, "rho", schedule.rho);
    // What diffusers calls so has the other sign.
    setup.negated = json.value("prediction_type", Json()) == "v_prediction";
    if (json.value("sigma_schedule", Json()) == "exponential")
        setup.remarks.push_back("Its scheduler visits the levels of the schedule exponential.");
    if (json.value("final_sigmas_type", Json()) == "sigma_min")
        setup.remarks.push_back("Its scheduler ends at sigma_min; Daguerre goes on to 0.");
}

void read_steps(const Json& json, const fs::path& file, DiffusionSetup& setup) {
    const auto get = [&](const char* key, auto standard) {
        return value_of(json, file, key, standard);
    };
    NoiseScheduleOptions& schedule = setup.noise_schedule;
    schedule.trained_betas = get("trained_betas", std::vector<double>());
    schedule.id = schedule.trained_betas.empty() ? get("beta_schedule", schedule.id)
                                                 : std::string("trained_betas");
    const std::vector<NoiseScheduleRow>& rows = noise_schedules();
    const auto row = std::ranges::find(rows, schedule.id, &NoiseScheduleRow::id);
    if (row == rows.end() || !row->beta)
        throw Error("“{file}”: Daguerre doesn't know the noise schedule “{id}”.",
                    {{"file", file}, {"id", schedule.id}});
    schedule.steps = get("num_train_timesteps", schedule.steps);
    schedule.beta_start = get("beta_start", schedule.beta_start);
    schedule.beta_end = get("beta_end", schedule.beta_end);
    schedule.zero_terminal_snr = get("rescale_betas_zero_snr", false);
    setup.objective = objective_of(get("prediction_type", std::string("epsilon")), file);
    const std::string variance = get("variance_type", std::string("fixed_small"));
    setup.learned_variance = variance == "learned" || variance == "learned_range";
    setup.variance_is_place = variance != "learned";
}

Json json_of_range(const DiffusionSetup& setup) {
    const NoiseScheduleOptions& schedule = setup.noise_schedule;
    Json json{{"_class_name", "EDMEulerScheduler"},
              {"_diffusers_version", diffusers_version},
              {"final_sigmas_type", "zero"},
              {"num_train_timesteps", schedule.steps},
              {"prediction_type", setup.negated ? "v_prediction" : "epsilon"},
              {"rho", schedule.rho},
              {"sigma_data", schedule.sigma_data},
              {"sigma_max", schedule.sigma_max},
              {"sigma_min", schedule.sigma_min},
              {"sigma_schedule", "karras"}};
    if (!setup.threshold) return json;
    json["_class_name"] = "EDMDPMSolverMultistepScheduler";
    json["dynamic_thresholding_ratio"] = setup.threshold_quantile;
    json["sample_max_value"] = setup.threshold_most;
    json["thresholding"] = true;
    return json;
}

}  // namespace

Json read_scheduler_json(const fs::path& file) {
    std::string text = read_file(file, JsonLimits{}.bytes), plain;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = std::string_view(text).substr(i);
        if (quoted && text[i] == '\\') {
            plain += rest.substr(0, 2);
            ++i;
            continue;
        }
        if (text[i] == '"') quoted = !quoted;
        const auto word =
            quoted ? std::end(not_json)
                   : std::find_if(std::begin(not_json), std::end(not_json),
                                  [&](std::string_view w) { return rest.starts_with(w); });
        plain += word == std::end(not_json) ? rest.substr(0, 1) : "null";
        if (word != std::end(not_json)) i += word->size() - 1;
    }
    return parse_json(plain, file.string());
}

void read_scheduler(const Json& json, const fs::path& file, DiffusionSetup& setup) {
    if (!json.is_object()) throw Error("“{file}” isn't a schedule.", {{"file", file}});
    const auto get = [&](const char* key, auto standard) {
        return value_of(json, file, key, standard);
    };
    const std::string scheduler = get("_class_name", std::string());
    check_scheduler_class(scheduler, file, setup.remarks);
    setup.sigma_space = holds_x_as_it_is(scheduler);
    (is_edm(scheduler) ? read_range : read_steps)(json, file, setup);
    // Only these two clip when nothing is said; EDM's never do.
    setup.clip = !is_edm(scheduler) &&
                 get("clip_sample", scheduler.empty() || scheduler.starts_with("DDPM") ||
                                        scheduler.starts_with("DDIM"));
    setup.clip_range = get("clip_sample_range", 1.0);
    setup.threshold = get("thresholding", false);
    setup.threshold_quantile = get("dynamic_thresholding_ratio", 0.995);
    setup.threshold_most = get("sample_max_value", 1.0);
    if (setup.threshold && !(setup.threshold_quantile > 0 && setup.threshold_quantile <= 1 &&
                             setup.threshold_most >= 1))
        throw Error(
            "“{file}”: “dynamic_thresholding_ratio” is {ratio} and “sample_max_value” is {most}; "
            "they must lie between 0 and 1, and over 1.",
            {{"file", file}, {"ratio", setup.threshold_quantile}, {"most", setup.threshold_most}});
    if (!(setup.clip_range > 0))
        throw Error("“{file}”: “clip_sample_range” is {value}; it must be over 0.",
                    {{"file", file}, {"value", setup.clip_range}});
}

Json scheduler_json(const DiffusionSetup& setup) {
    if (setup.objective == "edm") return json_of_range(setup);
    const NoiseScheduleOptions& schedule = setup.noise_schedule;
    const std::vector<double> trained = listed_betas(schedule);
    return Json{
        {"_class_name", "DDPMScheduler"},
        {"_diffusers_version", diffusers_version},
        {"beta_end", schedule.beta_end},
        {"beta_schedule", trained.empty() ? schedule.id : "linear"},
        {"beta_start", schedule.beta_start},
        {"clip_sample", setup.clip},
        {"clip_sample_range", setup.clip_range},
        {"dynamic_thresholding_ratio", setup.threshold_quantile},
        {"num_train_timesteps", schedule.steps},
        {"prediction_type", row_named(objectives(), setup.objective, "objective").prediction_type},
        {"rescale_betas_zero_snr", schedule.zero_terminal_snr},
        {"sample_max_value", setup.threshold_most},
        {"steps_offset", 0},
        {"thresholding", setup.threshold},
        {"timestep_spacing", "trailing"},
        {"trained_betas", trained.empty() ? Json() : Json(trained)},
        {"variance_type", !setup.learned_variance   ? "fixed_small"
                          : setup.variance_is_place ? "learned_range"
                                                    : "learned"}};
}

}  // namespace daguerre
