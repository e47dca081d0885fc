#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <set>

#include "studio.h"
#include "ui/frame/quick_search.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/workspaces.h"

using namespace daguerre;

namespace {

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

class TestActions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

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

private:
    English english_;
};

QTEST_MAIN(TestActions)
#include "test_actions.moc"
