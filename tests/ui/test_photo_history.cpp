#include <QTabBar>
#include <QUndoView>

#include "retouch_page.h"

using namespace daguerre;

namespace {

QUndoView* list(const Page& page) { return page.find<QUndoView>("retouch.history"); }

QStringList steps(const Page& page) {
    QStringList steps;
    const QAbstractItemModel* model = list(page)->model();
    for (int i = 0; i < model->rowCount(); ++i) steps += model->index(i, 0).data().toString();
    return steps;
}

int here(const Page& page) { return list(page)->currentIndex().row(); }

void click(const Page& page, int row) {
    QUndoView* view = list(page);
    const QModelIndex index = view->model()->index(row, 0);
    view->scrollTo(index);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(index).center());
}

struct State {
    Tiles photo, mask;
    explicit State(const Page& page) : photo(page.photo()->photo()), mask(page.photo()->mask()) {}
    bool operator==(const State& other) const {
        return changed_area(photo, other.photo).width == 0 &&
               changed_area(mask, other.mask).width == 0;
    }
};

}  // namespace

class TestPhotoHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void every_step_is_in_the_list_and_a_click_goes_there() {
        Page page;
        open(page, page.write("photo.png", picture()));
        QVERIFY(!list(page)->isVisible());
        QTest::keyClick(page.window.get(), Qt::Key_H, Qt::ControlModifier);
        QVERIFY(list(page)->isVisible());
        QCOMPARE(steps(page), QStringList{QStringLiteral("The opened photo")});
        std::vector<State> states{State(page)};
        const auto did = [&](const char* words) {
            QTRY_COMPARE_WITH_TIMEOUT(steps(page).size(), qsizetype(states.size() + 1), guard);
            QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
            QCOMPARE(steps(page).last(), QLatin1String(words));
            QCOMPARE(here(page), int(states.size()));
            states.emplace_back(page);
        };
        page.brushSquare();
        did("Brush");
        page.action("invert-mask")->trigger();
        did("Invert mask");
        page.action("invert-mask")->trigger();
        did("Invert mask");
        fillWith(page, "telea");
        did("Fill with Telea");
        page.action("back-to-opened")->trigger();
        did("Back to the opened photo");
        QCOMPARE(page.find<QLabel>("retouch.history-count")->text(), QStringLiteral("5 steps"));
        for (const int row : {0, 3, 5, 1, 4, 2}) {
            click(page, row);
            QCOMPARE(here(page), row);
            QVERIFY(State(page) == states[std::size_t(row)]);
            QCOMPARE(steps(page).size(), qsizetype(states.size()));  // none is lost
            QCOMPARE(page.action("redo")->isEnabled(), row < 5);
        }
        // Undo and redo move the mark; a stroke in the middle ends what came after.
        page.action("undo")->trigger();
        QCOMPARE(here(page), 1);
        page.brush({120, 90, 12, 12});
        QTRY_COMPARE_WITH_TIMEOUT(steps(page).size(), 3, guard);
        QCOMPARE(here(page), 2);
        page.find<QAbstractButton>("retouch.history-close")->click();
        QVERIFY(!list(page)->isVisible());
    }

    void each_photo_has_its_own_and_it_comes_back_after_a_crash() {
        QTemporaryDir home, files;
        const auto file = std::filesystem::path(files.path().toStdString()) / "photo.png";
        write_image(file, picture());
        QStringList before;
        {
            Page page(home.path());
            open(page, file);
            page.action("history")->trigger();
            page.brushSquare();
            fillWith(page, "telea");
            before = steps(page);
            QCOMPARE(before.size(), 3);
            const Document* first = page.photo();
            page.session->openFile(page.write("b.png", picture(1)));
            QTRY_VERIFY_WITH_TIMEOUT(page.photo() != first, guard);
            QCOMPARE(steps(page).size(), 1);
            page.action("close-photo")->trigger();
            QCOMPARE(steps(page), before);
            QTRY_VERIFY_WITH_TIMEOUT(page.session->recovery()->settled(), guard);
        }
        Page page(home.path());
        QTRY_VERIFY_WITH_TIMEOUT(page.find("recovery")->isVisible(), guard);
        page.find<QPushButton>("recovery.open")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo(), guard);
        QTRY_VERIFY_WITH_TIMEOUT(list(page)->isVisible(), guard);  // as it was left
        QCOMPARE(steps(page), before);
        click(page, 0);
        QVERIFY(page.photo()->photo().image().pixels == picture().pixels);
        page.action("close-photo")->trigger();
        QVERIFY(steps(page).isEmpty());
    }

private:
    English english_;
};

QTEST_MAIN(TestPhotoHistory)
#include "test_photo_history.moc"
