// What tests evaluate: the tiny shapes, a model that makes them, a classifier that knows them.
#pragma once

#include <QTemporaryDir>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/metrics/evaluations.h"
#include "core/metrics/metrics.h"
#include "stand_ins.h"
#include "tiny_data.h"

namespace daguerre {

/// Tiny shapes from `first` on, under the name of a split; every `bad`th can't be read.
class Part : public Dataset {
public:
    Part(std::int64_t first, std::int64_t count, const std::string& split, std::int64_t bad = 0)
        : first_(first), bad_(bad), info_(shapes_->info()) {
        info_.count = count;
        info_.split = split;
        info_.sha256 = "shapes-" + split;
    }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override {
        if (bad_ > 0 && i % bad_ == 0)
            throw Error("“{file}” is broken.", {{"file", "shape" + std::to_string(i) + ".png"}});
        return shapes_->at(first_ + i);
    }

    std::shared_ptr<const Dataset> shapes_ = tiny_dataset(1'000'000);
    std::int64_t first_, bad_;
    DatasetInfo info_;
};

inline EvaluateRequest small(const std::string& metrics = "standard") {
    return {.count = 120, .seed = 300, .metrics = metrics, .threads = 1};
}

inline double value(const std::vector<Figure>& figures, const std::string& id) {
    const Figure* figure = figure_named(figures, id);
    return figure ? figure->value : std::nan("");
}

inline bool has_remark(const Evaluation& evaluation, const std::string& part) {
    for (const std::string& remark : evaluation.remarks)
        if (remark.find(part) != std::string::npos) return true;
    for (const std::string& remark : evaluation.remarks)
        std::fprintf(stderr, "%s\n", remark.c_str());
    return false;
}

/// What test classes of evaluating have in common.
class TinyEvaluation {
protected:
    /// An empty home, and a classifier that nothing was shown to.
    void begin() {
        home_ = std::make_unique<QTemporaryDir>();
        qputenv("DAGUERRE_HOME", home_->path().toUtf8());
        ruler_ = std::make_shared<Ruler>();
    }
    Evaluating shapes() const {
        return {.model = std::make_shared<Painter>(),
                .images = nullptr,
                .dataset = std::make_shared<Part>(0, 140, "train"),
                .real = std::make_shared<Part>(140, 130, "test"),
                .network = ruler_,
                .subject = "painter"};
    }
    Evaluation measured(const Evaluating& what, const EvaluateRequest& request) const {
        return evaluate(what, request, {}, {});
    }

    std::shared_ptr<Ruler> ruler_;

private:
    std::unique_ptr<QTemporaryDir> home_;
};

}  // namespace daguerre
