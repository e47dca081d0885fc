// What was measured of a model, in words and as a table.
#pragma once

#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <vector>

#include "core/metrics/metrics.h"

namespace daguerre {

/// Fewer than these make rough figures.
inline constexpr std::int64_t fewPictures = 2000;

/// "12.3 ± 0.4".
QString figureWords(const Figure& figure);
/// What its figures hang on: "10,000 pictures of seed 1 (10 steps) against MNIST (train), …".
QString measuredWords(const Evaluation& evaluation);
/// The figures that tell most, a line each: "FCD 12.3 (5.2 × real)"; the last say of how many
/// pictures they are and how these were made. Newest last in `all`, whose newest counts; empty:
/// nothing was measured.
QStringList tellingWords(const std::vector<Evaluation>& all);
/// A row a figure, with what it hangs on above.
QWidget* qualityTable(const Evaluation& evaluation, QWidget* parent);

}  // namespace daguerre
