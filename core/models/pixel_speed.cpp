#include "core/models/pixel_speed.h"

#include <chrono>

#include "core/models/pixelcnn.h"
#include "core/models/pixelcnn_sampling.h"
#include "core/models/train_request.h"

namespace daguerre {
namespace {

constexpr int side = 28;

PixelCnn network_on(const at::Device& place) {
    const Family family = pixelcnn_family();
    Fields fields = fields_of<TrainRequest>();
    for (const Field& field : family.train_fields()) fields.push_back(field);
    for (const auto& [key, value] : family.presets().front().values) set_field(fields, key, value);
    const DataShape shape{.size = side,
                          .channels = 1,
                          .classes = std::vector<std::string>(10, "class"),
                          .dataset = {}};
    PixelCnn network(pixelcnn_network(options_from<PixelCnnOptions>(fields),
                                      options_from<TrainRequest>(fields).base_channels, shape));
    initialise(network, 1);
    network->to(place);
    network->eval();
    return network;
}

template <class Work>
double ms_of(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

}  // namespace

PixelSpeed pixel_speed(int batch, int rounds, const DeviceChoice& device,
                       const OnProgress& on_progress) {
    const c10::InferenceMode inference;
    const at::Device place(device.device);
    PixelCnn network = network_on(place);
    PixelDraw draw{.x = at::zeros({batch, 1, side, side}, at::device(place)),
                   .known = {},
                   .labels = at::arange(batch, at::device(place).dtype(at::kLong)) % 10,
                   .seeds = {}};
    for (int i = 0; i < batch; ++i) draw.seeds.push_back(std::uint32_t(i));
    PixelSpeed speed{.passes = side * side};
    for (int round = 0; round <= rounds; ++round) {
        if (on_progress && !on_progress({round, rounds + 1, "round", {}})) break;
        const double drawn = ms_of([&] { draw_pixels(network, draw, [](std::int64_t, bool) {}); });
        const double passed = ms_of([&] {
            // Reading a value waits until a GPU has it.
            network->forward(draw.x, draw.labels).flatten()[0].item<float>();
        });
        if (round == 0) continue;
        speed.draw_ms.push_back(drawn);
        speed.pass_ms.push_back(passed);
    }
    return speed;
}

}  // namespace daguerre
