#include "core/models/gan.h"

#include <QtTest>
#include <cmath>

#include "core/models/gan_augment.h"
#include "core/models/train_request.h"
#include "refusal.h"

using namespace daguerre;

namespace {

constexpr const char* backbones[] = {"mlp", "dcgan", "resnet"};

GanConfig config_of(const std::string& backbone, int size, int channels = 1,
                    std::int64_t classes = 0) {
    return {.backbone = backbone,
            .size = size,
            .channels = channels,
            .classes = classes,
            .latent = 10,
            .base_channels = 4,
            .d_channels = 4,
            .widest = 4};
}

DataShape shape_of(int size, int classes) {
    DataShape shape{.size = size, .channels = 1, .classes = {}, .dataset = {}};
    for (int i = 0; i < classes; ++i) shape.classes.push_back("shape " + std::to_string(i));
    return shape;
}

Fields settings_of(const std::vector<std::pair<std::string, FieldValue>>& values) {
    Fields settings = fields_of<TrainRequest>();
    for (const Field& field : fields_of<GanOptions>()) settings.push_back(field);
    for (const auto& [key, value] : values) set_field(settings, key, value);
    return settings;
}

std::string bytes_refusal(const std::vector<std::pair<std::string, FieldValue>>& values,
                          const DataShape& shape) {
    return refusal([&] { gan_family().training_bytes(settings_of(values), shape); });
}

/// A critic that is the product with w, an image.
Critic linear_critic(const at::Tensor& w) {
    return [w](const at::Tensor& images) { return (images * w).sum({1, 2, 3}); };
}

}  // namespace

class TestGan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_size_builds() {
        for (const char* backbone : backbones)
            for (const int size : {8, 28, 32, 48, 64, 96})
                for (const std::int64_t classes : {0, 3}) {
                    const GanConfig config = config_of(backbone, size, 3, classes);
                    const auto generator = make_generator(config, at::kCPU);
                    const auto discriminator = make_discriminator(config, at::kCPU);
                    initialise_gan(*generator, 0, 1);
                    initialise_gan(*discriminator, 0, 2);
                    const at::Tensor labels = classes > 0 ? at::tensor({0L, 2L}) : at::Tensor();
                    const at::Tensor images =
                        generator->forward(at::randn({2, 10}), generator->class_vectors(labels));
                    QCOMPARE(images.sizes(), at::IntArrayRef({2, 3, size, size}));
                    QVERIFY(images.abs().max().item<float>() <= 1);
                    QCOMPARE(discriminator->forward(images, labels).sizes(), at::IntArrayRef({2}));
                    if (classes == 0) continue;
                    const at::Tensor same = images[0].expand({2, 3, size, size});
                    discriminator->eval();  // no dropout, which tells equal images apart too
                    const at::Tensor logits = discriminator->forward(same, labels);
                    QVERIFY((logits[0] - logits[1]).abs().item<float>() > 1e-4F);
                }
    }

    void base_sides() {
        const std::pair<int, int> sides[] = {{28, 7}, {32, 4}, {48, 6}, {64, 4},  {96, 6}, {8, 4},
                                             {16, 4}, {10, 5}, {30, 0}, {36, 0},  {45, 0}, {7, 0},
                                             {4, 0},  {2, 0},  {1, 0},  {1024, 4}};
        for (const auto& [size, base] : sides) QCOMPARE(base_side(size), base);
        QCOMPARE(sides_near(30), (std::pair{28, 32}));
        QCOMPARE(sides_near(3), (std::pair{0, 8}));
        QCOMPARE(sides_near(1023), (std::pair{896, 1024}));
    }

    void dcgan_has_the_widths_of_its_paper() {
        GanConfig config = config_of("dcgan", 64, 3);
        config.latent = 100;
        config.base_channels = config.d_channels = 64;
        config.widest = 8;
        const Weights g = weights_of(*make_generator(config, at::kMeta));
        QCOMPARE(g.at("layer_0.weight").sizes(), at::IntArrayRef({100, 512, 4, 4}));
        QCOMPARE(g.at("layer_1.weight").sizes(), at::IntArrayRef({512, 256, 4, 4}));
        QCOMPARE(g.at("layer_4.weight").sizes(), at::IntArrayRef({64, 3, 4, 4}));
        const Weights d = weights_of(*make_discriminator(config, at::kMeta));
        QCOMPARE(d.at("layer_0.weight").sizes(), at::IntArrayRef({64, 3, 4, 4}));
        QCOMPARE(d.at("layer_3.weight").sizes(), at::IntArrayRef({512, 256, 4, 4}));
        QCOMPARE(d.at("last.weight").sizes(), at::IntArrayRef({1, 512, 4, 4}));
        // Each layer hears of the class: as planes beside the image it hid the image, and behind
        // the layers alone images of a class came out alike.
        config.classes = 10;
        const Weights told = weights_of(*make_discriminator(config, at::kMeta));
        QCOMPARE(told.at("layer_0.weight").sizes(), at::IntArrayRef({64, 3, 4, 4}));
        for (int i = 0; i < 4; ++i)
            QCOMPARE(told.at(numbered("shift_", i) + ".weight").sizes(),
                     at::IntArrayRef({10, std::int64_t(64) << i}));
    }

    void presets_build_and_the_first_of_28_is_small() {
        const std::vector<Preset>& presets = gan_family().presets();
        QCOMPARE(presets.at(0).id, std::string("dcgan-28"));
        for (const Preset& preset : presets) {
            const Fields settings = settings_of(preset.values);
            const DataShape shape = shape_of(preset.size, 10);
            QVERIFY(gan_family().training_bytes(settings, shape) > 300'000'000);
            const GanConfig config =
                gan_config(options_from<GanOptions>(settings),
                           options_from<TrainRequest>(settings).base_channels, shape);
            std::int64_t values = 0;
            for (const auto& [name, tensor] : weights_of(*make_generator(config, at::kMeta)))
                values += tensor.numel();
            if (preset.id == "modern-28") QVERIFY(values * 4 < 8'000'000);
        }
    }

    void losses_have_their_values() {
        const at::Tensor real = at::tensor({2.0, -1.0}), fake = at::tensor({0.5, -3.0});
        const auto sp = [](double u) { return std::log1p(std::exp(u)); };
        const struct {
            const char* id;
            double d, g;
        } rows[] = {
            {"bce", (sp(-2) + sp(1)) / 2 + (sp(0.5) + sp(-3)) / 2, (sp(-0.5) + sp(3)) / 2},
            {"hinge", (0.0 + 2.0) / 2 + (1.5 + 0.0) / 2, (-0.5 + 3) / 2},
            {"wgan-gp", (0.5 - 3) / 2 - (2.0 - 1) / 2, (-0.5 + 3) / 2},
            {"relativistic", (sp(-1.5) + sp(-2)) / 2, (sp(1.5) + sp(2)) / 2},
        };
        QCOMPARE(std::size(rows), gan_losses().size());
        for (const auto& row : rows) {
            const GanLoss& loss = row_named(gan_losses(), row.id, "loss");
            QVERIFY(std::abs(loss.of_discriminator(real, fake).item<double>() - row.d) < 1e-6);
            QVERIFY(std::abs(loss.of_generator(real, fake).item<double>() - row.g) < 1e-6);
        }
    }

    void penalties_of_a_linear_critic_are_closed_forms() {
        const at::Tensor w = at::randn({1, 3, 5, 5}, at::kDouble).requires_grad_();
        const at::Tensor real = at::randn({4, 3, 5, 5}, at::kDouble),
                         fake = at::randn({4, 3, 5, 5}, at::kDouble);
        const at::Tensor r1 = squared_slope(linear_critic(w), real);
        QVERIFY(at::allclose(r1, w.square().sum()));
        r1.backward();
        QVERIFY(at::allclose(w.grad(), 2 * w.detach()));
        w.mutable_grad().reset();
        const at::Tensor penalty =
            gradient_penalty(linear_critic(w), real, fake, at::rand({4}, at::kDouble));
        const at::Tensor length = w.detach().norm();
        QVERIFY(at::allclose(penalty, (length - 1).square()));
        penalty.backward();
        QVERIFY(at::allclose(w.grad(), 2 * (length - 1) * w.detach() / length));
    }

    void the_penalty_is_taken_between_real_and_made() {
        // The slope of ½x² is x itself.
        const Critic square = [](const at::Tensor& x) { return x.square().sum({1, 2, 3}) / 2; };
        const at::Tensor real = at::full({2, 1, 1, 1}, 5.0), fake = at::full({2, 1, 1, 1}, 1.0);
        const at::Tensor u = at::tensor({0.0f, 0.75f});  // at 1 and at 4
        QVERIFY(std::abs(gradient_penalty(square, real, fake, u).item<double>() - 9.0 / 2) < 1e-5);
    }

    void spectral_norm_makes_the_largest_singular_value_one() {
        const GanLayerOptions kinds[] = {{.in = 20, .out = 7, .spectral_norm = true},
                                         {LayerKind::Conv, 3, 8, 3, 1, 1, true, true}};
        for (const GanLayerOptions& kind : kinds) {
            GanLayer layer(kind, at::kCPU);
            initialise_gan(*layer, 0, 4);
            const torch::NoGradGuard no_grad;
            layer->weight.mul_(5);
            const at::Tensor x =
                kind.kind == LayerKind::Linear ? at::randn({2, 20}) : at::randn({2, 3, 6, 6});
            for (int i = 0; i < 100; ++i) layer(x);
            layer->eval();
            const at::Tensor before = layer->u.clone();
            const double top =
                at::linalg_svdvals(layer->used_weight().flatten(1))[0].item<double>();
            QVERIFY2(std::abs(top - 1) < 0.01, qPrintable(QString::number(top)));
            QVERIFY(at::equal(before, layer->u));  // no power step out of training
        }
    }

    void spectral_norm_lets_gradients_through_the_norm() {
        GanLayer layer(GanLayerOptions{.in = 6, .out = 4, .spectral_norm = true}, at::kCPU);
        initialise_gan(*layer, 0, 4);
        for (int i = 0; i < 200; ++i) layer->used_weight();
        // Scaling the weight changes nothing, so its gradient is at right angles to it.
        layer(at::randn({3, 6})).sum().backward();
        const double along = (layer->weight.grad() * layer->weight).sum().item<double>();
        QVERIFY(std::abs(along) < 1e-4 * layer->weight.grad().norm().item<double>() *
                                      layer->weight.norm().item<double>());
    }

    void augmentation_by_hand() {
        const auto draws = [](double brightness, double saturation, double contrast, double down,
                              double right, double y, double x) {
            return at::tensor({brightness, saturation, contrast, down, right, y, x})
                .to(at::kFloat)
                .view({7, 1});
        };
        const at::Tensor image = at::arange(1, 17, at::kFloat).view({1, 1, 4, 4}) / 16;
        // The hole is two pixels wide and begins one before its middle; the first three: no change.
        at::Tensor shifted = at::zeros({1, 1, 4, 4});
        using at::indexing::Slice;
        shifted.index_put_({0, 0, Slice(1, 4), Slice(0, 3)},
                           image.index({0, 0, Slice(0, 3), Slice(1, 4)}));
        shifted.index_put_({0, 0, Slice(2, 4), Slice(0, 1)}, 0);  // middle at (3, 0)
        QVERIFY(
            at::allclose(augmented(image, draws(0.5, 0.5, 0.5, 1, -1, 3, 0)), shifted, 0, 1e-6));
        // Nothing moves, and the hole hangs over the corner: one pixel.
        const at::Tensor mean = image.mean() + 0.25;
        at::Tensor bright = mean + (image + 0.25 - mean) * 1.5;
        bright.index_put_({0, 0, 0, 0}, 0);
        QVERIFY(at::allclose(augmented(image, draws(0.75, 0.1, 1, 0, 0, 0, 0)), bright, 0, 1e-6));
        const at::Tensor colours = at::rand({1, 3, 4, 4});
        const at::Tensor grey = colours.mean(1, true);
        at::Tensor pale = grey + (colours - grey) * 0.5;
        pale.index_put_({0, Slice(), 0, 0}, 0);
        QVERIFY(at::allclose(augmented(colours, draws(0.5, 0.25, 0.5, 0, 0, 0, 0)), pale, 0, 1e-6));
    }

    void augmentation_can_be_differentiated() {
        const at::Tensor images = at::rand({2, 3, 8, 8}, at::kFloat).requires_grad_();
        const at::Tensor draws = augment_draws(1, 0, 2, 0, 8, at::kCPU);
        const at::Tensor weights = at::rand({2, 3, 8, 8});
        (augmented(images, draws) * weights).sum().backward();
        const at::Tensor step = at::randn({2, 3, 8, 8}) * 1e-2;
        const double expected = (images.grad() * step).sum().item<double>();
        const torch::NoGradGuard no_grad;  // it is linear in the images
        const double moved =
            ((augmented(images + step, draws) - augmented(images, draws)) * weights)
                .sum()
                .item<double>();
        QVERIFY(std::abs(expected - moved) < 1e-4);
    }

    void augmentation_draws_are_in_their_ranges_and_hang_on_the_image() {
        const at::Tensor draws = augment_draws(3, 0, 2000, 1, 28, at::kCPU);
        const std::pair<double, double> ranges[] = {{0, 1},  {0, 1},  {0, 1}, {-4, 4},
                                                    {-4, 4}, {0, 27}, {0, 27}};
        for (std::int64_t row = 0; row < 7; ++row) {
            const auto [low, high] = ranges[row];
            QVERIFY(std::abs(draws[row].min().item<double>() - low) < 0.01);
            QVERIFY(std::abs(draws[row].max().item<double>() - high) < 0.01);
            QVERIFY(std::abs(draws[row].mean().item<double>() - (low + high) / 2) <
                    0.05 * (high - low));
        }
        QVERIFY(at::equal(draws.narrow(1, 700, 10), augment_draws(3, 700, 10, 1, 28, at::kCPU)));
        QVERIFY(!at::equal(draws.narrow(1, 0, 10), augment_draws(3, 0, 10, 2, 28, at::kCPU)));
    }

    void gathered_statistics_stand_for_those_of_batches() {
        for (const char* backbone : {"dcgan", "resnet"}) {
            const auto network = make_generator(config_of(backbone, 16), at::kCPU);
            initialise_gan(*network, 0, 3);
            const torch::NoGradGuard no_grad;
            const at::Tensor z = at::randn({256, 10});
            const at::Tensor one = network->forward(z, {});  // leaves no trace
            {
                const GatheredStatistics gathered(*network);
                QVERIFY(!gathered.empty());
                network->forward(z, {});
            }
            const Weights before = copied(weights_of(*network));
            network->forward(at::randn({8, 10}), {});
            for (const auto& [name, tensor] : weights_of(*network))
                QVERIFY2(at::equal(tensor, before.at(name)), name.c_str());
            network->eval();
            QVERIFY(at::allclose(network->forward(z, {}), one, 1e-3, 1e-3));
        }
    }

    void what_cannot_be_is_refused() {
        QVERIFY(says(bytes_refusal({{"backbone", "dcgan"}}, shape_of(30, 0)),
                     "30 isn't one of these sides. 28 or 32 would do"));
        QVERIFY(says(bytes_refusal({{"backbone", "resnet"}}, shape_of(3, 0)), "8 would do"));
        QCOMPARE(bytes_refusal({{"backbone", "mlp"}}, shape_of(30, 0)), std::string());
        QVERIFY(says(bytes_refusal({{"conditional", "on"}}, shape_of(28, 0)), "has no classes"));
        QVERIFY(says(bytes_refusal({{"batch", std::int64_t(64)}, {"micro_batch", std::int64_t(8)}},
                                   shape_of(28, 0)),
                     "works on whole batches"));
        QCOMPARE(gan_shape({.conditional = "off"}, shape_of(28, 3)).classes.size(), 0u);
        QCOMPARE(gan_shape({.conditional = "auto"}, shape_of(28, 1)).classes.size(), 0u);
        QCOMPARE(gan_shape({.conditional = "auto"}, shape_of(28, 3)).classes.size(), 3u);
    }
};

QTEST_GUILESS_MAIN(TestGan)
#include "test_gan.moc"
