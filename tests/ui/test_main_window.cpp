#include <QAbstractSpinBox>
#include <QAccessible>
#include <QButtonGroup>
#include <QComboBox>
#include <QLineEdit>
#include <QMenuBar>
#include <QScrollArea>
#include <QSlider>
#include <QToolButton>
#include <set>

#include "studio.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/workspaces.h"

using namespace daguerre;

namespace {

/// What a person works with, of a window that is shown.
std::vector<QWidget*> controlsOf(const QWidget* window) {
    std::vector<QWidget*> controls;
    for (QWidget* widget : window->findChildren<QWidget*>()) {
        const bool inside = qobject_cast<QAbstractSpinBox*>(widget->parentWidget()) ||
                            qobject_cast<QComboBox*>(widget->parentWidget()) ||
                            qobject_cast<QLineEdit*>(widget->parentWidget()) ||
                            qobject_cast<QMenuBar*>(widget->parentWidget());
        const bool control =
            qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget) ||
            qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QLineEdit*>(widget) ||
            qobject_cast<QSlider*>(widget) || widget->focusPolicy() & Qt::TabFocus;
        if (control && !inside && widget->isVisible()) controls.push_back(widget);
    }
    return controls;
}

QString nameOf(QWidget* widget) {
    QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
    return interface ? interface->text(QAccessible::Name) : QString();
}

QByteArray describe(const QWidget* widget) {
    QString path;
    for (const QWidget* any = widget; any; any = any->parentWidget())
        path.prepend(QLatin1Char('/') + QLatin1String(any->metaObject()->className()) +
                     QLatin1Char(' ') + any->objectName());
    return path.toUtf8();
}

/// Whether it lies in an area that scrolls.
bool scrolls(const QWidget* widget) {
    while (widget && !qobject_cast<const QScrollArea*>(widget)) widget = widget->parentWidget();
    return widget != nullptr;
}

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void every_workspace_opens_and_says_where_one_is() {
        Studio studio;
        for (const Workspace& row : workspaces()) {
            const std::string id = row.id;
            studio.action("go-" + id)->trigger();
            QCOMPARE(studio.window->workspace()->objectName(), QLatin1String(row.id));
            QVERIFY(studio.find<QAbstractButton>(("rail." + id).c_str())->isChecked());
            QVERIFY(studio.window->windowTitle().contains(QLatin1String(row.title)));
            QWidget* page = studio.window->workspace();
            studio.action("go-home")->trigger();
            studio.find<QAbstractButton>(("rail." + id).c_str())->click();
            QCOMPARE(studio.window->workspace(), page);
        }
        studio.window->showWorkspace(QStringLiteral("nowhere"));
        QCOMPARE(studio.window->workspace()->objectName(), QLatin1String(workspaces()[0].id));
    }

    void switching_stops_nothing() {
        Studio studio({.held = true});
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        studio.action("make")->trigger();
        for (int i = 0; i < 20; ++i) {
            studio.gate.release(1);
            for (const Workspace& row : workspaces())
                studio.window->showWorkspace(QLatin1String(row.id));
        }
        // On another page Esc is not for what runs here.
        studio.window->showWorkspace(QStringLiteral("generate"));
        studio.action("stop")->trigger();
        studio.gate.release(1000);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        // 16 pictures in groups of 8; Models may have made its samples too.
        QVERIFY(studio.world->calls.load() >= 2 * 20);
        QCOMPARE(studio.world->calls_refused.load(), 0);
        for (int i = 0; i < 16; ++i)
            QVERIFY(studio.find<DenoiseView>("home.view")->frames()->finished(i));
    }

    void size_workspace_and_look_come_back() {
        QTemporaryDir home;
        {
            Studio studio({.home = home.path()});
            studio.window->resize(1111, 777);
            studio.window->showWorkspace(QStringLiteral("generate"));
            studio.action("look-light")->trigger();
            studio.window->close();
        }
        applyLook(Look::Dark);
        {
            Studio studio({.home = home.path()});
            QCOMPARE(studio.window->size(), QSize(1111, 777));
            QCOMPARE(studio.window->workspace()->objectName(), QStringLiteral("generate"));
            QCOMPARE(rememberedLook(), Look::Light);
            QVERIFY(studio.action("look-light")->isChecked());
        }
        Studio studio({.home = home.path(), .workspace = QStringLiteral("home")});
        QCOMPARE(studio.window->workspace()->objectName(), QStringLiteral("home"));
        applyLook(Look::Dark);
    }

    void every_control_has_a_name_and_a_way_to_it() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        for (const Workspace& row : workspaces()) {
            studio.window->showWorkspace(QLatin1String(row.id));
            studio.action("make")->trigger();
            QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
            studio.window->activateWindow();
            QTRY_VERIFY_WITH_TIMEOUT(studio.window->isActiveWindow(), guard);
            const std::vector<QWidget*> controls = controlsOf(studio.window.get());
            QVERIFY(controls.size() > 10);
            studio.window->setFocus();
            std::set<QWidget*> reached;
            std::vector<QWidget*> order;
            for (std::size_t i = 0; i < 2 * controls.size() + 10; ++i) {
                QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
                QVERIFY(QApplication::focusWidget());
                if (reached.insert(QApplication::focusWidget()).second)
                    order.push_back(QApplication::focusWidget());
            }
            const auto place = [&](auto is) {
                return std::find_if(order.begin(), order.end(), is) - order.begin();
            };
            const auto rail = place(
                [](QWidget* w) { return w->objectName().startsWith(QLatin1String("rail.")); });
            const auto page =
                place([&](QWidget* w) { return studio.window->workspace()->isAncestorOf(w); });
            const auto foot =
                place([](QWidget* w) { return w->objectName() == QLatin1String("status.device"); });
            QVERIFY(rail < page);
            QVERIFY(page < foot);
            for (QWidget* control : controls) {
                QVERIFY2(!nameOf(control).isEmpty(), describe(control));
                const auto* button = qobject_cast<QAbstractButton*>(control);
                const auto* tool = qobject_cast<QToolButton*>(control);
                const bool wordless =
                    button && (button->text().isEmpty() ||
                               (tool && tool->toolButtonStyle() == Qt::ToolButtonIconOnly &&
                                !tool->icon().isNull()));
                QVERIFY2(!wordless || !button->toolTip().isEmpty(), describe(control));
                if (!control->isEnabled()) continue;
                // A slider beside a field that does the same is for the mouse.
                if (qobject_cast<QSlider*>(control) && control->focusPolicy() == Qt::NoFocus &&
                    !control->parentWidget()->findChildren<QAbstractSpinBox*>().isEmpty())
                    continue;
                // In a row of which one is chosen, Tab goes to that one, and arrows to the others.
                QWidget* target = control;
                if (button && button->group() && button->group()->exclusive())
                    target = button->group()->checkedButton();
                QVERIFY2(reached.count(target), describe(control));
            }
        }
    }

    void counted_things_have_their_plural() {
        Studio studio({.held = true});
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        auto* device = studio.find<QToolButton>("status.device");
        QCOMPARE(device->text(), QStringLiteral("CPU, 2 threads: no NVIDIA GPU"));
        studio.action("make")->trigger();
        auto* jobs = studio.find<QToolButton>("status.jobs");
        QTRY_COMPARE_WITH_TIMEOUT(jobs->text(), QStringLiteral("1 job"), guard);
        QVERIFY(studio.find<QToolButton>("status.stop")->isVisible());
        studio.find<QToolButton>("status.stop")->click();
        studio.gate.release(1);
        QTRY_COMPARE_WITH_TIMEOUT(jobs->text(), QStringLiteral("No jobs"), guard);
        QCOMPARE(shortened(QStringLiteral("fashion")), QStringLiteral("fashion"));
        QCOMPARE(shortened(QStringLiteral("abcdefghij"), 5), QStringLiteral("ab…ij"));
    }

    void nothing_is_squeezed_in_the_smallest_window() {
        Studio studio;
        studio.window->resize(MainWindow::smallest);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        for (const Workspace& row : workspaces()) {
            studio.window->showWorkspace(QLatin1String(row.id));
            studio.action("make")->trigger();
            QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
            QCoreApplication::processEvents();
            QCOMPARE(studio.window->size(), MainWindow::smallest);
            for (QWidget* control : controlsOf(studio.window.get())) {
                const auto* button = qobject_cast<const QAbstractButton*>(control);
                const int least =
                    button && !button->text().isEmpty()
                        ? std::min(control->minimumSizeHint().width(), control->maximumWidth())
                        : 0;
                QTRY_VERIFY2_WITH_TIMEOUT(control->width() >= least, describe(control), guard);
                const QRect there(control->mapTo(studio.window.get(), QPoint()), control->size());
                // What a panel scrolls to may lie below its edge, never beside it.
                QRect room = studio.window->rect();
                if (scrolls(control)) room.adjust(0, -room.height(), 0, room.height());
                QVERIFY2(room.contains(there), describe(control));
            }
        }
    }

private:
    English english_;
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
