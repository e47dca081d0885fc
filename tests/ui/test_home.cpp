#include <QComboBox>
#include <QLabel>
#include <QSlider>
#include <QSpinBox>

#include "studio.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/gallery.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/step_strip.h"
#include "ui/work/pictures.h"

using namespace daguerre;

namespace {

QPushButton* makeButton(const Studio& studio) { return studio.find<QPushButton>("home.make"); }
DenoiseView* view(const Studio& studio) { return studio.find<DenoiseView>("home.view"); }

bool ready(const Studio& studio) {
    return studio.idle() && makeButton(studio)->isEnabled() &&
           makeButton(studio)->text() == QLatin1String("Make pictures");
}

}  // namespace

class TestHome : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void one_press_makes_sixteen_pictures_in_twenty_steps() {
        Studio studio;
        QVERIFY(!makeButton(studio)->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        QTest::mouseClick(makeButton(studio), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        const auto frames = view(studio)->frames();
        QCOMPARE(frames->count(), 16);
        QCOMPARE(frames->steps(), 20);
        for (int image = 0; image < 16; ++image) QVERIFY(frames->finished(image));
        QCOMPARE(view(studio)->step(), 20);
        QVERIFY(studio.find<QLabel>("home.sentence")->text().startsWith(QLatin1String("Finished")));
        QCOMPARE(picturesOf(presses().front()).size(), std::size_t(16));
        auto* recent = studio.find<Gallery>("home.recent");
        QTRY_COMPARE_WITH_TIMEOUT(recent->thumbnails().size(), std::size_t(16), guard);
    }

    void the_slider_goes_back_while_pictures_are_made() {
        Studio studio({.held = true});
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        makeButton(studio)->click();
        QCOMPARE(makeButton(studio)->text(), QStringLiteral("Stop"));
        const auto newest = [&] { return view(studio)->frames()->newest(); };
        QTRY_VERIFY_WITH_TIMEOUT((studio.gate.release(1), newest() >= 4), guard);
        QCOMPARE(view(studio)->step(), newest());
        auto* slider = studio.find<StepSlider>("home.scrub");
        QTest::mouseClick(slider, Qt::LeftButton, {}, {slider->centreOf(2), slider->height() / 2});
        QCOMPARE(view(studio)->step(), 2);
        const int before = newest();
        QTRY_VERIFY_WITH_TIMEOUT((studio.gate.release(1), newest() > before), guard);
        QCOMPARE(view(studio)->step(), 2);
        makeButton(studio)->click();
        studio.gate.release(1);
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        QCOMPARE(studio.world->calls_refused.load(), 1);
        QCOMPARE(view(studio)->step(), 2);
    }

    void the_sentence_follows_the_noise() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        makeButton(studio)->click();
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        auto* sentence = studio.find<QLabel>("home.sentence");
        QStringList said;
        for (int step = 0; step <= 20; ++step) {
            view(studio)->setStep(step);
            if (said.isEmpty() || said.back() != sentence->text()) said += sentence->text();
        }
        QCOMPARE(said.size(), 5);
        QVERIFY(said.front().startsWith(QLatin1String("Almost only noise")));
        QVERIFY(said.back().startsWith(QLatin1String("Finished")));
    }

    void the_strip_of_steps_moves_the_slider() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        makeButton(studio)->click();
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        auto* strip = studio.find<StepStrip>("home.steps");
        QTest::mouseClick(strip, Qt::LeftButton, {}, {4, 4});
        QCOMPARE(view(studio)->step(), 0);
        QTest::keyClick(strip, Qt::Key_Right);
        QCOMPARE(view(studio)->step(), 4);
    }

    void without_any_model_it_says_so_and_offers_a_folder() {
        Studio studio({.models = false});
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QVERIFY(studio.find<QLabel>("home.sentence")
                    ->text()
                    .startsWith(QLatin1String("No bundled model was found.")));
        QVERIFY(!makeButton(studio)->isVisible());
        QVERIFY(studio.find<QPushButton>("home.folder")->isVisible());
        QVERIFY(!studio.action("make")->isEnabled());
        studio.session->openModel(studio.path("mine").string());
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        QVERIFY(makeButton(studio)->isVisible());
        QCOMPARE(studio.find<QComboBox>("home.model")->currentText(), QStringLiteral("mine"));
    }

    void a_model_that_cannot_be_opened_says_why() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        studio.session->openModel("broken");
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QVERIFY(
            studio.find<QLabel>("home.sentence")->text().contains(QLatin1String("conv_in.weight")));
        QVERIFY(!makeButton(studio)->isEnabled());
        QCOMPARE(makeButton(studio)->text(), QStringLiteral("Make pictures"));
        studio.session->openModel("other");
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
    }

    void open_in_generate_carries_pictures_and_settings_over() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        makeButton(studio)->click();
        QTRY_VERIFY_WITH_TIMEOUT(ready(studio), guard);
        const int calls = studio.world->calls;
        const auto frames = view(studio)->frames();
        studio.find<QPushButton>("home.generate")->click();
        QCOMPARE(studio.window->workspace()->objectName(), QStringLiteral("generate"));
        auto* there = studio.find<DenoiseView>("generate.view");
        QCOMPARE(there->frames(), frames);
        QCOMPARE(there->frames()->kept().size(), std::size_t(21));
        const Fields fields = studio.form();
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "seed")->value), std::int64_t(1));
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "steps")->value), std::int64_t(20));
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "count")->value), std::int64_t(16));
        QCOMPARE(studio.world->calls.load(), calls);
    }

    void the_look_is_chosen_here_too() {
        Studio studio;
        auto* look = studio.find<QComboBox>("home.look");
        studio.action("look-light")->trigger();
        QVERIFY(!isDark());
        QCOMPARE(look->currentIndex(), 1);
        look->setCurrentIndex(0);
        Q_EMIT look->activated(0);
        QVERIFY(isDark());
    }
};

QTEST_MAIN(TestHome)
#include "test_home.moc"
