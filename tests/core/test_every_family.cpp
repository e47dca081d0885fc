#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/table.h"
#include "core/image/image_file.h"
#include "core/image/record.h"
#include "core/models/families.h"
#include "core/models/open_model.h"
#include "core/models/trainer.h"
#include "core/nn/safetensors.h"
#include "core/training/checkpoint.h"
#include "core/training/runs.h"
#include "core/training/settings.h"
#include "core/training/training_run.h"
#include "refusal.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

void advance(TrainingRun& run, int steps) {
    for (int i = 0; i < steps && !run.finished(); ++i) run.advance();
}

Weights state_of(const fs::path& run) {
    return read_safetensors(run / "state.safetensors").weights;
}

/// The first tensor in which two states differ, or "".
std::string difference(const Weights& one, const Weights& two) {
    if (one.size() != two.size()) return "the number of tensors";
    for (const auto& [name, tensor] : one)
        if (!two.contains(name) || !at::equal(tensor, two.at(name))) return name;
    return "";
}

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

class TestEveryFamily : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }
    std::unique_ptr<TrainingRun> started(
        const std::string& family, const std::string& name,
        const std::vector<std::pair<std::string, std::string>>& more = {}) const {
        return TrainingRun::start(path("shapes").string(), family, path(family + "-" + name),
                                  tiny_settings_of(family, more));
    }

    /// A model after ten steps, in its run's folder; one a family.
    fs::path learned(const std::string& family) const {
        const fs::path folder = path(family + "-learned");
        if (!fs::exists(folder)) {
            const auto run = started(family, "learned");
            advance(*run, 10);
            run->save();
        }
        return folder;
    }

    /// Eight images of each of these classes of the tiny shapes, in a folder of this name.
    void write_folder(const std::string& name,
                      const std::vector<std::pair<std::string, int>>& classes) const {
        for (const auto& [folder, label] : classes)
            for (int i = 0; i < 8; ++i)
                write_image(path(name) / folder /
                                (std::to_string(label) + "-" + std::to_string(i) + ".png"),
                            tiny_dataset(32)->at(4 * i + label).image);
    }

private Q_SLOTS:
    void initTestCase() {
        write_tiny_dataset(path("shapes"));
        write_tiny_dataset(path("shapes"), 12, "t10k");
    }

    void resume_is_exact() {
        for (const Family& family : families()) {
            {
                const auto run = started(family.id, "whole");
                advance(*run, 10);
                QVERIFY(run->finished());
                run->save();
            }
            {
                const auto run = started(family.id, "parts");
                advance(*run, 4);
                run->save();
                advance(*run, 3);  // lost, as after a kill
            }
            {
                const auto run = TrainingRun::resume(path(family.id + "-parts"));
                advance(*run, 1);
                if (family.generate_fields) run->make_preview({});  // must not disturb the rest
                advance(*run, 100);
                run->save();
            }
            const Weights whole = state_of(path(family.id + "-whole"));
            QCOMPARE(family.id + difference(whole, state_of(path(family.id + "-parts"))),
                     family.id);
            const auto other = started(family.id, "other-seed", {{"seed", "2"}});
            advance(*other, 10);
            other->save();
            QVERIFY(!difference(whole, state_of(path(family.id + "-other-seed"))).empty());
        }
    }

    void a_state_that_does_not_fit_is_refused() {
        for (const Family& family : families()) {
            const fs::path run = learned(family.id);
            const TensorFile file = read_safetensors(run / "state.safetensors");
            Weights fewer = file.weights;
            fewer.erase(fewer.begin());
            write_safetensors(run / "state.safetensors", fewer, file.metadata);
            QVERIFY2(says(refusal([&] { TrainingRun::resume(run); }), "isn't whole"),
                     family.id.c_str());
            write_safetensors(run / "state.safetensors", file.weights, file.metadata);
        }
    }

    void every_step_tells_finite_losses() {
        for (const Family& family : families()) {
            const auto run = started(family.id, "finite");
            while (!run->finished()) {
                const StepReport report = run->advance();
                QVERIFY(!report.losses.empty());
                for (const auto& [name, value] : report.losses)
                    QVERIFY2(std::isfinite(value), (family.id + " " + name).c_str());
                QVERIFY(std::isfinite(report.gradient_norm));
                QCOMPARE(report.skipped, std::int64_t(0));
            }
        }
    }

    void images_without_a_class_are_learned_as_that_or_left_out_with_a_word() {
        write_folder("mixed", {{"disc", 0}, {"square", 1}, {"", 2}});
        struct Case {
            std::string family, key, value, word;
        };
        for (const Case& each :
             std::vector<Case>{{"diffusion", "label_drop", "0.1", ""},
                               {"diffusion", "label_drop", "0", "label_drop over 0"},
                               {"gan", "conditional", "auto", "conditional=off"},
                               {"gan", "conditional", "off", ""},
                               {"vae", "conditional", "auto", ""},
                               {"vae", "label_drop", "0", "label_drop over 0"},
                               {"pixelcnn", "label_drop", "0.1", ""},
                               {"classifier", "batch", "8", "show no class"}}) {
            const std::string name = each.family + "-" + each.key + each.value;
            const auto run =
                TrainingRun::start(path("mixed").string(), each.family, path(name),
                                   tiny_settings_of(each.family, {{each.key, each.value}}));
            std::string said;
            for (const std::string& remark : run->remarks()) said += remark + "\n";
            QVERIFY2(says(said, each.word), name.c_str());
            QCOMPARE(says(said, "Left out: 8 of 24 images"), !each.word.empty());
            while (!run->finished())
                for (const auto& [curve, value] : run->advance().losses)
                    QVERIFY2(std::isfinite(value), (name + " " + curve).c_str());
            run->save();
        }
    }

    void data_whose_classes_cant_be_learned_are_refused_before_work() {
        write_folder("unsorted", {{"", 0}, {"", 1}});
        write_folder("single", {{"disc", 0}});
        for (const Family& family : families()) {
            const auto start = [&](const char* data, const GivenSettings& more) {
                const fs::path run = path(family.id + "-" + data + std::to_string(more.size()));
                const std::string why = refusal([&] {
                    TrainingRun::start(path(data).string(), family.id, run,
                                       tiny_settings_of(family.id, more))
                        ->advance();
                });
                if (!why.empty() && fs::exists(run)) return "too late: " + why;
                return why;
            };
            const bool tells = !family.generate_fields;  // a classifier
            for (const char* data : {"unsorted", "single"}) {
                const std::string why = start(data, {});
                QVERIFY2(tells ? says(why, "at least two classes") : why.empty(),
                         (family.id + ": " + why).c_str());
            }
            if (!find_field(family.train_fields(), "conditional")) continue;
            const std::string why = start("unsorted", {{"conditional", "on"}});
            QVERIFY2(says(why, "no classes to learn"), (family.id + ": " + why).c_str());
        }
        TrainingData none;
        none.views = network_views(*tiny_dataset(), 16, 1, {});
        std::ranges::fill(none.views.labels, -1);
        none.shape.classes = {"disc", "square"};
        none.shape.dataset.id = "shapes";
        QVERIFY(says(refusal([&] { leave_unlabelled_out(train_fields("classifier"), none); }),
                     "None of the 32 images of “shapes” shows a class"));
    }

    void labelled_images_stay_what_they_are() {
        PixelBlock views = network_views(*tiny_dataset(9), 16, 1, {});
        const PixelBlock all = views;
        views.labels[0] = views.labels[4] = views.labels[5] = -1;
        keep_labelled(views);
        const std::vector<std::size_t> kept{1, 2, 3, 6, 7, 8};
        QCOMPARE(views.labels.size(), kept.size());
        QCOMPARE(views.pixels.size(), std::size_t(6 * 256));
        for (std::size_t i = 0; i < kept.size(); ++i) {
            QCOMPARE(views.labels[i], all.labels[kept[i]]);
            QVERIFY(std::equal(views.pixels.begin() + std::ptrdiff_t(i * 256),
                               views.pixels.begin() + std::ptrdiff_t((i + 1) * 256),
                               all.pixels.begin() + std::ptrdiff_t(kept[i] * 256)));
        }
    }

    void held_out_images_change_nothing() {
        for (const Family& family : families()) {
            const auto dataset = tiny_dataset();
            const Fields settings = settled(family.id, *dataset, tiny_settings_of(family.id));
            const TrainingData data = training_data(*dataset, settings);
            const auto trainer = family.make_trainer(settings, data.shape);
            const bool all = needs_classes(settings, data.shape);
            const Batch batch{at::rand({6, 1, 16, 16}) * 2 - 1, at::arange(6) % 4 - (all ? 0 : 1),
                              at::randn({6, 1, 16, 16})};
            trainer->step(batch, {.images_after = 6, .learning_rate = 1e-3});
            const Weights before = copied(trainer->state());
            const HeldOut once = trainer->held_out(batch, 6, Weighting::Average),
                          parts = trainer->held_out(batch, 4, Weighting::Average);
            QCOMPARE(difference(before, trainer->state()), std::string());
            QCOMPARE(once.loss.has_value(), parts.loss.has_value());
            if (!once.loss) continue;
            QVERIFY2(std::isfinite(*once.loss), family.id.c_str());
            QVERIFY2(std::abs(*once.loss - *parts.loss) < 1e-4 * std::abs(*once.loss) + 1e-6,
                     family.id.c_str());
        }
    }

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

    void memory_is_counted_before_it_is_taken() {
        for (const Family& family : families()) {
            const auto dataset = tiny_dataset();
            Fields settings = settled(family.id, *dataset, tiny_settings_of(family.id));
            DataShape shape{.size = 16,
                            .channels = 1,
                            .classes = dataset->info().classes,
                            .dataset = dataset->info()};
            const std::uint64_t usual = family.training_bytes(settings, shape);
            set_field(settings, "batch", std::int64_t(800));
            const std::uint64_t many = family.training_bytes(settings, shape);
            QVERIFY2(usual > 300'000'000 && many > usual + 1'000'000, family.id.c_str());
            set_field(settings, "micro_batch", std::int64_t(8));
            const auto in_parts = [&] { return family.training_bytes(settings, shape); };
            if (family.parts)
                QCOMPARE(in_parts(), usual);
            else  // refused, or without effect
                QVERIFY(!refusal(in_parts).empty() || in_parts() == many);
            set_field(settings, "micro_batch", std::int64_t(0));
            if (!find_field(settings, "conditional")) continue;
            set_field(settings, "conditional", std::string("on"));
            shape.classes.clear();
            QVERIFY(
                says(refusal([&] { family.training_bytes(settings, shape); }), "has no classes"));
        }
    }

    void parts_of_a_batch_learn_what_the_whole_learns() {
        for (const Family& family : families()) {
            if (!family.parts) continue;
            const auto first_loss = [&](const char* parts) {
                std::vector<std::pair<std::string, std::string>> more{{"micro_batch", parts}};
                if (find_field(train_fields(family.id), "dropout"))
                    more.emplace_back("dropout", "0");
                const auto run = started(family.id, std::string("parts-of-") + parts, more);
                return run->advance().losses.at(0).second;
            };
            QVERIFY2(std::abs(first_loss("0") - first_loss("3")) < 1e-5, family.id.c_str());
        }
    }

    void presets_fit_their_size() {
        for (const Family& family : families())
            for (const Preset& preset : family.presets()) {
                Fields fields = train_fields(family.id);
                for (const auto& [key, value] : preset.values) set_field(fields, key, value);
                const DataShape shape{.size = preset.size,
                                      .channels = preset.size == 28 ? 1 : 3,
                                      .classes = {"a", "b"},
                                      .dataset = {}};
                QVERIFY2(family.training_bytes(fields, shape) > 0, preset.id.c_str());
            }
    }
};

QTEST_GUILESS_MAIN(TestEveryFamily)
#include "test_every_family.moc"
