// A model without a network, for tests of the window: its pictures are drawn by a formula, its
// clean guesses are blurred ones, and its callbacks come as a real model's do.
#pragma once

#include <QSemaphore>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/models/model.h"

namespace daguerre {

/// What a test sees of a FakeModel, and how it holds it back. Shared by all its models.
struct FakeWorld {
    std::atomic<int> begun = 0;          // network calls begun
    std::atomic<int> calls = 0;          // network calls made
    std::atomic<int> calls_refused = 0;  // on_progress answered false
    QSemaphore* gate = nullptr;          // each call takes one, if there is a gate
};

struct FakeOptions {
    int steps = 20;
    double guidance = 1.5;
    std::string sampler = "dpmpp_2m", schedule = "trailing", branch{}, from{};
    std::int64_t to_seed = -1;

    void each(auto&& visit) {
        visit(sampler, {.key = "sampler",
                        .label = "Sampler",
                        .help = "how the noise is removed",
                        .choices = {"dpmpp_2m", "heun"},
                        .titles = {"DPM++ 2M", "Heun"}});
        visit(schedule, {.key = "schedule",
                         .label = "Schedule",
                         .help = "which noise levels are visited",
                         .choices = {"trailing", "karras"},
                         .titles = {"Trailing", "Karras"}});
        visit(steps, {.key = "steps",
                      .label = "Steps",
                      .help = "network calls for each picture",
                      .min = 1,
                      .max = 1000});
        visit(guidance, {.key = "guidance",
                         .label = "Guidance",
                         .help = "how strongly the class counts",
                         .max = 20});
        visit(from, {.key = "from", .label = "From photo", .help = "where the pictures start"});
        visit(branch, {.key = "branch", .label = "Branch", .help = "changes on the way"});
        visit(to_seed, {.key = "to_seed",
                        .label = "To seed",
                        .help = "where a film ends",
                        .min = -1,
                        .max = 4294967295.0});
    }
};

struct FakeCompletion {
    std::string method = "ddnm";
    int steps = 6;

    void each(auto&& visit) {
        visit(method, {.key = "method",
                       .label = "Method",
                       .help = "how it fills",
                       .choices = {"ddnm", "repaint"},
                       .titles = {"DDNM", "RePaint"}});
        visit(steps, {.key = "model_steps",
                      .label = "Steps",
                      .help = "network calls",
                      .min = 2,
                      .max = 1000});
    }
};

class FakeModel : public Model {
public:
    static constexpr int side = 28, group = 8;

    explicit FakeModel(const std::string& id, std::shared_ptr<FakeWorld> world = {})
        : world_(world ? std::move(world) : std::make_shared<FakeWorld>()) {
        info_.id = info_.title = id;
        info_.family = "diffusion";
        info_.width = info_.height = side;
        info_.channels = id == "colour" ? 3 : 1;
        info_.dataset = "rings";
        info_.classes = {"zero", "one", "two", "three", "four"};
        info_.null_class = true;
        info_.parameters = 1000;
        info_.sha256 = std::string(64, '1');
    }

    const ModelInfo& info() const override { return info_; }
    Fields generate_fields() const override { return fields_of<FakeOptions>(); }
    Bond bond(const Fields& own) const override {
        return options_from<FakeOptions>(own).to_seed < 0 ? Bond::None : Bond::Film;
    }
    void save(const std::filesystem::path&) const override {}

    std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                const OnProgress& on_progress) const override {
        const auto options = options_from<FakeOptions>(own);
        std::vector<Image> images;
        for (std::int64_t first = 0; first < request.count; first += group) {
            const auto last = std::min<std::int64_t>(first + group, request.count);
            std::vector<Image> clean;
            for (std::int64_t i = first; i < last; ++i) clean.push_back(picture(request, i));
            if (!sample(request, options, first, clean, on_progress)) break;
            for (std::int64_t i = first; i < last; ++i)
                images.push_back(recorded(clean[std::size_t(i - first)], request, options, i));
        }
        return images;
    }

    Fields complete_fields() const override { return fields_of<FakeCompletion>(); }
    CompletionCost completion_cost(const Fields& own) const override {
        return {options_from<FakeCompletion>(own).steps, 1e6, 1000};
    }
    /// Its ring where the picture is missing.
    Image complete(const Image& picture, const Image& hole, const GenerateRequest& request,
                   const Fields& own, const OnProgress& on_progress) const override {
        FakeOptions options;
        options.steps = options_from<FakeCompletion>(own).steps;
        const Image ring = this->picture(request, 0);
        Image result = picture;
        for (std::size_t i = 0; i < hole.pixels.size(); ++i)
            for (std::size_t c = 0; c < std::size_t(picture.channels); ++c)
                if (hole.pixels[i] == std::byte(255))
                    result.pixels[i * std::size_t(picture.channels) + c] = ring.pixels[i];
        GenerateRequest one = request;
        one.count = 1;
        return sample(one, options, 0, {result}, on_progress) ? result : Image();
    }

private:
    bool sample(const GenerateRequest& request, const FakeOptions& options, std::int64_t first,
                const std::vector<Image>& clean, const OnProgress& on_progress) const {
        const std::int64_t groups = (request.count + group - 1) / group;
        const std::int64_t total = groups * options.steps;
        for (int step = 0; step < options.steps; ++step) {
            const std::int64_t done = first / group * options.steps + step;
            if (!on_progress({done, total, "call", {}})) return refused();
            ++world_->begun;
            if (world_->gate) world_->gate->acquire();
            ++world_->calls;
            const double share = 1 - double(step) / options.steps;
            const double sigma = 80 * std::pow(share, 5);
            const auto preview = [&] {
                Preview seen{int(first), step, options.steps, sigma, 999 * share, {}, {}};
                for (std::size_t i = 0; i < clean.size(); ++i) {
                    seen.denoised.push_back(blurred(clean[i], int(7 * share)));
                    seen.x.push_back(noisy(clean[i], sigma, unsigned(first) + unsigned(i)));
                }
                return seen;
            };
            if (!on_progress({done + 1, total, "step", preview})) return refused();
        }
        return true;
    }

    bool refused() const {
        ++world_->calls_refused;
        return false;
    }

    /// A ring whose form follows the class, a little different for each seed.
    Image picture(const GenerateRequest& request, std::int64_t i) const {
        const double turn = seed_of(request, i) % 97 / 97. * 2 * std::numbers::pi;
        const int lobes = class_of(info_, request, i) + 1;
        Image image = Image::blank(side, side, 1);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const double dx = x - (side - 1) / 2., dy = y - (side - 1) / 2.;
                const double at = 8 + 2.5 * std::cos(lobes * std::atan2(dy, dx) + turn);
                const double near = 1 - std::abs(std::hypot(dx, dy) - at) / 2.2;
                image.row<std::uint8_t>(y)[std::size_t(x)] =
                    std::uint8_t(255 * std::clamp(near, 0., 1.));
            }
        return image;
    }

    static Image blurred(const Image& image, int reach) {
        if (image.channels != 1) return image;
        Image result = image;
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                int sum = 0, count = 0;
                for (int v = std::max(0, y - reach); v <= std::min(side - 1, y + reach); ++v)
                    for (int u = std::max(0, x - reach); u <= std::min(side - 1, x + reach); ++u) {
                        sum += image.row<std::uint8_t>(v)[std::size_t(u)];
                        ++count;
                    }
                result.row<std::uint8_t>(y)[std::size_t(x)] = std::uint8_t(sum / count);
            }
        return result;
    }

    static Image noisy(const Image& image, double sigma, unsigned seed) {
        Image result = image;
        unsigned state = seed * 2654435761u + 1;
        for (std::byte& pixel : result.pixels) {
            double noise = -6;  // the sum of twelve even draws is nearly normal
            for (int i = 0; i < 12; ++i) {
                state = state * 1664525u + 1013904223u;
                noise += double(state >> 8) / (1 << 24);
            }
            const double x = int(pixel) / 127.5 - 1;
            const double shown = (x + sigma * noise) / std::sqrt(1 + sigma * sigma);
            pixel = std::byte(std::clamp((shown + 1) * 127.5, 0., 255.));
        }
        return result;
    }

    Image recorded(Image image, const GenerateRequest& request, const FakeOptions& options,
                   std::int64_t i) const {
        const int place = class_of(info_, request, i);
        const std::string name = place < 0 ? "" : info_.classes[std::size_t(place)];
        const std::string seed = std::to_string(seed_of(request, i));
        const std::string steps = std::to_string(options.steps);
        add_record(image,
                   {.title = name,
                    .parameters = {{"Steps", steps},
                                   {"Sampler", "DPM++ 2M"},
                                   {"Seed", seed},
                                   {"Size", "28x28"},
                                   {"Model", info_.id},
                                   {"Class", name}},
                    .daguerre = R"({"format":1,"kind":"generate","request":{"model":")" + info_.id +
                                R"(","count":1,"seed":)" + seed + R"(,"class":")" + name +
                                R"(","sampler":")" + options.sampler + R"(","branch":")" +
                                options.branch + R"(","steps":)" + steps + "}}"});
        return image;
    }

    ModelInfo info_;
    std::shared_ptr<FakeWorld> world_;
};

}  // namespace daguerre
