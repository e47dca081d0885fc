#include "core/training/estimate.h"

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/json.h"
#include "core/nn/device.h"
#include "core/training/training_run.h"
#include "refusal.h"
#include "tiny_run.h"

using namespace daguerre;

class TestEstimate : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::string path(const char* name) const { return folder_.path().toStdString() + "/" + name; }
    TrainEstimate estimated(const GivenSettings& more) const {
        return estimate_training(path("shapes"), "diffusion", tiny_settings(more));
    }

private Q_SLOTS:
    void initTestCase() {
        qputenv("DAGUERRE_HOME", path("home").c_str());
        write_tiny_dataset(path("shapes"));
    }

    void it_says_what_start_settles() {
        const TrainEstimate estimate = estimated({{"images", "61"}, {"device", "cpu"}});
        QCOMPARE(estimate.images, std::int64_t(64));
        QVERIFY(!estimate.measured);
        QCOMPARE(estimate.images_per_second, 0.0);
        QVERIFY(estimate.bytes > 300'000'000 && estimate.bytes < estimate.bytes_free);
        QCOMPARE(estimate.remarks.size(), std::size_t(1));  // 32 images are few
        const auto run = TrainingRun::start(path("shapes"), "diffusion", path("home/runs/one"),
                                            tiny_settings({{"images", "61"}, {"device", "cpu"}}));
        QCOMPARE(json_of(run->request()).dump(), json_of(estimate.settings).dump());
    }

    void a_greater_batch_takes_more() {
        const auto bytes = [&](const char* batch) {
            return estimated({{"batch", batch}, {"device", "cpu"}}).bytes;
        };
        QVERIFY(bytes("16") > bytes("8"));
        QCOMPARE(bytes("32") - bytes("16"), 2 * (bytes("16") - bytes("8")));
    }

    void what_would_not_fit_comes_with_a_batch_that_does() {
        const GivenSettings large{
            {"batch", "65536"}, {"base_channels", "512"}, {"groups", "32"}, {"device", "cpu"}};
        const TrainEstimate estimate = estimated(large);
        QVERIFY(estimate.bytes > estimate.bytes_free);
        QVERIFY(estimate.fitting_batch > 0 && estimate.fitting_batch < 65536);
        auto smaller = large;
        smaller.emplace_back("batch", std::to_string(estimate.fitting_batch));
        const TrainEstimate fits = estimated(smaller);
        QVERIFY(fits.bytes <= estimate.bytes_free);
        const auto measured =
            measure_training(path("shapes"), "diffusion", tiny_settings(large), {});
        QVERIFY(!measured.measured);  // it isn't tried
    }

    void a_trial_measures() {
        use_device("cpu");
        int steps = 0;
        const auto three = [&](const Progress& at) { return (steps = int(at.done)) < 5; };
        const TrainEstimate estimate = measure_training(path("shapes"), "diffusion",
                                                        tiny_settings({{"device", "cpu"}}), three);
        QVERIFY(estimate.measured);
        QCOMPARE(steps, 5);  // stopped when asked to
        QVERIFY(estimate.images_per_second > 0);
        QVERIFY(estimate.bytes > 0);
        // Memory that one trial left isn't missing from what the next one is said to take.
        const auto again = [&] {
            return measure_training(path("shapes"), "diffusion",
                                    tiny_settings({{"device", "cpu"}, {"batch", "128"}}), three)
                .bytes;
        };
        again();
        const std::uint64_t second = again(), third = again();
        QVERIFY(third > second / 2 && second > third / 2);
    }

    void an_earlier_run_says_how_fast_it_went() {
        {
            const auto run =
                TrainingRun::start(path("shapes"), "diffusion", path("home/runs/earlier"),
                                   tiny_settings({{"device", "cpu"}, {"learning_rate", "1e-5"}}));
            while (!run->finished()) run->advance();
            run->save();
        }
        QVERIFY(estimated({{"device", "cpu"}, {"seed", "3"}}).images_per_second > 0);
        QCOMPARE(estimated({{"device", "cpu"}, {"batch", "4"}}).images_per_second, 0.0);
    }

    void what_cannot_be_is_refused_as_start_does() {
        for (const GivenSettings& wrong :
             {GivenSettings{{"batches", "8"}}, GivenSettings{{"groups", "3"}},
              GivenSettings{{"multiples", "1,2,2,2,2,2"}}}) {
            const std::string said = refusal([&] { estimated(wrong); });
            QVERIFY(!said.empty());
            QCOMPARE(said, refusal([&] {
                         TrainingRun::start(path("shapes"), "diffusion", path("refused"),
                                            tiny_settings(wrong));
                     }));
        }
    }
};

QTEST_GUILESS_MAIN(TestEstimate)
#include "test_estimate.moc"
