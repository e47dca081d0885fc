#include <QComboBox>
#include <QSpinBox>
#include <QTabBar>

#include "retouch_page.h"
#include "ui/workspaces/open_photo.h"

using namespace daguerre;

namespace {

/// What the canvas shows of a pixel of the photo.
QColor seen(Page& page, QPoint photo, const ViewMap& map) {
    for (int i = 0; i < 400 && (page.canvas()->grab(), !page.canvas()->ready()); ++i)
        QTest::qWait(5);
    const QPointF at = map.toWidget(QPointF(photo) + QPointF(0.5, 0.5));
    return page.canvas()->grab().toImage().pixelColor(int(at.x()), int(at.y()));
}

QColor colourOf(const Tiles& photo, QPoint at) {
    const Image pixel = photo.crop({at.x(), at.y(), 1, 1});
    const auto value = [&](int c) { return int(pixel.pixels[std::size_t(c)]); };
    return {value(0), value(1), value(2)};
}

/// Equal but for a step of a pixel, as halves of an odd width bring it.
bool near(QColor a, QColor b) {
    return std::abs(a.red() - b.red()) <= 2 && std::abs(a.green() - b.green()) <= 2 &&
           std::abs(a.blue() - b.blue()) <= 2;
}

QStringList titles(const Page& page) {
    const auto* box = page.find<QComboBox>("retouch.against");
    QStringList titles;
    for (int i = 0; i < box->count(); ++i) titles += box->itemText(i);
    return titles;
}

void choose(Page& page, const char* box, int index) {
    auto* choice = page.find<QComboBox>(box);
    choice->setCurrentIndex(index);
    Q_EMIT choice->activated(index);
}

constexpr QPoint inSquare(72, 52), inSecond(126, 96);

}  // namespace

class TestCompare : public QObject {
    Q_OBJECT

    /// Two fills, one of the square and one elsewhere.
    static void fillTwice(Page& page) {
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        fillWith(page, "telea");
        page.brush({120, 90, 12, 12});
        QTRY_VERIFY_WITH_TIMEOUT(!page.canvas()->busy(), guard);
        fillWith(page, "preview");
    }

private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void every_way_compares_with_what_was_chosen() {
        Page page;
        fillTwice(page);
        Canvas* canvas = page.canvas();
        const Tiles opened = page.photo()->opened(), now = page.photo()->photo();
        page.action("undo")->trigger();
        const Tiles before = page.photo()->photo();
        page.action("redo")->trigger();
        QVERIFY(same(page.photo()->photo(), now));
        QVERIFY(colourOf(opened, inSquare) != colourOf(before, inSquare));
        QCOMPARE(titles(page),
                 (QStringList{QStringLiteral("Original"), QStringLiteral("Before the last fill"),
                              QStringLiteral("Variant 1")}));
        const Tiles others[]{opened, before, now};
        for (int against = 0; against < 3; ++against) {
            choose(page, "retouch.against", against);
            const Tiles& other = others[against];
            QVERIFY(same(canvas->other(), other));
            for (const QPoint at : {inSquare, inSecond}) {
                choose(page, "retouch.compare", 0);
                QCOMPARE(seen(page, at, canvas->viewMap()), colourOf(now, at));
                QTest::keyPress(canvas, Qt::Key_O);
                QCOMPARE(seen(page, at, canvas->viewMap()), colourOf(other, at));
                QTest::keyRelease(canvas, Qt::Key_O);
                choose(page, "retouch.compare", 2);  // the other one is in the left half
                ViewMap left = canvas->viewMap();
                left.corner -= QPointF(canvas->width() / 2 + 1, 0);
                QCOMPARE(seen(page, at, canvas->viewMap()), colourOf(now, at));
                QVERIFY(near(seen(page, at, left), colourOf(other, at)));
                choose(page, "retouch.compare", 4);
                const QColor a = colourOf(now, at), b = colourOf(other, at);
                QCOMPARE(seen(page, at, canvas->viewMap()),
                         QColor(std::abs(a.red() - b.red()), std::abs(a.green() - b.green()),
                                std::abs(a.blue() - b.blue())));
            }
        }
    }

    void keys_go_through_ways_and_what_is_compared_with() {
        Page page;
        fillTwice(page);
        const auto* way = page.find<QComboBox>("retouch.compare");
        const auto* against = page.find<QComboBox>("retouch.against");
        for (int i = 0; i < way->count(); ++i) {
            QCOMPARE(way->currentIndex(), i);
            QTest::keyPress(page.canvas(), Qt::Key_O);  // a look at the other changes no choice
            QTest::keyRelease(page.canvas(), Qt::Key_O);
            QCOMPARE(way->currentIndex(), i);
            QTest::keyClick(page.canvas(), Qt::Key_M);
        }
        QCOMPARE(way->currentIndex(), 0);
        for (int i = 0; i < against->count(); ++i) {
            QCOMPARE(against->currentIndex(), i);
            QTest::keyClick(page.canvas(), Qt::Key_M, Qt::ShiftModifier);
        }
        QCOMPARE(against->currentIndex(), 0);
    }

    void variants_are_compared_with_each_other() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        page.find<QSpinBox>("retouch.count")->setValue(2);
        fillWith(page, "dream");
        QTRY_COMPARE_WITH_TIMEOUT(titles(page).size(), 4, guard);
        choose(page, "retouch.against", 3);
        const Tiles first = page.photo()->photo(), second = page.canvas()->other();
        QVERIFY(!same(first, second));
        page.action("variant-next")->trigger();
        QVERIFY(same(page.photo()->photo(), second));
        QVERIFY(same(page.canvas()->other(), second));
        // Another fill has other variants.
        page.find<QSpinBox>("retouch.count")->setValue(1);
        fillWith(page, "telea");
        QCOMPARE(titles(page).size(), 3);
        QVERIFY(same(page.canvas()->other(), page.photo()->opened()));
    }

    void each_photo_keeps_its_own_choice() {
        Page page;
        fillTwice(page);
        choose(page, "retouch.against", 1);
        const Tiles before = page.canvas()->other();
        const Document* first = page.photo();
        page.session->openFile(page.write("b.png", picture(1)));
        QTRY_VERIFY_WITH_TIMEOUT(page.photo() != first, guard);
        QCOMPARE(titles(page), QStringList{QStringLiteral("Original")});
        QVERIFY(same(page.canvas()->other(), page.photo()->opened()));
        page.find<QTabBar>("retouch.tabs")->setCurrentIndex(0);
        QVERIFY(same(page.canvas()->other(), before));
    }

private:
    English english_;
};

QTEST_MAIN(TestCompare)
#include "test_compare.moc"
