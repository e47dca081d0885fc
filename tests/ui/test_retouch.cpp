#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QTabBar>
#include <fstream>

#include "core/base/files.h"
#include "core/inpaint/mask.h"
#include "core/inpaint/patch.h"
#include "studio.h"
#include "ui/canvas/canvas.h"
#include "ui/session/recent.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/engine_list.h"
#include "ui/workspaces/save_page.h"
#include "ui/workspaces/variants_strip.h"

using namespace daguerre;

namespace {

constexpr int width = 160, height = 120;

/// A smooth picture with a black square at (60, 40), 24 px wide.
Image picture(int channels = 3, int depth = 8) {
    Image image = Image::blank(width, height, channels, depth);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const bool square = x >= 60 && x < 84 && y >= 40 && y < 64 && c < 3;
                const int value = square ? 0 : 60 + x / 2 + y / 3 + 10 * c;
                const auto at = std::size_t(x * channels + c);
                if (depth == 8)
                    image.row<std::uint8_t>(y)[at] = std::uint8_t(value);
                else
                    image.row<std::uint16_t>(y)[at] = std::uint16_t(value * 257 + 3);
            }
    return image;
}

struct Page : Studio {
    explicit Page(const QString& home = {})
        : Studio({.home = home, .workspace = QStringLiteral("retouch")}) {
        window->resize(1440, 900);
        find<QCheckBox>("retouch.preview")->setChecked(false);
    }

    Canvas* canvas() const { return find<Canvas>("retouch.canvas"); }
    Document* photo() const { return canvas()->document(); }
    QPushButton* fill() const { return find<QPushButton>("retouch.fill"); }
    EngineList* engines() const { return find<EngineList>("retouch.engines"); }
    QString proof() const { return find<QLabel>("retouch.proof")->text(); }
    QString hint() const { return find<QLabel>("retouch.hint")->text(); }
    VariantCells* variants() const { return find<VariantCells>("retouch.variants"); }

    std::filesystem::path write(const char* name, const Image& image) {
        write_image(path(name), image);
        return path(name);
    }
    bool ready() const { return idle() && photo(); }

    /// A person drags over this box of photo pixels.
    void brush(QRect box) {
        const auto at = [&](QPoint where) {
            return canvas()->viewMap().toWidget(QPointF(where)).toPoint();
        };
        QTest::mousePress(canvas(), Qt::LeftButton, {}, at(box.topLeft()));
        for (int y = box.top(); y <= box.bottom(); y += 4) {
            QTest::mouseMove(canvas(), at({box.left(), y}));
            QTest::mouseMove(canvas(), at({box.right(), y}));
        }
        QTest::mouseRelease(canvas(), Qt::LeftButton, {}, at(box.bottomRight()));
    }
    void brushSquare() { brush({56, 36, 32, 32}); }
};

void open(Page& page, const std::filesystem::path& file) {
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    page.session->openFile(file);
    QTRY_VERIFY_WITH_TIMEOUT(page.ready(), guard);
    QTRY_COMPARE_WITH_TIMEOUT(page.window->workspace()->objectName(), QStringLiteral("retouch"),
                              guard);
}

void fillWith(Page& page, const char* engine) {
    page.engines()->setCurrent(engine);
    QCOMPARE(page.engines()->current(), std::string(engine));
    QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
    page.fill()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
}

void saveAs(Page& page, const std::filesystem::path& file) {
    page.action("save-photo-as")->trigger();
    auto* dialog = page.find<SavePage>("retouch.save-page");
    dialog->findChild<QLineEdit*>(QStringLiteral("save.name"))
        ->setText(QString::fromStdString(file.filename().string()));
    dialog->findChild<QLineEdit*>(QStringLiteral("save.folder"))
        ->setText(QString::fromStdString(file.parent_path().string()));
    auto* write = dialog->findChild<QPushButton*>(QStringLiteral("save.write"));
    QVERIFY(write->isEnabled());
    write->click();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
}

}  // namespace

class TestRetouch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void brush_fill_and_undo_all_gives_the_opened_bytes() {
        for (const int channels : {1, 3, 4})
            for (const int depth : {8, 16}) {
                Page page;
                const Image before = picture(channels, depth);
                open(page, page.write("photo.png", before));
                page.brushSquare();
                QVERIFY(page.photo()->holePixels() > 24 * 24);
                fillWith(page, "telea");
                const Image after = page.photo()->photo().image();
                QVERIFY(after.pixels != before.pixels);
                QVERIFY(page.photo()->modified());
                QCOMPARE(changed_outside(page.photo()->opened(), page.photo()->photo(),
                                         page.photo()->mask()),
                         std::int64_t(0));
                QVERIFY(page.proof().startsWith(QLatin1String("Outside the mask: 0 of ")));
                while (page.action("undo")->isEnabled()) page.action("undo")->trigger();
                QVERIFY(page.photo()->photo().image().pixels == before.pixels);
                QCOMPARE(page.photo()->holePixels(), std::int64_t(0));
                while (page.action("redo")->isEnabled()) page.action("redo")->trigger();
                QVERIFY(page.photo()->photo().image().pixels == after.pixels);
            }
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
    }

    void a_fill_again_uses_the_last_mask_and_a_stroke_begins_a_new_one() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        fillWith(page, "telea");
        QVERIFY(!page.canvas()->maskShown());
        QCOMPARE(page.fill()->text(), QStringLiteral("Fill again"));
        const Image first = page.photo()->photo().image();
        fillWith(page, "preview");
        QVERIFY(page.photo()->photo().image().pixels != first.pixels);
        page.brush({120, 90, 12, 12});
        QVERIFY(page.canvas()->maskShown());
        QTRY_VERIFY_WITH_TIMEOUT(!page.canvas()->busy(), guard);
        const Rect box = mask_box(page.photo()->mask());
        QVERIFY(box.x > 84);  // the old mask is gone
        page.action("last-mask")->trigger();
        QVERIFY(mask_box(page.photo()->mask()).x < 60);
    }

    void refine_takes_the_fill_back_and_keeps_its_mask() {
        Page page;
        const Image before = picture();
        open(page, page.write("photo.png", before));
        page.brushSquare();
        const std::int64_t hole = page.photo()->holePixels();
        QVERIFY(!page.action("refine")->isEnabled());
        fillWith(page, "telea");
        page.action("refine")->trigger();
        QVERIFY(page.photo()->photo().image().pixels == before.pixels);
        QCOMPARE(page.photo()->holePixels(), hole);
        QVERIFY(page.canvas()->maskShown());
        page.brush({120, 90, 12, 12});
        QVERIFY(page.photo()->holePixels() > hole);  // added to it
    }

    void masks_are_changed_by_the_panel() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.brushSquare();
        const std::int64_t hole = page.photo()->holePixels();
        page.find<QSpinBox>("retouch.grow")->setValue(5);
        page.find<QAbstractButton>("retouch.grow.apply")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo()->holePixels() > hole, guard);
        const std::int64_t more = page.photo()->holePixels();
        page.action("shrink-mask")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo()->holePixels() < more, guard);
        const std::int64_t less = page.photo()->holePixels();
        page.find<QAbstractButton>("retouch.invert")->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.photo()->holePixels(), width * height - less, guard);
        page.find<QAbstractButton>("retouch.clear")->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.photo()->holePixels(), std::int64_t(0), guard);
        QTRY_VERIFY_WITH_TIMEOUT(!page.fill()->isEnabled(), guard);
        while (page.action("undo")->isEnabled()) page.action("undo")->trigger();
        QCOMPARE(page.photo()->holePixels(), std::int64_t(0));
    }

    void what_cannot_be_filled_is_said_before() {
        Page page;
        QVERIFY(!page.fill()->isEnabled());
        open(page, page.write("photo.png", picture()));
        QTRY_COMPARE_WITH_TIMEOUT(
            page.hint(), QStringLiteral("The mask is empty. Brush over what should go."), guard);
        QVERIFY(!page.fill()->isEnabled());
        page.action("mask-all")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(
            page.hint().startsWith(QLatin1String("The mask covers the whole photo.")), guard);
        QVERIFY(!page.fill()->isEnabled());
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

    void stopping_leaves_the_photo_as_it_was() {
        Page page;
        const Image before = picture();
        open(page, page.write("photo.png", before));
        page.brushSquare();
        QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
        page.fill()->click();
        QCOMPARE(page.fill()->text(), QStringLiteral("Stop"));
        page.action("stop")->trigger();  // before it came to its turn, or in the middle of it
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        if (!page.photo()->modified())
            QVERIFY(page.photo()->photo().image().pixels == before.pixels);
        fillWith(page, "telea");
        QVERIFY(page.photo()->modified());
    }

    void fill_on_release_fills() {
        Page page;
        open(page, page.write("photo.png", picture()));
        page.engines()->setCurrent("telea");
        QTest::keyClick(page.canvas(), Qt::Key_A);
        QVERIFY(page.find<QCheckBox>("retouch.release")->isChecked());
        page.brushSquare();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.photo()->modified(), guard);
        page.find<QCheckBox>("retouch.release")->setChecked(false);
    }

    void the_hikers_go_at_one_press() {
        Page page;
        page.window->showWorkspace(QStringLiteral("home"));
        auto* remove = page.find<QPushButton>("home.remove");
        QTRY_VERIFY_WITH_TIMEOUT(remove->isEnabled(), guard);
        remove->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo() && page.photo()->modified(), guard);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(page.canvas()->compare(), Compare::Split);
        QVERIFY(page.proof().startsWith(QLatin1String("Outside the mask: 0 of ")));
        QVERIFY(page.photo()->holePixels() > 5000);
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
        page.window->showWorkspace(QStringLiteral("home"));
        QTRY_VERIFY_WITH_TIMEOUT(page.find("home.recovery")->isVisible(), guard);
        page.find<QPushButton>("recovery.open")->click();
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

QTEST_MAIN(TestRetouch)
#include "test_retouch.moc"
