// daguerre-studio: the window.

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTextStream>
#include <cstdio>
#include <string_view>

#include "core/base/machine.h"
#include "ui/main_window.h"
#include "ui/screenshots.h"
#include "ui/self_check.h"
#include "ui/session/single_instance.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/workspaces.h"

using namespace daguerre;

namespace {

struct Wish {
    QStringList files;
    QString workspace, screenshots;
    bool exitWhenShown = false, selfCheck = false;
};

constexpr const char* selfCheckOption = "--self-check";

int fail(const QString& sentence, int status) {
    QTextStream(stderr) << sentence << '\n';
    return status;
}

QStringList pages() {
    QStringList ids;
    for (const Workspace& row : workspaces()) ids += QLatin1String(row.id);
    return ids;
}

/// Ends the program by itself for --help, --version and words it doesn't know.
Wish parsed(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("A studio for making images with small neural networks."));
    const QCommandLineOption workspace(
        QStringLiteral("workspace"),
        QStringLiteral("Open this page: %1.").arg(pages().join(QStringLiteral(", "))),
        QStringLiteral("ID"));
    const QCommandLineOption screenshots(
        QStringLiteral("screenshots"),
        QStringLiteral("Write pictures of every page into a folder, and end."),
        QStringLiteral("DIR"));
    const QCommandLineOption exitWhenShown(QStringLiteral("exit-when-shown"),
                                           QStringLiteral("End when the window is on screen."));
    const QCommandLineOption selfCheck(
        QString::fromLatin1(selfCheckOption).mid(2),
        QStringLiteral("Measure how fast the window answers, as lines of JSON, and end."));
    parser.addOptions({workspace, screenshots, exitWhenShown, selfCheck});
    parser.addPositionalArgument(QStringLiteral("FILE"),
                                 QStringLiteral("Photos, pictures made here, model folders."),
                                 QStringLiteral("[FILE…]"));
    parser.addHelpOption();
    parser.addVersionOption();
    if (!parser.parse(arguments))
        std::exit(fail(parser.errorText() + QStringLiteral(" See daguerre-studio --help."), 2));
    parser.process(arguments);
    Wish wish{{},
              parser.value(workspace),
              parser.value(screenshots),
              parser.isSet(exitWhenShown),
              parser.isSet(selfCheck)};
    for (const QString& file : parser.positionalArguments())
        wish.files += QFileInfo(file).absoluteFilePath();
    return wish;
}

void checkWorkspace(const QString& id) {
    if (!id.isEmpty() && !pages().contains(id))
        std::exit(fail(QStringLiteral("There is no workspace “%1”. There are: %2.")
                           .arg(id, pages().join(QStringLiteral(", "))),
                       2));
}

int showWindow(const Wish& wish) {
    SingleInstance instance;
    if (!wish.exitWhenShown && instance.handOver(wish.files, wish.workspace)) return 0;
    applyLook(rememberedLook());
    Session session;
    MainWindow window(session, wish.workspace);
    const auto open = [&](const QStringList& files) {
        for (const QString& file : files) session.openFile(file.toStdString());
    };
    QObject::connect(&window, &MainWindow::shown, &session, [&] {
        if (wish.exitWhenShown) return QCoreApplication::quit();
        session.begin();
        open(wish.files);
    });
    QObject::connect(&instance, &SingleInstance::called, &window,
                     [&](const QStringList& files, const QString& workspace) {
                         if (!workspace.isEmpty()) window.showWorkspace(workspace);
                         open(files);
                         window.raise();
                         window.activateWindow();
                     });
    window.show();
    return QApplication::exec();
}

/// Once at each scale, which Qt reads only when it starts: the other one in a program of its own.
int writeAllScreenshots(const QString& folder) {
    const bool first = !qEnvironmentVariableIsSet("QT_SCALE_FACTOR");
    const QTemporaryDir home;
    qputenv("DAGUERRE_HOME", home.path().toUtf8());
    QTextStream out(stdout);
    for (const QString& file : writeScreenshots(folder, {})) out << file << '\n';
    out.flush();
    if (!first) return 0;
    qputenv("QT_SCALE_FACTOR", "2");
    return QProcess::execute(QCoreApplication::applicationFilePath(),
                             {QStringLiteral("--screenshots"), folder});
}

/// folder: of images to look through; "": one is made.
int checkItself(const QString& folder) {
    applyLook(Look::Dark);
    const QTemporaryDir home;
    qputenv("DAGUERRE_HOME", home.path().toUtf8());
    const auto print = [](const std::string& line) {
        std::puts(line.c_str());
        std::fflush(stdout);
    };
    runDatasetsCheck(folder.toStdString(), 100'000, 1100, 760, print);
    runSelfCheck(50, 1100, 760, print);
    runTrainCheck(20, print);
    return 0;
}

/// On nobody's screen, so that two runs can be compared. Qt reads this before it reads options.
void chooseScreen(int count, char** words) {
    for (int i = 1; i < count; ++i)
        if (std::string_view(words[i]) == selfCheckOption) qputenv("QT_QPA_PLATFORM", "offscreen");
}

}  // namespace

int main(int count, char** words) {
    keep_freed_memory();
    QCoreApplication::setApplicationName(QStringLiteral("daguerre-studio"));
    QCoreApplication::setApplicationVersion(QStringLiteral(DAGUERRE_VERSION));
    QGuiApplication::setApplicationDisplayName(QString());
    chooseScreen(count, words);
    QApplication application(count, words);
    English english;
    QCoreApplication::installTranslator(&english);
    QApplication::setWindowIcon(programIcon());
    const Wish wish = parsed(QCoreApplication::arguments());
    checkWorkspace(wish.workspace);
    try {
        if (wish.selfCheck) return checkItself(wish.files.value(0));
        return wish.screenshots.isEmpty() ? showWindow(wish)
                                          : writeAllScreenshots(wish.screenshots);
    } catch (const std::exception& error) {
        return fail(QString::fromUtf8(error.what()), 1);
    }
}
