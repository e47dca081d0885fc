#include "core/models/reproduce.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/image/record.h"
#include "core/models/diffusion.h"
#include "core/models/step_tensors.h"
#include "core/nn/safetensors.h"
#include "refusal.h"
#include "stand_ins.h"
#include "tiny_diffusion.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

constexpr int side = tiny_side;

UNet network_of(const DiffusionSetup& setup) { return tiny_network(setup, 3); }

DiffusionSetup setup_of(int classes, bool sigma_space = false) {
    DiffusionSetup setup = tiny_setup(classes, "linear", "eps");
    setup.sigma_space = sigma_space;
    return setup;
}

std::shared_ptr<const Model> model_of(int classes, bool sigma_space = false) {
    const DiffusionSetup setup = setup_of(classes, sigma_space);
    Json about{{"title", "Tiny"}, {"classes", Json::array()}};
    for (int i = 0; i < classes; ++i) about["classes"].push_back("shape " + std::to_string(i));
    return make_diffusion_model("tiny", setup, network_of(setup), about, std::string(64, 'a'));
}

/// What seeds `first`, `first` + 1, ... draw, as a start.
Weights start_of(int count, std::uint32_t first, int draws) {
    std::vector<std::uint32_t> seeds;
    for (int i = 0; i < count; ++i) seeds.push_back(first + std::uint32_t(i));
    const Noise noise = seeded_noise(seeds, {1, side, side});
    Weights start{{"x", noise()}};
    for (int j = 0; j < draws; ++j) start["noise." + std::to_string(j)] = noise();
    return start;
}

Fields options(const Model& model, const std::string& sampler, std::int64_t steps) {
    Fields fields = model.generate_fields();
    set_field(fields, "sampler", sampler);
    set_field(fields, "steps", steps);
    return fields;
}

GenerateRequest exactly(std::int64_t count, std::int64_t seed) {
    return {.count = count, .seed = seed, .precision = "fp32", .device = "cpu", .threads = 1};
}

}  // namespace

class TestReproduce : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }
    struct Made {
        std::vector<Image> images;
        Weights steps;
    };
    Made made(const Model& model, const Weights& start, const Fields& fields,
              GenerateRequest request = exactly(1, 1)) const {
        write_safetensors(path("start.safetensors"), start);
        const auto given = read_start_tensors(path("start.safetensors"));
        request.count = count_of(*given);
        std::filesystem::remove(path("steps.safetensors"));
        const TensorFiles files{given, path("steps.safetensors")};
        std::vector<Image> images = generate(model, request, fields, files, {});
        return {std::move(images), read_safetensors(path("steps.safetensors")).weights};
    }
    std::string refused(const Weights& start, const std::string& sampler = "ddim",
                        const char* image_class = "", int classes = 0) const {
        write_safetensors(path("start.safetensors"), start);
        return refusal([&] {
            const auto given = read_start_tensors(path("start.safetensors"));
            GenerateRequest request = exactly(count_of(*given), 1);
            request.image_class = image_class;
            const auto model = model_of(classes);
            generate(*model, request, options(*model, sampler, 3), {given, {}},
                     [](const Progress&) -> bool { throw std::logic_error("work has started"); });
        });
    }

private Q_SLOTS:
    // A start of what seeds draw makes what the seeds make, whatever the sampler draws.
    void given_noise_replaces_seeds() {
        const auto model = model_of(2);
        for (const auto& [sampler, draws] :
             {std::pair{"ddim", 0}, {"ddpm", 3}, {"dpmpp_sde", 6}, {"dpmpp_2m_sde", 3}}) {
            const Fields fields = options(*model, sampler, 4);
            const std::vector<Image> seeded = model->generate(exactly(5, 9), fields, {});
            const Made given = made(*model, start_of(5, 9, draws), fields, exactly(5, 9));
            QCOMPARE(given.images.size(), std::size_t(5));
            for (std::size_t i = 0; i < 5; ++i)
                QVERIFY2(given.images[i].pixels == seeded[i].pixels, sampler);
            // Of three steps it draws two thirds as often.
            if (draws > 0)
                QVERIFY(
                    says(refused(start_of(5, 9, draws * 2 / 3 - 1), sampler), "the sampler draws"));
        }
    }

    void an_image_does_not_depend_on_the_others() {
        const auto model = model_of(0);
        const Fields fields = options(*model, "ddpm", 3);
        const Weights all = start_of(19, 4, 2);
        Weights last;
        for (const auto& [name, tensor] : all) last[name] = tensor.narrow(0, 18, 1).clone();
        const Made together = made(*model, all, fields), alone = made(*model, last, fields);
        for (const char* name : {"x.0", "x.2", "x.3", "denoised.1"})
            QVERIFY2(at::equal(together.steps.at(name).narrow(0, 18, 1), alone.steps.at(name)),
                     name);
    }

    void steps_are_as_the_scheduler_holds_them() {
        const Weights start = start_of(3, 1, 0);
        for (const bool sigma_space : {false, true}) {
            const auto model = model_of(0, sigma_space);
            Fields fields = options(*model, "ddim", 4);
            set_field(fields, "schedule", std::string("trailing"));
            set_field(fields, "clamp", std::string("off"));
            const Made result = made(*model, start, fields);
            QCOMPARE(result.steps.size(), std::size_t(5 + 4));
            const NoiseSchedule schedule = noise_schedule({});
            const double top = std::hypot(1, schedule.sigma_max());
            const at::Tensor first = start.at("x") * (sigma_space ? top : 1);
            QVERIFY(at::allclose(result.steps.at("x.0"), first, 1e-6, 1e-6));
            QVERIFY(at::equal(result.steps.at("x.4"), result.steps.at("denoised.3")));
            QVERIFY(result.steps.at("x.4").abs().max().item<float>() > 1);  // not cut
            // x.1 lies between x.0 and the guess from it, which is what Euler's step says.
            const double now = schedule.sigma_of(999), next = schedule.sigma_of(749);
            const at::Tensor x = start.at("x") * top, guess = result.steps.at("denoised.0");
            const at::Tensor there =
                (guess + (x - guess) * (next / now)) / (sigma_space ? 1 : std::hypot(1, next));
            QVERIFY(at::allclose(result.steps.at("x.1"), there, 1e-5, 1e-5));
        }
    }

    // As EDM's schedulers begin: with σ times the noise, which is also how they hold x.
    void a_model_of_edm_starts_at_its_highest_level() {
        DiffusionSetup setup = tiny_setup(0, "edm", "edm");
        setup.sigma_space = true;
        const auto model =
            make_diffusion_model("tiny", setup, network_of(setup), Json(), std::string(64, 'a'));
        const Weights start = start_of(2, 1, 0);
        const Made result = made(*model, start, options(*model, "euler", 4));
        QVERIFY(at::equal(result.steps.at("x.0"), start.at("x") * 80));
        const at::Tensor x = result.steps.at("x.0"), guess = result.steps.at("denoised.0");
        const double next =
            row_named(spacings(), "karras", "schedule").sigmas(noise_schedule({.id = "edm"}), 4)[1];
        QVERIFY(
            at::allclose(result.steps.at("x.1"), guess + (x - guess) * (next / 80), 1e-5, 1e-5));
    }

    void clamp_is_the_one_that_was_used() {
        const auto model = model_of(0);
        Fields fields = options(*model, "ddim", 3);
        const auto largest = [&](const char* clamp) {
            set_field(fields, "clamp", std::string(clamp));
            return made(*model, start_of(1, 1, 0), fields)
                .steps.at("denoised.0")
                .abs()
                .max()
                .item<float>();
        };
        QCOMPARE(largest("on"), 1.f);
        QCOMPARE(largest("auto"), 1.f);
        QVERIFY(largest("off") > 1);
    }

    void classes_come_with_the_start() {
        const auto model = model_of(3);
        Fields fields = options(*model, "ddim", 3);
        set_field(fields, "guidance", 2.0);
        Weights start = start_of(4, 1, 0);
        start["class_labels"] = at::tensor({2, 0, 3, 1}, at::kInt);
        const Made labelled = made(*model, start, fields);
        for (const auto& [i, word] :
             {std::pair{0, "shape 2"}, {1, "0"}, {2, "none"}, {3, "shape 1"}}) {
            Weights one{{"x", start.at("x").narrow(0, i, 1).clone()}};
            GenerateRequest request = exactly(1, 1);
            request.image_class = word;
            const Made alone = made(*model, one, fields, request);
            const at::Tensor difference =
                (labelled.steps.at("x.3").narrow(0, i, 1) - alone.steps.at("x.3")).abs().max();
            QVERIFY2(difference.item<float>() < 1e-5, word);
        }
    }

    void the_image_says_what_it_started_from() {
        const auto model = model_of(0);
        const Made result = made(*model, start_of(2, 1, 0), options(*model, "ddim", 2));
        const auto record = record_of(result.images[1].metadata);
        QVERIFY(record.has_value());
        const std::string line = parameters_text(*record);
        QVERIFY(says(line, "Start: "));
        QVERIFY(line.find("Seed") == std::string::npos);
        QVERIFY(record->daguerre.empty());
    }

    void what_does_not_fit_is_refused_before_work_starts() {
        const Weights sound = start_of(2, 1, 3);
        const auto changed = [&](const char* name, const at::Tensor& tensor) {
            Weights start = sound;
            start[name] = tensor;
            return start;
        };
        const at::Tensor x = sound.at("x");
        Weights without = sound;
        without.erase("x");
        QVERIFY(says(refused(without), "has no “x”"));
        QVERIFY(says(refused(changed("z", x)), "“z”, which has no place"));
        QVERIFY(says(refused(changed("noise.4", x)), "“noise.4”, which has no place"));
        QVERIFY(says(refused(changed("x", x.to(at::kDouble))), "must be float32"));
        QVERIFY(says(refused(changed("noise.1", x.to(at::kHalf))), "must be float32"));
        QVERIFY(says(refused(changed("noise.1", x.narrow(0, 0, 1).clone())), "where x is"));
        QVERIFY(says(refused(changed("x", x[0].clone())), "must be [images"));
        QVERIFY(says(refused({{"x", at::zeros({0, 1, side, side})}}), "must be [images"));
        QVERIFY(says(refused({{"x", at::zeros({1, 1, 6, 6})}}), "makes images of"));
        QVERIFY(says(refused({{"x", at::full({1, 1, side, side}, NAN)}}), "aren't finite"));
        const at::Tensor labels = at::tensor({0, 1}, at::kLong);
        QVERIFY(says(refused(changed("class_labels", labels)), "knows no classes"));
        QVERIFY(says(refused(changed("class_labels", labels), "ddim", "1", 3), "said twice"));
        QVERIFY(says(refused(changed("class_labels", labels + 3), "ddim", "", 3), "knows 0 to 3"));
        QVERIFY(says(refused(changed("class_labels", labels - 1), "ddim", "", 3), "knows 0 to 3"));
        QVERIFY(says(refused(changed("class_labels", labels.to(at::kFloat)), "ddim", "", 3),
                     "whole number"));
        QVERIFY(says(refused(changed("class_labels", at::tensor({0L})), "ddim", "", 3),
                     "whole number"));
        QVERIFY(says(refused({{"x", x}}, "ddpm"), "the sampler draws 2"));
        QVERIFY(!refusal<std::logic_error>([&] { refused(sound); }).empty());
        const Painter painter;
        QVERIFY(says(refusal([&] {
                         generate(painter, exactly(1, 1), {}, {{}, path("s")}, {});
                     }),
                     "pixelcnn"));
    }

    void the_bare_network_answers() {
        const torch::NoGradGuard no_grad;
        for (const int classes : {0, 3}) {
            const auto model = model_of(classes);
            const at::Tensor x = at::randn({3, 1, side, side}),
                             t = at::tensor({0., 12.5, 999.}, at::kDouble);
            const at::Tensor labels = classes ? at::tensor({0, 3, 1}, at::kLong) : at::Tensor();
            Weights call{{"x", x}, {"t", t}};
            if (classes) call["class_labels"] = labels;
            write_safetensors(path("in.safetensors"), call);
            probe(*model, path("in.safetensors"), path("out.safetensors"), exactly(1, 1));
            const at::Tensor out = read_safetensors(path("out.safetensors")).weights.at("out");
            UNet network = network_of(setup_of(classes));
            QVERIFY(at::equal(out, network->forward(x, t.to(at::kFloat), labels)));
            call["t"] = at::scalar_tensor(7, at::kLong);
            write_safetensors(path("in.safetensors"), call);
            probe(*model, path("in.safetensors"), path("out.safetensors"), exactly(1, 1));
            QVERIFY(at::equal(read_safetensors(path("out.safetensors")).weights.at("out"),
                              network->forward(x, at::full({3}, 7.f), labels)));
        }
    }

    void probes_that_do_not_fit_are_refused() {
        const auto model = model_of(3);
        const Weights sound{{"x", at::zeros({2, 1, side, side})},
                            {"t", at::zeros({2})},
                            {"class_labels", at::zeros({2}, at::kLong)}};
        const auto said = [&](const char* name, const at::Tensor& tensor) {
            Weights call = sound;
            call[name] = tensor;
            if (!tensor.defined()) call.erase(name);
            write_safetensors(path("in.safetensors"), call);
            return refusal([&] {
                probe(*model, path("in.safetensors"), path("refused.safetensors"), exactly(1, 1));
            });
        };
        for (const char* name : {"x", "t", "class_labels"})
            QVERIFY(says(said(name, {}), std::string("“") + name + "” is missing"));
        QVERIFY(says(said("y", at::zeros({1})), "has no place"));
        QVERIFY(says(said("x", at::zeros({2, 3, side, side})), "channels"));
        QVERIFY(says(said("x", at::zeros({2, 1, 7, side})), "halved"));
        QVERIFY(says(said("x", at::full({2, 1, side, side}, INFINITY)), "aren't finite"));
        QVERIFY(says(said("t", at::zeros({3})), "one for each image"));
        QVERIFY(says(said("class_labels", at::full({2}, 4, at::kLong)), "one class"));
        QVERIFY(!fs::exists(path("refused.safetensors")));
    }
};

QTEST_GUILESS_MAIN(TestReproduce)
#include "test_reproduce.moc"
