#include "core/metrics/figures.h"

#include <algorithm>
#include <cmath>

#include "core/nn/ms_ssim.h"

namespace daguerre {
namespace {

std::vector<Figure> fcd_figures(const Compared& sets) {
    const at::Tensor &a = sets.samples.features, &b = sets.reference.features;
    const Frechet found = frechet(a, b, sets.seed, sets.on_share);
    const std::int64_t n = a.size(0), least = std::min(n, b.size(0)), good = 20 * a.size(1);
    const std::string note = least >= good
                                 ? ""
                                 : "Fewer than " + std::to_string(good) +
                                       " images: the value is too high by what their number costs.";
    std::vector<Figure> figures{
        figure_of("fcd", "Fréchet classifier distance", found.distance, n, note)};
    if (found.unbounded)
        figures.push_back(figure_of("fcd_unbounded", "the same for any number of samples",
                                    *found.unbounded, n,
                                    "A straight line over 1/n, continued to 0."));
    return figures;
}

std::vector<Figure> kid_figures(const Compared& sets) {
    Estimate found =
        kernel_distance(sets.samples.features, sets.reference.features, sets.seed, sets.on_share);
    return {figure_of("kid", "Kernel distance × 1000", {1000 * found.value, 1000 * found.error},
                      sets.samples.count(), "± is the spread of 100 subsets.")};
}

std::vector<Figure> neighbour_figures(const Compared& sets) {
    // Balls shrink where there are more images, so both sides have the same number.
    const std::int64_t n = std::min(sets.samples.count(), sets.reference.count());
    const Neighbourhoods found = neighbourhoods(spread(sets.samples, n).features,
                                                spread(sets.reference, n).features, sets.on_share);
    return {figure_of("precision", "Precision", found.precision, n),
            figure_of("recall", "Recall", found.recall, n),
            figure_of("density", "Density", found.density, n),
            figure_of("coverage", "Coverage", found.coverage, n)};
}

std::vector<Figure> score_figures(const Compared& sets) {
    return {figure_of("score", "Classifier score", classifier_score(sets.samples.logits, sets.seed),
                      sets.samples.count())};
}

std::vector<Figure> recognised_figures(const Compared& sets) {
    const auto found = recognised(sets.samples.logits, sets.samples.labels);
    if (!found) return {};
    const std::int64_t n = sets.samples.labels.ge(0).sum().item<std::int64_t>();
    return {figure_of("recognised", "Recognised as its class", *found, n)};
}

std::vector<Figure> swd_figures(const Compared& sets) {
    const std::int64_t n =
        std::min({sets.samples.count(), sets.reference.count(), std::int64_t(8192)});
    const auto levels = sliced_wasserstein(
        spread(sets.samples, n).images, spread(sets.reference, n).images, sets.seed, sets.on_share);
    Estimate mean;
    double squares = 0;
    for (const SlicedLevel& level : levels) {
        mean.value += level.distance.value / double(levels.size());
        squares += level.distance.error * level.distance.error;
    }
    mean.error = std::sqrt(squares) / double(levels.size());
    std::vector<Figure> figures{figure_of("swd", "Sliced Wasserstein distance of patches × 1000",
                                          mean, n,
                                          "Without a network. ± is that of the directions.")};
    for (const SlicedLevel& level : levels) {
        const std::string side = std::to_string(level.side);
        figures.push_back(figure_of("swd_" + side, "at " + side + " pixels", level.distance, n));
    }
    return figures;
}

std::vector<Figure> similarity_figures(const Compared& sets) {
    return {figure_of("msssim", "MS-SSIM of pairs",
                      pair_similarity(sets.samples.images, sets.seed, sets.on_share),
                      sets.samples.count(), "1: all images are alike.")};
}

}  // namespace

Figure figure_of(const std::string& id, const std::string& title, Estimate estimate, std::int64_t n,
                 std::string note) {
    return {id, title, estimate.value, estimate.error, n, std::move(note)};
}

const std::vector<Measure>& measures() {
    static const std::vector<Measure> rows{
        {.metrics = {"fcd"}, .figures = fcd_figures},
        {.metrics = {"kid"}, .figures = kid_figures},
        {.metrics = {"precision", "recall", "density", "coverage"},
         .least = 6,
         .figures = neighbour_figures},
        {.metrics = {"score"}, .least = 10, .figures = score_figures},
        {.metrics = {"recognised"}, .least = 1, .figures = recognised_figures},
        {.metrics = {"swd"}, .least = 1, .least_side = 7, .figures = swd_figures},
        {.metrics = {"msssim"}, .least_side = ms_ssim_window, .figures = similarity_figures}};
    return rows;
}

}  // namespace daguerre
