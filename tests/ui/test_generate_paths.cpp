// Samplers side by side, branches and films between two pictures.
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTabBar>
#include <QToolButton>

#include "fake_model.h"
#include "generate_page.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/theme.h"
#include "ui/work/pictures.h"
#include "ui/workspaces/change_dialog.h"

#include "core/base/json.h"
#include "core/image/image_file.h"

using namespace daguerre;

namespace {

/// What the record of the newest press's first picture asks for.
std::string asked(const char* key) {
    const auto record = record_of(read_image(picturesOf(presses().front()).front()).metadata);
    return parse_json(record->daguerre, "record")["request"][key].get<std::string>();
}

QAction* action(Page& page, const char* id) { return page.session->actions()[id]; }

/// Accepts a dialog in which one setting is changed.
void accept(Page& page, const char* name, const char* key, const FieldValue& value) {
    auto* dialog = page.find<ChangeDialog>(name);
    dialog->findChild<FieldsForm*>()->setValue(key, value);
    dialog->findChild<QPushButton*>(QLatin1String(name) + QStringLiteral(".make"))->click();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

}  // namespace

class TestGeneratePaths : public QObject {
    Q_OBJECT

    static void make(Page& page, int count, int steps) {
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        page.set("count", std::int64_t(count));
        page.set("steps", std::int64_t(steps));
        page.run()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    }

private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void samplers_stand_side_by_side_at_one_noise_level() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QWidget* count = page.find<QWidget>("generate.count");
        QVERIFY(count->isVisible());
        action(page, "compare-models")->trigger();
        QVERIFY(!count->isVisible());  // comparing has a number of its own
        page.find<QToolButton>("compare.presets")->menu()->actions().last()->trigger();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        const auto boxes = page.widget->findChildren<QComboBox*>(QStringLiteral("compare.sampler"));
        QCOMPARE(boxes.size(), 4);
        QCOMPARE(boxes[2]->currentData().toString(), QStringLiteral("heun"));
        page.set("steps", std::int64_t(9));
        page.run()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(asked("sampler"), std::string("dpmpp_2m"));
        std::vector<DenoiseView*> views;
        for (DenoiseView* view : page.widget->findChildren<DenoiseView*>())
            if (view != page.view()) views.push_back(view);
        QCOMPARE(views.size(), std::size_t(4));
        for (DenoiseView* view : views) {
            QVERIFY(view->frames());
            QCOMPARE(view->frames()->steps(), 9);
        }
        views[1]->setStep(4);
        for (DenoiseView* view : views) QCOMPARE(view->step(), 4);
        page.widget->setFixedWidth(640);  // too little for four, which can be scrolled to
        QCoreApplication::processEvents();
        for (std::size_t i = 1; i < views.size(); ++i)
            QVERIFY(views[i - 1]->mapTo(page.widget.get(), QPoint(views[i - 1]->width(), 0)).x() <=
                    views[i]->mapTo(page.widget.get(), QPoint()).x());
        action(page, "compare-models")->trigger();
        QVERIFY(count->isVisible());
    }

    void a_branch_lies_beside_its_parent() {
        Page page;
        make(page, 2, 8);
        QVERIFY(!action(page, "branch")->isEnabled());  // nothing comes after the last step
        const auto parent = page.view()->frames();
        page.view()->setStep(3);
        QVERIFY(action(page, "branch")->isEnabled());
        action(page, "branch")->trigger();
        auto* dialog = page.find<ChangeDialog>("branch");
        auto* make = dialog->findChild<QPushButton*>(QStringLiteral("branch.make"));
        QVERIFY(!make->isEnabled());  // nothing was changed
        accept(page, "branch", "guidance", 4.0);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(asked("branch"), std::string("3 guidance=4"));
        const auto branch = page.view()->frames();
        QVERIFY(branch != parent);
        auto* tabs = page.find<QTabBar>("generate.branches");
        QVERIFY(tabs->isVisible());
        QCOMPARE(tabs->count(), 2);
        QCOMPARE(tabs->tabText(1), QStringLiteral("1 ▸ 3: guidance 4"));
        // Beside its parent the left half shows the parent's clean guesses of the same step.
        page.view()->setStep(5);
        const auto seen = [&](Showing half) {
            DenoiseCanvas* canvas = page.view()->canvas();
            const QRect cell = canvas->cell(0, half).adjusted(2, 2, -2, -2);
            return canvas->grab(cell).toImage();
        };
        page.view()->canvas()->setShowing(Showing::Split);
        const QImage noisy = seen(Showing::Noise), own = seen(Showing::Guess);
        page.find<QToolButton>("generate.beside")->click();
        QVERIFY(seen(Showing::Guess) == own);
        const QImage parents = seen(Showing::Noise);
        QVERIFY(parents != noisy);
        page.find<QToolButton>("generate.beside")->click();
        QVERIFY(seen(Showing::Noise) == noisy);
        tabs->setCurrentIndex(0);
        QVERIFY(!page.find<QToolButton>("generate.beside")->isVisible());
        QVERIFY(seen(Showing::Guess) == parents);
        QVERIFY(page.view()->frames() == parent);
        QCOMPARE(page.view()->step(), 5);

        // A branch of the branch, and one that leaves before it.
        tabs->setCurrentIndex(1);
        page.view()->setStep(6);
        action(page, "branch")->trigger();
        accept(page, "branch", "noise", std::int64_t(12));
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(asked("branch"), std::string("3 guidance=4; 6 noise=12"));
        page.view()->setStep(1);
        action(page, "branch")->trigger();
        accept(page, "branch", "sampler", std::string("heun"));
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(asked("branch"), std::string("1 sampler=heun"));
        QCOMPARE(tabs->count(), 4);
        page.run()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QVERIFY(!tabs->isVisible());
    }

    void a_film_leads_from_the_chosen_picture_to_another() {
        Page page;
        make(page, 3, 4);
        page.view()->canvas()->choose(1);
        const auto seed = std::get<std::int64_t>(page.get("seed")) + 1;
        action(page, "between")->trigger();
        auto* dialog = page.find<ChangeDialog>("between");
        QCOMPARE(std::get<std::int64_t>(find_field(dialog->fields(), "seed")->value), seed);
        QCOMPARE(std::get<std::int64_t>(find_field(dialog->fields(), "to_seed")->value), seed + 1);
        accept(page, "between", "count", std::int64_t(12));
        // Made side by side, and then the frames of a film that plays.
        QCOMPARE(page.view()->frames()->count(), 12);
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        QCOMPARE(page.view()->frames()->count(), 1);
        QCOMPARE(page.view()->frames()->steps(), 11);
        QVERIFY(page.view()->moving());
        // The picture at the slider is the chosen one.
        QCOMPARE(page.view()->canvas()->chosen(), 0);
        page.view()->setStep(7);
        QVERIFY(action(page, "save")->isEnabled());
        QCOMPARE(page.find<QLabel>("picture.title")->text(), QStringLiteral("Picture 8 of 12"));
        // The form is as it was.
        QCOMPARE(std::get<std::int64_t>(page.get("to_seed")), std::int64_t(-1));
        QCOMPARE(std::get<std::int64_t>(page.get("count")), std::int64_t(3));
    }

    void a_photo_that_is_to_be_started_from_is_taken_over() {
        Page page;
        QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
        const std::string known = page.session->model()->info().classes.at(1);
        page.session->startFrom("/photos/seven.png", known);
        QCOMPARE(std::get<std::string>(page.get("from")), std::string("/photos/seven.png"));
        QCOMPARE(std::get<std::int64_t>(page.get("count")), std::int64_t(1));
        QCOMPARE(std::get<std::string>(page.get("class")), known);
        QVERIFY(page.notice()->isVisible());
        // A class that the model doesn't know changes nothing.
        page.session->startFrom("/photos/cat.png", "no such class");
        QCOMPARE(std::get<std::string>(page.get("from")), std::string("/photos/cat.png"));
        QCOMPARE(std::get<std::string>(page.get("class")), known);
    }
};

QTEST_MAIN(TestGeneratePaths)
#include "test_generate_paths.moc"
