#include "ui/widgets/thumbnail_loader.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>

#include "core/base/error.h"
#include "core/data/thumbnails.h"
#include "ui/widgets/qimage.h"

namespace daguerre {
namespace {

/// Sides that are kept on disk; a picture is made from the next larger one.
constexpr int keptSides[]{128, 256, 512};
constexpr int costUnit = 1024;  // bytes

int keptSide(int side) {
    for (const int kept : keptSides)
        if (side <= kept) return kept;
    return side;
}

/// Exactly as it will be painted: that is done by the million pixels, and not in the window.
QImage fitted(const std::shared_ptr<const Image>& image, int side) {
    const QImage whole = asQImage(image);
    const QSize size = whole.size().scaled(side, side, Qt::KeepAspectRatio).expandedTo({1, 1});
    const bool larger = size.width() >= whole.width();
    return whole
        .scaled(size, Qt::IgnoreAspectRatio,
                larger ? Qt::FastTransformation : Qt::SmoothTransformation)
        .convertToFormat(QImage::Format_RGB32);
}

}  // namespace

struct ThumbnailLoader::Work {
    struct Made {
        std::uint32_t image;
        int side, number;
        QImage picture;
    };
    std::mutex mutex;  // of all below
    ThumbnailLoader* owner = nullptr;
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<ThumbnailStore> store;  // of keptSide(side)
    std::filesystem::path folder;
    bool storeWanted = false;
    int side = 64, number = 0;  // number: of the dataset
    std::deque<std::uint32_t> wanted;
    std::vector<std::uint32_t> running;
    std::vector<Made> made;
    int threads = 0;
    bool told = false;

    void openStore() {
        storeWanted = false;
        store = nullptr;
        const std::string& hash = dataset->info().sha256;
        if (folder.empty() || hash.empty() || dataset->name(0).starts_with('#')) return;
        try {
            store = std::make_shared<ThumbnailStore>(folder, hash, keptSide(side));
        } catch (const Error&) {
            folder.clear();  // nothing is kept, everything is shown
        }
    }
};

ThumbnailLoader::ThumbnailLoader(std::filesystem::path store, int megabytes, QObject* parent)
    : QObject(parent),
      work_(std::make_shared<Work>()),
      pictures_(qsizetype(megabytes) * (1 << 20) / costUnit) {
    work_->owner = this;
    work_->folder = std::move(store);
    pool_.setMaxThreadCount(std::max(1, QThread::idealThreadCount()));
    pool_.setThreadPriority(QThread::LowPriority);
}

ThumbnailLoader::~ThumbnailLoader() {
    {
        const std::lock_guard lock(work_->mutex);
        work_->wanted.clear();
    }
    pool_.waitForDone();
}

void ThumbnailLoader::setDataset(std::shared_ptr<const Dataset> dataset) {
    const std::shared_ptr<const Dataset> before = dataset_;
    for (const std::uint32_t image : pictures_.keys())
        if (!before || !dataset || image >= dataset->info().count ||
            before->info().id != dataset->info().id || before->name(image).starts_with('#') ||
            before->name(image) != dataset->name(image))
            pictures_.remove(image);
    dataset_ = dataset;
    std::shared_ptr<const Dataset> old;
    {
        const std::lock_guard lock(work_->mutex);
        old = std::exchange(work_->dataset, dataset);
        work_->storeWanted = true;
        ++work_->number;
        work_->wanted.clear();
        work_->running.clear();
    }
    // A million names take a while to be forgotten.
    pool_.start([before, old] {});
}

void ThumbnailLoader::setSide(int side) {
    const std::lock_guard lock(work_->mutex);
    if (side == work_->side) return;
    work_->storeWanted = work_->storeWanted || keptSide(side) != keptSide(work_->side);
    work_->side = side;
}

void ThumbnailLoader::want(const std::vector<std::uint32_t>& images) {
    if (!dataset_) return;
    {
        const std::lock_guard lock(work_->mutex);
        // What is made but not taken yet must not be made again.
        const auto comes = [&work = *work_](std::uint32_t image) {
            return std::ranges::count(work.running, image) > 0 ||
                   std::ranges::any_of(work.made, [&](const Work::Made& one) {
                       return one.image == image && one.side == work.side &&
                              one.number == work.number;
                   });
        };
        work_->wanted.clear();
        for (const std::uint32_t image : images) {
            if (image >= dataset_->info().count) continue;
            const Picture* there = pictures_.object(image);
            if (there && there->side == work_->side) continue;
            if (!comes(image)) work_->wanted.push_back(image);
        }
    }
    startThreads();
}

void ThumbnailLoader::startThreads() {
    const std::lock_guard lock(work_->mutex);
    while (work_->threads < pool_.maxThreadCount() && work_->threads < int(work_->wanted.size())) {
        ++work_->threads;
        pool_.start([work = work_] { run(work); });
    }
}

void ThumbnailLoader::run(const std::shared_ptr<Work>& work) {
    std::unique_lock lock(work->mutex);
    while (!work->wanted.empty()) {
        if (work->storeWanted) work->openStore();
        const std::uint32_t image = work->wanted.front();
        const std::shared_ptr<const Dataset> dataset = work->dataset;
        const std::shared_ptr<ThumbnailStore> store = work->store;
        const int side = work->side, number = work->number;
        work->wanted.pop_front();
        work->running.push_back(image);
        lock.unlock();
        QImage picture;
        try {
            picture = fitted(std::make_shared<const Image>(
                                 thumbnail(*dataset, image, keptSide(side), store.get())),
                             side);
        } catch (const std::exception&) {
            picture = {};  // Problems says why
        }
        lock.lock();
        if (number == work->number) std::erase(work->running, image);
        work->made.push_back({image, side, number, picture});
        if (std::exchange(work->told, true)) continue;
        QMetaObject::invokeMethod(work->owner, &ThumbnailLoader::take, Qt::QueuedConnection);
    }
    --work->threads;
}

void ThumbnailLoader::take() {
    std::vector<Work::Made> made;
    int number = 0;
    {
        const std::lock_guard lock(work_->mutex);
        made = std::exchange(work_->made, {});
        number = work_->number;
        work_->told = false;
    }
    made_ += int(made.size());
    for (Work::Made& one : made) {
        if (one.number != number) continue;
        const auto cost = qsizetype(one.picture.sizeInBytes()) / costUnit + 1;
        pictures_.insert(one.image, new Picture{std::move(one.picture), one.side}, cost);
    }
    Q_EMIT came();
}

const QImage* ThumbnailLoader::find(std::uint32_t image) const {
    const Picture* picture = pictures_.object(image);
    return picture ? &picture->image : nullptr;
}

bool ThumbnailLoader::idle() const {
    const std::lock_guard lock(work_->mutex);
    return work_->wanted.empty() && work_->running.empty() && work_->made.empty() && !work_->told;
}

}  // namespace daguerre
