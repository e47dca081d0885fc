#include "core/models/diffusers_folder.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <functional>

#include "core/base/files.h"
#include "core/diffusion/denoiser.h"
#include "core/models/open_model.h"
#include "core/models/single_file.h"
#include "core/nn/safetensors.h"
#include "refusal.h"
#include "tiny_diffusers.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> keys(const fs::path& file) {
    std::vector<std::string> names;
    const Json json = read_json(file);
    for (const auto& [key, value] : json.items()) names.push_back(key);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

class TestDiffusersFolder : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }

private Q_SLOTS:
    void it_has_the_keys_of_diffusers() {
        write_model(path("keys"), 3);
        QCOMPARE(
            keys(path("keys/model_index.json")),
            (std::vector<std::string>{"_class_name", "_diffusers_version", "scheduler", "unet"}));
        QCOMPARE(keys(path("keys/unet/config.json")),
                 (std::vector<std::string>{"_class_name",
                                           "_diffusers_version",
                                           "act_fn",
                                           "add_attention",
                                           "attention_head_dim",
                                           "attn_norm_num_groups",
                                           "block_out_channels",
                                           "center_input_sample",
                                           "class_embed_type",
                                           "down_block_types",
                                           "downsample_padding",
                                           "downsample_type",
                                           "dropout",
                                           "flip_sin_to_cos",
                                           "freq_shift",
                                           "in_channels",
                                           "layers_per_block",
                                           "mid_block_scale_factor",
                                           "mid_block_type",
                                           "norm_eps",
                                           "norm_num_groups",
                                           "num_class_embeds",
                                           "num_train_timesteps",
                                           "out_channels",
                                           "resnet_time_scale_shift",
                                           "sample_size",
                                           "time_embedding_dim",
                                           "time_embedding_type",
                                           "up_block_types",
                                           "upsample_type"}));
        QCOMPARE(keys(path("keys/scheduler/scheduler_config.json")),
                 (std::vector<std::string>{
                     "_class_name", "_diffusers_version", "beta_end", "beta_schedule", "beta_start",
                     "clip_sample", "clip_sample_range", "dynamic_thresholding_ratio",
                     "num_train_timesteps", "prediction_type", "rescale_betas_zero_snr",
                     "sample_max_value", "steps_offset", "thresholding", "timestep_spacing",
                     "trained_betas", "variance_type"}));
        const TensorFile weights = read_safetensors(path("keys") / weights_file);
        QVERIFY(weights.weights.contains("up_blocks.0.attentions.1.to_out.0.bias"));
        QCOMPARE(weights.metadata.at("format"), std::string("pt"));
        const Json about = read_json(path("keys/daguerre.json"));
        QCOMPARE(about["weights_sha256"].get<std::string>(),
                 sha256_of_file(path("keys") / weights_file));
        const std::string script = read_file(path("keys/generate.py"), 10000);
        QCOMPARE(std::count(script.begin(), script.end(), '\n'), std::ptrdiff_t(8));
        write_model(path("plain"), 0);
        QVERIFY(!fs::exists(path("plain/generate.py")));
    }

    void three_layouts_open() {
        write_model(path("pipeline"), 3);
        fs::create_directories(path("flat"));
        fs::copy_file(path("pipeline/unet/config.json"), path("flat/config.json"));
        fs::copy_file(path("pipeline") / weights_file,
                      path("flat/diffusion_pytorch_model.safetensors"));
        fs::copy_file(path("pipeline/scheduler/scheduler_config.json"),
                      path("flat/scheduler_config.json"));
        fs::copy(path("pipeline/unet"), path("bare"));
        for (const char* name : {"pipeline", "flat"}) {
            const DiffusersFolder read = read_diffusers_folder(path(name));
            QCOMPARE(read.setup.objective, std::string("v"));
            QCOMPARE(read.setup.noise_schedule.id, std::string("squaredcos_cap_v2"));
            QVERIFY(read.setup.remarks.empty());
        }
        const auto bare = open_model(path("bare").string());
        QCOMPARE(bare->info().remarks.size(), std::size_t(1));
        // Without daguerre.json nobody knows which of the labels, if any, means “no class”.
        QCOMPARE(bare->info().classes.size(), std::size_t(4));
        QVERIFY(!bare->info().null_class);
    }

    void what_is_wrong_is_named() {
        const struct {
            const char* name;
            std::function<void(const fs::path&)> spoil;
            const char* sentence;
        } cases[]{
            {"missing tensor",
             [](const fs::path& folder) {
                 Weights weights = read_safetensors(folder / weights_file).weights;
                 weights.erase("conv_out.bias");
                 write_safetensors(folder / weights_file, weights);
             },
             "conv_out.bias"},
            {"misshapen tensor",
             [](const fs::path& folder) {
                 Weights weights = read_safetensors(folder / weights_file).weights;
                 weights["conv_in.bias"] = at::zeros({9});
                 write_safetensors(folder / weights_file, weights);
             },
             "conv_in.bias"},
            {"not finite",
             [](const fs::path& folder) {
                 Weights weights = read_safetensors(folder / weights_file).weights;
                 weights["conv_in.bias"].fill_(NAN);
                 write_safetensors(folder / weights_file, weights);
             },
             "aren't finite"},
            {"no weights", [](const fs::path& folder) { fs::remove(folder / weights_file); },
             "is missing"},
            {"pickle",
             [](const fs::path& folder) {
                 fs::rename(folder / weights_file, folder / "unet/diffusion_pytorch_model.bin");
             },
             "torch 1.6 or newer"},
            {"unknown key",
             [](const fs::path& folder) {
                 change(folder / "unet/config.json",
                        [](Json& json) { json["layers_per_blok"] = 2; });
             },
             "Did you mean “layers_per_block”?"},
            {"unknown block",
             [](const fs::path& folder) {
                 change(folder / "unet/config.json",
                        [](Json& json) { json["down_block_types"][0] = "AttnSkipDownBlock2D"; });
             },
             "AttnSkipDownBlock2D"},
            {"two channels",
             [](const fs::path& folder) {
                 change(folder / "unet/config.json", [](Json& json) { json["in_channels"] = 2; });
             },
             "2 channels"},
            {"another part",
             [](const fs::path& folder) {
                 change(folder / "model_index.json", [](Json& json) {
                     json["vqvae"] = {"diffusers", "VQModel"};
                 });
             },
             "“vqvae” (VQModel), an autoencoder"},
            {"text",
             [](const fs::path& folder) {
                 change(folder / "model_index.json", [](Json& json) {
                     json["text_encoder"] = {"transformers", "CLIPTextModel"};
                 });
             },
             "CLIPTextModel), a network that reads texts"},
            {"other layout",
             [](const fs::path& folder) {
                 write_safetensors(folder / weights_file,
                                   {{"input_blocks.0.0.weight", at::zeros({1})}});
             },
             "guided-diffusion"},
            {"EDM of tomorrow",
             [](const fs::path& folder) {
                 change(folder / "scheduler/scheduler_config.json",
                        [](Json& json) { json["_class_name"] = "EDMHeunScheduler"; });
             },
             "EDMHeunScheduler"},
            {"EDM among steps",
             [](const fs::path& folder) {
                 change(folder / "scheduler/scheduler_config.json",
                        [](Json& json) { json["beta_schedule"] = "edm"; });
             },
             "noise schedule “edm”"},
            {"prediction",
             [](const fs::path& folder) {
                 change(folder / "scheduler/scheduler_config.json",
                        [](Json& json) { json["prediction_type"] = "flow"; });
             },
             "“flow”"},
            {"kind of a value",
             [](const fs::path& folder) {
                 change(folder / "scheduler/scheduler_config.json",
                        [](Json& json) { json["num_train_timesteps"] = "many"; });
             },
             "num_train_timesteps"},
            {"steps beyond reason",
             [](const fs::path& folder) {
                 change(folder / "scheduler/scheduler_config.json",
                        [](Json& json) { json["num_train_timesteps"] = 1000000000; });
             },
             "1000000000"},
            {"no JSON",
             [](const fs::path& folder) { write_whole(folder / "unet/config.json", "{"); },
             "config.json"},
        };
        for (const auto& [name, spoil, sentence] : cases) {
            write_model(path(name), 3);
            spoil(path(name));
            const std::string said = refusal([&] { open_model(path(name).string()); });
            QVERIFY2(said.find(sentence) != std::string::npos,
                     (std::string(name) + ": " + said).c_str());
        }
    }

    void weights_may_lie_in_parts_and_halves() {
        write_model(path("parts"), 3);
        const auto pixels = [&] { return pixels_of(*open_model(path("parts").string())); };
        const auto whole = pixels();
        const fs::path unet = path("parts/unet");
        Json map = Json::object();
        Weights first, second;
        for (auto& [name, tensor] : read_safetensors(path("parts") / weights_file).weights) {
            const bool early = name < "m";
            (early ? first : second)[name] = tensor;
            map[name] = early ? "one.safetensors" : "two.safetensors";
        }
        fs::remove(path("parts") / weights_file);
        write_safetensors(unet / "one.safetensors", first);
        write_safetensors(unet / "two.safetensors", second);
        write_json(unet / "diffusion_pytorch_model.safetensors.index.json", {{"weight_map", map}});
        QVERIFY(pixels() == whole);
        Weights halves;
        for (const Weights& part : {first, second})
            for (const auto& [name, tensor] : part)
                halves[name] = tensor.to(name < "m" ? at::kHalf : at::kBFloat16);
        fs::remove(unet / "diffusion_pytorch_model.safetensors.index.json");
        write_safetensors(unet / "diffusion_pytorch_model.fp16.safetensors", halves);
        QVERIFY(pixels() != whole);
    }

    void one_file_holds_a_model() {
        write_model(path("folder"), 3);
        const auto model = open_model(path("folder").string());
        write_single_file(*model, path("single.safetensors"));
        const auto single = open_model(path("single.safetensors").string());
        QCOMPARE(single->info().id, std::string("single"));
        QCOMPARE(single->info().title, std::string("Tiny"));
        QVERIFY(single->info().null_class && single->info().remarks.empty());
        QCOMPARE(peek_model(path("single.safetensors").string()).classes, model->info().classes);
        QVERIFY(pixels_of(*single) == pixels_of(*model));
        QVERIFY(says(refusal([&] { open_model((path("folder") / weights_file).string()); }),
                     "Lay it into a folder"));
        write_safetensors(path("numbers.safetensors"), {{"a", at::zeros({1})}});
        QVERIFY(says(refusal([&] { open_model(path("numbers.safetensors").string()); }),
                     "holds 1 tensor, “a”, and"));
        write_safetensors(path("numbers.safetensors"),
                          {{"a", at::ones({1})}, {"b", at::ones({1})}});
        QVERIFY(says(refusal([&] { open_model(path("numbers.safetensors").string()); }),
                     "holds 2 tensors, such as “a”, and"));
        write_safetensors(path("poor.safetensors"), {}, {{"daguerre", "{}"}});
        QVERIFY(says(refusal([&] { open_model(path("poor.safetensors").string()); }), "schedule"));
        write_safetensors(path("torn.safetensors"), {}, {{"daguerre", "{"}});
        QVERIFY(says(refusal([&] { open_model(path("torn.safetensors").string()); }), "JSON"));
    }

    void python_makes_the_same_image() {
        if (QProcess::execute(QStringLiteral("python3"),
                              {QStringLiteral("-c"), QStringLiteral("import diffusers")}) != 0)
            QSKIP("Python's diffusers isn't installed");
        write_model(path("python"), 3);
        QProcess python;
        python.setWorkingDirectory(QString::fromStdString(path("python").string()));
        python.start(QStringLiteral("python3"), {QStringLiteral("-c"), QString::fromUtf8(R"(
import torch
from diffusers import DDPMPipeline, DDIMScheduler
from safetensors.torch import save_file
pipe = DDPMPipeline.from_pretrained(".")
steps = DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=False)
steps.set_timesteps(4)  # divides 1000, or its last step doesn't end at 0
x = torch.randn(2, 1, 8, 8, generator=torch.manual_seed(1))
start, labels = x.clone(), torch.tensor([0, 3])
for t in steps.timesteps:
    with torch.no_grad(): f = pipe.unet(x, t, labels).sample
    x = steps.step(f, t, x).prev_sample
save_file({"start": start, "end": x, "t": steps.timesteps}, "steps.safetensors")
)")});
        QVERIFY(python.waitForFinished(-1));
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError());
        const Weights steps = read_safetensors(path("python/steps.safetensors")).weights;
        const DiffusersFolder read = read_diffusers_folder(path("python"));
        UNet network(read.setup.network);
        load_into(*network, read_safetensors(read.weights).weights, "python");
        network->eval();
        const torch::NoGradGuard no_grad;
        const NoiseSchedule schedule = noise_schedule(read.setup.noise_schedule);
        const Denoiser denoiser = denoiser_of(
            [&](const at::Tensor& x, double t) {
                return network->forward(x, at::full({2}, t), at::tensor({0L, 3L}));
            },
            row_named(objectives(), "v", "objective"), schedule);
        Sigmas sigmas;
        for (int i = 0; i < 4; ++i)
            sigmas.push_back(schedule.sigmas[std::size_t(steps.at("t")[i].item<std::int64_t>())]);
        sigmas.push_back(0);
        const at::Tensor x =
            row_named(samplers(), "ddim", "sampler")
                .run(denoiser, steps.at("start") * std::sqrt(1 + sigmas[0] * sigmas[0]), sigmas, {},
                     [](const SamplerStep&) { return true; }, {});
        const double difference = (x - steps.at("end")).abs().max().item<double>();
        QVERIFY2(difference < 1e-4, qPrintable(QString::number(difference)));
    }
};

QTEST_GUILESS_MAIN(TestDiffusersFolder)
#include "test_diffusers_folder.moc"
