#include <QSpinBox>

#include "core/inpaint/mask.h"
#include "core/inpaint/patch.h"
#include "retouch_page.h"

using namespace daguerre;

class TestRetouch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void brush_fill_and_undo_all_gives_the_opened_bytes() {
        for (const int channels : {1, 3, 4})
            for (const int depth : {8, 16}) {
                Page page;
                const Image before = picture(channels, depth);
                open(page, page.write("photo.png", before));
                page.brushSquare();
                QVERIFY(page.photo()->holePixels() > 24 * 24);
                fillWith(page, "telea");
                const Image after = page.photo()->photo().image();
                QVERIFY(after.pixels != before.pixels);
                QVERIFY(page.photo()->modified());
                QCOMPARE(changed_outside(page.photo()->opened(), page.photo()->photo(),
                                         page.photo()->mask()),
                         std::int64_t(0));
                QVERIFY(page.proof().startsWith(QLatin1String("Outside the mask: 0 of ")));
                while (page.action("undo")->isEnabled()) page.action("undo")->trigger();
                QVERIFY(page.photo()->photo().image().pixels == before.pixels);
                QCOMPARE(page.photo()->holePixels(), std::int64_t(0));
                while (page.action("redo")->isEnabled()) page.action("redo")->trigger();
                QVERIFY(page.photo()->photo().image().pixels == after.pixels);
            }
    }

    void a_fill_again_uses_the_last_mask_and_a_stroke_begins_a_new_one() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        fillWith(page, "telea");
        QVERIFY(!page.canvas()->maskShown());
        QCOMPARE(page.fill()->text(), QStringLiteral("Fill again"));
        const Image first = page.photo()->photo().image();
        fillWith(page, "preview");
        QVERIFY(page.photo()->photo().image().pixels != first.pixels);
        page.brush({120, 90, 12, 12});
        QVERIFY(page.canvas()->maskShown());
        QTRY_VERIFY_WITH_TIMEOUT(!page.canvas()->busy(), guard);
        const Rect box = mask_box(page.photo()->mask());
        QVERIFY(box.x > 84);  // the old mask is gone
        page.action("last-mask")->trigger();
        QVERIFY(mask_box(page.photo()->mask()).x < 60);
    }

    void refine_takes_the_fill_back_and_keeps_its_mask() {
        Page page;
        const Image before = picture();
        open(page, page.write("photo.png", before));
        page.brushSquare();
        const std::int64_t hole = page.photo()->holePixels();
        QVERIFY(!page.action("refine")->isEnabled());
        fillWith(page, "telea");
        page.action("refine")->trigger();
        QVERIFY(page.photo()->photo().image().pixels == before.pixels);
        QCOMPARE(page.photo()->holePixels(), hole);
        QVERIFY(page.canvas()->maskShown());
        page.brush({120, 90, 12, 12});
        QVERIFY(page.photo()->holePixels() > hole);  // added to it
    }

    void masks_are_changed_by_the_panel() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        const std::int64_t hole = page.photo()->holePixels();
        page.find<QSpinBox>("retouch.grow")->setValue(5);
        page.find<QAbstractButton>("retouch.grow.apply")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo()->holePixels() > hole, guard);
        const std::int64_t more = page.photo()->holePixels();
        page.action("shrink-mask")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo()->holePixels() < more, guard);
        const std::int64_t less = page.photo()->holePixels();
        page.find<QAbstractButton>("retouch.invert")->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.photo()->holePixels(), width * height - less, guard);
        page.find<QAbstractButton>("retouch.clear")->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.photo()->holePixels(), std::int64_t(0), guard);
        QTRY_VERIFY_WITH_TIMEOUT(!page.fill()->isEnabled(), guard);
        while (page.action("undo")->isEnabled()) page.action("undo")->trigger();
        QCOMPARE(page.photo()->holePixels(), std::int64_t(0));
    }

    void what_cannot_be_filled_is_said_before() {
        Page page;
        QVERIFY(!page.fill()->isEnabled());
        open(page, page.write("photo.png", picture()));
        QTRY_COMPARE_WITH_TIMEOUT(
            page.hint(), QStringLiteral("The mask is empty. Brush over what should go."), guard);
        QVERIFY(!page.fill()->isEnabled());
        page.action("mask-all")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(
            page.hint().startsWith(QLatin1String("The mask covers the whole photo.")), guard);
        QVERIFY(!page.fill()->isEnabled());
    }

    void stopping_leaves_the_photo_as_it_was() {
        Page page;
        const Image before = picture();
        open(page, page.write("photo.png", before));
        page.brushSquare();
        QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
        page.fill()->click();
        QCOMPARE(page.fill()->text(), QStringLiteral("Stop"));
        page.action("stop")->trigger();  // before it came to its turn, or in the middle of it
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        if (!page.photo()->modified())
            QVERIFY(page.photo()->photo().image().pixels == before.pixels);
        fillWith(page, "telea");
        QVERIFY(page.photo()->modified());
    }

    void fill_on_release_fills() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.engines()->setCurrent("telea");
        QTest::keyClick(page.canvas(), Qt::Key_A);
        QVERIFY(page.find<QCheckBox>("retouch.release")->isChecked());
        page.brushSquare();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.photo()->modified(), guard);
        page.find<QCheckBox>("retouch.release")->setChecked(false);
    }

    void the_hikers_go_at_one_press() {
        Page page;
        page.window->showWorkspace(QStringLiteral("home"));
        auto* remove = page.find<QPushButton>("home.remove");
        QTRY_VERIFY_WITH_TIMEOUT(remove->isEnabled(), guard);
        remove->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo() && page.photo()->modified(), guard);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(page.canvas()->compare(), Compare::Split);
        QVERIFY(page.proof().startsWith(QLatin1String("Outside the mask: 0 of ")));
        QVERIFY(page.photo()->holePixels() > 5000);
    }

private:
    English english_;
};

QTEST_MAIN(TestRetouch)
#include "test_retouch.moc"
