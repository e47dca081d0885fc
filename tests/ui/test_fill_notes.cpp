// What a photo that was filled in the window says of itself, beside what the command line writes.
#include <QComboBox>
#include <QLineEdit>

#include "core/base/json.h"
#include "core/inpaint/fill_files.h"
#include "studio.h"
#include "ui/canvas/canvas.h"
#include "ui/workspaces/engine_list.h"
#include "ui/workspaces/open_photo.h"
#include "ui/workspaces/save_page.h"

using namespace daguerre;

namespace {

Image scene() {
    Image image = Image::blank(80, 60, 3);
    for (int y = 0; y < 60; ++y)
        for (int i = 0; i < 240; ++i)
            image.row<std::uint8_t>(y)[std::size_t(i)] = std::uint8_t(20 + i / 3 + 2 * y + i % 3);
    return image;
}

Image spot(int x0) {
    Image mask = Image::blank(80, 60, 1);
    for (int y = 20; y < 32; ++y)
        for (int x = x0; x < x0 + 12; ++x) mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
    return mask;
}

struct Page : Studio {
    Page() : Studio({.workspace = QStringLiteral("retouch")}) { window->resize(1440, 900); }
    Document* photo() const { return find<Canvas>("retouch.canvas")->document(); }
    QPushButton* fill() const { return find<QPushButton>("retouch.fill"); }
};

void open(Page& page) {
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    write_image(page.path("photo.png"), scene());
    page.session->openFile(page.path("photo.png"));
    QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.photo(), guard);
    page.find<EngineList>("retouch.engines")->setCurrent("telea");
}

void fill(Page& page, const Image& mask) {
    page.photo()->apply(Layer::Mask, Tiles(mask), QStringLiteral("Mask"));
    QTRY_VERIFY_WITH_TIMEOUT(
        page.fill()->isEnabled() && page.fill()->text() == QLatin1String("Fill"), guard);
    page.fill()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.fill()->text() == QLatin1String("Fill again"),
                             guard);
}

void save(Page& page, const char* name) {
    page.action("save-photo-as")->trigger();
    auto* dialog = page.find<SavePage>("retouch.save-page");
    dialog->findChild<QLineEdit*>(QStringLiteral("save.name"))->setText(QLatin1String(name));
    dialog->findChild<QLineEdit*>(QStringLiteral("save.folder"))
        ->setText(QString::fromStdString(page.path("").string()));
    dialog->findChild<QPushButton*>(QStringLiteral("save.write"))->click();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
}

}  // namespace

class TestFillNotes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void window_and_command_line_write_the_same_record() {
        Page page;
        open(page);
        fill(page, spot(20));
        save(page, "window.png");
        write_image(page.path("mask.png"), spot(20));
        FillFile file{page.path("photo.png"), page.path("mask.png"), page.path("line.png")};
        FillRequest request;
        request.engine = "telea";
        const FillSettings settings = engine_settings(request);
        fill_to(file.out, read_source(file), settings, [](const Progress&) { return true; });
        const Image window = read_image(page.path("window.png")), line = read_image(file.out);
        QVERIFY(window.pixels == line.pixels);
        QVERIFY(!line.metadata.text.empty());
        QVERIFY(window.metadata.text == line.metadata.text);
        file.out = page.path("window.png");
        QVERIFY(is_done(file, settings));
        request.seed = 2;
        QVERIFY(!is_done(file, engine_settings(request)));
    }

    void every_fill_that_is_in_the_photo_is_listed() {
        Page page;
        open(page);
        fill(page, spot(20));
        fill(page, spot(50));
        save(page, "two.png");
        const auto fills = [&](const char* name) {
            const auto record = record_of(read_image(page.path(name)).metadata);
            return Json::parse(record->daguerre)["fills"].size();
        };
        QCOMPARE(fills("two.png"), std::size_t(2));
        page.action("undo")->trigger();
        save(page, "one.png");
        QCOMPARE(fills("one.png"), std::size_t(1));
    }

    void notes_survive_a_crash() {
        FillNotes notes;
        FillNote note;
        note.request.engine = "model";
        note.request.model = "digits";
        note.request.seed = 9;
        note.options = {{.key = "steps", .value = std::int64_t(7)},
                        {.key = "share", .value = 0.5},
                        {.key = "on", .value = true},
                        {.key = "method", .value = std::string("repaint")}};
        note.photo_sha256 = std::string(64, 'a');
        note.mask_sha256 = std::string(64, 'b');
        note.mask_pixels = 44;
        note.margin = 64;
        notes.note(3, note);
        const FillNotes read = FillNotes::from(notes.text());
        QCOMPARE(read.notes.size(), std::size_t(1));
        QCOMPARE(read.notes[0].step, 3);
        QCOMPARE(read.text(), notes.text());
        Image one = scene(), other = scene();
        add_fill_record(one, note);
        add_fill_record(other, read.notes[0].fill);
        QVERIFY(one.metadata.text == other.metadata.text);
        for (const char* broken : {"", "{", "[]", R"({"fills":[{"step":1}]})"})
            QVERIFY(FillNotes::from(broken).notes.empty());
    }
};

QTEST_MAIN(TestFillNotes)
#include "test_fill_notes.moc"
