#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTreeWidget>
#include <fstream>

#include "core/base/json.h"
#include "core/inpaint/patch.h"
#include "studio.h"
#include "ui/workspaces/batch.h"

using namespace daguerre;

namespace fs = std::filesystem;

namespace {

Image grey(int level) {
    Image image = Image::blank(48, 40, 3);
    for (int y = 0; y < 40; ++y)
        for (int x = 0; x < 144; ++x)
            image.row<std::uint8_t>(y)[std::size_t(x)] = std::uint8_t(level + x / 3 + y);
    return image;
}

Image spot(int width, int height) {
    Image mask = Image::blank(width, height, 1);
    for (int y = 10; y < 20; ++y)
        for (int x = 10; x < 20; ++x) mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
    return mask;
}

/// Three photos with a mask each, one without, one whose mask has another size; and a mask without
/// a photo.
struct Folder : Studio {
    Folder() {
        for (const char* name : {"a.png", "b.png", "c.png", "nomask.png", "wrong.png"})
            write_image(path("photos") / name, grey(60));
        for (const char* name : {"a.png", "b.png", "c.png"})
            write_image(path("masks") / name, spot(48, 40));
        write_image(path("masks") / "wrong.png", spot(30, 30));
        write_image(path("masks") / "lone.png", spot(48, 40));
    }
    fs::path report() const { return path("out") / "daguerre-batch.json"; }
    Batch* batch() const { return find<Batch>("batch"); }
    QPushButton* button(const char* name) const { return find<QPushButton>(name); }
    QString summary() const { return find<QLabel>("batch.summary")->text(); }
    bool ended() const { return button("batch.start")->isEnabled() && idle(); }
    void show() {
        action("batch")->trigger();
        const auto set = [&](const char* name, const fs::path& value) {
            find<QLineEdit>(name)->setText(QString::fromStdString(value.string()));
        };
        set("batch.photos", path("photos"));
        set("batch.masks", path("masks"));
        set("batch.out", path("out"));
        find<QComboBox>("batch.engine")->setCurrentText(QStringLiteral("Telea"));
    }
};

}  // namespace

class TestBatch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void every_photo_is_done_or_says_why_not() {
        Folder folder;
        QTRY_VERIFY_WITH_TIMEOUT(folder.idle(), guard);
        folder.show();
        folder.button("batch.start")->click();
        QTRY_COMPARE_WITH_TIMEOUT(folder.summary(),
                                  QStringLiteral("3 done, 0 skipped, 1 failed, 2 left out"), guard);
        QTRY_VERIFY_WITH_TIMEOUT(folder.ended(), guard);
        const Tiles before(grey(60)), mask(spot(48, 40));
        for (const char* name : {"a.png", "b.png", "c.png"}) {
            const Tiles after(read_image(folder.path("out") / name));
            QCOMPARE(changed_outside(before, after, mask), std::int64_t(0));
        }
        QVERIFY(!fs::exists(folder.path("out") / "wrong.png"));
        // Rows: the photos by name, then what was left out.
        auto* table = folder.find<QTreeWidget>("batch.table");
        QVERIFY(table->topLevelItem(3)->text(3).contains(QLatin1String("30")));
        QVERIFY(table->topLevelItem(4)->text(3).contains(QLatin1String("nomask.png")));
        QVERIFY(table->topLevelItem(5)->text(3).contains(QLatin1String("lone.png")));
        QTRY_VERIFY_WITH_TIMEOUT(fs::exists(folder.report()), guard);
        const Json report = read_json(folder.report());
        QCOMPARE(report["done"].get<int>(), 3);
        QCOMPARE(report["failed"].get<int>(), 1);
        QCOMPARE(report["files"].size(), std::size_t(4));
        QCOMPARE(report["files"][0]["outside_changed"].get<int>(), 0);
        QCOMPARE(report["left_out"].size(), std::size_t(2));
        QCOMPARE(report["request"]["engine"].get<std::string>(), std::string("telea"));
        QVERIFY(folder.lives());
    }

    void what_is_done_is_skipped_and_what_failed_tried_again() {
        Folder folder;
        QTRY_VERIFY_WITH_TIMEOUT(folder.idle(), guard);
        folder.show();
        folder.button("batch.start")->click();
        QTRY_VERIFY_WITH_TIMEOUT(folder.summary().startsWith(QLatin1String("3 done, 0 skipped, 1")),
                                 guard);
        QTRY_VERIFY_WITH_TIMEOUT(folder.ended(), guard);
        write_image(folder.path("masks") / "nomask.png", spot(48, 40));
        write_image(folder.path("masks") / "wrong.png", spot(48, 40));
        folder.button("batch.retry")->click();
        // A mask that was missing is looked for by Start alone.
        QTRY_COMPARE_WITH_TIMEOUT(folder.summary(),
                                  QStringLiteral("4 done, 0 skipped, 0 failed, 2 left out"), guard);
        QTRY_VERIFY_WITH_TIMEOUT(folder.ended(), guard);
        folder.button("batch.start")->click();
        QTRY_COMPARE_WITH_TIMEOUT(folder.summary(),
                                  QStringLiteral("1 done, 4 skipped, 0 failed, 1 left out"), guard);
    }

    void a_model_fills_a_folder_or_says_why_not() {
        Folder folder;
        QTRY_VERIFY_WITH_TIMEOUT(folder.idle(), guard);
        write_image(folder.path("photos") / "b.png", to_channels(grey(60), 1));
        folder.show();
        folder.find<QComboBox>("batch.engine")->setCurrentText(QStringLiteral("A model"));
        QTRY_VERIFY_WITH_TIMEOUT(folder.button("batch.start")->isEnabled(), guard);
        folder.button("batch.start")->click();
        QTRY_COMPARE_WITH_TIMEOUT(folder.summary(),
                                  QStringLiteral("1 done, 0 skipped, 3 failed, 2 left out"), guard);
        auto* table = folder.find<QTreeWidget>("batch.table");
        QVERIFY(table->topLevelItem(0)->text(3).contains(QLatin1String("colour photo")));
        QTRY_VERIFY_WITH_TIMEOUT(fs::exists(folder.report()), guard);
        const Json report = read_json(folder.report());
        QCOMPARE(report["request"]["model"].get<std::string>(), std::string("fake"));
        QCOMPARE(report["request"]["method"].get<std::string>(), std::string("ddnm"));
    }

    void a_folder_that_is_wrong_is_a_sentence() {
        Folder folder;
        QTRY_VERIFY_WITH_TIMEOUT(folder.idle(), guard);
        folder.show();
        folder.find<QLineEdit>("batch.out")
            ->setText(folder.find<QLineEdit>("batch.photos")->text());
        folder.button("batch.start")->click();
        QTRY_VERIFY_WITH_TIMEOUT(folder.summary().contains(QLatin1String("leaves originals alone")),
                                 guard);
        folder.find<QLineEdit>("batch.photos")->setText(QStringLiteral("/not/there"));
        folder.button("batch.start")->click();
        QTRY_VERIFY_WITH_TIMEOUT(folder.summary().contains(QLatin1String("/not/there")), guard);
    }
};

QTEST_MAIN(TestBatch)
#include "test_batch.moc"
