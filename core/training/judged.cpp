#include "core/training/judged.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/data/preprocess.h"
#include "core/data/thumbnails.h"
#include "core/metrics/subsets.h"
#include "core/models/classifier.h"
#include "core/nn/image_tensor.h"
#include "core/training/checkpoint.h"
#include "core/training/held_out.h"

namespace daguerre {
namespace {

constexpr std::size_t images_at_once = 100;

/// Those of `places` from `first` on that can be read and show a class, and what they are taken
/// for.
std::vector<JudgedImage> judge_some(const Classifier& classifier, const Dataset& images,
                                    const std::vector<std::int64_t>& places, std::size_t first) {
    const ModelInfo& info = classifier.info();
    std::vector<JudgedImage> judged;
    std::vector<Image> views;
    for (std::size_t i = first; i < std::min(first + images_at_once, places.size()); ++i) try {
            const Example example = images.at(places[i]);
            if (example.label < 0) continue;
            views.push_back(network_view(example.image, info.width, info.channels));
            judged.push_back({places[i], example.label, 0});
        } catch (const Error&) {  // the others will do
        }
    if (judged.empty()) return judged;
    const at::Tensor taken = classifier.classify(tensor_of(views)).logits.argmax(1);
    for (std::size_t i = 0; i < judged.size(); ++i)
        judged[i].taken = taken[std::int64_t(i)].item<int>();
    return judged;
}

}  // namespace

std::shared_ptr<const Judged> judge_held_out(const std::filesystem::path& run,
                                             const OnProgress& on_progress) {
    const auto classifier = open_classifier(run.string());
    const ModelInfo& info = classifier->info();
    const std::string dataset = read_run(run).dataset;
    auto judged = std::make_shared<Judged>();
    judged->images = held_out_split(dataset, open_dataset(dataset)->info(), info.classes);
    if (!judged->images)
        throw Error("“{data}” keeps no images back that “{run}” could be judged by.",
                    {{"data", dataset}, {"run", info.id}});
    judged->images_seen = info.images_seen;
    judged->noisy = classifier->noise_schedule() != nullptr;
    const std::vector<std::int64_t> places = some_places(
        judged->images->info().count, row_named(families(), info.family, "family").held_out_images);
    const auto count = std::int64_t(places.size());
    for (std::size_t first = 0; first < places.size(); first += images_at_once) {
        if (on_progress && !on_progress({std::int64_t(first), count, "image", {}})) return nullptr;
        for (const JudgedImage& image : judge_some(*classifier, *judged->images, places, first))
            judged->judged.push_back(image);
    }
    return judged;
}

std::vector<ConfusedImage> confused_images(const Judged& judged, int shows, int taken, int side,
                                           const OnProgress& on_progress) {
    std::vector<ConfusedImage> images;
    for (const JudgedImage& image : judged.judged) {
        if (image.shows != shows || image.taken != taken) continue;
        if (on_progress && !on_progress({std::int64_t(images.size()), 0, "image", {}})) break;
        ConfusedImage found{image.place, judged.images->name(image.place), {}};
        try {
            found.thumbnail = thumbnail(*judged.images, image.place, side);
        } catch (const Error&) {  // it has no picture, then
        }
        images.push_back(std::move(found));
    }
    return images;
}

}  // namespace daguerre
