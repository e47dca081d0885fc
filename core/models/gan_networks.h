// The two networks of a GAN, in three backbones, sized from the image.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "core/models/gan_layers.h"

namespace daguerre {

struct GanConfig {
    std::string backbone = "resnet";  // mlp, dcgan, resnet
    int size = 28, channels = 1;
    std::int64_t classes = 0;  // 0: unconditional
    std::int64_t latent = 128;
    std::int64_t base_channels = 32;  // of the generator, where its layers are narrowest
    std::int64_t d_channels = 32;     // the same of the discriminator
    std::int64_t widest = 4;          // multiple of these that widths double to as sides halve
    bool spectral_norm = false;       // in the discriminator
    bool d_norm = false;              // batch norm in dcgan's discriminator
};

/// Values of the vector that stands for a class beside z.
inline constexpr std::int64_t class_width = 32;

/// The side that dcgan and resnet begin with: the image's, halved while it is even and at least 8.
/// 0: they can't make such images, as their side isn't 4 to 7 pixels doubled at least once.
int base_side(int size);
/// The sides that they can make next to one that they can't, the smaller one first; 0: there is
/// none, or it is over 1024.
std::pair<int, int> sides_near(int size);

/// The width at `side` of layers that are `narrowest` at side `from` and double as it halves.
std::int64_t width_of(std::int64_t narrowest, std::int64_t widest, int from, int side);
std::int64_t values_of_image(const GanConfig& config);

/// What turns noise into images.
class Generator : public torch::nn::Module {
public:
    /// The vectors of classes, [N, class_width]; undefined where the network knows none.
    at::Tensor class_vectors(const at::Tensor& labels);
    /// z: [N, latent]; vectors: as class_vectors gives them. Gives [N, C, S, S] in [-1, 1].
    at::Tensor forward(const at::Tensor& z, const at::Tensor& vectors);

protected:
    Generator(const GanConfig& config, const at::Device& device);
    /// code: [N, code_width_], z and class side by side. Gives images before tanh.
    virtual at::Tensor decode(const at::Tensor& code) = 0;

    std::int64_t code_width_;

private:
    ClassVectors classes_{nullptr};
};

/// What tells images of the data from made ones.
class Discriminator : public torch::nn::Module {
public:
    /// images: [N, C, S, S] in [-1, 1]; labels: [N] int64, undefined where the network knows no
    /// classes. Gives a logit each, [N].
    virtual at::Tensor forward(const at::Tensor& images, const at::Tensor& labels) = 0;
};

/// Their weights aren't set. On the meta device they have shapes and take no memory.
std::shared_ptr<Generator> make_generator(const GanConfig& config, const at::Device& device);
std::shared_ptr<Discriminator> make_discriminator(const GanConfig& config,
                                                  const at::Device& device);

std::int64_t parameters_in(const torch::nn::Module& network);
/// Values that a backward pass through the network keeps of one image, about.
std::uint64_t kept_by_generator(const GanConfig& config);
std::uint64_t kept_by_discriminator(const GanConfig& config);

}  // namespace daguerre
