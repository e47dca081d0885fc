#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QPushButton>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "core/image/image_file.h"
#include "fake_model.h"
#include "generate_page.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/film_dialog.h"
#include "ui/widgets/history_strip.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/theme.h"
#include "ui/work/pictures.h"

using namespace daguerre;

class TestGenerate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_DATA_HOME", trash_.path().toUtf8());
        applyLook(Look::Dark);
    }

    void every_step_of_every_picture_is_recorded() {
        Page page;
        makeAll(page, 20, 7);
        const auto frames = page.view()->frames();
        QVERIFY(frames);
        QCOMPARE(frames->count(), 20);
        QCOMPARE(frames->steps(), 7);
        for (int image = 0; image < 20; ++image)
            for (int step = 0; step <= 7; ++step) {
                QCOMPARE(frames->atMost(image, step), step);
                QVERIFY(frames->noisy(image, step));
                QVERIFY(frames->guess(image, step));
            }
        QCOMPARE(page.view()->step(), 7);
    }

    void finished_pictures_lie_in_the_folder_with_their_record() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.set("seed", std::int64_t(41));
        makeAll(page, 3, 4);
        const auto all = files();
        QCOMPARE(all.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i) {
            const Image image = read_image(all[i]);
            const auto record = record_of(image.metadata);
            QVERIFY(record);
            const auto shown = page.view()->frames()->guess(int(i), 4);
            QVERIFY(image.pixels == shown->pixels);
            HistoryItem item;
            for (const auto& [key, value] : record->parameters)
                item.settings.emplace_back(QString::fromStdString(key),
                                           QString::fromStdString(value));
            QCOMPARE(item.setting(QStringLiteral("Seed")), QString::number(41 + i));
            QCOMPARE(item.setting(QStringLiteral("Steps")), QStringLiteral("4"));
        }
        QCOMPARE(page.strip()->items().size(), std::size_t(3));
    }

    void scrubbing_works_while_pictures_are_made() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.hold();
        page.set("count", std::int64_t(4));
        page.set("steps", std::int64_t(10));
        page.run()->click();
        page.gate.release(6);
        DenoiseView* view = page.view();
        QTRY_VERIFY_WITH_TIMEOUT(view->frames() && view->frames()->newest() == 5, guard);
        QVERIFY(view->moving());
        QTRY_COMPARE_WITH_TIMEOUT(view->step(), 5, guard);
        StepSlider* slider = page.find<StepSlider>("generate.scrub");
        QTest::mouseClick(slider, Qt::LeftButton, {}, {slider->centreOf(2), slider->height() / 2});
        QCOMPARE(view->step(), 2);
        page.gate.release(2);
        QTRY_COMPARE_WITH_TIMEOUT(view->frames()->newest(), 7, guard);
        QCOMPARE(view->step(), 2);
        view->toLast();
        QVERIFY(view->moving());
        page.gate.release(2);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(view->step(), 10);
    }

    void stopping_keeps_what_is_finished_and_offers_the_rest() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.hold();
        page.set("count", std::int64_t(20));  // 16, then 4
        page.set("steps", std::int64_t(5));
        page.run()->click();
        QCOMPARE(page.run()->text(), QStringLiteral("Stop"));
        page.gate.release(2 * 5 + 3);
        QTRY_VERIFY_WITH_TIMEOUT(page.view()->frames()->newest(19) == 2, guard);
        QCOMPARE(files().size(), std::size_t(16));
        const int calls = page.world->calls;
        page.session->actions()["stop"]->trigger();
        page.gate.release(1);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QVERIFY(page.world->calls <= calls + 1);
        QCOMPARE(page.view()->frames()->newest(15), 5);
        QCOMPARE(files().size(), std::size_t(16));
        auto* keep = page.find<QPushButton>("generate.keep");
        QVERIFY(keep->isVisible());
        keep->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.strip()->items().size(), std::size_t(20), guard);
        QCOMPARE(files().size(), std::size_t(20));
        QVERIFY(!keep->isVisible());
        const HistoryItem& half = page.strip()->items().front();
        QVERIFY(half.setting(QStringLiteral("Stopped at step")).toInt() >= 2);
    }

    void esc_and_ctrl_enter_are_the_button() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.hold();
        page.session->actions()["make"]->trigger();
        QVERIFY(!page.idle());
        page.session->actions()["stop"]->trigger();
        page.gate.release(1);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    }

    void a_film_is_written() {
        Page page;
        makeAll(page, 4, 6);
        page.session->actions()["film"]->trigger();
        auto* dialog = page.find<FilmDialog>("film");
        const QString steps = page.folder.filePath(QStringLiteral("steps"));
        FilmChoice choice = dialog->choice();
        choice.form = FilmChoice::Form::Steps;
        Q_EMIT dialog->wanted(choice, steps);
        QTRY_COMPARE_WITH_TIMEOUT(QDir(steps).count(), 7u + 2u, guard);
        choice.form = FilmChoice::Form::Sheet;
        const QString sheet = page.folder.filePath(QStringLiteral("sheet.png"));
        Q_EMIT dialog->wanted(choice, sheet);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(sheet), guard);
        QCOMPARE(peek(sheet.toStdString()).width, filmSize(*dialog->frames(), choice).width());
        if (QStandardPaths::findExecutable(QStringLiteral("ffmpeg")).isEmpty())
            QSKIP("ffmpeg isn't installed, so no film can be written");
        choice.form = FilmChoice::Form::Apng;
        const QString film = page.folder.filePath(QStringLiteral("film.apng"));
        Q_EMIT dialog->wanted(choice, film);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(film), guard);
        QCOMPARE(peek(film.toStdString()).frames, 7);
    }

    void the_command_says_what_the_form_says() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.set("count", std::int64_t(2));
        page.set("class", std::string("four"));
        page.set("guidance", 3.5);
        page.session->actions()["copy-command"]->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("daguerre generate fake --count 2 --class four --guidance 3.5 "
                                "--out pictures"));
    }

    void a_new_seed_is_another_one() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        std::set<std::int64_t> seeds;
        for (int i = 0; i < 5; ++i) {
            page.session->actions()["new-seed"]->trigger();
            seeds.insert(std::get<std::int64_t>(page.get("seed")));
        }
        QVERIFY(seeds.size() > 1);
    }

    void another_model_keeps_the_form() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.set("steps", std::int64_t(33));
        page.session->openModel("other");
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.session->model()->info().id == "other", guard);
        QCOMPARE(std::get<std::int64_t>(page.get("steps")), std::int64_t(33));
        QCOMPARE(page.find<QComboBox>("generate.model")->currentText(), QStringLiteral("other"));
    }

    void a_thousand_quick_starts_and_stops() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.set("count", std::int64_t(8));
        page.set("steps", std::int64_t(50));
        QElapsedTimer hanging;
        hanging.start();
        for (int i = 0; i < 1000; ++i) {
            page.run()->click();
            for (int events = 0; events < i % 4; ++events) QCoreApplication::processEvents();
            page.run()->click();
            while (!page.idle() && hanging.elapsed() < guard)
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            QVERIFY(page.idle());
        }
        makeAll(page, 8, 3);
        for (int image = 0; image < 8; ++image) QVERIFY(page.view()->frames()->finished(image));
    }

    void previews_keep_within_their_budget() {
        const auto model = std::make_shared<const FakeModel>("fake");
        QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        constexpr int steps = 600;
        for (const double budget : {0.0, 1.0}) {
            GenerateRequest request;
            request.count = 8;
            Worker worker(QStringLiteral("making"));
            Fields own = model->generate_fields();
            set_field(own, "steps", std::int64_t(steps));
            const auto job = makeJob<GenerateJob>(model, request, own, budget);
            Frames frames(8);
            bool done = false;
            connect(job.get(), &GenerateJob::previewed, this,
                    [&](const GenerateJob::Previews& previews) {
                        for (const auto& preview : previews) frames.add(preview);
                    });
            connect(job.get(), &Job::finished, this, [&] { done = true; });
            worker.run(job);
            QTRY_VERIFY_WITH_TIMEOUT(done, guard);
            const std::vector<int> kept = frames.kept();
            QCOMPARE(kept.front(), 0);
            QCOMPARE(kept.back(), steps - 1);
            if (budget == 0)
                QVERIFY(int(kept.size()) < steps);
            else
                QCOMPARE(int(kept.size()), steps);
        }
    }

private:
    QTemporaryDir trash_;
};

QTEST_MAIN(TestGenerate)
#include "test_generate.moc"
