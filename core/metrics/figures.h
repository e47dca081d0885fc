// From two sets of images to the figures that people read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/metrics/features.h"
#include "core/metrics/measures.h"
#include "core/metrics/metrics.h"

namespace daguerre {

/// What figures are computed of.
struct Compared {
    const Side& samples;
    const Side& reference;
    std::uint64_t seed = 0;
    OnShare on_share;
};

/// A way to compare that gives one or more metrics at once.
struct Measure {
    std::vector<std::string> metrics;  // ids
    std::int64_t least = 2;            // images it needs on each side
    int least_side = 1;                // of these, in pixels
    std::vector<Figure> (*figures)(const Compared&);
};
/// All metrics but nearest, bpd and cas, which need more than two sets.
const std::vector<Measure>& measures();

/// Nearest training images of up to 1000 samples.
struct Lookup {
    std::vector<Figure> figures;  // nearest_pixels, nearest_features, nearest_authentic
    std::vector<Lookalike> lookalikes;
};
/// training: images alone are needed; at least two. Features of `samples` are compared with those
/// of `reference`, whose images come from there. A training image
/// may lie mirrored. authentic: share of samples farther from their nearest training image than
/// that is from its own nearest other. Source: Alaa et al. 2022 (arXiv:2102.08921), section 3.3.
Lookup look_up(const Side& samples, const Side& training, const Side& reference,
               const OnShare& on_share);

/// Mean cost of real images of the model's own size, ± its standard error; nothing where the model
/// can't say, or says something that is no number, which goes to `remarks`. on_progress: "image".
/// Throws MeasuringStopped.
std::optional<Figure> likelihood_figure(const Model& model, const Dataset& real,
                                        const EvaluateRequest& request,
                                        std::vector<std::string>& remarks,
                                        const OnProgress& on_progress);

/// What a classifier is trained with: device "cpu" or "cuda:N", precision "fp32" or "bf16".
struct Learner {
    std::uint64_t seed = 1;
    std::string device = "cpu", precision = "fp32";
};
/// Whether there is a family of classifiers to train.
bool can_learn_classes();
/// Share of the test images that a classifier, trained on the others, takes for their class; ten
/// times each image but at least 40 steps. Sides of one size; labels are indices into `classes`,
/// and images without one don't count. Nothing where none has one. Blocks for minutes. Source:
/// Ravuri, Vinyals 2019 (arXiv:1905.10887), section 3.
std::optional<Estimate> learned_accuracy(const Side& training, const Side& test,
                                         const std::vector<std::string>& classes,
                                         const Learner& learner, const OnShare& on_share);

Figure figure_of(const std::string& id, const std::string& title, Estimate estimate, std::int64_t n,
                 std::string note = "");

}  // namespace daguerre
