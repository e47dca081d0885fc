#include "core/training/diagnosis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/models/train_request.h"
#include "core/training/curve_names.h"

namespace daguerre {
namespace {

// What is worth a word.
constexpr double much_waiting = 0.2;   // share of the time
constexpr double recent_steps = 1000;  // that skipping and waiting are judged by
constexpr double few_skipped = 0.005;  // share of the steps: now and then is usual
constexpr double flat_fall = 0.01;     // of the loss, from one quarter to the next
// Of few kinds of picture.
constexpr double much_alike = 0.15;  // MS-SSIM of samples over that of the data
constexpr double few_classes = 0.8;  // entropy of samples by that of the data
// Of colour: over the newest few previews, by so much of the range is more than the chance of 16
// images.
constexpr std::size_t recent_previews = 3;
constexpr double much_tint = 0.05;
constexpr double much_behind = 0.02;          // of the test loss
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

/// The mean of a curve's newest `count` values; nothing where it has fewer.
std::optional<double> last_of(const RunCurves& curves, const char* name, std::size_t count = 1) {
    const auto* curve = curve_named(curves, name);
    if (!curve) return std::nullopt;
    double sum = 0;
    std::size_t found = 0;
    for (auto point = curve->rbegin(); point != curve->rend() && found < count; ++point)
        if (std::isfinite(point->mean)) {
            sum += point->mean;
            ++found;
        }
    return found == count ? std::optional(sum / double(count)) : std::nullopt;
}

/// Three digits.
std::string shortly(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
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
    return Finding{{"The model makes few kinds of picture: two of them are alike to {a} (MS-SSIM), "
                    "two of the data to {b}. Go back to an earlier checkpoint, or train anew with "
                    "R1 and DiffAugment.",
                    {{"a", shortly(*alike)}, {"b", shortly(*data_alike)}}},
                   why,
                   "",
                   ""};
}

/// Brightness aside: a channel's lead over the mean of all three.
std::optional<Finding> find_tint(const RunCurves& curves) {
    static constexpr std::array more{"redder", "greener", "bluer"},
        less{"more cyan", "more magenta", "yellower"};
    std::array<double, tint_curves.size()> leads{};
    for (std::size_t i = 0; i < leads.size(); ++i) {
        const auto lead = last_of(curves, tint_curves[i], recent_previews);
        if (!lead) return std::nullopt;
        leads[i] = *lead;
    }
    const double mean = (leads[0] + leads[1] + leads[2]) / 3;
    const auto widest =
        std::ranges::max_element(leads, {}, [&](double lead) { return std::abs(lead - mean); });
    if (std::abs(*widest - mean) < much_tint) return std::nullopt;
    const auto channel = std::size_t(widest - leads.begin());
    return Finding{{"The previews are {p} % {tint} than the data. Usual early on; it passes with "
                    "more images.",
                    {{"p", percent(std::abs(*widest - mean))},
                     {"tint", *widest > mean ? more[channel] : less[channel]}}},
                   {"The mean of the newest previews lies above that of the data by {r} % in red, "
                    "{g} % in green and {b} % in blue. The colour of a whole image is a single "
                    "number among thousands and weighs little in the loss, so it settles late.",
                    {{"r", percent(leads[0])}, {"g", percent(leads[1])}, {"b", percent(leads[2])}}},
                   "",
                   ""};
}

std::optional<Finding> find_behind(const RunCurves& curves) {
    const auto averaged = last_of(curves, averaged_test_loss), raw = last_of(curves, raw_test_loss);
    if (!averaged || !raw || *averaged - *raw < much_behind * std::abs(*averaged))
        return std::nullopt;
    return Finding{{"The averaged weights are behind the raw ones: test loss {a} beside {b}. Wait "
                    "for more images, and judge by the raw previews until then.",
                    {{"a", shortly(*averaged)}, {"b", shortly(*raw)}}},
                   {"The average reaches back over about a twentieth of the images seen, so it "
                    "follows late while the weights still improve fast. Later it is the better of "
                    "the two: it evens out what single steps do.",
                    {}},
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
                    {{"a", shortly(before.mean)}, {"b", shortly(after.mean)}}},
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
    if (auto found = find_tint(curves)) return found;
    if (auto found = find_behind(curves)) return found;
    return find_flat(request, curves, seen);
}

}  // namespace daguerre
