#include <QAction>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QToolButton>
#include <fstream>

#include "core/base/json.h"
#include "core/image/image_file.h"
#include "core/training/export_events.h"
#include "core/training/log_line.h"
#include "train_page.h"
#include "ui/widgets/chart.h"
#include "ui/widgets/film_dialog.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/train_film.h"
#include "ui/workspaces/train_timeline.h"
#include "ui/workspaces/train_views.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// A sheet of sixteen pictures of 8 x 8 in one grey.
void write_sheet(const fs::path& file, int grey, int side = 8) {
    Image sheet = Image::blank(4 * side + 6, 4 * side + 6, 1);
    for (int y = 0; y < sheet.height; ++y)
        std::ranges::fill(sheet.row<std::uint8_t>(y), std::uint8_t(grey));
    write_image(file, sheet);
}

/// A run with a log and three previews that was not trained by this program.
fs::path write_told_run(const fs::path& folder, const std::string& dataset) {
    write_run(folder, {dataset, "diffusion", "", {}, train_fields("diffusion")});
    std::string log;
    for (int i = 1; i <= 20; ++i) {
        LogLine line;
        line.images = i * 640;
        line.steps = 10;
        line.curves = {{"loss", {1. / i, 0.9 / i, 1.1 / i}}};
        line.norm = {1, 1, 1};
        line.learning_rate = 0.001;
        line.images_per_second = 100;
        line.seconds = i * 6.4;
        line.memory = 1e8;
        log += text_of(line) + "\n";
    }
    write_whole(folder / "log.jsonl", log);
    for (const int i : {1, 2, 3}) write_sheet(RunFolder{folder}.preview(i * 64), i * 10);
    return folder;
}

std::string weights_of(const fs::path& run) {
    return read_file(run / "model" / "unet" / "diffusion_pytorch_model.safetensors", 1 << 24);
}

}  // namespace

class TestTrainRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void a_run_that_a_crash_left_is_resumed_exactly() {
        QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        const fs::path runs = home_folder() / "runs", data = home_folder() / "shapes";
        write_tiny_dataset(data);
        const auto start = [&](const char* name) {
            return openRun({runs / name, data.string(), "diffusion", tiny_settings()});
        };
        {
            const auto whole = start("whole");
            while (!whole->finished()) whole->advance();
            whole->save();
        }
        {
            const auto broken = start("broken");
            for (int i = 0; i < 4; ++i) broken->advance();
            broken->save();
            for (int i = 0; i < 2; ++i) broken->advance();  // are lost
        }
        std::ofstream(runs / "broken" / "lock") << 4194305;  // nobody has such a number
        Setting<QString>("train/run", QString())
            .set(QString::fromStdString((runs / "broken").string()));

        Training studio({.home = home.path(), .fakeRuns = false});
        QTRY_VERIFY_WITH_TIMEOUT(
            studio.notice().contains(QLatin1String("broken ended at 32 images")), guard);
        studio.page->showRun(runs / "broken");
        auto* resume = studio.find<QPushButton>("train.resume");
        QTRY_VERIFY_WITH_TIMEOUT(resume->isVisible() && resume->isEnabled(), guard);
        resume->click();
        QTRY_VERIFY_WITH_TIMEOUT(studio.session->training(), guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.ended(), guard);
        const RunInfo run = look_at_run(runs / "broken");
        QCOMPARE(run.images_seen, std::int64_t(80));
        QVERIFY(run.state == RunState::Finished);
        QVERIFY(weights_of(runs / "broken") == weights_of(runs / "whole"));
        QTRY_VERIFY_WITH_TIMEOUT(!resume->isVisible(), guard);
    }

    void previews_are_a_film() {
        Training studio;
        const fs::path run = write_told_run(home_folder() / "runs" / "told", "mnist");
        std::ofstream(RunFolder{run}.preview(100)) << "no picture";
        write_sheet(RunFolder{run}.preview(110), 99, 9);  // of another size
        std::vector<PreviewFile> shown;
        const auto frames = framesOf(previews_of(run), shown, [](const Progress&) { return true; });
        QCOMPARE(shown.size(), std::size_t(3));
        QCOMPARE(shown[1].images, std::int64_t(128));
        QCOMPARE(frames->count(), 16);
        QCOMPARE(frames->size(), QSize(8, 8));
        for (int step = 0; step < 3; ++step)
            for (const int picture : {0, 5, 15})
                QCOMPARE(int(frames->guess(picture, step)->row<std::uint8_t>(7)[7]),
                         (step + 1) * 10);
        QVERIFY(!framesOf(previews_of(run), shown, [](const Progress&) { return false; }));

        studio.page->showRun(run);
        QTRY_COMPARE_WITH_TIMEOUT(studio.find<Timeline>("train.timeline")->previews().size(),
                                  std::size_t(5), guard);
        studio.press("train.film");
        FilmDialog* dialog = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((dialog = studio.page->findChild<FilmDialog*>()), guard);
        FilmChoice choice = dialog->choice();
        QCOMPARE(choice.halves, FilmHalves::Guess);
        QCOMPARE(choice.captions.size(), std::size_t(3));
        choice.form = FilmChoice::Form::Sheet;
        const QString sheet = studio.folder.filePath(QStringLiteral("sheet.png"));
        Q_EMIT dialog->wanted(choice, sheet);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(sheet), guard);
        QCOMPARE(peek(sheet.toStdString()).width, filmSize(*dialog->frames(), choice).width());
    }

    void raw_and_averaged_previews_are_seen_at_the_same_moment() {
        Training studio;
        const fs::path run = write_told_run(home_folder() / "runs" / "told", "mnist");
        studio.page->showRun(run);
        const auto* timeline = studio.find<Timeline>("train.timeline");
        auto* weights = studio.find<Segments>("train.weights");
        const auto images = [&] {
            return timeline->previews().at(std::size_t(timeline->current())).images;
        };
        QTRY_COMPARE_WITH_TIMEOUT(timeline->previews().size(), std::size_t(3), guard);
        QVERIFY(!weights->possible(0));  // it has none
        for (const int i : {1, 2}) write_sheet(RunFolder{run}.raw_preview(i * 64), 200);
        studio.page->showRun({});
        studio.page->showRun(run);
        QTRY_VERIFY_WITH_TIMEOUT(weights->possible(0), guard);
        studio.action("preview-before")->trigger();
        QCOMPARE(images(), std::int64_t(128));
        weights->findChildren<QToolButton*>().at(0)->click();
        QCOMPARE(timeline->previews().size(), std::size_t(2));
        QCOMPARE(images(), std::int64_t(128));
        QCOMPARE(timeline->previews()[0].file, RunFolder{run}.raw_preview(64));
        studio.action("preview-before")->trigger();
        QCOMPARE(images(), std::int64_t(64));
        weights->findChildren<QToolButton*>().at(1)->click();
        QCOMPARE(timeline->previews().size(), std::size_t(3));
        QCOMPARE(images(), std::int64_t(64));
    }

    void events_are_written_for_a_run_without_them() {
        Training studio;
        const fs::path run = write_told_run(home_folder() / "runs" / "told", "mnist");
        QVERIFY(!has_events(run));
        studio.page->showRun(run);
        const fs::path out = studio.path("events");
        studio.page->writeEvents(out);
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("tensorboard")), guard);
        QVERIFY(has_events(out));
        QVERIFY(!fs::exists(out / ".events"));
        studio.page->showRun(run);  // is read again
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QVERIFY(studio.notice().contains(QLatin1String("tensorboard")));
        // Where a run has them, it says where.
        fs::rename(fs::directory_iterator(out)->path(), run / "events.out.tfevents.1.here");
        studio.action("export-events")->trigger();
        QVERIFY(studio.notice().contains(QLatin1String("folder holds them")));
    }

    void cards_are_moved_and_hidden() {
        QTemporaryDir home;
        const auto look = [&](auto act) {
            Training studio({.home = home.path()});
            const fs::path run = home_folder() / "runs" / "told";
            if (!fs::exists(run)) write_told_run(run, "mnist");
            studio.page->showRun(run);
            QTRY_VERIFY_WITH_TIMEOUT(studio.page->findChild<Chart*>(QStringLiteral("train.memory")),
                                     guard);
            const auto* norm = studio.find<Chart>("train.gradient-norm");
            const auto* rate = studio.find<Chart>("train.learning-rate");
            QTRY_VERIFY_WITH_TIMEOUT(norm->isVisible() && !norm->curves().empty(), guard);
            const auto place = [&](const Chart* chart) {
                QCoreApplication::sendPostedEvents();
                QApplication::processEvents();
                const QPoint at = chart->mapTo(studio.page, QPoint());
                return at.y() * 10000 + at.x();
            };
            act(
                studio, [&] { return place(norm) < place(rate); }, rate);
        };
        const auto trigger = [](const Training& studio, const char* name) {
            studio.find<QAction>(name)->trigger();
        };
        look([&](const Training& studio, auto inOrder, const Chart* rate) {
            QVERIFY(inOrder());
            trigger(studio, "train.card.gradient norm.right");
            QVERIFY(!inOrder());
            trigger(studio, "train.card.memory.hide");
            QVERIFY(!studio.find<Chart>("train.memory")->isVisible());
            QVERIFY(rate->isVisible());
        });
        look([&](const Training& studio, auto inOrder, const Chart*) {  // as it was left
            QVERIFY(!inOrder());
            QVERIFY(!studio.find<Chart>("train.memory")->isVisible());
            trigger(studio, "train.card.gradient norm.left");
            QVERIFY(inOrder());
            trigger(studio, "train.card.loss.all");
            QVERIFY(studio.find<Chart>("train.memory")->isVisible());
            trigger(studio, "train.card.memory.full");
            QVERIFY(!studio.find<Chart>("train.loss")->isVisible());
            QVERIFY(studio.find<Chart>("train.memory")->isVisible());
            trigger(studio, "train.card.memory.full");
            QVERIFY(studio.find<Chart>("train.loss")->isVisible());
        });
    }

    void a_cell_of_the_matrix_lists_its_images() {
        Training studio({.fakeRuns = false, .realModels = true});
        write_tiny_dataset(studio.data(), 40, "test");
        const fs::path run = home_folder() / "runs" / "hasty";
        {
            const auto trained = openRun({run, studio.data().string(), "classifier",
                                          tiny_settings_of("classifier", {{"multiples", "1,2"}})});
            while (!trained->finished()) trained->advance();
            trained->save();
        }
        const Confusion confusion = confusion_of(run).value();
        const auto count = [&](int shows, int taken) {
            return int(confusion.counts[std::size_t(shows)][std::size_t(taken)]);
        };
        studio.page->showRun(run);
        auto* matrix = studio.find<ConfusionView>("train.confusion");
        QTRY_VERIFY_WITH_TIMEOUT(matrix->isVisible(), guard);
        QVERIFY(!studio.find<Timeline>("train.timeline")->isVisible());  // it makes no pictures
        auto* dialog = studio.find<QDialog>("confused");
        const auto* images = studio.find<QListWidget>("confused.images");
        const auto* state = studio.find<QLabel>("confused.state");
        const auto* heading = studio.find<QLabel>("confused.heading");
        // By keys alone, from the first cell, each row from its left; Space isn't the window's.
        matrix->setFocus();
        for (int shows = 0; shows < 4; ++shows) {
            QTest::keyClick(matrix, Qt::Key_Home);
            if (shows > 0) QTest::keyClick(matrix, Qt::Key_Down);
            for (int taken = 0; taken < 4; ++taken) {
                if (taken > 0) QTest::keyClick(matrix, Qt::Key_Right);
                QTest::keyClick(matrix, taken % 2 ? Qt::Key_Return : Qt::Key_Space);
                QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
                QCOMPARE(images->count(), count(shows, taken));
                QCOMPARE(images->isVisible(), count(shows, taken) > 0);
                const QString words = count(shows, taken) > 0 ? QStringLiteral("“test”")
                                                              : QStringLiteral("No held-out");
                QVERIFY2(state->text().contains(words), qPrintable(state->text()));
                QVERIFY(
                    heading->text().contains(QStringLiteral(": %1 of 10").arg(images->count())));
                QCOMPARE(matrix->accessibleDescription(), heading->text());
                for (int i = 0; i < images->count(); ++i) {
                    QCOMPARE(images->item(i)->text().toInt() % 4, shows);  // classes take turns
                    QVERIFY(!images->item(i)->icon().isNull());
                }
            }
        }
        dialog->close();
        QTest::mouseClick(matrix, Qt::LeftButton, {}, matrix->cell(2, 1).center());
        QTRY_VERIFY_WITH_TIMEOUT(dialog->isVisible() && studio.idle(), guard);
        QCOMPARE(images->count(), count(2, 1));
        QVERIFY(heading->text().contains(QStringLiteral("“2” taken for “1”")));
        // Weights that are gone judge no other matrix.
        fs::remove_all(run / "model");
        Json told = read_json(RunFolder{run}.confusion());
        told["images"] = 81;
        write_json(RunFolder{run}.confusion(), told);
        studio.page->showRun(run);
        const auto why = [&] {  // the new matrix comes at some time
            QTest::mouseClick(matrix, Qt::LeftButton, {}, matrix->cell(2, 2).center());
            return QTest::qWaitFor([&] { return studio.idle(); }, guard) ? state->text()
                                                                         : QString();
        };
        QTRY_VERIFY_WITH_TIMEOUT(why().contains(QLatin1String("hasty")), guard);
        QCOMPARE(images->count(), 0);
    }

    void a_checkpoint_is_exported_and_tried() {
        Training studio({.fakeRuns = false, .realModels = true});
        {
            const auto run = openRun({home_folder() / "runs" / "one", studio.data().string(),
                                      "diffusion", tiny_settings()});
            while (!run->finished()) run->advance();
            run->save();
        }
        studio.page->showRun(home_folder() / "runs" / "one");
        auto* points = studio.find<QListWidget>("train.checkpoints");
        QTRY_VERIFY_WITH_TIMEOUT(points->count() > 0, guard);
        QVERIFY(points->item(0)->text() == QLatin1String("80"));  // the newest on top
        // The mark keeps a checkpoint, and can be taken back.
        points->setCurrentRow(points->count() - 1);
        auto* keep = studio.find<QAction>("train.keep-point");
        for (const bool kept : {true, false}) {
            QVERIFY(keep->isEnabled());
            keep->trigger();
            QTRY_COMPARE_WITH_TIMEOUT(checkpoints_of(home_folder() / "runs" / "one").front().kept,
                                      kept, guard);
            QTRY_COMPARE_WITH_TIMEOUT(keep->isChecked(), kept, guard);
        }
        points->setCurrentRow(0);
        QVERIFY(!keep->isEnabled());
        const fs::path out = studio.path("mine");
        studio.page->exportModel(home_folder() / "runs" / "one", out);
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("alike")), guard);
        QVERIFY(fs::exists(out / "model_index.json"));
        studio.page->exportModel(home_folder() / "runs" / "one", out);  // is there already
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("mine")), guard);
        studio.press("train.try");
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->workspace()->objectName(),
                                  QStringLiteral("generate"), guard);
    }

private:
    English english_;
};

QTEST_MAIN(TestTrainRuns)
#include "test_train_runs.moc"
