#include "ui/work/dataset_jobs.h"

#include <algorithm>
#include <chrono>

#include "core/data/fetch.h"
#include "core/image/image_file.h"

namespace daguerre {
namespace {

/// A part of a listing is handed over when it is so many times as long as the one before: each has
/// to be sorted.
constexpr std::int64_t growth = 4;

/// Between two surveys that are handed over, at first and at most.
constexpr std::chrono::milliseconds firstShown{200}, seldom{2'000};

constexpr std::size_t mostListed = 10'000;

using Parts = std::vector<std::shared_ptr<const Dataset>>;

}  // namespace

OpenDatasetJob::OpenDatasetJob(const std::string& name)
    : Job(tr("Open %1").arg(QString::fromStdString(name))), name_(name) {}

std::shared_ptr<const Dataset> OpenDatasetJob::open(const std::string& split, const Parts& before) {
    std::int64_t next = 0;
    return open_dataset(name_, split, [&](const Listing& listing) {
        if (listing.found >= next) {
            next = listing.found * growth;
            if (const auto part = listing.so_far()) {
                Parts parts = before;
                parts.push_back(part);
                Q_EMIT grew(std::make_shared<const AllSplits>(std::move(parts)), false);
            }
        }
        return report({listing.found, 0, "file", {}});
    });
}

void OpenDatasetJob::run() {
    Parts parts;
    std::exception_ptr refusal, broken;
    for (const char* split : {"train", "validation", "test"}) {
        const bool first = parts.empty();
        if (!first) {
            const auto& splits = parts.front()->info().splits;
            if (std::find(splits.begin(), splits.end(), split) == splits.end()) continue;
            Q_EMIT grew(std::make_shared<const AllSplits>(parts), false);
        }
        try {
            const auto part = open(split, parts);
            if (!part) return;
            parts.push_back(part);
        } catch (const Error&) {
            // The sentence about train says which splits there are.
            if (!first)
                broken = std::current_exception();
            else if (!refusal)
                refusal = std::current_exception();
        }
        if (cancelled()) return;
    }
    if (parts.empty()) std::rethrow_exception(refusal);
    Q_EMIT grew(std::make_shared<const AllSplits>(std::move(parts)), true);
    if (broken) std::rethrow_exception(broken);
}

SurveyJob::SurveyJob(std::shared_ptr<const AllSplits> dataset, bool all)
    : Job(tr("Look at the images of %1").arg(QString::fromStdString(dataset->info().title))),
      dataset_(std::move(dataset)),
      all_(all) {}

void SurveyJob::run() {
    using Clock = std::chrono::steady_clock;
    Clock::time_point next = Clock::now() + firstShown;
    auto pause = firstShown;
    const auto whole =
        std::make_shared<const Survey>(survey(*dataset_, all_, [&](const Surveying& at) {
            if (Clock::now() >= next) {
                Q_EMIT grew(std::make_shared<const Survey>(at.so_far()));
                pause = std::min(pause * 2, seldom);
                next = Clock::now() + pause;
            }
            return report({at.done, at.total, "image", {}});
        }));
    Q_EMIT grew(whole);
    if (cancelled()) return;
    const auto problems = std::make_shared<const Problems>(
        find_problems(*dataset_, *whole, [&](const Progress&) { return !cancelled(); }));
    if (!cancelled()) Q_EMIT found(problems);
}

GetDatasetJob::GetDatasetJob(const std::string& id, const std::string& from)
    : Job(tr("Get %1").arg(QString::fromStdString(id))), id_(id), from_(from) {}

bool GetDatasetJob::get() {
    const auto onProgress = [this](const Progress& progress) { return report(progress); };
    const bool address = from_.find("://") != std::string::npos;
    for (const DatasetRow& row : datasets()) {
        if (row.id != id_) continue;
        if (from_.empty() || address) return fetch_dataset(row, from_, onProgress);
        import_dataset(row, from_, onProgress);
        return !cancelled();
    }
    if (address) return fetch_own_dataset(id_, from_, onProgress);
    import_own_dataset(id_, from_, onProgress);
    return !cancelled();
}

std::vector<BrokenFile> GetDatasetJob::notTaken() const {
    namespace fs = std::filesystem;
    std::vector<BrokenFile> files;
    std::error_code error;
    fs::recursive_directory_iterator it(from_, fs::directory_options::skip_permission_denied,
                                        error);
    for (const fs::recursive_directory_iterator end; !error && it != end && !cancelled();
         it.increment(error)) {
        std::error_code unknown;
        if (!it->is_regular_file(unknown) || files.size() >= mostListed) continue;
        const std::string name = it->path().lexically_relative(from_).generic_string();
        if (!has_image_suffix(it->path()))
            files.push_back({name, "not an image that Daguerre reads"});
        else
            try {
                peek(it->path());
            } catch (const Error& reason) {
                files.push_back({name, reason.what()});
            }
    }
    return files;
}

void GetDatasetJob::run() {
    if (!get()) return;
    qint64 images = 0;
    std::vector<BrokenFile> broken;
    for (const char* split : {"train", "validation", "test"}) try {
            const auto part = open_dataset(id_, split);
            images += part->info().count;
            broken = part->info().left_out;
        } catch (const Error&) {
            continue;  // it has no such images
        }
    const auto& rows = datasets();
    const bool own = std::none_of(rows.begin(), rows.end(),
                                  [&](const DatasetRow& row) { return row.id == id_; });
    Q_EMIT taken(images, own ? notTaken() : broken);
}

}  // namespace daguerre
