// How a diffusion model's network is called: in chunks of one size, guided, led and limited.
#include <algorithm>

#include "core/models/diffusion_plan.h"
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

/// labels: of the group's `count` images, or undefined.
DiffusionModel::Chunk DiffusionModel::chunk_of(const Plan& plan, const at::Tensor& labels,
                                               std::int64_t first, std::int64_t count) const {
    std::vector<std::int64_t> numbers;
    for (std::int64_t i = 0; i < plan.chunk; ++i) numbers.push_back(std::min(first + i, count - 1));
    const at::Tensor places = at::tensor(numbers);
    Chunk chunk{std::min(plan.chunk, count - first), places.to(plan.place), {}};
    if (!labels.defined()) return chunk;
    at::Tensor chosen = labels.index_select(0, places);
    if (plan.guided) {
        const auto null_class = std::int64_t(info_.classes.size());
        at::Tensor none = at::zeros_like(chosen);
        if (chosen.dim() == 1)
            none.fill_(null_class);
        else
            none.select(1, null_class).fill_(1);
        chosen = at::cat({chosen, none});
    }
    chunk.labels = chosen.to(plan.place);
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
    if (setup_.negated) all = -all;
    answer.with_class = all.narrow(0, 0, plan.chunk);
    if (!plan.guided) return {answer.with_class, answer.with_class, answer.variance};
    // Denoisers are linear in the network's answer, so guiding that is guiding them.
    const at::Tensor without = all.narrow(0, plan.chunk, plan.chunk);
    answer.guess = without + plan.options.guidance * (answer.with_class - without);
    return answer;
}

/// Of the images first to end - 1: [n] with the null class for “none”, or on a way between classes
/// their shares, [n, classes that the network knows]. Undefined for a network without classes.
at::Tensor DiffusionModel::labels_of(const Plan& plan, std::int64_t first, std::int64_t end) const {
    if (info_.classes.empty()) return {};
    const bool unled = info_.null_class && plan.options.guidance == 0 && !plan.guided;
    const auto label_of = [&](int place) {
        return place < 0 || unled ? std::int64_t(info_.classes.size()) : place;
    };
    std::vector<std::int64_t> labels;
    for (std::int64_t i = first; i < end; ++i)
        labels.push_back(label_of(class_of(info_, plan.of_image(i), plan.class_owner(i))));
    const std::string& to_class = plan.options.path.to_class;
    if (to_class.empty()) return at::tensor(labels);
    GenerateRequest last = plan.request;
    last.image_class = to_class;
    const std::int64_t end_label = label_of(class_of(info_, last, 0));
    const at::Tensor shares = at::zeros({end - first, setup_.network.num_class_embeds});
    auto values = shares.accessor<float, 2>();
    for (std::int64_t i = first; i < end; ++i) {
        const double along = share_of_way(i, plan.request.count);
        values[i - first][labels[std::size_t(i - first)]] += float(1 - along);
        values[i - first][end_label] += float(along);
    }
    return shares;
}

DiffusionModel::Group DiffusionModel::group_of(const Plan& plan, std::int64_t first) const {
    Group group{first, {}, {}};
    const std::int64_t end = std::min(first + group_size, plan.request.count);
    for (std::int64_t i = first; i < end; ++i)
        group.seeds.push_back(seed_of(plan.request, plan.seed_owner(i)));
    const at::Tensor labels = labels_of(plan, first, end);
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

void DiffusionModel::with_denoiser(
    const Plan& plan, const Group& group, Reporter& reporter,
    const std::function<void(const Denoiser& denoiser, const Answer& answer)>& use) const {
    const SamplingOptions& options = plan.options;
    Answer answer;
    Plan as_learned = plan;
    as_learned.guided = false;
    as_learned.network = plan.outside;
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
    use(limited(std::move(denoiser), options, setup_), answer);
}

}  // namespace daguerre
