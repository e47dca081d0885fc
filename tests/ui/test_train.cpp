#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QSlider>
#include <QTableWidget>
#include <QToolButton>
#include <fstream>

#include "train_page.h"
#include "ui/widgets/chart.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/train_runs.h"
#include "ui/workspaces/train_timeline.h"

using namespace daguerre;

namespace {

using Phase = TrainStatus::Phase;

}  // namespace

class TestTrain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void it_pauses_resumes_and_stops_within_a_step() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.start();
        studio.steps.release(5);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 5, guard);
        QCOMPARE(studio.find<QPushButton>("train.pause")->text(), TrainPage::tr("Pause"));
        studio.press("train.pause");
        studio.steps.release(50);  // the one at work is finished, no other begins
        QTRY_COMPARE_WITH_TIMEOUT(studio.phase(), Phase::Paused, guard);
        QCOMPARE(int(studio.training->steps), 6);
        QCOMPARE(int(studio.training->saves), 1);
        QVERIFY(studio.session->trainStatus().tookSeconds >= 0);
        QCOMPARE(studio.find<QPushButton>("train.pause")->text(), TrainPage::tr("Resume"));
        studio.press("train.pause");
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 55, guard);
        studio.press("train.stop");
        studio.steps.release(50);
        QTRY_VERIFY_WITH_TIMEOUT(studio.ended(), guard);
        QCOMPARE(int(studio.training->steps), 56);
        QCOMPARE(int(studio.training->saves), 2);
    }

    void samples_and_saves_are_made_at_any_time() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.start();
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 1, guard);
        studio.press("train.sample");
        studio.press("train.save");
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->previews), 1, guard);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->saves), 1, guard);
        studio.session->training()->pause();
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(studio.phase(), Phase::Paused, guard);
        const int before = studio.training->steps;
        QTest::keyClick(studio.window.get(), Qt::Key_S);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->previews), 2, guard);
        QTRY_COMPARE_WITH_TIMEOUT(studio.phase(), Phase::Paused, guard);
        QCOMPARE(int(studio.training->steps), before);
        // The samples are on the timeline.
        QTRY_COMPARE_WITH_TIMEOUT(studio.find<Timeline>("train.timeline")->previews().size(),
                                  std::size_t(2), guard);
        studio.end();
    }

    void a_full_disk_pauses_and_resume_tries_again() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.start();
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 1, guard);
        studio.training->disk_full = true;
        studio.press("train.save");
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(studio.phase(), Phase::Paused, guard);
        QVERIFY(studio.find<QLabel>("train.state")->toolTip().contains(QLatin1String("is full")));
        QVERIFY(studio.session->training());
        studio.training->disk_full = false;
        studio.press("train.pause");
        studio.steps.release(3);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 5, guard);
        studio.end();
        QVERIFY(studio.training->saves > 0);
    }

    void it_waits_while_pictures_are_made() {
        Training studio({.held = true});
        studio.training->gate = &studio.steps;
        studio.start();
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 1, guard);
        studio.window->showWorkspace(QStringLiteral("generate"));
        studio.action("make")->trigger();
        studio.steps.release(20);
        QTRY_COMPARE_WITH_TIMEOUT(studio.phase(), Phase::Waiting, guard);
        const int held = studio.training->steps;
        QVERIFY(held <= 3);
        studio.gate.release(1'000'000);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 21, guard);
        studio.end();
    }

    void a_failure_ends_it_with_its_sentence() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.start();
        studio.training->unstable = true;
        studio.steps.release(1);
        QTRY_VERIFY_WITH_TIMEOUT(studio.ended(), guard);
        QCOMPARE(studio.session->jobs().back().outcome, Outcome::Failed);
        QCOMPARE(studio.notice(), QStringLiteral("Training became unstable."));
        QCOMPARE(int(studio.training->saves), 0);
    }

    void the_form_tells_what_was_changed_and_takes_it_back() {
        Training studio;
        studio.setup->begin(studio.data().string());
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QPushButton>("train.start")->isEnabled(), guard);
        QVERIFY(studio.setup->start().settings.empty());
        auto* search = studio.find<QLineEdit>("train.search");
        search->setText(QStringLiteral("batch"));
        QDoubleSpinBox* batch = studio.number("train.batch");
        QVERIFY(!studio.page->findChild<QWidget*>(QStringLiteral("train.decay")) ||
                !studio.page->findChild<QWidget*>(QStringLiteral("train.decay"))->isVisible());
        const double before = batch->value();
        auto* back = studio.page->findChild<QToolButton*>(QStringLiteral("train.reset.batch"));
        QVERIFY(!back->isVisible());
        batch->setValue(17);
        QVERIFY(back->isVisible());
        const std::vector<std::pair<std::string, std::string>> changed{{"batch", "17"}};
        QCOMPARE(studio.setup->start().settings, changed);
        QVERIFY(studio.setup->command().contains(QLatin1String("--set batch=17")));
        back->click();
        QCOMPARE(batch->value(), before);
        QVERIFY(studio.setup->start().settings.empty());
    }

    void a_preset_sets_the_others_and_keeps_what_was_changed() {
        Training studio;
        studio.setup->begin(studio.data().string());
        auto* preset = studio.page->findChild<QComboBox*>(QStringLiteral("train.preset"));
        QVERIFY(preset->count() > 2);
        preset->setCurrentIndex(2);
        const std::string id = preset->itemData(2).toString().toStdString();
        QTRY_COMPARE_WITH_TIMEOUT(studio.setup->start().settings.size(), std::size_t(1), guard);
        const std::pair<std::string, std::string> only{"preset", id};
        QCOMPARE(studio.setup->start().settings.front(), only);
    }

    void a_run_that_was_started_is_read_only_and_gives_a_new_one() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.setup->begin(studio.data().string());
        studio.find<QLineEdit>("train.search")->setText(QStringLiteral("batch"));
        studio.number("train.batch")->setValue(24);
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QPushButton>("train.start")->isEnabled(), guard);
        studio.press("train.start");
        QTRY_VERIFY_WITH_TIMEOUT(studio.session->training() && studio.training->opened == 1, guard);
        const auto folder = studio.page->shown();
        QCOMPARE(folder.filename().string(), std::string("shapes-1"));
        auto* start = studio.find<QPushButton>("train.start");
        QTRY_COMPARE_WITH_TIMEOUT(start->text(), TrainSetup::tr("New run from this"), guard);
        studio.end();
        start->click();
        QVERIFY(studio.page->shown().empty());
        const std::pair<std::string, std::string> kept{"batch", "24"};
        const auto given = studio.setup->start().settings;
        QVERIFY(std::ranges::find(given, kept) != given.end());
        // Names are never used twice.
        QCOMPARE(studio.setup->start().folder.filename().string(), std::string("shapes-2"));
    }

    void notes_are_kept_in_the_folder() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.start();
        const auto folder = studio.page->shown();
        auto* notes = studio.find<QPlainTextEdit>("train.notes");
        QTRY_VERIFY_WITH_TIMEOUT(
            studio.setup->estimateOf("") == nullptr && !notes->placeholderText().isEmpty(), guard);
        notes->setPlainText(QStringLiteral("a lower rate"));
        QTRY_COMPARE_WITH_TIMEOUT(notes_of(folder), std::string("a lower rate"), guard);
        studio.end();
    }

    void closing_asks_and_pausing_saves() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.start();
        studio.steps.release(2);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 2, guard);
        QVERIFY(!studio.window->close());
        QVERIFY(studio.window->isVisible());
        studio.find<QPushButton>("closing.pause")->click();
        QVERIFY(!studio.window->isVisible());
        studio.steps.release(100'000);
        const auto world = studio.training;
        studio.window.reset();
        studio.session.reset();  // as when the program ends
        QCOMPARE(int(world->saves), 1);
        // The next start offers it.
    }

    void a_real_run_is_trained_watched_tried_and_compared() {
        Training studio({.fakeRuns = false});
        const auto train = [&](const char* name, const char* batch) {
            RunStart start{home_folder() / "runs" / name, studio.data().string(), "diffusion",
                           tiny_settings({{"batch", batch}})};
            studio.session->train(start);
            QTRY_VERIFY_WITH_TIMEOUT(studio.ended(), guard);
        };
        train("one", "8");
        auto* timeline = studio.find<Timeline>("train.timeline");
        // How many there are after the first step's hangs on what the first ones took.
        const std::size_t made = previews_of(home_folder() / "runs" / "one").size();
        QVERIFY(made > 0);
        QTRY_COMPARE_WITH_TIMEOUT(timeline->previews().size(), made, guard);
        // Every preview on disk is reached by a key.
        QCOMPARE(timeline->current(), int(timeline->previews().size()) - 1);
        for (std::size_t i = 1; i < timeline->previews().size(); ++i)
            QTest::keyClick(studio.window.get(), Qt::Key_Left);
        QCOMPARE(timeline->current(), 0);
        QCOMPARE(timeline->previews().front().images, std::int64_t(8));
        const auto* loss = studio.find<Chart>("train.loss");
        QTRY_VERIFY_WITH_TIMEOUT(!loss->curves().empty(), guard);
        QCOMPARE(loss->curves().front().points.back().images, 80.);
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QListWidget>("train.checkpoints")->count() > 0, guard);
        // The model of the run makes pictures.
        QVERIFY(open_model((home_folder() / "runs" / "one").string())->info().images_seen == 80);

        train("two", "4");
        auto* list = studio.find<QListWidget>("train.runs");
        QTRY_COMPARE_WITH_TIMEOUT(list->count(), 2, guard);
        for (int i = 0; i < 2; ++i) list->item(i)->setCheckState(Qt::Checked);
        QTRY_COMPARE_WITH_TIMEOUT(loss->curves().size(), std::size_t(2), guard);
        studio.press("train.compare");
        const auto* table = studio.find<QTableWidget>("train.differences");
        QStringList names;
        for (int row = 0; row < table->rowCount(); ++row) names += table->item(row, 0)->text();
        QVERIFY(names.contains(QLatin1String("Batch")));
        QVERIFY(!names.contains(QLatin1String("Learning rate")));
        studio.press("train.compare");
    }

    void the_newest_weights_are_tried_while_it_trains() {
        Training studio;
        studio.training->gate = &studio.steps;
        studio.start();
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.training->steps), 1, guard);
        studio.action("train-try")->trigger();
        studio.steps.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->workspace()->objectName(),
                                  QStringLiteral("generate"), guard);
        QCOMPARE(studio.session->model()->info().id, std::string("snapshot"));
        QVERIFY(studio.session->training());
        studio.end();
    }

    void a_dropped_run_is_shown() {
        Training studio;
        const auto folder = studio.path("elsewhere");
        write_run(folder, {studio.data().string(), "diffusion", "", {}, train_fields("diffusion")});
        studio.window->showWorkspace(QStringLiteral("home"));
        studio.session->openFile(folder / "run.json");
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->workspace()->objectName(), QStringLiteral("train"),
                                  guard);
        QCOMPARE(studio.page->shown(), folder);
        QTRY_COMPARE_WITH_TIMEOUT(studio.find<QListWidget>("train.runs")->count(), 1, guard);
        QVERIFY(studio.find<QPushButton>("train.resume")->isVisible());
    }

    void a_run_that_another_program_trains_can_be_watched_only() {
        Training studio;
        const auto folder = home_folder() / "runs" / "busy";
        write_run(folder, {studio.data().string(), "diffusion", "", {}, train_fields("diffusion")});
        const FileLock lock(folder / "lock", "busy");
        studio.page->showRun(folder);
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("another program")), guard);
        QVERIFY(!studio.find<QPushButton>("train.resume")->isVisible());
    }

private:
    English english_;
};

QTEST_MAIN(TestTrain)
#include "test_train.moc"
