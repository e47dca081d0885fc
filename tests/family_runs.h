// Runs of every family on the tiny shapes.
#pragma once

#include <QTemporaryDir>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/training/training_run.h"
#include "states.h"
#include "tiny_run.h"

namespace daguerre {

/// What test classes of every family have in common: a folder with the shapes and runs.
class FamilyRuns {
protected:
    void write_shapes() const {
        write_tiny_dataset(path("shapes"));
        write_tiny_dataset(path("shapes"), 12, "t10k");
    }
    std::filesystem::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }

    std::unique_ptr<TrainingRun> started(
        const std::string& family, const std::string& name,
        const std::vector<std::pair<std::string, std::string>>& more = {}) const {
        return TrainingRun::start(path("shapes").string(), family, path(family + "-" + name),
                                  tiny_settings_of(family, more));
    }

    /// A model after ten steps, in its run's folder; one a family.
    std::filesystem::path learned(const std::string& family) const {
        const std::filesystem::path folder = path(family + "-learned");
        if (!std::filesystem::exists(folder)) {
            const auto run = started(family, "learned");
            advance(*run, 10);
            run->save();
        }
        return folder;
    }

private:
    QTemporaryDir folder_;
};

}  // namespace daguerre
