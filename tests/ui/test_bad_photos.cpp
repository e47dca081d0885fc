// What a person may hand to Retouch: each a sentence, nothing lost, and the window goes on.
#include <tiffio.h>
#include <zlib.h>

#include <QFileDialog>
#include <QLabel>
#include <QRegularExpression>
#include <fstream>

#include "core/base/files.h"
#include "core/inpaint/patch.h"
#include "studio.h"
#include "ui/canvas/canvas.h"
#include "ui/workspaces/engine_list.h"

using namespace daguerre;

namespace {

Image scene() {
    Image image = Image::blank(60, 40, 3);
    for (int y = 0; y < 40; ++y)
        for (int i = 0; i < 180; ++i)
            image.row<std::uint8_t>(y)[std::size_t(i)] = std::uint8_t(i + 2 * y);
    return image;
}

/// Grey, 8 x 8, of so many pages; depth 32 means floats.
void write_tiff(const std::filesystem::path& file, int depth, int pages) {
    TIFF* tiff = TIFFOpen(file.c_str(), "w");
    std::vector<float> row(8, 0.5f);
    for (int page = 0; page < pages; ++page) {
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 8);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 8);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, depth);
        TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
                     depth == 32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 8);
        for (std::uint32_t y = 0; y < 8; ++y) TIFFWriteScanline(tiff, row.data(), y, 0);
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
}

/// The first bytes of a PNG of this size.
std::string png_of(std::uint32_t side) {
    std::string head = "IHDR";
    for (int part = 0; part < 2; ++part)
        for (int shift = 24; shift >= 0; shift -= 8) head += char(side >> shift & 255);
    head += std::string("\x08\x02\0\0\0", 5);
    const auto check = std::uint32_t(
        crc32(0, reinterpret_cast<const unsigned char*>(head.data()), uInt(head.size())));
    std::string bytes = std::string("\x89PNG\r\n\x1a\n\0\0\0\x0d", 12) + head;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(check >> shift & 255);
    return bytes + std::string("\0\0\0\0IDAT\x35\xaf\x06\x1e", 12);
}

struct Page : Studio {
    Page() : Studio({.workspace = QStringLiteral("retouch")}) { window->resize(1440, 900); }
    Document* photo() const { return find<Canvas>("retouch.canvas")->document(); }
    QPushButton* fill() const { return find<QPushButton>("retouch.fill"); }
    QString hint() const { return find<QLabel>("retouch.hint")->text(); }
};

void open(Page& page) {
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    write_image(page.path("photo.png"), scene());
    page.session->openFile(page.path("photo.png"));
    QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.photo(), guard);
}

void set_mask(Page& page, Rect hole) {
    Image mask = Image::blank(60, 40, 1);
    for (int y = hole.y; y < hole.y + hole.height; ++y)
        for (int x = hole.x; x < hole.x + hole.width; ++x)
            mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
    page.photo()->apply(Layer::Mask, Tiles(mask), QStringLiteral("Mask"));
}

void load_mask(Page& page, const std::filesystem::path& file) {
    page.action("load-mask")->trigger();
    auto* dialog = page.window->findChild<QFileDialog*>();
    Q_EMIT dialog->fileSelected(QString::fromStdString(file.string()));
    dialog->close();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

}  // namespace

class TestBadPhotos : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void a_file_that_cannot_be_opened_is_a_sentence() {
        Page page;
        open(page);
        const std::string whole = read_file(page.path("photo.png"), 1 << 20);
        std::ofstream(page.path("cut.png")) << whole.substr(0, whole.size() / 2);
        std::ofstream(page.path("bomb.png")) << png_of(60'000);
        std::ofstream(page.path("words.png")) << "not a picture";
        write_tiff(page.path("float.tif"), 32, 1);
        const std::pair<const char*, const char*> files[]{{"cut.png", "cut.png"},
                                                          {"bomb.png", "60000"},
                                                          {"words.png", "isn.t an image"},
                                                          {"float.tif", "float.tif"}};
        for (const auto& [name, said] : files) {
            page.session->openFile(page.path(name));
            QTRY_VERIFY2_WITH_TIMEOUT(
                page.idle() && page.notice().contains(QRegularExpression(QLatin1String(said))),
                name, guard);
            QCOMPARE(page.photo()->size(), (Size{60, 40}));
        }
        QVERIFY(page.lives());
    }

    void of_several_pages_the_first_is_shown_and_that_is_said() {
        Page page;
        open(page);
        write_tiff(page.path("pages.tif"), 8, 3);
        page.session->openFile(page.path("pages.tif"));
        QTRY_VERIFY_WITH_TIMEOUT(page.notice().contains(QLatin1String("3 frames")), guard);
        QCOMPARE(page.photo()->size(), (Size{8, 8}));
    }

    void a_mask_of_another_size_names_both_and_changes_nothing() {
        Page page;
        open(page);
        set_mask(page, {10, 10, 5, 5});
        write_image(page.path("small.png"), Image::blank(30, 20, 1));
        load_mask(page, page.path("small.png"));
        QTRY_VERIFY_WITH_TIMEOUT(page.notice().contains(QLatin1String("30 x 20")), guard);
        QVERIFY(page.notice().contains(QLatin1String("60 x 40")));
        QCOMPARE(page.photo()->holePixels(), std::int64_t(25));
    }

    void an_empty_mask_and_a_whole_one_are_said_before() {
        Page page;
        open(page);
        write_image(page.path("empty.png"), Image::blank(60, 40, 1));
        set_mask(page, {10, 10, 5, 5});
        QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
        load_mask(page, page.path("empty.png"));
        QTRY_VERIFY_WITH_TIMEOUT(page.hint().startsWith(QLatin1String("The mask is empty.")),
                                 guard);
        QVERIFY(!page.fill()->isEnabled());
        set_mask(page, {0, 0, 60, 40});
        QTRY_VERIFY_WITH_TIMEOUT(page.hint().startsWith(QLatin1String("The mask covers the whole")),
                                 guard);
        QVERIFY(!page.fill()->isEnabled());
    }

    void a_hole_larger_than_the_rest_is_warned_of_and_filled() {
        for (const char* engine : {"telea", "heal", "dream"}) {
            Page page;
            open(page);
            page.find<EngineList>("retouch.engines")->setCurrent(engine);
            set_mask(page, {0, 0, 60, 35});
            QTRY_VERIFY_WITH_TIMEOUT(page.hint().startsWith(QLatin1String("This mask covers 88 %")),
                                     guard);
            QCOMPARE(page.hint().contains(QLatin1String("guesses poorly")),
                     std::string_view(engine) != "dream");
            QVERIFY(page.fill()->isEnabled());
            page.fill()->click();
            QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.fill()->isEnabled(), guard);
            QCOMPARE(changed_outside(page.photo()->opened(), page.photo()->photo(),
                                     page.photo()->mask()),
                     std::int64_t(0));
            QVERIFY(page.photo()->modified());
        }
    }

    void a_mask_that_cuts_closely_can_be_grown_at_a_press() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        Image photo = Image::blank(60, 40, 3);
        for (std::byte& value : photo.pixels) value = std::byte(200);
        for (int y = 15; y < 25; ++y)
            for (int i = 3 * 25; i < 3 * 35; ++i) photo.row<std::uint8_t>(y)[std::size_t(i)] = 20;
        write_image(page.path("thing.png"), photo);
        page.session->openFile(page.path("thing.png"));
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.photo(), guard);
        set_mask(page, {26, 16, 8, 8});
        QTRY_VERIFY_WITH_TIMEOUT(page.hint().startsWith(QLatin1String("The mask cuts closely")),
                                 guard);
        page.find<QPushButton>("retouch.grow-rim")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.photo()->holePixels() > 200, guard);
        QTRY_VERIFY_WITH_TIMEOUT(page.hint().startsWith(QLatin1String("Only the masked part")),
                                 guard);
        QVERIFY(!page.find<QPushButton>("retouch.grow-rim")->isVisible());
    }
};

QTEST_MAIN(TestBadPhotos)
#include "test_bad_photos.moc"
