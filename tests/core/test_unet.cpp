#include "core/nn/unet.h"

#include <QtTest>
#include <cmath>
#include <numbers>

#include "core/nn/autocast.h"
#include "core/nn/safetensors.h"
#include "refusal.h"

using namespace daguerre;

namespace {

const std::filesystem::path references = std::filesystem::path(DAGUERRE_TEST_DATA) / "unet";
const std::vector<std::string> reference_names{"plain",          "ddpm",         "scale_shift",
                                               "fourier_resnet", "learned_bare", "middle_none"};

UNetConfig reference_config(const std::string& name) {
    return unet_config_from(read_json(references / name / "config.json"), name);
}

/// `levels`: one letter a level, A with attention, D without.
UNetConfig shaped(const std::vector<int>& widths, const std::string& levels) {
    UNetConfig config;
    config.block_out_channels = widths;
    config.down_block_types = config.up_block_types = {};
    for (const char level : levels)
        config.down_block_types.push_back(level == 'A' ? "AttnDownBlock2D" : "DownBlock2D");
    for (auto level = levels.rbegin(); level != levels.rend(); ++level)
        config.up_block_types.push_back(*level == 'A' ? "AttnUpBlock2D" : "UpBlock2D");
    config.attention_head_dim = 0;
    return config;
}

UNetConfig tiny(const std::vector<int>& widths) {
    UNetConfig config = shaped(widths, std::string(widths.size(), 'D'));
    config.in_channels = config.out_channels = 1;
    config.norm_num_groups = 4;
    config.layers_per_block = 1;
    return config;
}

/// The weights and inputs of data/unet_formula/make.py: of their name and place alone.
at::Tensor formula(const std::string& name, at::IntArrayRef shape) {
    std::uint32_t hash = 2166136261;  // FNV-1a
    for (const char byte : name) hash = (hash ^ std::uint8_t(byte)) * 16777619;
    const double phase = hash / 4294967296.0 * 2 * std::numbers::pi;
    const std::int64_t n = c10::multiply_integers(shape);
    const at::Tensor values = at::sin(at::arange(n, at::kDouble) * 0.7 + phase).reshape(shape);
    const bool inner = name.find('.') != std::string::npos;
    if (shape.size() > 1 && inner)
        return values * std::sqrt(2 / double(c10::multiply_integers(shape.slice(1))));
    if (name == "time_proj.weight") return values;
    if (name.ends_with("weight")) return 1 + 0.1 * values;
    return inner ? 0.1 * values : values;
}

void take_formula_weights(UNet& network) {
    const torch::NoGradGuard no_grad;
    for (const auto& [key, tensor] : weights_of(*network))
        tensor.copy_(formula(key, tensor.sizes()));
}

/// Of a mean square, for all weights of the attention blocks one after the other.
at::Tensor attention_gradient(const UNetConfig& config, bool bf16) {
    UNet network(config);
    take_formula_weights(network);
    const Autocast autocast(at::kCPU, bf16);
    const at::Tensor y =
        network->forward(formula("x", {2, 3, 8, 8}).to(at::kFloat), at::tensor({10.0, 700.0}));
    y.to(at::kFloat).square().mean().backward();
    std::vector<at::Tensor> parts;
    for (const auto& parameter : network->named_parameters())
        if (parameter.key().find("attentions") != std::string::npos)
            parts.push_back(parameter.value().grad().flatten());
    return at::cat(parts).to(at::kDouble);
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

std::string refused_config(const std::string& key, const Json& value) {
    return refusal([&] { unet_config_from(Json{{key, value}}, "config.json"); });
}

}  // namespace

class TestUNet : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void outputs_equal_those_of_diffusers() {
        const torch::NoGradGuard no_grad;
        for (const std::string& name : reference_names) {
            UNet network(reference_config(name));
            const auto unknown = load_into(
                *network, read_safetensors(references / name / "weights.safetensors").weights,
                name);
            QVERIFY2(unknown.empty(), name.c_str());
            network->to(at::kDouble);
            network->eval();
            const Weights call = read_safetensors(references / name / "call.safetensors").weights;
            const UNetConfig& config = network->config();
            const bool classes = config.num_class_embeds > 0 || !config.class_embed_type.empty();
            const at::Tensor output = network->forward(call.at("x").to(at::kDouble), call.at("t"),
                                                       classes ? call.at("labels") : at::Tensor());
            const double size = call.at("output").abs().max().item<double>();
            const double error = largest_difference(output, call.at("output")) / size;
            QVERIFY2(error < 1e-6, (name + ": " + std::to_string(error)).c_str());
        }
    }

    // In float32, as the program runs it, against double precision.
    void outputs_of_formulas_equal_those_of_diffusers() {
        const torch::NoGradGuard no_grad;
        const Json all =
            read_json(std::filesystem::path(DAGUERRE_TEST_DATA) / "unet_formula" / "outputs.json");
        QVERIFY(all.size() >= 10);
        for (const Json& row : all) {
            const auto name = row["name"].get<std::string>();
            UNet network(unet_config_from(row["config"], name));
            take_formula_weights(network);
            network->eval();
            const at::Tensor x = formula("x", {2, network->config().in_channels,
                                               row["height"].get<int>(), row["width"].get<int>()});
            const auto t = row["t"].get<std::vector<double>>();
            const auto labels = row["labels"].get<std::vector<std::int64_t>>();
            const at::Tensor out = network
                                       ->forward(x.to(at::kFloat), at::tensor(t).to(at::kFloat),
                                                 labels.empty() ? at::Tensor() : at::tensor(labels))
                                       .flatten()
                                       .to(at::kDouble);
            const auto largest = row["largest"].get<double>();
            double error = std::abs(out.abs().max().item<double>() - largest);
            error =
                std::max(error, std::abs(out.mean().item<double>() - row["mean"].get<double>()));
            for (std::size_t i = 0; i < row["places"].size(); ++i)
                error = std::max(error,
                                 std::abs(out[row["places"][i].get<std::int64_t>()].item<double>() -
                                          row["values"][i].get<double>()));
            QVERIFY2(error < 1e-5 * largest,
                     (name + ": " + std::to_string(1e6 * error / largest) + " millionths").c_str());
        }
    }

    void outputs_have_the_type_of_the_input() {
        const torch::NoGradGuard no_grad;
        UNet network(tiny({4, 8}));
        network->to(at::kBFloat16);
        const at::Tensor x = at::zeros({2, 1, 8, 8}, at::kBFloat16);
        QVERIFY(network->forward(x, at::zeros({2})).scalar_type() == at::kBFloat16);
    }

    void parameters_are_counted_as_built() {
        for (const std::string& name : reference_names) {
            UNet network(reference_config(name));
            std::int64_t built = 0;
            for (const at::Tensor& parameter : network->parameters()) built += parameter.numel();
            QCOMPARE(parameter_count(network->config()), built);
        }
    }

    void known_networks_have_their_counts() {
        UNetConfig cifar = shaped({128, 256, 256, 256}, "DADD");
        QCOMPARE(parameter_count(cifar), std::int64_t(35746307));
        QVERIFY(std::abs(macs_per_image(cifar, 32, 32) - 6.22e9) < 0.01e9);
        QCOMPARE(parameter_count(shaped({128, 128, 256, 256, 512, 512}, "DDDDAD")),
                 std::int64_t(113673219));
        QCOMPARE(parameter_count(shaped({128, 256, 256, 256, 512}, "DADDD")),
                 std::int64_t(78700803));
        QCOMPARE(parameter_count(UNetConfig{}), std::int64_t(274056163));
        UNetConfig digits = shaped({64, 128, 128}, "DDA");
        digits.in_channels = digits.out_channels = 1;
        QVERIFY(std::abs(macs_per_image(digits, 28, 28) - 1.104e9) < 0.001e9);
    }

    void names_are_those_of_diffusers() {
        UNet cifar(shaped({128, 256, 256, 256}, "DADD"));
        const Weights weights = weights_of(*cifar);
        QCOMPARE(weights.size(), std::size_t(328));
        for (const char* name :
             {"conv_in.weight", "time_embedding.linear_1.bias", "time_embedding.linear_2.weight",
              "down_blocks.1.resnets.0.conv_shortcut.weight",
              "down_blocks.1.attentions.1.to_q.bias", "down_blocks.0.downsamplers.0.conv.weight",
              "mid_block.attentions.0.group_norm.weight", "mid_block.attentions.0.to_out.0.weight",
              "mid_block.resnets.1.time_emb_proj.weight", "up_blocks.2.attentions.2.to_v.weight",
              "up_blocks.0.upsamplers.0.conv.bias", "up_blocks.3.resnets.2.norm2.bias",
              "conv_norm_out.weight", "conv_out.bias"})
            QVERIFY2(weights.contains(name), name);
        QVERIFY(!weights.contains("down_blocks.3.downsamplers.0.conv.weight"));
    }

    void old_attention_names_are_understood() {
        const std::string name = "plain";
        Weights weights = read_safetensors(references / name / "weights.safetensors").weights;
        const std::map<std::string, std::string> renamed{{".to_q.", ".query."},
                                                         {".to_k.", ".key."},
                                                         {".to_v.", ".value."},
                                                         {".to_out.0.", ".proj_attn."}};
        Weights old;
        for (const auto& [key, tensor] : weights) {
            std::string text = key;
            for (const auto& [now, then] : renamed)
                if (const auto at = text.find(now); at != std::string::npos)
                    text.replace(at, now.size(), then);
            old.emplace(text, tensor);
        }
        QVERIFY(old.contains("mid_block.attentions.0.proj_attn.bias"));
        UNet network(reference_config(name));
        QVERIFY(load_into(*network, old, name).empty());
        for (const auto& [key, tensor] : weights_of(*network))
            QVERIFY2(at::equal(tensor, weights.at(key).to(at::kFloat)), key.c_str());
    }

    void sides_that_do_not_halve_are_refused() {
        check_size(tiny({4, 4, 4}), 28, 28);
        QCOMPARE(refusal([] {
                     check_size(tiny({4, 4, 4, 4}), 28, 28);
                 }),
                 std::string("28 x 28 can't be halved 3 times, as a network of 4 levels needs. Use "
                             "3 levels, or pad to 32 x 32."));
        QVERIFY(!refusal([] { check_size(tiny({4, 4}), 0, 8); }).empty());
        QVERIFY(!refusal([] { check_size(tiny({4, 4}), 8, 7); }).empty());
    }

    void three_levels_take_28_pixels() {
        const torch::NoGradGuard no_grad;
        for (const int padding : {0, 1}) {
            UNetConfig config = tiny({4, 4, 8});
            config.downsample_padding = padding;
            UNet network(config);
            const at::Tensor x = at::randn({1, 1, 28, 28});
            QVERIFY(network->forward(x, at::zeros({1})).sizes() == x.sizes());
        }
    }

    // In bf16 a processor takes attention's gradient another way than other devices.
    void gradients_of_bf16_follow_those_of_float32() {
        UNetConfig config = shaped({8, 16}, "DA");
        config.norm_num_groups = 4;
        config.attention_head_dim = 4;
        const at::Tensor exact = attention_gradient(config, false);
        const double size = exact.norm().item<double>();
        const double error =
            (attention_gradient(config, true) - exact).norm().item<double>() / size;
        QVERIFY(size > 0);
        QVERIFY2(error > 0 && error < 0.05, std::to_string(error).c_str());
    }

    void untrained_networks_give_zero() {
        const torch::NoGradGuard no_grad;
        UNet network(shaped({32, 64}, "DA"));
        initialise(network, 1);
        const at::Tensor x = at::randn({2, 3, 8, 8});
        QCOMPARE(network->forward(x, at::full({2}, 10.0)).abs().max().item<double>(), 0.0);
    }

    void initial_weights_come_from_the_seed_alone() {
        UNet first(tiny({4, 8})), second(tiny({4, 8})), other(tiny({4, 8}));
        initialise(first, 7);
        torch::manual_seed(99);
        initialise(second, 7);
        initialise(other, 7 + (std::uint64_t(1) << 32));  // all 64 bits count
        const Weights a = weights_of(*first), b = weights_of(*second), c = weights_of(*other);
        for (const auto& [name, tensor] : a) QVERIFY2(at::equal(tensor, b.at(name)), name.c_str());
        QVERIFY(!at::equal(a.at("conv_in.weight"), c.at("conv_in.weight")));
        const double bound = 1.0 / 3;  // 1/√(1 channel · 3 · 3)
        QVERIFY(a.at("conv_in.weight").abs().max().item<double>() <= bound);
        QVERIFY(std::abs(a.at("conv_in.weight").std().item<double>() - bound / std::sqrt(3)) < .05);
    }

    void configs_survive_their_file() {
        for (const std::string& name : reference_names) {
            const UNetConfig config = reference_config(name);
            QCOMPARE(json_of(unet_config_from(json_of(config), name)).dump(),
                     json_of(config).dump());
        }
        QCOMPARE(json_of(unet_config_from(Json::object(), "empty")).dump(),
                 json_of(UNetConfig{}).dump());
    }

    void old_keys_are_understood() {
        const UNetConfig config =
            unet_config_from(Json{{"_anything", 1},
                                  {"resnet_eps", 1e-6},
                                  {"downscale_freq_shift", 1},
                                  {"num_head_channels", nullptr},
                                  {"image_size", {32, 32}},
                                  {"block_channels", {32, 64}},
                                  {"down_block_types", {"UNetResDownBlock2D", "DownBlock2D"}},
                                  {"up_block_types", {"UpBlock2D", "UNetResAttnUpBlock2D"}}},
                             "config.json");
        QCOMPARE(config.norm_eps, 1e-6);
        QCOMPARE(config.freq_shift, 1.0);
        QCOMPARE(config.attention_head_dim, 0);
        QCOMPARE(config.sample_size, 32);
        QCOMPARE(config.block_out_channels.size(), std::size_t(2));
        QCOMPARE(config.down_block_types[0], std::string("DownBlock2D"));
        QCOMPARE(config.up_block_types[1], std::string("AttnUpBlock2D"));
    }

    void what_cannot_run_is_refused_by_name() {
        const std::vector<std::pair<std::string, Json>> cases{
            {"AttnSkipDownBlock2D",
             {"down_block_types", {"AttnSkipDownBlock2D", "DownBlock2D", "DownBlock2D", "D"}}},
            {"KUpBlock2D", {"up_block_types", {"KUpBlock2D", "UpBlock2D", "UpBlock2D", "U"}}},
            {"UNetMidBlock2DCrossAttn", {"mid_block_type", "UNetMidBlock2DCrossAttn"}},
            {"identity", {"class_embed_type", "identity"}},
            {"spatial", {"resnet_time_scale_shift", "spatial"}},
            {"fir", {"downsample_type", "fir"}},
            {"tanh", {"act_fn", "tanh"}},
            {"wavelet", {"time_embedding_type", "wavelet"}},
            {"num_train_timesteps", {"time_embedding_type", "learned"}},
            {"UNet1DModel", {"_class_name", "UNet1DModel"}},
        };
        for (const auto& [word, json] : cases) {
            const std::string sentence = refused_config(json[0], json[1]);
            QVERIFY2(sentence.find(word) != std::string::npos, (word + ": " + sentence).c_str());
        }
        QVERIFY(refused_config("down_block_types", {"AttnSkipDownBlock2D"}).find("Score-SDE") !=
                std::string::npos);
    }

    void bad_values_are_refused_by_name() {
        const std::vector<std::pair<std::string, Json>> cases{
            {"block_out_channels", {32, 64, 64, 8192}},
            {"block_out_channels", {32, 64, 64, -64}},
            {"block_out_channels", Json::array()},
            {"block_out_channels", Json(std::vector<int>(9, 32))},
            {"block_out_channels", 32},
            {"layers_per_block", 9},
            {"layers_per_block", 0},
            {"layers_per_block", 1.5},
            {"layers_per_block", "2"},
            {"layers_per_block", nullptr},
            {"norm_num_groups", 0},
            {"norm_num_groups", 33},
            {"attn_norm_num_groups", 33},
            {"attention_head_dim", 3},
            {"norm_eps", -1},
            {"dropout", 1},
            {"in_channels", 1e9},
            {"in_channels", 18446744073709551615u},
            {"num_class_embeds", 100000000},
            {"sample_size", {32, 64}},
            {"center_input_sample", 1},
            {"act_fn", 5},
        };
        for (const auto& [key, value] : cases) {
            const std::string sentence = refused_config(key, value);
            QVERIFY2(sentence.find(key) != std::string::npos,
                     (key + " " + value.dump() + ": " + sentence).c_str());
        }
        QVERIFY(!refused_config("down_block_types", {"DownBlock2D"}).empty());
        const std::string unknown = refusal([] {
            unet_config_from(Json{{"norm_groups", 4}}, "config.json");
        });
        QVERIFY2(unknown.find("norm_num_groups") != std::string::npos, unknown.c_str());
    }

    void networks_beyond_memory_are_refused() {
        UNetConfig config = shaped(std::vector<int>(8, 4096), "AAAAAAAA");
        config.layers_per_block = 8;
        QVERIFY(parameter_count(config) > std::int64_t(30e9));
        const std::string sentence = refusal([&] { UNet network(config); });
        QVERIFY2(sentence.find("memory") != std::string::npos, sentence.c_str());
    }

    void weights_that_do_not_fit_are_refused() {
        UNet network(tiny({4, 8}));
        const Weights whole = copied(weights_of(*network));
        const auto refused = [&](const std::function<void(Weights&)>& change) {
            Weights weights = copied(whole);
            change(weights);
            return refusal([&] { load_into(*network, weights, "model.safetensors"); });
        };
        QCOMPARE(
            refused([](Weights& w) { w.erase("conv_in.bias"); }),
            std::string("“model.safetensors” isn't whole: 1 of " + std::to_string(whole.size()) +
                        " weights are missing, the first is “conv_in.bias”."));
        QCOMPARE(refused([](Weights& w) { w["conv_in.bias"] = at::zeros({5}); }),
                 std::string("“model.safetensors” doesn't fit: “conv_in.bias” is 5, where the "
                             "network has 4."));
        QCOMPARE(refused([](Weights& w) {
                     w["conv_in.bias"][0] = std::nan("");
                     w["conv_in.bias"][1] = INFINITY;
                 }),
                 std::string("“model.safetensors” is damaged: 2 of 4 values of “conv_in.bias” "
                             "aren't finite."));
        QVERIFY(
            !refused([](Weights& w) { w["conv_in.bias"] = at::zeros({4}, at::kLong); }).empty());
        QVERIFY(at::equal(weights_of(*network).at("conv_in.bias"), whole.at("conv_in.bias")));
        Weights more = copied(whole);
        more["other"] = at::zeros({1});
        QCOMPARE(load_into(*network, more, "f"), std::vector<std::string>{"other"});
    }
};

QTEST_GUILESS_MAIN(TestUNet)
#include "test_unet.moc"
