#include <algorithm>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/metrics/metrics.h"
#include "core/models/classifier.h"
#include "core/models/code_features.h"
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

/// One that judges clean images: a classifier, or a VAE by its codes.
std::shared_ptr<const Classifier> ruler_named(const std::string& name) {
    if (peek_model(name).family == "vae") return codes_as_features(open_model(name));
    auto classifier = open_classifier(name);
    if (classifier->noise_schedule())
        throw Error(
            "“{name}” knows noisy images, for guidance. Features come from a classifier of clean "
            "ones.",
            {{"name", name}});
    return classifier;
}

}  // namespace

std::shared_ptr<const Classifier> classifier_for(const DatasetInfo& info) {
    std::shared_ptr<const Classifier> of_name;
    for (const ModelEntry& entry : known_models()) try {
            const ModelInfo known = peek_model(entry.id);
            if (known.family != "classifier" || known.classes != info.classes) continue;
            const bool same = !info.sha256.empty() && known.dataset_sha256 == info.sha256;
            if (!same && (of_name || known.dataset != info.id)) continue;
            const auto ruler = ruler_named(entry.id);
            if (same) return ruler;
            of_name = ruler;
        } catch (const Error&) {  // a broken model is no ruler, nor is one of noisy images
        }
    return of_name;
}

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
                                              : ruler_named(request.features);
    return what;
}

}  // namespace daguerre
