#include <QPainter>
#include <QSignalSpy>
#include <QtTest>
#include <cmath>
#include <random>
#include <set>

#include "ui/canvas/canvas.h"
#include "ui/canvas/mask_view.h"
#include "ui/widgets/theme.h"

using namespace daguerre;

namespace {

/// Every pixel says where it is: red and green are its place, blue its square.
Tiles photo(int width, int height, int depth = 8) {
    Image image = Image::blank(width, height, 3, 8);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            std::uint8_t* pixel = image.row<std::uint8_t>(y).data() + 3 * x;
            pixel[0] = std::uint8_t(x);
            pixel[1] = std::uint8_t(y);
            pixel[2] = std::uint8_t(64 * (x / 256 % 2) + 128 * (y / 256 % 2));
        }
    return Tiles(depth == 8 ? image : to_depth(image, depth));
}

QColor colourAt(int x, int y) {
    return {x & 255, y & 255, 64 * (x / 256 % 2) + 128 * (y / 256 % 2)};
}

/// EXIF with this orientation alone.
std::vector<std::byte> exif(int orientation) {
    const unsigned char bytes[] = {'M',  'M',  0, 42, 0, 0, 0, 8, 0, 1,
                                   0x01, 0x12, 0, 3,  0, 0, 0, 1, 0, (unsigned char)(orientation),
                                   0,    0,    0, 0,  0, 0};
    const auto* first = reinterpret_cast<const std::byte*>(bytes);
    return {first, first + sizeof bytes};
}

Tiles turned(Tiles tiles, int orientation) {
    Metadata metadata;
    metadata.exif = exif(orientation);
    tiles.set_metadata(metadata);
    return tiles;
}

Tiles withBox(Tiles tiles, Rect where, int value) {
    Image part = Image::blank(where.width, where.height, tiles.channels(), tiles.depth());
    std::ranges::fill(part.pixels, std::byte(value));
    tiles.paste(where.x, where.y, part);
    return tiles;
}

bool near(QColor a, QColor b, int by = 3) {
    return std::abs(a.red() - b.red()) <= by && std::abs(a.green() - b.green()) <= by &&
           std::abs(a.blue() - b.blue()) <= by;
}

}  // namespace

class TestCanvas : public QObject {
    Q_OBJECT

    static QImage seen(PhotoView& view) {
        for (int i = 0; i < 400 && (view.grab(), !view.ready()); ++i) QTest::qWait(5);
        return view.grab().toImage();
    }

private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void at_100_percent_each_pixel_is_its_own() {
        for (const int depth : {8, 16}) {
            Document document(photo(700, 600, depth), {});
            Canvas canvas;
            canvas.resize(320, 240);
            canvas.setDocument(&document);
            canvas.setZoom(1);
            const QImage image = seen(canvas);
            for (int i = 0; i < 200; ++i) {
                const QPoint at(i * 7 % 316 + 2, i * 13 % 236 + 2);
                const QPointF there = canvas.viewMap().toPhoto(QPointF(at) + QPointF(0.5, 0.5));
                QCOMPARE(image.pixelColor(at),
                         colourAt(int(std::floor(there.x())), int(std::floor(there.y()))));
            }
        }
    }

    void orientation_turns_the_view_and_nothing_else() {
        for (int orientation = 1; orientation <= 8; ++orientation) {
            Document document(turned(photo(300, 520), orientation), {});
            QCOMPARE(document.orientation(), orientation);
            Canvas canvas;
            canvas.resize(600, 600);
            canvas.setDocument(&document);
            canvas.setZoom(1);
            const QImage image = seen(canvas);
            // The pixel that a camera wrote first, and others, by the map that test_document holds.
            for (const QPoint place :
                 {QPoint(0, 0), QPoint(299, 0), QPoint(0, 519), QPoint(270, 300)}) {
                const QPointF on = canvas.viewMap().toWidget(QPointF(place) + QPointF(0.5, 0.5));
                const QPoint pixel(int(std::floor(on.x())), int(std::floor(on.y())));
                QVERIFY2(image.pixelColor(pixel) == colourAt(place.x(), place.y()),
                         qPrintable(QString::number(orientation)));
            }
            canvas.setZoom(0.4);
            QCOMPARE(canvas.viewMap().shown(),
                     orientation >= 5 ? QSize(520, 300) : QSize(300, 520));
        }
    }

    void small_views_show_the_mean() {
        // Pixels of 0 and 200 in a chequer: every level is 100 everywhere.
        Image image = Image::blank(1000, 900, 1);
        for (int y = 0; y < 900; ++y)
            for (int x = 0; x < 1000; ++x)
                image.row<std::uint8_t>(y)[std::size_t(x)] = (x + y) % 2 ? 200 : 0;
        PhotoView view;
        view.resize(240, 180);
        view.setPhoto(Tiles(image));
        for (const double zoom : {0.5, 0.25, 0.11}) {
            view.setZoom(zoom);
            const QImage shown = seen(view);
            for (const QPoint at : {QPoint(120, 90), QPoint(95, 100), QPoint(135, 80)})
                QVERIFY2(near(shown.pixelColor(at), QColor(100, 100, 100), 2),
                         qPrintable(shown.pixelColor(at).name() + QString::number(zoom)));
        }
    }

    void changed_squares_are_shown_anew_at_every_zoom() {
        Document document(Tiles::blank({1500, 1200}, 3), {});
        Canvas canvas;
        canvas.resize(300, 260);
        canvas.setDocument(&document);
        seen(canvas);
        document.apply(Layer::Photo, withBox(document.photo(), {600, 500, 300, 300}, 222),
                       QStringLiteral("Fill"));
        for (const double zoom : {0.15, 0.5, 1., 4.}) {
            canvas.setZoom(zoom);
            const QPoint at = canvas.viewMap().toWidget(QPointF(750, 600)).toPoint();
            QVERIFY(near(seen(canvas).pixelColor(at), QColor(222, 222, 222)));
        }
        document.history().undo();
        const QPoint at = canvas.viewMap().toWidget(QPointF(750, 600)).toPoint();
        QVERIFY(near(seen(canvas).pixelColor(at), QColor(0, 0, 0)));
    }

    void the_place_under_the_pointer_stays_while_zooming() {
        Document document(photo(3000, 2000), {});
        Canvas canvas;
        canvas.resize(500, 400);
        canvas.setDocument(&document);
        canvas.show();
        const QPointF at(170, 240);
        const QPointF before = canvas.viewMap().toPhoto(at);
        for (const int turn : {120, 120, 120, 120, 120, 120, 120, 120, 120, -120, -120}) {
            QWheelEvent wheel(at, canvas.mapToGlobal(at), {}, {0, turn}, Qt::NoButton,
                              Qt::NoModifier, Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(&canvas, &wheel);
            const QPointF now = canvas.viewMap().toPhoto(at);
            QVERIFY(std::hypot(now.x() - before.x(), now.y() - before.y()) * canvas.zoom() < 8);
        }
        QVERIFY(!canvas.fits());
        canvas.fit();
        QVERIFY(canvas.fits());
        const QRectF whole = canvas.viewMap().toWidget(QRectF(0, 0, 3000, 2000));
        QVERIFY(QRectF(canvas.rect()).contains(whole));
    }

    void the_wheel_meets_whole_zooms() {
        Document document(photo(3000, 2000), {});
        Canvas canvas;
        canvas.resize(500, 400);
        canvas.setDocument(&document);
        std::set<double> met;
        for (int i = 0; i < 40; ++i) {
            QWheelEvent wheel({200, 200}, canvas.mapToGlobal(QPointF(200, 200)), {}, {0, 120},
                              Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(&canvas, &wheel);
            met.insert(canvas.zoom());
        }
        for (const double zoom : {0.5, 1., 2., 4., 8., 32.}) QVERIFY(met.contains(zoom));
    }

    void middle_drag_and_space_pan_also_inside_a_stroke() {
        Document document(photo(3000, 2000), {});
        Canvas canvas;
        canvas.resize(500, 400);
        canvas.setDocument(&document);
        canvas.setZoom(1);
        const QPointF before = canvas.viewMap().corner;
        QTest::mousePress(&canvas, Qt::MiddleButton, {}, {100, 100});
        QTest::mouseMove(&canvas, {130, 90});
        QTest::mouseRelease(&canvas, Qt::MiddleButton, {}, {130, 90});
        QCOMPARE(canvas.viewMap().corner, before + QPointF(30, -10));
        QVERIFY(document.empty(Layer::Mask));
        QTest::keyPress(&canvas, Qt::Key_Space);
        QTest::mousePress(&canvas, Qt::LeftButton, {}, {100, 100});
        QTest::mouseMove(&canvas, {90, 120});
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, {90, 120});
        QTest::keyRelease(&canvas, Qt::Key_Space);
        QCOMPARE(canvas.viewMap().corner, before + QPointF(20, 10));
        QVERIFY(document.empty(Layer::Mask));
    }

    void the_mask_is_red_and_lined_where_it_passes_one_half() {
        Document document(Tiles(Image::blank(400, 300)), {});
        Canvas canvas;
        canvas.resize(400, 300);
        canvas.setDocument(&document);
        canvas.setZoom(1);
        document.apply(Layer::Mask, withBox(document.mask(), {100, 100, 80, 60}, 255),
                       QStringLiteral("Box"));
        QImage image = seen(canvas);
        const QPoint corner = canvas.viewMap().corner.toPoint();
        const auto at = [&](int x, int y) { return image.pixelColor(corner + QPoint(x, y)); };
        QVERIFY(near(at(140, 130), QColor(115, 20, 38), 2));  // 45 % over black
        QCOMPARE(at(100, 130), QColor(Qt::white));
        QCOMPARE(at(179, 130), QColor(Qt::white));
        QCOMPARE(at(140, 159), QColor(Qt::white));
        QCOMPARE(at(99, 130), QColor(Qt::black));
        QCOMPARE(at(101, 130), QColor(Qt::black));
        QCOMPARE(at(90, 130), QColor(Qt::black));
        canvas.setMaskShown(false);
        image = seen(canvas);
        QCOMPARE(at(140, 130), QColor(Qt::black));
        QCOMPARE(at(100, 130), QColor(Qt::black));
    }

    void a_speck_is_seen_at_any_zoom() {
        MaskView view;
        Tiles mask = Tiles::blank({4000, 3000}, 1);
        view.setMask(mask);
        for (const QPoint speck : {QPoint(0, 0), QPoint(3999, 2999), QPoint(1234, 777)}) {
            mask = withBox(Tiles::blank({4000, 3000}, 1), {speck.x(), speck.y(), 1, 1}, 255);
            view.setMask(mask);
            for (const double scale : {0.02, 0.05, 0.1, 0.3, 0.49, 0.7, 1., 3.}) {
                const ViewMap map{{4000, 3000}, 1, scale, {}};
                const QPoint on = map.toWidget(QPointF(speck) + QPointF(0.5, 0.5)).toPoint();
                const QRect around = QRect(on - QPoint(9, 9), QSize(19, 19)) &
                                     map.toWidget(QRectF(0, 0, 4000, 3000)).toAlignedRect();
                QVERIFY2(!view.picture(around, map, 1, Qt::red, true).isNull(),
                         qPrintable(QString::number(scale)));
            }
        }
    }

    void the_mask_is_drawn_the_same_however_it_came_about() {
        std::mt19937 random(4);
        Tiles mask = Tiles::blank({1001, 777}, 1);
        MaskView grown;
        grown.setMask(mask);
        for (int i = 0; i < 60; ++i) {
            const Rect box{int(random() % 900), int(random() % 700), int(random() % 100) + 1,
                           int(random() % 77) + 1};
            mask = withBox(mask, box, random() % 3 ? 255 : 0);
            if (i % 2)
                grown.setMask(mask);
            else
                grown.update(mask, {box.x, box.y, box.width, box.height});
        }
        MaskView fresh;
        fresh.setMask(mask);
        for (int orientation = 1; orientation <= 8; ++orientation)
            for (const double scale : {0.07, 0.2, 0.5, 1., 2.}) {
                const ViewMap map{{1001, 777}, orientation, scale, {3, -4}};
                const QRect where = map.toWidget(QRectF(200, 100, 300, 300)).toAlignedRect();
                QCOMPARE(grown.picture(where, map, 1, Qt::red, true),
                         fresh.picture(where, map, 1, Qt::red, true));
            }
    }

    void the_preview_is_seen_inside_the_mask_only() {
        Document document(Tiles(Image::blank(400, 300)), {});
        Canvas canvas;
        canvas.resize(400, 300);
        canvas.setDocument(&document);
        canvas.setZoom(1);
        canvas.setMaskColour(QColor(0, 0, 0, 0));
        document.apply(Layer::Mask, withBox(document.mask(), {100, 100, 80, 60}, 255),
                       QStringLiteral("Box"));
        Image green = Image::blank(30, 25);
        for (std::size_t i = 1; i < green.pixels.size(); i += 3) green.pixels[i] = std::byte(250);
        canvas.setPreview(std::make_shared<const Image>(green), QRect(80, 90, 120, 100));
        QImage image = seen(canvas);
        const QPoint corner = canvas.viewMap().corner.toPoint();
        QCOMPARE(image.pixelColor(corner + QPoint(140, 130)), QColor(0, 250, 0));
        QCOMPARE(image.pixelColor(corner + QPoint(90, 95)), QColor(Qt::black));
        canvas.setPreview(nullptr);
        QCOMPARE(seen(canvas).pixelColor(corner + QPoint(140, 130)), QColor(Qt::black));
    }

    void comparing_shows_both() {
        Document document(Tiles(Image::blank(300, 200)), {});
        Canvas canvas;
        canvas.resize(300, 200);
        canvas.setDocument(&document);
        canvas.setZoom(1);
        document.apply({{Layer::Photo, withBox(document.photo(), {0, 0, 300, 200}, 60)},
                        {Layer::Mask, withBox(document.mask(), {0, 0, 300, 200}, 255)}},
                       QStringLiteral("Fill"));
        const QColor old(0, 0, 0), now(60, 60, 60);
        canvas.setCompare(Compare::Split);
        QVERIFY(canvas.comparing());
        QCOMPARE(seen(canvas).pixelColor(40, 60), old);
        QCOMPARE(seen(canvas).pixelColor(260, 60), now);
        QTest::mousePress(&canvas, Qt::LeftButton, {}, {150, 50});
        QTest::mouseMove(&canvas, {20, 50});
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, {20, 50});
        QCOMPARE(seen(canvas).pixelColor(40, 60), now);
        canvas.setCompare(Compare::SideBySide);
        QCOMPARE(seen(canvas).pixelColor(75, 150), old);
        QCOMPARE(seen(canvas).pixelColor(225, 150), now);
        QTest::mouseClick(&canvas, Qt::LeftButton, Qt::ControlModifier, {75, 150});  // beside it
        document.history().undo();
        QCOMPARE(document.history().redoText(), QStringLiteral("Brush"));
        canvas.setCompare(Compare::Difference);
        canvas.setGain(4);
        QCOMPARE(seen(canvas).pixelColor(150, 150), QColor(240, 240, 240));
        canvas.setGain(1);
        QCOMPARE(seen(canvas).pixelColor(150, 150), now);
        canvas.setCompare(Compare::Blink);
        QSet<int> shades;
        QTRY_VERIFY((shades << seen(canvas).pixelColor(150, 150).red()).size() == 2);
        canvas.setCompare(Compare::Off);
        QTest::keyPress(&canvas, Qt::Key_O);
        QCOMPARE(seen(canvas).pixelColor(150, 150), old);
        QTest::keyRelease(&canvas, Qt::Key_O);
        QVERIFY(!canvas.comparing());
    }

    void the_loupe_shows_both_at_100_percent() {
        Document document(photo(2000, 1600), {});
        Canvas canvas;
        canvas.resize(700, 500);
        canvas.setDocument(&document);
        canvas.show();
        document.apply(Layer::Photo, withBox(document.photo(), {900, 700, 200, 200}, 200),
                       QStringLiteral("Fill"));
        const QPoint at = canvas.viewMap().toWidget(QPointF(1000, 800)).toPoint();
        QTest::mouseMove(&canvas, at);
        QTest::keyPress(&canvas, Qt::Key_K);
        const QImage image = seen(canvas);
        int greys = 0;
        for (int y = 0; y < 500; ++y)
            for (int x = 0; x < 700; ++x) greys += image.pixelColor(x, y) == QColor(200, 200, 200);
        QVERIFY(greys > 150 * 150);  // 200 x 200 at 1:1; in the fitted view 60 x 60
        QTest::keyRelease(&canvas, Qt::Key_K);
    }

    void every_document_keeps_its_place() {
        Document one(photo(2000, 1600), {}), two(photo(900, 700), {});
        Canvas canvas;
        canvas.resize(500, 400);
        canvas.setDocument(&one);
        canvas.setZoom(2);
        canvas.panBy({-300, 120});
        const QPointF corner = canvas.viewMap().corner;
        canvas.setDocument(&two);
        QVERIFY(canvas.fits());
        canvas.setDocument(&one);
        QCOMPARE(canvas.zoom(), 2.);
        const QPointF moved = canvas.viewMap().corner - corner;
        QVERIFY(std::hypot(moved.x(), moved.y()) < 3);
        canvas.setDocument(nullptr);
        seen(canvas);
    }

    void it_says_what_it_shows() {
        Document document(turned(photo(600, 400), 6), {});
        Canvas canvas;
        canvas.setDocument(&document);
        QCOMPARE(canvas.accessibleName(),
                 QStringLiteral("Photo, 400 by 600, mask covers 0.0 percent"));
        document.apply(Layer::Mask, withBox(document.mask(), {0, 0, 60, 40}, 255),
                       QStringLiteral("Box"));
        QCOMPARE(canvas.accessibleName(),
                 QStringLiteral("Photo, 400 by 600, mask covers 1.0 percent"));
    }

    void a_document_may_go_before_its_canvas() {
        Canvas canvas;
        canvas.resize(300, 200);
        {
            Document document(photo(600, 400), {});
            canvas.setDocument(&document);
            canvas.grab();
        }
        canvas.grab();
        QVERIFY(!canvas.document());
        QTest::mouseClick(&canvas, Qt::LeftButton, {}, {50, 50});
        QTest::keyClick(&canvas, Qt::Key_L);
    }
};

QTEST_MAIN(TestCanvas)
#include "test_canvas.moc"
