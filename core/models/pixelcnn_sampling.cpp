#include "core/models/pixelcnn_sampling.h"

#include <optional>

#include "core/base/error.h"
#include "core/base/random.h"

namespace daguerre {
namespace {

/// [out, in, 1, width] → [width·in, out].
at::Tensor as_matrix(const at::Tensor& weight) {
    return weight.permute({3, 1, 2, 0}).flatten(0, 2).contiguous();
}

/// The uniform numbers of one value of each picture.
at::Tensor uniform_at(const std::vector<std::uint32_t>& seeds, std::int64_t value,
                      const at::Device& device) {
    const at::Tensor numbers = at::empty({std::int64_t(seeds.size())}, at::kDouble);
    auto* to = numbers.mutable_data_ptr<double>();
    for (const std::uint32_t seed : seeds)
        *to++ = unit_interval(seed_for(seed, Stream::Latent, std::uint64_t(value)));
    return numbers.to(device);
}

/// Columns of a row from 0 to the last one that isn't known.
std::int64_t columns_to_draw(const at::Tensor& known, std::int64_t row, std::int64_t width) {
    if (!known.defined()) return width;
    const bool* values = known[row].const_data_ptr<bool>();
    std::int64_t count = width;
    while (count > 0 && values[count - 1]) --count;
    return count;
}

/// What a network expects of the next value: with its labels, and led away from what it expects
/// without them.
class Expectation {
public:
    Expectation(const PixelCnn& network, const PixelDraw& draw)
        : head_(head_of(network->config())),
          guidance_(draw.labels.defined() ? draw.guidance : 1),
          with_(network, draw.x, draw.labels) {
        if (guidance_ == 1) return;
        require(network->config().null_class, "guidance needs a network that learned no class");
        without_.emplace(network, draw.x, at::full_like(draw.labels, network->config().classes));
    }

    void begin_row(std::int64_t row) {
        with_.begin_row(row);
        if (without_) without_->begin_row(row);
    }

    void begin_pixel(std::int64_t column) {
        column_ = column;
        with_answer_ = with_.answer(column);
        if (without_) without_answer_ = without_->answer(column);
    }

    /// [N, 256] logarithms, but for a constant. Channels come in turn.
    at::Tensor of(const at::Tensor& pixel, int channel) {
        if (channel > 0 && head_.ordered) begin_pixel(column_);
        const at::Tensor with = head_.log_probabilities(with_answer_, pixel, channel);
        if (!without_) return with;
        return at::lerp(head_.log_probabilities(without_answer_, pixel, channel), with, guidance_);
    }

private:
    const PixelHead& head_;
    double guidance_;
    PixelCache with_;
    std::optional<PixelCache> without_;
    std::int64_t column_ = 0;
    at::Tensor with_answer_, without_answer_;
};

}  // namespace

PixelCache::PixelCache(PixelCnn network, at::Tensor x, const at::Tensor& labels)
    : network_(std::move(network)), x_(std::move(x)) {
    const torch::NoGradGuard no_grad;
    for (const GatedLayer& module : network_->layers)
        layers_.push_back(
            cached(module, module->first ? x_.size(1) : network_->config().features, labels));
    mix_ = as_matrix(network_->mix->counting());
    last_ = as_matrix(network_->last->counting());
}

PixelCache::Layer PixelCache::cached(const GatedLayer& module, std::int64_t in,
                                     const at::Tensor& labels) const {
    const std::int64_t n = x_.size(0), reach = module->reach;
    Layer layer;
    layer.module = module;
    layer.above = at::zeros({n, in, reach + x_.size(2), x_.size(3) + 2 * reach}, x_.options());
    layer.left = at::zeros({n, reach + x_.size(3), in}, x_.options());
    layer.horizontal = as_matrix(module->horizontal->counting());
    layer.out = as_matrix(module->out->counting());
    layer.class_vertical = layer.module->class_bias(labels, false);
    layer.class_horizontal = layer.module->class_bias(labels, true);
    return layer;
}

at::Tensor PixelCache::row_above(const Layer& layer, std::int64_t row) const {
    const std::int64_t reach = layer.module->reach;
    return layer.above.select(2, reach + row).narrow(2, reach, x_.size(3));
}

void PixelCache::begin_row(std::int64_t row) {
    require(row == row_ + 1 && row < x_.size(2), "rows begin one after another");
    const torch::NoGradGuard no_grad;
    row_ = row;
    if (row > 0) row_above(layers_.front(), row - 1).copy_(x_.select(2, row - 1));
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        Layer& layer = layers_[i];
        const std::int64_t rows =
            (layer.module->vertical->weight.size(2) - 1) * layer.module->dilation + 1;
        at::Tensor seen = layer.module->vertical(layer.above.narrow(2, row, rows));
        at::Tensor known =
            layer.module->link(seen).squeeze(2).transpose(1, 2) + layer.module->horizontal->bias;
        if (layer.class_horizontal.defined()) known += layer.class_horizontal.unsqueeze(1);
        layer.known = known.contiguous();
        if (i + 1 == layers_.size()) continue;
        seen = seen.squeeze(2);
        if (layer.class_vertical.defined()) seen = seen + layer.class_vertical.unsqueeze(2);
        at::Tensor risen = gated(seen, 1);
        if (layer.module->adds) risen = risen + row_above(layer, row);
        row_above(layers_[i + 1], row).copy_(risen);
    }
}

at::Tensor PixelCache::answer(std::int64_t column) {
    const torch::NoGradGuard no_grad;
    const Layer& first = layers_.front();
    for (std::int64_t at = std::max<std::int64_t>(column - 1, 0); at <= column; ++at)
        first.left.select(1, first.module->reach + at).copy_(x_.select(2, row_).select(2, at));
    const std::int64_t n = x_.size(0);
    at::Tensor horizontal, skip;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        const std::int64_t gap = layer.module->dilation;
        const std::int64_t reached = (layer.module->horizontal->weight.size(3) - 1) * gap + 1;
        const at::Tensor window =
            layer.left.slice(1, column, column + reached, gap).reshape({n, -1});
        const at::Tensor kept =
            gated(at::addmm(layer.known.select(1, column), window, layer.horizontal), 1);
        const std::vector<at::Tensor> both =
            at::addmm(layer.module->out->bias, kept, layer.out).chunk(2, 1);
        horizontal = i == 0 ? both[0] : horizontal + both[0];
        skip = i == 0 ? both[1] : skip + both[1];
        if (i + 1 == layers_.size()) continue;
        const Layer& next = layers_[i + 1];
        next.left.select(1, next.module->reach + column).copy_(horizontal);
    }
    const at::Tensor mixed = at::addmm(network_->mix->bias, at::relu(skip), mix_);
    return at::addmm(network_->last->bias, at::relu(mixed), last_);
}

void draw_pixels(const PixelCnn& network, const PixelDraw& draw, const OnRow& on_row) {
    const std::int64_t height = draw.x.size(2), width = draw.x.size(3);
    const auto channels = int(draw.x.size(1));
    const at::Tensor known = draw.known.defined() ? draw.known.cpu().contiguous() : at::Tensor();
    Expectation expected(network, draw);
    for (std::int64_t row = 0; row < height; ++row) {
        on_row(row, true);
        expected.begin_row(row);
        const std::int64_t columns = columns_to_draw(known, row, width);
        for (std::int64_t column = 0; column < columns; ++column) {
            const at::Tensor pixel = draw.x.select(2, row).select(2, column);  // [N, C]
            expected.begin_pixel(column);
            if (known.defined() && known[row][column].item<bool>()) continue;
            for (int c = 0; c < channels; ++c) {
                const at::Tensor uniform =
                    uniform_at(draw.seeds, (row * width + column) * channels + c, draw.x.device());
                const at::Tensor values =
                    values_at(expected.of(pixel, c), uniform, draw.temperature);
                pixel.select(1, c).copy_(values.to(at::kFloat).div(127.5).sub(1));
            }
        }
        on_row(row, false);
    }
}

at::Tensor values_at(const at::Tensor& log_probabilities, const at::Tensor& uniform,
                     double temperature) {
    if (temperature == 0) return log_probabilities.argmax(1);
    const at::Tensor sums = (log_probabilities.to(at::kDouble) / temperature).softmax(1).cumsum(1);
    const at::Tensor place = uniform.unsqueeze(1) * sums.narrow(1, 255, 1);
    return (sums <= place).sum(1).clamp_max(255);
}

}  // namespace daguerre
