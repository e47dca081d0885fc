// Means of the figures of `bench inpaint`, and what they must reach.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"

namespace daguerre {

class FillTally {
public:
    /// A line of the bench: its "result" and "scene" count, with every figure that is a number.
    void add(const Json& line);
    /// A "summary" per kind of mask and engine: n, means, their ratios to those of `ns` and
    /// `telea`, and for decibels the differences.
    std::vector<Json> summaries() const;
    /// A "gate" (or "goal", which may fail) per row of the table that has all it needs: name,
    /// value, limit [least, most], pass.
    std::vector<Json> gates() const;

private:
    struct Mean {
        double sum = 0;
        int n = 0;
        double value() const { return sum / n; }
    };
    using Means = std::map<std::string, Mean>;  // by figure
    const Mean* mean(const std::string& mask, const std::string& engine,
                     const std::string& figure) const;

    std::map<std::pair<std::string, std::string>, Means> means_;  // by mask or scene, and engine
    std::vector<std::pair<std::string, std::string>> order_;
};

}  // namespace daguerre
