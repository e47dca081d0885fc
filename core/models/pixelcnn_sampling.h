// Pictures drawn pixel after pixel from a PixelCNN.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/torch.h"
#include "core/models/pixelcnn_network.h"

namespace daguerre {

/// A network's answers in raster order. It keeps every layer's features, so that all pixels of a
/// picture together take about the work of one forward pass: a finished row goes through the
/// vertical stack once, and then each pixel takes one column of the horizontal one. Works without
/// gradients, in float32. Source of the idea: Ramachandran et al. 2017 (arXiv:1704.06001).
class PixelCache {
public:
    /// x: [N, C, H, W] float32, the picture; the caller fills it in as it goes. labels as of
    /// PixelCnnImpl::forward. The network's weights stay as they are.
    PixelCache(PixelCnn network, at::Tensor x, const at::Tensor& labels);

    /// Rows must begin one after another from 0; all rows above are in x.
    void begin_row(std::int64_t row);
    /// [N, outputs]: what is known of the pixel at `column` from all before it. Columns come one
    /// after another from 0 in a row; the last one may come again when its own channels have
    /// changed.
    at::Tensor answer(std::int64_t column);

private:
    struct Layer {
        GatedLayer module{nullptr};
        at::Tensor above;       // [N, in, reach + H, W + 2·reach]: what the vertical stack gets
        at::Tensor left;        // [N, reach + W, in]: what the horizontal one gets of the row
        at::Tensor known;       // [N, W, 2F]: its gate, but for what `left` adds
        at::Tensor horizontal;  // [width·in, 2F]
        at::Tensor out;         // [F, 2F]
        at::Tensor class_vertical, class_horizontal;  // [N, 2F]; or undefined
    };
    Layer cached(const GatedLayer& module, std::int64_t in, const at::Tensor& labels) const;
    /// [N, in, W]: a row of what the vertical stack gets, to read or to fill.
    at::Tensor row_above(const Layer& layer, std::int64_t row) const;

    PixelCnn network_;
    at::Tensor x_;
    std::vector<Layer> layers_;
    at::Tensor mix_, last_;  // [F, F], [F, outputs]
    std::int64_t row_ = -1;
};

/// Pictures to draw together.
struct PixelDraw {
    at::Tensor x;                      // [N, C, H, W]: what is known; the rest comes as it is drawn
    at::Tensor known;                  // [H, W] bool, or undefined: nothing is
    at::Tensor labels;                 // as of PixelCnnImpl::forward
    std::vector<std::uint32_t> seeds;  // [N]
    double temperature = 1;            // 0: always the likeliest value
    /// How strongly the labels are followed: ln p = ln p(x) + guidance · (ln p(x | label) − ln
    /// p(x)), normalised anew for each value; 1 draws what was learned. Others need a network that
    /// learned "no class". Source: Ho and Salimans 2022 (arXiv:2207.12598), eq. 6, of each value.
    double guidance = 1;
};

/// Called before (`begun`) and after each row; what it throws ends the drawing.
using OnRow = std::function<void(std::int64_t row, bool begun)>;

/// Draws every pixel that isn't known from what the network expects there, by one uniform number a
/// value, of the picture's own seed.
void draw_pixels(const PixelCnn& network, const PixelDraw& draw, const OnRow& on_row);

/// The values, as numbers from 0 to 255, at which the distributions reach the share `uniform` of
/// all. log_probabilities: [N, 256]; uniform: [N] in [0, 1); gives [N] int64.
at::Tensor values_at(const at::Tensor& log_probabilities, const at::Tensor& uniform,
                     double temperature);

}  // namespace daguerre
