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

/// `count` of `all` places, rising: drawn at random, the same ones every time, so that no pattern
/// in the order of a set is met; all where there aren't more.
std::vector<std::int64_t> some_places(std::int64_t all, std::int64_t count);

/// Up to `count` images of all over a dataset (some_places); 0: all. A label is an index into
/// `classes` by the class's name, also by the name that an image made here carries. Refers to
/// `dataset`.
std::shared_ptr<const Dataset> some_of(const Dataset& dataset, std::int64_t count,
                                       const std::vector<std::string>& classes);

/// One half of a dataset's images (some_places), or the `other`.
std::shared_ptr<const Dataset> half_of(std::shared_ptr<const Dataset> dataset, bool other);

}  // namespace daguerre
