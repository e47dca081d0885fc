#include "ui/screenshots.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QEventLoop>
#include <QListWidget>
#include <QPointer>
#include <QSpinBox>
#include <QTimer>

#include "core/base/files.h"
#include "core/inpaint/mask.h"
#include "core/training/checkpoint.h"
#include "ui/canvas/canvas.h"
#include "ui/main_window.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/picture_grid.h"
#include "ui/workspaces/dataset_list.h"
#include "ui/workspaces/datasets.h"
#include "ui/workspaces/engine_list.h"
#include "ui/workspaces/model_compare.h"
#include "ui/workspaces/repair_picture.h"
#include "ui/workspaces/train_views.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {

namespace {

constexpr int shownStep = 13, waitMs = 20, mostWaits = 500;

void wait(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

/// Lets the window work until nothing is open or running.
void settle(Session& session) {
    QEventLoop loop;
    const auto look = [&] {
        const bool busy = !session.device() || session.opening() ||
                          std::any_of(session.jobs().begin(), session.jobs().end(),
                                      [](const JobEntry& entry) { return entry.job != nullptr; });
        if (!busy) loop.quit();
    };
    QObject::connect(&session, &Session::jobsChanged, &loop, look, Qt::QueuedConnection);
    QObject::connect(&session, &Session::modelChanged, &loop, look, Qt::QueuedConnection);
    QTimer::singleShot(0, &loop, look);
    loop.exec();
    wait(400);  // the status bar shows what changed a little later
}

/// Lets the canvas decode and scale what is seen.
void sharpen(const MainWindow& window) {
    const auto* canvas = window.findChild<Canvas*>();
    for (int i = 0; canvas && !canvas->ready() && i < mostWaits; ++i) wait(waitMs);
}

QString scaleWords() {
    const QString scale = qEnvironmentVariable("QT_SCALE_FACTOR", QStringLiteral("1"));
    return scale + QLatin1Char('x');
}

QString save(const QPixmap& picture, const QDir& folder, const QString& state, Look look,
             int width) {
    const QString name =
        QStringLiteral("%1-%2-en-%3-%4.png")
            .arg(state, look == Look::Dark ? QStringLiteral("dark") : QStringLiteral("light"),
                 scaleWords(), QString::number(width));
    if (!picture.save(folder.filePath(name)))
        throw Error("“{file}” can't be written.", {{"file", folder.filePath(name).toStdString()}});
    return name;
}

QStringList grab(MainWindow& window, const QDir& folder, const QString& workspace,
                 const QString& state) {
    QStringList files;
    for (const Look look : {Look::Dark, Look::Light})
        for (const QSize size : {MainWindow::usual, MainWindow::smallest}) {
            window.setLook(look);
            window.resize(size);
            QCoreApplication::processEvents();
            sharpen(window);
            files += save(window.grab(), folder, workspace + QLatin1Char('-') + state, look,
                          size.width());
        }
    return files;
}

/// The windows above the main one, which are closed then.
QStringList grabAbove(const QDir& folder, const QString& name) {
    QStringList files;
    std::vector<QPointer<QWidget>> windows;  // closing one may take others with it
    for (QWidget* window : QApplication::topLevelWidgets()) windows.emplace_back(window);
    for (const QPointer<QWidget>& above : windows) {
        if (!above || !above->isVisible() || qobject_cast<MainWindow*>(above)) continue;
        for (const Look look : {Look::Dark, Look::Light}) {
            applyLook(look);
            QCoreApplication::processEvents();
            files += save(above->grab(), folder, name, look, above->width());
        }
        if (above) above->close();
    }
    return files;
}

/// Lets the window work until the first steps of a fill are seen.
void waitForSteps(const MainWindow& window) {
    const auto* steps = window.findChild<DenoiseView*>(QStringLiteral("retouch.steps"));
    for (int i = 0; !(steps->frames() && steps->step() > 1) && i < mostWaits; ++i) wait(waitMs);
}

QStringList grabDatasets(MainWindow& window, Session& session, const QDir& folder) {
    const QString id = QStringLiteral("datasets");
    window.showWorkspace(id);
    auto* page = window.findChild<Datasets*>();
    const auto settled = [&] {
        do settle(session);
        while (!page->settled());
    };
    QStringList files;
    const auto press = [&](const char* name, int which) {
        const auto* row = window.findChild<QWidget*>(QLatin1String(name));
        row->findChildren<QAbstractButton*>()[which]->click();
        settled();
    };
    settled();
    auto* grid = window.findChild<PictureGrid*>();
    grid->setCurrent(3);
    grid->setCurrent(20, true);
    for (const auto& [part, state] :
         {std::pair(1, "numbers"), std::pair(2, "problems"), std::pair(3, "seen")}) {
        press("datasets.pages", part);
        files += grab(window, folder, id, QLatin1String(state));
    }
    press("datasets.pages", 0);
    QTimer::singleShot(0, grid, [grid] { Q_EMIT grid->opened(7); });
    settled();
    files += grab(window, folder, id, QStringLiteral("loupe"));
    auto* list = window.findChild<DatasetList*>();
    for (const char* name : {"cifar10", "celeba"}) {
        list->setCurrent("");
        list->setCurrentRow(int(list->entry(name) - list->entries().data()));
        settled();
        files += grab(window, folder, id, QStringLiteral("get-%1").arg(QLatin1String(name)));
    }
    page->offer(resources_folder() / "photos");
    files += grab(window, folder, id, QStringLiteral("import"));
    list->setCurrentRow(0);
    settled();
    return files;
}

/// A small run of digits: while it trains, done, beside another, and one that failed.
QStringList grabTrain(MainWindow& window, Session& session, const QDir& folder) {
    const QString id = QStringLiteral("train");
    const std::filesystem::path runs = home_folder() / "runs";
    const auto at = [&](const char* state) {
        wait(1500);  // the charts follow once a second
        return grab(window, folder, id, QLatin1String(state));
    };
    const auto train = [&](const char* name, const char* width, const char* rate) {
        session.train({runs / name,
                       "mnist",
                       "diffusion",
                       {{"base_channels", width}, {"learning_rate", rate}, {"images", "6400"}}});
    };
    window.showWorkspace(id);
    train("digits-1", "8", "0.0006");
    settle(session);
    train("digits-2", "16", "0.0003");
    for (int i = 0; session.trainStatus().report.images_seen < 4000 && i < mostWaits; ++i)
        wait(waitMs * 5);
    QStringList files = at("running");
    if (session.training()) session.training()->pause();
    files += at("paused");
    if (session.training()) session.training()->goOn();
    settle(session);
    files += at("finished");
    auto* list = window.findChild<QListWidget*>(QStringLiteral("train.runs"));
    for (int i = 0; i < list->count(); ++i) list->item(i)->setCheckState(Qt::Checked);
    files += at("ticked");
    window.findChild<QAbstractButton*>(QStringLiteral("train.compare"))->click();
    files += at("comparing");
    window.findChild<QAbstractButton*>(QStringLiteral("train.compare"))->click();
    const RunRequest request = read_run(runs / "digits-1");
    write_run(runs / "digits-3", request);
    RunFolder{runs / "digits-3"}.note_failure(
        1280, {"Training became unstable at image {n}: lower the learning rate (now {rate}) or use "
               "fp32.",
               {{"n", 1280}, {"rate", 0.02}}});
    session.openFile(runs / "digits-3");
    settle(session);
    files += at("failed");
    return files;
}

/// A classifier of digits, and the images of a cell of its matrix.
QStringList grabMatrix(MainWindow& window, Session& session, const QDir& folder) {
    session.train({home_folder() / "runs" / "digits-classes",
                   "mnist",
                   "classifier",
                   {{"preset", "simple-28"}, {"base_channels", "8"}, {"images", "12800"}}});
    settle(session);
    wait(1500);
    QStringList files = grab(window, folder, QStringLiteral("train"), QStringLiteral("classifier"));
    auto* matrix = window.findChild<ConfusionView*>();
    Q_EMIT matrix->chosen(4, 9);
    settle(session);
    return files + grabAbove(folder, QStringLiteral("train-confused"));
}

QStringList grabRetouch(MainWindow& window, Session& session, const QDir& folder) {
    const QString id = QStringLiteral("retouch");
    const auto at = [&](const char* state) {
        return grab(window, folder, id, QLatin1String(state));
    };
    const auto act = [&](const char* action) { session.actions()[action]->trigger(); };
    PhotoWish wish{.photo = readPhoto(bundledPhoto())};
    wish.mask = Tiles(read_mask(bundledMask(), wish.photo->pixels.size()));
    session.openPhoto(wish);
    settle(session);
    QStringList files = at("masked");
    Document* photo = window.findChild<Canvas*>()->document();
    photo->apply(Layer::CopyFrom, grown(wish.mask, 120), QString());
    photo->apply(Layer::NeverCopy, grown(wish.mask, 20), QString());
    act("layer-copy-from");
    files += at("layers");
    act("layer-mask");
    act("undo");
    act("undo");
    window.findChild<EngineList*>()->setCurrent("dream");
    window.findChild<QSpinBox*>(QStringLiteral("retouch.count"))->setValue(2);
    act("fill");
    waitForSteps(window);
    files += at("filling");
    settle(session);
    files += at("filled");
    act("compare-next");
    act("history");
    files += at("comparing");
    act("compare-next");
    act("history");
    act("save-photo");
    files += grabAbove(folder, QStringLiteral("retouch-saving"));
    act("batch");
    files += grabAbove(folder, QStringLiteral("retouch-batch"));
    return files;
}

/// Pictures of four families side by side.
QStringList grabCompared(MainWindow& window, Session& session, const QDir& folder) {
    const QString id = QStringLiteral("generate");
    window.showWorkspace(id);
    session.actions()["compare-models"]->trigger();
    session.actions()["make"]->trigger();
    const auto* compare = window.findChild<ModelCompare*>();
    for (int i = 0; compare->running() && i < mostWaits; ++i) wait(waitMs * 5);
    settle(session);
    return grab(window, folder, id, QStringLiteral("comparing"));
}

}  // namespace

QStringList writeScreenshots(const QString& folder, const ModelSource& source) {
    QDir().mkpath(folder);
    applyLook(Look::Dark);
    Session session(source);
    MainWindow window(session, {});
    window.show();
    session.begin();
    settle(session);
    QStringList files;
    for (const Workspace& row : workspaces()) {
        const QString id = QLatin1String(row.id);
        window.showWorkspace(id);
        settle(session);
        files += grab(window, folder, id, QStringLiteral("empty"));
    }
    files += grabDatasets(window, session, folder);
    files += grabRetouch(window, session, folder);
    files += grabTrain(window, session, folder);
    files += grabMatrix(window, session, folder);
    if (!session.model()) return files;
    for (const Workspace& row : workspaces()) {
        const QString id = QLatin1String(row.id);
        if (id == QLatin1String("retouch") || id == QLatin1String("datasets") ||
            id == QLatin1String("train") || id == QLatin1String("models"))
            continue;
        window.showWorkspace(id);
        session.actions()["make"]->trigger();
        settle(session);
        if (auto* view = window.workspace()->findChild<DenoiseView*>()) view->setStep(shownStep);
        files += grab(window, folder, id, QStringLiteral("filled"));
    }
    return files + grabCompared(window, session, folder);
}

}  // namespace daguerre
