// How a diffusion model's network is called: in chunks of one size, guided, led and limited.
#include <algorithm>

#include "core/models/diffusion_model.h"
#include "core/models/guiding_classifier.h"

namespace daguerre {

UNet DiffusionModel::network_on(const at::Device& device, const std::string& precision) const {
    if (device.is_cpu() && precision == "fp32") return network_;
    const std::lock_guard lock(mutex_);
    const auto [entry, fresh] =
        networks_.try_emplace(std::pair(device.str(), precision), UNet(nullptr));
    if (!entry->second) {
        UNet copy(setup_.network);
        load_into(*copy, weights_of(*network_), info_.id);
        move_for_calls(copy, device, precision == "bf16" ? at::kBFloat16 : at::kFloat);
        copy->eval();
        for (const at::Tensor& parameter : copy->parameters()) parameter.set_requires_grad(false);
        entry->second = copy;
    }
    return entry->second;
}

/// labels: of the group's `count` images, or empty.
DiffusionModel::Chunk DiffusionModel::chunk_of(const Plan& plan,
                                               const std::vector<std::int64_t>& labels,
                                               std::int64_t first, std::int64_t count) const {
    std::vector<std::int64_t> places, chosen;
    for (std::int64_t i = 0; i < plan.chunk; ++i) places.push_back(std::min(first + i, count - 1));
    Chunk chunk{std::min(plan.chunk, count - first), at::tensor(places).to(plan.place), {}};
    if (labels.empty()) return chunk;
    for (const std::int64_t place : places) chosen.push_back(labels[std::size_t(place)]);
    if (plan.guided) chosen.resize(2 * chosen.size(), std::int64_t(info_.classes.size()));
    chunk.labels = at::tensor(chosen).to(plan.place);
    return chunk;
}

/// The network's answer for the images of a chunk, repeats too.
DiffusionModel::Answer DiffusionModel::call(const Plan& plan, const Chunk& chunk,
                                            const at::Tensor& x, double t) const {
    at::Tensor part = x.index_select(0, chunk.places);
    if (plan.guided) part = at::cat({part, part});
    // A group's labels are for both halves; outside guidance only the first is asked.
    const at::Tensor labels =
        chunk.labels.defined() ? chunk.labels.narrow(0, 0, part.size(0)) : chunk.labels;
    at::Tensor all = (*plan.network)(part.to(plan.precision == "bf16" ? at::kBFloat16 : at::kFloat),
                                     at::full({part.size(0)}, t, x.options()), labels)
                         .to(at::kFloat);
    Answer answer;
    if (setup_.learned_variance) {
        const std::int64_t channels = setup_.network.in_channels;
        answer.variance = all.narrow(1, channels, channels).narrow(0, 0, plan.chunk);
        all = all.narrow(1, 0, channels);
    }
    answer.with_class = all.narrow(0, 0, plan.chunk);
    if (!plan.guided) return {answer.with_class, answer.with_class, answer.variance};
    // Denoisers are linear in the network's answer, so guiding that is guiding them.
    const at::Tensor without = all.narrow(0, plan.chunk, plan.chunk);
    answer.guess = without + plan.options.guidance * (answer.with_class - without);
    return answer;
}

DiffusionModel::Group DiffusionModel::group_of(const Plan& plan, std::int64_t first) const {
    Group group{first, {}, {}};
    std::vector<std::int64_t> labels;  // with the null class for "none"
    const std::int64_t end = std::min(first + group_size, plan.request.count);
    for (std::int64_t i = first; i < end; ++i) {
        group.seeds.push_back(seed_of(plan.request, i));
        if (info_.classes.empty()) continue;
        const int label = class_of(info_, plan.of_image(i), i);
        const bool none =
            label < 0 || (info_.null_class && plan.options.guidance == 0 && !plan.guided);
        labels.push_back(none ? std::int64_t(info_.classes.size()) : label);
    }
    for (std::int64_t at = 0; at < end - first; at += plan.chunk)
        group.chunks.push_back(chunk_of(plan, labels, at, end - first));
    return group;
}

Denoiser DiffusionModel::denoiser_for(const Plan& plan, const Group& group, Reporter& reporter,
                                      Answer& answer) const {
    const NetworkCall network = [&](const at::Tensor& x, double t) {
        std::vector<at::Tensor> guesses, with_class, variances;
        for (const Chunk& chunk : group.chunks) {
            reporter.call();
            const Answer part = call(plan, chunk, x, t);
            guesses.push_back(part.guess.narrow(0, 0, chunk.count));
            with_class.push_back(part.with_class.narrow(0, 0, chunk.count));
            if (setup_.learned_variance)
                variances.push_back(part.variance.narrow(0, 0, chunk.count));
        }
        answer.guess = at::cat(guesses);
        if (plan.guided) answer.with_class = at::cat(with_class);
        if (setup_.learned_variance) answer.variance = at::cat(variances);
        return answer.guess;
    };
    const Denoiser denoiser = denoiser_of(network, objective_, schedule_);
    if (!plan.guided || plan.options.guidance_rescale == 0) return denoiser;
    // The guess with the class comes from the same call of the network.
    const NetworkCall same_call = [&](const at::Tensor&, double) { return answer.with_class; };
    return rescaled(denoiser, denoiser_of(same_call, objective_, schedule_),
                    plan.options.guidance_rescale);
}

Denoiser DiffusionModel::bent_denoiser(const Plan& plan, const Plan& as_learned, const Group& group,
                                       Reporter& reporter, Answer& answer) const {
    const SamplingOptions& options = plan.options;
    Denoiser denoiser = denoiser_for(plan, group, reporter, answer);
    if (plan.outside)
        denoiser =
            between_levels(std::move(denoiser), denoiser_for(as_learned, group, reporter, answer),
                           options.guidance_low, options.highest_guided());
    if (plan.classifier) {
        std::vector<std::int64_t> classes;
        for (std::size_t i = 0; i < group.seeds.size(); ++i)
            classes.push_back(plan.class_at(group.first + std::int64_t(i)));
        denoiser =
            classifier_guided(std::move(denoiser), log_probability_of(plan.classifier, classes),
                              options.classifier_scale);
    }
    return limited(std::move(denoiser), options, setup_);
}

}  // namespace daguerre
