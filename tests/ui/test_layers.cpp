#include <QComboBox>
#include <QSpinBox>

#include "retouch_page.h"
#include "ui/workspaces/open_photo.h"

using namespace daguerre;

namespace {

/// Noise that differs from side to side, so that it is seen where a piece came from.
Image sides() {
    Image image = Image::blank(width, height, 3);
    unsigned state = 1;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c) {
                state = state * 1664525u + 1013904223u;
                const int level = (x < width / 2) == (c == 0) ? 160 : 40;
                image.row<std::uint8_t>(y)[std::size_t(3 * x + c)] =
                    std::uint8_t(level + int(state >> 26));
            }
    return image;
}

bool drawn(const Page& page, Layer layer, QPoint at) {
    return page.photo()->layer(layer).crop({at.x(), at.y(), 1, 1}).pixels[0] != std::byte(0);
}

constexpr QRect left(10, 20, 40, 80);
constexpr QPoint inLeft(30, 60);

/// Tools paint on a layer from now on; then a box of it is painted.
void paint(Page& page, Qt::Key layer, QRect box) {
    QTest::keyClick(page.canvas(), layer);
    page.brush(box);
    QTRY_VERIFY_WITH_TIMEOUT(!page.canvas()->busy(), guard);
}

FillResult fillOf(const Page& page, const CopyLimits& limits) {
    const InpainterRow& row = row_named(inpainters(), "heal", "engine");
    return fill(page.photo()->opened(), page.photo()->mask(), limits, row.make({}), {}, {});
}

}  // namespace

class TestLayers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void keys_and_the_panel_choose_what_is_painted_on() {
        Page page;
        open(page, page.write("photo.png", sides()));
        const auto* choice = page.find<QComboBox>("retouch.layer");
        const std::pair<Qt::Key, Layer> keys[]{
            {Qt::Key_2, Layer::CopyFrom}, {Qt::Key_3, Layer::NeverCopy}, {Qt::Key_1, Layer::Mask}};
        for (const auto& [key, layer] : keys) {
            QTest::keyClick(page.canvas(), key);
            QCOMPARE(page.canvas()->layer(), layer);
            QCOMPARE(choice->currentIndex(), int(layer) - 1);
        }
        Q_EMIT page.find<QComboBox>("retouch.layer")->activated(2);
        QCOMPARE(page.canvas()->layer(), Layer::NeverCopy);
        // An engine that copies nothing has no such layers.
        page.engines()->setCurrent("telea");
        QCOMPARE(page.canvas()->layer(), Layer::Mask);
        QVERIFY(!choice->isVisible());
        QVERIFY(!page.action("layer-copy-from")->isEnabled());
        QCOMPARE(page.session->actions().whyNot("layer-copy-from"),
                 QStringLiteral("Telea copies nothing"));
        page.engines()->setCurrent("heal");
        QVERIFY(choice->isVisible());
    }

    void layers_are_painted_changed_and_taken_back_like_the_mask() {
        Page page;
        open(page, page.write("photo.png", sides()));
        const QUndoStack& history = page.photo()->history();
        paint(page, Qt::Key_2, left);
        QVERIFY(drawn(page, Layer::CopyFrom, inLeft));
        QVERIFY(page.photo()->empty(Layer::Mask) && page.photo()->empty(Layer::NeverCopy));
        QCOMPARE(history.undoText(), QStringLiteral("Copy from only: Brush"));
        page.action("invert-mask")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(history.index(), 2, guard);
        QCOMPARE(history.undoText(), QStringLiteral("Copy from only: Invert mask"));
        QVERIFY(!drawn(page, Layer::CopyFrom, inLeft));
        QVERIFY(drawn(page, Layer::CopyFrom, {150, 10}));
        QVERIFY(page.photo()->empty(Layer::Mask));
        page.action("undo")->trigger();
        QVERIFY(drawn(page, Layer::CopyFrom, inLeft));
        paint(page, Qt::Key_3, {110, 40, 30, 30});
        QVERIFY(!page.photo()->empty(Layer::NeverCopy));
        page.action("clear-copy-layers")->trigger();  // both in one step
        QVERIFY(page.photo()->empty(Layer::CopyFrom) && page.photo()->empty(Layer::NeverCopy));
        QVERIFY(!page.action("clear-copy-layers")->isEnabled());
        page.action("undo")->trigger();
        QVERIFY(drawn(page, Layer::CopyFrom, inLeft));
        QVERIFY(!page.photo()->empty(Layer::NeverCopy));
        while (page.action("undo")->isEnabled()) page.action("undo")->trigger();
        QVERIFY(page.photo()->empty(Layer::CopyFrom) && page.photo()->empty(Layer::NeverCopy));
    }

    void they_are_seen_in_their_colours_while_the_engine_takes_them() {
        Page page;
        open(page, page.write("photo.png", sides()));
        paint(page, Qt::Key_3, left);
        const auto seen = [&] {
            for (int i = 0; i < 400 && (page.canvas()->grab(), !page.canvas()->ready()); ++i)
                QTest::qWait(5);
            const QPointF at =
                page.canvas()->viewMap().toWidget(QPointF(inLeft) + QPointF(0.5, 0.5));
            return page.canvas()->grab().toImage().pixelColor(int(at.x()), int(at.y()));
        };
        page.engines()->setCurrent("telea");
        const QColor bare = seen();
        page.engines()->setCurrent("heal");
        const QColor tinted = seen();
        const QColor layer = rowOf(Layer::NeverCopy).colour;
        for (const auto channel : {&QColor::red, &QColor::green, &QColor::blue}) {
            const double mixed = (tinted.*channel)() - (bare.*channel)();
            const int way = (layer.*channel)() - (bare.*channel)();
            const double wanted = double(layer.alphaF()) * way;
            QVERIFY(std::abs(mixed - wanted) <= 2);
        }
    }

    void a_fill_heeds_them() {
        Page page;
        open(page, page.write("photo.png", sides()));
        page.brush({70, 45, 20, 30});
        QTRY_VERIFY_WITH_TIMEOUT(!page.canvas()->busy(), guard);
        const Tiles anywhere = fillOf(page, {}).photo;
        for (const auto& [key, layer] :
             {std::pair(Qt::Key_2, Layer::CopyFrom), std::pair(Qt::Key_3, Layer::NeverCopy)}) {
            paint(page, key, left);
            CopyLimits limits;
            (layer == Layer::CopyFrom ? limits.only_from : limits.never_from) =
                page.photo()->layer(layer);
            const Tiles wanted = fillOf(page, limits).photo;
            QVERIFY(wanted.image().pixels != anywhere.image().pixels);
            fillWith(page, "heal");
            QVERIFY(page.photo()->photo().image().pixels == wanted.image().pixels);
            page.action("clear-copy-layers")->trigger();
        }
        fillWith(page, "heal");
        QVERIFY(page.photo()->photo().image().pixels == anywhere.image().pixels);
    }

    void they_come_back_after_a_crash() {
        QTemporaryDir home, files;
        const auto file = std::filesystem::path(files.path().toStdString()) / "photo.png";
        write_image(file, sides());
        Tiles only, never;
        {
            Page page(home.path());
            open(page, file);
            paint(page, Qt::Key_2, left);
            paint(page, Qt::Key_3, {110, 40, 30, 30});
            only = page.photo()->layer(Layer::CopyFrom);
            never = page.photo()->layer(Layer::NeverCopy);
            QTRY_VERIFY_WITH_TIMEOUT(page.session->recovery()->settled(), guard);
        }
        Page page(home.path());
        QTRY_VERIFY_WITH_TIMEOUT(page.find("recovery")->isVisible(), guard);
        page.find<QPushButton>("recovery.open")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo(), guard);
        const auto pixels = [](const Tiles& tiles) { return tiles.image().pixels; };
        QVERIFY(pixels(page.photo()->layer(Layer::CopyFrom)) == pixels(only));
        QVERIFY(pixels(page.photo()->layer(Layer::NeverCopy)) == pixels(never));
        QVERIFY(page.photo()->empty(Layer::Mask));
    }

private:
    English english_;
};

QTEST_MAIN(TestLayers)
#include "test_layers.moc"
