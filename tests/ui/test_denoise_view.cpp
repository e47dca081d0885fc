#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <algorithm>
#include <cstring>

#include "ui/widgets/denoise_view.h"
#include "ui/widgets/film_frames.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/step_slider.h"

using namespace daguerre;

namespace {

constexpr int side = 8, steps = 10;

/// One grey value tells picture, step and half.
std::uint8_t toneOf(int image, int step, bool clean) {
    return std::uint8_t(10 + image * 40 + step * 3 + (clean ? 1 : 0));
}

Image plain(std::uint8_t tone) {
    Image image = Image::blank(side, side, 1);
    std::memset(image.pixels.data(), tone, image.pixels.size());
    return image;
}

std::shared_ptr<const Preview> preview(int first, int count, int step, int of = steps) {
    auto moment = std::make_shared<Preview>();
    moment->first = first;
    moment->step = step;
    moment->steps = of;
    moment->sigma = of - step;
    moment->t = 10 * (of - step);
    for (int i = first; i < first + count; ++i) {
        moment->x.push_back(plain(toneOf(i, step, false)));
        moment->denoised.push_back(plain(toneOf(i, step, true)));
    }
    return moment;
}

std::vector<Image> finished(int first, int count) {
    std::vector<Image> images;
    for (int i = first; i < first + count; ++i) images.push_back(plain(toneOf(i, steps, true)));
    return images;
}

/// Two groups of two pictures, all steps.
std::shared_ptr<Frames> recorded() {
    auto frames = std::make_shared<Frames>(4);
    for (const int first : {0, 2}) {
        for (int step = 0; step < steps; ++step) frames->add(preview(first, 2, step));
        frames->finish(first, finished(first, 2));
    }
    return frames;
}

int toneAt(const std::shared_ptr<const Image>& image) { return int(image->pixels.front()); }

std::unique_ptr<DenoiseView> shownView() {
    auto view = std::make_unique<DenoiseView>(DenoiseView::Form::Full);
    view->resize(900, 600);
    view->show();
    return view;
}

/// The tone on screen in the middle of a picture.
int toneOnScreen(DenoiseView& view, int image, Showing half) {
    DenoiseCanvas* canvas = view.canvas();
    return qGray(canvas->grab().toImage().pixel(canvas->cell(image, half).center()));
}

}  // namespace

class TestDenoiseView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void frames_give_back_what_was_recorded() {
        const auto frames = recorded();
        QCOMPARE(frames->steps(), steps);
        QCOMPARE(frames->kept().size(), std::size_t(steps + 1));
        for (int image = 0; image < 4; ++image) {
            QVERIFY(frames->finished(image));
            for (int step = 0; step < steps; ++step) {
                QCOMPARE(frames->atMost(image, step), step);
                QCOMPARE(toneAt(frames->noisy(image, step)), int(toneOf(image, step, false)));
                QCOMPARE(toneAt(frames->guess(image, step)), int(toneOf(image, step, true)));
            }
            // At the end both halves show the finished picture.
            QCOMPARE(toneAt(frames->noisy(image, steps)), int(toneOf(image, steps, true)));
            QCOMPARE(toneAt(frames->guess(image, steps)), int(toneOf(image, steps, true)));
        }
        QCOMPARE(frames->sigma(3), 7.0);
        QCOMPARE(frames->sigma(steps), 0.0);
    }

    void thinning_keeps_first_and_last() {
        const std::size_t one = 2 * 2 * side * side;  // bytes of a preview of two pictures
        for (const int room : {3, 5, 9}) {
            Frames frames(2, 0, std::size_t(room) * one);
            for (int step = 0; step < 100; ++step) {
                frames.add(preview(0, 2, step, 100));
                QVERIFY(frames.bytes() <= std::size_t(room) * one);
                QCOMPARE(frames.kept().front(), 0);
                QCOMPARE(frames.kept().back(), step);
                QCOMPARE(frames.newest(1), step);
            }
            frames.finish(0, finished(0, 2));
            QCOMPARE(frames.kept().front(), 0);
            QCOMPARE(frames.kept().back(), 100);
            QVERIFY(frames.every() > 1);
            for (const int step : frames.kept()) QVERIFY(step == 100 || step % frames.every() == 0);
            QCOMPARE(toneAt(frames.noisy(0, 0)), int(toneOf(0, 0, false)));
        }
    }

    void previews_out_of_range_are_left_out() {
        Frames frames(2);
        frames.add(preview(1, 2, 0));
        frames.add(preview(0, 2, steps));
        frames.finish(1, finished(1, 2));
        QVERIFY(frames.kept().empty());
        QCOMPARE(frames.keptBelow(5), -1);
    }

    void scrubbing_shows_the_recorded_pixels() {
        const auto view = shownView();
        view->setFrames(recorded());
        QCOMPARE(view->step(), steps);
        for (const int step : {0, 7, 3, steps}) {
            view->setStep(step);
            for (int image = 0; image < 4; ++image) {
                const bool end = step == steps;
                QCOMPARE(toneOnScreen(*view, image, Showing::Noise), int(toneOf(image, step, end)));
                QCOMPARE(toneOnScreen(*view, image, Showing::Guess),
                         int(toneOf(image, step, true)));
                QVERIFY(view->canvas()->badgeOf(image).isEmpty());
            }
        }
    }

    void pictures_without_a_noisy_half_stand_alone() {
        const auto view = shownView();
        auto frames = std::make_shared<Frames>(1);
        frames->finish(0, finished(0, 1));
        view->setFrames(frames);
        QVERIFY(view->canvas()->cell(0, Showing::Noise).isEmpty());
        const QRect alone = view->canvas()->cell(0, Showing::Guess);
        QCOMPARE(toneOnScreen(*view, 0, Showing::Guess), int(toneOf(0, steps, true)));
        QVERIFY(!view->canvas()->noisy());
        view->canvas()->setShowing(Showing::Noise);  // of which there is none
        QCOMPARE(view->canvas()->cell(0, Showing::Guess), alone);
        view->canvas()->setShowing(Showing::Split);
        QVERIFY(!view->findChild<QWidget*>(QStringLiteral("transport.levels"))->isVisible());
        // The bar between halves isn't there either.
        QVERIFY(std::abs(alone.center().x() - view->canvas()->width() / 2) < 8);
        view->setFrames(recorded());
        QVERIFY(!view->canvas()->cell(0, Showing::Noise).isEmpty());
        QVERIFY(view->findChild<QWidget*>(QStringLiteral("transport.levels"))->isVisible());
        // Other frames beside them stand where the noisy pictures did.
        view->setStep(3);
        auto others = std::make_shared<Frames>(4);
        others->add(preview(0, 2, 2));
        view->canvas()->setBeside({others, QStringLiteral("1"), QStringLiteral("2")});
        QCOMPARE(toneOnScreen(*view, 1, Showing::Noise), int(toneOf(1, 2, true)));
        QCOMPARE(toneOnScreen(*view, 1, Showing::Guess), int(toneOf(1, 3, true)));
    }

    void change_shows_the_difference_amplified() {
        const auto view = shownView();
        view->setFrames(recorded());
        view->canvas()->setShowing(Showing::Change);
        view->setStep(4);
        QCOMPARE(toneOnScreen(*view, 1, Showing::Change), 128 + DenoiseCanvas::amplification * 3);
        view->setStep(0);
        QCOMPARE(toneOnScreen(*view, 1, Showing::Change), 128);
    }

    void each_picture_is_in_its_own_state() {
        const auto view = shownView();
        DenoiseCanvas* canvas = view->canvas();
        view->begin(4);
        for (int step = 0; step < steps; ++step) view->add(preview(0, 2, step));
        view->finish(0, finished(0, 2));
        for (int step = 0; step < 4; ++step) view->add(preview(2, 2, step));
        // Following: the slider is where the newest group is, the finished ones stand.
        QVERIFY(view->moving());
        QCOMPARE(view->step(), 3);
        QCOMPARE(canvas->stepOf(0), steps);
        QCOMPARE(canvas->badgeOf(0), QString::number(steps));
        QCOMPARE(canvas->stepOf(2), 3);
        QCOMPARE(canvas->badgeOf(2), QString());
        // Behind: the later ones show their newest.
        view->setStep(6);
        QVERIFY(!view->moving());
        QCOMPARE(canvas->stepOf(0), 6);
        QCOMPARE(canvas->badgeOf(0), QString());
        QCOMPARE(canvas->stepOf(2), 3);
        QCOMPARE(canvas->badgeOf(2), QStringLiteral("3"));
        // What comes meanwhile doesn't move the slider.
        view->add(preview(2, 2, 4));
        QCOMPARE(view->step(), 6);
        QCOMPARE(canvas->badgeOf(2), QStringLiteral("4"));
        // At the end it follows again.
        view->setStep(steps);
        QVERIFY(view->moving());
        QCOMPARE(view->step(), 4);
        view->end();
        QVERIFY(!view->moving());
    }

    void a_held_picture_stands() {
        const auto view = shownView();
        DenoiseCanvas* canvas = view->canvas();
        view->setFrames(recorded());
        view->setStep(5);
        QTest::mouseClick(canvas, Qt::RightButton, {}, canvas->cell(1, Showing::Noise).center());
        QVERIFY(canvas->held(1));
        view->setStep(8);
        QCOMPARE(canvas->stepOf(1), 5);
        QCOMPARE(canvas->badgeOf(1), QStringLiteral("5"));
        QCOMPARE(canvas->stepOf(0), 8);
        QTest::mouseClick(canvas, Qt::RightButton, {}, canvas->cell(1, Showing::Guess).center());
        QVERIFY(!canvas->held(1));
        QCOMPARE(canvas->stepOf(1), 8);
    }

    void playing_reaches_the_end() {
        const auto view = shownView();
        view->setFrames(recorded());
        view->transport()->setSpeed(8);
        view->toFirst();
        QCOMPARE(view->step(), 0);
        view->play();
        QTRY_VERIFY_WITH_TIMEOUT(view->step() == steps && !view->moving(), 60'000);
        // From the end it starts again.
        view->play();
        QVERIFY(view->moving());
        QVERIFY(view->step() < steps);
        view->pause();
    }

    void looping_starts_again() {
        const auto view = shownView();
        view->setFrames(recorded());
        view->transport()->setSpeed(8);
        view->transport()->setLoops(true);
        view->play();
        int turns = 0, before = 0;
        connect(view.get(), &DenoiseView::stepShown, this, [&](int step) {
            if (step < before) ++turns;
            before = step;
        });
        QTRY_VERIFY_WITH_TIMEOUT(turns >= 2, 60'000);
        QVERIFY(view->moving());
    }

    void steps_go_over_what_is_kept() {
        const auto view = shownView();
        auto frames = std::make_shared<Frames>(1);
        for (const int step : {0, 4, 8}) frames->add(preview(0, 1, step));
        view->setFrames(frames);
        QCOMPARE(view->step(), 8);
        view->stepBy(-1);
        QCOMPARE(view->step(), 4);
        view->setStep(7);
        QCOMPARE(view->step(), 4);
        QVERIFY(view->canvas()->badgeOf(0).isEmpty());
        view->stepBy(1);
        QCOMPARE(view->step(), 8);
        view->stepBy(-10);
        QCOMPARE(view->step(), 0);
    }

    void the_slider_goes_where_it_is_pressed() {
        const auto view = shownView();
        view->setFrames(recorded());
        StepSlider* slider = view->transport()->slider();
        for (const int step : {2, 9, 0, 5}) {
            const QPoint where(slider->centreOf(step), slider->height() / 2);
            QTest::mouseClick(slider, Qt::LeftButton, {}, where);
            QCOMPARE(view->step(), step);
            QCOMPARE(slider->value(), step);
        }
    }

    void zooms_are_whole_and_keep_the_pixel_under_the_pointer() {
        const auto view = shownView();
        DenoiseCanvas* canvas = view->canvas();
        view->setFrames(recorded());
        QCOMPARE(canvas->zoom(), std::floor(canvas->zoom()));
        const QRect before = canvas->cell(3, Showing::Guess);
        const QPoint pointer = before.center();
        const double fit = canvas->zoom();
        QWheelEvent in(pointer, canvas->mapToGlobal(pointer), {}, {0, 120}, Qt::NoButton,
                       Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(canvas, &in);
        QVERIFY(canvas->zoom() > fit);
        QCOMPARE(canvas->zoom(), std::floor(canvas->zoom()));
        const QRect after = canvas->cell(3, Showing::Guess);
        QVERIFY((after.center() - pointer).manhattanLength() <= canvas->zoom());
        // Both halves move together.
        const QPoint apart = after.topLeft() - canvas->cell(3, Showing::Noise).topLeft();
        QTest::mousePress(canvas, Qt::LeftButton, {}, {100, 300});
        QTest::mouseMove(canvas, {140, 330});
        QTest::mouseMove(canvas, {160, 340});
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, {160, 340});
        QCOMPARE(
            canvas->cell(3, Showing::Guess).topLeft() - canvas->cell(3, Showing::Noise).topLeft(),
            apart);
        QVERIFY(canvas->cell(3, Showing::Guess) != after);
        canvas->fit();
        QCOMPARE(canvas->cell(3, Showing::Guess), before);
    }

    void a_click_chooses_and_a_double_click_shows_one() {
        const auto view = shownView();
        DenoiseCanvas* canvas = view->canvas();
        view->setFrames(recorded());
        QTest::mouseClick(canvas, Qt::LeftButton, {}, canvas->cell(2, Showing::Noise).center());
        QCOMPARE(canvas->chosen(), 2);
        const double grid = canvas->zoom();
        QTest::mouseDClick(canvas, Qt::LeftButton, {}, canvas->cell(3, Showing::Guess).center());
        QVERIFY(canvas->alone());
        QCOMPARE(canvas->chosen(), 3);
        QVERIFY(canvas->zoom() > grid);
        QVERIFY(canvas->cell(0, Showing::Guess).isEmpty());
        canvas->setAlone(false);
        QCOMPARE(canvas->zoom(), grid);
    }

    void a_film_has_a_frame_a_step() {
        const auto frames = recorded();
        FilmChoice choice;
        choice.pictures = {0, 1, 2, 3};
        choice.columns = 2;
        choice.scale = 2;
        QCOMPARE(filmSteps(*frames, choice).size(), std::size_t(steps + 1));
        const QSize size = filmSize(*frames, choice);
        const Image frame = filmFrame(*frames, choice, 6);
        QCOMPARE(QSize(frame.width, frame.height), size);
        QCOMPARE(size.width() % 2 + size.height() % 2, 0);
        // Picture 0 in the left upper corner of each half.
        const auto tone = [&](int x, int y) {
            return int(frame.row<std::uint8_t>(y)[std::size_t(x) * 3]);
        };
        QCOMPARE(tone(6, 6), int(toneOf(0, 6, false)));
        QCOMPARE(tone(size.width() / 2 + 6, 6), int(toneOf(0, 6, true)));
        choice.halves = FilmHalves::Guess;
        QCOMPARE(filmSize(*frames, choice).width() * 2, size.width());
        choice.side = frames->size().width() / 2;
        const QSize smaller = filmSize(*frames, choice);
        QVERIFY(smaller.width() < size.width() / 3);
        const Image shrunk = filmFrame(*frames, choice, 6);
        QCOMPARE(QSize(shrunk.width, shrunk.height), smaller);
        QCOMPARE(int(shrunk.row<std::uint8_t>(5)[15]), int(toneOf(0, 6, true)));
        choice.side = 0;
        choice.form = FilmChoice::Form::Sheet;
        choice.sheetSteps = 3;
        QCOMPARE(filmSteps(*frames, choice), (std::vector<int>{0, 5, 10}));
        const Image sheet = filmSheet(*frames, choice);
        QCOMPARE(QSize(sheet.width, sheet.height), filmSize(*frames, choice));
    }
};

QTEST_MAIN(TestDenoiseView)
#include "test_denoise_view.moc"
