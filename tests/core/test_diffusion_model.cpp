#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/base/files.h"
#include "core/image/record.h"
#include "core/models/diffusion.h"
#include "core/models/open_model.h"
#include "refusal.h"
#include "tiny_diffusion_model.h"

using namespace daguerre;
namespace fs = std::filesystem;

class TestDiffusionModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
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
