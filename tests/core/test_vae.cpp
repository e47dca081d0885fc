#include "core/models/vae.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/image/image_file.h"
#include "core/image/record.h"
#include "core/nn/image_tensor.h"
#include "core/training/checkpoint.h"
#include "core/training/settings.h"
#include "refusal.h"
#include "tiny_run.h"

using namespace daguerre;

namespace {

VaeConfig config_of(int size = 16, int channels = 1, std::int64_t latent = 2,
                    std::int64_t classes = 0) {
    return {size, channels, {8, 12}, latent, classes};
}

Vae network_of(const VaeConfig& config) {
    Vae network(config);
    initialise(network, 5);
    network->eval();
    return network;
}

/// A model whose codes of the training images were spread by `mean` and `deviation`.
std::shared_ptr<const Model> model_of(std::int64_t latent = 2, double mean = 0,
                                      double deviation = 1, std::int64_t classes = 0) {
    Vae network = network_of(config_of(16, 1, latent, classes));
    network->code_mean.fill_(mean);
    network->code_second.copy_(at::eye(latent) * deviation * deviation + mean * mean);
    Json about{{"family", "vae"}, {"image", {{"width", 16}, {"height", 16}, {"channels", 1}}}};
    about["classes"] = Json::array();
    for (std::int64_t i = 0; i < classes; ++i) about["classes"].push_back(std::to_string(i));
    return make_vae_model("tiny", network, classes > 0, about, "");
}

GenerateRequest request_of(std::int64_t count, std::int64_t seed = 3) {
    return {.count = count, .seed = seed, .device = "cpu"};
}

Fields with(const Model& model, std::vector<std::pair<std::string, FieldValue>> values) {
    Fields fields = model.generate_fields();
    for (const auto& [key, value] : values) set_field(fields, key, value);
    return fields;
}

std::vector<Image> made(const Model& model, std::int64_t count, const Fields& fields) {
    return model.generate(request_of(count), fields, {});
}

Image shape(std::int64_t i) { return tiny_dataset()->at(i).image; }

double largest(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

std::unique_ptr<Trainer> trainer_of(const Fields& settings, const TrainingData& data) {
    return vae_family().make_trainer(settings, data.shape);
}

/// Batch number i of 8 tiny shapes.
Batch batch_of(std::int64_t i) {
    std::vector<Image> images;
    std::vector<std::int64_t> labels;
    for (std::int64_t k = 0; k < 8; ++k) {
        images.push_back(shape((8 * i + k) % 32));
        labels.push_back(k % 4);
    }
    const at::Generator generator = at::detail::createCPUGenerator(std::uint64_t(i));
    return {tensor_of(images), at::tensor(labels), at::randn({8, 1, 16, 16}, generator), 8 * i};
}

}  // namespace

class TestVae : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void divergence_is_that_of_two_normal_distributions() {
        const at::Tensor zero = at::zeros({3, 4});
        QCOMPARE(largest(divergence({zero, zero})), 0.0);
        // Of N(2, e) from N(0, 1): (4 + e − 1 − 1) / 2.
        const at::Tensor nats = divergence({at::full({1, 1}, 2.0), at::ones({1, 1})});
        QVERIFY(std::abs(nats.item<double>() - (2 + std::exp(1.0)) / 2) < 1e-6);
    }

    void the_variance_of_the_pixels_is_the_best_one() {
        const at::Tensor error = at::tensor({1e-3, 0.04, 0.7}, at::kDouble);
        const at::Tensor best = miss_nats(error, variance_for(error));
        QVERIFY(at::allclose(best, (at::log(2 * M_PI * error) + 1) / 2));
        for (const double factor : {0.5, 0.99, 1.01, 3.0})
            QVERIFY(((miss_nats(error, variance_for(error) * factor) > best)).all().item<bool>());
        // ln γ ≥ −5
        QVERIFY(std::abs(variance_for(at::zeros({1})).item<double>() - std::exp(-10.0)) < 1e-9);
    }

    void a_uniform_density_counts_eight_bits() {
        QCOMPARE(bits_of_nats(at::log(at::tensor({2.0}, at::kDouble))).item<double>(), 8.0);
    }

    void values_become_a_density_and_back() {
        const at::Tensor levels = at::arange(256, at::kDouble).div(127.5).sub(1);
        const at::Tensor low = dequantised(levels, at::zeros_like(levels)),
                         high = dequantised(levels, at::ones_like(levels));
        QCOMPARE(low[0].item<double>(), -1.0);
        QCOMPARE(high[255].item<double>(), 1.0);
        QVERIFY(largest(low.narrow(0, 1, 255) - high.narrow(0, 0, 255)) < 1e-12);
        QVERIFY(largest(quantised((low + high) / 2) - levels) < 1e-12);
    }

    void networks_hold_as_many_values_as_counted() {
        for (const VaeConfig& config :
             {config_of(), config_of(28, 3, 5, 4), VaeConfig{64, 3, {8, 16, 12, 20}, 7, 0},
              VaeConfig{12, 1, {9}, 1, 2}}) {
            Vae network = network_of(config);
            std::int64_t count = 0;
            for (const auto& [name, tensor] : weights_of(*network)) count += tensor.numel();
            QCOMPARE(value_count(config), count);
            const torch::NoGradGuard no_grad;
            const at::Tensor labels = config.classes > 0 ? at::tensor({0, 1}) : at::Tensor();
            const at::Tensor y = at::rand({2, config.channels, config.size, config.size});
            const Posterior posterior = network->encode(y, labels);
            QVERIFY(posterior.mean.sizes() == (std::vector<std::int64_t>{2, config.latent}));
            QVERIFY(network->decode(posterior.mean, labels).sizes() == y.sizes());
        }
    }

    void sizes_that_cannot_be_halved_are_refused() {
        const auto refused = [](int size, const char* multiples) {
            VaeOptions options;
            options.multiples = multiples;
            return refusal([&] {
                vae_network(options, 8,
                            {.size = size, .channels = 1, .classes = {}, .dataset = {}});
            });
        };
        QVERIFY(refused(28, "1,2").empty());
        QVERIFY(says(refused(30, "1,2"), "divisible by 4, such as 28 or 32"));
        QVERIFY(says(refused(28, "1,2,4"), "such as 24 or 32"));
        QVERIFY(says(refused(28, "none"), "1 to 8 levels"));
        QVERIFY(says(refused(28, "1,1,1,1,1,1,1,1,1"), "1 to 8 levels"));
        QVERIFY(says(refused(28, "2;4"), "whole numbers"));
    }

    void bounds_are_exact_where_the_code_tells_nothing() {
        Vae network = network_of(config_of());
        const torch::NoGradGuard no_grad;
        for (const at::Tensor& tensor : network->parameters()) tensor.zero_();
        network->error.fill_(0.25);
        const at::Tensor y = at::rand({1, 1, 16, 16}) - 0.5;
        const double exact =
            bits_of_nats(miss_nats(y.square().mean(), at::tensor(0.25))).item<double>();
        QVERIFY(std::abs(bound_of_one(network, y, {}, at::randn({1, 2})).item<double>() - exact) <
                1e-5);
        QVERIFY(std::abs(bound_of_many(network, y, {}, at::randn({50, 2})) - exact) < 1e-5);
    }

    void many_codes_give_a_tighter_bound() {
        Vae network = network_of(config_of(16, 1, 4));
        const torch::NoGradGuard no_grad;
        network->error.fill_(0.01);
        const at::Tensor y = dequantised(tensor_of({shape(1)}), at::full({1}, 0.5));
        double one = 0;
        for (int i = 0; i < 20; ++i)
            one += bound_of_one(network, y, {}, at::randn({1, 4})).item<double>() / 20;
        QVERIFY(bound_of_many(network, y, {}, at::randn({500, 4})) < one);
    }

    void each_class_has_codes_of_its_own() {
        Vae network = network_of(config_of(16, 1, 2, 2));
        for (const int row : {0, 1, 2}) {
            const at::Tensor mean = at::full({2}, 3.0 * (row - 1));
            network->code_mean[row].copy_(mean);  // and they don't differ
            network->code_second[row].copy_(mean.outer(mean));
        }
        Json about{{"family", "vae"}, {"image", {{"width", 16}, {"height", 16}, {"channels", 1}}}};
        about["classes"] = Json::array({"a", "b"});
        const auto model = make_vae_model("tiny", network, true, about, "");
        const Fields fields = with(*model, {{"codes", std::string("fitted")}});
        const std::vector<Image> images = made(*model, 4, fields);  // classes in turn
        QVERIFY(images[0].pixels == images[2].pixels && images[1].pixels == images[3].pixels);
        QVERIFY(images[0].pixels != images[1].pixels);
        const at::Tensor labels = at::tensor({std::int64_t(1)});
        const at::Tensor decoded = network->decode(at::zeros({1, 2}), labels);
        QVERIFY(images[0].pixels == images_of(quantised(decoded))[0].pixels);  // seed 3: class b
    }

    void fitted_codes_are_spread_as_those_of_the_data() {
        const auto plain = model_of(), moved = model_of(2, 0.5, 2);
        const auto in = [](const Model& model, const char* codes) {
            return made(model, 3, with(model, {{"codes", std::string(codes)}}));
        };
        for (std::size_t i = 0; i < 3; ++i) {
            QVERIFY(in(*plain, "standard")[i].pixels == in(*moved, "standard")[i].pixels);
            QVERIFY(in(*moved, "fitted")[i].pixels != in(*moved, "standard")[i].pixels);
        }
        // At temperature 0 all is the middle.
        const auto middle = made(*moved, 3, with(*moved, {{"temperature", 0.0}}));
        QVERIFY(middle[0].pixels == middle[2].pixels);
    }

    void a_walk_begins_and_ends_at_its_seeds() {
        const auto model = model_of(8);
        const Fields walk = with(*model, {{"walk", std::int64_t(1)}}), none = with(*model, {});
        const auto frames = made(*model, 20, walk), seeds = made(*model, 2, none);
        QVERIFY(frames.front().pixels == seeds[0].pixels);
        QVERIFY(frames.back().pixels == seeds[1].pixels);
        QVERIFY(frames[10].pixels != frames[11].pixels);
        const Json json = Json::parse(record_of(frames[7].metadata)->daguerre);
        QCOMPARE(json["request"]["count"].get<int>(), 20);
        QCOMPARE(json["frame"].get<int>(), 7);
    }

    void pictures_lie_at_the_ends_of_what_is_between() {
        const QTemporaryDir folder;
        const auto model = model_of(8, 0, 1, 3);
        const std::string a = folder.filePath(QStringLiteral("a.png")).toStdString(),
                          b = folder.filePath(QStringLiteral("b.png")).toStdString();
        write_image(a, shape(0));
        write_image(b, to_channels(shape(2), 3));  // brought to the model's channels
        GenerateRequest request = request_of(5);
        request.image_class = "none";
        const auto frames = model->generate(request, with(*model, {{"from", a}, {"to", b}}), {});
        const auto ends = model->reconstruct({shape(0), shape(2)}, request);
        QVERIFY(frames.front().pixels == ends[0].pixels);
        QVERIFY(frames.back().pixels == ends[1].pixels);
        const Json json = Json::parse(record_of(frames[3].metadata)->daguerre);
        QCOMPARE(json["request"]["count"].get<int>(), 5);
        QCOMPARE(json["frame"].get<int>(), 3);
        const auto refused = [&](const std::string& from, const std::string& to) {
            return refusal([&] { made(*model, 2, with(*model, {{"from", from}, {"to", to}})); });
        };
        QVERIFY(says(refused(a, ""), "Name to, too"));
        QVERIFY(says(refused(a, folder.filePath(QStringLiteral("none.png")).toStdString()),
                     "none.png"));
    }

    void a_map_is_filled_evenly() {
        const auto model = model_of(2, 3, 2);
        QVERIFY(model->bond(with(*model, {{"map", true}})) == Bond::Grid);
        const auto grid = made(*model, 9, with(*model, {{"map", true}}));
        const auto middle = made(
            *model, 1, with(*model, {{"temperature", 0.0}, {"codes", std::string("standard")}}));
        QVERIFY(grid[4].pixels == middle[0].pixels);
        for (std::size_t i = 0; i < 9; ++i)
            for (std::size_t k = 0; k < i; ++k) QVERIFY(grid[i].pixels != grid[k].pixels);
        // All of the class that was asked for, or of none.
        const auto known = model_of(2, 0, 1, 3);
        const auto of = [&](const char* image_class, std::int64_t count, const Fields& own) {
            GenerateRequest request = request_of(count);
            request.image_class = image_class;
            return known->generate(request, own, {});
        };
        const Fields map = with(*known, {{"map", true}});
        const Fields centre =
            with(*known, {{"temperature", 0.0}, {"codes", std::string("standard")}});
        QVERIFY(of("", 9, map)[4].pixels == of("none", 1, centre)[0].pixels);
        QVERIFY(of("2", 9, map)[4].pixels == of("2", 1, centre)[0].pixels);
        QVERIFY(!find_field(model_of(3)->generate_fields(), "map"));
        Fields fields = with(*model, {{"map", true}});
        QVERIFY(says(refusal([&] { made(*model_of(3), 1, fields); }), "only those of 2"));
        set_field(fields, "walk", std::int64_t(2));
        QVERIFY(says(refusal([&] { made(*model, 1, fields); }), "Choose one of them"));
    }

    void what_is_learned_comes_back() {
        const auto dataset = tiny_dataset();
        const Fields settings = settled(
            "vae", *dataset,
            tiny_settings_of("vae", {{"base_channels", "16"}, {"latent", "16"}, {"beta", "0.1"}}));
        const TrainingData data = training_data(*dataset, settings);
        const auto trainer = trainer_of(settings, data);
        double first = 0, last = 0;
        for (std::int64_t i = 0; i < 150; ++i) {
            const Losses losses =
                trainer->step(batch_of(i), {.images_after = 8 * i + 8, .learning_rate = 4e-3});
            (i == 0 ? first : last) = losses.values.at(0).second;
        }
        QVERIFY2(last < first - 1, qPrintable(QStringLiteral("%1 → %2").arg(first).arg(last)));
        const auto model = trainer->snapshot({"tiny", "", 1200, 150}, Weighting::Average);
        std::vector<Image> pictures;
        for (int i = 0; i < 20; ++i) pictures.push_back(shape(i));
        const at::Tensor real = tensor_of(pictures),
                         back = tensor_of(model->reconstruct(pictures, request_of(1)));
        const double off = (back - real).square().mean().item<double>();
        const double spread = (real - real.mean(0)).square().mean().item<double>();
        QVERIFY2(off < spread / 3, qPrintable(QStringLiteral("%1 of %2").arg(off).arg(spread)));
        std::vector<int> labels;
        for (int i = 0; i < 20; ++i) labels.push_back(i % 4);
        const auto bits = model->bits_per_dimension(pictures, labels, request_of(1));
        QCOMPARE(bits.size(), pictures.size());
        double mean = 0;
        for (const double value : bits) mean += value / 20;
        QVERIFY2(mean > 0 && mean < 8, qPrintable(QString::number(mean)));
        QVERIFY(bits == model->bits_per_dimension(pictures, labels, request_of(1)));
    }

    void far_too_large_gradients_are_left_out() {
        const auto dataset = tiny_dataset();
        const Fields settings = settled("vae", *dataset, tiny_settings_of("vae"));
        const TrainingData data = training_data(*dataset, settings);
        const auto trainer = trainer_of(settings, data);
        for (std::int64_t i = 0; i < 20; ++i)
            QVERIFY(!trainer->step(batch_of(i), {8 * i + 8, 1e-3}).skipped);
        Weights state = copied(trainer->state());
        state.at("guard.norms").fill_(1e-12);
        trainer->restore(state, "state");
        QVERIFY(trainer->step(batch_of(20), {168, 1e-3}).skipped);
        for (const auto& [name, tensor] : trainer->state())
            if (!name.starts_with("guard."))
                QVERIFY2(at::equal(tensor, state.at(name)), name.c_str());
    }

    void beta_rises_over_the_warm_up() {
        const auto dataset = tiny_dataset();
        const Fields settings = settled(
            "vae", *dataset, tiny_settings_of("vae", {{"beta", "4"}, {"kl_warm_up", "32"}}));
        const TrainingData data = training_data(*dataset, settings);
        const auto trainer = trainer_of(settings, data);
        for (const double expected : {1.0, 2.0, 3.0, 4.0, 4.0}) {
            static std::int64_t i = 0;
            const Losses losses = trainer->step(batch_of(i), {8 * i + 8, 1e-3});
            ++i;
            QCOMPARE(losses.values.back().first, std::string("beta"));
            QCOMPARE(losses.values.back().second, expected);
        }
    }
};

QTEST_GUILESS_MAIN(TestVae)
#include "test_vae.moc"
