// From what a user set to everything a run needs: preset, defaults, data, memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fields.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/models/families.h"
#include "core/models/train_request.h"
#include "core/training/given_settings.h"

namespace daguerre {

/// Throws UnknownWord or Error for a family, key, preset or value that can't be.
void check_words(const std::string& family, const GivenSettings& given);

/// Every setting of a run: those of the preset (the one named, or the smallest of the size nearest
/// to the images'), then the given ones and what they imply; size, flips, device, threads and
/// precision are settled for this machine. Calls use_device(). Throws Error.
Fields settled(const std::string& family, const Dataset& dataset, const GivenSettings& given);

struct TrainingData {
    PixelBlock views;
    DataShape shape;
    std::vector<std::string> remarks;
};
/// Reads the images in the size that settled() chose. Blocks. Throws Error.
TrainingData training_data(const Dataset& dataset, const Fields& settings);

/// Whether a model that is trained so must know the class of every image: it learns classes, and
/// nothing that stands for none of them.
bool needs_classes(const Fields& settings, const DataShape& shape);
/// Takes out the images without a class.
void keep_labelled(PixelBlock& views);
/// Does so where every class must be known, with a remark. Throws Error when none is left.
void leave_unlabelled_out(const Fields& settings, TrainingData& data);

/// The largest batch, by halving that of the settings, whose training takes at most `bytes`; 0:
/// none does.
std::int64_t fitting_batch(const Family& family, Fields settings, const DataShape& shape,
                           std::uint64_t bytes);

/// Says what too few images lead to.
void remark_on_count(std::int64_t count, std::vector<std::string>& remarks);

/// Where training would take more memory than is free: sets micro_batch so that it fits, with a
/// remark. Throws Error, with a batch that fits, when 16 parts of a batch are still too large.
void fit_memory(const std::string& family, Fields& settings, const DataShape& shape,
                std::vector<std::string>& remarks);
/// What a person is told when not even single images fit any more: in which step; how old the last
/// saved state is, in seconds, nothing without one.
Error memory_ran_out(const std::string& family, const Fields& settings, const DataShape& shape,
                     std::int64_t step, std::optional<double> age);
/// "{why}, so every step works through its batch of 64 images in 4 parts of up to 16."
std::string parts_remark(const std::string& why, const TrainRequest& request);

/// Takes up the device of a run's settings, or the one given instead, and so many threads; a remark
/// when that changes them, else "". Blocks as use_device does. Throws Error.
std::string move_to(Fields& settings, const std::string& device, int threads);

}  // namespace daguerre
