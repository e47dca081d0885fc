#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QButtonGroup>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QProgressBar>
#include <QScrollArea>
#include <QSlider>
#include <QToolButton>
#include <set>

#include "studio.h"
#include "ui/frame/quick_search.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/fields_form.h"
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

/// Whether two actions can be shown at the same time.
bool together(const ActionRow& a, const ActionRow& b) {
    const auto scopes = [](const ActionRow& row) {
        return QString::fromLatin1(row.scope).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    const QStringList both = scopes(a) + scopes(b);
    return scopes(a).isEmpty() || scopes(b).isEmpty() ||
           QSet<QString>(both.begin(), both.end()).size() < both.size();
}

struct Peek : QObject {
    static int count(const QAction* action) {
        return (action->*(&Peek::receivers))(SIGNAL(triggered(bool)));
    }
};

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    // Actions

    void a_key_means_one_thing_where_it_works() {
        std::map<QString, std::vector<const ActionRow*>> by_key;
        for (const ActionRow& row : actionRows()) {
            if (!*row.key) continue;
            const auto keys = QKeySequence::listFromString(QLatin1String(row.key));
            QVERIFY(!keys.isEmpty());
            for (const QKeySequence& key : keys) {
                QCOMPARE(key.count(), 1);
                QVERIFY2(key[0].key() != Qt::Key_unknown, row.id);
                by_key[key.toString()].push_back(&row);
            }
        }
        for (const auto& [key, rows] : by_key)
            for (std::size_t i = 0; i < rows.size(); ++i)
                for (std::size_t j = i + 1; j < rows.size(); ++j) {
                    QVERIFY2(!together(*rows[i], *rows[j]), qPrintable(key));
                }
        for (const char* key : {"Ctrl+K", "Ctrl+Shift+P", "Esc", "Ctrl+.", "Ctrl+Return", "F9"})
            QVERIFY2(by_key.count(QLatin1String(key)), key);
    }

    void every_action_has_words_a_menu_and_does_something() {
        Studio studio;
        for (const Workspace& row : workspaces())
            studio.window->showWorkspace(QLatin1String(row.id));
        Session bare;  // actions that nothing listens to but a menu
        QMenu menu;
        std::set<QString> ids, words;
        for (const ActionRow& row : actionRows()) {
            QVERIFY2(ids.insert(QLatin1String(row.id)).second, row.id);
            QAction* action = studio.action(row.id);
            QVERIFY2(!action->text().isEmpty() && words.insert(action->text()).second, row.id);
            menu.addAction(bare.actions()[row.id]);
            QVERIFY2(Peek::count(action) > Peek::count(bare.actions()[row.id]), row.id);
            const QList<QObject*> places = action->associatedObjects();
            const bool in_menu = std::any_of(places.begin(), places.end(), [](QObject* object) {
                return qobject_cast<QMenu*>(object);
            });
            QVERIFY2(in_menu, row.id);
        }
    }

    void every_action_can_be_done_at_any_time() {
        Studio studio;
        const auto trigger_all = [&] {
            for (const ActionRow& row : actionRows()) {
                const std::string_view id = row.id;
                // These close the window, open a program of the desktop, or wait for the user.
                if (id == "quit" || id == "pictures-folder" || id == "save") continue;
                studio.action(id)->trigger();
                for (QWidget* top : QApplication::topLevelWidgets())
                    if (top != studio.window.get() && top->isVisible()) top->close();
                QCoreApplication::processEvents();
            }
        };
        for (const bool made : {false, true})
            for (const Workspace& row : workspaces()) {
                studio.window->showWorkspace(QLatin1String(row.id));
                if (made) studio.action("make")->trigger();
                QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
                studio.window->showWorkspace(QLatin1String(row.id));
                trigger_all();
            }
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QVERIFY(studio.lives());
    }

    void plain_keys_leave_text_fields_alone() {
        Studio studio({.workspace = QStringLiteral("generate")});
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        auto* search = studio.find<QLineEdit>("palette.input");
        search->setFocus(Qt::ShortcutFocusReason);
        const auto before = std::get<std::int64_t>(find_field(studio.form(), "seed")->value);
        QTest::keyClicks(search, QStringLiteral("nnn"));
        QCOMPARE(search->text(), QStringLiteral("nnn"));
        QCOMPARE(std::get<std::int64_t>(find_field(studio.form(), "seed")->value), before);
    }

    // Workspaces

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
        QCOMPARE(studio.world->calls.load(), 2 * 20);  // 16 pictures in groups of 8
        QCOMPARE(studio.world->calls_refused.load(), 0);
        for (int i = 0; i < 16; ++i)
            QVERIFY(studio.find<DenoiseView>("home.view")->frames()->finished(i));
    }

    void make_and_stop_can_be_done_when_they_can() {
        Studio studio({.held = true});
        QVERIFY(!studio.action("make")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QVERIFY(studio.action("make")->isEnabled());
        QVERIFY(!studio.action("stop")->isEnabled());
        studio.action("make")->trigger();
        QVERIFY(studio.action("stop")->isEnabled());
        QTest::keyClick(studio.window.get(), Qt::Key_Escape);
        studio.gate.release(1);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QVERIFY(studio.world->calls <= 1);
    }

    void a_key_for_what_is_open_above_is_not_for_the_window() {
        Studio studio({.held = true});
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        studio.window->activateWindow();
        QTRY_VERIFY_WITH_TIMEOUT(studio.window->isActiveWindow(), guard);
        studio.action("make")->trigger();
        auto* menu = studio.window->findChild<QMenuBar*>()->actions().first()->menu();
        menu->popup({0, 0});
        auto* jobs = studio.find("jobs.list");
        for (QWidget* above : {static_cast<QWidget*>(menu), jobs}) {
            if (above == jobs) studio.action("jobs")->trigger();
            QVERIFY(above->isVisible());
            QTest::keyClick(above, Qt::Key_Escape);
            QVERIFY(!above->isVisible());
        }
        studio.gate.release(1000);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QCOMPARE(studio.world->calls_refused.load(), 0);
    }

    // Quick search

    void words_are_found_by_beginning_part_and_initials() {
        struct Row {
            const char *typed, *words;
            int fit;
        };
        const Row rows[]{{"", "Open…", 1},
                         {"grow", "Grow mask", 4},
                         {"GM", "Grow mask", 2},
                         {"mask", "Grow mask", 3},
                         {"row", "Grow mask", 2},
                         {"mg", "Grow mask", 0},
                         {" full ", "Full screen", 4},
                         {"fs", "Full screen", 2}};
        for (const Row& row : rows)
            QCOMPARE(fitOf(QLatin1String(row.typed), QString::fromUtf8(row.words)), row.fit);
    }

    void quick_search_does_what_is_chosen_or_says_why_not() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        auto* search = studio.find<QuickSearch>("palette.input");
        auto* list = studio.find<QListWidget>("palette.list");
        QVERIFY(!list->isVisible());
        studio.window->activateWindow();
        QTRY_VERIFY_WITH_TIMEOUT(studio.window->isActiveWindow(), guard);
        studio.action("find")->trigger();
        QVERIFY(search->hasFocus());
        QVERIFY(list->isVisible());
        QVERIFY(search->found().size() >= actionRows().size() - 1);

        QTest::keyClicks(search, QStringLiteral("spa"));  // Save picture as…
        QCOMPARE(search->found().front().words, QStringLiteral("Save picture as…"));
        QVERIFY(!search->found().front().possible);
        QCOMPARE(search->found().front().detail, QStringLiteral("works in Generate"));
        QTest::keyClick(search, Qt::Key_Return);
        QVERIFY(list->isVisible());  // nothing was done

        search->selectAll();
        QTest::keyClicks(search, QStringLiteral("light"));
        QTest::keyClick(search, Qt::Key_Return);
        QVERIFY(!list->isVisible());
        QVERIFY(!isDark());
        studio.action("look-dark")->trigger();

        studio.action("find")->trigger();
        QTest::keyClicks(search, QStringLiteral("model other"));
        QTest::keyClick(search, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QCOMPARE(studio.session->modelName(), std::string("other"));

        studio.window->showWorkspace(QStringLiteral("generate"));
        studio.action("find")->trigger();
        QTest::keyClicks(search, QStringLiteral("guidance"));
        QCOMPARE(search->found().front().detail, QStringLiteral("1.5"));
        QTest::keyClick(search, Qt::Key_Escape);
        QVERIFY(!list->isVisible());
        QVERIFY(search->text().isEmpty());
    }

    void every_greyed_action_says_why() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        for (const Workspace& row : workspaces()) {
            studio.window->showWorkspace(QLatin1String(row.id));
            for (const ActionRow& any : actionRows())
                QVERIFY2(studio.action(any.id)->isEnabled() ||
                             !studio.session->actions().whyNot(any.id).isEmpty(),
                         any.id);
        }
    }

    // What is remembered

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

    // For everyone

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
