#include "core/models/pixelcnn.h"

#include <QtTest>
#include <cmath>
#include <numbers>
#include <set>

#include "core/base/random.h"
#include "core/models/pixel_speed.h"
#include "core/models/pixelcnn_sampling.h"
#include "core/nn/image_tensor.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// Small networks of every kind of head, channels and classes.
std::vector<PixelCnnConfig> configs() {
    std::vector<PixelCnnConfig> all;
    for (const PixelHead& head : pixel_heads())
        for (const int channels : {1, 3})
            all.push_back({.channels = channels,
                           .features = channels == 1 ? 6 : 25,
                           .layers = 3,
                           .kernel = channels == 1 ? 3 : 5,
                           .dilations = channels == 1 ? std::vector{1, 3} : std::vector{2},
                           .vertical_residual = channels == 1,
                           .head = head.id,
                           .mixtures = 3,
                           .classes = channels == 1 ? 0 : 4,
                           .null_class = channels == 3});
    return all;
}

std::string text(const PixelCnnConfig& config) {
    return config.head + ", " + std::to_string(config.channels) + " channels";
}

/// A network whose answers aren't all alike.
PixelCnn network_of(const PixelCnnConfig& config, at::ScalarType type = at::kFloat) {
    PixelCnn network(config);
    initialise(network, 7);
    const torch::NoGradGuard no_grad;
    const at::Generator generator = at::detail::createCPUGenerator(8);
    for (const at::Tensor& tensor : network->parameters())
        tensor.add_(at::empty(tensor.sizes()).normal_(0, 0.2, generator));
    network->to(type);
    network->eval();
    return network;
}

/// Images of whole values.
at::Tensor images_for(const PixelCnnConfig& config, std::int64_t count, std::int64_t height,
                      std::int64_t width, at::ScalarType type = at::kFloat) {
    const at::Generator generator = at::detail::createCPUGenerator(9);
    return at::randint(256, {count, config.channels, height, width}, generator,
                       at::TensorOptions(type))
        .div(127.5)
        .sub(1);
}

at::Tensor labels_for(const PixelCnnConfig& config, std::int64_t count) {
    return config.classes == 0 ? at::Tensor() : at::arange(count) % (config.classes + 1);
}

/// Answers of any size for a head.
at::Tensor answers_for(const PixelHead& head, int channels, std::int64_t count) {
    const at::Generator generator = at::detail::createCPUGenerator(10);
    return at::randn({count, head.outputs(channels, 4)}, generator,
                     at::TensorOptions(at::kDouble)) *
           at::logspace(-1, 1.5, count, 10, at::kDouble).unsqueeze(1);
}

double largest(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

}  // namespace

class TestPixelCnn : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_pixel_hangs_on_those_before_it_alone() {
        for (const PixelCnnConfig& config : configs()) {
            PixelCnn network = network_of(config, at::kDouble);
            const bool thirds = head_of(config).ordered && config.channels == 3;
            for (int c = 0; c < (thirds ? 3 : 1); ++c) {
                std::set<int> seen;  // channels of the pixel itself
                for (const auto& [row, column] : {std::pair{0, 0}, {2, 3}, {5, 5}, {5, 0}}) {
                    at::Tensor x = images_for(config, 1, 6, 6, at::kDouble);
                    x.set_requires_grad(true);
                    at::Tensor answer = network->forward(x, labels_for(config, 1))[0];
                    if (thirds) answer = answer.narrow(0, 256 * c, 256);
                    answer.select(1, row).select(1, column).square().sum().backward();
                    const at::Tensor slope = x.grad()[0].reshape({config.channels, 36});
                    const int place = 6 * row + column;
                    if (place < 35) QVERIFY(largest(slope.narrow(1, place + 1, 35 - place)) == 0);
                    for (int other = 0; other < config.channels; ++other)
                        if (slope[other][place].item<double>() != 0) seen.insert(other);
                    if (column > 0)
                        QVERIFY(slope.select(1, place - 1).abs().min().item<double>() > 0);
                    if (row > 1)  // further back, or above to the right
                        QVERIFY(slope.select(1, place - 5).abs().min().item<double>() > 0);
                }
                std::set<int> before;
                for (int other = 0; thirds && other < c; ++other) before.insert(other);
                QVERIFY2(seen == before, text(config).c_str());
            }
        }
    }

    void probabilities_of_all_images_sum_to_one() {
        for (const PixelCnnConfig& config : configs()) {
            if (config.channels != 1) continue;
            PixelCnn network = network_of(config);
            const torch::NoGradGuard no_grad;
            const at::Tensor levels = at::arange(256, at::kFloat).div(127.5).sub(1);
            double sum = 0;
            for (int left = 0; left < 256; ++left) {  // two pixels: 65,536 images
                const at::Tensor images =
                    at::stack({levels[left].expand({256}), levels}, 1).view({256, 1, 1, 2});
                const at::Tensor bits = bits_per_dimension(network, images, {}).to(at::kDouble) * 2;
                sum += at::exp2(-bits).sum().item<double>();
            }
            QVERIFY2(std::abs(sum - 1) < 1e-4, (text(config) + std::to_string(sum)).c_str());
        }
    }

    void probabilities_of_all_values_sum_to_one() {
        for (const PixelHead& head : pixel_heads())
            for (const int channels : {1, 3}) {
                const at::Tensor answers = answers_for(head, channels, 64);
                PixelCnnConfig config{.channels = channels};
                const at::Tensor pixels = images_for(config, 64, 1, 1, at::kDouble).flatten(1);
                at::Tensor chain = at::zeros({64}, at::kDouble);
                for (int c = 0; c < channels; ++c) {
                    const at::Tensor all = head.log_probabilities(answers, pixels, c);
                    QVERIFY2(largest(all.exp().sum(1) - 1) < 1e-9, head.id.c_str());
                    const at::Tensor values =
                        ((pixels.select(1, c) + 1) * 127.5).round().to(at::kLong);
                    chain += all.gather(1, values.unsqueeze(1)).squeeze(1);
                }
                // The chain of the channels is what whole pixels have.
                QVERIFY2(largest(head.log_likelihood(answers, pixels) - chain) < 1e-8,
                         head.id.c_str());
            }
    }

    void probabilities_have_slopes_everywhere() {
        for (const PixelHead& head : pixel_heads()) {
            at::Tensor answers = answers_for(head, 3, 256).mul_(30);
            answers.set_requires_grad(true);
            const at::Tensor pixels =
                images_for({.channels = 3}, 256, 1, 1, at::kDouble).flatten(1);
            head.log_likelihood(answers, pixels).sum().backward();
            QVERIFY(at::isfinite(answers.grad()).all().item<bool>());
        }
    }

    void what_is_untrained_counts_eight_bits() {
        PixelCnnConfig config = configs().front();
        PixelCnn network(config);
        initialise(network, 3);
        const at::Tensor bits = bits_per_dimension(network, images_for(config, 4, 5, 5), {});
        QVERIFY(largest(bits - 8) < 1e-5);
    }

    void cached_answers_are_those_of_whole_passes() {
        for (const PixelCnnConfig& config : configs()) {
            PixelCnn network = network_of(config);
            const torch::NoGradGuard no_grad;
            const at::Tensor images = images_for(config, 3, 7, 6), labels = labels_for(config, 3);
            const at::Tensor whole = network->forward(images, labels);
            const at::Tensor x = at::zeros_like(images);
            PixelCache cache(network, x, labels);
            double far = 0;
            for (int row = 0; row < 7; ++row) {
                cache.begin_row(row);
                for (int column = 0; column < 6; ++column) {
                    const auto at_pixel = [&](const at::Tensor& all) {
                        return all.select(2, row).select(2, column);
                    };
                    for (int c = 0; c < config.channels; ++c) {
                        const bool thirds = head_of(config).ordered && config.channels == 3;
                        const at::Tensor answer = cache.answer(column);
                        const at::Tensor off = answer - at_pixel(whole);
                        far = std::max(far, largest(thirds ? off.narrow(1, 256 * c, 256) : off));
                        at_pixel(x).select(1, c).copy_(at_pixel(images).select(1, c));
                    }
                }
            }
            QVERIFY2(far < 1e-5, (text(config) + " " + std::to_string(far)).c_str());
        }
    }

    void drawing_is_what_whole_passes_draw() {
        for (const PixelCnnConfig& config : configs()) {
            PixelCnn network = network_of(config);
            const torch::NoGradGuard no_grad;
            const PixelHead& head = head_of(config);
            PixelDraw draw{.x = at::zeros({2, config.channels, 5, 4}),
                           .known = {},
                           .labels = labels_for(config, 2),
                           .seeds = {3, 4000000000},
                           .temperature = 0.9,
                           .guidance = config.null_class ? 2.5 : 1};
            const at::Tensor naive = draw.x.clone();
            draw_pixels(network, draw, [](std::int64_t, bool) {});
            for (int row = 0; row < 5; ++row)
                for (int column = 0; column < 4; ++column)
                    for (int c = 0; c < config.channels; ++c) {
                        const at::Tensor pixel = naive.select(2, row).select(2, column);
                        const auto expected = [&](const at::Tensor& labels) {
                            return head.log_probabilities(
                                network->forward(naive, labels).select(2, row).select(2, column),
                                pixel, c);
                        };
                        at::Tensor all = expected(draw.labels);
                        if (config.null_class) {
                            const at::Tensor without =
                                expected(at::full_like(draw.labels, config.classes));
                            all = without + 2.5 * (all - without);
                        }
                        const auto number = std::uint64_t((row * 4 + column) * config.channels + c);
                        at::Tensor uniform = at::empty({2}, at::kDouble);
                        for (int i = 0; i < 2; ++i)
                            uniform[i] = unit_interval(
                                seed_for(draw.seeds[std::size_t(i)], Stream::Latent, number));
                        pixel.select(1, c).copy_(
                            values_at(all, uniform, 0.9).to(at::kFloat).div(127.5).sub(1));
                    }
            QVERIFY2(at::equal(draw.x, naive), text(config).c_str());
        }
    }

    void drawing_and_passes_are_timed_in_turn() {
        const DeviceChoice device = use_device("cpu", 1);
        const PixelSpeed speed = pixel_speed(1, 1, device, {});
        QCOMPARE(speed.draw_ms.size(), std::size_t(1));
        QCOMPARE(speed.pass_ms.size(), std::size_t(1));
        QCOMPARE(speed.passes, 784);
        QVERIFY(speed.draw_ms[0] > 0 && speed.pass_ms[0] > 0);
        QVERIFY(pixel_speed(1, 1, device, [](const Progress& at) {
                    return at.done < 1;
                }).draw_ms.empty());
    }

    void values_lie_where_the_share_is_reached() {
        const at::Tensor logarithms = at::full({6, 256}, -std::numeric_limits<double>::infinity());
        logarithms.select(1, 3).fill_(std::log(0.25));
        logarithms.select(1, 9).fill_(std::log(0.5));
        logarithms.select(1, 255).fill_(std::log(0.25));
        const at::Tensor uniform =
            at::tensor({0.0, 0.24, 0.26, 0.74, 0.76, 1 - 1e-16}, at::kDouble);
        QVERIFY(at::equal(values_at(logarithms, uniform, 1), at::tensor({3, 3, 9, 9, 255, 255})));
        QVERIFY(at::equal(values_at(logarithms, uniform, 0), at::full({6}, 9, at::kLong)));
        // At half the temperature squares count: 1/6, 4/6, 1/6.
        QVERIFY(at::equal(values_at(logarithms, uniform, 0.5), at::tensor({3, 9, 9, 9, 9, 255})));
    }

    void a_completion_keeps_what_is_known_and_sees_what_is_above() {
        const PixelCnnConfig config = configs().front();
        const Json about{{"family", "pixelcnn"},
                         {"image", {{"width", 8}, {"height", 8}, {"channels", 1}}},
                         {"settings", Json::object()}};
        const auto model = make_pixelcnn_model("tiny", network_of(config), about, "");
        Image picture = images_of(images_for(config, 1, 8, 8))[0], hole = Image::blank(8, 8, 1);
        for (int y = 3; y < 5; ++y)
            for (int x = 2; x < 7; ++x) hole.row<std::uint8_t>(y)[std::size_t(x)] = 255;
        const GenerateRequest request{.seed = 5, .device = "cpu"};
        int begun = 0, steps = 0;
        const auto filled = [&](const Image& from) {
            return model->complete(from, hole, request, model->complete_fields(),
                                   [&](const Progress& at) {
                                       begun += at.what == "call";
                                       steps += at.what == "step";
                                       return at.total == 8 && at.done == steps % 9;
                                   });
        };
        const Image result = filled(picture);
        QCOMPARE(begun, 8);
        QCOMPARE(steps, 8);
        bool drawn = false;
        for (std::size_t i = 0; i < 64; ++i) {
            if (hole.pixels[i] == std::byte(0)) QVERIFY(result.pixels[i] == picture.pixels[i]);
            drawn = drawn || result.pixels[i] != picture.pixels[i];
        }
        QVERIFY(drawn);
        const auto hole_of = [&](const Image& image) {
            std::vector<std::byte> pixels;
            for (std::size_t i = 0; i < 64; ++i)
                if (hole.pixels[i] != std::byte(0)) pixels.push_back(image.pixels[i]);
            return pixels;
        };
        Image other = picture;
        steps = 0;
        for (std::size_t i = 0; i < 64; ++i)  // what lies in the hole, and below it
            if (i >= 40 || hole.pixels[i] != std::byte(0)) other.pixels[i] ^= std::byte(255);
        QVERIFY(hole_of(filled(other)) == hole_of(result));
        steps = 0;
        for (std::size_t i = 0; i < 24; ++i) other.pixels[i] ^= std::byte(255);
        QVERIFY(hole_of(filled(other)) != hole_of(result));
        int asked = 0;
        const auto stop = [&](const Progress&) { return ++asked < 4; };
        QCOMPARE(model->complete(picture, hole, request, {}, stop).width, 0);
        QCOMPARE(asked, 4);
    }

    void networks_have_as_many_parameters_as_counted() {
        for (const PixelCnnConfig& config : configs()) {
            std::int64_t count = 0;
            const PixelCnn network(config);
            for (const at::Tensor& tensor : network->parameters()) count += tensor.numel();
            QCOMPARE(parameter_count(config), count);
        }
    }

    void settings_that_do_not_go_together_are_refused() {
        PixelCnnOptions options;
        options.kernel = 4;
        QVERIFY(says(refusal([&] { pixelcnn_network(options, 8, {}); }), "must be odd"));
        DataShape plain;
        plain.dataset.id = "things";
        QVERIFY(says(refusal([&] { with_learned_classes(plain, "on"); }),
                     "“things” has no classes to learn"));
        QVERIFY(with_learned_classes({.classes = {"a"}, .dataset = {}}, "off").classes.empty());
    }
};

QTEST_GUILESS_MAIN(TestPixelCnn)
#include "test_pixelcnn.moc"
