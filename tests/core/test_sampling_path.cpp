#include "core/models/sampling_path.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/diffusion/inversion.h"
#include "core/image/image_file.h"
#include "core/image/record.h"
#include "core/models/diffusion.h"
#include "core/models/latents.h"
#include "core/models/open_model.h"
#include "core/nn/unet.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// What is asked of the model in hand.
struct Asked {
    GenerateRequest request;
    Fields fields;

    Asked& set(const std::string& key, const FieldValue& value) {
        set_field(fields, key, value);
        return *this;
    }
};

std::string parameter(const Image& image, const std::string& name) {
    const Record record = record_of(image.metadata).value();
    for (const auto& [key, value] : record.parameters)
        if (key == name) return value;
    return {};
}

/// Root mean square over all pixels, of 255.
double difference(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        sum += std::pow(double(int(a.pixels[i]) - int(b.pixels[i])), 2);
    return std::sqrt(sum / double(a.pixels.size()));
}

}  // namespace

class TestSamplingPath : public QObject {
    Q_OBJECT

    /// The bundled digits: a network that has learned, so that photos and classes mean something.
    std::shared_ptr<const Model> digits_ = open_model("digits");

    Asked asked(std::int64_t count, std::int64_t seed, const std::string& of_class) const {
        Asked asked{{}, digits_->generate_fields()};
        asked.request.count = count;
        asked.request.seed = seed;
        asked.request.image_class = of_class;
        asked.request.device = "cpu";
        asked.request.precision = "fp32";
        asked.set("steps", std::int64_t(6)).set("sampler", "ddim");
        return asked;
    }
    std::vector<Image> made(const Asked& asked) const {
        return digits_->generate(asked.request, asked.fields, {});
    }

private Q_SLOTS:
    void shares_of_classes_mix_their_entries() {
        UNet network = [] {
            UNetConfig config;
            config.sample_size = 8;
            config.in_channels = config.out_channels = 1;
            config.down_block_types = {"DownBlock2D"};
            config.up_block_types = {"UpBlock2D"};
            config.block_out_channels = {8};
            config.norm_num_groups = 4;
            config.layers_per_block = 1;
            config.num_class_embeds = 3;
            UNet built(config);
            initialise(built, 1);
            const torch::NoGradGuard no_grad;
            for (const at::Tensor& parameter : built->parameters())
                if (parameter.abs().max().item<float>() == 0) parameter.fill_(0.05);
            return built;
        }();
        const c10::InferenceMode inference;
        const at::Tensor x = at::linspace(-1, 1, 128).view({2, 1, 8, 8});
        const at::Tensor t = at::tensor({5.f, 7.f}), labels = at::tensor({2, 0}, at::kLong);
        const at::Tensor whole = at::tensor({0.f, 0.f, 1.f, 1.f, 0.f, 0.f}).view({2, 3});
        QVERIFY(at::allclose(network->forward(x, t, labels), network->forward(x, t, whole), 1e-5,
                             1e-6));
        const at::Tensor half = at::tensor({0.f, 0.5f, 0.5f, 0.5f, 0.5f, 0.f}).view({2, 3});
        QVERIFY(
            !at::allclose(network->forward(x, t, whole), network->forward(x, t, half), 1e-3, 1e-3));
    }

    void inversion_is_of_first_order() {
        // Of data from N(0, s²) the flow is known: x(σ) = x(0) √(s² + σ²)/s.
        constexpr double s = 0.5, top = 10;
        const Denoiser denoise = [](const at::Tensor& x, double sigma) {
            return x * (s * s / (s * s + sigma * sigma));
        };
        const at::Tensor image = at::full({1, 1, 1, 1}, 0.3, at::kDouble);
        const auto error = [&](int n) {
            Sigmas sigmas;
            for (int i = 0; i < n; ++i) sigmas.push_back(top * std::pow(1e-4, double(i) / (n - 1)));
            sigmas.push_back(0);
            const double truth = 0.3 * std::hypot(s, top) / s;
            return std::abs(inverted(denoise, image, sigmas).item<double>() - truth);
        };
        const double order = std::log2(error(400) / error(800));
        QVERIFY2(std::abs(order - 1) < 0.1, std::to_string(order).c_str());
    }

    void a_photo_comes_back_from_its_noise() {
        const Image photo = made(asked(1, 4, "7").set("steps", std::int64_t(50)))[0];
        const fs::path file = fs::path(folder_.path().toStdString()) / "seven.png";
        write_image(file, photo);
        Asked back = asked(1, 99, "7");
        back.set("steps", std::int64_t(50)).set("from", file.string());
        const Image came = made(back)[0];
        const double error = difference(photo, came);
        QVERIFY2(error < 8, std::to_string(error).c_str());
        QCOMPARE(std::round(std::stod(parameter(came, "Off the photo")) * 100),
                 std::round(error * 100));
        Asked fresh = back;
        fresh.set("from", std::string());
        QVERIFY(difference(photo, made(fresh)[0]) > 2 * error);
    }

    void frames_lead_from_one_seed_to_the_other() {
        Asked film = asked(5, 3, "2");
        film.set("to_seed", std::int64_t(11));
        QVERIFY(digits_->bond(film.fields) == Bond::Film);
        const std::vector<Image> frames = made(film);
        QCOMPARE(frames.size(), std::size_t(5));
        QVERIFY(frames[0].pixels == made(asked(1, 3, "2"))[0].pixels);
        QVERIFY(frames[4].pixels == made(asked(1, 11, "2"))[0].pixels);
        QVERIFY(frames[2].pixels != frames[0].pixels && frames[2].pixels != frames[4].pixels);
        QCOMPARE(parameter(frames[2], "Frame"), std::string("3 of 5"));
    }

    void frames_lead_from_one_class_to_the_other() {
        Asked film = asked(5, 3, "2");
        film.set("to_class", std::string("9"));
        const std::vector<Image> frames = made(film);
        QVERIFY(difference(frames[0], made(asked(1, 3, "2"))[0]) < 1);
        QVERIFY(difference(frames[4], made(asked(1, 3, "9"))[0]) < 1);
        QVERIFY(difference(frames[0], frames[4]) > 10);
        film.set("to_class", std::string("ten"));
        QVERIFY(refusal([&] { made(film); }).find("ten") != std::string::npos);
    }

    void a_branch_that_changes_nothing_makes_the_same_picture() {
        Asked branched = asked(3, 5, "1");
        branched.set("branch", std::string("4 guidance=1.5"));
        const auto plain = made(asked(3, 5, "1")), same = made(branched);
        for (std::size_t i = 0; i < plain.size(); ++i) QVERIFY(plain[i].pixels == same[i].pixels);
    }

    void a_branch_at_the_start_is_another_beginning() {
        Asked branched = asked(2, 5, "1");
        branched.set("branch", std::string("0 class=8, guidance=3"));
        Asked other = asked(2, 5, "8");
        other.set("guidance", 3.0);
        QVERIFY(made(branched)[1].pixels == made(other)[1].pixels);
    }

    void branches_share_what_was_before_them() {
        std::vector<std::vector<Preview>> seen;
        std::vector<std::string> branches{"", "3 noise=9", "3 sampler=heun, steps=12; 5 class=0"};
        for (const std::string& branch : branches) {
            Asked one = asked(1, 5, "1");
            one.set("branch", branch);
            std::vector<Preview> steps;
            digits_->generate(one.request, one.fields, [&](const Progress& at) {
                if (at.preview) steps.push_back(at.preview());
                return true;
            });
            seen.push_back(std::move(steps));
        }
        for (const auto& steps : seen) {
            for (std::size_t i = 0; i < steps.size(); ++i) {
                QCOMPARE(steps[i].step, int(i));
                QCOMPARE(steps[i].steps, int(steps.size()));
                QVERIFY(i == 0 || steps[i].sigma < steps[i - 1].sigma);
            }
            for (std::size_t i = 0; i < 3; ++i)
                QVERIFY(steps[i].x[0].pixels == seen[0][i].x[0].pixels);
        }
        QVERIFY(seen[1][3].x[0].pixels != seen[0][3].x[0].pixels);
        QVERIFY(seen[2].size() > seen[0].size());
    }

    void what_a_branch_cannot_be_is_said() {
        const Fields own = digits_->generate_fields();
        for (const char* text :
             {"guidance=4", "3", "-1 guidance=4", "3 guidance", "3 from=a.png", "3 noise=x",
              "3 guidance=many", "5 class=1; 3 class=2", "3 colour=red"})
            QVERIFY2(!refusal([&] { branches_of(text, own); }).empty(), text);
        Asked late = asked(1, 5, "1");
        late.set("branch", std::string("6 guidance=4"));
        QVERIFY(refusal([&] { made(late); }).find("6") != std::string::npos);
        const auto two = branches_of("3 guidance=4, class=1; 5 noise=7", own);
        QCOMPARE(two.size(), std::size_t(2));
        QCOMPARE(std::get<double>(find_field(two[1].own, "guidance")->value), 4.0);
        QCOMPARE(two[1].image_class.value(), std::string("1"));
        QVERIFY(!two[0].noise && two[1].noise == 7);
    }

private:
    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestSamplingPath)
#include "test_sampling_path.moc"
