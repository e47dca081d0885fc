// What of an evaluation can be had, known before work starts.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/data/preprocess.h"
#include "core/metrics/figures.h"
#include "core/metrics/metrics.h"

namespace daguerre {

struct EvaluationPlan {
    std::vector<std::string> metrics;  // ids that are measured
    std::vector<const Measure*> measures;
    std::vector<std::string> remarks;  // what was left out, and why
    bool named = false;                // one by one, so that none may be left out
    std::int64_t samples = 0;          // that there will be

    bool has(const std::string& metric) const;
    /// Whether a figure belongs to a metric that is measured.
    bool wants(const std::string& figure) const;
    /// Drops a metric with the reason as a remark; throws it as Error where it was named.
    void leave_out(const std::string& metric, const Sentence& reason);
};

/// Throws UnknownWord for a metric that isn't there, Error for one that was named and can't be had.
EvaluationPlan plan_of(const Evaluating& what, const EvaluateRequest& request);

/// The pictures that are compared: those of the network, else those suggested for the dataset.
ViewShape shape_of(const Evaluating& what);

/// What labels are indices into: the classes of the network, where it tells any apart, else those
/// of the dataset.
const std::vector<std::string>& known_classes(const Evaluating& what);

/// The place of each name among others, upper and lower case alike; -1: it isn't one of them.
std::vector<int> places_among(const std::vector<std::string>& names,
                              const std::vector<std::string>& others);

}  // namespace daguerre
