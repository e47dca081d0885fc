#include "core/metrics/plan.h"
#include "core/metrics/subsets.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/number_list.h"
#include "core/base/table.h"
#include "core/image/record.h"
#include "core/models/model.h"

namespace daguerre {
namespace {

std::vector<Metric> wanted_metrics(const EvaluateRequest& request, bool& named) {
    const std::vector<std::string> words = words_in(request.metrics, ',');
    std::vector<Metric> wanted;
    named = !(words.size() == 1 && (words[0] == "standard" || words[0] == "all"));
    if (words.empty()) throw UnknownWord("--metrics names none. Leave it out, or say “all”.");
    for (const std::string& word : words)
        if (named) row_named(metrics(), word, "metric");  // throws
    for (const Metric& metric : metrics())
        if (named ? std::ranges::count(words, metric.id) > 0 : metric.standard || words[0] == "all")
            wanted.push_back(metric);
    return wanted;
}

/// The classes that the samples are said to show; empty: none.
std::vector<std::string> sample_classes(const Evaluating& what) {
    if (what.model) return what.model->info().classes;
    if (!what.images->info().classes.empty() || what.images->info().count == 0)
        return what.images->info().classes;
    try {
        const auto record = record_of(what.images->at(0).image.metadata);
        if (record && !record->title.empty()) return {record->title};
    } catch (const Error&) {  // reading all of them will list it
    }
    return {};
}

/// What brings features of images like these; without classes those of a VAE alone do.
std::string family_of_features(const Evaluating& what) {
    return what.dataset->info().classes.size() < 2 ? "vae" : "classifier";
}

/// Of one metric or several.
Sentence wants_network(const std::string& metrics, const char* pattern, const Evaluating& what) {
    return {pattern,
            {{"metrics", metrics},
             {"dataset", what.dataset->info().id},
             {"family", family_of_features(what)}}};
}

bool tells_classes(const Metric& metric) {
    return metric.id == "score" || metric.id == "recognised";
}

std::optional<Sentence> lacks_network(const Metric& metric, const Evaluating& what) {
    if (!metric.network) return std::nullopt;
    if (!what.network)
        return wants_network(metric.id,
                             "“{metrics}” needs a network that gives features, and none is known "
                             "for “{dataset}”. Train one: daguerre train {dataset} --family "
                             "{family} --out RUN, then say --features RUN.",
                             what);
    if (what.network->info().family == "vae" && tells_classes(metric))
        return Sentence{
            "“{metric}” needs a classifier; {network} is a VAE, whose codes tell no classes apart.",
            {{"metric", metric.id}, {"network", what.network->info().id}}};
    if (what.network->info().classes.size() < 2 && tells_classes(metric))
        return Sentence{
            "“{metric}” needs a classifier that tells classes apart; {network} knows "
            "{n}.",
            {{"metric", metric.id},
             {"network", what.network->info().id},
             {"n", what.network->info().classes.size()}}};
    return std::nullopt;
}

std::optional<Sentence> lacks_classes(const Metric& metric, const Evaluating& what) {
    if (!metric.classes) return std::nullopt;
    const std::vector<std::string> classes = sample_classes(what);
    if (classes.empty())
        return Sentence{
            "“{metric}” needs to know which class each sample should show; “{subject}” "
            "says none.",
            {{"metric", metric.id}, {"subject", what.subject}}};
    const std::vector<std::string>& known = known_classes(what);
    if (known.empty())
        return Sentence{"“{metric}” needs images with classes; “{dataset}” has none.",
                        {{"metric", metric.id}, {"dataset", what.dataset->info().id}}};
    if (std::ranges::all_of(places_among(classes, known), [](int at) { return at < 0; }))
        return Sentence{
            "“{metric}” needs classes of the same names on both sides; “{name}” of the "
            "samples is none of those that they are compared with.",
            {{"metric", metric.id}, {"name", classes.front()}}};
    return std::nullopt;
}

std::optional<Sentence> lacks_images(const Metric& metric, const EvaluationPlan& plan,
                                     std::int64_t reference, int side) {
    for (const Measure& row : measures()) {
        if (std::ranges::count(row.metrics, metric.id) == 0) continue;
        if (side < row.least_side)
            return Sentence{
                "“{metric}” needs images of at least {need} pixels a side; these have {side}.",
                {{"metric", metric.id}, {"need", row.least_side}, {"side", side}}};
        if (std::min(plan.samples, reference) < row.least)
            return Sentence{
                "“{metric}” needs at least {need} images on each side; there are {n} "
                "samples and {m} to compare with.",
                {{"metric", metric.id},
                 {"need", row.least},
                 {"n", plan.samples},
                 {"m", reference}}};
    }
    return std::nullopt;
}

std::optional<Sentence> lacks_model(const Metric& metric, const Evaluating& what) {
    if (!metric.model) return std::nullopt;
    if (!what.model)
        return Sentence{"“{metric}” asks a model; “{subject}” is a set of images.",
                        {{"metric", metric.id}, {"subject", what.subject}}};
    const Likelihood told = what.model->likelihood();
    if (!told.kind.empty()) return std::nullopt;
    if (!told.why_not.empty())
        return Sentence{
            "“{metric}” can't be told of {model}: {why}.",
            {{"metric", metric.id}, {"model", what.model->info().id}, {"why", told.why_not}}};
    return Sentence{
        "“{metric}” asks how likely a real image is; {model}, of the family “{family}”, "
        "can't say.",
        {{"metric", metric.id},
         {"model", what.model->info().id},
         {"family", what.model->info().family}}};
}

std::optional<Sentence> lacks_training(const Metric& metric) {
    if (metric.id != "cas" || can_learn_classes()) return std::nullopt;
    return Sentence{"“cas” trains a classifier on the samples, which this version can't.", {}};
}

}  // namespace

bool EvaluationPlan::has(const std::string& metric) const {
    return std::ranges::count(metrics, metric) > 0;
}

bool EvaluationPlan::wants(const std::string& figure) const {
    return has(figure.substr(0, figure.find('_')));
}

void EvaluationPlan::leave_out(const std::string& metric, const Sentence& reason) {
    if (named) throw Error(reason);
    remarks.push_back("Left out: " + reason.text());
    std::erase(metrics, metric);
    std::erase_if(measures, [this](const Measure* row) {
        return std::ranges::none_of(row->metrics,
                                    [this](const std::string& id) { return has(id); });
    });
}

ViewShape shape_of(const Evaluating& what) {
    if (!what.network) return suggested_view(*what.dataset);
    return {what.network->info().width, what.network->info().channels};
}

const std::vector<std::string>& known_classes(const Evaluating& what) {
    const bool tells = what.network && !what.network->info().classes.empty();
    return tells ? what.network->info().classes : what.dataset->info().classes;
}

std::vector<int> places_among(const std::vector<std::string>& names,
                              const std::vector<std::string>& others) {
    std::vector<int> places;
    for (const std::string& name : names) places.push_back(place_of(name, others));
    return places;
}

std::vector<std::string> left_out_of(const Evaluating& what, const EvaluateRequest& request) {
    return plan_of(what, request).remarks;
}

EvaluationPlan plan_of(const Evaluating& what, const EvaluateRequest& request) {
    EvaluationPlan plan;
    const std::vector<Metric> wanted = wanted_metrics(request, plan.named);
    plan.samples = request.count;
    if (what.images) plan.samples = std::min(plan.samples, what.images->info().count);
    const std::int64_t all = what.dataset->info().count;
    const std::int64_t reference = what.real ? all : (all + 1) / 2;
    const int side = shape_of(what).size;
    std::string without_network;
    for (const Metric& metric : wanted) {
        if (metric.network && !what.network && !plan.named) {
            without_network += (without_network.empty() ? "" : ", ") + metric.id;
            continue;
        }
        plan.metrics.push_back(metric.id);
        auto reason = lacks_training(metric);
        if (!reason) reason = lacks_network(metric, what);
        if (!reason) reason = lacks_classes(metric, what);
        if (!reason) reason = lacks_images(metric, plan, reference, side);
        if (!reason) reason = lacks_model(metric, what);
        if (reason) plan.leave_out(metric.id, *reason);
    }
    if (!without_network.empty())
        plan.remarks.push_back(
            wants_network(without_network,
                          "Left out: {metrics}: they need a network that gives features, and none "
                          "is known for “{dataset}”. Train one: daguerre train {dataset} --family "
                          "{family} --out RUN, then say --features RUN.",
                          what)
                .text());
    for (const Measure& row : measures())
        if (std::ranges::any_of(row.metrics, [&](const std::string& id) { return plan.has(id); }))
            plan.measures.push_back(&row);
    return plan;
}

}  // namespace daguerre
