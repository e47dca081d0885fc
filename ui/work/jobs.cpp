#include "ui/work/jobs.h"

#include <algorithm>
#include <chrono>

#include "core/data/datasets.h"
#include "core/image/image_file.h"
#include "core/models/open_model.h"
#include "core/models/single_file.h"
#include "ui/work/pictures.h"

namespace daguerre {

namespace {

constexpr qint64 preview_interval_ms = 33;

double seconds() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

QString makeTitle(const Model& model, std::int64_t count) {
    return Job::tr("Make %n picture(s) with %1", nullptr, int(count))
        .arg(QString::fromStdString(model.info().title));
}

bool isModel(const std::filesystem::path& folder) {
    try {
        model_folder(folder.string());
        return true;
    } catch (const Error&) {
        return false;
    }
}

/// Looks at the first few hundred files only.
bool holdsImages(const std::filesystem::path& folder) {
    for (const char* split : {"train", "test", "validation"}) try {
            open_dataset(folder.string(), split, [](const Listing&) { return false; });
            return true;
        } catch (const Error&) {
            continue;
        }
    return false;
}

bool isArchive(const std::filesystem::path& file) {
    return has_tar_suffix(file) || file.extension() == ".zip";
}

}  // namespace

GenerateJob::GenerateJob(std::shared_ptr<const Model> model, const GenerateRequest& request,
                         const Fields& own, double budget)
    : Job(makeTitle(*model, request.count)),
      model_(std::move(model)),
      request_(request),
      own_(own),
      atOnce_(model_->bond(own_) == Bond::None ? usualAtOnce : request_.count),
      budget_(budget) {}

void GenerateJob::run() {
    start_ = seconds();
    for (first_ = 0; first_ < request_.count; first_ += atOnce_) {
        GenerateRequest part = request_;
        part.seed = seed_of(request_, first_);
        part.count = std::min(request_.count - first_, atOnce_);
        std::vector<Image> images = model_->generate(
            part, own_, [this](const Progress& progress) { return step(progress); });
        hand(true);
        const bool stopped = std::int64_t(images.size()) < part.count;
        keep(std::move(images));
        if (stopped) break;
    }
    const double taken = std::max(seconds() - start_, 1e-9);
    Q_EMIT measured(taken, previewSeconds_ / taken, every_);
}

bool GenerateJob::step(const Progress& progress) {
    if (progress.preview && due(progress)) {
        const double before = seconds();
        auto preview = std::make_shared<Preview>(progress.preview());
        preview->first += int(first_);
        steps_ = preview->steps;
        waiting_.push_back(preview);
        hand(budget_ >= 1 || preview->step + 1 >= preview->steps);
        previewSeconds_ += seconds() - before;
        weigh();
    }
    const std::int64_t parts = (request_.count + atOnce_ - 1) / atOnce_;
    return report({first_ / atOnce_ * progress.total + progress.done,
                   parts * progress.total,
                   progress.what,
                   {}});
}

bool GenerateJob::due(const Progress& progress) const {
    if (steps_ == 0) return true;
    const auto step = int((progress.done - 1) % steps_);  // one group comes after the other
    return step % every_ == 0 || step + 1 == steps_;
}

void GenerateJob::weigh() {
    const double paid = std::max(previewSeconds_ - freeSeconds, 0.);
    const double share = paid / std::max(seconds() - start_, 1e-9);
    if (share > budget_)
        every_ = std::min(2 * every_, std::max(steps_, 1));
    else if (share < budget_ / 3 && every_ > 1)
        every_ /= 2;
}

void GenerateJob::hand(bool now) {
    const qint64 time = qint64(seconds() * 1000);
    if (waiting_.empty() || (!now && time - handed_ < preview_interval_ms)) return;
    handed_ = time;
    Q_EMIT previewed(std::exchange(waiting_, {}));
}

void GenerateJob::keep(std::vector<Image> images) {
    if (images.empty()) return;
    const std::string& id = model_->info().id;
    if (press_.empty()) press_ = newPress(id);
    std::vector<Picture> pictures;
    std::exception_ptr trouble;
    for (std::size_t i = 0; i < images.size(); ++i) {
        Picture picture{std::make_shared<const Image>(std::move(images[i])), {}};
        const auto file = press_ / pictureName(id, seed_of(request_, first_ + std::int64_t(i)));
        try {
            if (!trouble) {
                write_image(file, *picture.image);
                picture.file = file;
            }
        } catch (const Error&) {
            trouble = std::current_exception();
        }
        pictures.push_back(std::move(picture));
    }
    Q_EMIT made(int(first_), pictures);
    if (trouble) std::rethrow_exception(trouble);
}

DeviceJob::DeviceJob(Use use) : Job(tr("Choose the device")), use_(std::move(use)) {}

void DeviceJob::run() { Q_EMIT chose(use_()); }

OpenModelJob::OpenModelJob(const std::string& name, Open open)
    : Job(tr("Open %1").arg(QString::fromStdString(name))), name_(name), open_(std::move(open)) {}

void OpenModelJob::run() { Q_EMIT opened(open_(name_)); }

LookJob::LookJob(const std::filesystem::path& file)
    : Job(tr("Look into %1").arg(QString::fromStdString(file.filename().string()))), file_(file) {}

void LookJob::run() {
    const std::filesystem::path run = file_.filename() == "run.json" ? file_.parent_path() : file_;
    if (std::filesystem::exists(run / "run.json")) {
        Q_EMIT seen({Dropped::Kind::Run, run, {}, nullptr});
        return;
    }
    if (std::filesystem::is_directory(file_)) {
        const bool images = !isModel(file_) && holdsImages(file_);
        if (!images) model_folder(file_.string());
        Q_EMIT seen({images ? Dropped::Kind::Dataset : Dropped::Kind::Model, file_, {}, nullptr});
        return;
    }
    if (is_weights_name(file_)) return Q_EMIT seen({Dropped::Kind::Model, file_, {}, nullptr});
    if (isArchive(file_)) return Q_EMIT seen({Dropped::Kind::Dataset, file_, {}, nullptr});
    const std::shared_ptr<const OpenedPhoto> photo =
        readPhoto(file_, [this](const Tiles& smaller) { Q_EMIT glanced(smaller); });
    const bool made = photo->record && !isRetouched(*photo->record);
    Q_EMIT seen({made ? Dropped::Kind::Picture : Dropped::Kind::Photo, file_,
                 photo->record.value_or(Record()), photo});
}

}  // namespace daguerre
