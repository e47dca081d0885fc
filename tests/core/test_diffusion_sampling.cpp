#include <QtTest>
#include <cmath>

#include "core/models/diffusion.h"
#include "core/nn/image_tensor.h"
#include "refusal.h"
#include "tiny_diffusion_model.h"

using namespace daguerre;

namespace {

bool same(const Image& a, const Image& b) {
    return a.pixels == b.pixels && a.metadata.text == b.metadata.text;
}

}  // namespace

class TestDiffusionSampling : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_image_does_not_depend_on_the_others() {
        const auto model = model_of(3, true, 12, 3);
        for (const Sampler& sampler : samplers()) {
            Fields fields = with(*model, "sampler", sampler.id);
            set_field(fields, "steps", std::int64_t(3));
            const std::vector<Image> nine = made(*model, request_of(9, 40), fields);
            QCOMPARE(nine.size(), std::size_t(9));
            for (const std::size_t i : {0u, 3u, 8u}) {
                const auto alone = made(*model, request_of(1, 40 + std::int64_t(i)), fields);
                QVERIFY2(same(alone.at(0), nine[i]), sampler.id.c_str());
            }
            QVERIFY(nine[0].pixels != nine[3].pixels);  // same class, other seed
        }
    }

    // What counts no steps does all the rest.
    void a_model_of_edm_does_what_others_do() {
        const auto model = model_of(3, true, 12, 1, false, true);
        const Fields offered = model->generate_fields();
        QCOMPARE(find_field(offered, "schedule")->choices,
                 (std::vector<std::string>{"karras", "exponential"}));
        std::vector<std::vector<std::byte>> all;
        for (const Sampler& sampler : samplers()) {
            Fields fields = with(*model, "sampler", sampler.id);
            set_field(fields, "steps", std::int64_t(5));
            const std::vector<Image> five = made(*model, request_of(5, 40), fields);
            QVERIFY2(same(made(*model, request_of(1, 44), fields).at(0), five.at(4)),
                     sampler.id.c_str());
            all.push_back(five[0].pixels);
        }
        QVERIFY(all[0] != all[1]);
        std::vector<double> levels;
        bool counted = false;
        model->generate(request_of(1, 1), with(*model, "steps", std::int64_t(3)),
                        [&](const Progress& at) {
                            if (at.what != "step") return true;
                            levels.push_back(at.preview().sigma);
                            counted = counted || !std::isnan(at.preview().t);
                            return true;
                        });
        QCOMPARE(levels.size(), std::size_t(3));
        QCOMPARE(levels[0], 80.0);
        QCOMPARE(levels[2], 0.002);
        QVERIFY(!counted);
        Fields fields = fields_of<SamplingOptions>();
        set_field(fields, "schedule", std::string("trailing"));
        QVERIFY(says(refusal([&] { made(*model, request_of(1, 1), fields); }),
                     "karras or exponential"));
    }

    void images_of_later_groups_are_the_same_too() {
        for (const char* precision : {"fp32", "bf16"}) {
            const auto model = model_of(0, false);
            GenerateRequest request = request_of(18, 4294967290);
            request.precision = precision;
            const Fields fields = with(*model, "steps", std::int64_t(2));
            const std::vector<Image> many = made(*model, request, fields);
            request.count = 1;
            request.seed = (4294967290 + 17) % 4294967296;
            QVERIFY(same(made(*model, request, fields).at(0), many.at(17)));
        }
    }

    void guidance_mixes_two_guesses() {
        const auto model = model_of(3, true);
        const auto at_guidance = [&](double guidance, const char* image_class) {
            Fields fields = with(*model, "guidance", guidance);
            set_field(fields, "steps", std::int64_t(1));
            set_field(fields, "sampler", std::string("ddim"));
            GenerateRequest request = request_of(1, 5);
            request.image_class = image_class;
            return tensor_of(made(*model, request, fields));
        };
        // One step of ddim is one guess, so guidance is linear in it, up to the clipping.
        const at::Tensor none = at_guidance(0, "1"), one = at_guidance(1, "1"),
                         two = at_guidance(2, "1"), null = at_guidance(1.5, "none");
        QVERIFY(at::equal(none, null));
        QVERIFY(!at::equal(none, one));
        const at::Tensor inside = (one.abs() < 0.98).logical_and(none.abs() < 0.98);
        QVERIFY(inside.sum().item<int>() > 20);
        const at::Tensor off = (two - (2 * one - none).clamp(-1, 1)).abs();
        QVERIFY(off.index({inside}).max().item<float>() < 4 / 127.5f);
    }

    void guidance_acts_where_it_is_told_to() {
        const auto model = model_of(3, true);
        const auto at = [&](double guidance, double low, double high, double rescale = 0) {
            Fields fields = with(*model, "guidance", guidance);
            set_field(fields, "guidance_low", low);
            set_field(fields, "guidance_high", high);
            set_field(fields, "guidance_rescale", rescale);
            set_field(fields, "steps", std::int64_t(4));
            return made(*model, request_of(5, 5), fields);
        };
        const auto pixels = [](const std::vector<Image>& images) {
            std::vector<std::byte> all;
            for (const Image& image : images)
                all.insert(all.end(), image.pixels.begin(), image.pixels.end());
            return all;
        };
        const auto everywhere = pixels(at(3, 0, 0)), nowhere = pixels(at(1, 0, 0));
        QVERIFY(everywhere != nowhere);
        QVERIFY(pixels(at(3, 0, 1e5)) == everywhere);
        QVERIFY(pixels(at(3, 1e4, 1e5)) == nowhere);
        QVERIFY(pixels(at(0, 1e4, 1e5)) == nowhere);
        const auto between = at(3, 1, 20);
        QVERIFY(pixels(between) != everywhere && pixels(between) != nowhere);
        const auto calmed = at(3, 0, 0, 0.7);
        QVERIFY(pixels(calmed) != everywhere);
        QVERIFY(pixels(at(1, 0, 0, 0.7)) == nowhere);
        // Still, no image depends on the others.
        for (const auto& [many, low, high, rescale] :
             {std::tuple{between, 1., 20., 0.}, {calmed, 0., 0., 0.7}}) {
            Fields fields = with(*model, "guidance", 3.0);
            set_field(fields, "guidance_low", low);
            set_field(fields, "guidance_high", high);
            set_field(fields, "guidance_rescale", rescale);
            set_field(fields, "steps", std::int64_t(4));
            QVERIFY(same(made(*model, request_of(1, 9), fields)[0], many[4]));
        }
    }

    void guesses_are_limited_as_asked() {
        const auto model = model_of(0, false);
        const auto clamped_by = [&](const char* word) {
            Fields fields = with(*model, "clamp", std::string(word));
            set_field(fields, "steps", std::int64_t(4));
            set_field(fields, "sampler", std::string("ddim"));
            return made(*model, request_of(3, 5), fields)[2].pixels;
        };
        QVERIFY(clamped_by("auto") == clamped_by("on"));
        QVERIFY(clamped_by("off") != clamped_by("on"));
        QVERIFY(clamped_by("dynamic") != clamped_by("on"));
        QVERIFY(clamped_by("dynamic") != clamped_by("off"));
    }

    void a_learned_variance_is_used() {
        for (const bool guided : {false, true}) {
            const auto model = model_of(guided ? 2 : 0, guided, 12, 1, true);
            const auto at = [&](const char* variance, std::int64_t count, std::int64_t seed) {
                Fields fields = with(*model, "sampler", std::string("ddpm"));
                set_field(fields, "variance", std::string(variance));
                set_field(fields, "steps", std::int64_t(4));
                return made(*model, request_of(count, seed), fields);
            };
            const auto own = at("own", 6, 3);
            QVERIFY(same(own[5], at("learned", 1, 8)[0]));
            QVERIFY(own[5].pixels != at("small", 1, 8)[0].pixels);
            QVERIFY(own[5].pixels != at("large", 1, 8)[0].pixels);
        }
        const auto plain = model_of(0, false);
        Fields fields = with(*plain, "sampler", std::string("ddpm"));
        set_field(fields, "variance", std::string("learned"));
        QVERIFY(refusal([&] { made(*plain, request_of(1, 1), fields); }).find("hasn't learned") !=
                std::string::npos);
    }

    void progress_comes_in_calls_and_steps() {
        const auto model = model_of(2, true);
        const Fields fields = with(*model, "steps", std::int64_t(4));
        int calls = 0, steps = 0;
        std::int64_t done = 0;
        model->generate(on_cpu(request_of(18, 0)), fields, [&](const Progress& at) {
            calls += at.what == "call";
            if (at.what != "step") return true;
            ++steps;
            done = at.done;
            const Preview preview = at.preview();
            const int expected = steps <= 4 ? 16 : 2;
            if (int(preview.x.size()) != expected || int(preview.denoised.size()) != expected)
                QTest::qFail("wrong number of images", __FILE__, __LINE__);
            if (preview.first != (steps <= 4 ? 0 : 16) || preview.steps != 4)
                QTest::qFail("wrong place", __FILE__, __LINE__);
            return at.total == 8;
        });
        QCOMPARE(steps, 8);
        QCOMPARE(done, std::int64_t(8));
        QCOMPARE(calls, 4 * 4 + 4);  // four chunks of four in the first group, one in the second
    }

    void stopping_takes_effect_before_the_next_call() {
        const auto model = model_of(0, false);
        const Fields fields = with(*model, "steps", std::int64_t(4));
        for (const int stop_at : {1, 3, 9}) {
            int calls = 0;
            const auto images =
                model->generate(on_cpu(request_of(18, 0)), fields, [&](const Progress& at) {
                    calls += at.what == "call";
                    return calls < stop_at;
                });
            QCOMPARE(calls, stop_at);
            QVERIFY(images.empty());
        }
        int steps = 0;
        const auto images = model->generate(request_of(18, 0), fields, [&](const Progress& at) {
            steps += at.what == "step";
            return steps < 4;  // the last step of the first group
        });
        QCOMPARE(images.size(), std::size_t(16));
    }
};

QTEST_GUILESS_MAIN(TestDiffusionSampling)
#include "test_diffusion_sampling.moc"
