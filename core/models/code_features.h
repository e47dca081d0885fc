// A VAE's codes as features, for images without classes.
#pragma once

#include <memory>

#include "core/models/classifier.h"

namespace daguerre {

/// Judges clean images by the means of their codes, [N, latent], and knows no class: logits are
/// [N, 0]. Null: the model is no VAE.
std::shared_ptr<const Classifier> codes_as_features(std::shared_ptr<const Model> vae);

}  // namespace daguerre
