#include "core/models/sampling_options.h"

#include "core/base/error.h"
#include "core/diffusion/denoiser.h"
#include "core/models/diffusers_folder.h"

namespace daguerre {

Fields sampling_fields_for(const ModelInfo& info, const NoiseSchedule& noise) {
    Fields fields = fields_of<SamplingOptions>();
    Field& schedule = *find_field(fields, "schedule");
    schedule.choices.clear();
    schedule.titles.clear();
    for (const Spacing& spacing : spacings()) {
        if (!spacing.shown || (noise.range && !spacing.range)) continue;
        schedule.choices.push_back(spacing.id);
        schedule.titles.push_back(spacing.title);
    }
    if (!info.null_class)
        std::erase_if(fields, [](const Field& field) { return field.key.starts_with("guidance"); });
    if (info.classes.empty())
        std::erase_if(fields, [](const Field& field) { return field.key == "to_class"; });
    return fields;
}

void settle(SamplingOptions& options, const ModelInfo& info, const DiffusionSetup& setup) {
    const Sampler& sampler = row_named(samplers(), options.sampler, "sampler");
    SamplerOptions& own = options.of_sampler;
    if (sampler.follows("variance") && own.variance == "own" && setup.learned_variance)
        own.variance = "learned";
    own = sampler.settled(own);
    if (own.variance == "learned" && !setup.learned_variance)
        throw Error("{id} hasn't learned a variance. Choose the variance small or large.",
                    {{"id", info.id}});
    if (options.guidance_high > 0 && options.guidance_high <= options.guidance_low)
        throw Error(
            "Guidance can't act over noise level {low} and up to {high} only. Let guidance_high be "
            "the larger one.",
            {{"low", options.guidance_low}, {"high", options.guidance_high}});
}

Fields counting_fields(const SamplingOptions& options, const ModelInfo& info) {
    Fields fields = fields_of(options);
    const Fields paths = fields_of(options.path);
    const Sampler& sampler = row_named(samplers(), options.sampler, "sampler");
    const bool led = !options.classifier.empty() && options.classifier_scale > 0;
    std::erase_if(fields, [&](const Field& field) {
        const bool of_samplers = !followers(field.key).empty();
        return (find_field(paths, field.key) && field.value == field.standard) ||
               (of_samplers && !sampler.follows(field.key)) ||
               (!info.null_class && field.key.starts_with("guidance")) ||
               (!led && field.key.starts_with("classifier")) ||
               (options.clamp != "dynamic" && field.key == "clamp_quantile");
    });
    return fields;
}

Denoiser limited(Denoiser denoiser, const SamplingOptions& options, const DiffusionSetup& setup) {
    const bool own = options.clamp == "auto";
    if (options.clamp == "dynamic") return thresholded(std::move(denoiser), options.clamp_quantile);
    if (own && setup.threshold)
        return thresholded(std::move(denoiser), setup.threshold_quantile, setup.threshold_most);
    if (options.clamp == "on" || (own && setup.clip))
        return clamped(std::move(denoiser), setup.clip_range);
    return denoiser;
}

}  // namespace daguerre
