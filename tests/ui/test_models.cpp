#include <QCheckBox>
#include <QLineEdit>
#include <QtTest>
#include <algorithm>

#include "core/base/files.h"
#include "core/metrics/evaluations.h"
#include "studio.h"
#include "tiny_run.h"
#include "ui/widgets/fields_form.h"
#include "ui/work/run_reader.h"
#include "ui/workspaces/measure_dialog.h"
#include "ui/workspaces/models.h"
#include "ui/workspaces/models_panel.h"
#include "ui/workspaces/quality.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// The window with the models that are really there.
struct RealStudio {
    std::unique_ptr<Session> session = std::make_unique<Session>();
    std::unique_ptr<MainWindow> window =
        std::make_unique<MainWindow>(*session, QStringLiteral("models"));
    RealStudio() {
        window->show();
        session->begin();
    }
    ModelsList* list() const { return window->findChild<ModelsList*>(); }
    Models* page() const { return window->findChild<Models*>(); }
    bool has(const char* id) const {
        return std::ranges::any_of(list()->rows(),
                                   [&](const ModelRow& row) { return row.entry.id == id; });
    }
    void choose(const char* id) const {
        list()->clearSelection();
        list()->choose(id);
    }
    QString notice() const {
        return window->findChild<Notice*>(QStringLiteral("models.notice"))->sentence();
    }
    bool idle() const {
        return std::ranges::none_of(session->jobs(),
                                    [](const JobEntry& entry) { return entry.job != nullptr; });
    }
};

ModelsList* listOf(const Studio& studio) { return studio.find<ModelsList>("models.list"); }

bool sampled(const Studio& studio, int row) {
    const ModelsList* list = listOf(studio);
    return row < int(list->rows().size()) && !list->rows()[std::size_t(row)].samples.isNull();
}

}  // namespace

class TestModels : public QObject {
    Q_OBJECT
    QTemporaryDir trash_;

private Q_SLOTS:
    void initTestCase() {
        applyLook(Look::Dark);
        qputenv("XDG_DATA_HOME", trash_.path().toUtf8());
    }

    void the_chosen_model_shows_its_pictures_which_are_made_once() {
        QTemporaryDir home;
        for (const bool again : {false, true}) {
            Studio studio({.home = home.path(), .workspace = QStringLiteral("models")});
            QTRY_COMPARE_WITH_TIMEOUT(listOf(studio)->rowCount(), 2, guard);
            QTRY_VERIFY_WITH_TIMEOUT(sampled(studio, 0), guard);
            QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
            QVERIFY(!sampled(studio, 1));
            QCOMPARE(studio.world->calls > 0, !again);
            const std::vector<QImage> pictures = sheetPictures(listOf(studio)->rows()[0].samples);
            QCOMPARE(pictures.size(), 16u);
            QCOMPARE(pictures[0].width(), FakeModel::side);
            const FakeModel fake("fake");
            GenerateRequest request;
            request.count = 16;
            request.seed = 0;
            const std::vector<Image> wanted = fake.generate(request, fake.generate_fields(),
                                                            [](const Progress&) { return true; });
            for (int y = 0; y < FakeModel::side; ++y)
                for (int x = 0; x < FakeModel::side; ++x)
                    QCOMPARE(qGray(pictures[15].pixel(x, y)),
                             int(wanted[15].row<std::uint8_t>(y)[std::size_t(x)]));
        }
    }

    void what_does_not_fit_the_search_is_hidden() {
        Studio studio({.workspace = QStringLiteral("models")});
        ModelsList* list = listOf(studio);
        QTRY_COMPARE_WITH_TIMEOUT(list->rowCount(), 2, guard);
        auto* search = studio.find<QLineEdit>("models.search");
        QTest::keyClicks(search, QStringLiteral("OTH"));
        QVERIFY(list->isRowHidden(0) && !list->isRowHidden(1));
        search->setText(QStringLiteral("rings"));  // the dataset of both
        QVERIFY(!list->isRowHidden(0) && !list->isRowHidden(1));
        studio.find<QCheckBox>("models.bundled")->click();
        QVERIFY(list->isRowHidden(0) && list->isRowHidden(1));
        QVERIFY(!studio.find<QPushButton>("models.try")->isEnabled());
        QVERIFY(!studio.action("export-model")->isEnabled());
    }

    void two_are_compared_and_one_is_tried() {
        Studio studio({.workspace = QStringLiteral("models")});
        ModelsList* list = listOf(studio);
        QTRY_COMPARE_WITH_TIMEOUT(list->rowCount(), 2, guard);
        list->selectAll();
        QVERIFY(studio.find("models.comparison"));
        QVERIFY(!studio.find<QPushButton>("models.try")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(sampled(studio, 0) && sampled(studio, 1), guard);
        list->clearSelection();
        list->choose("other");
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(studio.session->modelName(), std::string("other"));
        QCOMPARE(studio.session->actions().scope(), QStringLiteral("generate"));
        studio.window->showWorkspace(QStringLiteral("models"));
        QVERIFY(!studio.action("trash-model")->isEnabled());
        QVERIFY(studio.session->actions()
                    .whyNot("trash-model")
                    .contains(QLatin1String("came with the program")));
    }

    void a_model_comes_in_gets_a_name_goes_out_and_comes_back() {
        QTemporaryDir home, out;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        RealStudio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.has("digits"), guard);
        studio.page()->import(resources_folder() / "models" / "digits", false);
        QTRY_VERIFY_WITH_TIMEOUT(studio.has("digits-2"), guard);
        studio.choose("digits-2");
        studio.page()->rename(QStringLiteral("mine"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.has("mine") && !studio.has("digits-2"), guard);
        studio.choose("mine");
        const fs::path exported = fs::path(out.path().toStdString()) / "mine";
        studio.page()->exportTo(exported);
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("4 test picture")), guard);
        QVERIFY(fs::exists(exported / "model_index.json"));
        studio.page()->rename(QStringLiteral("digits"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("Take another name")),
                                 guard);
        studio.session->actions()["trash-model"]->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!studio.has("mine"), guard);
        QVERIFY(!fs::exists(fs::path(home.path().toStdString()) / "models" / "mine"));
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("trash")), guard);
        auto* undo = studio.window->findChild<Notice*>(QStringLiteral("models.notice"))
                         ->findChild<QPushButton*>();
        QCOMPARE(undo->text(), QStringLiteral("Undo"));
        undo->click();
        QTRY_VERIFY_WITH_TIMEOUT(studio.has("mine"), guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
    }

    void a_run_is_measured_and_keeps_what_was_found() {
        QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        const fs::path run = home_folder() / "runs" / "one", data = home_folder() / "shapes";
        write_tiny_dataset(data);
        {
            const auto training = openRun({run, data.string(), "vae", tiny_settings_of("vae")});
            while (!training->finished()) training->advance();
            training->save();
        }
        const auto measured = [](const RealStudio& studio) -> const std::vector<Evaluation>& {
            for (const ModelRow& row : studio.list()->rows())
                if (row.entry.id == "one") return row.evaluations;
            qFatal("there is no run");
        };
        {
            RealStudio studio;
            QTRY_VERIFY_WITH_TIMEOUT(studio.has("one"), guard);
            studio.choose("one");
            QVERIFY(measured(studio).empty());
            studio.session->actions()["measure-model"]->trigger();
            auto* dialog = studio.window->findChild<MeasureDialog*>();
            QVERIFY(dialog);
            QCOMPARE(dialog->dataset(), data.string());
            QCOMPARE(dialog->request().count, std::int64_t(10'000));
            auto* form = dialog->findChild<FieldsForm*>();
            form->setValue("count", std::int64_t(12));
            form->setValue("metrics", std::string("swd,msssim"));
            dialog->findChild<QPushButton*>(QStringLiteral("measure.start"))->click();
            QTRY_COMPARE_WITH_TIMEOUT(measured(studio).size(), std::size_t(1), guard);
            QVERIFY2(studio.notice().contains(QLatin1String("was measured")),
                     qPrintable(studio.notice()));
            QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        }
        RealStudio again;  // it is known for good, and on the run's dashboard too
        QTRY_VERIFY_WITH_TIMEOUT(again.has("one"), guard);
        QCOMPARE(measured(again).size(), std::size_t(1));
        const Evaluation& found = measured(again).front();
        QCOMPARE(found.n, std::int64_t(12));
        const Figure* patches = figure_named(found.figures, "swd");
        QVERIFY(patches && patches->value > 0);
        const QStringList told = tellingWords(measured(again));
        QVERIFY(told.front().startsWith(QLatin1String("Patches ")));
        QCOMPARE(told.back(), QStringLiteral("temperature 1"));
        Evaluation drawn = found;
        drawn.settings = {{"sampler", "ddim"}, {"steps", "10"}, {"guidance", "1.2"}};
        QCOMPARE(tellingWords({drawn}).back(), QStringLiteral("10 steps, guidance 1.2"));
        QVERIFY(measuredWords(drawn).startsWith(
            QLatin1String("12 pictures of seed 1 (10 steps, guidance 1.2) against ")));
        const RunData shown = RunReader(run).read();
        QCOMPARE(shown.evaluations.size(), std::size_t(1));
        QCOMPARE(shown.evaluations[0].figures, found.figures);
        QTRY_VERIFY_WITH_TIMEOUT(again.idle(), guard);
    }

    void a_folder_without_a_model_is_a_sentence() {
        QTemporaryDir home, empty;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        RealStudio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.has("digits"), guard);
        studio.page()->import(empty.path().toStdString(), true);
        QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String("is no model")), guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
    }
};

QTEST_MAIN(TestModels)
#include "test_models.moc"
