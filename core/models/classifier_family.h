// What the files of the classifier family share. Others see families.h and classifier.h.
#pragma once

#include <memory>
#include <string>

#include "core/base/json.h"
#include "core/models/classifier.h"
#include "core/models/classifier_network.h"
#include "core/models/families.h"
#include "core/models/trainer.h"

namespace daguerre {

/// A model from a network that nobody else changes any more. about: daguerre.json; sha256: of the
/// weights as they lie on disk, or empty.
std::shared_ptr<const Classifier> make_classifier(const std::string& id,
                                                  const ClassifierOptions& options,
                                                  std::int64_t base_channels,
                                                  const DataShape& shape,
                                                  std::shared_ptr<ClassifierNetwork> network,
                                                  Json about, std::string sha256);
std::unique_ptr<Trainer> make_classifier_trainer(const Fields& settings, const DataShape& shape);

/// images [N, C, H, W], each moved by up to `most` pixels both ways as image first + k of the run
/// says; what comes in is black.
at::Tensor shifted(const at::Tensor& images, std::uint64_t run, std::int64_t first,
                   std::int64_t most);

Family classifier_family();

}  // namespace daguerre
