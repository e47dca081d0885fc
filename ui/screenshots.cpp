#include "ui/screenshots.h"

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QTimer>

#include "core/inpaint/mask.h"
#include "ui/canvas/canvas.h"
#include "ui/main_window.h"
#include "ui/widgets/denoise_view.h"
#include "ui/workspaces/repair_picture.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {

namespace {

constexpr int shownStep = 13, waitMs = 20, mostWaits = 500;

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
    // The status bar shows what changed a little later.
    QTimer::singleShot(400, &loop, &QEventLoop::quit);
    loop.exec();
}

/// Lets the canvas decode and scale what is seen.
void sharpen(const MainWindow& window) {
    const auto* canvas = window.findChild<Canvas*>();
    for (int i = 0; canvas && !canvas->ready() && i < mostWaits; ++i) {
        QEventLoop loop;
        QTimer::singleShot(waitMs, &loop, &QEventLoop::quit);
        loop.exec();
    }
}

QString scaleWords() {
    const QString scale = qEnvironmentVariable("QT_SCALE_FACTOR", QStringLiteral("1"));
    return scale + QLatin1Char('x');
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
            const QString name =
                QStringLiteral("%1-%2-%3-en-%4-%5.png")
                    .arg(workspace, state,
                         look == Look::Dark ? QStringLiteral("dark") : QStringLiteral("light"),
                         scaleWords(), QString::number(size.width()));
            if (!window.grab().save(folder.filePath(name)))
                throw Error("“{file}” can't be written.",
                            {{"file", folder.filePath(name).toStdString()}});
            files += name;
        }
    return files;
}

QStringList grabRetouch(MainWindow& window, Session& session, const QDir& folder) {
    const QString id = QStringLiteral("retouch");
    PhotoWish wish{.photo = readPhoto(bundledPhoto())};
    wish.mask = Tiles(read_mask(bundledMask(), wish.photo->pixels.size()));
    session.openPhoto(wish);
    settle(session);
    QStringList files = grab(window, folder, id, QStringLiteral("masked"));
    session.actions()["fill"]->trigger();
    settle(session);
    files += grab(window, folder, id, QStringLiteral("filled"));
    session.actions()["compare-next"]->trigger();
    files += grab(window, folder, id, QStringLiteral("comparing"));
    session.actions()["compare-next"]->trigger();
    return files;
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
    files += grabRetouch(window, session, folder);
    if (!session.model()) return files;
    for (const Workspace& row : workspaces()) {
        const QString id = QLatin1String(row.id);
        if (id == QLatin1String("retouch")) continue;
        window.showWorkspace(id);
        session.actions()["make"]->trigger();
        settle(session);
        if (auto* view = window.workspace()->findChild<DenoiseView*>()) view->setStep(shownStep);
        files += grab(window, folder, id, QStringLiteral("filled"));
    }
    return files;
}

}  // namespace daguerre
