// Evaluations ↔ files. Those of a model are kept in user data, evaluations/<hash of its
// weights>.json, so that they are found whatever the model is called and wherever it lies. Those of
// bundled models come with the program, in resources/evaluations.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/metrics/metrics.h"

namespace daguerre {

/// Written whole. Throws Error.
void write_evaluation(const std::filesystem::path& file, const Evaluation& evaluation);
/// Throws Error naming the file, also for values that can't be.
Evaluation read_evaluation(const std::filesystem::path& file);

/// What is known of a model, what came with the program first, newest last; empty: nothing. Never
/// throws for a broken file: it counts as none.
std::vector<Evaluation> evaluations_of(const std::string& model_sha256);
/// Adds one. Of one with the same images, settings, network and reference only figures that are
/// measured anew are replaced. Nothing without figures or without a hash is kept; gives the file,
/// or an empty path. Throws Error when it can't be written.
std::filesystem::path keep_evaluation(const Evaluation& evaluation);

/// "5.2 × real": how many times the distance of real images a figure is; empty: it is no distance,
/// or the real images were of another number, at which a distance isn't the same.
std::string multiple_text(const Evaluation& evaluation, const Figure& figure);
/// The figure with this id, or null.
const Figure* figure_named(const std::vector<Figure>& figures, const std::string& id);

}  // namespace daguerre
