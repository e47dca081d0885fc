#include <QSignalSpy>

#include "tools_fixture.h"

using namespace daguerre;

class TestTools : public QObject, ToolsFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }
    void init() { open(); }
    void cleanup() { close(); }

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
};

QTEST_MAIN(TestTools)
#include "test_tools.moc"
