#include <QClipboard>
#include <QGuiApplication>
#include <QTabBar>
#include <fstream>

#include "core/base/files.h"
#include "core/inpaint/patch.h"
#include "retouch_page.h"
#include "ui/session/recent.h"

using namespace daguerre;

class TestPhotos : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void a_saved_photo_differs_in_the_mask_alone_and_the_original_stays() {
        Page page;
        const Image before = picture(4, 16);
        const auto file = page.write("photo.png", before);
        const std::string bytes = read_file(file, 1 << 24);
        open(page, file);
        page.brushSquare();
        fillWith(page, "telea");
        saveAs(page, page.path("out.png"));
        QVERIFY(page.notice().contains(QLatin1String("out.png")));
        QVERIFY(!page.photo()->modified());
        const Image saved = read_image(page.path("out.png"));
        QCOMPARE(saved.depth, 16);
        QCOMPARE(changed_outside(Tiles(before), Tiles(saved), page.photo()->mask()),
                 std::int64_t(0));
        const auto record = record_of(saved.metadata);
        QVERIFY(record && record->daguerre.find("\"telea\"") != std::string::npos);
        QCOMPARE(read_file(file, 1 << 24), bytes);
        // Once more: the same name, without asking.
        page.action("undo")->trigger();
        page.find<QAbstractButton>("retouch.save")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && !page.photo()->modified(), guard);
        QVERIFY(read_image(page.path("out.png")).pixels == before.pixels);
    }

    void the_original_is_never_a_name_to_save_to() {
        Page page;
        const auto file = page.write("photo.png", picture());
        open(page, file);
        page.action("save-photo")->trigger();
        auto* dialog = page.find<SavePage>("retouch.save-page");
        auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("save.name"));
        auto* sentence = dialog->findChild<QLabel*>(QStringLiteral("save.sentence"));
        auto* write = dialog->findChild<QPushButton*>(QStringLiteral("save.write"));
        QCOMPARE(name->text(), QStringLiteral("photo-retouched.png"));
        QVERIFY(write->isEnabled());
        name->setText(QStringLiteral("photo.png"));
        QVERIFY(!write->isEnabled());
        QVERIFY(sentence->text().contains(QLatin1String("leaves originals alone")));
        name->setText(QStringLiteral("photo.xyz"));
        QVERIFY(!write->isEnabled());
        name->setText(QStringLiteral("photo.jpg"));
        QVERIFY(write->isEnabled());
        QVERIFY(sentence->text().startsWith(QLatin1String("JPEG encodes every pixel anew")));
        page.action("save-photo")->trigger();  // a new page takes its place
        QTRY_COMPARE_WITH_TIMEOUT(page.window->findChildren<SavePage*>().size(), 1, guard);
        QCOMPARE(page.find<QLineEdit>("save.name")->text(), QStringLiteral("photo-retouched.png"));
    }

    void broken_photos_are_a_sentence_and_the_window_lives_on() {
        Page page;
        const auto whole = page.write("whole.png", picture());
        const std::string bytes = read_file(whole, 1 << 24);
        std::ofstream(page.path("cut.png")) << bytes.substr(0, bytes.size() / 2);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.session->openFile(page.path("cut.png"));
        QTRY_VERIFY_WITH_TIMEOUT(page.notice().contains(QLatin1String("cut.png")), guard);
        open(page, whole);
        page.brushSquare();
        fillWith(page, "telea");
        QVERIFY(page.lives());
    }

    void a_disk_that_is_full_costs_nothing() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        fillWith(page, "telea");
        saveAs(page, "/dev/full/out.png");
        QTRY_VERIFY_WITH_TIMEOUT(!page.notice().isEmpty(), guard);
        QVERIFY(page.photo()->modified());
        saveAs(page, page.path("out.png"));
        QVERIFY(!page.photo()->modified());
    }

    void a_black_and_white_image_of_the_size_can_be_a_mask() {
        Page page;
        open(page, page.write("photo.png", picture()));
        Image mask = Image::blank(width, height, 1);
        for (int y = 20; y < 30; ++y)
            for (int x = 20; x < 50; ++x) mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
        page.session->openFile(page.write("mask.png", mask));
        QTRY_VERIFY_WITH_TIMEOUT(page.notice().contains(QLatin1String("mask.png")), guard);
        const auto buttons =
            page.window->findChildren<QPushButton*>(QStringLiteral("notice.button"));
        QCOMPARE(buttons.size(), 2);
        buttons.first()->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.photo()->holePixels(), std::int64_t(300), guard);
        // One of another size is a photo.
        page.session->openFile(page.write("small.png", Image::blank(20, 20, 1)));
        auto* tabs = page.find<QTabBar>("retouch.tabs");
        QTRY_COMPARE_WITH_TIMEOUT(tabs->count(), 2, guard);
        QCOMPARE(page.photo()->size(), (Size{20, 20}));
        QVERIFY(page.window->windowTitle().startsWith(QLatin1String("small.png")));
        QCOMPARE(recentPhotos().size(), 2);
        page.action("close-photo")->trigger();
        QCOMPARE(tabs->count(), 1);
        QCOMPARE(page.photo()->holePixels(), std::int64_t(300));
    }

    void each_photo_keeps_its_own_steps() {
        Page page;
        open(page, page.write("a.png", picture()));
        page.brushSquare();
        fillWith(page, "telea");
        Document* first = page.photo();
        page.session->openFile(page.write("b.png", picture(1)));
        QTRY_VERIFY_WITH_TIMEOUT(page.photo() != first, guard);
        QVERIFY(page.proof().isEmpty());
        QCOMPARE(page.variants()->count(), 0);
        QVERIFY(!page.action("undo")->isEnabled());
        page.find<QTabBar>("retouch.tabs")->setCurrentIndex(0);
        QCOMPARE(page.photo(), first);
        QVERIFY(page.proof().startsWith(QLatin1String("Outside the mask: 0 of ")));
        QCOMPARE(page.variants()->count(), 1);
        QVERIFY(page.action("undo")->isEnabled());
    }

    void what_a_program_left_is_offered_and_comes_back() {
        QTemporaryDir home, files;
        const auto file = std::filesystem::path(files.path().toStdString()) / "photo.png";
        write_image(file, picture());
        std::int64_t hole = 0;
        std::vector<std::byte> filled;
        {
            Page page(home.path());
            open(page, file);
            page.brushSquare();
            fillWith(page, "telea");
            hole = page.photo()->holePixels();
            filled = page.photo()->photo().image().pixels;
            QTRY_VERIFY_WITH_TIMEOUT(page.session->recovery()->settled(), guard);
        }
        Page page(home.path());
        const auto offered = [&] {
            const auto* card =
                page.window->workspace()->findChild<QWidget*>(QStringLiteral("recovery"));
            return card && card->isVisible();
        };
        QTRY_VERIFY_WITH_TIMEOUT(offered(), guard);
        page.window->showWorkspace(QStringLiteral("home"));
        QTRY_VERIFY_WITH_TIMEOUT(offered(), guard);
        page.window->workspace()->findChild<QPushButton*>(QStringLiteral("recovery.open"))->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo(), guard);
        QCOMPARE(page.photo()->holePixels(), hole);
        QVERIFY(page.photo()->photo().image().pixels == filled);
        while (page.action("undo")->isEnabled()) page.action("undo")->trigger();
        QVERIFY(page.photo()->photo().image().pixels == picture().pixels);
    }

    void a_closed_photo_can_be_had_back() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        fillWith(page, "telea");
        page.action("close-photo")->trigger();
        QVERIFY(!page.photo());
        QVERIFY(page.notice().contains(QLatin1String("was closed")));
        page.window->findChild<QPushButton*>(QStringLiteral("notice.button"))->click();
        QVERIFY(page.photo() && page.photo()->modified());
    }

    void the_command_says_what_the_form_says() {
        Page page;
        open(page, page.write("my photo.png", picture()));
        page.engines()->setCurrent("ns");
        page.action("copy-fill")->trigger();
        const QString command = QGuiApplication::clipboard()->text();
        QVERIFY(command.startsWith(QLatin1String("daguerre inpaint --image '")));
        QVERIFY(command.contains(QLatin1String("--engine ns")));
        QVERIFY(command.contains(QLatin1String("my photo-mask.png'")));
    }

private:
    English english_;
};

QTEST_MAIN(TestPhotos)
#include "test_photos.moc"
