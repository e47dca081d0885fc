#include "core/training/curve_buckets.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace daguerre {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_losses = 64;

/// Curves that every family has, and where they stand in a line.
struct FixedCurve {
    const char* name;
    double LogLine::*number;  // null: the norm, which has a least and a greatest
    bool always;              // false: only where a line has it
};
constexpr FixedCurve fixed_curves[] = {{"gradient norm", nullptr, true},
                                       {"learning rate", &LogLine::learning_rate, true},
                                       {"images per second", &LogLine::images_per_second, true},
                                       {"data wait", &LogLine::data_wait, true},
                                       {"memory", &LogLine::memory, false},
                                       {"GPU memory", &LogLine::gpu_memory, false}};

}  // namespace

void CurveBuckets::Sum::add(const LogValue& value, std::int64_t n) {
    const bool finite =
        std::isfinite(value.mean) && std::isfinite(value.min) && std::isfinite(value.max);
    add(finite ? Sum{value.mean * double(n), value.min, value.max, n, 0} : Sum{0, 0, 0, 0, n});
}

void CurveBuckets::Sum::add(const Sum& other) {
    bad += other.bad;
    if (other.steps == 0) return;
    min = steps == 0 ? other.min : std::min(min, other.min);
    max = steps == 0 ? other.max : std::max(max, other.max);
    sum += other.sum;
    steps += other.steps;
}

void CurveBuckets::Bucket::add(const Bucket& other) {
    if (other.images > images) {
        images = other.images;
        seconds = other.seconds;
        wall = other.wall;
    }
    steps += other.steps;
    skipped = std::max(skipped, other.skipped);
    sums.resize(std::max(sums.size(), other.sums.size()));
    for (std::size_t i = 0; i < other.sums.size(); ++i) sums[i].add(other.sums[i]);
    levels.resize(std::max(levels.size(), other.levels.size()));
    for (std::size_t i = 0; i < other.levels.size(); ++i) {
        levels[i].sum += other.levels[i].sum;
        levels[i].count += other.levels[i].count;
    }
}

CurveBuckets::Bucket& CurveBuckets::bucket_at(std::int64_t images) {
    const auto place = [&] { return std::size_t(std::max<std::int64_t>(images - 1, 0) / width_); };
    while (place() >= most_) {
        width_ *= 2;
        for (std::size_t i = 1; i < buckets_.size(); ++i) {
            if (i % 2 == 1)
                buckets_[i / 2].add(buckets_[i]);
            else
                buckets_[i / 2] = std::move(buckets_[i]);
        }
        buckets_.resize((buckets_.size() + 1) / 2);
    }
    if (place() >= buckets_.size()) buckets_.resize(place() + 1);
    return buckets_[place()];
}

std::size_t CurveBuckets::curve_named(const std::string& name) {
    auto found = std::find(losses_.begin(), losses_.end(), name);
    if (found == losses_.end()) found = losses_.insert(found, name);
    return std::size(fixed_curves) + std::size_t(found - losses_.begin());
}

void CurveBuckets::add(const LogLine& line) {
    if (line.steps < 0) return;
    Bucket one{double(line.images), line.seconds, line.time,
               line.steps,          line.skipped, std::vector<Sum>(std::size(fixed_curves)),
               line.levels};
    for (std::size_t i = 0; line.steps > 0 && i < std::size(fixed_curves); ++i) {
        const FixedCurve& fixed = fixed_curves[i];
        if (!fixed.number)
            one.sums[i].add(line.norm, line.steps);
        else if (const double number = line.*fixed.number; fixed.always || number > 0)
            one.sums[i].add(LogValue{number, number, number}, line.steps);
    }
    for (const auto& [name, value] : line.curves) {
        const bool known = std::find(losses_.begin(), losses_.end(), name) != losses_.end();
        if (!known && losses_.size() == most_losses) continue;
        const std::size_t place = curve_named(name);
        one.sums.resize(std::max(one.sums.size(), place + 1));
        one.sums[place].add(value, std::max<std::int64_t>(line.steps, 1));
    }
    one.levels.resize(std::min<std::size_t>(one.levels.size(), level_bins));
    bucket_at(line.images).add(one);
    ++lines_;
}

std::vector<CurvePoint> CurveBuckets::curve(std::size_t place) const {
    std::vector<CurvePoint> points;
    for (const Bucket& bucket : buckets_) {
        if (place >= bucket.sums.size()) continue;
        const Sum& sum = bucket.sums[place];
        if (sum.steps + sum.bad == 0) continue;
        const bool any = sum.steps > 0;
        points.push_back({bucket.images, bucket.seconds, bucket.wall, sum.steps + sum.bad, sum.bad,
                          any ? sum.sum / double(sum.steps) : none, any ? sum.min : none,
                          any ? sum.max : none});
    }
    return points;
}

void CurveBuckets::publish_skipped(RunCurves& curves) const {
    curves.skipped.clear();
    curves.skipped_steps.clear();
    std::int64_t before = 0;
    for (const Bucket& bucket : buckets_) {
        if (bucket.skipped > before) {
            curves.skipped.push_back(bucket.images);
            curves.skipped_steps.push_back(bucket.skipped - before);
        }
        before = std::max(before, bucket.skipped);
    }
}

void CurveBuckets::publish_levels(RunCurves& curves) const {
    curves.levels.clear();
    for (const Bucket& bucket : buckets_) {
        if (bucket.levels.empty()) continue;
        LevelPoint point{bucket.images, bucket.seconds, {}};
        point.mean.fill(none);
        for (std::size_t i = 0; i < bucket.levels.size(); ++i)
            if (bucket.levels[i].count > 0)
                point.mean[i] = bucket.levels[i].sum / double(bucket.levels[i].count);
        curves.levels.push_back(point);
    }
}

void CurveBuckets::publish(RunCurves& curves) const {
    curves.names.clear();
    curves.curves.clear();
    const auto take = [&](std::size_t place, const std::string& name, bool always) {
        std::vector<CurvePoint> points = curve(place);
        if (points.empty() && !always) return;
        curves.names.push_back(name);
        curves.curves.push_back(std::move(points));
    };
    for (std::size_t i = 0; i < losses_.size(); ++i)
        take(std::size(fixed_curves) + i, losses_[i], true);
    for (std::size_t i = 0; i < std::size(fixed_curves); ++i)
        take(i, fixed_curves[i].name, fixed_curves[i].always && lines_ > 0);
    publish_skipped(curves);
    publish_levels(curves);
    curves.lines = lines_;
}

}  // namespace daguerre
