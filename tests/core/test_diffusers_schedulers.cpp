#include <QTemporaryDir>
#include <QtTest>

#include "core/base/files.h"
#include "core/models/diffusers_folder.h"
#include "core/models/diffusion.h"
#include "core/models/open_model.h"
#include "core/models/single_file.h"
#include "core/nn/safetensors.h"
#include "refusal.h"
#include "tiny_diffusers.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

DiffusionSetup edm_setup(int classes) {
    DiffusionSetup setup = tiny_setup(classes, "edm", "edm");
    setup.noise_schedule.sigma_data = 0.3;
    setup.sigma_space = true;
    setup.clip = false;
    return setup;
}

}  // namespace

class TestDiffusersSchedulers : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }

private Q_SLOTS:
    void scheduler_fields_are_read() {
        write_model(path("fields"), 0);
        const fs::path file = path("fields/scheduler/scheduler_config.json");
        change(file, [](Json& json) {
            json["_class_name"] = "DDIMScheduler";
            json["prediction_type"] = "epsilon";
            json["beta_schedule"] = "scaled_linear";
            json["beta_start"] = 0.00085;
            json["num_train_timesteps"] = 500;
            json["clip_sample"] = false;
            json["rescale_betas_zero_snr"] = nullptr;
            json["a_key_of_tomorrow"] = 1;
        });
        const DiffusionSetup setup = read_diffusers_folder(path("fields")).setup;
        QCOMPARE(setup.objective, std::string("eps"));
        QCOMPARE(setup.noise_schedule.id, std::string("scaled_linear"));
        QCOMPARE(setup.noise_schedule.beta_start, 0.00085);
        QCOMPARE(setup.noise_schedule.steps, 500);
        QVERIFY(!setup.clip);
        change(file, [](Json& json) { json["trained_betas"] = std::vector<double>(500, 0.01); });
        QCOMPARE(read_diffusers_folder(path("fields")).setup.noise_schedule.id,
                 std::string("trained_betas"));
        change(file, [](Json& json) { json["_class_name"] = "SomeNewScheduler"; });
        QCOMPARE(read_diffusers_folder(path("fields")).setup.remarks.size(), std::size_t(1));
    }

    // diffusers knows no sigmoid of the signal: it gets the list, which comes back to the bit.
    void a_schedule_of_ours_is_written_as_a_list() {
        DiffusionSetup setup = setup_of(0);
        setup.noise_schedule = {.id = "sigmoid-alpha", .zero_terminal_snr = true};
        setup.threshold = true;
        setup.threshold_quantile = 0.9;
        setup.threshold_most = 3;
        UNet network(setup.network);
        fs::create_directories(path("list"));
        write_diffusers_folder(path("list"), setup, weights_of(*network), Json::object());
        const Json json = read_json(path("list/scheduler/scheduler_config.json"));
        QCOMPARE(json["beta_schedule"].get<std::string>(), std::string("linear"));
        QCOMPARE(json["trained_betas"].size(), std::size_t(1000));
        const DiffusionSetup read = read_diffusers_folder(path("list")).setup;
        QVERIFY(noise_schedule(read.noise_schedule).sigmas ==
                noise_schedule(setup.noise_schedule).sigmas);
        QVERIFY(read.threshold && read.threshold_quantile == 0.9 && read.threshold_most == 3);
        QVERIFY(read.remarks.empty());
        change(path("list/scheduler/scheduler_config.json"),
               [](Json& spoilt) { spoilt["sample_max_value"] = 0.5; });
        QVERIFY(says(refusal([&] { read_diffusers_folder(path("list")); }), "sample_max_value"));
    }

    void a_model_of_edm_comes_back() {
        for (const int classes : {0, 3}) {
            const DiffusionSetup setup = edm_setup(classes);
            const std::string name = "edm-" + std::to_string(classes);
            write_model(path(name), classes, setup);
            const Json scheduler = read_json(path(name) / "scheduler/scheduler_config.json");
            QCOMPARE(scheduler["_class_name"].get<std::string>(), std::string("EDMEulerScheduler"));
            QCOMPARE(read_json(path(name) / "model_index.json")["scheduler"][1],
                     scheduler["_class_name"]);
            const DiffusionSetup read = read_diffusers_folder(path(name)).setup;
            QVERIFY(read.remarks.empty() && read.sigma_space && !read.clip && !read.negated);
            QCOMPARE(read.noise_schedule.sigma_data, 0.3);
            const auto before = make_diffusion_model("tiny", setup, tiny_network(setup, 1),
                                                     read_json(path(name) / "daguerre.json"), "");
            const auto model = open_model(path(name).string());
            QVERIFY(pixels_of(*model) == pixels_of(*before));
            for (const char* file : {"README.md", "generate.py"})
                QVERIFY(says(read_file(path(name) / file, 10000), "scale_model_input"));
            write_single_file(*model, path(name + ".safetensors"));
            QVERIFY(pixels_of(*open_model(path(name + ".safetensors").string())) ==
                    pixels_of(*model));
        }
    }

    // What diffusers calls v_prediction of EDM is the same with the other sign.
    void edm_may_have_the_other_sign() {
        write_model(path("positive"), 0, edm_setup(0));
        write_model(path("negative"), 0, edm_setup(0));
        const fs::path weights = path("negative") / weights_file;
        Weights turned = read_safetensors(weights).weights;
        for (const char* name : {"conv_out.weight", "conv_out.bias"}) turned[name] = -turned[name];
        write_safetensors(weights, turned);
        const auto positive = open_model(path("positive").string());
        QVERIFY(pixels_of(*open_model(path("negative").string())) != pixels_of(*positive));
        change(path("negative/scheduler/scheduler_config.json"),
               [](Json& json) { json["prediction_type"] = "v_prediction"; });
        const auto negative = open_model(path("negative").string());
        QVERIFY(pixels_of(*negative) == pixels_of(*positive));
        negative->save(path("negative-again"));
        QVERIFY(pixels_of(*open_model(path("negative-again").string())) == pixels_of(*positive));
    }

    void schedulers_of_edm_are_read() {
        write_model(path("edm"), 0, edm_setup(0));
        const fs::path file = path("edm/scheduler/scheduler_config.json");
        const Json sound = read_json(file);
        const auto with = [&](const Json& changes) {
            Json json = sound;
            json.update(changes);
            write_json(file, json);
            return read_diffusers_folder(path("edm")).setup;
        };
        const DiffusionSetup solver = with({{"_class_name", "EDMDPMSolverMultistepScheduler"},
                                            {"sigma_min", 0.01},
                                            {"sigma_max", 20},
                                            {"rho", 5},
                                            {"sigma_schedule", "exponential"},
                                            {"algorithm_type", "sde-dpmsolver++"},
                                            {"solver_order", 3},
                                            {"final_sigmas_type", "sigma_min"},
                                            {"thresholding", true},
                                            {"sample_max_value", 2}});
        const NoiseSchedule levels = noise_schedule(solver.noise_schedule);
        QVERIFY(levels.range && levels.sigma_min() == 0.01 && levels.sigma_max() == 20 &&
                levels.rho == 5 && levels.sigma_data == 0.3);
        QVERIFY(solver.threshold && solver.threshold_most == 2 && !solver.clip);
        QCOMPARE(solver.remarks.size(), std::size_t(2));
        open_model(path("edm").string())->save(path("edm-thresholded"));
        QVERIFY(read_diffusers_folder(path("edm-thresholded")).setup.threshold);
        const auto why = [&](const char* key, const Json& value) {
            return refusal([&] {
                with({{key, value}});
                open_model(path("edm").string());
            });
        };
        for (const auto& [key, value] : {std::pair{"sigma_schedule", "lu"},
                                         {"prediction_type", "sample"},
                                         {"algorithm_type", "dpmsolver"},
                                         {"solver_type", "bh2"},
                                         {"final_sigmas_type", "one"}})
            QVERIFY2(says(why(key, value), "“" + std::string(value) + "”"), key);
        for (const auto& [key, value] : {std::pair<const char*, Json>{"solver_order", 4},
                                         {"sigma_data", 0},
                                         {"sigma_data", "half"},
                                         {"rho", -1},
                                         {"sigma_min", 90},
                                         {"sigma_max", 1e300}})
            QVERIFY2(says(why(key, value), key), key);
        write_json(file, sound);
        change(path("edm/unet/config.json"), [](Json& json) {
            json["time_embedding_type"] = "learned";
            json["num_train_timesteps"] = 1000;
        });
        QVERIFY(says(refusal([&] { read_diffusers_folder(path("edm")); }), "“learned”"));
    }

    void the_scheduler_says_how_x_is_held_and_clipped() {
        write_model(path("kinds"), 0);
        const fs::path file = path("kinds/scheduler/scheduler_config.json");
        const struct {
            const char* scheduler;
            bool sigma_space, clip;
        } rows[]{{"DDPMScheduler", false, true},
                 {"DDIMScheduler", false, true},
                 {"PNDMScheduler", false, false},
                 {"DPMSolverMultistepScheduler", false, false},
                 {"UniPCMultistepScheduler", false, false},
                 {"EulerDiscreteScheduler", true, false},
                 {"EulerAncestralDiscreteScheduler", true, false},
                 {"HeunDiscreteScheduler", true, false},
                 {"KDPM2AncestralDiscreteScheduler", true, false},
                 {"LMSDiscreteScheduler", true, false},
                 {"DPMSolverSDEScheduler", true, false}};
        for (const auto& [scheduler, sigma_space, clip] : rows) {
            change(file, [name = scheduler](Json& json) {
                json["_class_name"] = name;
                json.erase("clip_sample");
            });
            const DiffusionSetup setup = read_diffusers_folder(path("kinds")).setup;
            QVERIFY2(setup.sigma_space == sigma_space && setup.clip == clip, scheduler);
            QVERIFY(setup.remarks.empty());
        }
    }

    // As Python writes the defaults of DPMSolverMultistepScheduler.
    void infinities_of_python_are_read() {
        write_model(path("infinite"), 0);
        const fs::path file = path("infinite/scheduler/scheduler_config.json");
        const std::string head = "{\"_class_name\": \"DPMSolverMultistepScheduler\", ";
        write_whole(file, head + "\"note \\\\ \\\" NaN\": \"NaN, -Infinity\", " +
                              "\"lambda_min_clipped\": -Infinity, \"a\": [NaN, Infinity], " +
                              "\"beta_start\": 0.0002, \"prediction_type\": \"v_prediction\"}");
        const DiffusionSetup setup = read_diffusers_folder(path("infinite")).setup;
        QCOMPARE(setup.noise_schedule.beta_start, 0.0002);
        QCOMPARE(setup.objective, std::string("v"));
        write_whole(file, "{\"beta_start\": -Infinit}");
        QVERIFY(says(refusal([&] { read_diffusers_folder(path("infinite")); }), "JSON"));
        write_whole(file, "{\"_class_name\": \"DDPMScheduler\", \"beta_start\": NaN}");
        QCOMPARE(read_diffusers_folder(path("infinite")).setup.noise_schedule.beta_start, 1e-4);
    }

    void learned_variances_are_told_apart() {
        for (const char* type : {"learned", "learned_range"}) {
            DiffusionSetup setup = setup_of(0);
            setup.network.out_channels = 2;
            setup.learned_variance = true;
            setup.variance_is_place = std::string(type) == "learned_range";
            UNet network(setup.network);
            fs::create_directories(path(type));
            write_diffusers_folder(path(type), setup, weights_of(*network), Json::object());
            const Json json = read_json(path(type) / "scheduler/scheduler_config.json");
            QCOMPARE(json["variance_type"].get<std::string>(), std::string(type));
            const DiffusionSetup read = read_diffusers_folder(path(type)).setup;
            QVERIFY(read.learned_variance && read.variance_is_place == setup.variance_is_place);
        }
    }
};

QTEST_GUILESS_MAIN(TestDiffusersSchedulers)
#include "test_diffusers_schedulers.moc"
