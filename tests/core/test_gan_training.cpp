#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/files.h"
#include "core/image/record.h"
#include "core/models/gan.h"
#include "core/models/open_model.h"
#include "core/models/train_request.h"
#include "core/nn/image_tensor.h"
#include "core/nn/safetensors.h"
#include "core/training/training_run.h"
#include "refusal.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

using Values = std::vector<std::pair<std::string, FieldValue>>;

Values tiny_gan(const std::string& backbone, Values more = {}) {
    Values values{{"backbone", backbone},        {"base_channels", std::int64_t(4)},
                  {"latent", std::int64_t(8)},   {"batch", std::int64_t(8)},
                  {"images", std::int64_t(160)}, {"warm_up", std::int64_t(0)},
                  {"precision", "fp32"},         {"device", "cpu"}};
    values.insert(values.end(), more.begin(), more.end());
    return values;
}

std::unique_ptr<Trainer> trainer_of(const Values& values, int classes = 4) {
    Fields settings = fields_of<TrainRequest>();
    for (const Field& field : fields_of<GanOptions>()) settings.push_back(field);
    for (const auto& [key, value] : values) set_field(settings, key, value);
    DataShape shape{.size = 16, .channels = 1, .classes = {}, .dataset = {}};
    for (int i = 0; i < classes; ++i) shape.classes.push_back("shape " + std::to_string(i));
    return make_gan_trainer(settings, shape);
}

Batch batch_of(std::int64_t first) {
    return {at::rand({8, 1, 16, 16}) * 2 - 1, at::arange(8) % 4, at::zeros({8, 1, 16, 16}), first};
}

double value_of(const Losses& losses, const std::string& name) {
    for (const auto& [key, value] : losses.values)
        if (key == name) return value;
    return std::numeric_limits<double>::quiet_NaN();
}

/// Which of the two networks differ: "g", "d", "gd" or "".
std::string changed(const Weights& before, const Weights& after) {
    std::string networks;
    for (const char* network : {"g", "d"})
        for (const auto& [name, tensor] : under(before, std::string(network) + ".net."))
            if (!at::equal(tensor, after.at(std::string(network) + ".net." + name))) {
                networks += network;
                break;
            }
    return networks;
}

GenerateRequest request_of(std::int64_t count, std::int64_t seed) {
    GenerateRequest request;
    request.count = count;
    request.seed = seed;
    request.precision = "fp32";
    request.device = "cpu";
    return request;
}

Fields sampling(double truncation, std::int64_t walk) {
    return fields_of(GanSampling{truncation, walk});
}

}  // namespace

class TestGanTraining : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }

    std::unique_ptr<TrainingRun> started(const std::string& name, const Values& values) const {
        std::vector<std::pair<std::string, std::string>> settings;
        for (const auto& [key, value] : values) settings.emplace_back(key, text_of(value));
        return TrainingRun::start(path("shapes").string(), "gan", path(name), settings);
    }

private Q_SLOTS:
    void initTestCase() {
        write_tiny_dataset(path("shapes"));
        write_tiny_dataset(path("shapes"), 20, "t10k");
    }

    void every_backbone_learns_by_every_loss() {
        for (const char* backbone : {"mlp", "dcgan", "resnet"})
            for (const GanLoss& loss : gan_losses())
                for (const bool extras : {false, true}) {
                    const auto trainer =
                        trainer_of(tiny_gan(backbone, {{"loss", loss.id},
                                                       {"spectral_norm", extras},
                                                       {"augment", extras},
                                                       {"r1", extras ? 1.0 : 0.0},
                                                       {"precision", extras ? "bf16" : "fp32"},
                                                       {"conditional", extras ? "on" : "off"}}));
                    const Weights before = copied(trainer->state());
                    const std::string what = std::string(backbone) + " " + loss.id;
                    for (std::int64_t k = 0; k < 2; ++k) {
                        const Losses losses = trainer->step(batch_of(8 * k), {8 * (k + 1), 1e-3});
                        QVERIFY2(!losses.skipped && losses.gradient_norm > 0, what.c_str());
                        for (const auto& [name, value] : losses.values)
                            QVERIFY2(std::isfinite(value), (what + " " + name).c_str());
                        QVERIFY2(value_of(losses, "norm G") > 0, what.c_str());
                    }
                    QVERIFY2(changed(before, trainer->state()) == "gd", what.c_str());
                }
    }

    void curves_keep_their_names_and_mean_what_they_say() {
        const auto trainer = trainer_of(
            tiny_gan("dcgan", {{"d_steps", std::int64_t(3)}, {"r1", 0.5}, {"augment", false}}));
        std::vector<std::string> names;
        double loss_g = 0;
        for (std::int64_t k = 0; k < 5; ++k) {
            const Weights before = copied(trainer->state());
            const Losses losses = trainer->step(batch_of(8 * k), {8 * (k + 1), 1e-3});
            std::vector<std::string> now;
            for (const auto& [name, value] : losses.values) now.push_back(name);
            if (k > 0) QCOMPARE(now, names);
            names = now;
            // The generator learns in the steps 0, 3, 6, ..., and its loss stays in between.
            QCOMPARE(changed(before, trainer->state()), std::string(k % 3 == 0 ? "gd" : "d"));
            if (k % 3 != 0) QCOMPARE(value_of(losses, "loss G"), loss_g);
            loss_g = value_of(losses, "loss G");
            for (const char* share : {"D real", "D fake before", "D fake after"})
                QVERIFY(value_of(losses, share) > 0 && value_of(losses, share) < 1);
            QVERIFY(std::abs(value_of(losses, "r_t")) <= 1);
        }
        QCOMPARE(names, (std::vector<std::string>{"loss D", "loss G", "D real", "D fake before",
                                                  "D fake after", "r_t", "r1", "norm G"}));
    }

    void what_is_not_finite_is_skipped_and_leaves_nothing() {
        const auto trainer = trainer_of(tiny_gan("resnet", {{"spectral_norm", true}}));
        trainer->step(batch_of(0), {8, 1e-3});
        const Weights before = copied(trainer->state());
        Batch bad = batch_of(8);
        bad.images[3][0][2][2] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(trainer->step(bad, {16, 1e-3}).skipped);
        for (const auto& [name, tensor] : trainer->state()) {
            QVERIFY2(at::isfinite(tensor).all().item<bool>() || name == "remembered", name.c_str());
            if (name.starts_with("d.opt.")) QVERIFY(at::equal(tensor, before.at(name)));
        }
        QVERIFY(!trainer->step(batch_of(16), {24, 1e-3}).skipped);
        trainer->snapshot({}, Weighting::Average);
    }

    void resume_is_exact() {
        const Values cases[] = {
            tiny_gan("resnet", {{"spectral_norm", true}, {"d_steps", std::int64_t(2)}}),
            tiny_gan("mlp", {{"loss", "wgan-gp"}, {"conditional", "off"}}),
            tiny_gan("dcgan", {{"augment", false}, {"r1", 0.0}, {"flips", "on"}}),
            tiny_gan("resnet", {{"precision", "bf16"}, {"loss", "relativistic"}})};
        for (std::size_t k = 0; k < std::size(cases); ++k) {
            const std::string whole = "whole-" + std::to_string(k),
                              parts = "parts-" + std::to_string(k);
            {
                const auto run = started(whole, cases[k]);
                while (!run->finished()) run->advance();
                run->save();
            }
            {
                const auto run = started(parts, cases[k]);
                for (int i = 0; i < 7; ++i) run->advance();
                run->make_preview({});
                run->save();                                 // measures what is held out
                for (int i = 0; i < 3; ++i) run->advance();  // lost, as after a kill
            }
            {
                const auto run = TrainingRun::resume(path(parts));
                while (!run->finished()) run->advance();
                run->save();
            }
            const Weights one = read_safetensors(path(whole) / "state.safetensors").weights,
                          two = read_safetensors(path(parts) / "state.safetensors").weights;
            QCOMPARE(one.size(), two.size());
            for (const auto& [name, tensor] : one)
                QVERIFY2(at::equal(tensor, two.at(name)), name.c_str());
            QCOMPARE(read_file(path(whole) / "model/model.safetensors", 1 << 26),
                     read_file(path(parts) / "model/model.safetensors", 1 << 26));
        }
    }

    void held_out_images_are_judged_as_training_images_are() {
        const auto trainer = trainer_of(tiny_gan("resnet", {{"r1", 0.0}}));
        std::set<double> values;
        for (std::int64_t k = 0; k < 12; ++k) {
            const Batch batch = batch_of(8 * k);
            const Weights before = copied(trainer->state());
            const HeldOut seen = trainer->held_out(batch, 3, Weighting::Average);
            for (const auto& [name, tensor] : trainer->state())
                QVERIFY2(at::equal(tensor, before.at(name)), name.c_str());
            QVERIFY(!seen.loss);
            QCOMPARE(seen.values.at(0).first, std::string("r_t held out"));
            values.insert(seen.values.at(0).second);
            // A step judges its images before it changes anything.
            const Losses losses = trainer->step(batch, {8 * (k + 1), 1e-3});
            QVERIFY(std::abs(seen.values.at(0).second - value_of(losses, "r_t")) < 1e-6);
        }
        QVERIFY(values.size() > 1);
    }

    void an_image_does_not_depend_on_the_others() {
        for (const char* backbone : {"mlp", "dcgan", "resnet"})
            for (const char* precision : {"fp32", "bf16"}) {
                const auto model = trainer_of(tiny_gan(backbone))->snapshot({}, Weighting::Average);
                GenerateRequest request = request_of(19, 4294967290);
                request.precision = precision;
                const std::vector<Image> many = model->generate(request, sampling(1, 0), {});
                QCOMPARE(many.size(), std::size_t(19));
                for (const std::size_t i : {0u, 3u, 7u, 8u, 18u}) {
                    request.count = 1;
                    request.seed = std::int64_t((4294967290 + i) % 4294967296);
                    const Image alone = model->generate(request, sampling(1, 0), {}).at(0);
                    QVERIFY2(alone.pixels == many[i].pixels, backbone);
                    QCOMPARE(alone.metadata.text, many[i].metadata.text);
                }
                QVERIFY(many[0].pixels != many[4].pixels);
            }
    }

    void a_walk_ends_on_the_images_of_its_seeds() {
        const auto model = trainer_of(tiny_gan("resnet"))->snapshot({}, Weighting::Average);
        const std::vector<Image> seeds = model->generate(request_of(3, 6), sampling(0.8, 0), {});
        const std::vector<Image> there = model->generate(request_of(10, 6), sampling(0.8, 1), {});
        QVERIFY(model->bond(sampling(0.8, 0)) == Bond::None);
        QVERIFY(model->bond(sampling(0.8, 1)) == Bond::Film);
        QVERIFY(there[0].pixels == seeds[0].pixels);
        QVERIFY(there[9].pixels == seeds[1].pixels);
        const std::vector<Image> round = model->generate(request_of(12, 6), sampling(0.8, 2), {});
        for (const std::size_t stop : {0u, 1u, 2u})
            QVERIFY(round[4 * stop].pixels == seeds[stop].pixels);
        const auto record = record_of(round[5].metadata);
        QVERIFY(record->daguerre.find("\"seed\":6,\"truncation\":0.8,\"walk\":2") !=
                std::string::npos);
        QVERIFY(parameters_text(*record).starts_with("Walk: 2, Frame: 6 of 12, "));
    }

    void truncation_brings_images_together() {
        const auto model = trainer_of(tiny_gan("resnet", {{"conditional", "off"}}))
                               ->snapshot({}, Weighting::Average);
        const auto spread = [&](double truncation) {
            const at::Tensor images =
                tensor_of(model->generate(request_of(16, 0), sampling(truncation, 0), {}));
            return images.std(0).mean().item<double>();
        };
        QVERIFY(spread(0) < 1e-9);
        QVERIFY(spread(0.3) < spread(1));
        // Less would look like few kinds of picture.
        QVERIFY(json_of(model->preview_fields()) == json_of(sampling(1, 0)));
    }

    void progress_comes_in_calls_and_steps() {
        const auto model = trainer_of(tiny_gan("dcgan"))->snapshot({}, Weighting::Average);
        std::vector<std::string> told;
        std::size_t shown = 0;
        const auto all =
            model->generate(request_of(11, 0), sampling(1, 0), [&](const Progress& at) {
                told.push_back(at.what);
                if (at.total != 2) return false;
                if (at.preview) shown += at.preview().denoised.size();
                return true;
            });
        QCOMPARE(told, (std::vector<std::string>{"call", "step", "call", "step"}));
        QCOMPARE(shown, std::size_t(11));
        QCOMPARE(all.size(), std::size_t(11));
        const auto stopped = model->generate(request_of(11, 0), sampling(1, 0),
                                             [&](const Progress& at) { return at.what == "call"; });
        QCOMPARE(stopped.size(), std::size_t(8));
        QVERIFY(
            model
                ->generate(request_of(11, 0), sampling(1, 0), [](const Progress&) { return false; })
                .empty());
    }

    void saved_and_opened_it_makes_the_same() {
        for (const char* backbone : {"mlp", "dcgan", "resnet"})
            for (const char* conditional : {"on", "off"}) {
                const auto trainer = trainer_of(tiny_gan(backbone, {{"conditional", conditional}}));
                trainer->step(batch_of(0), {8, 1e-3});
                const auto model = trainer->snapshot({"tiny", "", 8, 1}, Weighting::Average);
                const fs::path place = path(std::string(backbone) + conditional);
                model->save(place);
                const auto opened = open_model(place.string());
                QCOMPARE(opened->info().family, std::string("gan"));
                QCOMPARE(opened->info().parameters, model->info().parameters);
                QCOMPARE(opened->info().classes, model->info().classes);
                QVERIFY(opened->info().remarks.empty());
                const auto pixels = [](const Model& from) {
                    return from.generate(request_of(5, 3), sampling(1, 0), {}).at(4).pixels;
                };
                QVERIFY(pixels(*opened) == pixels(*model));
                QCOMPARE(peek_model(place.string()).classes, opened->info().classes);
            }
    }

    void what_a_model_cannot_do_is_refused() {
        const auto model =
            trainer_of(tiny_gan("mlp"))->snapshot({"tiny", "", 0, 0}, Weighting::Average);
        GenerateRequest request = request_of(1, 1);
        request.image_class = "none";
        QVERIFY(says(refusal([&] { model->generate(request, sampling(1, 0), {}); }),
                     "“none” isn't possible"));
        QVERIFY(says(refusal([&] { model->generate(request_of(1, 1), sampling(2, 0), {}); }),
                     "truncation"));
    }

    void a_hostile_folder_is_refused() {
        const fs::path place = path("hostile");
        trainer_of(tiny_gan("resnet"))->snapshot({}, Weighting::Average)->save(place);
        const Json sound = read_json(place / "daguerre.json");
        const auto refused = [&](const std::function<void(Json&)>& change) {
            Json about = sound;
            change(about);
            write_json(place / "daguerre.json", about);
            const std::string sentence = refusal([&] { open_model(place.string()); });
            QVERIFY2(!sentence.empty(), about.dump().c_str());
        };
        const std::pair<const char*, Json> wrong[] = {
            {"base_channels", 4096},      {"latent", 4096},    {"widest", 1},
            {"base_channels", -4},        {"backbone", "vit"}, {"backbone", "mlp"},
            {"backbone", Json::object()}, {"latent", 1e300},   {"loss", "none"}};
        for (const auto& [key, value] : wrong)
            refused([&](Json& about) { about["settings"][key] = value; });
        refused([](Json& about) { about["image"]["width"] = 1024; });
        refused([](Json& about) { about["image"]["width"] = about["image"]["height"] = 1024; });
        refused([](Json& about) { about["image"]["width"] = about["image"]["height"] = 30; });
        refused([](Json& about) { about["image"]["channels"] = 2; });
        refused([](Json& about) { about.erase("image"); });
        refused([](Json& about) { about["classes"] = Json::array(); });
        write_json(place / "daguerre.json", sound);
        Weights weights = read_safetensors(place / "model.safetensors").weights;
        weights.begin()->second.view({-1})[0] = std::numeric_limits<float>::quiet_NaN();
        write_safetensors(place / "model.safetensors", weights);
        QVERIFY(says(refusal([&] { open_model(place.string()); }), "aren't finite"));
        write_whole(place / "model.safetensors", "nothing");
        QVERIFY(!refusal([&] { open_model(place.string()); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestGanTraining)
#include "test_gan_training.moc"
