#include <QtTest>
#include <cmath>

#include "core/image/image_file.h"
#include "core/models/families.h"
#include "core/models/trainer.h"
#include "core/nn/safetensors.h"
#include "core/training/checkpoint.h"
#include "core/training/settings.h"
#include "core/training/training_run.h"
#include "family_runs.h"
#include "refusal.h"
#include "states.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

class TestEveryFamilyTraining : public QObject, FamilyRuns {
    Q_OBJECT

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
    void initTestCase() { write_shapes(); }

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

QTEST_GUILESS_MAIN(TestEveryFamilyTraining)
#include "test_every_family_training.moc"
