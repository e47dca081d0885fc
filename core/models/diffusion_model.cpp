#include "core/models/diffusion_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/models/diffusion_plan.h"
#include "core/models/guiding_classifier.h"
#include "core/models/latents.h"
#include "core/models/model_files.h"
#include "core/nn/image_tensor.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

/// Images in one network call. It depends on nothing but the size of the images and the device,
/// since kernels round differently for other counts and the same seed must give the same pixels.
std::int64_t chunk_size(int size, bool cpu) { return !cpu ? 16 : size <= 32 ? 4 : 1; }

/// Names the class that an image shows in the end, where it isn't the one it began with.
void say_class(Record& record, const ModelInfo& info, int place) {
    if (place < 0) return;
    record.title = info.classes[std::size_t(place)];
    for (auto& [name, value] : record.parameters)
        if (name == "Class") value = record.title;
}

/// Root mean square of what two images of one form differ by, of 255.
std::string difference_text(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        sum += std::pow(double(int(a.pixels[i]) - int(b.pixels[i])), 2);
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", std::sqrt(sum / double(a.pixels.size())));
    return text;
}

}  // namespace

DiffusionModel::DiffusionModel(const std::string& id, DiffusionSetup setup, UNet network,
                               Json about, std::string sha256)
    : setup_(std::move(setup)),
      schedule_(noise_schedule(setup_.noise_schedule)),
      objective_(row_named(objectives(), setup_.objective, "objective")),
      network_(std::move(network)),
      about_(std::move(about)) {
    check_pairing(objective_, schedule_);
    network_->eval();
    for (const at::Tensor& parameter : network_->parameters()) parameter.set_requires_grad(false);
    info_ = diffusion_info(setup_, about_, id, std::move(sha256));
}

std::vector<Image> DiffusionModel::generate(const GenerateRequest& request, const Fields& own,
                                            const StartTensors* start, StepTensors* steps,
                                            const OnProgress& on_progress) const {
    const std::vector<Plan> stages = stages_of(request, own, start, start || steps);
    const int all_steps = stages.back().first_step + stages.back().steps();
    if (steps) steps->require_memory(std::size_t(all_steps), info_, request.count);
    const c10::InferenceMode inference;
    const std::int64_t groups = (request.count + group_size - 1) / group_size;
    Reporter reporter(on_progress, groups * all_steps);
    std::vector<Image> images;
    try {
        const Ends ends = ends_of(stages.front(), reporter);
        for (std::int64_t i = 0; i < groups && !reporter.stopped(); ++i)
            for (Image& image : made(stages, ends, i * group_size, reporter, steps))
                images.push_back(std::move(image));
    } catch (const Stopped&) {
    }
    return images;
}

void DiffusionModel::save(const fs::path& folder) const {
    replace_folder(folder, [this](const fs::path& temporary) {
        write_diffusers_folder(temporary, setup_, weights_of(*network_), about_);
    });
}

GenerateRequest DiffusionModel::Plan::of_image(std::int64_t i) const {
    GenerateRequest one = request;
    if (!start || start->labels.empty()) return one;
    const auto label = std::size_t(start->labels[std::size_t(i)]);
    one.image_class = label < labelled.classes.size() ? labelled.classes[label] : "none";
    return one;
}

Fields DiffusionModel::preview_fields() const {
    Fields fields = generate_fields();
    const auto usual = std::get<std::int64_t>(find_field(fields, "steps")->value);
    set_field(fields, "steps", std::max<std::int64_t>(usual / 2, 1));
    return fields;
}

bool DiffusionModel::Plan::any_class() const {
    const std::int64_t asked = start && !start->labels.empty() ? request.count : 1;
    for (std::int64_t i = 0; i < asked; ++i)
        if (class_at(i) >= 0) return true;
    return false;
}

DiffusionModel::Plan DiffusionModel::plan_of(const GenerateRequest& request, const Fields& own,
                                             const StartTensors* start, bool exact) const {
    Plan plan;
    plan.request = options_from<GenerateRequest>(fields_of(request));  // checks the ranges
    plan.options = options_from<SamplingOptions>(own);
    plan.start = start;
    if (!info_.null_class) {
        const Field* guidance = find_field(own, "guidance");
        if (guidance && guidance->value != guidance->standard && guidance->value != FieldValue(1.0))
            throw Error(
                "{id} can't be guided: it wasn't trained with images without a class. Leave "
                "guidance out.",
                {{"id", info_.id}});
        plan.options.guidance = 1;
    }
    settle(plan.options, info_, setup_);
    SamplerOptions& of_sampler = plan.options.of_sampler;
    of_sampler.variance_is_place = setup_.variance_is_place;
    of_sampler.middle = [this](double high, double low) { return schedule_.middle_of(high, low); };
    if (!plan.options.classifier.empty() && plan.options.classifier_scale > 0)
        plan.classifier = guiding_classifier(plan.options.classifier, info_, schedule_);
    plan.labelled = info_;
    if (plan.classifier) plan.labelled.classes = plan.classifier->info().classes;
    plan.sigmas = row_named(spacings(), plan.options.schedule, "schedule")
                      .sigmas(schedule_, int(plan.options.steps));
    if (start)
        start->check(plan.labelled, request,
                     draws_of(row_named(samplers(), plan.options.sampler, "sampler"), plan.sigmas,
                              plan.options.of_sampler));
    plan.class_at(0);
    check_path(plan);
    check_size(setup_.network, info_.height, info_.width);
    plan_network(plan, exact);
    return plan;
}

void DiffusionModel::plan_network(Plan& plan, bool exact) const {
    const GenerateRequest& request = plan.request;
    plan.device = use_device(request.device, request.threads);
    plan.precision = exact && request.precision == "auto"
                         ? "fp32"
                         : resolve_precision(request.precision, plan.device);
    plan.place = at::Device(plan.device.device);
    plan.network = std::make_shared<NetworkCalls>(network_on(plan.place, plan.precision));
    plan.chunk = chunk_size(info_.width, plan.place.is_cpu());
    const SamplingOptions& options = plan.options;
    const bool everywhere = options.guidance_low == 0 && options.guidance_high == 0;
    plan.guided = info_.null_class && options.guidance != 1 &&
                  (options.guidance != 0 || !everywhere) && plan.any_class();
    if (plan.guided && !everywhere)
        plan.outside = std::make_shared<NetworkCalls>(network_on(plan.place, plan.precision));
}

Noise DiffusionModel::noise_for(const Plan& plan, const Group& group) const {
    if (plan.start) return plan.start->noise(group.first, std::int64_t(group.seeds.size()));
    return seeded_noise(group.seeds, {info_.channels, info_.height, info_.width});
}

double DiffusionModel::shown_scale(double sigma) const {
    return setup_.sigma_space ? 1 : 1 / std::hypot(1, sigma);
}

std::vector<Image> DiffusionModel::made(const std::vector<Plan>& stages, const Ends& ends,
                                        std::int64_t first, Reporter& reporter,
                                        StepTensors* steps) const {
    std::vector<Image> images = images_of(sampled(stages, ends, first, reporter, steps));
    const PathOptions& path = stages.front().options.path;
    for (std::size_t i = 0; i < images.size(); ++i) {
        const std::int64_t number = first + std::int64_t(i);
        Record record = record_of(stages.front(), number);
        if (stages.size() > 1)
            say_class(record, stages.back().labelled, stages.back().class_at(number));
        if (ends.photo.width > 0 && !path.frames() && path.branch.empty())
            record.parameters.emplace_back("Off the photo", difference_text(images[i], ends.photo));
        add_record(images[i], record);
    }
    return images;
}

at::Tensor DiffusionModel::sampled(const std::vector<Plan>& stages, const Ends& ends,
                                   std::int64_t first, Reporter& reporter,
                                   StepTensors* steps) const {
    const Plan& plan = stages.front();
    const int all_steps = stages.back().first_step + stages.back().steps();
    const Noise noise = noise_for(plan, group_of(plan, first));
    at::Tensor x = on_way(plan, ends, noise(), first).to(plan.place) *
                   schedule_.start_deviation(plan.sigmas[0]);
    at::Tensor guess;  // where a stage was left
    StepTensors own_steps;
    for (std::size_t k = 0; k < stages.size(); ++k) {
        const Plan& stage = stages[k];
        const Group group = group_of(stage, first);
        const bool last = k + 1 == stages.size();
        const int until = last ? -1 : stages[k + 1].first_step - stage.first_step;
        if (stage.fresh) x = guess + stage.sigmas[0] * fresh_noise(stage, group);
        const OnStep on_step = [&](const SamplerStep& at) {
            if (at.step == until) {
                guess = at.denoised.clone();
                x = at.x.clone();
                return false;
            }
            if (steps) own_steps.add(at, shown_scale(at.sigma));
            reporter.step({at.step + stage.first_step, all_steps, at.sigma, at.x, at.denoised},
                          group.first, schedule_);
            return true;
        };
        with_denoiser(stage, group, reporter, [&](const Denoiser& denoiser, const Answer& answer) {
            SamplerOptions of_sampler = stage.options.of_sampler;
            of_sampler.learned_variance = [&] { return answer.variance; };
            const Sampler& sampler = row_named(samplers(), stage.options.sampler, "sampler");
            const at::Tensor end =
                sampler.run(denoiser, x, stage.sigmas, noise, on_step, of_sampler);
            if (last) x = end;
        });
    }
    if (steps) steps->append(std::move(own_steps), x * shown_scale(stages.back().sigmas.back()));
    return x;
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
    if (const int levels = schedule_.most_levels(); options.steps > levels)
        throw Error("{id} knows {n} noise levels and can't visit {steps}. Lower the steps.",
                    {{"id", info_.id}, {"n", levels}, {"steps", options.steps}});
    GenerateRequest one = request;
    one.count = 1;
    Plan plan = plan_of(one, {}, nullptr, false);
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
    const Noise noise = noise_for(plan, group);
    const at::Tensor start = noise().to(plan.place) * schedule_.start_deviation(plan.sigmas[0]);
    if (again) return repaint(denoiser, start, plan.sigmas, part, noise, on_step, resampling);
    return ddnm(denoiser, start, plan.sigmas, part, noise, on_step);
}

Record DiffusionModel::record_of(const Plan& plan, std::int64_t i) const {
    const SamplingOptions& options = plan.options;
    Parameters line{{"Steps", std::to_string(options.steps)},
                    {"Sampler", row_named(samplers(), options.sampler, "sampler").title},
                    {"Schedule type", row_named(spacings(), options.schedule, "schedule").title}};
    if (info_.null_class) line.emplace_back("CFG scale", text_of(options.guidance));
    Record record =
        record_of_image(plan.labelled, plan.of_image(i), counting_fields(options, info_), i,
                        {plan.device, plan.precision}, line);
    if (options.path.frames()) say_frame(record, plan.request, i);
    if (!plan.start) return record;
    // Not from its seed, so what a request would restore isn't this image.
    record.daguerre.clear();
    std::erase_if(record.parameters, [](const auto& pair) { return pair.first == "Seed"; });
    record.parameters.emplace_back("Start",
                                   plan.start->sha256.substr(0, 10) + " " + std::to_string(i));
    return record;
}

std::shared_ptr<const Model> make_diffusion_model(const std::string& id, DiffusionSetup setup,
                                                  UNet network, Json about, std::string sha256) {
    return std::make_shared<DiffusionModel>(id, std::move(setup), std::move(network),
                                            std::move(about), std::move(sha256));
}

}  // namespace daguerre
