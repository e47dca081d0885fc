#include <map>

#include "core/base/table.h"
#include "core/nn/blocks.h"

namespace daguerre {
namespace {

constexpr int widest = 4096, most_blocks = 8, most_layers = 8;

/// What a value of config.json may be. none: null stands for 0 or "".
struct Range {
    double min = 0, max = 0;
    bool none = false;
};

/// Every key with its member and range, in diffusers' order.
template <class Config, class Visit>
void each_key(Config& c, Visit visit) {
    visit("sample_size", c.sample_size, Range{1, 8192, true});
    visit("in_channels", c.in_channels, Range{1, 64});
    visit("out_channels", c.out_channels, Range{1, 64});
    visit("center_input_sample", c.center_input_sample, Range{});
    visit("time_embedding_type", c.time_embedding_type, Range{});
    visit("time_embedding_dim", c.time_embedding_dim, Range{1, 4 * widest, true});
    visit("freq_shift", c.freq_shift, Range{0, 1});
    visit("flip_sin_to_cos", c.flip_sin_to_cos, Range{});
    visit("down_block_types", c.down_block_types, Range{});
    visit("mid_block_type", c.mid_block_type, Range{.none = true});
    visit("up_block_types", c.up_block_types, Range{});
    visit("block_out_channels", c.block_out_channels, Range{4, widest});
    visit("layers_per_block", c.layers_per_block, Range{1, most_layers});
    visit("mid_block_scale_factor", c.mid_block_scale_factor, Range{1e-3, 1e3});
    visit("downsample_padding", c.downsample_padding, Range{0, 1});
    visit("downsample_type", c.downsample_type, Range{});
    visit("upsample_type", c.upsample_type, Range{});
    visit("dropout", c.dropout, Range{0, 0.99});
    visit("act_fn", c.act_fn, Range{});
    visit("attention_head_dim", c.attention_head_dim, Range{1, widest, true});
    visit("norm_num_groups", c.norm_num_groups, Range{1, widest});
    visit("attn_norm_num_groups", c.attn_norm_num_groups, Range{1, widest, true});
    visit("norm_eps", c.norm_eps, Range{1e-12, 1});
    visit("resnet_time_scale_shift", c.resnet_time_scale_shift, Range{});
    visit("add_attention", c.add_attention, Range{});
    visit("class_embed_type", c.class_embed_type, Range{.none = true});
    visit("num_class_embeds", c.num_class_embeds, Range{1, 1'000'000, true});
    visit("num_train_timesteps", c.num_train_timesteps, Range{1, 100'000, true});
}

/// Reads one value; `where` names file and key.
struct Reader {
    const Json& value;
    std::string file, key;

    [[noreturn]] void refuse(const std::string& what) const {
        std::string shown = value.dump(-1, ' ', true, Json::error_handler_t::replace);
        if (shown.size() > 60) shown = shown.substr(0, 60) + "…";
        throw Error("“{file}”: “{key}” is {value}; it must be {what}.",
                    {{"file", file}, {"key", key}, {"value", shown}, {"what", what}});
    }
    double number(const Json& json, const Range& range) const {
        if (json.is_number()) {
            const double x = json.get<double>();
            if (x >= range.min && x <= range.max) return x;
        }
        refuse("from " + Word(range.min).text() + " to " + Word(range.max).text());
    }
    int whole(const Json& json, const Range& range) const {
        if (!json.is_number_integer()) refuse("a whole number");
        return int(number(json, range));
    }
    std::string text(const Json& json) const {
        if (!json.is_string()) refuse("text");
        return json.get<std::string>();
    }
    const Json& list() const {
        if (!value.is_array() || value.empty() || value.size() > std::size_t(most_blocks))
            refuse("a list of 1 to " + std::to_string(most_blocks) + " values");
        return value;
    }

    void read(bool& member, const Range&) const {
        if (!value.is_boolean()) refuse("true or false");
        member = value.get<bool>();
    }
    void read(int& member, const Range& range) const { member = whole(value, range); }
    void read(double& member, const Range& range) const { member = number(value, range); }
    void read(std::string& member, const Range&) const { member = text(value); }
    void read(std::vector<int>& member, const Range& range) const {
        member.clear();
        for (const Json& item : list()) member.push_back(whole(item, range));
    }
    void read(std::vector<std::string>& member, const Range&) const {
        member.clear();
        for (const Json& item : list()) member.push_back(text(item));
    }
};

std::string today_key(const std::string& key) {
    static const std::map<std::string, std::string> renamed{
        {"resnet_eps", "norm_eps"},
        {"downscale_freq_shift", "freq_shift"},
        {"num_head_channels", "attention_head_dim"},
        {"image_size", "sample_size"},
        {"block_channels", "block_out_channels"}};
    const auto found = renamed.find(key);
    return found == renamed.end() ? key : found->second;
}

void read_key(UNetConfig& config, const std::string& key, Json value, const std::string& file) {
    std::vector<std::string> known;
    bool found = false;
    // A square given as [height, width] is a size.
    if (key == "sample_size" && value.is_array() && value.size() == 2 && value[0] == value[1])
        value = Json(value[0]);
    each_key(config, [&](const char* name, auto& member, const Range& range) {
        known.emplace_back(name);
        if (key != name) return;
        found = true;
        if (value.is_null() && range.none)
            member = {};
        else
            Reader{value, file, key}.read(member, range);
    });
    if (found) return;
    const std::string close = nearest(key, known);
    if (close.empty())
        throw Error("“{file}”: there is no key “{key}”.", {{"file", file}, {"key", key}});
    throw Error("“{file}”: there is no key “{key}”. Did you mean “{close}”?",
                {{"file", file}, {"key", key}, {"close", close}});
}

void drop_old_prefix(std::vector<std::string>& types) {
    for (std::string& type : types)
        if (type.starts_with("UNetRes")) type = type.substr(7);
}

/// Refuses, with its key, a word that isn't in the list.
void check_word(const std::string& key, const std::string& word,
                const std::vector<std::string>& known, const std::string& file) {
    if (std::find(known.begin(), known.end(), word) != known.end()) return;
    throw Error("“{file}”: this network uses {key} “{word}”, which Daguerre cannot run.",
                {{"file", file}, {"key", key}, {"word", word}});
}

void check_block(const std::string& type, const std::string& plain, const std::string& file) {
    if (type == plain || type == "Attn" + plain) return;
    const char* of = type.find("Skip") != std::string::npos ? " (Score-SDE models)" : "";
    throw Error("“{file}”: this network uses {type}, which Daguerre cannot run{of}.",
                {{"file", file}, {"type", type}, {"of", of}});
}

void check_divides(const char* key, int divisor, int width, const std::string& file) {
    if (width % divisor == 0) return;
    throw Error("“{file}”: {key} {divisor} doesn't divide the width {width}.",
                {{"file", file}, {"key", key}, {"divisor", divisor}, {"width", width}});
}

void check_words(const UNetConfig& c, const std::string& file) {
    for (const std::string& type : c.down_block_types) check_block(type, "DownBlock2D", file);
    for (const std::string& type : c.up_block_types) check_block(type, "UpBlock2D", file);
    check_word("mid_block_type", c.mid_block_type, {"", "UNetMidBlock2D"}, file);
    check_word("time_embedding_type", c.time_embedding_type, {"positional", "fourier", "learned"},
               file);
    check_word("downsample_type", c.downsample_type, {"conv", "resnet"}, file);
    check_word("upsample_type", c.upsample_type, {"conv", "resnet"}, file);
    check_word("resnet_time_scale_shift", c.resnet_time_scale_shift, {"default", "scale_shift"},
               file);
    check_word("class_embed_type", c.class_embed_type, {"", "timestep"}, file);
    check_word("act_fn", c.act_fn, {"silu", "swish", "mish", "gelu", "relu"}, file);
    if (c.time_embedding_type == "learned" && c.num_train_timesteps == 0)
        throw Error("“{file}”: a learned time embedding needs “num_train_timesteps”.",
                    {{"file", file}});
}

void check_widths(const UNetConfig& c, const std::string& file) {
    const std::size_t levels = c.block_out_channels.size();
    if (c.down_block_types.size() != levels || c.up_block_types.size() != levels)
        throw Error("“{file}”: {down} down blocks, {up} up blocks and {widths} widths don't match.",
                    {{"file", file},
                     {"down", c.down_block_types.size()},
                     {"up", c.up_block_types.size()},
                     {"widths", levels}});
    const UNetPlan plan = plan_of(c);
    for (const auto* blocks : {&plan.down, &plan.middle, &plan.up})
        for (const BlockPlan& block : *blocks) {
            for (const ResnetPlan& resnet : block.resnets) {
                check_divides("norm_num_groups", c.norm_num_groups, resnet.in, file);
                check_divides("norm_num_groups", c.norm_num_groups, resnet.out, file);
            }
            for (const AttentionPlan& attention : block.attentions) {
                if (attention.groups > 0)
                    check_divides("attn_norm_num_groups", attention.groups, attention.width, file);
                if (c.attention_head_dim > 0)
                    check_divides("attention_head_dim", c.attention_head_dim, attention.width,
                                  file);
            }
        }
}

}  // namespace

UNetConfig unet_config_from(const Json& json, const std::string& file) {
    if (!json.is_object())
        throw Error("“{file}” isn't the description of a network.", {{"file", file}});
    if (json.contains("_class_name") && json["_class_name"] != "UNet2DModel")
        throw Error("“{file}” describes {type}; Daguerre runs UNet2DModel.",
                    {{"file", file}, {"type", json["_class_name"].dump()}});
    UNetConfig config;
    for (const auto& [key, value] : json.items())
        if (!key.starts_with("_")) read_key(config, today_key(key), value, file);
    drop_old_prefix(config.down_block_types);
    drop_old_prefix(config.up_block_types);
    check_words(config, file);
    check_widths(config, file);
    return config;
}

Json json_of(const UNetConfig& config) {
    Json json{{"_class_name", "UNet2DModel"}, {"_diffusers_version", "0.42.1"}};
    each_key(config, [&](const char* key, const auto& member, const Range& range) {
        if (range.none && member == std::decay_t<decltype(member)>{})
            json[key] = nullptr;
        else
            json[key] = member;
    });
    return json;
}

}  // namespace daguerre
