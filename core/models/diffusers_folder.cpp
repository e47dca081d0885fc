#include "core/models/diffusers_folder.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/models/diffusers_scheduler.h"
#include "core/models/single_file.h"
#include "core/nn/safetensors.h"
#include "core/nn/weight_files.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr const char* weights_name = "diffusion_pytorch_model.safetensors";

/// What a part of a pipeline is, in words.
std::string kind_of_part(const std::string& key) {
    for (const auto& [begin, what] : {std::pair{"text_encoder", "a network that reads texts"},
                                      {"tokenizer", "which cuts texts into words"},
                                      {"bert", "a network that reads texts"},
                                      {"vae", "an autoencoder, since the model works on latents"},
                                      {"vqvae", "an autoencoder, since the model works on latents"},
                                      {"movq", "an autoencoder, since the model works on latents"},
                                      {"image_encoder", "a network that reads images"},
                                      {"feature_extractor", "which prepares images for a network"},
                                      {"safety_checker", "a network that judges images"},
                                      {"transformer", "a transformer in place of a UNet"},
                                      {"prior", "a second diffusion model"},
                                      {"mel", "a transform of sound"}})
        if (key.starts_with(begin)) return what;
    return "an addition";
}

/// A pipeline with more than a UNet and a scheduler works in another way than ours.
void check_pipeline(const fs::path& file) {
    const Json json = read_json(file);
    if (!json.is_object()) throw Error("“{file}” isn't a pipeline.", {{"file", file}});
    for (const auto& [key, value] : json.items()) {
        if (key.starts_with("_") || key == "unet" || key == "scheduler") continue;
        if (value.is_array() && !value.empty() && value[0].is_null()) continue;
        const bool named = value.is_array() && value.size() == 2 && value[1].is_string();
        throw Error(
            "“{file}” has a part “{part}”{type}, {what}, which Daguerre can't run. It runs models "
            "of a UNet2DModel and a schedule alone.",
            {{"file", file},
             {"part", key},
             {"type", named ? " (" + value[1].get<std::string>().substr(0, 60) + ")" : ""},
             {"what", kind_of_part(key)}});
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

bool is_unet_config(const fs::path& file) {
    std::error_code error;
    return fs::is_regular_file(file, error);
}

/// What diffusers' DDPMPipeline can't call: it passes no classes on, nor scales x for EDM.
bool needs_script(const DiffusionSetup& setup) {
    return setup.network.num_class_embeds > 0 || setup.objective == "edm";
}

/// A few lines that make one image of every class in Python, or four where there are none.
std::string script_of(const DiffusionSetup& setup, const Json& about) {
    const bool labelled = setup.network.num_class_embeds > 0, edm = setup.objective == "edm";
    const std::int64_t classes = !labelled                   ? 4
                                 : about.contains("classes") ? std::int64_t(about["classes"].size())
                                                             : setup.network.num_class_embeds;
    const std::string shape = std::to_string(setup.network.in_channels) + ", " +
                              std::to_string(setup.network.sample_size) + ", " +
                              std::to_string(setup.network.sample_size);
    std::string text =
        "import torch\n"
        "from diffusers import DDPMPipeline\n"
        "pipe = DDPMPipeline.from_pretrained(\".\")\n";
    if (edm) text += "pipe.scheduler.set_timesteps(50)\n";
    text += "labels = " + (labelled ? "torch.arange(" + std::to_string(classes) + ")" : "None") +
            "\nx = torch.randn(" + std::to_string(classes) + ", " + shape +
            ", generator=torch.manual_seed(1))" + (edm ? " * pipe.scheduler.sigmas[0]" : "") +
            "\nfor t in pipe.scheduler.timesteps:\n    with torch.no_grad(): x = "
            "pipe.scheduler.step(pipe.unet(" +
            (edm ? "pipe.scheduler.scale_model_input(x, t)" : "x") +
            ", t, labels).sample, t, x).prev_sample\n";
    return text +
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
    if (!needs_script(setup))
        return text +
               "In Python: `DDPMPipeline.from_pretrained(folder)().images`. Few steps of that "
               "pipeline give flat, grey images; it needs its 1000.\n" +
               (setup.learned_variance ? "`DDIMPipeline` opens it too, but its scheduler doesn't "
                                         "know what to do with a "
                                         "learned variance.\n"
                                       : "");
    if (setup.objective == "edm")
        text +=
            "In Python, diffusers opens the folder unchanged, with an `EDMEulerScheduler`, but its "
            "`DDPMPipeline` doesn't scale x for the network as EDM needs it, so don't call that. "
            "`generate.py` loops over the steps itself, with `scale_model_input`; run it in this "
            "folder.\n";
    else
        text +=
            "In Python, diffusers opens the folder unchanged, but its `DDPMPipeline` passes no "
            "classes on, so calling it fails (“class_labels should be provided”). `generate.py` "
            "loops over the steps itself; run it in this folder. It takes 1000 steps: with few, "
            "the DDPM sampler gives flat, grey images.\n";
    return text + (about.contains("null_class") && about["null_class"].is_number()
                       ? "\nClass " + about["null_class"].dump() +
                             " stands for “no class”, which guidance is reckoned from.\n"
                       : "");
}

}  // namespace

bool is_diffusers_folder(const fs::path& folder) {
    return is_unet_config(folder / "unet" / "config.json") ||
           is_unet_config(folder / "config.json");
}

void settle_setup(DiffusionSetup& setup, const fs::path& file) {
    if (setup.objective == "edm" && setup.network.time_embedding_type != "positional")
        throw Error(
            "“{file}”: a network of EDM is told ¼ ln σ, which may be negative, and the time "
            "embedding “{type}” can't take that.",
            {{"file", file}, {"type", setup.network.time_embedding_type}});
    setup.learned_variance =
        setup.learned_variance || setup.network.out_channels == 2 * setup.network.in_channels;
    check_network(setup, file);
    if (setup.network.sample_size != 0) return;
    setup.network.sample_size = 32;
    setup.remarks.push_back("The network doesn't say the size of its images; 32 was assumed.");
}

DiffusersFolder read_diffusers_folder(const fs::path& folder) {
    DiffusersFolder read;
    DiffusionSetup& setup = read.setup;
    if (fs::is_regular_file(folder)) return read_single_file(folder);
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
        read_scheduler(read_scheduler_json(*scheduler), *scheduler, setup);
    else
        setup.remarks.push_back(
            "The folder has no schedule; 1000 linear steps of noise prediction were assumed.");
    settle_setup(setup, config);
    read.weights = weights_in(unet);
    if (fs::exists(folder / "daguerre.json")) read.about = read_json(folder / "daguerre.json");
    return read;
}

void write_diffusers_folder(const fs::path& folder, const DiffusionSetup& setup,
                            const Weights& weights, Json about) {
    const Json scheduler = scheduler_json(setup);
    write_json(folder / "model_index.json",
               Json{{"_class_name", "DDPMPipeline"},
                    {"_diffusers_version", diffusers_version},
                    {"scheduler", {"diffusers", scheduler["_class_name"]}},
                    {"unet", {"diffusers", "UNet2DModel"}}});
    write_json(folder / "scheduler" / "scheduler_config.json", scheduler);
    write_json(folder / "unet" / "config.json", json_of(setup.network));
    write_safetensors(folder / "unet" / weights_name, weights);
    about["parameters"] = parameter_count(setup.network);
    about["weights_sha256"] = sha256_of_file(folder / "unet" / weights_name);
    write_json(folder / "daguerre.json", about);
    write_whole(folder / "README.md", readme_of(setup, about));
    if (needs_script(setup)) write_whole(folder / "generate.py", script_of(setup, about));
}

}  // namespace daguerre
