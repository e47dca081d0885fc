// The rows of the table of datasets, one function each, and what their openers share.
#pragma once

#include <string_view>

#include "core/data/datasets.h"

namespace daguerre {

DatasetRow mnist_row();
DatasetRow fashion_mnist_row();
DatasetRow kmnist_row();
DatasetRow quickdraw_row();
DatasetRow cifar10_row();
DatasetRow cifar100_row();
DatasetRow celeba_row();
DatasetRow imagenet_row();

/// What a row says of its dataset.
DatasetInfo info_of(const DatasetRow& row);

/// The dataset itself, when it has as many images of the split, and such ones, as the row says.
/// Throws Error saying how to fetch it again.
std::shared_ptr<const Dataset> as_published(std::shared_ptr<const Dataset> dataset,
                                            const std::filesystem::path& folder,
                                            const DatasetRow& row);

}  // namespace daguerre
