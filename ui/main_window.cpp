#include "ui/main_window.h"

#include <QAbstractButton>
#include <QActionGroup>
#include <QApplication>
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QScreen>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

#include <filesystem>

#include "ui/frame/drop_hint.h"
#include "ui/frame/paste.h"
#include "ui/frame/quick_search.h"
#include "ui/frame/rail.h"
#include "ui/frame/status_bar.h"
#include "ui/session/recent.h"
#include "ui/session/setting.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/sentence.h"
#include "ui/work/pictures.h"
#include "ui/workspaces/batch.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {

namespace {

const Setting<QByteArray> lastGeometry{"window/geometry", {}};
const Setting<QString> lastWorkspace{"window/workspace", QString()};
const Setting<int> lastLook{"window/look", int(Look::Dark)};

constexpr int topHeight = 36, mostFiles = 20;
const char* const lookActions[]{"look-dark", "look-light", "look-desktop"};

}  // namespace

Look rememberedLook() { return Look(std::clamp(lastLook.get(), 0, 2)); }

MainWindow::MainWindow(Session& session, const QString& workspace, QWidget* parent)
    : QWidget(parent),
      session_(session),
      rail_(new Rail(session, this)),
      pages_(new QStackedWidget(this)),
      status_(new StatusBar(session, this)),
      notice_(new Notice(this)) {
    setObjectName(QStringLiteral("window"));
    setAcceptDrops(true);
    setMinimumSize(smallest);
    // Has the focus at first, so that plain keys work and no button is ringed.
    setFocusPolicy(Qt::ClickFocus);
    setFocus();
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(rail_);
    middle->addWidget(hairline(this, QFrame::VLine));
    auto* work = new QVBoxLayout;
    work->setSpacing(0);
    work->addWidget(notice_);
    work->addWidget(pages_, 1);
    middle->addLayout(work, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeTop());
    column->addWidget(hairline(this, QFrame::HLine));
    column->addLayout(middle, 1);
    column->addWidget(hairline(this, QFrame::HLine));
    column->addWidget(status_);
    dropHint_ = new DropHint(this);
    connectActions();
    connect(&session, &Session::wanted, this, &MainWindow::showWorkspace);
    connect(&session, &Session::said, notice_, qOverload<const QString&>(&Notice::say));
    connect(&session, &Session::runLeft, this,
            [this](const QString& sentence, const std::filesystem::path& folder) {
                notice_->say(sentence, tr("Resume"), [this, folder] {
                    session_.train({.folder = folder});
                    showWorkspace(QStringLiteral("train"));
                });
            });
    connect(&session, &Session::modelChanged, this, &MainWindow::showTitle);
    connect(&session, &Session::modelChanged, this, &MainWindow::showPossible);
    connect(&session, &Session::jobsChanged, this, &MainWindow::showPossible);
    showPossible();
    showWorkspace(workspace.isEmpty() ? lastWorkspace.get() : workspace);
    if (!restoreGeometry(lastGeometry.get())) {
        const QSize room = screen()->availableSize() * 0.9;
        resize(usual.boundedTo(room).expandedTo(smallest));
    }
}

MainWindow::~MainWindow() = default;

QWidget* MainWindow::makeTop() {
    auto* top = new QWidget(this);
    top->setFixedHeight(topHeight);
    auto* row = new QHBoxLayout(top);
    row->setContentsMargins(0, 0, 0, 0);
    QMenuBar* menus = makeMenus();
    search_ = new QuickSearch(
        session_, [this] { return settings(); }, top);
    row->addWidget(menus, 1, Qt::AlignVCenter);
    row->addWidget(search_, 2);
    row->addStretch(1);
    return top;
}

QMenuBar* MainWindow::makeMenus() {
    auto* bar = new QMenuBar(this);
    bar->setNativeMenuBar(false);
    std::map<QString, QMenu*> menus;
    for (const char* name :
         {QT_TR_NOOP("File"), QT_TR_NOOP("Edit"), QT_TR_NOOP("View"), QT_TR_NOOP("Mask"),
          QT_TR_NOOP("Go"), QT_TR_NOOP("Run"), QT_TR_NOOP("Help")})
        menus[QLatin1String(name)] = bar->addMenu(tr(name));
    const char* menuBefore = "";
    int groupBefore = 0;
    for (const ActionRow& row : actionRows()) {
        QMenu* menu = menus.at(QLatin1String(row.menu));
        const bool follows = QLatin1String(row.menu) == QLatin1String(menuBefore);
        if (follows && row.group != groupBefore) menu->addSeparator();
        menuBefore = row.menu;
        groupBefore = row.group;
        QAction* action = session_.actions()[row.id];
        menu->addAction(action);
        if (std::string_view(row.id) == "open") addRecent(menu);
        // Plain keys come through keyPressEvent, so that menus and lists that are open keep theirs.
        if (action->shortcutContext() != Qt::WidgetShortcut) addAction(action);
    }
    return bar;
}

void MainWindow::addRecent(QMenu* menu) {
    QMenu* recent = menu->addMenu(tr("Open recent"));
    connect(menu, &QMenu::aboutToShow, recent, [this, recent] {
        recent->clear();
        const QStringList files = recentPhotos();
        recent->setEnabled(!files.isEmpty());
        for (const QString& file : files) {
            QAction* action = recent->addAction(shortened(file, 60));
            action->setEnabled(QFileInfo::exists(file));
            connect(action, &QAction::triggered, this,
                    [this, file] { session_.openFile(file.toStdString()); });
        }
        recent->addSeparator();
        QAction* forget = recent->addAction(tr("Remove those that are gone"));
        forget->setEnabled(std::any_of(files.begin(), files.end(), [](const QString& file) {
            return !QFileInfo::exists(file);
        }));
        connect(forget, &QAction::triggered, this, [files] {
            for (const QString& file : files)
                if (!QFileInfo::exists(file)) forgetPhoto(file);
        });
    });
}

void MainWindow::connectActions() {
    Actions& actions = session_.actions();
    const auto on = [&](const char* id, auto act) {
        connect(actions[id], &QAction::triggered, this, act);
    };
    for (const Workspace& row : workspaces())
        on((std::string("go-") + row.id).c_str(),
           [this, id = QString(QLatin1String(row.id))] { showWorkspace(id); });
    auto* looks = new QActionGroup(this);
    for (int i = 0; i < 3; ++i) {
        QAction* action = actions[lookActions[i]];
        action->setCheckable(true);
        looks->addAction(action);
        on(lookActions[i], [this, i] { setLook(Look(i)); });
    }
    actions[lookActions[int(rememberedLook())]]->setChecked(true);
    on("open", [this] { open(false); });
    on("open-folder", [this] { open(true); });
    on("pictures-folder", [] {
        const auto folder = picturesFolder();
        std::filesystem::create_directories(folder);
        QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(folder.string())));
    });
    on("paste", [this] { pasteInto(session_); });
    on("batch", [this] { showBatch(session_, this); });
    on("quit", [this] { close(); });
    on("find", [this] { search_->open(); });
    on("full-screen", [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    on("jobs", [this] { status_->toggleJobs(); });
    on("about", [this] { about(); });
}

void MainWindow::orderPage(QWidget* page) {
    std::vector<std::pair<QWidget*, Qt::FocusPolicy>> line{
        {rail_->last(), rail_->last()->focusPolicy()}};
    for (QWidget* next = page->nextInFocusChain(); page->isAncestorOf(next);
         next = next->nextInFocusChain())
        if (next->focusPolicy() != Qt::NoFocus || qobject_cast<QAbstractButton*>(next))
            line.emplace_back(next, next->focusPolicy());
    // Qt orders only what takes the focus; in a row of buttons that is the chosen one alone.
    for (const auto& [widget, policy] : line) widget->setFocusPolicy(Qt::StrongFocus);
    for (std::size_t i = 1; i < line.size(); ++i) setTabOrder(line[i - 1].first, line[i].first);
    for (const auto& [widget, policy] : line) widget->setFocusPolicy(policy);
}

void MainWindow::showWorkspace(const QString& id) {
    const auto& rows = workspaces();
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](const Workspace& any) { return id == QLatin1String(any.id); });
    if (row == rows.end()) row = rows.begin();
    const QString known = QLatin1String(row->id);
    session_.actions().setScope(known);
    QWidget*& page = made_[known];
    if (!page) {
        page = row->make(session_);
        page->setObjectName(known);
        pages_->addWidget(page);
        connect(page, &QWidget::windowTitleChanged, this, &MainWindow::showTitle);
        orderPage(page);
    }
    pages_->setCurrentWidget(page);
    rail_->setCurrent(known);
    lastWorkspace.set(known);
    showTitle();
}

void MainWindow::showTitle() {
    const QWidget* shown = pages_->currentWidget();
    QString open = shown ? shown->windowTitle() : QString();
    const bool retouching = session_.actions().scope() == QLatin1String("retouch");
    if (open.isEmpty() && !retouching)
        open = QString::fromStdString(session_.modelName()).section(QLatin1Char('/'), -1);
    const QString page =
        session_.actions()[(QStringLiteral("go-") + session_.actions().scope()).toStdString()]
            ->text();
    setWindowTitle(open.isEmpty() ? tr("%1 · Daguerre").arg(page)
                                  : tr("%1 · %2 · Daguerre").arg(open, page));
}

void MainWindow::setLook(Look look) {
    lastLook.set(int(look));
    applyLook(look);
    session_.actions()[lookActions[int(look)]]->setChecked(true);
}

std::vector<SearchHit> MainWindow::settings() {
    std::vector<SearchHit> findings;
    for (const auto& [id, page] : made_)
        for (FieldsForm* form : page->findChildren<FieldsForm*>())
            for (const Field& field : form->fields()) {
                QWidget* editor = form->editor(field.key);
                if (!editor) continue;
                findings.push_back({icon("sliders", Token::Dim), words(field.label),
                                    QString::fromStdString(text_of(field.value)), true,
                                    [this, id = id, editor] {
                                        showWorkspace(id);
                                        editor->setFocus(Qt::ShortcutFocusReason);
                                    }});
            }
    return findings;
}

void MainWindow::open(bool folder) {
    auto* dialog = new QFileDialog(this, folder ? tr("Open a model folder") : tr("Open"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFiles);
    if (!folder)
        dialog->setNameFilter(
            tr("Photos and pictures made here (*.png *.jpg *.jpeg *.webp *.tif *.tiff)"));
    connect(dialog, &QFileDialog::filesSelected, this, &MainWindow::openFiles);
    dialog->open();
}

void MainWindow::showPossible() {
    Actions& actions = session_.actions();
    QString why;
    if (!session_.model())
        why = !session_.modelTrouble().isEmpty() ? session_.modelTrouble()
              : session_.modelName().empty()     ? tr("open a model first")
                                                 : tr("the model is being opened");
    actions.setPossible("make", session_.model() != nullptr, why);
    const auto& jobs = session_.jobs();
    const bool running = std::any_of(jobs.begin(), jobs.end(), [](const JobEntry& entry) {
        return std::dynamic_pointer_cast<GenerateJob>(entry.job) ||
               std::dynamic_pointer_cast<FillJob>(entry.job);
    });
    actions.setPossible("stop", running, tr("nothing is being made"));
}

void MainWindow::about() {
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Daguerre"),
                                tr("Daguerre %1").arg(QStringLiteral(DAGUERRE_VERSION)),
                                QMessageBox::Close, this);
    box->setInformativeText(
        tr("A studio for making images with small neural networks that you train yourself, on your "
           "own machine.\n\nLicence: GPL-3.0-or-later. Icons: Bootstrap Icons, MIT."));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

bool MainWindow::event(QEvent* event) {
    const bool done = QWidget::event(event);
    if (event->type() == QEvent::UpdateRequest && !painted_ && isVisible()) {
        painted_ = true;
        QTimer::singleShot(0, this, &MainWindow::shown);
    }
    return done;
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (!session_.actions().press(*event)) QWidget::keyPressEvent(event);
}

/// A run can't go on without this program, unless another one takes it over.
void MainWindow::askAboutTraining() {
    auto* box = new QMessageBox(
        QMessageBox::NoIcon, tr("Training goes on"),
        tr("“%1” is being trained.")
            .arg(QString::fromStdString(session_.training()->folder().filename().string())),
        QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("closing"));
    box->setInformativeText(tr("It is saved before it pauses, and can be resumed exactly."));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* pause = box->addButton(tr("Pause and close"), QMessageBox::AcceptRole);
    pause->setObjectName(QStringLiteral("closing.pause"));
    QPushButton* keep =
        box->addButton(tr("Keep training without the window"), QMessageBox::AcceptRole);
    keep->setObjectName(QStringLiteral("closing.keep"));
    box->setDefaultButton(pause);
    // The session ends after the window; it stops the run, which saves.
    connect(pause, &QPushButton::clicked, this, [this] {
        closing_ = true;
        close();
    });
    connect(keep, &QPushButton::clicked, this, &MainWindow::handOver);
    box->open();
}

void MainWindow::handOver() {
    const std::shared_ptr<TrainJob> job = session_.training();
    closing_ = true;
    if (!job) return void(close());
    connect(job.get(), &Job::finished, this,
            [this, folder = QString::fromStdString(job->folder().string())] {
                const QString program =
                    QCoreApplication::applicationDirPath() + QStringLiteral("/../../bin/daguerre");
                QProcess::startDetached(program,
                                        {QStringLiteral("train"), QStringLiteral("--resume"),
                                         QStringLiteral("--out"), folder});
                close();
            });
    job->cancel();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (session_.training() && !closing_) {
        event->ignore();
        return askAboutTraining();
    }
    lastGeometry.set(saveGeometry());
    QWidget::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!event->mimeData()->hasUrls() || event->source()) return;
    event->acceptProposedAction();
    dropHint_->announce(event->mimeData()->urls().first().toLocalFile(),
                        session_.actions().scope() == QLatin1String("retouch"));
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) { dropHint_->hide(); }

void MainWindow::dropEvent(QDropEvent* event) {
    dropHint_->hide();
    QStringList files;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) files += url.toLocalFile();
    openFiles(files);
}

void MainWindow::openFiles(const QStringList& files) {
    for (const QString& file : files.mid(0, mostFiles)) session_.openFile(file.toStdString());
    if (files.size() > mostFiles)
        session_.say(tr("The first %1 of %2 files were opened.").arg(mostFiles).arg(files.size()));
}

}  // namespace daguerre
