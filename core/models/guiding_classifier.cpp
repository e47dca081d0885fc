#include "core/models/guiding_classifier.h"

#include <cmath>

#include "core/base/error.h"

namespace daguerre {
namespace {

bool same_levels(const NoiseSchedule& a, const NoiseSchedule& b) {
    if (a.sigmas.size() != b.sigmas.size()) return false;
    for (std::size_t t = 0; t < a.sigmas.size(); ++t)
        if (std::abs(a.sigmas[t] / b.sigmas[t] - 1) > 1e-5) return false;
    return true;
}

}  // namespace

std::shared_ptr<const Classifier> guiding_classifier(const std::string& name,
                                                     const ModelInfo& model,
                                                     const NoiseSchedule& schedule) {
    auto classifier = open_classifier(name);
    const ModelInfo& info = classifier->info();
    if (!classifier->noise_schedule())
        throw Error(
            "{id} knows clean images only, and guiding needs one that knows noisy ones. Train one "
            "with the preset noisy-28 or noisy-32.",
            {{"id", info.id}});
    if (schedule.range)
        throw Error(
            "{model} learned a range of noise levels (EDM), and classifiers of noisy images learn "
            "steps. Leave the classifier out; guidance leads to a class too.",
            {{"model", model.id}});
    if (!same_levels(*classifier->noise_schedule(), schedule))
        throw Error(
            "{id} learned other noise levels ({a}) than {model} ({b}). Train one with "
            "noise_schedule={b}{end}.",
            {{"id", info.id},
             {"a", classifier->noise_schedule()->id},
             {"model", model.id},
             {"b", schedule.id},
             {"end", schedule.zero_terminal_snr ? " and zero_terminal_snr=on" : ""}});
    if (info.width != model.width || info.channels != model.channels)
        throw Error("{id} judges images of {a} pixels and {c} channels; {model} makes {b} and {d}.",
                    {{"id", info.id},
                     {"a", info.width},
                     {"c", info.channels},
                     {"model", model.id},
                     {"b", model.width},
                     {"d", model.channels}});
    if (!model.classes.empty() && model.classes != info.classes)
        throw Error("{id} and {model} know different classes.",
                    {{"id", info.id}, {"model", model.id}});
    return classifier;
}

LogProbability log_probability_of(std::shared_ptr<const Classifier> classifier,
                                  const std::vector<std::int64_t>& classes) {
    return [classifier = std::move(classifier), labels = at::tensor(classes)](const at::Tensor& x,
                                                                              double sigma) {
        const at::Tensor there = labels.to(x.device());
        const at::Tensor all = classifier->log_probabilities(x.to(at::kFloat), sigma);
        const at::Tensor own = all.gather(1, there.clamp_min(0).view({-1, 1})).view(-1);
        return own * (there >= 0);
    };
}

}  // namespace daguerre
