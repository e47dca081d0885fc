// A model and a classifier that learned nothing, for tests of what is built on them.
#pragma once

#include <atomic>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/diffusion/noise_schedule.h"
#include "core/models/classifier.h"
#include "tiny_data.h"

inline const std::string painter_hash(64, 'a'), network_hash(64, 'b');

/// Makes the tiny shapes, image i as the dataset's image `seed` + i.
class Painter : public daguerre::Model {
public:
    explicit Painter(std::int64_t copies = 1'000'000) : copies_(copies) {
        info_.id = "painter";
        info_.family = "pixelcnn";
        info_.width = info_.height = 16;
        info_.channels = 1;
        info_.classes = {"Disc", "Square", "Cross", "Stripes"};
        info_.sha256 = painter_hash;
    }
    const daguerre::ModelInfo& info() const override { return info_; }
    daguerre::Fields generate_fields() const override { return {}; }
    std::vector<daguerre::Image> generate(const daguerre::GenerateRequest& request,
                                          const daguerre::Fields&,
                                          const daguerre::OnProgress& on_progress) const override {
        std::vector<daguerre::Image> images;
        for (std::int64_t i = 0; i < request.count; ++i) {
            if (!on_progress({i, request.count, "call", {}})) break;
            images.push_back(shapes_->at(daguerre::seed_of(request, i) % copies_).image);
        }
        return images;
    }
    daguerre::Likelihood likelihood() const override { return {.kind = "Exact"}; }
    std::vector<double> bits_per_dimension(const std::vector<daguerre::Image>& pictures,
                                           const std::vector<int>& labels,
                                           const daguerre::GenerateRequest&) const override {
        std::vector<double> bits;
        for (std::size_t i = 0; i < pictures.size(); ++i) bits.push_back(2 + 0.5 * labels[i]);
        return bits;
    }
    void save(const std::filesystem::path&) const override {}

    daguerre::ModelInfo info_;

private:
    std::int64_t copies_;
    std::shared_ptr<const daguerre::Dataset> shapes_ = tiny_dataset(1'000'000);
};

/// Features: fixed projections. Classes: the nearest mean of each class's first images.
class Ruler : public daguerre::Classifier {
public:
    Ruler() {
        info_.id = "ruler";
        info_.family = "classifier";
        info_.width = info_.height = 16;
        info_.channels = 1;
        info_.classes = {"disc", "square", "cross", "stripes"};
        info_.makes_images = false;
        info_.sha256 = network_hash;
        for (int label = 0; label < 4; ++label) {
            at::Tensor mean = at::zeros({256});
            for (int turn = 0; turn < 25; ++turn) {
                const daguerre::Image image = tiny_dataset(100)->at(4 * turn + label).image;
                for (int k = 0; k < 256; ++k)
                    mean[k] += float(std::uint8_t(image.pixels[std::size_t(k)])) / 127.5f - 1;
            }
            means_.push_back(mean / 25);
        }
        const at::Tensor at = at::arange(256 * 6, at::kFloat).view({256, 6});
        projections_ = (0.37 * at * (1 + 0.01 * at)).sin() / 16;
    }
    const daguerre::ModelInfo& info() const override { return info_; }
    daguerre::Fields generate_fields() const override { return {}; }
    std::vector<daguerre::Image> generate(const daguerre::GenerateRequest&, const daguerre::Fields&,
                                          const daguerre::OnProgress&) const override {
        return {};
    }
    void save(const std::filesystem::path&) const override {}
    Answer classify(const at::Tensor& images) const override {
        seen += images.size(0);
        const at::Tensor rows = images.flatten(1);
        at::Tensor features = at::matmul(rows, projections_);
        if (broken) features[0][3] = std::nan("");
        return {features, -10 * at::cdist(rows, at::stack(means_)).square() / 256};
    }

    const daguerre::NoiseSchedule* noise_schedule() const override { return nullptr; }
    at::Tensor log_probabilities(const at::Tensor&, double) const override { return {}; }

    bool broken = false;
    mutable std::atomic<std::int64_t> seen = 0;
    daguerre::ModelInfo info_;

private:
    std::vector<at::Tensor> means_;
    at::Tensor projections_;
};
