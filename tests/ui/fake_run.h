// A run without a network, for tests of the window: each step counts images and writes what a run
// folder holds.
#pragma once

#include <QSemaphore>
#include <algorithm>
#include <atomic>
#include <memory>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/image_file.h"
#include "core/training/checkpoint.h"
#include "core/training/training_run.h"
#include "fake_model.h"
#include "ui/work/train_job.h"

namespace daguerre {

/// What a test sees of a FakeRun, and how it holds it back.
struct FakeTraining {
    std::atomic<int> opened = 0, steps = 0, saves = 0, previews = 0;
    std::atomic<bool> disk_full = false, unstable = false;
    std::atomic<int> total_steps = 1000;
    QSemaphore* gate = nullptr;  // each step takes one, if there is a gate
};

class FakeRun : public TrainingRun {
public:
    static constexpr std::int64_t batch = 8;

    FakeRun(const RunStart& start, std::shared_ptr<FakeTraining> world)
        : folder_(start.folder), world_(std::move(world)), settings_(train_fields("diffusion")) {
        ++world_->opened;
        for (const auto& [key, value] : start.settings) set_field_text(settings_, key, value);
        set_field(settings_, "images", std::int64_t(world_->total_steps * batch));
        if (!start.dataset.empty())
            write_run(folder_, {start.dataset, "diffusion", "", start.settings, settings_});
    }

    bool finished() const override { return world_->steps >= world_->total_steps; }
    StepReport advance() override {
        if (world_->gate) world_->gate->acquire();
        if (world_->unstable) throw Error("Training became unstable.");
        ++world_->steps;
        StepReport report;
        report.images_seen = world_->steps * batch;
        report.images_total = world_->total_steps * batch;
        report.losses = {{"loss", 1. / world_->steps}};
        report.images_per_second = 100;
        return report;
    }
    bool preview_due() const override { return false; }
    bool save_due() const override { return false; }
    std::filesystem::path make_preview(const OnProgress& on_progress) override {
        if (!on_progress({0, 1, "step", nullptr})) return {};
        ++world_->previews;
        const std::string number = std::to_string(world_->steps * batch);
        const auto file =
            folder_ / "previews" / (std::string(10 - number.size(), '0') + number + ".png");
        Image sheet = Image::blank(32, 32, 1);
        for (int y = 0; y < 32; ++y)
            std::ranges::fill(sheet.row<std::uint8_t>(y), std::uint8_t(world_->steps % 256));
        write_image(file, sheet);
        return file;
    }
    void save() override {
        if (world_->disk_full) throw Error("“{folder}” is full.", {{"folder", folder_}});
        ++world_->saves;
    }
    std::shared_ptr<const Model> snapshot() const override {
        return std::make_shared<const FakeModel>("snapshot");
    }
    const Fields& request() const override { return settings_; }
    std::vector<std::string> remarks() const override { return {}; }
    std::uint64_t expected_bytes() const override { return 0; }

private:
    const std::filesystem::path folder_;
    const std::shared_ptr<FakeTraining> world_;
    Fields settings_;
};

}  // namespace daguerre
