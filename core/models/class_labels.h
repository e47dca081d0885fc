// The classes that a family learns with its images.
#pragma once

#include <cstdint>
#include <string>

#include "core/models/families.h"
#include "core/models/trainer.h"

namespace daguerre {

/// The field `conditional` of families whose models may know classes.
inline Field conditional_field() {
    return {.key = "conditional",
            .label = "Classes",
            .help =
                "whether the model learns to make a class that is asked for; auto: where the "
                "dataset has classes",
            .choices = {"auto", "on", "off"}};
}
/// The shape with the classes that a model learns: those of the data, or none. Throws Error when
/// `conditional` is on and the data have none.
DataShape with_learned_classes(DataShape shape, const std::string& conditional);

/// Whether image n of a run is learned without its class. Source: Ho and Salimans 2022
/// (arXiv:2207.12598), algorithm 1.
bool drops_label(std::uint64_t run, std::int64_t n, double share);
/// [N] int64 on the device: the class of each image, or `classes` for one that has none or whose
/// class is dropped. Undefined when `classes` is 0.
at::Tensor learned_labels(const Batch& batch, std::int64_t classes, std::uint64_t run,
                          double label_drop, const at::Device& device);

}  // namespace daguerre
