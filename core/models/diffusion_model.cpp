#include "core/models/diffusion.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/diffusion/completion.h"
#include "core/diffusion/denoiser.h"
#include "core/models/guiding_classifier.h"
#include "core/models/model_files.h"
#include "core/models/sampling_reporter.h"
#include "core/nn/device.h"
#include "core/nn/image_tensor.h"
#include "core/nn/network_calls.h"
#include "core/nn/safetensors.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t group_size = 16;  // images that a sampler holds at once

/// Images in one network call. It depends on nothing but the size of the images and the device,
/// since kernels round differently for other counts and the same seed must give the same pixels.
std::int64_t chunk_size(int size, bool cpu) { return !cpu ? 16 : size <= 32 ? 4 : 1; }

/// What a request became.
struct Plan {
    GenerateRequest request;
    SamplingOptions options;
    DeviceChoice device;
    std::string precision;
    at::Device place{at::kCPU};
    std::shared_ptr<NetworkCalls> network{};
    std::shared_ptr<NetworkCalls> outside{};  // where guidance doesn't act: calls of half the size
    std::int64_t chunk = 1;
    Sigmas sigmas;
    bool guided = false;
    std::shared_ptr<const Classifier> classifier{};  // or none
    ModelInfo
        labelled{};  // with the classes that may be named: the classifier's where there is one
};

/// What goes through the network in one call, on the device. Past the group's end the last image is
/// repeated, so that every call has the same shape.
struct Chunk {
    std::int64_t count = 0;  // images that are not repeats
    at::Tensor places;       // in the group
    at::Tensor labels;       // undefined: no classes
};

/// What the network answers, [N, C, H, W] each: for the guess, mixed where it is guided; with the
/// class alone; for the variance, where it has learned one.
struct Answer {
    at::Tensor guess, with_class, variance;
};

/// The images `first`, `first` + 1, ... on their way from noise.
struct Group {
    std::int64_t first = 0;
    std::vector<std::uint32_t> seeds;
    std::vector<Chunk> chunks;
};

class DiffusionModel : public Model {
public:
    DiffusionModel(const std::string& id, DiffusionSetup setup, UNet network, Json about,
                   std::string sha256)
        : setup_(std::move(setup)),
          schedule_(noise_schedule(setup_.noise_schedule)),
          objective_(row_named(objectives(), setup_.objective, "objective")),
          network_(std::move(network)),
          about_(std::move(about)) {
        check_pairing(objective_, schedule_);
        network_->eval();
        for (const at::Tensor& parameter : network_->parameters())
            parameter.set_requires_grad(false);
        info_ = diffusion_info(setup_, about_, id, std::move(sha256));
    }

    const ModelInfo& info() const override { return info_; }

    Fields generate_fields() const override { return sampling_fields_for(info_); }

    std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                const OnProgress& on_progress) const override {
        const Plan plan = plan_of(request, own);
        const c10::InferenceMode inference;
        const std::int64_t groups = (request.count + group_size - 1) / group_size;
        Reporter reporter(on_progress, groups * std::int64_t(plan.sigmas.size() - 1));
        std::vector<Image> images;
        try {
            for (std::int64_t i = 0; i < groups && !reporter.stopped(); ++i)
                for (Image& image : made(plan, group_of(plan, i * group_size), reporter))
                    images.push_back(std::move(image));
        } catch (const Stopped&) {
        }
        return images;
    }

    Fields complete_fields() const override { return fields_of<CompletionOptions>(); }

    CompletionCost completion_cost(const Fields& own) const override;

    Image complete(const Image& picture, const Image& hole, const GenerateRequest& request,
                   const Fields& own, const OnProgress& on_progress) const override;

    void save(const fs::path& folder) const override {
        replace_folder(folder, [this](const fs::path& temporary) {
            write_diffusers_folder(temporary, setup_, weights_of(*network_), about_);
        });
    }

private:
    Plan plan_of(const GenerateRequest& request, const Fields& own) const;
    UNet network_on(const at::Device& device, const std::string& precision) const;
    Group group_of(const Plan& plan, std::int64_t first) const;
    Chunk chunk_of(const Plan& plan, const std::vector<std::int64_t>& labels, std::int64_t first,
                   std::int64_t count) const;
    Answer call(const Plan& plan, const Chunk& chunk, const at::Tensor& x, double t) const;
    Noise noise_for(const Group& group) const {
        return seeded_noise(group.seeds, {info_.channels, info_.height, info_.width});
    }
    at::Tensor completed(const Plan& plan, const KnownPart& part, const CompletionOptions& options,
                         const OnProgress& on_progress) const;
    Denoiser denoiser_for(const Plan& plan, const Group& group, Reporter& reporter,
                          Answer& answer) const;
    Denoiser bent(Denoiser denoiser, const Plan& plan, const Group& group) const;
    std::vector<std::int64_t> classes_of(const Plan& plan, const Group& group) const {
        std::vector<std::int64_t> classes;
        for (std::size_t i = 0; i < group.seeds.size(); ++i)
            classes.push_back(class_of(plan.labelled, plan.request, group.first + std::int64_t(i)));
        return classes;
    }
    std::vector<Image> made(const Plan& plan, const Group& group, Reporter& reporter) const;
    Record record_of(const Plan& plan, std::int64_t i) const;

    DiffusionSetup setup_;
    NoiseSchedule schedule_;
    Objective objective_;
    UNet network_;
    Json about_;
    ModelInfo info_;
    // The network for each device and precision, made when it is first asked for.
    mutable std::mutex mutex_;
    mutable std::map<std::pair<std::string, std::string>, UNet> networks_;
};

Plan DiffusionModel::plan_of(const GenerateRequest& request, const Fields& own) const {
    Plan plan;
    plan.request = options_from<GenerateRequest>(fields_of(request));  // checks the ranges
    plan.options = options_from<SamplingOptions>(own);
    if (!info_.null_class) {
        const Field* guidance = find_field(own, "guidance");
        if (guidance && guidance->value != guidance->standard && guidance->value != FieldValue(1.0))
            throw Error(
                "{id} can't be guided: it wasn't trained with images without a class. Leave "
                "guidance out.",
                {{"id", info_.id}});
        plan.options.guidance = 1;
    }
    settle(plan.options, info_, setup_.learned_variance);
    if (!plan.options.classifier.empty() && plan.options.classifier_scale > 0)
        plan.classifier = guiding_classifier(plan.options.classifier, info_, schedule_);
    plan.labelled = info_;
    if (plan.classifier) plan.labelled.classes = plan.classifier->info().classes;
    class_of(plan.labelled, request, 0);
    check_size(setup_.network, info_.height, info_.width);
    plan.device = use_device(request.device, request.threads);
    plan.precision = resolve_precision(request.precision, plan.device);
    plan.place = at::Device(plan.device.device);
    plan.network = std::make_shared<NetworkCalls>(network_on(plan.place, plan.precision));
    plan.chunk = chunk_size(info_.width, plan.place.is_cpu());
    plan.sigmas = row_named(spacings(), plan.options.schedule, "schedule")
                      .sigmas(schedule_, int(plan.options.steps));
    const SamplingOptions& options = plan.options;
    const bool has_class = class_of(plan.labelled, request, 0) >= 0;
    const bool everywhere = options.guidance_low == 0 && options.guidance_high == 0;
    plan.guided = has_class && info_.null_class && options.guidance != 1 &&
                  (options.guidance != 0 || !everywhere);
    if (plan.guided && !everywhere)
        plan.outside = std::make_shared<NetworkCalls>(network_on(plan.place, plan.precision));
    return plan;
}

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
Chunk DiffusionModel::chunk_of(const Plan& plan, const std::vector<std::int64_t>& labels,
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
Answer DiffusionModel::call(const Plan& plan, const Chunk& chunk, const at::Tensor& x,
                            double t) const {
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

Group DiffusionModel::group_of(const Plan& plan, std::int64_t first) const {
    Group group{first, {}, {}};
    std::vector<std::int64_t> labels;  // with the null class for "none"
    const std::int64_t end = std::min(first + group_size, plan.request.count);
    for (std::int64_t i = first; i < end; ++i) {
        group.seeds.push_back(seed_of(plan.request, i));
        if (info_.classes.empty()) continue;
        const int label = class_of(info_, plan.request, i);
        const bool none =
            label < 0 || (info_.null_class && plan.options.guidance == 0 && !plan.guided);
        labels.push_back(none ? std::int64_t(info_.classes.size()) : label);
    }
    for (std::int64_t at = 0; at < end - first; at += plan.chunk)
        group.chunks.push_back(chunk_of(plan, labels, at, end - first));
    return group;
}

/// All must outlive it. `answer`: gets what the network says at each call.
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

/// With what leads and limits the guess.
Denoiser DiffusionModel::bent(Denoiser denoiser, const Plan& plan, const Group& group) const {
    const SamplingOptions& options = plan.options;
    if (plan.classifier)
        denoiser = classifier_guided(std::move(denoiser),
                                     log_probability_of(plan.classifier, classes_of(plan, group)),
                                     options.classifier_scale);
    return limited(std::move(denoiser), options, setup_);
}

std::vector<Image> DiffusionModel::made(const Plan& plan, const Group& group,
                                        Reporter& reporter) const {
    const SamplingOptions& options = plan.options;
    Answer answer;
    Denoiser denoiser = denoiser_for(plan, group, reporter, answer);
    Plan as_learned = plan;
    as_learned.guided = false;
    as_learned.network = plan.outside;
    if (plan.outside)
        denoiser =
            between_levels(std::move(denoiser), denoiser_for(as_learned, group, reporter, answer),
                           options.guidance_low, options.highest_guided());
    denoiser = bent(std::move(denoiser), plan, group);
    const OnStep on_step = [&](const SamplerStep& at) {
        reporter.step(at, group.first, schedule_);
        return true;
    };
    const Noise noise = noise_for(group);
    const double scale = std::sqrt(1 + plan.sigmas[0] * plan.sigmas[0]);
    const at::Tensor start = noise().to(plan.place) * scale;
    SamplerOptions of_sampler = options.of_sampler;
    of_sampler.learned_variance = [&] { return answer.variance; };
    const Sampler& sampler = row_named(samplers(), options.sampler, "sampler");
    std::vector<Image> images =
        images_of(sampler.run(denoiser, start, plan.sigmas, noise, on_step, of_sampler));
    for (std::size_t i = 0; i < images.size(); ++i)
        add_record(images[i], record_of(plan, group.first + std::int64_t(i)));
    return images;
}

CompletionCost DiffusionModel::completion_cost(const Fields& own) const {
    const auto options = options_from<CompletionOptions>(own);
    const int steps = int(options.steps);
    const bool again = options.method == "repaint";
    const std::uint64_t halved = 2 * std::uint64_t(info_.parameters);  // the weights in bf16
    return {again ? repaint_calls(steps, {int(options.jump), int(options.times)}) : steps,
            macs_per_image(setup_.network, info_.height, info_.width),
            call_bytes(setup_.network) + halved};
}

Image DiffusionModel::complete(const Image& picture, const Image& hole,
                               const GenerateRequest& request, const Fields& own,
                               const OnProgress& on_progress) const {
    require(picture.width == info_.width && picture.height == info_.height &&
                picture.channels == info_.channels && picture.depth == 8,
            "the picture has the model's size and channels");
    require(hole.width == picture.width && hole.height == picture.height && hole.channels == 1,
            "the hole has the picture's size");
    const auto options = options_from<CompletionOptions>(own);
    if (const auto levels = std::int64_t(schedule_.sigmas.size()); options.steps > levels)
        throw Error("{id} knows {n} noise levels and can't visit {steps}. Lower the steps.",
                    {{"id", info_.id}, {"n", levels}, {"steps", options.steps}});
    GenerateRequest one = request;
    one.count = 1;
    Plan plan = plan_of(one, {});
    plan.chunk = 1;
    plan.sigmas = completion_sigmas(schedule_, int(options.steps));
    const c10::InferenceMode inference;
    const KnownPart part{(tensor_of({hole}) < 0).to(plan.place),
                         tensor_of({picture}).to(plan.place)};
    try {
        return images_of(completed(plan, part, options, on_progress))[0];
    } catch (const Stopped&) {
        return {};
    }
}

/// Throws Stopped.
at::Tensor DiffusionModel::completed(const Plan& plan, const KnownPart& part,
                                     const CompletionOptions& options,
                                     const OnProgress& on_progress) const {
    const Resampling resampling{int(options.jump), int(options.times)};
    const int steps = int(options.steps);
    const bool again = options.method == "repaint";
    Reporter reporter(on_progress, again ? repaint_calls(steps, resampling) : steps);
    const OnStep on_step = [&](const SamplerStep& at) {
        reporter.step(at, 0, schedule_);
        return true;
    };
    const Group group = group_of(plan, 0);
    Answer answer;
    const Denoiser denoiser = denoiser_for(plan, group, reporter, answer);
    const Noise noise = noise_for(group);
    const at::Tensor start = noise().to(plan.place) * std::hypot(1, plan.sigmas[0]);
    if (again) return repaint(denoiser, start, plan.sigmas, part, noise, on_step, resampling);
    return ddnm(denoiser, start, plan.sigmas, part, noise, on_step);
}

Record DiffusionModel::record_of(const Plan& plan, std::int64_t i) const {
    const SamplingOptions& options = plan.options;
    Parameters line{{"Steps", std::to_string(options.steps)},
                    {"Sampler", row_named(samplers(), options.sampler, "sampler").title},
                    {"Schedule type", row_named(spacings(), options.schedule, "schedule").title}};
    if (info_.null_class) line.emplace_back("CFG scale", text_of(options.guidance));
    return record_of_image(plan.labelled, plan.request, counting_fields(options, info_), i,
                           {plan.device, plan.precision}, line);
}

}  // namespace

std::shared_ptr<const Model> make_diffusion_model(const std::string& id, DiffusionSetup setup,
                                                  UNet network, Json about, std::string sha256) {
    return std::make_shared<DiffusionModel>(id, std::move(setup), std::move(network),
                                            std::move(about), std::move(sha256));
}

}  // namespace daguerre
