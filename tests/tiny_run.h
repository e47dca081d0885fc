// Small runs that tests train.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "dataset_files.h"
#include "tiny_data.h"

/// The tiny shapes as a folder of IDX files, so that a run can name them.
inline void write_tiny_dataset(const std::filesystem::path& folder, int count = 32,
                               const std::string& split = "train") {
    const auto dataset = tiny_dataset(count);
    std::string pixels, labels;
    for (int i = 0; i < count; ++i) {
        const daguerre::Example example = dataset->at(i);
        pixels.append(reinterpret_cast<const char*>(example.image.pixels.data()),
                      example.image.pixels.size());
        labels += char(example.label);
    }
    daguerre::write_whole(folder / (split + "-images-idx3-ubyte"),
                          idx_of({unsigned(count), 16, 16}, pixels));
    daguerre::write_whole(folder / (split + "-labels-idx1-ubyte"),
                          idx_of({unsigned(count)}, labels));
}

/// Settings of a network that takes a few milliseconds a step.
inline std::vector<std::pair<std::string, std::string>> tiny_settings(
    std::vector<std::pair<std::string, std::string>> more = {}) {
    std::vector<std::pair<std::string, std::string>> settings{
        {"base_channels", "8"}, {"multiples", "1,2"}, {"attention", "8"}, {"groups", "4"},
        {"batch", "8"},         {"images", "80"},     {"warm_up", "0"},   {"precision", "fp32"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

/// The same for any family of the table.
inline std::vector<std::pair<std::string, std::string>> tiny_settings_of(
    const std::string& family, std::vector<std::pair<std::string, std::string>> more = {}) {
    std::vector<std::pair<std::string, std::string>> settings{
        {"batch", "8"},        {"images", "80"},  {"warm_up", "0"},
        {"precision", "fp32"}, {"device", "cpu"}, {"base_channels", "8"}};
    const auto add = [&](std::vector<std::pair<std::string, std::string>> own) {
        settings.insert(settings.end(), own.begin(), own.end());
    };
    if (family == "diffusion") add({{"multiples", "1,2"}, {"attention", "8"}, {"groups", "4"}});
    if (family == "pixelcnn") add({{"layers", "3"}, {"dropout", "0.1"}});
    if (family == "vae") add({{"multiples", "1,2"}, {"latent", "4"}, {"kl_warm_up", "40"}});
    add(std::move(more));
    return settings;
}
