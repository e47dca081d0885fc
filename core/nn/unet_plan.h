// Which layers a UNet has: one list that building, counting and the sampling form all read.
#pragma once

#include <string>
#include <vector>

#include "core/nn/unet.h"

namespace daguerre {

/// How the picture changes size: by a convolution or inside a ResnetBlock.
enum class Resample { None, ConvDown, ConvUp, ResnetDown, ResnetUp };

struct ResnetPlan {
    int in = 0, out = 0;
    Resample resample = Resample::None;
};

struct AttentionPlan {
    int width = 0, heads = 1;
    int groups = 0;  // of its norm; 0: no norm
};

/// Layer i is resnet i, then attention i where there is one; resampling comes last.
struct BlockPlan {
    std::string name;  // "down_blocks.0", "mid_block", "up_blocks.2"
    std::vector<ResnetPlan> resnets{};
    std::vector<AttentionPlan> attentions{};
    Resample resample = Resample::None;
    int width = 0;
    double scale = 1;  // sums of a branch and its shortcut are divided by this
};

struct UNetPlan {
    std::vector<BlockPlan> down, middle, up;  // middle: one or none
    int time_width = 0;                       // of the embedding that goes into the first linear
    int embedding_width = 0;
};

UNetPlan plan_of(const UNetConfig& config);

}  // namespace daguerre
