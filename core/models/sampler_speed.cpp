#include "core/models/sampler_speed.h"

#include <algorithm>
#include <chrono>

#include "core/base/table.h"
#include "core/diffusion/denoiser.h"
#include "core/diffusion/spacings.h"
#include "core/models/diffusion.h"
#include "core/nn/network_calls.h"

namespace daguerre {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

/// Thrown through a sampler when the caller wants to stop.
struct Enough {};

/// A network with random weights, whose calls are timed.
class TimedNetwork {
public:
    TimedNetwork(const SpeedRequest& request, const OnProgress& on_progress)
        : on_progress_(on_progress),
          config_(unet_config_from(read_json(request.config), request.config.string())),
          place_(request.device.device) {
        if (request.size > 0) config_.sample_size = request.size;
        check_size(config_, config_.sample_size, config_.sample_size);
        if (resolve_precision(request.precision, request.device) == "bf16") type_ = at::kBFloat16;
        UNet network(config_);
        network->eval();
        move_for_calls(network, place_, type_);
        calls_ = std::make_unique<NetworkCalls>(network);
        const at::Device& place = place_;
        if (config_.num_class_embeds > 0)
            labels_ = at::zeros({request.batch}, at::device(place).dtype(at::kLong));
    }

    const UNetConfig& config() const { return config_; }
    const at::Device& place() const { return place_; }

    at::Tensor operator()(const at::Tensor& x, double t) {
        if (on_progress_ && !on_progress_({std::int64_t(ms_.size()), 0, "call", {}}))
            throw Enough();
        const auto start = Clock::now();
        at::Tensor answer =
            (*calls_)(x.to(type_), at::full({x.size(0)}, t, at::device(place_)), labels_)
                .narrow(1, 0, config_.in_channels)
                .to(at::kFloat);
        answer.flatten()[0].item<float>();  // reading a value waits until a GPU has it
        ms_.push_back(ms_since(start));
        return answer;
    }

    /// Milliseconds of each call since it was last asked.
    std::vector<double> taken() { return std::exchange(ms_, {}); }

private:
    const OnProgress& on_progress_;
    UNetConfig config_;
    at::Device place_;
    at::ScalarType type_ = at::kFloat;
    std::unique_ptr<NetworkCalls> calls_;
    at::Tensor labels_;
    std::vector<double> ms_;
};

SamplerSpeed speed_of(const Sampler& sampler, TimedNetwork& network, const SpeedRequest& request,
                      int steps) {
    const NoiseSchedule schedule = noise_schedule({});
    const Sigmas sigmas = row_named(spacings(), "karras", "schedule").sigmas(schedule, steps);
    const Denoiser denoise = clamped(denoiser_of(
        [&](const at::Tensor& x, double t) { return network(x, t); }, objectives()[0], schedule));
    std::vector<std::uint32_t> seeds;
    for (int i = 0; i < request.batch; ++i) seeds.push_back(std::uint32_t(i));
    const std::int64_t side = network.config().sample_size;
    SamplerSpeed speed{sampler.id};
    std::vector<double> calls, overheads;
    while (calls.size() < std::size_t(request.calls)) {
        const Noise noise = seeded_noise(seeds, {network.config().in_channels, side, side});
        const at::Tensor start = noise().to(network.place()) * std::hypot(1, sigmas[0]);
        const auto begin = Clock::now();
        sampler.run(denoise, start, sigmas, noise, [](const SamplerStep&) { return true; }, {})
            .flatten()[0]
            .item<float>();
        const double all = ms_since(begin);
        const std::vector<double> taken = network.taken();
        double inside = 0;
        for (const double ms : taken) inside += ms;
        speed.calls = int(taken.size());
        overheads.push_back((all - inside) / inside);
        calls.insert(calls.end(), taken.begin(), taken.end());
    }
    speed.ms_per_call = median(calls);
    speed.overhead = median(overheads);
    return speed;
}

}  // namespace

std::vector<SamplerSpeed> sampler_speeds(const SpeedRequest& request, const std::string& sampler,
                                         int steps, const OnProgress& on_progress) {
    if (!sampler.empty()) row_named(samplers(), sampler, "sampler");
    std::vector<SamplerSpeed> speeds;
    const c10::InferenceMode inference;
    TimedNetwork network(request, on_progress);
    try {
        for (const Sampler& row : samplers()) {
            if (!sampler.empty() && row.id != sampler) continue;
            if (speeds.empty()) speed_of(row, network, request, steps);  // fills caches
            speeds.push_back(speed_of(row, network, request, steps));
        }
    } catch (const Enough&) {
    }
    return speeds;
}

}  // namespace daguerre
