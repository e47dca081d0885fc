// What CurveReader gathers: stretches of equal length in images, of bounded number.
#pragma once

#include "core/training/log_line.h"
#include "core/training/run_curves.h"

namespace daguerre {

/// Takes lines in any order. Not for the window: a part of run_curves.cpp.
class CurveBuckets {
public:
    explicit CurveBuckets(std::size_t most) : most_(most) {}

    void add(const LogLine& line);
    /// names, curves, skipped, levels, lines; the rest of `curves` is left alone.
    void publish(RunCurves& curves) const;

private:
    /// Of one curve within a bucket.
    struct Sum {
        double sum = 0, min = 0, max = 0;  // sum: of mean · steps
        std::int64_t steps = 0, bad = 0;   // finite and not
        void add(const LogValue& value, std::int64_t n);
        void add(const Sum& other);
    };
    struct Bucket {
        double images = 0, seconds = 0, wall = 0;  // of its last line
        std::int64_t steps = 0, skipped = 0;       // skipped: so far
        std::vector<Sum> sums;                     // fixed curves, then losses in order of sight
        std::vector<LevelLoss> levels;
        void add(const Bucket& other);
    };
    Bucket& bucket_at(std::int64_t images);
    std::size_t curve_named(const std::string& name);
    std::vector<CurvePoint> curve(std::size_t place) const;
    void publish_skipped(RunCurves& curves) const;
    void publish_levels(RunCurves& curves) const;

    std::size_t most_;
    std::int64_t width_ = 1;       // images a bucket spans
    std::vector<Bucket> buckets_;  // bucket k holds lines with k·width_ < images <= (k + 1)·width_
    std::vector<std::string> losses_;
    std::int64_t lines_ = 0;
};

}  // namespace daguerre
