// Lays out menus, rail and workspaces from the tables.
#pragma once

#include <QStackedWidget>
#include <QWidget>
#include <map>

#include "ui/session/session.h"
#include "ui/widgets/theme.h"

class QMenu;
class QMenuBar;

namespace daguerre {

class DropHint;
class Notice;
class QuickSearch;
class Rail;
class StatusBar;
struct SearchHit;

class MainWindow : public QWidget {
    Q_OBJECT
public:
    static constexpr QSize smallest{1024, 680}, usual{1440, 900};

    /// workspace: the one to show first; "": the one shown last.
    MainWindow(Session& session, const QString& workspace, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Makes the page if it wasn't yet. An unknown id shows the first.
    void showWorkspace(const QString& id);
    QWidget* workspace() const { return pages_->currentWidget(); }
    void setLook(Look look);  // and remembers it

Q_SIGNALS:
    /// Once, after the first paint reached the screen's back end.
    void shown();

protected:
    bool event(QEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void closeEvent(QCloseEvent*) override;
    void dragEnterEvent(QDragEnterEvent*) override;
    void dragLeaveEvent(QDragLeaveEvent*) override;
    void dropEvent(QDropEvent*) override;

private:
    QWidget* makeTop();
    QMenuBar* makeMenus();
    void connectActions();
    void askAboutTraining();
    void handOver();
    void addRecent(QMenu* menu);
    void open(bool folder);
    void openFiles(const QStringList& files);
    void showPossible();
    void about();
    void showTitle();
    /// Tab goes from the rail into the page, and from there to the line at the foot.
    void orderPage(QWidget* page);
    std::vector<SearchHit> settings();

    Session& session_;
    Rail* rail_;
    QStackedWidget* pages_;
    StatusBar* status_;
    Notice* notice_;
    QuickSearch* search_;
    DropHint* dropHint_;
    std::map<QString, QWidget*> made_;
    bool painted_ = false, closing_ = false;
};

/// The look that is remembered.
Look rememberedLook();

}  // namespace daguerre
