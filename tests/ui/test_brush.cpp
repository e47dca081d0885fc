#include <QPointingDevice>
#include <QTabletEvent>

#include "tools_fixture.h"
#include "ui/canvas/stroke.h"

using namespace daguerre;

class TestBrush : public QObject, ToolsFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }
    void init() { open(); }
    void cleanup() { close(); }

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

QTEST_MAIN(TestBrush)
#include "test_brush.moc"
