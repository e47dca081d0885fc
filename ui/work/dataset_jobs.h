// Work on datasets for a worker.
#pragma once

#include <memory>
#include <string>

#include "core/data/all_splits.h"
#include "core/data/datasets.h"
#include "core/data/problems.h"
#include "ui/work/job.h"

namespace daguerre {

/// Opens all splits of a dataset. A large folder is handed over while it still grows.
class OpenDatasetJob : public Job {
    Q_OBJECT
public:
    /// name: as open_dataset takes it.
    explicit OpenDatasetJob(const std::string& name);
    const std::string& name() const { return name_; }

Q_SIGNALS:
    /// What there is by now; whole: that is all.
    void grew(const std::shared_ptr<const daguerre::AllSplits>& dataset, bool whole);

protected:
    void run() override;

private:
    std::shared_ptr<const Dataset> open(const std::string& split,
                                        const std::vector<std::shared_ptr<const Dataset>>& before);

    const std::string name_;
};

/// Looks at the images of a dataset, then for what is wrong with them.
class SurveyJob : public Job {
    Q_OBJECT
public:
    SurveyJob(std::shared_ptr<const AllSplits> dataset, bool all);

Q_SIGNALS:
    /// Several times a second at first, then more seldom; the last is whole, or where it stopped.
    void grew(const std::shared_ptr<const daguerre::Survey>& survey);
    void found(const std::shared_ptr<const daguerre::Problems>& problems);

protected:
    void run() override;

private:
    const std::shared_ptr<const AllSplits> dataset_;
    const bool all_;
};

/// Downloads or imports a dataset. Stopped, a download goes on with the next job for it.
class GetDatasetJob : public Job {
    Q_OBJECT
public:
    /// id: of the table, or a name for images of one's own; from: an address, file or folder;
    /// empty: where the table says.
    GetDatasetJob(const std::string& id, const std::string& from);
    const std::string& id() const { return id_; }

Q_SIGNALS:
    /// At the end: how many images are there, and what was not taken.
    void taken(qint64 images, const std::vector<daguerre::BrokenFile>& notTaken);

protected:
    void run() override;

private:
    bool get();
    std::vector<BrokenFile> notTaken() const;

    const std::string id_, from_;
};

}  // namespace daguerre
