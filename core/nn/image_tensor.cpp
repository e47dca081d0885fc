#include "core/nn/image_tensor.h"

#include <cstring>

#include "core/base/error.h"

namespace daguerre {

at::Tensor tensor_of(const std::vector<Image>& images) {
    require(!images.empty(), "tensor_of: no images");
    const Image& first = images[0];
    const auto n = std::int64_t(images.size());
    at::Tensor bytes = at::empty({n, first.height, first.width, first.channels}, at::kByte);
    auto* to = bytes.mutable_data_ptr<std::uint8_t>();
    for (const Image& image : images) {
        require(image.depth == 8 && image.channels == first.channels &&
                    image.width == first.width && image.height == first.height,
                "tensor_of: images of one size, 8 bit");
        std::memcpy(to, image.pixels.data(), image.pixels.size());
        to += image.pixels.size();
    }
    return bytes.permute({0, 3, 1, 2}).to(at::kFloat).div_(127.5).sub_(1).contiguous();
}

std::vector<Image> images_of(const at::Tensor& tensor) {
    require(tensor.dim() == 4 && (tensor.size(1) == 1 || tensor.size(1) == 3),
            "images_of: [N, 1 or 3, H, W]");
    const at::Tensor bytes = ((tensor.detach().to(at::kCPU, at::kFloat) + 1) * 127.5)
                                 .round()
                                 .clamp(0, 255)
                                 .to(at::kByte)
                                 .permute({0, 2, 3, 1})
                                 .contiguous();
    const auto* from = bytes.const_data_ptr<std::uint8_t>();
    std::vector<Image> images;
    for (std::int64_t i = 0; i < bytes.size(0); ++i) {
        images.push_back(Image::blank(int(bytes.size(2)), int(bytes.size(1)), int(bytes.size(3))));
        std::vector<std::byte>& pixels = images.back().pixels;
        std::memcpy(pixels.data(), from, pixels.size());
        from += pixels.size();
    }
    return images;
}

}  // namespace daguerre
