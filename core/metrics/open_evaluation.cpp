#include <algorithm>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/metrics/metrics.h"
#include "core/models/classifier.h"
#include "core/models/diffusers_folder.h"
#include "core/models/open_model.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

/// Whether a name is that of files rather than of a model.
bool names_images(const std::string& name) {
    for (const ModelEntry& entry : known_models())
        if (entry.id == name) return false;
    const fs::path path{name};
    std::error_code error;
    if (!fs::exists(path, error)) return false;
    if (!fs::is_directory(path, error)) return path.extension() != ".safetensors";
    for (const char* file : {"daguerre.json", "run.json"})
        if (fs::exists(path / file, error)) return false;
    return !is_diffusers_folder(path);
}

/// A split that the reference isn't from, with the same classes; null where there is none.
std::shared_ptr<const Dataset> other_split(const std::string& name, const DatasetInfo& info) {
    for (const char* split : {"test", "validation", "train"}) {
        if (split == info.split || std::ranges::count(info.splits, split) == 0) continue;
        auto other = open_dataset(name, split);
        if (other->info().count > 0 && other->info().classes == info.classes) return other;
    }
    return nullptr;
}

std::shared_ptr<const Classifier> classifier_named(const std::string& name) {
    const auto model = open_model(name);
    auto classifier = std::dynamic_pointer_cast<const Classifier>(model);
    if (!classifier)
        throw Error(
            "“{name}” is a model of the family “{family}”. Features come from a classifier.",
            {{"name", name}, {"family", model->info().family}});
    return classifier;
}

/// The first known classifier of the same images, else one of a dataset of that name; or null.
std::shared_ptr<const Classifier> classifier_for(const DatasetInfo& info) {
    std::string of_name;
    for (const ModelEntry& entry : known_models()) {
        ModelInfo known;
        try {
            known = peek_model(entry.id);
        } catch (const Error&) {  // a broken model is no ruler
            continue;
        }
        if (known.family != "classifier" || known.classes != info.classes) continue;
        if (!info.sha256.empty() && known.dataset_sha256 == info.sha256)
            return classifier_named(entry.id);
        if (of_name.empty() && known.dataset == info.id) of_name = entry.id;
    }
    return of_name.empty() ? nullptr : classifier_named(of_name);
}

}  // namespace

Evaluating open_evaluation(const std::string& subject, const std::string& dataset,
                           const EvaluateRequest& request) {
    Evaluating what;
    what.subject = subject;
    if (names_images(subject))
        what.images = open_dataset(subject);
    else
        what.model = open_model(subject);
    if (what.model && !what.model->info().makes_images)
        throw Error("“{name}” makes no images: it is a model of the family “{family}”.",
                    {{"name", subject}, {"family", what.model->info().family}});
    what.dataset = open_dataset(dataset, request.split);
    what.real = other_split(dataset, what.dataset->info());
    what.network = request.features == "auto" ? classifier_for(what.dataset->info())
                                              : classifier_named(request.features);
    return what;
}

}  // namespace daguerre
