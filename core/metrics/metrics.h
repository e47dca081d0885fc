// How good a model's images are: the table of metrics, and what evaluating needs and says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/fields.h"
#include "core/base/machine.h"
#include "core/data/dataset.h"
#include "core/image/image.h"
#include "core/image/progress.h"

namespace daguerre {

class Classifier;
class Model;

struct Metric {
    std::string id, title;
    bool network = false;  // compares features or classes
    bool classes = false;  // compares the class that was asked for
    bool model = false;    // asks the model, not its images
    bool standard = true;  // measured where nothing is named
    bool less_is_better = false;
    bool distance = false;  // 0 where both sets are alike, so that multiples say something
};
/// fcd, kid, precision, recall, density, coverage, score, recognised, swd, msssim, nearest, bpd,
/// cas.
const std::vector<Metric>& metrics();

struct EvaluateRequest {
    std::int64_t count = 10'000;
    std::int64_t seed = 1;
    std::string metrics = "standard";
    std::string split = "train";
    std::string features = "auto";
    std::string precision = "auto";
    std::string device = "auto";
    std::int64_t threads = 0;

    void each(auto&& visit) {
        visit(count, {.key = "count",
                      .label = "Pictures",
                      .help = "how many images to judge; figures of different counts can't be "
                              "compared",
                      .min = 2,
                      .max = 1'000'000});
        visit(seed, {.key = "seed",
                     .label = "Seed",
                     .help = "of the first image and of everything drawn at random",
                     .min = 0,
                     .max = 4294967295.0});
        visit(metrics, {.key = "metrics",
                        .label = "Metrics",
                        .help = "ids with commas between, “all”, or “standard” for all that can be "
                                "had and need no training"});
        visit(split, {.key = "split",
                      .label = "Split",
                      .help = "images of the dataset to compare with",
                      .choices = {"train", "test", "validation"}});
        visit(features, {.key = "features",
                         .label = "Feature network",
                         .help = "a classifier, or a VAE that lends its codes, as a model is "
                                 "named; auto: a classifier that is known for the dataset"});
        visit(precision, precision_field());
        visit(device, device_field());
        visit(threads, threads_field());
    }
};
/// Those fields of it that an evaluation alone has: where it is computed is left out.
Fields evaluation_fields();

/// One number. Its id is that of its metric, or begins with it and "_": "fcd", "fcd_unbounded".
struct Figure {
    std::string id, title;
    double value = 0;
    std::optional<double> error;  // one deviation, as measures.h says of each
    std::int64_t n = 0;           // images that it is of, the reference not counted
    std::string note;             // a sentence, or empty
    bool operator==(const Figure&) const = default;
};

/// A sample beside the training images nearest to it.
struct Lookalike {
    std::int64_t sample = 0, training = 0;  // numbers in their sets, from 0
    double distance = 0;                    // root of the mean square difference, of 255
    Image image, in_pixels;                 // the training image maybe mirrored, as it lies nearest
    Image in_features;                      // width 0: there is no network
};

/// All that was found, with all that it hangs on.
struct Evaluation {
    std::string subject, family, model_sha256;  // what was judged; the last two empty for files
    std::string dataset, dataset_title, dataset_sha256, split;
    std::int64_t n = 0, reference_n = 0, seed = 0;
    int size = 0, channels = 0;                                 // of the images as compared
    std::string network, network_sha256;                        // or empty
    std::vector<std::pair<std::string, std::string>> settings;  // sampler, steps, …: key, value
    std::string date, program;                                  // "2026-11-27T09:30:00Z"
    std::vector<Figure> figures;
    /// The same of images that no model made, to read the figures by: real ones that aren't the
    /// reference, and these blurred by a Gaussian of σ 1.
    std::vector<Figure> real, blurred;
    std::vector<std::string> classes;        // of the network
    std::vector<std::int64_t> class_counts;  // what it takes the samples for, or empty
    std::vector<std::string> remarks;        // what was left out, clamped or resized, and why
    std::vector<Lookalike> nearest;          // nearest first, up to 64; isn't written
    bool stopped = false;                    // by the caller; the figures are whole. Isn't written
};

/// What is judged, and by what.
struct Evaluating {
    std::shared_ptr<const Model> model;         // null: `images` are judged
    std::shared_ptr<const Dataset> images;      // null: the model makes them
    std::shared_ptr<const Dataset> dataset;     // what they are compared with
    std::shared_ptr<const Dataset> real;        // images that aren't in it, or null: none are known
    std::shared_ptr<const Classifier> network;  // null: none is known
    std::string subject;
};
/// A known classifier that learned from the same images, else from a dataset of that name with the
/// same classes; null: there is none. Blocks while opening it. Never throws for a broken model.
std::shared_ptr<const Classifier> classifier_for(const DatasetInfo& info);

/// Opens a model as open_model does, or else a folder or archive of images as open_dataset does;
/// the dataset; and the network of the request. Blocks. Throws Error and UnknownWord as these.
Evaluating open_evaluation(const std::string& subject, const std::string& dataset,
                           const EvaluateRequest& request);

/// What of the request will be left out, a sentence each; evaluate() says it again at its end.
/// Throws as evaluate() before work starts. Quick, but for a model that is asked for a likelihood.
std::vector<std::string> left_out_of(const Evaluating& what, const EvaluateRequest& request);

/// Makes or reads the images and measures them. `own`: fields of the model's generate. Blocks; on a
/// thread that called use_device(). on_progress: "image" while images are made or read, "feature"
/// while the network looks at them, "step" while figures are computed; false stops, and what is
/// finished comes back. Throws Error before work starts for what can't be measured, where that can
/// be known: a metric that needs classes, a network or more images. UnknownWord: no such metric.
/// Features of the reference are kept in user data under cache/features.
Evaluation evaluate(const Evaluating& what, const EvaluateRequest& request, const Fields& own,
                    const OnProgress& on_progress);

}  // namespace daguerre
