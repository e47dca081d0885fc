#include "core/models/diffusion.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/base/files.h"
#include "core/image/record.h"
#include "core/models/open_model.h"
#include "core/nn/image_tensor.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// A network that answers something that hangs on all of its input.
std::shared_ptr<const Model> model_of(int classes, bool null_class, int size = 12, int channels = 1,
                                      bool learned_variance = false, bool edm = false) {
    DataShape shape{.size = size, .channels = channels, .classes = {}, .dataset = {}};
    Json about{{"title", "Tiny"},
               {"images_seen", 640},
               {"run", "tiny-1"},
               {"classes", Json::array()},
               {"dataset", {{"id", "shapes"}, {"sha256", "abc"}}}};
    for (int i = 0; i < classes; ++i) {
        shape.classes.push_back("shape " + std::to_string(i));
        about["classes"].push_back(shape.classes.back());
    }
    DiffusionOptions options;
    options.multiples = "1,2";
    options.attention = "6";
    options.groups = 4;
    options.label_drop = null_class ? 0.1 : 0;
    DiffusionSetup setup;
    setup.network = diffusion_network(options, 8, shape);
    setup.noise_schedule.id = edm ? "edm" : "squaredcos_cap_v2";
    setup.objective = edm ? "edm" : "v";
    setup.learned_variance = learned_variance;
    if (learned_variance) setup.network.out_channels *= 2;
    UNet network(setup.network);
    initialise(network, 3);
    const torch::NoGradGuard no_grad;
    const at::Generator generator = at::detail::createCPUGenerator(5);
    for (const auto& item : network->named_parameters())
        if (item.value().abs().max().item<float>() == 0) item.value().normal_(0, 0.1, generator);
    return make_diffusion_model("tiny", setup, network, about, std::string(64, 'a'));
}

GenerateRequest request_of(std::int64_t count, std::int64_t seed) {
    GenerateRequest request;
    request.count = count;
    request.seed = seed;
    request.precision = "fp32";
    return request;
}

/// Where a call holds four images.
GenerateRequest on_cpu(GenerateRequest request) {
    request.device = "cpu";
    return request;
}

Fields with(const Model& model, const std::string& key, const FieldValue& value) {
    Fields fields = model.generate_fields();
    set_field(fields, key, value);
    return fields;
}

std::vector<Image> made(const Model& model, const GenerateRequest& request, const Fields& fields) {
    return model.generate(request, fields, {});
}

bool same(const Image& a, const Image& b) {
    return a.pixels == b.pixels && a.metadata.text == b.metadata.text;
}

}  // namespace

class TestDiffusionModel : public QObject {
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

    void what_an_image_costs_hangs_on_its_seed_and_class_alone() {
        for (const bool learned : {false, true}) {
            const auto model = model_of(3, true, 12, 3, learned);
            const GenerateRequest request = on_cpu(request_of(1, 7));
            std::vector<Image> pictures =
                made(*model, on_cpu(request_of(3, 40)), with(*model, "steps", std::int64_t(2)));
            const auto bits = model->bits_per_dimension(pictures, {0, 2, -1}, request);
            QCOMPARE(bits.size(), std::size_t(3));
            for (std::size_t i = 0; i < 3; ++i) {
                const auto alone =
                    model->bits_per_dimension({pictures[i]},
                                              {i == 0   ? 0
                                               : i == 1 ? 2
                                                        : -1},
                                              on_cpu(request_of(1, 7 + std::int64_t(i))));
                QCOMPARE(alone.at(0), bits[i]);
                QVERIFY(std::isfinite(bits[i]) && bits[i] > 0);
            }
            QVERIFY(model->bits_per_dimension({pictures[0]}, {1}, request).at(0) != bits[0]);
        }
        const auto strict = model_of(3, false);
        const std::vector<Image> one =
            made(*strict, request_of(1, 1), with(*strict, "steps", std::int64_t(2)));
        QVERIFY(!strict->bits_per_dimension(one, {1}, request_of(1, 1)).empty());
        QVERIFY(says(refusal([&] { strict->bits_per_dimension(one, {-1}, request_of(1, 1)); }),
                     "without a class"));
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

    void an_image_says_how_it_was_made() {
        const auto model = model_of(3, true);
        Fields fields = with(*model, "guidance", 2.0);
        set_field(fields, "steps", std::int64_t(2));
        const auto images = made(*model, request_of(3, 1), fields);
        const auto record = record_of(images.at(2).metadata);
        QVERIFY(record.has_value());
        QCOMPARE(parameters_text(*record),
                 std::string("shape 0\nSteps: 2, Sampler: DPM++ 2M, Schedule type: Karras, CFG "
                             "scale: 2, Seed: 3, Size: 12x12, Model hash: aaaaaaaaaa, Model: tiny, "
                             "RNG: CPU, Class: shape 0, Version: Daguerre " DAGUERRE_VERSION));
        const Json json = Json::parse(record->daguerre);
        std::vector<std::string> keys;
        for (const auto& [key, value] : json.items()) keys.push_back(key);
        QCOMPARE(keys, (std::vector<std::string>{"format", "program", "kind", "request", "model",
                                                 "dataset", "run", "numerics"}));
        QCOMPARE(json["request"].dump(),
                 std::string("{\"model\":\"tiny\",\"count\":1,\"seed\":3,\"class\":\"shape 0\","
                             "\"sampler\":\"dpmpp_2m\",\"schedule\":\"karras\",\"steps\":2,"
                             "\"guidance\":2.0,\"guidance_rescale\":0.0,\"guidance_low\":0.0,"
                             "\"guidance_high\":0.0,\"clamp\":\"auto\",\"form\":\"midpoint\"}"));
    }

    void what_a_model_cannot_do_is_refused() {
        const auto plain = model_of(0, false), classes = model_of(3, true),
                   no_null = model_of(3, false);
        QVERIFY(!find_field(plain->generate_fields(), "guidance"));
        QVERIFY(!find_field(no_null->generate_fields(), "guidance"));
        const auto refused = [](const Model& model, auto change) {
            GenerateRequest request = request_of(1, 1);
            Fields fields = fields_of<SamplingOptions>();
            return refusal([&] {
                change(request, fields);
                model.generate(request, fields, {});
            });
        };
        const auto in_class = [](const char* word) {
            return [word](GenerateRequest& request, Fields&) { request.image_class = word; };
        };
        const auto guided = [](GenerateRequest&, Fields& fields) {
            set_field(fields, "guidance", 3.0);
        };
        const auto no_steps = [](GenerateRequest&, Fields& fields) {
            set_field(fields, "steps", std::int64_t(0));
        };
        const auto negative = [](GenerateRequest& request, Fields&) { request.seed = -1; };
        QVERIFY(refused(*plain, in_class("2")).find("knows no classes") != std::string::npos);
        QVERIFY(refused(*classes, in_class("3")).find("knows 3 classes") != std::string::npos);
        QVERIFY(refused(*classes, in_class("shape 9")).find("Did you mean") != std::string::npos);
        QVERIFY(refused(*no_null, in_class("none")).find("isn't possible") != std::string::npos);
        QVERIFY(refused(*plain, guided).find("can't be guided") != std::string::npos);
        QVERIFY(refused(*classes, no_steps).find("steps") != std::string::npos);
        QVERIFY(refused(*classes, negative).find("seed") != std::string::npos);
        QVERIFY(refused(*plain, in_class("none")).empty());
    }

    void classes_follow_seeds() {
        const auto model = model_of(3, true);
        GenerateRequest request = request_of(5, 4294967294);
        std::vector<int> classes;
        for (int i = 0; i < 5; ++i) classes.push_back(class_of(model->info(), request, i));
        QCOMPARE(classes, (std::vector<int>{4294967294 % 3, 4294967295 % 3, 0, 1, 2}));
        for (const char* word : {"2", "shape 2", "Shape 2"}) {
            request.image_class = word;
            QCOMPARE(class_of(model->info(), request, 4), 2);
        }
        request.image_class = "none";
        QCOMPARE(class_of(model->info(), request, 0), -1);
    }

    void saved_and_opened_it_makes_the_same() {
        const QTemporaryDir folder;
        for (const bool null_class : {true, false}) {
            const auto model = model_of(3, null_class);
            const fs::path place = folder.path().toStdString() + (null_class ? "/a" : "/b");
            model->save(place);
            const auto opened = open_model(place.string());
            QCOMPARE(opened->info().classes, model->info().classes);
            QCOMPARE(opened->info().null_class, null_class);
            QCOMPARE(opened->info().images_seen, std::int64_t(640));
            QCOMPARE(opened->info().sha256,
                     sha256_of_file(place / "unet" / "diffusion_pytorch_model.safetensors"));
            const Fields fields = with(*model, "steps", std::int64_t(3));
            QVERIFY(made(*model, request_of(2, 7), fields)[1].pixels ==
                    made(*opened, request_of(2, 7), fields)[1].pixels);
        }
        QVERIFY(refusal<UnknownWord>([] { open_model("digit-s"); }).find("There is no model") == 0);
        QVERIFY(refusal([&] { open_model(folder.path().toStdString()); }).find("is no model") !=
                std::string::npos);
    }

    void the_rest_of_a_picture_is_completed() {
        for (const auto& [channels, null_class, edm] :
             {std::tuple{1, false, false}, {3, true, false}, {1, false, true}}) {
            const auto model = model_of(null_class ? 2 : 0, null_class, 12, channels, false, edm);
            Image picture = Image::blank(12, 12, channels), hole = Image::blank(12, 12, 1);
            for (std::size_t i = 0; i < picture.pixels.size(); ++i)
                picture.pixels[i] = std::byte(i * 37);
            for (std::size_t i = 0; i < 60; ++i) hole.pixels[i] = std::byte(128);
            for (const auto& [method, calls] : {std::pair{"ddnm", 6}, {"repaint", 6 + 2 * 2 * 2}}) {
                Fields fields = model->complete_fields();
                set_field(fields, "method", std::string(method));
                set_field(fields, "model_steps", std::int64_t(6));
                set_field(fields, "jump", std::int64_t(2));
                set_field(fields, "times", std::int64_t(3));
                int begun = 0, steps = 0;
                const auto count = [&](const Progress& at) {
                    begun += at.what == "call";
                    steps += at.what == "step";
                    return at.total == calls && at.done == steps;
                };
                const auto once = [&](std::int64_t seed, const OnProgress& on_progress) {
                    return model->complete(picture, hole, request_of(1, seed), fields, on_progress);
                };
                const Image result = once(5, count);
                QCOMPARE(begun, calls);
                QCOMPARE(steps, calls);
                for (std::size_t i = 0; i < 144; ++i)
                    for (std::size_t c = i * std::size_t(channels);
                         i >= 60 && c / std::size_t(channels) == i; ++c)
                        QVERIFY(result.pixels[c] == picture.pixels[c]);
                QVERIFY(result.pixels != picture.pixels);
                QVERIFY(result.pixels == once(5, {}).pixels);
                QVERIFY(result.pixels != once(6, {}).pixels);
                int asked = 0;
                QCOMPARE(once(5, [&](const Progress&) { return ++asked < 4; }).width, 0);
                QCOMPARE(asked, 4);
            }
        }
        const auto model = model_of(0, false);
        const Image small = Image::blank(5, 5, 1);
        QVERIFY(!refusal<std::logic_error>([&] {
                     model->complete(small, small, request_of(1, 1), {}, {});
                 }).empty());
    }

    void presets_have_the_size_they_are_known_for() {
        const std::map<std::string, double> millions{
            {"nano-28", 0.687},   {"tiny-28", 1.113},  {"small-28", 6.470}, {"tiny-32", 4.329},
            {"small-32", 6.080},  {"base-32", 35.746}, {"nano-64", 2.688},  {"tiny-64", 4.329},
            {"small-64", 12.560}, {"base-64", 78.701}};
        QCOMPARE(diffusion_presets().size(), millions.size());
        for (const Preset& preset : diffusion_presets()) {
            Fields fields = fields_of<TrainRequest>();
            for (const Field& field : fields_of<DiffusionOptions>()) fields.push_back(field);
            for (const auto& [key, value] : preset.values) set_field(fields, key, value);
            const UNetConfig config =
                diffusion_network(options_from<DiffusionOptions>(fields),
                                  options_from<TrainRequest>(fields).base_channels,
                                  {.size = preset.size,
                                   .channels = preset.size == 28 ? 1 : 3,
                                   .classes = {},
                                   .dataset = {}});
            const double expected = millions.at(preset.id);
            const double counted = double(parameter_count(config)) / 1e6;
            QVERIFY2(std::abs(counted - expected) < 0.02 * expected,
                     (preset.id + " " + std::to_string(counted)).c_str());
        }
    }

    void both_precisions_give_the_same_pictures() {
        const auto known = known_models();
        if (known.empty() || known[0].id != "digits") QSKIP("the bundled model digits isn't here");
        const auto model = open_model("digits");
        double difference = 0;
        std::int64_t values = 0;
        GenerateRequest request = request_of(16, 0);
        const auto fp32 = made(*model, request, model->generate_fields());
        request.precision = "bf16";
        const auto bf16 = made(*model, request, model->generate_fields());
        for (std::size_t i = 0; i < fp32.size(); ++i)
            for (std::size_t k = 0; k < fp32[i].pixels.size(); ++k, ++values)
                difference += std::abs(int(fp32[i].pixels[k]) - int(bf16[i].pixels[k]));
        difference /= double(values);
        QVERIFY2(difference < 1, qPrintable(QString::number(difference)));
    }
};

QTEST_GUILESS_MAIN(TestDiffusionModel)
#include "test_diffusion_model.moc"
