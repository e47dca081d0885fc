#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/metrics/figures.h"
#include "core/metrics/subsets.h"
#include "core/models/model.h"

namespace daguerre {
namespace {

constexpr std::int64_t most_images = 1000;  // a bound takes a hundred decodings an image

}  // namespace

std::optional<Figure> likelihood_figure(const Model& model, const Dataset& real,
                                        const EvaluateRequest& request,
                                        std::vector<std::string>& remarks,
                                        const OnProgress& on_progress) {
    const ModelInfo& info = model.info();
    const auto some = some_of(real, std::min(request.count, most_images), info.classes);
    const std::int64_t count = some->info().count;
    GenerateRequest machine{
        .precision = request.precision, .device = request.device, .threads = int(request.threads)};
    std::vector<double> values;
    std::int64_t without_class = 0;
    const Likelihood told = model.likelihood();
    for (std::int64_t first = 0; first < count; first += told.at_once) {
        if (on_progress && !on_progress({first, count, "image", {}})) throw MeasuringStopped();
        std::vector<Image> pictures;
        std::vector<int> labels;
        for (std::int64_t i = first; i < std::min(first + told.at_once, count); ++i) try {
                const Example example = some->at(i);
                if (example.label < 0 && !info.classes.empty() && !info.null_class) {
                    ++without_class;
                    continue;
                }
                pictures.push_back(network_view(example.image, info.width, info.channels));
                labels.push_back(example.label);
            } catch (const Error& error) {
                remarks.push_back(std::string("Left out of the real images: ") + error.what());
            }
        if (pictures.empty()) continue;
        machine.seed = seed_of({.seed = request.seed}, first);
        for (const double value : model.bits_per_dimension(pictures, labels, machine))
            values.push_back(value);
    }
    if (without_class > 0)
        remarks.push_back(Sentence{
            "Left out of bpd: {n} of {all} real images, whose class {model} must know and doesn't.",
            {{"n", without_class}, {"all", count}, {"model", info.id}}}
                              .text());
    if (values.empty()) return std::nullopt;
    const Estimate mean = mean_of(values);
    if (!std::isfinite(mean.value)) {
        remarks.push_back(
            "The model finds real images impossible: its bits per dimension aren't a number.");
        return std::nullopt;
    }
    const std::string note =
        told.kind + ", of real images." + (told.detail.empty() ? "" : " " + told.detail);
    return figure_of("bpd", "Bits per dimension", mean, std::int64_t(values.size()), note);
}

}  // namespace daguerre
