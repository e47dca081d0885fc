// Some images of a dataset, as a dataset.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace daguerre {

/// The place of a class's name among others, upper and lower case alike; -1: it isn't there.
int place_of(const std::string& name, const std::vector<std::string>& classes);

/// Up to `count` images at equal distances; 0: all. A label is an index into `classes` by the
/// class's name, also by the name that an image made here carries. Refers to `dataset`.
std::shared_ptr<const Dataset> spaced(const Dataset& dataset, std::int64_t count,
                                      const std::vector<std::string>& classes);

/// Images first, first + 2, ... of a dataset; first: 0 or 1.
std::shared_ptr<const Dataset> every_second(std::shared_ptr<const Dataset> dataset, int first);

}  // namespace daguerre
