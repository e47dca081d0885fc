#include <QtTest>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/image/record.h"
#include "core/models/families.h"
#include "core/models/open_model.h"
#include "family_runs.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

GenerateRequest request_of(std::int64_t count, std::int64_t seed) {
    GenerateRequest request;
    request.count = count;
    request.seed = seed;
    request.precision = "fp32";
    request.device = "cpu";
    return request;
}

/// Few steps, where a family takes steps.
Fields quick(const Model& model) {
    Fields fields = model.generate_fields();
    if (find_field(fields, "steps")) set_field(fields, "steps", std::int64_t(3));
    return fields;
}

std::vector<Image> made(const Model& model, std::int64_t count, std::int64_t seed) {
    return model.generate(request_of(count, seed), quick(model), {});
}

bool same(const Image& a, const Image& b) {
    return a.pixels == b.pixels && a.metadata.text == b.metadata.text;
}

/// The file that holds a model's settings, and a change that makes its network larger.
std::string with_larger_network(const std::string& description) {
    Json about = Json::parse(description);
    about["settings"]["base_channels"] = 4096;
    return about.dump();
}

}  // namespace

class TestEveryFamily : public QObject, FamilyRuns {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { write_shapes(); }

    void saved_and_opened_a_model_is_the_same() {
        for (const Family& family : families()) {
            const fs::path run = learned(family.id);
            const auto model = open_model(run.string());
            const ModelInfo info = model->info(), peeked = peek_model(run.string());
            QCOMPARE(info.family, family.id);
            QCOMPARE(info.width, 16);
            QCOMPARE(info.channels, 1);
            QCOMPARE(info.classes.size(), std::size_t(4));
            QCOMPARE(info.images_seen, std::int64_t(80));
            QCOMPARE(info.makes_images, family.generate_fields != nullptr);
            QVERIFY(info.parameters > 100 && !info.sha256.empty() && info.remarks.empty());
            QCOMPARE(peeked.parameters, info.parameters);
            QCOMPARE(peeked.classes, info.classes);
            QCOMPARE(peeked.null_class, info.null_class);
            model->save(path(family.id + "-saved"));
            const auto again = open_model(path(family.id + "-saved").string());
            QCOMPARE(again->info().sha256, info.sha256);
            if (!family.generate_fields) continue;
            QVERIFY2(made(*model, 2, 7)[1].pixels == made(*again, 2, 7)[1].pixels,
                     family.id.c_str());
        }
    }

    void an_image_does_not_depend_on_the_others() {
        for (const Family& family : families()) {
            if (!family.generate_fields) continue;
            const auto model = open_model(learned(family.id).string());
            const std::vector<Image> many = made(*model, 18, 4294967290);
            QCOMPARE(many.size(), std::size_t(18));
            for (const std::size_t i : {0u, 5u, 17u}) {
                const auto seed = std::int64_t((4294967290 + i) % 4294967296);
                QVERIFY2(same(made(*model, 1, seed).at(0), many[i]), family.id.c_str());
            }
            QVERIFY(many[0].pixels != many[4].pixels);  // same class, other seed
        }
    }

    void an_image_says_how_it_was_made() {
        for (const Family& family : families()) {
            if (!family.generate_fields) continue;
            const auto model = open_model(learned(family.id).string());
            GenerateRequest request = request_of(2, 6);
            request.image_class = "2";
            const Image image = model->generate(request, quick(*model), {}).at(1);
            const auto record = record_of(image.metadata);
            QVERIFY(record.has_value());
            const Json json = Json::parse(record->daguerre);
            QCOMPARE(json["model"]["family"].get<std::string>(), family.id);
            QCOMPARE(json["model"]["sha256"].get<std::string>(), model->info().sha256);
            QCOMPARE(json["request"]["seed"].get<int>(), 7);
            QCOMPARE(json["request"]["class"].get<std::string>(), std::string("2"));
            // What it says is enough to make it again.
            Fields again = model->generate_fields();
            for (const auto& [key, value] : json["request"].items())
                if (find_field(again, key))
                    set_field_text(again, key,
                                   value.is_string() ? value.get<std::string>() : value.dump());
            request.count = 1;
            request.seed = 7;
            QVERIFY2(model->generate(request, again, {}).at(0).pixels == image.pixels,
                     family.id.c_str());
            QVERIFY2(says(parameters_text(*record), "Seed: 7"), family.id.c_str());
        }
    }

    void stopping_takes_effect_before_the_next_call() {
        for (const Family& family : families()) {
            if (!family.generate_fields) continue;
            const auto model = open_model(learned(family.id).string());
            int asked = 0;
            QVERIFY(model
                        ->generate(request_of(18, 0), quick(*model),
                                   [&](const Progress&) { return ++asked < 1; })
                        .empty());
            QCOMPARE(asked, 1);
            std::int64_t calls = 0, steps = 0, done = 0;
            const auto images =
                model->generate(request_of(18, 0), quick(*model), [&](const Progress& at) {
                    calls += at.what == "call";
                    if (at.what != "step") return true;
                    ++steps;
                    done = at.done;
                    const Preview preview = at.preview();
                    return preview.first < 18 && !preview.denoised.empty() &&
                           preview.step < preview.steps && at.done <= at.total;
                });
            QCOMPARE(images.size(), std::size_t(18));
            QVERIFY2(calls > 0 && steps > 0 && done == steps, family.id.c_str());
        }
    }

    void a_hostile_folder_is_refused() {
        for (const Family& family : families()) {
            if (family.id == "diffusion") continue;  // its folders are diffusers'
            const fs::path good = learned(family.id) / "model", bad = path(family.id + "-bad");
            fs::copy(good, bad);
            const auto refused = [&](const std::string& description) {
                write_whole(bad / "daguerre.json", description);
                return refusal([&] { open_model(bad.string()); });
            };
            const std::string whole = read_file(bad / "daguerre.json", 1 << 20);
            QVERIFY(refused(whole).empty());
            QVERIFY2(!refused(with_larger_network(whole)).empty(), family.id.c_str());
            Json about = Json::parse(whole);
            about["classes"] = Json::array();
            for (int i = 0; i < 100'000; ++i) about["classes"].push_back("class");
            QVERIFY2(!refused(about.dump()).empty(), family.id.c_str());
            about = Json::parse(whole);
            about.erase("image");
            QVERIFY(says(refused(about.dump()), "which images the model makes"));
            about = Json::parse(whole);
            about["settings"] = "all";
            refused(about.dump());  // defaults, or a sentence
            about["settings"] = {{"base_channels", "wide"}};
            QVERIFY2(!refused(about.dump()).empty(), family.id.c_str());
            write_whole(bad / "daguerre.json", whole);
            const std::string weights = read_file(bad / "model.safetensors", 1 << 28);
            write_whole(bad / "model.safetensors", weights.substr(0, weights.size() / 2));
            QVERIFY2(!refusal([&] { open_model(bad.string()); }).empty(), family.id.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestEveryFamily)
#include "test_every_family.moc"
