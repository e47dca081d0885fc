#include "core/training/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/models/train_request.h"
#include "core/training/collapse.h"

namespace daguerre {
namespace {

// What is worth a word.
constexpr double much_waiting = 0.2;   // share of the time
constexpr double recent_steps = 1000;  // that skipping and waiting are judged by
constexpr double few_skipped = 0.005;  // share of the steps: now and then is usual
constexpr double flat_fall = 0.01;     // of the loss, from one quarter to the next
// Of few kinds of picture.
constexpr double much_alike = 0.15;           // MS-SSIM of samples over that of the data
constexpr double few_classes = 0.8;           // entropy of samples by that of the data
constexpr std::int64_t steps_to_tell = 1000;  // in a quarter, so that chance is small beside it

const std::vector<CurvePoint>* curve_named(const RunCurves& curves, const std::string& name) {
    const auto found = std::find(curves.names.begin(), curves.names.end(), name);
    return found == curves.names.end() ? nullptr
                                       : &curves.curves[std::size_t(found - curves.names.begin())];
}

/// Mean over the points after `from` images, up to `to`, and the steps in them.
struct Stretch {
    double mean = 0;
    std::int64_t steps = 0;
};
Stretch stretch_of(const std::vector<CurvePoint>& curve, double from, double to) {
    Stretch stretch;
    for (const CurvePoint& point : curve) {
        const std::int64_t steps = point.steps - point.bad;
        if (point.images <= from || point.images > to || steps <= 0) continue;
        stretch.mean += point.mean * double(steps);
        stretch.steps += steps;
    }
    if (stretch.steps > 0) stretch.mean /= double(stretch.steps);
    return stretch;
}

/// The newest value of a curve.
std::optional<double> last_of(const RunCurves& curves, const char* name) {
    const auto* curve = curve_named(curves, name);
    if (!curve) return std::nullopt;
    for (auto point = curve->rbegin(); point != curve->rend(); ++point)
        if (std::isfinite(point->mean)) return point->mean;
    return std::nullopt;
}

std::string percent(double share) { return std::to_string(std::lround(100 * share)); }

std::optional<Finding> find_skipped(const TrainRequest& request, const RunCurves& curves,
                                    double seen) {
    const double recent = std::max(0.0, seen - recent_steps * double(request.batch));
    std::int64_t skipped = 0;
    for (std::size_t i = 0; i < curves.skipped.size(); ++i)
        if (curves.skipped[i] > recent) skipped += curves.skipped_steps[i];
    const double steps = (seen - recent) / double(request.batch);
    if (double(skipped) <= few_skipped * steps) return std::nullopt;
    return Finding{{"{n} of the last {m} steps were skipped: the loss was not a number. A lower "
                    "learning rate ({lr} now) or fp32 helps.",
                    {{"n", skipped}, {"m", std::llround(steps)}, {"lr", request.learning_rate}}},
                   {"A step whose loss isn't a number would spoil every weight, so it is left out. "
                    "Now and then is harmless; many mean that the steps are too large for the "
                    "network. A run stops by itself after 20 in a row.",
                    {}},
                   "learning_rate",
                   text_of(request.learning_rate / 2)};
}

std::optional<Finding> find_waiting(const TrainRequest& request, const RunCurves& curves,
                                    double seen) {
    const auto* waits = curve_named(curves, "data wait");
    if (!waits) return std::nullopt;
    const double recent = std::max(0.0, seen - recent_steps * double(request.batch));
    const Stretch stretch = stretch_of(*waits, recent, seen);
    if (stretch.steps < 100 || stretch.mean < much_waiting) return std::nullopt;
    return Finding{{"The network waits for images {p} % of the time. More loader threads or "
                    "smaller files help.",
                    {{"p", percent(stretch.mean)}}},
                   {"Batches are made ahead on threads of their own. The network asks for the next "
                    "one before they have it, so the device idles meanwhile.",
                    {}},
                   "",
                   ""};
}

std::optional<Finding> find_collapse(const RunCurves& curves) {
    const Sentence why{
        "A generator that finds a few pictures which pass for real has no reason to make others. "
        "It "
        "seldom comes back from that by itself.",
        {}};
    const auto entropy = last_of(curves, gauges::entropy),
               of_data = last_of(curves, gauges::entropy_of_data);
    if (entropy && of_data && *entropy < few_classes * *of_data)
        return Finding{{"The model makes few kinds of picture: class entropy {p} %, that of the "
                        "data {q} %. Go back to an earlier checkpoint, or train anew with R1 and "
                        "DiffAugment.",
                        {{"p", percent(*entropy)}, {"q", percent(*of_data)}}},
                       why,
                       "",
                       ""};
    const auto alike = last_of(curves, gauges::similarity),
               data_alike = last_of(curves, gauges::similarity_of_data);
    if (!alike || !data_alike || *alike <= *data_alike + much_alike) return std::nullopt;
    char text[2][16];
    std::snprintf(text[0], sizeof text[0], "%.2f", *alike);
    std::snprintf(text[1], sizeof text[1], "%.2f", *data_alike);
    return Finding{{"The model makes few kinds of picture: two of them are alike to {a} (MS-SSIM), "
                    "two of the data to {b}. Go back to an earlier checkpoint, or train anew with "
                    "R1 and DiffAugment.",
                    {{"a", text[0]}, {"b", text[1]}}},
                   why,
                   "",
                   ""};
}

std::optional<Finding> find_flat(const TrainRequest& request, const RunCurves& curves,
                                 double seen) {
    const auto* loss = curve_named(curves, "loss");
    if (curves.levels.empty() || !loss || seen < 2 * double(request.warm_up)) return std::nullopt;
    const Stretch before = stretch_of(*loss, seen / 2, seen * 3 / 4),
                  after = stretch_of(*loss, seen * 3 / 4, seen);
    if (std::min(before.steps, after.steps) < steps_to_tell) return std::nullopt;
    if (std::abs(before.mean - after.mean) > flat_fall * before.mean) return std::nullopt;
    return Finding{{"The loss hardly falls any more. That is usual for diffusion; judge by the "
                    "previews and the quality card.",
                    {}},
                   {"From the third to the last quarter the loss went from {a} to {b}. Most of it "
                    "is noise that no network can guess; what is left to learn are details, which "
                    "weigh little in it.",
                    {{"a", before.mean}, {"b", after.mean}}},
                   "",
                   ""};
}

}  // namespace

std::optional<Finding> diagnose(const RunInfo& run, const RunCurves& curves) {
    if (!run.trouble.pattern.empty() || curves.lines == 0) return std::nullopt;
    const auto request = options_from<TrainRequest>(run.settings);
    double seen = 0;
    for (const auto& curve : curves.curves)
        if (!curve.empty()) seen = std::max(seen, curve.back().images);
    if (auto found = find_skipped(request, curves, seen)) return found;
    if (auto found = find_collapse(curves)) return found;
    if (auto found = find_waiting(request, curves, seen)) return found;
    return find_flat(request, curves, seen);
}

}  // namespace daguerre
