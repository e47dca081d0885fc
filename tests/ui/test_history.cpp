#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <filesystem>

#include "core/base/files.h"
#include "core/image/image_file.h"
#include "fake_model.h"
#include "generate_page.h"
#include "ui/widgets/history_strip.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/theme.h"
#include "ui/work/pictures.h"
#include "ui/workspaces/restore.h"

using namespace daguerre;

class TestHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_DATA_HOME", trash_.path().toUtf8());
        applyLook(Look::Dark);
    }

    void a_picture_restores_its_settings_and_starts_nothing() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.set("class", std::string("three"));
        page.set("seed", std::int64_t(77));
        makeAll(page, 2, 9);
        const int calls = page.world->calls;
        page.set("class", std::string("one"));
        page.set("seed", std::int64_t(5));
        page.set("steps", std::int64_t(3));
        page.session->openFile(files().back());
        QTRY_COMPARE_WITH_TIMEOUT(std::get<std::int64_t>(page.get("seed")), std::int64_t(78),
                                  guard);
        QCOMPARE(std::get<std::string>(page.get("class")), std::string("three"));
        QCOMPARE(std::get<std::int64_t>(page.get("steps")), std::int64_t(9));
        QCOMPARE(std::get<std::int64_t>(page.get("count")), std::int64_t(2));
        QCOMPARE(int(page.world->calls), calls);
        QVERIFY(page.idle());
    }

    void restoring_says_what_it_cannot_use() {
        Fields fields = FakeModel("fake").generate_fields();
        for (const Field& field : fields_of<GenerateRequest>()) fields.push_back(field);
        Record record;
        record.parameters = {{"Steps", "12"},     {"Sampler", "heun"}, {"Schedule type", "Karras"},
                             {"CFG scale", "99"}, {"Clip skip", "2"},  {"Seed", "8"}};
        const QStringList unused = restoreFields(record, fields);
        QCOMPARE(unused.size(), 2);
        QVERIFY(unused.join(QLatin1Char(' ')).contains(QStringLiteral("Clip skip: 2")));
        QVERIFY(unused.join(QLatin1Char(' ')).contains(QStringLiteral("99")));
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "steps")->value), std::int64_t(12));
        QCOMPARE(std::get<std::string>(find_field(fields, "sampler")->value), std::string("heun"));
        QCOMPARE(std::get<std::string>(find_field(fields, "schedule")->value),
                 std::string("karras"));
        // Our own record wins; a broken one says nothing.
        record.daguerre = R"({"request":{"steps":30}})";
        restoreFields(record, fields);
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "steps")->value), std::int64_t(30));
        record.daguerre = "{broken";
        restoreFields(record, fields);
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "steps")->value), std::int64_t(12));
    }

    void what_another_model_made_is_restored_as_far_as_it_goes() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        Image image = Image::blank(8, 8, 1);
        add_record(image, {.title = "cat",
                           .parameters = {{"Steps", "11"},
                                          {"Seed", "9"},
                                          {"Model hash", "0123456789"},
                                          {"Model", "elsewhere"},
                                          {"Class", "cat"}},
                           .daguerre = {}});
        const auto file = std::filesystem::path(page.folder.path().toStdString()) / "cat.png";
        write_image(file, image);
        page.session->openFile(file);
        QTRY_VERIFY_WITH_TIMEOUT(!page.notice()->sentence().isEmpty(), guard);
        for (const char* part : {"“elsewhere” (0123456789), which isn't here", "no class “cat”"})
            QVERIFY2(page.notice()->sentence().contains(QString::fromUtf8(part)),
                     qPrintable(page.notice()->sentence()));
        QCOMPARE(std::get<std::int64_t>(page.get("steps")), std::int64_t(11));
        QCOMPARE(std::get<std::int64_t>(page.get("seed")), std::int64_t(9));
        QVERIFY(page.idle());
    }

    void history_opens_views_and_restores_forms() {
        Page page;
        makeAll(page, 2, 3);
        page.set("seed", std::int64_t(500));
        makeAll(page, 3, 6);
        HistoryStrip* strip = page.strip();
        QCOMPARE(strip->items().size(), std::size_t(5));
        const auto newest = page.view()->frames();
        HistoryCells* cells = strip->cells();
        QTest::mouseClick(cells->viewport(), Qt::LeftButton, {}, cells->cell(4).center());
        QVERIFY(page.view()->frames() != newest);
        QCOMPARE(page.view()->frames()->count(), 2);
        QCOMPARE(page.view()->frames()->kept().size(), std::size_t(4));  // still in memory
        QCOMPARE(page.view()->canvas()->chosen(), 1);
        QCOMPARE(std::get<std::int64_t>(page.get("steps")), std::int64_t(6));
        QTest::mouseDClick(cells->viewport(), Qt::LeftButton, {}, cells->cell(4).center());
        QTRY_COMPARE_WITH_TIMEOUT(std::get<std::int64_t>(page.get("steps")), std::int64_t(3),
                                  guard);
    }

    void history_is_read_when_the_program_starts() {
        QTemporaryDir home;
        {
            Page page(home.path());
            makeAll(page, 3, 5);
            page.view()->canvas()->choose(1);
            page.session->actions()["favourite"]->trigger();
            QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(picturesFolder() / "favourites.txt"),
                                     guard);
        }
        Page page(home.path());
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(std::get<std::int64_t>(page.get("count")), std::int64_t(3));
        QCOMPARE(std::get<std::int64_t>(page.get("steps")), std::int64_t(5));
        HistoryStrip* strip = page.strip();
        QTRY_COMPARE_WITH_TIMEOUT(strip->items().size(), std::size_t(3), guard);
        QVERIFY(!strip->items()[0].favourite);
        QVERIFY(strip->items()[1].favourite);
        QVERIFY(!strip->items()[1].thumbnail.isNull());
        strip->favouritesOnly()->click();
        QVERIFY(strip->cells()->cell(0).isEmpty());
        QVERIFY(!strip->cells()->cell(1).isEmpty());
        strip->favouritesOnly()->click();
        strip->search()->setText(strip->items()[2].title + QStringLiteral(" fake"));
        QVERIFY(strip->cells()->cell(0).isEmpty());
        QVERIFY(!strip->cells()->cell(2).isEmpty());
        strip->search()->clear();
        // The view comes back from disk, with its last step only.
        QTest::mouseClick(strip->cells()->viewport(), Qt::LeftButton, {},
                          strip->cells()->cell(2).center());
        QTRY_VERIFY_WITH_TIMEOUT(page.view()->frames() != nullptr, guard);
        QCOMPARE(page.view()->frames()->count(), 3);
        QCOMPARE(page.view()->frames()->kept(), std::vector<int>{5});
        QCOMPARE(page.view()->canvas()->chosen(), 2);
    }

    void trash_can_be_undone() {
        Page page;
        makeAll(page, 3, 2);
        const std::filesystem::path file = files()[1];
        const std::string before = read_file(file, 1 << 20);
        page.view()->canvas()->choose(1);
        page.session->actions()["delete"]->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(page.strip()->items().size(), std::size_t(2), guard);
        QVERIFY(!std::filesystem::exists(file));
        page.notice()->findChild<QPushButton*>(QStringLiteral("notice.button"))->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.strip()->items().size(), std::size_t(3), guard);
        QCOMPARE(read_file(file, 1 << 20), before);
        QCOMPARE(page.strip()->items()[1].file, QString::fromStdString(file.string()));
    }

private:
    QTemporaryDir trash_;
};

QTEST_MAIN(TestHistory)
#include "test_history.moc"
