// The UNet of diffusers' UNet2DModel in layout and key names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/torch.h"

namespace daguerre {

/// config.json of a UNet2DModel; members carry its names and its defaults.
struct UNetConfig {
    int sample_size = 0;  // 0: null
    int in_channels = 3, out_channels = 3;
    bool center_input_sample = false;
    std::string time_embedding_type = "positional";
    int time_embedding_dim = 0;  // 0: four times the first width
    double freq_shift = 0;
    bool flip_sin_to_cos = true;
    std::vector<std::string> down_block_types{"DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D",
                                              "AttnDownBlock2D"};
    std::string mid_block_type = "UNetMidBlock2D";  // empty: null
    std::vector<std::string> up_block_types{"AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D",
                                            "UpBlock2D"};
    std::vector<int> block_out_channels{224, 448, 672, 896};
    int layers_per_block = 2;
    double mid_block_scale_factor = 1;
    int downsample_padding = 1;
    std::string downsample_type = "conv", upsample_type = "conv";
    double dropout = 0;
    std::string act_fn = "silu";
    int attention_head_dim = 8;  // 0: null, one head as wide as the layer
    int norm_num_groups = 32;
    int attn_norm_num_groups = 0;  // 0: null
    double norm_eps = 1e-5;
    std::string resnet_time_scale_shift = "default";
    bool add_attention = true;
    std::string class_embed_type{};  // empty: null
    int num_class_embeds = 0;        // 0: null
    int num_train_timesteps = 0;     // 0: null
};

/// From and to config.json. Unknown keys that start with "_" are ignored; others throw Error.
/// Old names are mapped. Throws Error for what Daguerre can't run, naming it; all sizes are checked
/// (widths ≤ 4096, ≤ 8 blocks, ≤ 8 layers, groups divide widths, head_dim divides).
UNetConfig unet_config_from(const Json& json, const std::string& file);
Json json_of(const UNetConfig& config);

/// Trainable parameters of the network the config describes, without building it.
std::int64_t parameter_count(const UNetConfig& config);
/// Multiply-adds of one call on one image: convolutions, linear layers and attention products.
double macs_per_image(const UNetConfig& config, int height, int width);
/// Throws Error when sides can't be halved often enough: "28 x 28 can't be halved four times. Use 3
/// levels, or pad to 32."
void check_size(const UNetConfig& config, int height, int width);

class UNetImpl : public torch::nn::Module {
public:
    explicit UNetImpl(const UNetConfig& config);
    ~UNetImpl() override;

    /// x: [N, C, H, W]. t: [N] float, may lie between steps. labels: [N] int64, or [N, K] float
    /// shares of K table entries that are mixed; undefined when the model has no classes. Gives
    /// [N, out_channels, H, W] in x's dtype.
    at::Tensor forward(const at::Tensor& x, const at::Tensor& t, const at::Tensor& labels = {});

    const UNetConfig& config() const { return config_; }

private:
    UNetConfig config_;
    struct Parts;
    std::unique_ptr<Parts> parts_;
};
TORCH_MODULE(UNet);

/// Zeroes conv2 of every resnet, every to_out.0 and conv_out, so that an untrained network gives 0.
/// All other weights are drawn as torch does, from `seed` alone.
void initialise(UNet& network, std::uint64_t seed);

}  // namespace daguerre
