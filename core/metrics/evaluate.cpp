#include <algorithm>
#include <ctime>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/image/record.h"
#include "core/metrics/evaluations.h"
#include "core/metrics/figures.h"
#include "core/metrics/plan.h"
#include "core/metrics/subsets.h"
#include "core/models/model.h"
#include "core/nn/device.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t reference_images = 10'000, searched_images = 100'000;
constexpr std::int64_t images_at_once = 64;  // that a model makes between two words of progress

std::string now_text() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

/// One evaluation on its way.
class Evaluator {
public:
    Evaluator(const Evaluating& what, const EvaluateRequest& request, const Fields& own,
              const OnProgress& on_progress)
        : what_(what),
          request_(request),
          own_(own),
          on_progress_(on_progress),
          device_(use_device(request.device, int(request.threads)).device),
          plan_(plan_of(what, request)),
          shape_(shape_of(what)) {}

    Evaluation run() {
        describe();
        try {
            measure_all();
        } catch (const MeasuringStopped&) {
            result_.stopped = true;
        }
        return std::move(result_);
    }

private:
    void describe();
    void describe_settings(const Image& image);
    void remark_size(const char* whose, int width, int height);
    void measure_all();
    Side reference_side();
    Side made_samples();
    void require_memory(std::int64_t count) const;
    Side read_samples();
    Side real_side(std::int64_t count);
    void add_features_of(Side& side, const Dataset& from, const std::string& whose);
    void measure(const Side& side, const Side& reference, std::vector<Figure>& figures);
    void look_up_samples(const Side& samples, const Side& reference);
    void learn_classes(const Side& samples, const Side& reference);
    void measure_real(const Side& reference);
    fs::path file_of_real() const;
    void measure_likelihood();
    void require_samples_for_features(const Side& reference);
    void remark_left_out(const Side& side, const std::string& whose);
    const std::vector<std::string>& classes() const { return known_classes(what_); }
    bool of_codes() const { return what_.network && what_.network->info().family == "vae"; }
    Figure told(Figure figure) const;
    OnShare share_of_step();

    const Evaluating& what_;
    const EvaluateRequest& request_;
    const Fields& own_;
    const OnProgress& on_progress_;
    std::string device_;
    EvaluationPlan plan_;
    ViewShape shape_;
    Evaluation result_;
    std::int64_t steps_done_ = 0, steps_ = 0;
};

void Evaluator::describe() {
    const DatasetInfo& info = what_.dataset->info();
    result_.subject = what_.subject;
    result_.dataset = info.id;
    result_.dataset_title = info.title;
    result_.dataset_sha256 = info.sha256;
    result_.split = info.split;
    result_.seed = request_.seed;
    result_.size = shape_.size;
    result_.channels = shape_.channels;
    result_.date = now_text();
    result_.program = "daguerre " DAGUERRE_VERSION;
    result_.remarks = plan_.remarks;
    if (what_.network) {
        result_.network = what_.network->info().id + (of_codes() ? " (codes of a VAE)" : "");
        result_.network_sha256 = what_.network->info().sha256;
        result_.classes = what_.network->info().classes;
    }
    remark_size("The real images are", info.width, info.height);
    if (what_.images) {
        const DatasetInfo& images = what_.images->info();
        return remark_size("The samples are", images.width, images.height);
    }
    const ModelInfo& model = what_.model->info();
    remark_size("The samples are", model.width, model.height);
    result_.family = model.family;
    result_.model_sha256 = model.sha256;
}

/// The settings that counted: those that the record of an image names.
void Evaluator::describe_settings(const Image& image) {
    const auto record = record_of(image.metadata);
    if (!record || record->daguerre.empty()) return;
    const Json request = parse_json(record->daguerre, "record").value("request", Json::object());
    for (const Field& field : own_)
        if (const std::string value = text_of(field.value);
            !value.empty() && request.contains(field.key))
            result_.settings.emplace_back(field.key, value);
}

void Evaluator::remark_size(const char* whose, int width, int height) {
    if (width == shape_.size && height == shape_.size) return;
    const std::string size =
        width > 0 ? std::to_string(width) + " x " + std::to_string(height) : "of several sizes";
    result_.remarks.push_back(Sentence{
        "{whose} {size}; both sides are cut square and compared at {side} x {side}.",
        {{"whose", whose},
         {"size", size},
         {"side", shape_.size}}}.text());
}

void Evaluator::measure_all() {
    steps_ = std::int64_t(plan_.measures.size()) * 3 + (plan_.has("nearest") ? 1 : 0) +
             (plan_.has("cas") ? 2 : 0);
    if (plan_.measures.empty() && !plan_.has("nearest") && !plan_.has("cas"))
        return measure_likelihood();
    const Side reference = reference_side();
    result_.reference_n = reference.count();
    require_samples_for_features(reference);
    Side samples = what_.model ? made_samples() : read_samples();
    result_.n = samples.count();
    if (what_.network) {
        add_features(samples, *what_.network, device_, "the samples", on_progress_);
        if (!result_.classes.empty()) result_.class_counts = class_counts(samples.logits);
    }
    measure(samples, reference, result_.figures);
    if (plan_.has("nearest")) look_up_samples(samples, reference);
    measure_likelihood();
    if (plan_.has("cas")) learn_classes(samples, reference);
    if (!plan_.measures.empty()) measure_real(reference);
}

/// Figures of images that no model made, kept from one evaluation to the next.
void Evaluator::measure_real(const Side& reference) {
    const fs::path file = file_of_real();
    if (!file.empty() && fs::exists(file)) try {
            const Evaluation kept = read_evaluation(file);
            result_.real = kept.real;
            result_.blurred = kept.blurred;
            result_.remarks.insert(result_.remarks.end(), kept.remarks.begin(), kept.remarks.end());
            return;
        } catch (const Error&) {  // broken: made anew
        }
    Evaluation fresh;
    const Side real = real_side(result_.n);
    if (real.count() < result_.n)
        fresh.remarks.push_back(Sentence{
            "Real images to read the figures by: {n}, all there are.",
            {{"n", real.count()}}}.text());
    measure(real, reference, result_.real);
    Side soft = blurred(real);
    if (what_.network)
        add_features(soft, *what_.network, device_, "the blurred images", on_progress_);
    measure(soft, reference, result_.blurred);
    fresh.real = result_.real;
    fresh.blurred = result_.blurred;
    result_.remarks.insert(result_.remarks.end(), fresh.remarks.begin(), fresh.remarks.end());
    if (file.empty()) return;
    try {
        write_evaluation(file, fresh);
    } catch (const Error&) {  // a full disk costs the next evaluation time, not this one
    }
}

/// Named by all that these figures hang on; empty: that isn't known.
fs::path Evaluator::file_of_real() const {
    const std::string& reference = what_.dataset->info().sha256;
    const std::string real = what_.real ? what_.real->info().sha256 + what_.real->info().split : "";
    if (reference.empty() || (what_.network && result_.network_sha256.empty())) return {};
    std::string all =
        "2 " + reference + what_.dataset->info().split + " " + real + " " + result_.network_sha256;
    for (const std::int64_t number :
         {std::int64_t(shape_.size), std::int64_t(shape_.channels), result_.n, request_.seed})
        all += " " + std::to_string(number);
    for (const std::string& metric : plan_.metrics) all += " " + metric;
    return home_folder() / "cache" / "figures" / (sha256_of(all) + ".json");
}

/// How many features there are is known when the network has answered once.
void Evaluator::require_samples_for_features(const Side& reference) {
    if (!plan_.has("fcd") || !reference.has_features()) return;
    const std::int64_t d = reference.features.size(1);
    const std::int64_t n = std::min(plan_.samples, reference.count());
    if (n >= 2 * d) return;
    plan_.leave_out("fcd", {"“fcd” of {d} features needs at least {need} images on each side, "
                            "better {good}; there are {n}.",
                            {{"d", d}, {"need", 2 * d}, {"good", 20 * d}, {"n", n}}});
    result_.remarks.push_back(plan_.remarks.back());
}

void Evaluator::remark_left_out(const Side& side, const std::string& whose) {
    for (const BrokenFile& file : side.left_out)
        result_.remarks.push_back("Left out of " + whose + ": " + file.reason);
}

/// Up to 10,000 images of the split; half of them is kept back where nothing else is real.
Side Evaluator::reference_side() {
    const auto from = what_.real ? what_.dataset : half_of(what_.dataset, false);
    if (!what_.real)
        result_.remarks.push_back(
            "The dataset has no second split: one half of its images is the reference, the other "
            "is the real images to read the figures by.");
    Side side = side_of(*from, reference_images, shape_, classes(), on_progress_);
    remark_left_out(side, "the reference");
    if (what_.network) add_features_of(side, *from, "the reference images");
    return side;
}

Side Evaluator::real_side(std::int64_t count) {
    const auto from = what_.real ? what_.real : half_of(what_.dataset, true);
    Side side = side_of(*from, count, shape_, classes(), on_progress_);
    if (what_.network) add_features_of(side, *from, "the real images");
    return side;
}

void Evaluator::add_features_of(Side& side, const Dataset& from, const std::string& whose) {
    const DatasetInfo& info = from.info();
    const std::string& network = what_.network->info().sha256;
    if (info.sha256.empty() || network.empty())
        return add_features(side, *what_.network, device_, whose, on_progress_);
    std::string all = "2 " + info.sha256 + info.split + " " + network;
    for (const std::int64_t number :
         {side.count(), info.count, std::int64_t(shape_.size), std::int64_t(shape_.channels)})
        all += " " + std::to_string(number);
    const std::string key = sha256_of(all);
    const fs::path file = home_folder() / "cache" / "features" / (key + ".safetensors");
    add_cached_features(side, *what_.network, device_, whose, file, key, on_progress_);
}

Side Evaluator::made_samples() {
    const ModelInfo& info = what_.model->info();
    require_memory(request_.count);
    const GenerateRequest whole{.count = request_.count,
                                .seed = request_.seed,
                                .precision = request_.precision,
                                .device = request_.device,
                                .threads = int(request_.threads)};
    const std::vector<int> places = places_among(info.classes, classes());
    std::vector<at::Tensor> images, labels;
    for (std::int64_t made = 0; made < request_.count; made += images_at_once) {
        GenerateRequest slice = whole;
        slice.count = std::min(images_at_once, request_.count - made);
        slice.seed = seed_of(whole, made);
        const std::vector<Image> some = what_.model->generate(slice, own_, [&](const Progress& at) {
            const double share = at.total > 0 ? double(at.done) / double(at.total) : 0;
            const auto done = made + std::int64_t(share * double(slice.count));
            return !on_progress_ || on_progress_({done, request_.count, "image", {}});
        });
        if (std::int64_t(some.size()) < slice.count) throw MeasuringStopped();
        if (made == 0) describe_settings(some.front());
        std::vector<std::int64_t> asked;
        for (std::int64_t i = made; i < made + slice.count; ++i) {
            const int own = class_of(info, whole, i);
            asked.push_back(own < 0 ? -1 : places[std::size_t(own)]);
        }
        const Side part = side_of(some, asked, shape_);
        images.push_back(part.images);
        labels.push_back(part.labels);
    }
    return {at::cat(images), at::cat(labels), {}, {}, {}};
}

/// Before any is made: that many images, twice, and their patches must fit.
void Evaluator::require_memory(std::int64_t count) const {
    const double image = double(shape_.size) * shape_.size * shape_.channels;
    const double need = 2 * image * double(count) + 6e8 * shape_.channels;
    if (need < 0.9 * double(memory_available())) return;
    throw Error(
        "Measuring {n} images of {size} x {size} needs about {need} MB of memory, and {free} MB "
        "are free. Take fewer, or close other programs.",
        {{"n", count},
         {"size", shape_.size},
         {"need", std::int64_t(need / 1e6)},
         {"free", std::int64_t(memory_available() / 1'000'000)}});
}

Side Evaluator::read_samples() {
    const std::int64_t there = what_.images->info().count;
    if (there < request_.count)
        result_.remarks.push_back(
            Sentence{"“{name}” has {n} images, fewer than {wanted}.",
                     {{"name", what_.subject}, {"n", there}, {"wanted", request_.count}}}
                .text());
    Side side = side_of(*what_.images, request_.count, shape_, classes(), on_progress_);
    remark_left_out(side, "the samples");
    return side;
}

/// What the step in hand has done, as part of all steps; throws when the caller wants to stop.
OnShare Evaluator::share_of_step() {
    return [this](double share) {
        constexpr double parts = 100;
        const auto done = std::int64_t((double(steps_done_) + share) * parts);
        if (on_progress_ && !on_progress_({done, std::int64_t(double(steps_) * parts), "step", {}}))
            throw MeasuringStopped();
    };
}

/// Those of a VAE's codes say so, since they can't be read beside those of a classifier.
Figure Evaluator::told(Figure figure) const {
    const std::string metric = figure.id.substr(0, figure.id.find('_'));
    if (!of_codes() || !row_named(metrics(), metric, "metric").network) return figure;
    if (figure.id == "fcd") figure.title = "Fréchet distance of a VAE's codes";
    figure.note = "Of a VAE's codes, not of a classifier's features." +
                  (figure.note.empty() ? "" : " " + figure.note);
    return figure;
}

void Evaluator::measure(const Side& side, const Side& reference, std::vector<Figure>& figures) {
    for (const Measure* row : plan_.measures) {
        const OnShare on_share = share_of_step();
        on_share(0);
        if (std::min(side.count(), reference.count()) >= row->least)
            for (Figure& figure :
                 row->figures({side, reference, std::uint64_t(request_.seed), on_share}))
                if (plan_.wants(figure.id)) figures.push_back(told(std::move(figure)));
        ++steps_done_;
    }
}

void Evaluator::look_up_samples(const Side& samples, const Side& reference) {
    const Side training = side_of(*what_.dataset, searched_images, shape_, classes(), on_progress_);
    Lookup found = look_up(samples, training, reference, share_of_step());
    result_.nearest = std::move(found.lookalikes);
    for (Figure& figure : found.figures) result_.figures.push_back(std::move(figure));
    ++steps_done_;
}

/// A classifier that learned from samples, and beside it one that learned from as many real images.
void Evaluator::learn_classes(const Side& samples, const Side& reference) {
    const Side real = real_side(reference_images);
    const DeviceChoice choice = use_device(request_.device, int(request_.threads));
    const Learner learner{std::uint64_t(request_.seed), device_,
                          resolve_precision(request_.precision, choice)};
    const std::int64_t n = std::min(samples.count(), reference.count());
    const auto add = [&](const Side& side, const char* id, const char* title) {
        const auto found =
            learned_accuracy(spread(side, n), real, classes(), learner, share_of_step());
        if (found) result_.figures.push_back(figure_of(id, title, *found, n));
        ++steps_done_;
    };
    add(samples, "cas", "Accuracy of a classifier that learned from samples");
    add(reference, "cas_real", "that learned from as many real images");
}

void Evaluator::measure_likelihood() {
    if (!plan_.has("bpd")) return;
    const Dataset& real = what_.real ? *what_.real : *what_.dataset;
    const auto figure =
        likelihood_figure(*what_.model, real, request_, result_.remarks, on_progress_);
    if (figure) result_.figures.push_back(*figure);
}

}  // namespace

Evaluation evaluate(const Evaluating& what, const EvaluateRequest& request, const Fields& own,
                    const OnProgress& on_progress) {
    return Evaluator(what, options_from<EvaluateRequest>(fields_of(request)), own, on_progress)
        .run();
}

}  // namespace daguerre
