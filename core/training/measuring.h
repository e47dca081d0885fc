// What a run is measured by between two steps: images that it doesn't learn from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/data/preprocess.h"
#include "core/models/families.h"
#include "core/models/trainer.h"

namespace daguerre {

class Classifier;

struct Measured {
    std::optional<double> test_loss;                     // of the averaged weights
    std::vector<std::pair<std::string, double>> curves;  // by their names in the log
    std::vector<std::vector<std::int64_t>> confusion;    // [true class][found class]; or empty
};

/// Reads the held-out images and what judges them when they are first needed, and keeps them.
class Measuring {
public:
    /// raw: the weights as the last step left them are measured too.
    Measuring(std::string dataset, const DataShape& shape, const Family& family, bool raw);
    /// Nothing where the dataset holds no images back. `settings`: of the run as it is now.
    /// Changes nothing that training hangs on. Blocks. Throws Error, and then finds nothing more.
    std::optional<Measured> measure(const Trainer& trainer, const Fields& settings);

private:
    std::vector<std::pair<std::string, double>> gauges_of(const Model& model,
                                                          const GenerateRequest& machine);

    std::string dataset_;
    DataShape shape_;
    const Family& family_;
    bool raw_;
    std::optional<PixelBlock> images_;                        // nothing: not looked for yet
    std::optional<std::shared_ptr<const Classifier>> judge_;  // the same
};

}  // namespace daguerre
