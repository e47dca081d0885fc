// A diffusion model's ways that aren't from a seed straight to its picture.
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/data/preprocess.h"
#include "core/diffusion/inversion.h"
#include "core/image/image_file.h"
#include "core/models/diffusion_plan.h"
#include "core/models/latents.h"
#include "core/nn/image_tensor.h"

namespace daguerre {
namespace {

/// Levels that a photo is run back over, at least: inversion is of first order, and few would miss
/// the noise that leads to it.
constexpr std::int64_t levels_back = 100;

/// From level `at` of one ladder down another.
Sigmas continued(const Sigmas& before, int at, const Sigmas& ladder) {
    const double level = before[std::size_t(at)];
    Sigmas sigmas{level};
    for (const double next : ladder)
        if (next < level * (1 - 1e-9)) sigmas.push_back(next);
    return sigmas;
}

}  // namespace

void DiffusionModel::check_path(const Plan& plan) const {
    const PathOptions& path = plan.options.path;
    if (plan.start && (path.frames() || !path.from.empty() || !path.branch.empty()))
        throw Error(
            "A file of noise says where the pictures start, and how they go on. Leave to_seed, "
            "to_class, from, to and branch out.");
    if (path.to_class.empty()) return;
    GenerateRequest last = plan.request;
    last.image_class = path.to_class;
    class_of(info_, last, 0);
    if (!setup_.network.class_embed_type.empty())
        throw Error("{id} takes its class as one number, so there is no way between two classes.",
                    {{"id", info_.id}});
    if (plan.classifier)
        throw Error(
            "A classifier leads to one class; it can't lead to {class} on the way. Leave "
            "classifier or to_class out.",
            {{"class", path.to_class}});
}

std::vector<DiffusionModel::Plan> DiffusionModel::stages_of(const GenerateRequest& request,
                                                            const Fields& own,
                                                            const StartTensors* start,
                                                            bool exact) const {
    std::vector<Plan> stages{plan_of(request, own, start, exact)};
    const Fields all = fields_of(options_from<SamplingOptions>(own));
    for (const Branch& branch : branches_of(stages[0].options.path.branch, all)) {
        const Plan& before = stages.back();
        const int steps = before.first_step + before.steps();
        if (branch.step >= steps)
            throw Error("There are {n} steps, so nothing can branch off after {step}.",
                        {{"n", steps}, {"step", branch.step}});
        GenerateRequest changed = request;
        if (branch.image_class) changed.image_class = *branch.image_class;
        Plan next = plan_of(changed, branch.own, start, exact);
        next.first_step = branch.step;
        next.fresh = branch.noise;
        next.sigmas = continued(before.sigmas, branch.step - before.first_step, next.sigmas);
        stages.push_back(std::move(next));
    }
    return stages;
}

DiffusionModel::Ends DiffusionModel::ends_of(const Plan& plan, Reporter& reporter) const {
    const PathOptions& path = plan.options.path;
    Ends ends;
    const auto view = [&](const std::string& file) {
        return network_view(read_image(file), info_.width, info_.channels);
    };
    if (!path.from.empty()) {
        ends.photo = view(path.from);
        ends.from = noise_of_photo(plan, ends.photo, plan.request.image_class, reporter);
    }
    if (!path.to.empty())
        ends.to = noise_of_photo(plan, view(path.to),
                                 path.to_class.empty() ? plan.request.image_class : path.to_class,
                                 reporter);
    return ends;
}

/// [C, H, W] on the processor.
at::Tensor DiffusionModel::noise_of_photo(Plan plan, const Image& photo,
                                          const std::string& of_class, Reporter& reporter) const {
    plan.request.count = 1;
    plan.request.image_class = of_class;
    plan.options.path.to_class.clear();
    const auto levels =
        std::min(std::max(plan.options.steps, levels_back), std::int64_t(schedule_.most_levels()));
    plan.sigmas = continued(
        plan.sigmas, 0,
        row_named(spacings(), plan.options.schedule, "schedule").sigmas(schedule_, int(levels)));
    at::Tensor noise;
    with_denoiser(plan, group_of(plan, 0), reporter, [&](const Denoiser& denoiser, const Answer&) {
        noise = inverted(denoiser, tensor_of({photo}).to(plan.place), plan.sigmas);
    });
    return (noise[0] / schedule_.start_deviation(plan.sigmas[0])).to(at::kCPU);
}

/// Unit noise of the images `first`, ... when `noise` is that of their seeds, [n, C, H, W].
at::Tensor DiffusionModel::on_way(const Plan& plan, const Ends& ends, const at::Tensor& noise,
                                  std::int64_t first) const {
    const std::int64_t to_seed = plan.options.path.to_seed;
    at::Tensor to = ends.to;
    if (!to.defined() && to_seed >= 0)
        to = latent_of(std::uint32_t(to_seed), noise[0].numel()).view(noise[0].sizes());
    if (!ends.from.defined() && !to.defined()) return noise;
    std::vector<at::Tensor> rows;
    for (std::int64_t i = 0; i < noise.size(0); ++i) {
        const at::Tensor start = ends.from.defined() ? ends.from : noise[i];
        const double along = share_of_way(first + i, plan.request.count);
        rows.push_back(
            to.defined() ? slerp(start.flatten(), to.flatten(), along).view(start.sizes()) : start);
    }
    return at::stack(rows);
}

/// Of a branch's own seed, on the network's device.
at::Tensor DiffusionModel::fresh_noise(const Plan& plan, const Group& group) const {
    GenerateRequest fresh = plan.request;
    fresh.seed = *plan.fresh;
    std::vector<std::uint32_t> seeds;
    for (std::size_t i = 0; i < group.seeds.size(); ++i)
        seeds.push_back(seed_of(fresh, plan.seed_owner(group.first + std::int64_t(i))));
    return seeded_noise(seeds, {info_.channels, info_.height, info_.width})().to(plan.place);
}

}  // namespace daguerre
