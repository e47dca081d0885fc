// Retouch in the whole window, and what a person does there.
#pragma once

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>

#include "studio.h"
#include "ui/canvas/canvas.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/engine_list.h"
#include "ui/workspaces/save_page.h"
#include "ui/workspaces/variants_strip.h"

namespace daguerre {

inline constexpr int width = 160, height = 120;

/// A smooth picture with a black square at (60, 40), 24 px wide.
inline Image picture(int channels = 3, int depth = 8) {
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

inline void open(Page& page, const std::filesystem::path& file) {
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    page.session->openFile(file);
    QTRY_VERIFY_WITH_TIMEOUT(page.ready(), guard);
    QTRY_COMPARE_WITH_TIMEOUT(page.window->workspace()->objectName(), QStringLiteral("retouch"),
                              guard);
}

inline void fillWith(Page& page, const char* engine) {
    page.engines()->setCurrent(engine);
    QCOMPARE(page.engines()->current(), std::string(engine));
    QTRY_VERIFY_WITH_TIMEOUT(page.fill()->isEnabled(), guard);
    page.fill()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
}

inline void saveAs(Page& page, const std::filesystem::path& file) {
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

}  // namespace daguerre
