#include <QAction>
#include <QClipboard>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>

#include "core/data/datasets.h"
#include "datasets_page.h"
#include "ui/widgets/thumbnail_loader.h"

using namespace daguerre;

class TestDatasetsPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void what_is_bundled_is_shown_at_once() {
        DatasetsPage studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QCOMPARE(studio.list()->entries().size(), datasets().size());
        QCOMPARE(studio.list()->current()->name, std::string("mnist"));
        QCOMPARE(studio.list()->current()->place, DatasetEntry::Place::Bundled);
        QCOMPARE(int(studio.grid()->images().size()), 70'000);
        QVERIFY(studio.line().contains(QLatin1String("70,000")));
        QVERIFY(!studio.list()->entry("celeba")->here());
    }

    void a_folder_shows_its_pictures_and_classes() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        QCOMPARE(int(studio.grid()->images().size()), 7);
        auto* cats = studio.find<QToolButton>("datasets.class-0");
        QVERIFY(cats->text().contains(QLatin1String("cat")));
        QVERIFY(cats->text().contains(QLatin1String("4")));
        // The picture itself is painted in its cell, not the colour of its class.
        const QRect cell = studio.grid()->cell(1);
        const QImage seen = studio.grid()->viewport()->grab(cell).toImage();
        QCOMPARE(seen.pixelColor(seen.width() / 2, seen.height() / 2), QColor(40, 40, 40));
        cats->click();
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.grid()->images().size()), 4, guard);
        studio.find<QToolButton>("datasets.class-1")->click();
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.grid()->images().size()), 7, guard);
    }

    void the_command_gets_or_tells_of_the_chosen_one() {
        DatasetsPage studio;
        openFolder(studio, studio.pets("my pets"));
        const auto copied = [&] {
            studio.action("copy-dataset")->trigger();
            return QGuiApplication::clipboard()->text();
        };
        QCOMPARE(copied(), QStringLiteral("daguerre inspect '%1'")
                               .arg(QString::fromStdString(studio.path("my pets").string())));
        const auto& entries = studio.list()->entries();
        const auto toGet = std::ranges::find(entries, std::string("cifar10"), &DatasetEntry::name);
        studio.list()->setCurrentRow(int(toGet - entries.begin()));
        QCOMPARE(copied(), QStringLiteral("daguerre fetch cifar10"));
    }

    void the_search_finds_by_each_of_its_forms() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        const auto finds = [&](const char* words, std::vector<std::uint32_t> expected) {
            studio.search()->setText(QLatin1String(words));
            QTRY_COMPARE_WITH_TIMEOUT(studio.grid()->images(), expected, guard);
        };
        finds("dog", {4, 5, 6});
        finds("class:0", {0, 1, 2, 3});
        finds("class:dog", {4, 5, 6});
        finds("#5", {5});
        finds("cat 2", {2});
        studio.search()->setText(QStringLiteral("class:fish"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QLabel>("datasets.hint")
                                     ->text()
                                     .contains(QStringLiteral("no class “fish”")),
                                 guard);
        QVERIFY(studio.find<QLabel>("datasets.hint")->isVisible());
        finds("", {0, 1, 2, 3, 4, 5, 6});
    }

    void keys_walk_and_select() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        PictureGrid* grid = studio.grid();
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_Home);
        QTest::keyClick(grid, Qt::Key_Right);
        QCOMPARE(grid->current(), 1);
        QVERIFY(grid->accessibleName().contains(QLatin1String("Image 2 of 7: cat")));
        QTest::keyClick(grid, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(grid, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(grid->selection(), (std::vector<std::uint32_t>{1, 2, 3}));
        QVERIFY(studio.line().startsWith(QLatin1String("3 of 7 selected")));
        QTest::keyClick(grid, Qt::Key_End);
        QCOMPARE(grid->selection(), (std::vector<std::uint32_t>{6}));
        QVERIFY(studio.action("select-all")->isEnabled());
        QTest::keyClick(grid, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(grid->selectedCount(), 7);
        QVERIFY(grid->accessibleName().contains(QLatin1String("selected")));
        // What is filtered away is no longer selected.
        studio.search()->setText(QStringLiteral("dog"));
        QTRY_COMPARE_WITH_TIMEOUT(int(grid->images().size()), 3, guard);
        QCOMPARE(grid->selectedCount(), 3);
    }

    void the_mouse_selects_and_the_wheel_changes_the_size() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        PictureGrid* grid = studio.grid();
        const auto click = [&](int place, Qt::KeyboardModifiers keys = {}) {
            QTest::mouseClick(grid->viewport(), Qt::LeftButton, keys, grid->cell(place).center());
        };
        click(2);
        click(4, Qt::ShiftModifier);
        QCOMPARE(grid->selection(), (std::vector<std::uint32_t>{2, 3, 4}));
        click(3, Qt::ControlModifier);
        QCOMPARE(grid->selection(), (std::vector<std::uint32_t>{2, 4}));
        click(2);
        QCOMPARE(grid->selection(), (std::vector<std::uint32_t>{2}));
        const int before = grid->side();
        QWheelEvent turn(QPointF(50, 50), grid->viewport()->mapToGlobal(QPointF(50, 50)), {},
                         {0, 120}, Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(grid->viewport(), &turn);
        QVERIFY(grid->side() > before);
        for (int i = 0; i < 100; ++i) {
            turn.setAccepted(false);
            QCoreApplication::sendEvent(grid->viewport(), &turn);
        }
        QCOMPARE(grid->side(), PictureGrid::most);
    }

    void only_what_is_seen_is_read() {
        DatasetsPage studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        auto* loader = studio.page()->findChild<ThumbnailLoader*>();
        const auto [first, last] = studio.grid()->seen();
        QVERIFY(last - first > 50 && loader->made() <= 4 * (last - first));
        studio.grid()->verticalScrollBar()->setValue(studio.grid()->verticalScrollBar()->maximum());
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(loader->find(69'999) && !loader->find(35'000));
    }

    void classes_beyond_the_line_are_found_by_name() {
        DatasetsPage studio;
        for (int i = 0; i < 80; ++i) {
            const auto file = studio.path("many") / ("kind" + std::to_string(i)) / "a.png";
            std::filesystem::create_directories(file.parent_path());
            write_image(file, Image::blank(4, 4, 1));
        }
        openFolder(studio, studio.path("many"));
        studio.find<QToolButton>("datasets.more-classes")->click();
        studio.find<QLineEdit>("datasets.class-filter")->setText(QStringLiteral("kind77"));
        auto* all = studio.find<QListWidget>("datasets.class-list");
        int shown = 0;
        for (int i = 0; i < all->count(); ++i) {
            if (all->item(i)->isHidden()) continue;
            ++shown;
            all->item(i)->setCheckState(Qt::Checked);
        }
        QCOMPARE(shown, 1);
        QTRY_COMPARE_WITH_TIMEOUT(studio.grid()->images(), (std::vector<std::uint32_t>{77}), guard);
    }

    void an_empty_folder_says_so() {
        DatasetsPage studio;
        std::filesystem::create_directories(studio.path("nothing"));
        openFolder(studio, studio.path("nothing"));
        QVERIFY(studio.notice().contains(QLatin1String("no image")));
        QVERIFY(!studio.find<QPushButton>("datasets.train")->isEnabled());
    }

private:
    English english_;
};

QTEST_MAIN(TestDatasetsPage)
#include "test_datasets_page.moc"
