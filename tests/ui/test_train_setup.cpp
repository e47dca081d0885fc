#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <fstream>

#include "core/models/families.h"
#include "core/training/given_settings.h"
#include "core/training/log_line.h"
#include "train_page.h"
#include "ui/widgets/sentence.h"

using namespace daguerre;

namespace {

/// A run whose last steps were skipped, so that a lower learning rate is proposed.
void write_skipping_run(const std::filesystem::path& folder, const std::string& dataset) {
    Fields settings = train_fields("diffusion");
    set_field(settings, "learning_rate", 0.001);
    set_field(settings, "batch", std::int64_t(8));
    write_run(folder,
              {dataset, "diffusion", "", {{"learning_rate", "0.001"}, {"batch", "8"}}, settings});
    std::string log;
    for (int i = 1; i <= 20; ++i) {
        LogLine line;
        line.images = i * 80;
        line.steps = 10;
        line.curves = {{"loss", {0.5, 0.4, 0.6}}};
        line.skipped = i;
        log += text_of(line) + "\n";
    }
    write_whole(folder / "log.jsonl", log);
}

using Settings = std::vector<std::pair<std::string, std::string>>;

}  // namespace

class TestTrainSetup : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        QCoreApplication::installTranslator(&english_);
    }

    void changes_are_taken_back_and_done_again() {
        Training studio;
        studio.setup->begin(studio.data().string());
        const auto undo = [&] { studio.action("undo-setting")->trigger(); };
        const auto redo = [&] { studio.action("redo-setting")->trigger(); };
        studio.set("batch", std::int64_t(17));
        studio.set("seed", std::int64_t(5));
        studio.set("batch", std::int64_t(18));
        QCOMPARE(studio.setup->start().settings.size(), std::size_t(2));
        undo();
        QVERIFY(studio.given("batch", "17"));
        undo();
        QCOMPARE(studio.setup->start().settings, (Settings{{"batch", "17"}}));
        undo();
        QVERIFY(studio.setup->start().settings.empty());
        QVERIFY(studio.action("redo-setting")->isEnabled());
        for (int i = 0; i < 3; ++i) redo();
        QVERIFY(studio.given("batch", "18") && studio.given("seed", "5"));
        QVERIFY(!studio.action("redo-setting")->isEnabled());
        // A family is one change too.
        undo();
        studio.set("family", std::string("diffusion"));
        QVERIFY(!studio.action("redo-setting")->isEnabled());
    }

    void each_family_goes_by_its_title_and_starts_by_its_id() {
        Training studio;
        studio.setup->begin(studio.data().string());
        for (const Family& family : families()) {
            studio.set("family", family.id);
            QTRY_COMPARE_WITH_TIMEOUT(studio.setup->start().family, family.id, guard);
            QTRY_COMPARE_WITH_TIMEOUT(studio.find<QComboBox>("train.family")->currentText(),
                                      QString::fromStdString(family.title), guard);
        }
    }

    void a_hundred_changes_are_kept() {
        Training studio;
        studio.setup->begin(studio.data().string());
        for (int i = 0; i < 120; ++i) studio.set(i % 2 ? "batch" : "seed", std::int64_t(1000 + i));
        int steps = 0;
        for (; studio.action("undo-setting")->isEnabled(); ++steps)
            studio.action("undo-setting")->trigger();
        QCOMPARE(steps, 100);
        QVERIFY(studio.given("seed", "1018") && studio.given("batch", "1019"));
    }

    void a_number_that_was_taken_leaves_undo_to_the_page() {
        Training studio;
        studio.setup->begin(studio.data().string());
        studio.find<QLineEdit>("train.search")->setText(QStringLiteral("batch"));
        QDoubleSpinBox* batch = studio.number("train.batch");
        const double before = batch->value();
        batch->setFocus();
        batch->selectAll();
        QTest::keyClicks(batch, QStringLiteral("23"));
        QTest::keyClick(batch, Qt::Key_Return);
        QVERIFY(studio.given("batch", "23"));
        QTest::keyClick(batch, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(studio.number("train.batch")->value(), before);
        QVERIFY(studio.setup->start().settings.empty());
    }

    void a_form_is_as_it_was_left_after_a_run_was_shown() {
        Training studio;
        studio.setup->begin(studio.data().string());
        studio.set("batch", std::int64_t(17));
        const auto folder = home_folder() / "runs" / "left";
        write_skipping_run(folder, "mnist");
        studio.page->showRun(folder);
        auto* start = studio.find<QPushButton>("train.start");
        QTRY_COMPARE_WITH_TIMEOUT(start->text(), TrainSetup::tr("New run from this"), guard);
        QVERIFY(!studio.action("undo-setting")->isEnabled());
        studio.page->showRun({});
        QCOMPARE(studio.setup->start().dataset, studio.data().string());
        QCOMPARE(studio.setup->start().settings, (Settings{{"batch", "17"}}));
        studio.action("undo-setting")->trigger();
        QVERIFY(studio.setup->start().settings.empty());
    }

    void a_run_shows_all_its_settings() {
        Training studio;
        const auto folder = home_folder() / "runs" / "told";
        write_skipping_run(folder, studio.data().string());
        studio.page->showRun(folder);
        QCOMPARE(studio.number("train.batch")->value(), 8.);
        QVERIFY(!studio.number("train.batch")->isEnabled());
        studio.find<QLineEdit>("train.search")->setText(QStringLiteral("seed"));
        QCOMPARE(studio.number("train.seed")->value(), 1.);
    }

    void what_helps_is_a_form_of_a_new_run() {
        Training studio;
        const auto folder = home_folder() / "runs" / "skips";
        write_skipping_run(folder, studio.data().string());
        studio.page->showRun(folder);
        auto* fix = studio.find<QPushButton>("train.fix");
        QTRY_VERIFY_WITH_TIMEOUT(fix->isVisible(), guard);
        QVERIFY(fix->text().contains(QLatin1String("0.0005")));
        fix->click();
        QVERIFY(studio.page->shown().empty());
        QVERIFY(!fix->isVisible());
        QVERIFY(studio.given("learning_rate", text_of(0.0005)));
        QVERIFY(studio.given("batch", "8"));
        QCOMPARE(studio.setup->start().dataset, studio.data().string());
        QVERIFY(studio.setup->start().folder != folder);
    }

    void settings_are_loaded_from_a_file_and_saved() {
        Training studio;
        studio.setup->begin(studio.data().string());
        studio.set("seed", std::int64_t(9));
        std::ofstream(studio.path("own.json"))
            << R"({"batch": 24, "learning_rate": 0.0003, "noise_schedule": "linear"})";
        studio.setup->loadSettings(studio.path("own.json"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.given("batch", "24"), guard);
        QVERIFY(studio.given("noise_schedule", "linear"));
        QVERIFY(!studio.given("seed", "9"));  // the form says what the file says
        const Settings all = studio.setup->start().settings;
        studio.setup->saveSettings(studio.path("again.json"));
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(studio.path("again.json")), guard);
        QCOMPARE(settings_in(studio.path("again.json"), "diffusion"), all);
        studio.action("undo-setting")->trigger();
        QCOMPARE(studio.setup->start().settings, (Settings{{"seed", "9"}}));
    }

    void an_unknown_key_is_refused_by_name() {
        Training studio;
        studio.setup->begin(studio.data().string());
        std::ofstream(studio.path("own.json")) << R"({"batch": 24, "learning_rat": 0.0003})";
        studio.setup->loadSettings(studio.path("own.json"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QStringLiteral("learning_rat”")), guard);
        QVERIFY(studio.notice().contains(QStringLiteral("“learning_rate”")));
        QVERIFY(studio.notice().contains(QLatin1String("own.json")));
        QVERIFY(studio.setup->start().settings.empty());
    }

    void a_preset_that_is_not_there_is_refused() {
        Training studio;
        studio.setup->begin(studio.data().string());
        std::ofstream(studio.path("own.json")) << R"({"preset": "tiny-82"})";
        studio.setup->loadSettings(studio.path("own.json"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("tiny-82")), guard);
        QVERIFY(studio.setup->start().settings.empty());
    }

private:
    English english_;
};

QTEST_MAIN(TestTrainSetup)
#include "test_train_setup.moc"
