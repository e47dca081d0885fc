#include <QPointingDevice>
#include <QSignalSpy>
#include <QTabletEvent>
#include <QtTest>
#include <cmath>

#include "ui/canvas/canvas.h"
#include "ui/canvas/stroke.h"
#include "ui/widgets/theme.h"

using namespace daguerre;

namespace {

int valueAt(const Tiles& mask, int x, int y) {
    return int(mask.tile(x / 256, y / 256)->row<std::uint8_t>(y % 256)[std::size_t(x % 256)]);
}

int valueAt(const Tiles& mask, QPoint at) { return valueAt(mask, at.x(), at.y()); }

/// How far the mask is from what `oracle(x, y)` says, at most, over all pixels.
template <class Oracle>
int worst(const Tiles& mask, Oracle oracle) {
    int most = 0;
    for (int y = 0; y < mask.size().height; ++y)
        for (int x = 0; x < mask.size().width; ++x)
            most = std::max(most, std::abs(valueAt(mask, x, y) - oracle(x + 0.5, y + 0.5)));
    return most;
}

/// 255 inside a line with round ends, 0 outside, between within a pixel of the rim.
int capsule(QPointF a, QPointF b, double radius, double x, double y) {
    const QPointF way = b - a, from = QPointF(x, y) - a;
    const double length = QPointF::dotProduct(way, way);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(from, way) / length, 0., 1.) : 0;
    const QPointF away = from - t * way;
    return int(
        std::lround(255 * std::clamp(radius + 0.5 - std::hypot(away.x(), away.y()), 0., 1.)));
}

bool same(const Tiles& a, const Tiles& b) { return a.image().pixels == b.image().pixels; }

/// A red disc of radius 60 in the middle of a green field with some grain.
Tiles disc() {
    Image image = Image::blank(400, 300);
    for (int y = 0; y < 300; ++y)
        for (int x = 0; x < 400; ++x) {
            std::uint8_t* pixel = image.row<std::uint8_t>(y).data() + 3 * x;
            const bool in = std::hypot(x + 0.5 - 200, y + 0.5 - 150) < 60;
            const int grain = (x * 7 + y * 13) % 9;
            pixel[0] = std::uint8_t((in ? 200 : 30) + grain);
            pixel[1] = std::uint8_t((in ? 30 : 140) + grain);
            pixel[2] = std::uint8_t(40 + grain);
        }
    return Tiles(image);
}

}  // namespace

class TestTools : public QObject {
    Q_OBJECT
    std::unique_ptr<Document> document_;
    std::unique_ptr<Canvas> canvas_;

    /// In photo px, at 100 %.
    QPoint on(double x, double y) const {
        return canvas_->viewMap().toWidget(QPointF(x, y)).toPoint();
    }
    void drag(const std::vector<QPoint>& way, Qt::MouseButton button = Qt::LeftButton,
              Qt::KeyboardModifiers keys = {}) {
        QTest::mousePress(canvas_.get(), button, keys, on(way.front().x(), way.front().y()));
        for (std::size_t i = 1; i < way.size(); ++i) {
            QMouseEvent move(QEvent::MouseMove, QPointF(on(way[i].x(), way[i].y())),
                             canvas_->mapToGlobal(QPointF(on(way[i].x(), way[i].y()))),
                             Qt::NoButton, button, keys);
            QCoreApplication::sendEvent(canvas_.get(), &move);
        }
        QTest::mouseRelease(canvas_.get(), button, keys, on(way.back().x(), way.back().y()));
    }
    void set(int size, int hardness = 100, int opacity = 100) {
        ToolSettings changed = canvas_->settings();
        changed.size = size;
        changed.hardness = hardness;
        changed.opacity = opacity;
        canvas_->setSettings(changed);
    }
    /// Waits for a step that is made on another thread.
    bool stepped(int count) {
        return QTest::qWaitFor([&] { return document_->history().count() >= count; }, 30000);
    }
    const Tiles& mask() const { return document_->mask(); }

private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }
    void init() {
        document_ = std::make_unique<Document>(disc(), "disc.png");
        canvas_ = std::make_unique<Canvas>();
        canvas_->resize(420, 320);
        canvas_->setDocument(document_.get());
        canvas_->setZoom(1);
        canvas_->show();
    }
    void cleanup() {
        canvas_.reset();
        document_.reset();
    }

    void a_click_of_the_brush_is_a_disc() {
        for (const int size : {1, 2, 7, 60, 301}) {
            set(size);
            drag({{100, 150}});
            const int most = worst(mask(), [&](double x, double y) {
                return capsule({100, 150}, {100, 150}, size / 2., x, y);
            });
            QVERIFY2(most <= 1, qPrintable(QStringLiteral("%1: %2").arg(size).arg(most)));
            document_->history().undo();
        }
    }

    void a_stroke_is_as_wide_as_the_brush_and_has_no_dents() {
        set(60);
        drag({{60, 80}, {120, 110}, {180, 140}, {300, 200}});
        // The rim may lie a quarter of a pixel inside.
        const int most = worst(mask(), [](double x, double y) {
            return capsule({60, 80}, {300, 200}, 30, x, y);
        });
        QVERIFY2(most <= 255 / 4 + 8, qPrintable(QString::number(most)));
        QCOMPARE(document_->history().count(), 1);
        QCOMPARE(document_->history().undoText(), QStringLiteral("Brush"));
    }

    void hardness_and_opacity_shape_the_dab() {
        set(100, 50, 60);
        drag({{200, 150}});
        QCOMPARE(valueAt(mask(), 200, 150), 153);
        QCOMPARE(valueAt(mask(), 200, 150 + 24), 153);
        QVERIFY(std::abs(valueAt(mask(), 237, 150) - 76) <= 4);  // half way down
        QCOMPARE(valueAt(mask(), 251, 150), 0);
        for (int x = 200; x < 251; ++x)
            QVERIFY(valueAt(mask(), x + 1, 150) <= valueAt(mask(), x, 150));
    }

    void one_stroke_never_adds_up_but_two_do() {
        set(40, 100, 50);
        drag({{100, 100}, {160, 100}, {100, 100}, {160, 100}});
        QCOMPARE(valueAt(mask(), 130, 100), 128);
        drag({{100, 100}, {160, 100}});
        QCOMPARE(valueAt(mask(), 130, 100), 192);
    }

    void right_drag_ctrl_eraser_and_x_take_away() {
        set(60);
        const auto paint = [&] { drag({{100, 150}, {300, 150}}); };
        const auto taken = [&] {
            return valueAt(mask(), 200, 150) == 0 && valueAt(mask(), 110, 150) == 255;
        };
        paint();
        drag({{200, 120}, {200, 180}}, Qt::RightButton);
        QVERIFY(taken());
        paint();
        drag({{200, 120}, {200, 180}}, Qt::LeftButton, Qt::ControlModifier);
        QVERIFY(taken());
        paint();
        QTest::keyClick(canvas_.get(), Qt::Key_E);
        drag({{200, 120}, {200, 180}});
        QVERIFY(taken());
        QTest::keyClick(canvas_.get(), Qt::Key_X);
        QCOMPARE(canvas_->tool(), std::string("brush"));
        paint();
        QTest::keyClick(canvas_.get(), Qt::Key_X);
        drag({{200, 120}, {200, 180}});
        QVERIFY(taken());
        drag({{200, 120}, {200, 180}}, Qt::RightButton);  // with the eraser, it adds
        QCOMPARE(valueAt(mask(), 200, 150), 255);
    }

    void shift_draws_a_straight_line_from_the_last_stroke() {
        set(20);
        drag({{50, 50}});
        drag({{250, 200}}, Qt::LeftButton, Qt::ShiftModifier);
        for (int i = 0; i <= 10; ++i) QCOMPARE(valueAt(mask(), 50 + 20 * i, 50 + 15 * i), 255);
    }

    void esc_drops_the_stroke_and_a_right_click_opens_the_menu() {
        QSignalSpy menu(canvas_.get(), &Canvas::menuWanted);
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, on(100, 100));
        QVERIFY(canvas_->busy());
        QVERIFY(valueAt(canvas_->maskNow(), 100, 100) > 0);
        QTest::keyClick(canvas_.get(), Qt::Key_Escape);
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, on(150, 100));
        QVERIFY(document_->empty(Layer::Mask));
        QVERIFY(same(canvas_->maskNow(), mask()));
        QCOMPARE(document_->history().count(), 0);
        QTest::mouseClick(canvas_.get(), Qt::RightButton, {}, on(100, 100));
        QCOMPARE(menu.count(), 1);
        QVERIFY(document_->empty(Layer::Mask));
    }

    void a_new_mask_begins_empty_and_the_old_one_is_remembered() {
        set(40);
        drag({{100, 100}});
        const Tiles old = mask();
        canvas_->beginNewMask();
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, on(300, 200));
        QCOMPARE(valueAt(canvas_->maskNow(), 100, 100), 0);
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, on(300, 200));
        QCOMPARE(valueAt(mask(), 100, 100), 0);
        QCOMPARE(valueAt(mask(), 300, 200), 255);
        QVERIFY(same(document_->lastMask(), old));
        document_->history().undo();
        QVERIFY(same(mask(), old));
        drag({{300, 200}});
        QCOMPARE(valueAt(mask(), 100, 100), 255);
    }

    void keys_set_size_and_hardness() {
        set(100, 50);
        QTest::keyClick(canvas_.get(), Qt::Key_BracketRight);
        QCOMPARE(canvas_->settings().size, 110);
        QTest::keyClick(canvas_.get(), Qt::Key_BracketLeft);
        QCOMPARE(canvas_->settings().size, 100);
        QTest::keyClick(canvas_.get(), Qt::Key_Period);
        QTest::keyClick(canvas_.get(), Qt::Key_Comma);
        QCOMPARE(canvas_->settings().size, 100);
        QTest::keyClick(canvas_.get(), Qt::Key_BraceRight, Qt::ShiftModifier);
        QCOMPARE(canvas_->settings().hardness, 60);
        QTest::keyClick(canvas_.get(), Qt::Key_BracketLeft, Qt::ShiftModifier);
        QCOMPARE(canvas_->settings().hardness, 50);
        set(1);
        QTest::keyClick(canvas_.get(), Qt::Key_BracketLeft);
        QCOMPARE(canvas_->settings().size, 1);
        QTest::keyClick(canvas_.get(), Qt::Key_BracketRight);
        QCOMPARE(canvas_->settings().size, 2);
        set(2000);
        QTest::keyClick(canvas_.get(), Qt::Key_BracketRight);
        QCOMPARE(canvas_->settings().size, 2000);
    }

    void alt_right_drag_and_f_set_the_size_without_drawing() {
        set(100, 50);
        drag({{100, 100}, {110, 100}, {120, 90}}, Qt::RightButton, Qt::AltModifier);
        QCOMPARE(canvas_->settings().size, 140);
        QCOMPARE(canvas_->settings().hardness, 55);
        QTest::mouseMove(canvas_.get(), on(50, 50));
        QTest::keyPress(canvas_.get(), Qt::Key_F);
        QTest::mouseMove(canvas_.get(), on(60, 50));
        QTest::keyRelease(canvas_.get(), Qt::Key_F);
        QCOMPARE(canvas_->settings().size, 160);
        QVERIFY(document_->empty(Layer::Mask));
    }

    void the_pen_presses_and_its_other_end_erases() {
        const auto pen = [&](QEvent::Type type, QPoint at, double pressure, bool eraser) {
            const QPointingDevice device(
                QStringLiteral("pen"), eraser ? 2 : 1, QInputDevice::DeviceType::Stylus,
                eraser ? QPointingDevice::PointerType::Eraser : QPointingDevice::PointerType::Pen,
                QInputDevice::Capability::Position | QInputDevice::Capability::Pressure, 1, 3);
            const QPointF where(on(at.x(), at.y()));
            QTabletEvent event(type, &device, where, canvas_->mapToGlobal(where), pressure, 0, 0, 0,
                               0, 0, {}, Qt::LeftButton,
                               type == QEvent::TabletRelease ? Qt::NoButton : Qt::LeftButton);
            QCoreApplication::sendEvent(canvas_.get(), &event);
        };
        set(80);
        pen(QEvent::TabletPress, {100, 150}, 0.5, false);
        pen(QEvent::TabletRelease, {100, 150}, 0, false);
        QVERIFY(worst(mask(), [](double x, double y) {
                    return capsule({100, 150}, {100, 150}, 20, x, y);
                }) <= 1);
        pen(QEvent::TabletPress, {300, 150}, 0.01, false);  // at least a fifth
        pen(QEvent::TabletRelease, {300, 150}, 0, false);
        QCOMPARE(valueAt(mask(), 306, 150), 255);
        QCOMPARE(valueAt(mask(), 309, 150), 0);
        pen(QEvent::TabletPress, {100, 150}, 1, true);
        pen(QEvent::TabletMove, {300, 150}, 1, true);
        pen(QEvent::TabletRelease, {300, 150}, 0, true);
        QVERIFY(document_->empty(Layer::Mask));
        ToolSettings changed = canvas_->settings();
        changed.pen_size = false;
        changed.pen_opacity = true;
        canvas_->setSettings(changed);
        pen(QEvent::TabletPress, {100, 150}, 0.25, false);
        pen(QEvent::TabletRelease, {100, 150}, 0, false);
        QCOMPARE(valueAt(mask(), 100, 150), 64);
        QCOMPARE(valueAt(mask(), 138, 150), 64);
    }

    void a_rectangle_is_whole_pixels_and_shift_makes_a_square() {
        QTest::keyClick(canvas_.get(), Qt::Key_R);
        drag({{50, 60}, {90, 100}, {150, 110}});
        QVERIFY(stepped(1));
        const auto inside = [](Rect r) {
            return [r](double x, double y) {
                return x > r.x && x < r.x + r.width && y > r.y && y < r.y + r.height ? 255 : 0;
            };
        };
        QCOMPARE(worst(mask(), inside({50, 60, 100, 50})), 0);
        document_->history().undo();
        drag({{50, 60}, {90, 100}, {150, 110}}, Qt::LeftButton, Qt::ShiftModifier);
        QTRY_COMPARE(document_->history().index(), 1);
        QCOMPARE(worst(mask(), inside({50, 60, 100, 100})), 0);
        drag({{50, 60}, {150, 160}}, Qt::RightButton);
        QTRY_COMPARE(document_->history().index(), 2);
        QVERIFY(document_->empty(Layer::Mask));
    }

    void an_ellipse_is_round() {
        QTest::keyClick(canvas_.get(), Qt::Key_C);
        drag({{100, 80}, {120, 90}, {300, 180}});
        QVERIFY(stepped(1));
        QVERIFY(worst(mask(), [&](double x, double y) {
                    const double e = std::hypot((x - 200) / 100, (y - 130) / 50);
                    const bool rim = std::abs(e - 1) < 0.03;
                    const int value = valueAt(mask(), int(x), int(y));
                    return rim ? value : e < 1 ? 255 : 0;
                }) <= 1);
        QTest::keyClick(canvas_.get(), Qt::Key_Z);
    }

    void a_lasso_closes_on_release() {
        QTest::keyClick(canvas_.get(), Qt::Key_L);
        drag({{50, 50}, {200, 50}, {200, 200}});
        QVERIFY(stepped(1));
        QCOMPARE(valueAt(mask(), 150, 100), 255);
        QCOMPARE(valueAt(mask(), 100, 150), 0);
        QCOMPARE(document_->history().undoText(), QStringLiteral("Lasso"));
    }

    void a_polygon_is_made_of_clicks() {
        QTest::keyClick(canvas_.get(), Qt::Key_P);
        const auto click = [&](QPoint at) { drag({at}); };
        click({50, 50});
        click({250, 50});
        click({10, 290});
        QTest::keyClick(canvas_.get(), Qt::Key_Backspace);
        click({250, 250});
        QCOMPARE(document_->history().count(), 0);
        QTest::keyClick(canvas_.get(), Qt::Key_Return, Qt::ShiftModifier);
        QVERIFY(stepped(1));
        QCOMPARE(valueAt(mask(), 200, 100), 255);
        QCOMPARE(valueAt(mask(), 100, 200), 0);
        click({20, 20});
        click({30, 20});
        QVERIFY(canvas_->busy());
        QTest::keyClick(canvas_.get(), Qt::Key_Escape);
        QVERIFY(!canvas_->busy());
        QCOMPARE(document_->history().count(), 1);
    }

    void the_wand_finds_the_disc_and_drags_its_tolerance() {
        QTest::keyClick(canvas_.get(), Qt::Key_W);
        ToolSettings changed = canvas_->settings();
        changed.grow = 0;
        changed.tolerance = 15;
        canvas_->setSettings(changed);
        drag({{200, 150}});
        QVERIFY(stepped(1));
        QVERIFY(std::abs(double(document_->holePixels()) - M_PI * 60 * 60) < 200);
        drag({{200, 150}}, Qt::LeftButton, Qt::ControlModifier);
        QVERIFY(stepped(2));
        QVERIFY(document_->holePixels() < 30);
        changed.grow = 3;
        canvas_->setSettings(changed);
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, on(200, 150));
        QMouseEvent move(QEvent::MouseMove, QPointF(on(240, 150)),
                         canvas_->mapToGlobal(QPointF(on(240, 150))), Qt::NoButton, Qt::LeftButton,
                         {});
        QCoreApplication::sendEvent(canvas_.get(), &move);
        QCOMPARE(canvas_->settings().tolerance, 25.);
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, on(240, 150));
        QVERIFY(stepped(3));
        QVERIFY(std::abs(double(document_->holePixels()) - M_PI * 63 * 63) < 400);
    }

    void grabcut_takes_the_disc_out_of_its_box() {
        QTest::keyClick(canvas_.get(), Qt::Key_G);
        ToolSettings changed = canvas_->settings();
        changed.grow = 0;
        changed.size = 10;
        canvas_->setSettings(changed);
        const auto shown = [&] {
            return QTest::qWaitFor([&] { return !same(canvas_->maskNow(), mask()); }, 30000);
        };
        drag({{120, 70}, {200, 150}, {280, 230}});
        QVERIFY(canvas_->busy());
        QVERIFY(shown());
        drag({{180, 150}, {220, 150}});
        drag({{125, 75}, {135, 75}}, Qt::RightButton);
        QTest::qWait(1);
        QVERIFY(shown());
        QCOMPARE(document_->history().count(), 0);
        QTest::keyClick(canvas_.get(), Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(document_->history().count(), 1);
        QVERIFY(std::abs(double(document_->holePixels()) - M_PI * 60 * 60) < 600);
        drag({{120, 70}, {200, 150}, {280, 230}});
        QTest::keyClick(canvas_.get(), Qt::Key_Escape);
        QVERIFY(!canvas_->busy());
        QCOMPARE(document_->history().count(), 1);
        QVERIFY(same(canvas_->maskNow(), mask()));
    }

    void hand_and_zoom_move_the_view_alone() {
        canvas_->setZoom(2);
        const QPointF corner = canvas_->viewMap().corner;
        QTest::keyClick(canvas_.get(), Qt::Key_H);
        const QPoint at(200, 150);
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, at);
        QTest::mouseMove(canvas_.get(), at + QPoint(15, 5));
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, at + QPoint(15, 5));
        QCOMPARE(canvas_->viewMap().corner, corner + QPointF(15, 5));
        QTest::keyClick(canvas_.get(), Qt::Key_Z);
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, at);
        QCOMPARE(canvas_->zoom(), 4.);
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, Qt::ControlModifier, at);
        QCOMPARE(canvas_->zoom(), 2.);
        QVERIFY(document_->empty(Layer::Mask));
    }

    void the_keyboard_alone_can_paint() {
        set(20);
        for (int i = 0; i < 3; ++i) QTest::keyClick(canvas_.get(), Qt::Key_Right);
        QTest::keyClick(canvas_.get(), Qt::Key_Return);
        QVERIFY(canvas_->busy());
        for (int i = 0; i < 5; ++i) QTest::keyClick(canvas_.get(), Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(canvas_.get(), Qt::Key_Return);
        QVERIFY(!canvas_->busy());
        QCOMPARE(valueAt(mask(), 203, 150), 255);
        QCOMPARE(valueAt(mask(), 203, 199), 255);
        QCOMPARE(valueAt(mask(), 203, 215), 0);
        QCOMPARE(valueAt(mask(), 180, 150), 0);
    }

    void every_tool_has_its_key_and_draws_on_a_turned_photo() {
        QSet<int> keys;
        for (const ToolRow& row : toolRows()) {
            QVERIFY(!keys.contains(row.key));
            keys << row.key;
            QTest::keyClick(canvas_.get(), row.key);
            QCOMPARE(canvas_->tool(), row.id);
            for (const std::string& key : row.settings)
                QVERIFY(find_field(fields_of<ToolSettings>(), key));
            QTest::mouseMove(canvas_.get(), on(200, 100));
            canvas_->grab();
            QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, on(200, 100));
            QTest::mouseMove(canvas_.get(), on(220, 130));
            canvas_->grab();
            QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, on(220, 130));
            canvas_->dropGesture();
            canvas_->setZoom(1);
        }
    }

    void other_layers_are_painted_with_the_same_tools() {
        set(40);
        canvas_->setLayer(Layer::NeverCopy);
        QSignalSpy moved(canvas_.get(), &Canvas::maskMoved);
        drag({{100, 100}, {150, 100}});
        QCOMPARE(moved.count(), 0);
        QVERIFY(document_->empty(Layer::Mask));
        QCOMPARE(valueAt(document_->layer(Layer::NeverCopy), 120, 100), 255);
        QTest::keyClick(canvas_.get(), Qt::Key_R);
        drag({{200, 100}, {250, 160}});
        QVERIFY(stepped(2));
        QCOMPARE(valueAt(document_->layer(Layer::NeverCopy), 220, 130), 255);
        canvas_->setLayer(Layer::Mask);
        QTest::keyClick(canvas_.get(), Qt::Key_B);
        drag({{300, 200}});
        QCOMPARE(valueAt(mask(), 300, 200), 255);
        QVERIFY(same(canvas_->maskNow(), mask()));
        document_->history().setIndex(0);
        QVERIFY(document_->empty(Layer::NeverCopy));
    }

    void undoing_every_gesture_gives_the_opened_photo() {
        set(30, 70, 80);
        drag({{30, 40}, {200, 80}});
        QTest::keyClick(canvas_.get(), Qt::Key_R);
        drag({{250, 60}, {350, 250}});
        QVERIFY(stepped(2));
        QTest::keyClick(canvas_.get(), Qt::Key_E);
        drag({{20, 20}, {380, 280}});
        const Tiles last = mask();
        document_->history().setIndex(0);
        QVERIFY(document_->empty(Layer::Mask));
        QVERIFY(same(document_->photo(), document_->opened()));
        document_->history().setIndex(3);
        QVERIFY(same(mask(), last));
    }

    void strokes_at_the_edges_stay_inside() {
        set(120);
        drag({{0, 0}, {399, 0}, {399, 299}, {0, 299}, {-50, 150}});
        QCOMPARE(valueAt(mask(), 0, 0), 255);
        QCOMPARE(valueAt(mask(), 399, 299), 255);
        QCOMPARE(valueAt(mask(), 200, 150), 0);
    }

    void a_huge_soft_dab_covers_what_its_formula_says() {
        Stroke stroke(Tiles::blank({2300, 2100}, 1), false);
        stroke.dab({1100, 1000}, 1000, 0.3, 1);
        stroke.refresh();
        for (int i = 0; i < 2000; ++i) {
            const QPoint at((i * 7919) % 2300, (i * 104729) % 2100);
            const double d = std::hypot(at.x() + 0.5 - 1100, at.y() + 0.5 - 1000);
            const double share = std::clamp((1000 - d) / 700, 0., 1.);
            QVERIFY(std::abs(valueAt(stroke.mask(), at) - 255 * share * share * (3 - 2 * share)) <=
                    2);
        }
    }
};

QTEST_MAIN(TestTools)
#include "test_tools.moc"
