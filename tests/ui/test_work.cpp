#include <QSemaphore>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "core/models/open_model.h"
#include "fake_model.h"
#include "ui/work/jobs.h"
#include "ui/work/worker.h"

using namespace daguerre;

namespace {

constexpr int guard = 60'000;  // ms, against hanging

class Task : public Job {
public:
    explicit Task(std::function<void(Task&)> work)
        : Job(QStringLiteral("Task")), work_(std::move(work)) {}
    bool step(std::int64_t done, std::int64_t total) { return report({done, total, "step", {}}); }

protected:
    void run() override { work_(*this); }

private:
    const std::function<void(Task&)> work_;
};

/// What a job said, in order.
struct Heard : QObject {
    explicit Heard(Job* job) {
        connect(job, &Job::started, this, [this] { ++started; });
        connect(job, &Job::advanced, this, [this](const Advance& advance) {
            last = advance;
            QVERIFY(ended == 0);
        });
        connect(job, &Job::finished, this, [this](Outcome how, const Sentence& sentence) {
            ++ended;
            outcome = how;
            why = QString::fromStdString(sentence.text());
        });
    }
    int started = 0, ended = 0;
    Advance last{};
    Outcome outcome = Outcome::Done;
    QString why;
};

}  // namespace

class TestWork : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_job_says_once_how_it_ended() {
        struct Row {
            const char* name;
            std::function<void(Task&)> work;
            Outcome outcome;
            const char* why;
        };
        const Row rows[]{
            {"done", [](Task& task) { task.step(1, 1); }, Outcome::Done, ""},
            {"stopped", [](Task& task) { task.cancel(); }, Outcome::Stopped, ""},
            {"failed",
             [](Task&) {
                 throw Error("“{file}” ends after {n} bytes.", {{"file", "a.png"}, {"n", 3}});
             },
             Outcome::Failed, "“a.png” ends after 3 bytes."},
            {"failed though stopped",
             [](Task& task) {
                 task.cancel();
                 throw Error("The disk is full.");
             },
             Outcome::Failed, "The disk is full."},
        };
        Worker worker(QStringLiteral("worker"));
        for (const Row& row : rows) {
            const auto job = makeJob<Task>(row.work);
            Heard heard(job.get());
            worker.run(job);
            QTRY_COMPARE_WITH_TIMEOUT(heard.ended, 1, guard);
            QVERIFY2(heard.outcome == row.outcome, row.name);
            QCOMPARE(heard.why, QString::fromUtf8(row.why));
            QCOMPARE(heard.started, 1);
        }
    }

    void what_is_no_error_of_ours_is_a_sentence_too() {
        Worker worker(QStringLiteral("worker"));
        const std::vector<std::function<void(Task&)>> works{
            [](Task&) { throw std::bad_alloc(); },
            [](Task&) { throw std::runtime_error("a\nb"); },
            [](Task&) { throw std::filesystem::filesystem_error("", {}); },
            [](Task&) { throw 1; },
        };
        for (const auto& work : works) {
            const auto job = makeJob<Task>(work);
            Heard heard(job.get());
            worker.run(job);
            QTRY_COMPARE_WITH_TIMEOUT(heard.ended, 1, guard);
            QVERIFY(heard.outcome == Outcome::Failed);
            QVERIFY(!heard.why.isEmpty());
        }
    }

    void the_last_report_is_never_left_out() {
        Worker worker(QStringLiteral("worker"));
        const auto job = makeJob<Task>([](Task& task) {
            for (int i = 1; i <= 5000; ++i) task.step(i, 5000);
        });
        Heard heard(job.get());
        worker.run(job);
        QTRY_COMPARE_WITH_TIMEOUT(heard.ended, 1, guard);
        QCOMPARE(heard.last.done, 5000);
        QCOMPARE(heard.last.what, QStringLiteral("step"));
    }

    void jobs_run_in_their_order_and_one_at_a_time() {
        Worker worker(QStringLiteral("worker"));
        std::vector<int> order;
        std::atomic<int> inside = 0;
        std::atomic<bool> together = false;
        int ended = 0;
        for (int i = 0; i < 20; ++i) {
            const auto job = makeJob<Task>([&, i](Task&) {
                if (++inside > 1) together = true;
                order.push_back(i);
                --inside;
            });
            connect(job.get(), &Job::finished, this, [&] { ++ended; });
            worker.run(job);
        }
        QTRY_COMPARE_WITH_TIMEOUT(ended, 20, guard);
        QVERIFY(!together);
        for (int i = 0; i < 20; ++i) QCOMPARE(order[std::size_t(i)], i);
    }

    void a_job_that_is_cancelled_before_its_turn_never_runs() {
        Worker worker(QStringLiteral("worker"));
        QSemaphore gate;
        bool ran = false;
        const auto first = makeJob<Task>([&](Task&) { gate.acquire(); });
        const auto second = makeJob<Task>([&](Task&) { ran = true; });
        Heard heard(second.get());
        worker.run(first);
        worker.run(second);
        second->cancel();
        gate.release();
        QTRY_COMPARE_WITH_TIMEOUT(heard.ended, 1, guard);
        QVERIFY(heard.outcome == Outcome::Stopped);
        QVERIFY(!ran);
        QCOMPARE(heard.started, 0);
    }

    void cancelling_takes_effect_within_one_network_call() {
        QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        for (const int before : {0, 1, 5, 27}) {
            const auto world = std::make_shared<FakeWorld>();
            QSemaphore gate;
            world->gate = &gate;
            const auto model = std::make_shared<const FakeModel>("fake", world);
            GenerateRequest request;
            request.count = 16;
            Worker worker(QStringLiteral("making"));
            const auto job = makeJob<GenerateJob>(model, request, model->generate_fields());
            Heard heard(job.get());
            worker.run(job);
            gate.release(before);
            QTRY_COMPARE_WITH_TIMEOUT(world->calls.load(), before, guard);
            job->cancel();
            gate.release(1000);
            QTRY_COMPARE_WITH_TIMEOUT(heard.ended, 1, guard);
            QVERIFY(heard.outcome == Outcome::Stopped);
            QVERIFY(world->calls <= before + 1);
        }
    }

    void a_worker_that_goes_stops_its_job_and_joins() {
        QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        const auto world = std::make_shared<FakeWorld>();
        QSemaphore gate(3);
        world->gate = &gate;
        bool waitingRan = false;
        std::weak_ptr<Job> held;
        std::unique_ptr<QThread> network;
        {
            const auto model = std::make_shared<const FakeModel>("fake", world);
            GenerateRequest request;
            request.count = 1000;
            Worker worker(QStringLiteral("making"));
            const auto job = makeJob<GenerateJob>(model, request, model->generate_fields());
            const auto waiting = makeJob<Task>([&](Task&) { waitingRan = true; });
            held = job;
            worker.run(job);
            worker.run(waiting);
            QTRY_COMPARE_WITH_TIMEOUT(world->begun.load(), 4, guard);
            // The call in hand ends only after the worker told its job to stop.
            network.reset(QThread::create([job, &gate] {
                while (!job->cancelled()) QThread::yieldCurrentThread();
                gate.release(1);
            }));
            network->start();
        }
        network->wait();
        network.reset();
        QCOMPARE(world->calls.load(), 4);
        QVERIFY(!waitingRan);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(held.expired());
    }

    void bad_models_are_refused_with_a_sentence() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        const auto write = [](const std::filesystem::path& file, const std::string& text) {
            std::filesystem::create_directories(file.parent_path());
            std::ofstream(file) << text;
        };
        std::filesystem::create_directories(root / "empty");
        write(root / "broken-json" / "daguerre.json", "{\"family\":");
        write(root / "family" / "daguerre.json", R"({"family":"oracle"})");
        write(root / "no-weights" / "unet" / "config.json",
              R"({"_class_name":"UNet2DModel","sample_size":8,"in_channels":1,"out_channels":1,
                  "block_out_channels":[8],"down_block_types":["DownBlock2D"],
                  "up_block_types":["UpBlock2D"],"norm_num_groups":4})");
        write(root / "list" / "unet" / "config.json", "[1, 2]");
        struct Row {
            const char *folder, *names;
        };
        const Row rows[]{{"missing", "missing"},           {"empty", "empty"},
                         {"broken-json", "daguerre.json"}, {"family", "oracle"},
                         {"no-weights", "no-weights"},     {"list", "config.json"}};
        Worker worker(QStringLiteral("making"));
        for (const Row& row : rows) {
            const auto job = makeJob<OpenModelJob>(
                (root / row.folder).string(),
                OpenModelJob::Open([](const std::string& name) { return open_model(name); }));
            Heard heard(job.get());
            worker.run(job);
            QTRY_COMPARE_WITH_TIMEOUT(heard.ended, 1, guard);
            QVERIFY2(heard.outcome == Outcome::Failed, row.folder);
            QVERIFY2(heard.why.contains(QLatin1String(row.names)), qPrintable(heard.why));
        }
    }
};

QTEST_GUILESS_MAIN(TestWork)
#include "test_work.moc"
