#include "core/models/speed.h"

#include <chrono>

#include "core/base/error.h"
#include "core/base/torch.h"
#include "core/models/diffusion.h"
#include "core/nn/network_calls.h"
#include "core/nn/staging.h"
#include "core/nn/unet.h"

namespace daguerre {
namespace {

constexpr int untimed_calls = 3;  // the first ones fill caches, choose kernels, record graphs

int side_of(const UNetConfig& config, const SpeedRequest& request) {
    const int side = request.size > 0 ? request.size : config.sample_size;
    if (side <= 0)
        throw Error("“{file}” doesn't say its sample_size. Say it: --size N.",
                    {{"file", request.config}});
    check_size(config, side, side);
    return side;
}

/// Times `call(i)` as often as asked, after those that aren't timed.
std::vector<double> timed(const SpeedRequest& request, const char* what,
                          const std::function<void(int)>& call, const OnProgress& on_progress) {
    std::vector<double> ms;
    for (int i = 0; i < request.calls + untimed_calls; ++i) {
        const auto start = std::chrono::steady_clock::now();
        call(i);
        const std::chrono::duration<double, std::milli> taken =
            std::chrono::steady_clock::now() - start;
        if (i >= untimed_calls) ms.push_back(taken.count());
        if (!on_progress({std::int64_t(ms.size()), request.calls, what, {}})) break;
    }
    return ms;
}

/// What both measurements share: the network's config and a result to fill.
struct Measured {
    UNetConfig config;
    Speed speed;
};

Measured measured(const SpeedRequest& request, int passes) {
    Measured result;
    result.config = unet_config_from(read_json(request.config), request.config.string());
    Speed& speed = result.speed;
    speed.size = result.config.sample_size = side_of(result.config, request);
    speed.precision = resolve_precision(request.precision, request.device);
    speed.gflops_per_call =
        2e-9 * passes * request.batch * macs_per_image(result.config, speed.size, speed.size);
    return result;
}

std::unique_ptr<Trainer> trainer_of(const SpeedRequest& request, const Measured& measured) {
    Fields settings = fields_of<TrainRequest>();
    for (const Field& field : fields_of<DiffusionOptions>()) settings.push_back(field);
    set_field(settings, "device", request.device.device);
    set_field(settings, "precision", measured.speed.precision);
    set_field(settings, "dropout", measured.config.dropout);
    DataShape shape;
    shape.size = measured.speed.size;
    shape.channels = measured.config.in_channels;
    // The last embedding is that of no class.
    for (int i = 1; i < measured.config.num_class_embeds; ++i)
        shape.classes.push_back(std::to_string(i));
    return make_diffusion_trainer(settings, shape, measured.config);
}

}  // namespace

Speed sampling_speed(const SpeedRequest& request, const OnProgress& on_progress) {
    Measured measure = measured(request, 1);
    const UNetConfig& config = measure.config;
    const at::Device device(request.device.device);
    const at::ScalarType type = measure.speed.precision == "bf16" ? at::kBFloat16 : at::kFloat;
    const c10::InferenceMode inference;
    UNet network(config);
    network->eval();
    move_for_calls(network, device, type);
    const std::int64_t n = request.batch, side = measure.speed.size;
    const at::Tensor x = at::randn({n, config.in_channels, side, side}).to(device, type);
    const at::Tensor t = at::full({n}, 500.5, at::device(device));
    at::Tensor labels;
    if (config.num_class_embeds > 0) labels = at::zeros({n}, at::device(device).dtype(at::kLong));
    NetworkCalls calls(network);
    const auto call = [&](int) {
        // Reading a value waits until a GPU has it.
        calls(x, t, labels).flatten()[0].item<float>();
    };
    forget_gpu_peak(request.device.device);
    measure.speed.ms = timed(request, "call", call, on_progress);
    measure.speed.peak_bytes = device_memory(request.device.device).peak;
    return measure.speed;
}

Speed training_speed(const SpeedRequest& request, const OnProgress& on_progress) {
    Measured measure = measured(request, 3);
    const std::unique_ptr<Trainer> trainer = trainer_of(request, measure);
    const std::int64_t n = request.batch, side = measure.speed.size;
    const std::vector<std::int64_t> shape{n, measure.config.in_channels, side, side};
    const at::TensorOptions values = staged(at::kFloat, at::Device(request.device.device));
    Batch batch{at::rand(shape, values).mul_(2).sub_(1), at::full({n}, -1, at::kLong),
                at::randn(shape, values)};
    const auto step = [&](int i) {
        batch.first = i * n;
        trainer->step(batch, {batch.first + n, 1e-4});
    };
    forget_gpu_peak(request.device.device);
    measure.speed.ms = timed(request, "step", step, on_progress);
    measure.speed.peak_bytes = device_memory(request.device.device).peak;
    return measure.speed;
}

}  // namespace daguerre
