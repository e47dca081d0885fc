#include <QtTest>
#include <cmath>

#include "core/base/random.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/models/classifier_family.h"
#include "core/models/guiding_classifier.h"
#include "core/models/open_model.h"
#include "core/models/train_request.h"
#include "core/nn/image_tensor.h"
#include "core/training/checkpoint.h"
#include "core/training/judged.h"
#include "core/training/runs.h"
#include "core/training/training_run.h"
#include "refusal.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

Settings quick(Settings more = {}) {
    Settings settings{{"base_channels", "8"},   {"multiples", "1,2"}, {"batch", "16"},
                      {"images", "1600"},       {"warm_up", "400"},   {"precision", "fp32"},
                      {"learning_rate", "0.05"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

const Settings noisy{{"backbone", "unet"},
                     {"noise_schedule", "squaredcos_cap_v2"},
                     {"groups", "4"},
                     {"optimizer", "adam"},
                     {"learning_rate", "0.002"},
                     {"label_smoothing", "0"}};

DataShape shape_of(int size, int channels, int classes) {
    DataShape shape;
    shape.size = size;
    shape.channels = channels;
    shape.dataset.id = "shapes";
    for (int k = 0; k < classes; ++k) shape.classes.push_back("class " + std::to_string(k));
    return shape;
}

at::Tensor some_images(std::int64_t count) {
    return at::sin(at::arange(count * 256, at::kFloat) * 0.7).reshape({count, 1, 16, 16});
}

}  // namespace

class TestClassifier : public QObject {
    Q_OBJECT

    QTemporaryDir home_;
    fs::path folder(const char* name) const { return fs::path(home_.path().toStdString()) / name; }

    /// A trained run of the tiny shapes.
    fs::path trained(const char* name, const Settings& settings) {
        if (!fs::exists(folder("shapes"))) {
            write_tiny_dataset(folder("shapes"), 64);
            write_tiny_dataset(folder("shapes"), 100, "test");
        }
        const auto run =
            TrainingRun::start(folder("shapes").string(), "classifier", folder(name), settings);
        while (!run->finished()) {
            run->advance();
            if (run->save_due()) run->save();
            Q_ASSERT(!run->preview_due());
        }
        run->save();
        return folder(name);
    }

private Q_SLOTS:
    void initTestCase() { qputenv("DAGUERRE_HOME", home_.path().toUtf8()); }

    void it_tells_shapes_apart_and_says_how_well() {
        const fs::path run = trained("clean", quick());
        const Confusion confusion = confusion_of(run).value();
        std::int64_t right = 0, all = 0;
        for (std::size_t row = 0; row < 4; ++row)
            for (std::size_t column = 0; column < 4; ++column) {
                const std::int64_t count = confusion.counts[row][column];
                all += count;
                right += row == column ? count : 0;
            }
        QCOMPARE(all, std::int64_t(100));
        QVERIFY2(right >= 95, qPrintable(QString::number(right)));
        QVERIFY(test_loss_of(RunFolder{run}.state()).value_or(9) < 1);
        const auto classifier = open_classifier(run.string());
        QVERIFY(!classifier->info().makes_images);
        QVERIFY(!classifier->noise_schedule());
        QVERIFY(says(refusal([&] { classifier->generate({}, {}, {}); }), "makes none"));
    }

    void each_cell_of_the_matrix_holds_the_images_that_the_classifier_takes_so() {
        const fs::path run = trained("hasty", quick({{"images", "64"}}));
        const auto judged = judge_held_out(run, {});
        QCOMPARE(judged->judged.size(), std::size_t(100));
        QCOMPARE(judged->images_seen, std::int64_t(64));
        QVERIFY(!judged->noisy);
        const auto images = open_dataset(folder("shapes").string(), "test");
        const Confusion confusion = confusion_of(run).value();
        std::int64_t wrong = 0;
        for (int shows = 0; shows < 4; ++shows)
            for (int taken = 0; taken < 4; ++taken) {
                const auto cell = confused_images(*judged, shows, taken, 32, {});
                QCOMPARE(std::int64_t(cell.size()),
                         confusion.counts[std::size_t(shows)][std::size_t(taken)]);
                wrong += shows == taken ? 0 : std::int64_t(cell.size());
                for (const ConfusedImage& image : cell) {
                    QCOMPARE(images->label(image.place), shows);
                    QVERIFY(image.thumbnail.pixels == images->at(image.place).image.pixels);
                }
            }
        QVERIFY(wrong > 0);  // of so little training
        const auto classifier = open_classifier(run.string());
        for (const JudgedImage& image : judged->judged) {
            const at::Tensor x = tensor_of({images->at(image.place).image});
            QCOMPARE(image.taken, classifier->classify(x).logits.argmax(1).item<int>());
        }
        QVERIFY(!judge_held_out(run, [](const Progress&) { return false; }));
        const JudgedImage& first = judged->judged[0];
        const auto stopped = confused_images(*judged, first.shows, first.taken, 32,
                                             [](const Progress& at) { return at.done < 1; });
        QCOMPARE(stopped.size(), std::size_t(1));
        QCOMPARE(stopped[0].place, first.place);
    }

    void what_cant_be_judged_is_a_sentence() {
        const fs::path run = trained("alone", quick({{"images", "16"}}));
        RunRequest request = read_run(run);
        write_tiny_dataset(folder("one-split"), 32);
        request.dataset = folder("one-split").string();
        write_run(run, request);
        QVERIFY(says(refusal([&] { judge_held_out(run, {}); }), "keeps no images back"));
        request.dataset = folder("nowhere").string();
        write_run(run, request);
        QVERIFY(says(refusal([&] { judge_held_out(run, {}); }), "nowhere"));
        fs::remove_all(run / "model");
        QVERIFY(!refusal([&] { judge_held_out(run, {}); }).empty());
    }

    void an_answer_hangs_on_its_image_alone_and_survives_the_disk() {
        const fs::path run = trained("saved", quick({{"images", "160"}}));
        const auto classifier = open_classifier(run.string());
        const at::Tensor images = some_images(5);
        const Classifier::Answer together = classifier->classify(images);
        QCOMPARE(together.features.size(1), 16);
        QCOMPARE(together.logits.size(1), 4);
        for (std::int64_t i = 0; i < 5; ++i) {
            const at::Tensor alone = classifier->classify(images.narrow(0, i, 1)).logits;
            QVERIFY((alone[0] - together.logits[i]).abs().max().item<double>() < 1e-5);
        }
        classifier->save(folder("copy"));
        QVERIFY(at::equal(open_classifier(folder("copy").string())->classify(images).logits,
                          together.logits));
    }

    void noisy_ones_know_their_levels_and_lead() {
        Settings settings = quick({{"images", "3200"}});
        settings.insert(settings.end(), noisy.begin(), noisy.end());
        const auto classifier = open_classifier(trained("noisy", settings).string());
        QVERIFY(classifier->noise_schedule());
        QCOMPARE(classifier->noise_schedule()->id, std::string("squaredcos_cap_v2"));
        // Where there is hardly any noise it knows the shapes; in noise alone it knows nothing.
        at::Tensor images = at::zeros({32, 1, 16, 16});
        std::vector<std::int64_t> labels;
        const auto shapes = tiny_dataset(32);
        for (std::int64_t i = 0; i < 32; ++i) {
            const Example example = shapes->at(i);
            labels.push_back(example.label);
            const auto* pixels = reinterpret_cast<const std::uint8_t*>(example.image.pixels.data());
            for (std::int64_t k = 0; k < 256; ++k)
                images.view({32, 256})[i][k] = pixels[k] / 127.5 - 1;
        }
        const LogProbability own = log_probability_of(classifier, labels);
        const double clear = own(images, 0.05).mean().item<double>();
        const at::Tensor noise = some_images(32) * 50;
        const double blind = own(images + noise, 50).mean().item<double>();
        QVERIFY2(clear > -0.5 && blind < clear - 0.5,
                 qPrintable(QStringLiteral("%1 %2").arg(clear).arg(blind)));
        labels[3] = -1;
        QCOMPARE(log_probability_of(classifier, labels)(images, 1)[3].item<float>(), 0.f);
    }

    void only_a_fitting_classifier_guides() {
        const fs::path clean = trained("plain", quick({{"images", "16"}}));
        ModelInfo model;
        model.id = "shapes";
        model.width = model.height = 16;
        model.channels = 1;
        const NoiseSchedule cosine = noise_schedule({.id = "squaredcos_cap_v2"}),
                            linear = noise_schedule({});
        const auto why = [&](const fs::path& name, const NoiseSchedule& schedule) {
            return refusal([&] { guiding_classifier(name.string(), model, schedule); });
        };
        QVERIFY(says(why(clean, cosine), "clean images only"));
        Settings settings = quick({{"images", "16"}});
        settings.insert(settings.end(), noisy.begin(), noisy.end());
        const fs::path fits = trained("fits", settings);
        QVERIFY(guiding_classifier(fits.string(), model, cosine) != nullptr);
        QVERIFY(says(why(fits, linear), "noise_schedule=linear"));
        model.width = model.height = 28;
        QVERIFY(says(why(fits, cosine), "28"));
    }

    void images_move_as_their_draws_say() {
        const at::Tensor images = some_images(4);
        QVERIFY(at::equal(shifted(images, 7, 100, 0), images));
        const at::Tensor moved = shifted(images, 7, 100, 2);
        QVERIFY(at::equal(shifted(images.narrow(0, 2, 2), 7, 102, 2), moved.narrow(0, 2, 2)));
        const at::Tensor padded = at::constant_pad_nd(images, {2, 2, 2, 2}, -1);
        for (std::int64_t i = 0; i < 4; ++i) {
            int fitting = 0;
            for (std::int64_t down = 0; down <= 4; ++down)
                for (std::int64_t across = 0; across <= 4; ++across)
                    fitting +=
                        at::equal(padded[i].narrow(1, down, 16).narrow(2, across, 16), moved[i]);
            QCOMPARE(fitting, 1);
        }
    }

    void presets_say_how_large_their_networks_are() {
        for (const Preset& preset : classifier_family().presets()) {
            Fields fields = fields_of<TrainRequest>();
            for (const Field& field : fields_of<ClassifierOptions>()) fields.push_back(field);
            for (const auto& [key, value] : preset.values) set_field(fields, key, value);
            const auto options = options_from<ClassifierOptions>(fields);
            const std::int64_t base = options_from<TrainRequest>(fields).base_channels;
            const DataShape shape = shape_of(preset.size, preset.size == 28 ? 1 : 3, 10);
            const auto network = classifier_network(options, base, shape, 1);
            std::int64_t parameters = 0;
            for (const at::Tensor& parameter : network->parameters())
                parameters += parameter.numel();
            const std::int64_t said = classifier_size(options, base, shape).parameters;
            if (options.noisy())  // the way up is counted too
                QVERIFY2(said >= parameters && said < 4 * parameters, preset.id.c_str());
            else
                QCOMPARE(said, parameters);
        }
    }

    void what_cant_be_is_refused_before_anything_is_built() {
        const auto why = [](const ClassifierOptions& options, const DataShape& shape) {
            return refusal([&] { classifier_size(options, 8, shape); });
        };
        QVERIFY(says(why({}, shape_of(28, 1, 0)), "shapes"));
        QVERIFY(says(why({}, shape_of(28, 1, 1)), "two classes"));
        QVERIFY(says(why({.backbone = "unet"}, shape_of(28, 1, 3)), "noise_schedule"));
        QVERIFY(says(why({.noise_schedule = "linear"}, shape_of(28, 1, 3)), "unet"));
        QVERIFY(says(why({.multiples = "1,x"}, shape_of(28, 1, 3)), "multiples"));
        QVERIFY(says(why({.multiples = "4096"}, shape_of(28, 1, 3)), "4096"));
    }

    void a_description_larger_than_its_weights_is_refused() {
        const fs::path run = trained("hostile", quick({{"images", "16"}}));
        fs::copy(run / "model", folder("huge"));
        Json about = read_json(folder("huge") / "daguerre.json");
        about["settings"]["base_channels"] = 2048;
        write_json(folder("huge") / "daguerre.json", about);
        QVERIFY(says(refusal([&] { open_model(folder("huge").string()); }), "isn't whole"));
    }
};

QTEST_GUILESS_MAIN(TestClassifier)
#include "test_classifier.moc"
