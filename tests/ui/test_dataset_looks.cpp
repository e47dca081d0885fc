#include <QClipboard>
#include <QDir>
#include <QGuiApplication>
#include <QListWidget>
#include <QPushButton>

#include "core/base/files.h"
#include "core/data/left_out.h"
#include "core/image/image_file.h"
#include "datasets_page.h"
#include "loopback.h"
#include "ui/widgets/gallery.h"
#include "ui/widgets/segments.h"
#include "ui/workspaces/get_page.h"
#include "ui/workspaces/loupe.h"
#include "ui/workspaces/network_panel.h"
#include "ui/workspaces/pair_view.h"
#include "ui/workspaces/train_setup.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// A person presses a button of a row of which one is down.
void choose(const DatasetsPage& studio, const char* row, int which) {
    studio.find<Segments>(row)->findChildren<QToolButton*>()[which]->click();
}

QString text(const DatasetsPage& studio, const char* label) {
    return studio.find<QLabel>(label)->text();
}

}  // namespace

class TestDatasetLooks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void the_loupe_shows_pixels_and_walks() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        QTest::mouseDClick(studio.grid()->viewport(), Qt::LeftButton, {},
                           studio.grid()->cell(2).center());
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        auto* loupe = studio.find<Loupe>("datasets.loupe");
        QVERIFY(loupe->isVisible());
        QVERIFY(text(studio, "datasets.loupe-words").contains(QLatin1String("cat2.png")));
        QVERIFY(text(studio, "datasets.loupe-words").contains(QStringLiteral("22 × 20")));
        LoupeView* view = loupe->view();
        QVERIFY(view->zoom() >= LoupeView::gridFrom);
        QCOMPARE(view->pixelAt(view->placeOf({0, 0})), QPoint(0, 0));
        QCOMPARE(view->valueAt({0, 0}), QStringLiteral("255, 70, 70"));
        QTest::keyClick(loupe, Qt::Key_Right);
        QTRY_VERIFY_WITH_TIMEOUT(
            text(studio, "datasets.loupe-words").contains(QLatin1String("cat3.png")), guard);
        const double fitted = view->zoom();
        QTest::keyClick(loupe, Qt::Key_Minus);
        QVERIFY(view->zoom() < fitted);
        QTest::keyClick(loupe, Qt::Key_Escape);
        QVERIFY(studio.grid()->isVisible() && studio.grid()->current() == 3);
        QTest::keyClick(studio.grid(), Qt::Key_Space);
        QVERIFY(loupe->isVisible());
    }

    void an_image_is_copied_and_opened_in_retouch() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        studio.grid()->setCurrent(1);
        studio.action("copy-image")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QCOMPARE(QGuiApplication::clipboard()->image().size(), QSize(21, 20));
        studio.action("open-image")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->workspace()->objectName(),
                                  QStringLiteral("retouch"), guard);
    }

    void numbers_are_counted_in_the_background() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        choose(studio, "datasets.pages", 1);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(text(studio, "datasets.numbers-line").contains(QLatin1String("all 7 images")));
        QVERIFY(text(studio, "datasets.values").contains(QLatin1String("red: mean ")));
        // The mean of all, of cat and of dog.
        QCOMPARE(studio.find<Gallery>("datasets.means")->thumbnails().size(), std::size_t(3));
        auto* order = studio.find<QComboBox>("datasets.order");
        order->setCurrentIndex(order->findData(QStringLiteral("size")));
        Q_EMIT order->activated(order->currentIndex());
        QTRY_COMPARE_WITH_TIMEOUT(studio.grid()->images().front(), 6u, guard);
    }

    void doubles_are_left_out_and_come_back() {
        DatasetsPage studio;
        const fs::path pets = studio.pets();
        fs::copy_file(pets / "cat" / "cat1.png", pets / "dog" / "same.png");
        write_quickly(pets / "dog" / "torn.png", "no image");
        openFolder(studio, pets);
        QCOMPARE(int(studio.grid()->images().size()), 9);
        studio.search()->setText(QStringLiteral("is:duplicate"));
        QTRY_COMPARE_WITH_TIMEOUT(studio.grid()->images(), (std::vector<std::uint32_t>{1, 7}),
                                  guard);
        choose(studio, "datasets.pages", 2);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(text(studio, "datasets.problem-two-classes").startsWith(QLatin1Char('1')));
        QVERIFY(text(studio, "datasets.reasons").contains(QLatin1String("torn.png")));
        studio.page()->exportProblemsTo(QString::fromStdString(studio.path("list.txt").string()));
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(read_file(studio.path("list.txt"), 1 << 20).find("same.png") != std::string::npos);
        studio.search()->clear();
        studio.find<QPushButton>("datasets.leave-doubles")->click();
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.grid()->images().size()), 7, guard);
        QCOMPARE(left_out(pets.string()),
                 (std::vector<std::string>{"dog/same.png", "dog/torn.png"}));
        QVERIFY(fs::exists(pets / "dog" / "torn.png"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        studio.find<QPushButton>("notice.button")->click();
        QTRY_COMPARE_WITH_TIMEOUT(int(studio.grid()->images().size()), 9, guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(left_out(pets.string()).empty());
        studio.action("select-all")->trigger();
        studio.action("leave-out")->trigger();
        QVERIFY(studio.notice().contains(QLatin1String("Leave one")));
    }

    void the_network_view_follows_its_settings() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        studio.grid()->setCurrent(2);
        choose(studio, "datasets.pages", 3);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(text(studio, "datasets.view-numbers").contains(QStringLiteral("64 × 64")));
        QCOMPARE(studio.find<Gallery>("datasets.draws")->thumbnails().size(), std::size_t(16));
        studio.page()->findChild<NetworkPanel*>()->setSettings({.size = 16, .channels = "1"});
        QTRY_VERIFY_WITH_TIMEOUT(
            text(studio, "datasets.view-numbers").contains(QStringLiteral("16 × 16")), guard);
        // Draws are mirrored half the time, each the same one every time.
        Image image = Image::blank(8, 8, 1);
        image.pixels[0] = std::byte(255);
        const NetworkViews one = networkViews(image, 3, {8, "1", true}, 64);
        int flipped = 0;
        for (const Image& draw : one.draws) flipped += draw.pixels[7] == std::byte(255);
        QVERIFY(flipped > 16 && flipped < 48);
        const NetworkViews two = networkViews(image, 3, {8, "1", true}, 64);
        for (std::size_t i = 0; i < 64; ++i) QCOMPARE(one.draws[i].pixels, two.draws[i].pixels);
        QCOMPARE(one.least, -1.);
        QCOMPARE(one.most, 1.);
    }

    void train_takes_what_was_changed_of_the_view() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        choose(studio, "datasets.pages", 3);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        studio.page()->findChild<NetworkPanel*>()->setSettings({32, "3", true});
        studio.action("train-on")->trigger();
        const auto* setup = studio.window->findChild<TrainSetup*>();
        QVERIFY(setup);
        const RunStart start = setup->start();
        QCOMPARE(QString::fromStdString(start.dataset).section(QLatin1Char('/'), -1),
                 QStringLiteral("pets"));
        for (const auto& setting : GivenSettings{{"size", "32"}, {"flips", "on"}})
            QVERIFY(std::ranges::find(start.settings, setting) != start.settings.end());
    }

    void what_is_seen_is_exported() {
        DatasetsPage studio;
        openFolder(studio, studio.pets());
        choose(studio, "datasets.pages", 3);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        studio.page()->findChild<NetworkPanel*>()->setSettings({8, "3", true});
        studio.page()->exportSeenTo(QString::fromStdString(studio.path("seen").string()));
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(studio.notice().contains(QLatin1String("14 images written")));
        openFolder(studio, studio.path("seen"));
        QCOMPARE(int(studio.grid()->images().size()), 14);
        QCOMPARE(peek(studio.path("seen") / "dog" / "00000005-mirrored.png").width, 8);
        // What is chosen alone, where some are.
        studio.grid()->setCurrent(0);
        studio.grid()->setCurrent(2, true);
        studio.page()->exportSeenTo(QString::fromStdString(studio.path("some.zip").string()));
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(studio.notice().contains(QLatin1String("3 images written")));
    }

    void pairs_stand_side_by_side_and_are_left_out_together() {
        DatasetsPage studio;
        const fs::path pets = studio.pets();
        fs::copy_file(pets / "cat" / "cat1.png", pets / "dog" / "same.png");
        fs::copy_file(pets / "cat" / "cat1.png", pets / "dog" / "too.png");
        openFolder(studio, pets);
        choose(studio, "datasets.pages", 2);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        auto* pairs = studio.find<PairView>("datasets.pairs");
        QVERIFY(!pairs->isVisible());
        studio.find<QPushButton>("datasets.show-duplicate")->click();
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(pairs->isVisible());
        QCOMPARE(pairs->pairs(), (std::vector<PairView::Pair>{{1, 7}, {1, 8}}));
        QCOMPARE(text(studio, "datasets.pair-place"), QStringLiteral("Pair 1 of 2"));
        QVERIFY(text(studio, "datasets.pair-words-0").contains(QLatin1String("cat1.png")));
        QVERIFY(text(studio, "datasets.pair-words-1").contains(QLatin1String("same.png")));
        auto* out = studio.find<QPushButton>("datasets.pair-out-1");
        out->click();
        QTest::keyClick(pairs, Qt::Key_Right);
        QTRY_VERIFY_WITH_TIMEOUT(
            text(studio, "datasets.pair-words-1").contains(QLatin1String("too.png")), guard);
        QVERIFY(!out->isChecked());
        out->click();
        QTest::keyClick(pairs, Qt::Key_Left);
        QVERIFY(out->isChecked());
        studio.find<QPushButton>("datasets.pair-apply")->click();
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QCOMPARE(left_out(pets.string()),
                 (std::vector<std::string>{"dog/same.png", "dog/too.png"}));
        QVERIFY(!pairs->isVisible());
    }

    void a_dropped_folder_is_offered_and_imported() {
        DatasetsPage studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        const fs::path pets = studio.pets("my pets");
        write_quickly(pets / "dog" / "torn.png", "no image");
        write_quickly(pets / "readme.txt", "words");
        studio.window->showWorkspace(QStringLiteral("home"));
        studio.session->openFile(pets);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->workspace()->objectName(),
                                  QStringLiteral("datasets"), guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        QVERIFY(text(studio, "datasets.get-title").contains(QLatin1String("my pets")));
        // What was shown before stands nowhere beside it.
        QCOMPARE(text(studio, "datasets.title"), QStringLiteral("my pets"));
        QVERIFY(!studio.list()->current());
        QCOMPARE(studio.find<QLineEdit>("datasets.get-name")->text(), QStringLiteral("my-pets"));
        studio.find<QPushButton>("datasets.get")->click();
        QTRY_VERIFY_WITH_TIMEOUT(
            text(studio, "datasets.get-progress").contains(QLatin1String("2 files were not")),
            guard);
        auto* missed = studio.find<QListWidget>("datasets.not-taken");
        QStringList lines;
        for (int i = 0; i < missed->count(); ++i) lines << missed->item(i)->text();
        QVERIFY(lines.join(QLatin1Char('\n')).contains(QLatin1String("readme.txt: not an image")));
        QTRY_VERIFY_WITH_TIMEOUT(studio.list()->entry("my-pets"), guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
    }

    void a_download_pauses_and_says_why_it_fails() {
        DatasetsPage studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        const Loopback server([](const std::string&) {
            return "HTTP/1.1 200 OK\r\nContent-Length: 18165135\r\n\r\n" +
                   std::string(50'000, 'x') + Loopback::hang;
        });
        qputenv("http_proxy", QByteArray::fromStdString(server.address("")));
        const auto& entries = studio.list()->entries();
        studio.list()->setCurrentRow(int(studio.list()->entry("kmnist") - entries.data()));
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QPushButton>("datasets.get")->isVisible(), guard);
        auto* get = studio.find<QPushButton>("datasets.get");
        QCOMPARE(get->text(), QStringLiteral("Get"));
        get->click();
        QTRY_VERIFY_WITH_TIMEOUT(
            text(studio, "datasets.get-progress").contains(QLatin1String(" of 21 MB")), guard);
        QCOMPARE(get->text(), QStringLiteral("Pause"));
        get->click();
        QTRY_COMPARE_WITH_TIMEOUT(get->text(), QStringLiteral("Resume"), guard);
        QVERIFY(text(studio, "datasets.get-progress").startsWith(QLatin1String("Paused")));
        QVERIFY(fs::exists(home_folder() / "datasets" / ".kmnist.part"));
        studio.find<GetPage>("datasets.get-page")
            ->importFrom(QString::fromStdString(studio.folder.path().toStdString()));
        QTRY_VERIFY_WITH_TIMEOUT(
            text(studio, "datasets.get-progress").contains(QLatin1String("images-idx3")), guard);
        qunsetenv("http_proxy");
    }

    void a_set_that_wants_an_account_shows_the_steps() {
        DatasetsPage studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
        studio.list()->setCurrentRow(
            int(studio.list()->entry("imagenet") - studio.list()->entries().data()));
        QVERIFY(text(studio, "datasets.get-steps").contains(QLatin1String("Make an account")));
        QVERIFY(!studio.find<QPushButton>("datasets.get")->isVisible());
        QVERIFY(studio.find<QPushButton>("datasets.from-file")->isVisible());
    }

private:
    English english_;
};

QTEST_MAIN(TestDatasetLooks)
#include "test_dataset_looks.moc"
