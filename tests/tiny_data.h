// Small things that tests learn from.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "core/data/dataset.h"

/// Grey shapes of 16 x 16 in four classes that take turns: disc, square, cross, stripes. Each image
/// is moved by up to two pixels and has its own brightness, so that no two of the first hundred are
/// equal; image i is always the same.
class TinyDataset : public daguerre::Dataset {
public:
    explicit TinyDataset(std::int64_t count) {
        info_.id = "tiny";
        info_.title = "Tiny shapes";
        info_.split = "train";
        info_.width = info_.height = 16;
        info_.channels = 1;
        info_.classes = {"disc", "square", "cross", "stripes"};
        info_.count = count;
        info_.licence = "CC0-1.0";
        info_.source = "made by the tests";
        info_.sha256 = "tiny-" + std::to_string(count);
    }

    const daguerre::DatasetInfo& info() const override { return info_; }

    daguerre::Example at(std::int64_t i) const override {
        daguerre::Example example{daguerre::Image::blank(16, 16, 1), int(i % 4)};
        const int turn = int(i / 4);
        const int across = 8 + turn % 5 - 2, down = 8 + turn / 5 % 5 - 2;
        const auto bright = std::uint8_t(255 - turn % 7 * 8);
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 16; ++x)
                if (inside(example.label, x - across, y - down))
                    example.image.row<std::uint8_t>(y)[std::size_t(x)] = bright;
        return example;
    }

private:
    static bool inside(int shape, int x, int y) {
        const int far = std::max(std::abs(x), std::abs(y));
        if (shape == 0) return x * x + y * y <= 20;
        if (shape == 1) return far >= 3 && far <= 4;
        if (shape == 2) return far <= 5 && std::min(std::abs(x), std::abs(y)) <= 1;
        return far <= 5 && (y & 2) == 0;
    }

    daguerre::DatasetInfo info_;
};

inline std::shared_ptr<const daguerre::Dataset> tiny_dataset(std::int64_t count = 32) {
    return std::make_shared<TinyDataset>(count);
}
