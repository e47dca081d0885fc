// A classifier of noisy images that leads a diffusion model to a class.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/diffusion/denoiser.h"
#include "core/models/classifier.h"

namespace daguerre {

/// Opens it. Throws Error when it doesn't fit the model: it knows clean images only, other noise
/// levels than `schedule`, images of another size, or other classes than a model that has some.
std::shared_ptr<const Classifier> guiding_classifier(const std::string& name,
                                                     const ModelInfo& model,
                                                     const NoiseSchedule& schedule);

/// Of images with these classes; 0 for those of class -1.
LogProbability log_probability_of(std::shared_ptr<const Classifier> classifier,
                                  const std::vector<std::int64_t>& classes);

}  // namespace daguerre
