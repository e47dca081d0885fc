#include "core/models/diffusers_folder.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/table.h"
#include "core/diffusion/objectives.h"
#include "core/nn/safetensors.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr const char* weights_name = "diffusion_pytorch_model.safetensors";
constexpr const char* diffusers_version = "0.42.1";

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

void check_scheduler_class(const std::string& name, const fs::path& file,
                           std::vector<std::string>& remarks) {
    for (const char* other : {"EDM", "FlowMatch", "ScoreSde", "Karras", "Consistency", "LCM", "TCD",
                              "VQ", "Unclip", "UnCLIP"})
        if (name.starts_with(other))
            throw Error(
                "“{file}”: models of {name} aren't made of DDPM steps; Daguerre can't run "
                "them.",
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

void read_scheduler(const fs::path& file, DiffusionSetup& setup) {
    const Json json = read_json(file);
    if (!json.is_object()) throw Error("“{file}” isn't a schedule.", {{"file", file}});
    const auto get = [&](const char* key, auto standard) {
        return value_of(json, file, key, standard);
    };
    check_scheduler_class(get("_class_name", std::string()), file, setup.remarks);
    NoiseScheduleOptions& schedule = setup.noise_schedule;
    schedule.trained_betas = get("trained_betas", std::vector<double>());
    schedule.id = schedule.trained_betas.empty() ? get("beta_schedule", schedule.id)
                                                 : std::string("trained_betas");
    const std::vector<std::string> known = ids(noise_schedules());
    if (std::find(known.begin(), known.end(), schedule.id) == known.end())
        throw Error("“{file}”: Daguerre doesn't know the noise schedule “{id}”.",
                    {{"file", file}, {"id", schedule.id}});
    schedule.steps = get("num_train_timesteps", schedule.steps);
    schedule.beta_start = get("beta_start", schedule.beta_start);
    schedule.beta_end = get("beta_end", schedule.beta_end);
    schedule.zero_terminal_snr = get("rescale_betas_zero_snr", false);
    setup.objective = objective_of(get("prediction_type", std::string("epsilon")), file);
    setup.clip = get("clip_sample", true);
    setup.clip_range = get("clip_sample_range", 1.0);
    const std::string variance = get("variance_type", std::string("fixed_small"));
    setup.learned_variance = variance == "learned" || variance == "learned_range";
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

/// A pipeline with more than a UNet and a scheduler works in another way than ours.
void check_pipeline(const fs::path& file) {
    const Json json = read_json(file);
    if (!json.is_object()) throw Error("“{file}” isn't a pipeline.", {{"file", file}});
    for (const auto& [key, value] : json.items()) {
        if (key.starts_with("_") || key == "unet" || key == "scheduler") continue;
        if (value.is_array() && !value.empty() && value[0].is_null()) continue;
        throw Error("“{file}” has a part “{part}”, which Daguerre can't run.",
                    {{"file", file}, {"part", key}});
    }
}

void check_network(const DiffusionSetup& setup, const fs::path& file) {
    const UNetConfig& network = setup.network;
    if (network.in_channels != 1 && network.in_channels != 3)
        throw Error(
            "“{file}”: the network takes {n} channels; Daguerre makes grey (1) and colour (3) "
            "images.",
            {{"file", file}, {"n", network.in_channels}});
    const int expected = setup.learned_variance ? 2 * network.in_channels : network.in_channels;
    if (network.out_channels != expected)
        throw Error(
            "“{file}”: the network gives {out} channels for {in}; {expected} were expected.",
            {{"file", file},
             {"out", network.out_channels},
             {"in", network.in_channels},
             {"expected", expected}});
    if (!network.class_embed_type.empty())
        throw Error("“{file}”: Daguerre can't run labels of the type “{type}”.",
                    {{"file", file}, {"type", network.class_embed_type}});
}

fs::path weights_in(const fs::path& folder) {
    const fs::path file = folder / weights_name;
    if (fs::is_regular_file(file)) return file;
    if (fs::exists(folder / (std::string(weights_name) + ".index.json")))
        throw Error(
            "“{folder}” holds its weights in several files. Save it in Python as one: "
            "save_pretrained(folder, max_shard_size=\"100GB\").",
            {{"folder", folder}});
    if (fs::exists(folder / "diffusion_pytorch_model.bin"))
        throw Error(
            "“{file}” is a pickle, which may hold a program; Daguerre never runs code from a model "
            "file. Save the model in Python as safetensors: save_pretrained(folder).",
            {{"file", folder / "diffusion_pytorch_model.bin"}});
    throw Error("“{file}” is missing.", {{"file", file}});
}

bool is_unet_config(const fs::path& file) {
    std::error_code error;
    return fs::is_regular_file(file, error);
}

/// The β of a schedule that diffusers knows only as a list; else empty.
std::vector<double> listed_betas(const NoiseScheduleOptions& schedule) {
    if (schedule.id != "sigmoid-alpha") return schedule.trained_betas;
    const NoiseScheduleRow& row = row_named(noise_schedules(), schedule.id, "noise schedule");
    std::vector<double> betas;
    for (int t = 0; t < schedule.steps; ++t) betas.push_back(row.beta(schedule, t));
    return betas;
}

Json scheduler_json(const DiffusionSetup& setup) {
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
        {"variance_type", setup.learned_variance ? "learned_range" : "fixed_small"}};
}

/// Eight lines that make one image of every class in Python.
std::string script_of(const DiffusionSetup& setup, const Json& about) {
    const std::int64_t classes = about.contains("classes") ? std::int64_t(about["classes"].size())
                                                           : setup.network.num_class_embeds;
    const std::string shape = std::to_string(setup.network.in_channels) + ", " +
                              std::to_string(setup.network.sample_size) + ", " +
                              std::to_string(setup.network.sample_size);
    return "import torch\n"
           "from diffusers import DDPMPipeline\n"
           "pipe = DDPMPipeline.from_pretrained(\".\")\n"
           "labels = torch.arange(" +
           std::to_string(classes) + ")\nx = torch.randn(len(labels), " + shape +
           ", generator=torch.manual_seed(1))\n"
           "for t in pipe.scheduler.timesteps:\n"
           "    with torch.no_grad(): "
           "x = pipe.scheduler.step(pipe.unet(x, t, labels).sample, t, x).prev_sample\n"
           "[i.save(f\"{n}.png\") for n, i in enumerate(pipe.numpy_to_pil((x.permute(0, 2, 3, 1) / "
           "2 + 0.5).clamp(0, 1).numpy()))]\n";
}

std::string readme_of(const DiffusionSetup& setup, const Json& about) {
    const auto word = [&](const char* key) {
        return about.contains(key) && about[key].is_string() ? about[key].get<std::string>() : "";
    };
    std::string text = "# " + word("title") + "\n\nA diffusion model for images of " +
                       std::to_string(setup.network.sample_size) + " x " +
                       std::to_string(setup.network.sample_size) +
                       " pixels, trained with Daguerre. `daguerre.json` says on what, how, and "
                       "under which licence the data stand.\n\n";
    if (!word("command").empty()) text += "    " + word("command") + "\n\n";
    text += "With Daguerre: `daguerre generate THIS_FOLDER --out images`\n\n";
    if (setup.network.num_class_embeds == 0)
        return text +
               "In Python: `DDPMPipeline.from_pretrained(folder)().images`. Few steps of that "
               "pipeline give flat, grey images; it needs its 1000.\n";
    return text +
           "In Python, diffusers opens the folder unchanged, but its `DDPMPipeline` passes no "
           "classes on, so calling it fails (“class_labels should be provided”). `generate.py` "
           "loops over the steps itself; run it in this folder. It takes 1000 steps: with few, the "
           "DDPM sampler gives flat, grey images.\n" +
           (about.contains("null_class") && about["null_class"].is_number()
                ? "\nClass " + about["null_class"].dump() +
                      " stands for “no class”, which guidance is reckoned from.\n"
                : "");
}

}  // namespace

bool is_diffusers_folder(const fs::path& folder) {
    return is_unet_config(folder / "unet" / "config.json") ||
           is_unet_config(folder / "config.json");
}

DiffusersFolder read_diffusers_folder(const fs::path& folder) {
    DiffusersFolder read;
    DiffusionSetup& setup = read.setup;
    if (fs::exists(folder / "model_index.json")) check_pipeline(folder / "model_index.json");
    const fs::path unet =
        is_unet_config(folder / "unet" / "config.json") ? folder / "unet" : folder;
    const fs::path config = unet / "config.json";
    const Json json = read_json(config);
    setup.network = unet_config_from(json, config.string());
    const std::array places{folder / "scheduler" / "scheduler_config.json",
                            folder / "scheduler_config.json"};
    const auto scheduler = std::find_if(places.begin(), places.end(),
                                        [](const fs::path& file) { return fs::exists(file); });
    if (scheduler != places.end())
        read_scheduler(*scheduler, setup);
    else
        setup.remarks.push_back(
            "The folder has no schedule; 1000 linear steps of noise prediction were assumed.");
    setup.learned_variance =
        setup.learned_variance || setup.network.out_channels == 2 * setup.network.in_channels;
    check_network(setup, config);
    if (setup.network.sample_size == 0) {
        setup.network.sample_size = 32;
        setup.remarks.push_back("The network doesn't say the size of its images; 32 was assumed.");
    }
    read.weights = weights_in(unet);
    if (fs::exists(folder / "daguerre.json")) read.about = read_json(folder / "daguerre.json");
    return read;
}

void write_diffusers_folder(const fs::path& folder, const DiffusionSetup& setup,
                            const Weights& weights, Json about) {
    write_json(folder / "model_index.json", Json{{"_class_name", "DDPMPipeline"},
                                                 {"_diffusers_version", diffusers_version},
                                                 {"scheduler", {"diffusers", "DDPMScheduler"}},
                                                 {"unet", {"diffusers", "UNet2DModel"}}});
    write_json(folder / "scheduler" / "scheduler_config.json", scheduler_json(setup));
    write_json(folder / "unet" / "config.json", json_of(setup.network));
    write_safetensors(folder / "unet" / weights_name, weights);
    about["parameters"] = parameter_count(setup.network);
    about["weights_sha256"] = sha256_of_file(folder / "unet" / weights_name);
    write_json(folder / "daguerre.json", about);
    write_whole(folder / "README.md", readme_of(setup, about));
    if (setup.network.num_class_embeds > 0)
        write_whole(folder / "generate.py", script_of(setup, about));
}

}  // namespace daguerre
