// How a diffusion model is sampled.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/base/table.h"
#include "core/diffusion/samplers.h"
#include "core/diffusion/spacings.h"
#include "core/models/model.h"
#include "core/models/sampling_path.h"

namespace daguerre {

struct DiffusionSetup;

/// What a diffusion model takes for generating beside GenerateRequest.
struct SamplingOptions {
    std::string sampler = "dpmpp_2m";
    std::string schedule = "karras";
    std::int64_t steps = 20;
    double guidance = 1.5;
    double guidance_rescale = 0;
    double guidance_low = 0, guidance_high = 0;
    std::string classifier{};
    double classifier_scale = 1;
    std::string clamp = "auto";
    double clamp_quantile = 0.995;
    SamplerOptions of_sampler{};
    PathOptions path{};

    void each(auto&& visit) {
        visit(sampler, {.key = "sampler",
                        .label = "Sampler",
                        .help = "how the noise is taken away",
                        .choices = ids(samplers()),
                        .titles = titles(samplers())});
        visit(schedule, {.key = "schedule",
                         .label = "Schedule",
                         .help = "which noise levels it visits",
                         .choices = ids(spacings()),
                         .titles = titles(spacings())});
        visit(steps, {.key = "steps",
                      .label = "Steps",
                      .help = "more is slower and more exact",
                      .min = 1,
                      .max = 1000});
        visit(guidance, {.key = "guidance",
                         .label = "Guidance",
                         .help = "how strongly the class is followed: 0 not at all, 1 as learned",
                         .max = 20});
        visit(guidance_rescale,
              {.key = "guidance_rescale",
               .label = "Guidance rescale",
               .help = "takes back the contrast that strong guidance adds: 0 not at all, 1 all",
               .max = 1});
        visit(guidance_low, {.key = "guidance_low",
                             .label = "Guidance from",
                             .help = "guidance acts over this noise level only; 0: down to the end",
                             .max = 1e5});
        visit(guidance_high,
              {.key = "guidance_high",
               .label = "Guidance up to",
               .help = "guidance acts up to this noise level only; 0: from the start",
               .max = 1e5});
        visit(classifier,
              {.key = "classifier",
               .label = "Classifier",
               .help = "a classifier of noisy images that leads to the class, beside or "
                       "instead of guidance; empty: none"});
        visit(classifier_scale, {.key = "classifier_scale",
                                 .label = "Classifier's pull",
                                 .help = "how strongly it leads: 1 as its probabilities say",
                                 .max = 100});
        visit(clamp, {.key = "clamp",
                      .label = "Clamp",
                      .help = "keeps the clean guess within what pixels can be: auto as the "
                              "model's scheduler says, on cuts off, dynamic scales each image down",
                      .choices = {"auto", "on", "off", "dynamic"},
                      .titles = {"As the model says", "On", "Off", "Dynamic"}});
        visit(clamp_quantile, {.key = "clamp_quantile",
                               .label = "Clamp's share",
                               .help = "dynamic: share of an image's values that stay uncut",
                               .min = 0.5,
                               .max = 1});
        of_sampler.each(visit);
        path.each(visit);
    }

    /// Above it, guidance doesn't act.
    double highest_guided() const {
        return guidance_high > 0 ? guidance_high : std::numeric_limits<double>::infinity();
    }

    template <class Row>
    static std::vector<std::string> titles(const std::vector<Row>& rows) {
        std::vector<std::string> all;
        for (const Row& row : rows) all.push_back(row.title);
        return all;
    }
};

/// SamplingOptions as a person is offered them: spacings that are known for comparing only are left
/// out, those that count steps where the noise schedule has none, and guidance where the model
/// can't be guided.
Fields sampling_fields_for(const ModelInfo& info, const NoiseSchedule& schedule = {});

/// Makes of what was left open what the sampler does with this model. Throws Error for what the
/// sampler or the model can't do.
void settle(SamplingOptions& options, const ModelInfo& info, const DiffusionSetup& setup);

/// What of settled options counts for an image.
Fields counting_fields(const SamplingOptions& options, const ModelInfo& info);

/// With the clamp that was chosen, or that the model asks for.
Denoiser limited(Denoiser denoiser, const SamplingOptions& options, const DiffusionSetup& setup);

}  // namespace daguerre
