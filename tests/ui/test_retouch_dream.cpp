#include <QPointer>
#include <QSpinBox>

#include "retouch_page.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/film_dialog.h"
#include "ui/widgets/film_frames.h"
#include "ui/workspaces/open_photo.h"

using namespace daguerre;

namespace {

std::shared_ptr<FillJob> runningFill(const Page& page) {
    for (const JobEntry& entry : page.session->jobs())
        if (const auto job = std::dynamic_pointer_cast<FillJob>(entry.job)) return job;
    return nullptr;
}

void fillWithDream(Page& page, int seed, int variants) {
    page.engines()->setCurrent("dream");
    page.find<QSpinBox>("retouch.seed")->setValue(seed);
    page.find<QSpinBox>("retouch.count")->setValue(variants);
    fillWith(page, "dream");
}

Tiles photoNow(const Page& page) { return page.photo()->photo(); }

bool equal(const Tiles& a, const Tiles& b) { return a.image().pixels == b.image().pixels; }

}  // namespace

class TestRetouchDream : public QObject {
    Q_OBJECT

    static void begin(Page& page) {
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        page.engines()->setCurrent("dream");
        QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
    }

private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void each_seed_has_its_own_variant_and_always_the_same() {
        Page page;
        begin(page);
        fillWithDream(page, 5, 3);
        QTRY_COMPARE_WITH_TIMEOUT(page.variants()->count(), 3, guard);
        std::vector<Tiles> variants{photoNow(page)};
        for (int i = 1; i < 3; ++i) {
            QTest::keyClick(page.canvas(), Qt::Key_V);
            variants.push_back(photoNow(page));
        }
        for (int i = 0; i < 3; ++i)
            QVERIFY(!equal(variants[std::size_t(i)], variants[std::size_t((i + 1) % 3)]));
        QTest::keyClick(page.canvas(), Qt::Key_V);  // around to the first
        QVERIFY(equal(photoNow(page), variants[0]));
        QTest::keyClick(page.canvas(), Qt::Key_V, Qt::ShiftModifier);
        QVERIFY(equal(photoNow(page), variants[2]));
        // One seed alone, whatever was made before it.
        fillWithDream(page, 6, 1);
        QVERIFY(equal(photoNow(page), variants[1]));
        // Another one follows the highest seed.
        QTest::keyClick(page.canvas(), Qt::Key_N);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QTRY_COMPARE_WITH_TIMEOUT(page.variants()->count(), 2, guard);
        QTest::keyClick(page.canvas(), Qt::Key_V);
        QVERIFY(equal(photoNow(page), variants[2]));
        for (const Tiles& variant : variants)
            QCOMPARE(changed_outside(page.photo()->opened(), variant, page.photo()->mask()),
                     std::int64_t(0));
    }

    void its_steps_are_seen_while_it_runs() {
        Page page;
        begin(page);
        page.find<QSpinBox>("retouch.count")->setValue(1);
        page.fill()->click();
        const auto job = runningFill(page);
        QVERIFY(job);
        auto* steps = page.find<DenoiseView>("retouch.steps");
        int live = 0;
        bool noisy = false;
        connect(job.get(), &FillJob::framed, page.window.get(),
                [&](int, const std::vector<FillFrame>& frames) {
                    QVERIFY(!page.photo()->modified());
                    live += steps->frames() && steps->live();
                    for (const FillFrame& frame : frames) {
                        noisy = noisy || !frame.preview->x.empty();
                        QVERIFY(frame.where.contains(QRect(60, 40, 24, 24)));
                    }
                });
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QVERIFY(live > 0);
        QVERIFY(noisy);
        QVERIFY(page.photo()->modified());
        // And again afterwards, from noise to the fill.
        QTRY_VERIFY_WITH_TIMEOUT(steps->frames() && !steps->live(), guard);
        QVERIFY(steps->frames()->steps() > 1);
        QCOMPARE(steps->step(), steps->frames()->steps());
        const Tiles filled = photoNow(page);
        steps->toFirst();
        steps->toLast();
        QVERIFY(equal(photoNow(page), filled));  // looking changes nothing
    }

    void stopping_in_the_middle_leaves_the_photo_as_it_was() {
        Page page;
        begin(page);
        const Tiles before = photoNow(page);
        const int index = page.photo()->history().index();
        page.fill()->click();
        const auto job = runningFill(page);
        QVERIFY(job);
        // Its thread waits in the middle of the work until Stop was pressed.
        QSemaphore reached, stopped;
        connect(
            job.get(), &FillJob::framed, this,
            [&](int, const std::vector<FillFrame>&) {
                reached.release();
                stopped.acquire();
            },
            Qt::ConnectionType(Qt::DirectConnection | Qt::SingleShotConnection));
        QVERIFY(reached.tryAcquire(1, guard));
        page.fill()->click();
        stopped.release();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QVERIFY(equal(photoNow(page), before));
        QCOMPARE(page.photo()->history().index(), index);
        QVERIFY(!page.photo()->modified());
        QCOMPARE(page.variants()->count(), 0);
        QCOMPARE(page.notice(), QStringLiteral("Stopped. The photo is as it was."));
        QCOMPARE(page.fill()->text(), QStringLiteral("Fill"));
        QVERIFY(page.canvas()->maskShown());
    }

    void its_film_can_be_written() {
        Page page;
        begin(page);
        QVERIFY(!page.action("fill-film")->isEnabled());
        fillWithDream(page, 1, 1);
        QTRY_VERIFY_WITH_TIMEOUT(page.action("fill-film")->isEnabled(), guard);
        page.find<QAbstractButton>("retouch.film")->click();
        auto* dialog = page.find<FilmDialog>("film");
        QVERIFY(dialog->isVisible());
        FilmChoice choice = dialog->choice();
        choice.form = FilmChoice::Form::Steps;
        const QString folder = page.folder.filePath(QStringLiteral("steps"));
        Q_EMIT dialog->wanted(choice, folder);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        const auto wanted = qsizetype(filmSteps(*dialog->frames(), choice).size());
        QVERIFY(wanted > 1);
        QCOMPARE(QDir(folder).entryList({QStringLiteral("*.png")}).size(), wanted);
    }

private:
    English english_;
};

QTEST_MAIN(TestRetouchDream)
#include "test_retouch_dream.moc"
