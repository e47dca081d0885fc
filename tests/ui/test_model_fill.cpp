#include <QComboBox>
#include <QLabel>
#include <QSpinBox>

#include "core/inpaint/fill_files.h"
#include "core/inpaint/patch.h"
#include "studio.h"
#include "ui/canvas/canvas.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/frames.h"
#include "ui/workspaces/engine_list.h"
#include "ui/workspaces/open_photo.h"
#include "ui/workspaces/retouch_panel.h"
#include "ui/workspaces/variants_strip.h"

using namespace daguerre;

namespace {

constexpr int side = 56;

/// Speckled, so that no other part fits exactly.
Image speckled(int channels) {
    Image image = Image::blank(side, side, channels);
    std::uint32_t state = 1;
    for (std::byte& value : image.pixels) {
        state = state * 1664525 + 1013904223;
        value = std::byte(60 + (state >> 25));
    }
    return image;
}

Image square_mask() {
    Image mask = Image::blank(side, side, 1);
    for (int y = 20; y < 36; ++y)
        for (int x = 20; x < 36; ++x) mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
    return mask;
}

struct Page : Studio {
    explicit Page(StudioOptions options = {}) : Studio(with(options)) { window->resize(1440, 900); }
    static StudioOptions with(StudioOptions options) {
        options.workspace = QStringLiteral("retouch");
        return options;
    }
    Document* photo() const { return find<Canvas>("retouch.canvas")->document(); }
    RetouchPanel* panel() const { return window->findChild<RetouchPanel*>(); }
    EngineButton* row() const { return find<EngineButton>("retouch.engine.model"); }
    QPushButton* fill() const { return find<QPushButton>("retouch.fill"); }
    QString hint() const { return find<QLabel>("retouch.hint")->text(); }
    QString proof() const { return find<QLabel>("retouch.proof")->text(); }
    std::shared_ptr<Frames> frames() const { return find<DenoiseView>("retouch.steps")->frames(); }
    bool ready() const { return idle() && photo(); }
};

void open(Page& page, const Image& image, const char* name = "photo.png") {
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    write_image(page.path(name), image);
    page.session->openFile(page.path(name));
    QTRY_VERIFY_WITH_TIMEOUT(page.ready(), guard);
    page.photo()->apply(Layer::Mask, Tiles(square_mask()), QStringLiteral("Mask"));
}

/// The row is chosen and the model is there.
void choose(Page& page) {
    QTRY_VERIFY_WITH_TIMEOUT(page.row()->isEnabled(), guard);
    page.row()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page.panel()->why().isEmpty() && page.idle(), guard);
    QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
}

void set(Page& page, const char* key, const FieldValue& value) {
    page.find<FieldsForm>("retouch.model-form")->setValue(key, value);
}

}  // namespace

class TestModelFill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void a_model_fills_a_grey_photo_and_is_watched() {
        Page page;
        open(page, speckled(1));
        choose(page);
        page.find<QSpinBox>("retouch.count")->setValue(2);
        set(page, "class", std::string("three"));
        QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
        page.fill()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.fill()->isEnabled(), guard);
        QVERIFY(page.proof().startsWith(QLatin1String("Outside the mask: 0 of ")));
        QCOMPARE(changed_outside(Tiles(speckled(1)), page.photo()->photo(), Tiles(square_mask())),
                 std::int64_t(0));
        QVERIFY(page.photo()->photo().image().pixels != speckled(1).pixels);
        QTRY_VERIFY_WITH_TIMEOUT(page.frames() && page.frames()->steps() == 6, guard);
        // Frames come at most 30 times a second; the first is always there.
        QCOMPARE(page.frames()->kept().front(), 0);
        QVERIFY(page.frames()->noisy(0, 0));
        QVERIFY(page.notice().contains(QLatin1String("fake was trained on rings")));
        // Another seed, another fill.
        const Image first = page.photo()->photo().image();
        page.action("variant-next")->trigger();
        QVERIFY(page.photo()->photo().image().pixels != first.pixels);
    }

    void stop_leaves_the_photo_as_it_was() {
        Page page({.held = true});
        open(page, speckled(1));
        choose(page);
        page.fill()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.world->begun > 0, guard);
        page.fill()->click();
        page.gate.release(1);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.fill()->isEnabled(), guard);
        QVERIFY(page.world->begun <= 2);
        QVERIFY(page.photo()->photo().image().pixels == speckled(1).pixels);
        QVERIFY(page.notice().startsWith(QLatin1String("Stopped")));
    }

    void what_no_model_can_is_said_before() {
        Page page;
        open(page, speckled(3));
        QTRY_VERIFY_WITH_TIMEOUT(!page.row()->isEnabled(), guard);
        QVERIFY(page.row()->toolTip().contains(QLatin1String("can't fill a colour photo")));
        QVERIFY(page.find<QPushButton>("retouch.model-folder")->isVisible());
        open(page, speckled(1), "grey.png");
        QTRY_VERIFY_WITH_TIMEOUT(page.row()->isEnabled(), guard);
        Page none({.models = false});
        open(none, speckled(1));
        QTRY_VERIFY_WITH_TIMEOUT(
            none.row()->toolTip().startsWith(QLatin1String("No model was found")), guard);
    }

    void a_model_that_knows_colour_is_the_choice_for_colour() {
        Page page({.colour = true});
        open(page, speckled(3));
        choose(page);
        auto* models = page.find<QComboBox>("retouch.model");
        QCOMPARE(models->currentText(), QStringLiteral("colour"));
        QVERIFY(!(models->model()->flags(models->model()->index(0, 0)) & Qt::ItemIsEnabled));
        page.find<QSpinBox>("retouch.count")->setValue(1);
        page.fill()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle() && page.fill()->isEnabled(), guard);
        QVERIFY(page.photo()->photo().image().pixels != speckled(3).pixels);
        open(page, speckled(1), "grey.png");
        QVERIFY(page.row()->isEnabled());
    }

    void the_choice_is_remembered() {
        QTemporaryDir home;
        {
            Page page({.home = home.path()});
            open(page, speckled(1));
            choose(page);
            auto* models = page.find<QComboBox>("retouch.model");
            models->setCurrentIndex(models->findText(QStringLiteral("other")));
            Q_EMIT models->activated(models->currentIndex());
            QTRY_VERIFY_WITH_TIMEOUT(page.panel()->why().isEmpty() && page.idle(), guard);
            set(page, "method", std::string("repaint"));
            set(page, "class", std::string("two"));
        }
        Page page({.home = home.path()});
        open(page, speckled(1));
        QTRY_VERIFY_WITH_TIMEOUT(
            page.panel()->request().engine == "model" && page.panel()->why().isEmpty(), guard);
        const FillSettings settings = page.panel()->settings();
        QCOMPARE(settings.request.model, std::string("other"));
        QCOMPARE(find_field(settings.options, "method")->value, FieldValue(std::string("repaint")));
        QCOMPARE(find_field(settings.options, "class")->value, FieldValue(std::string("two")));
    }
};

QTEST_MAIN(TestModelFill)
#include "test_model_fill.moc"
