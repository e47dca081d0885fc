// The table of actions: menus, buttons, tooltips and quick search are made from it.
#pragma once

#include <QAction>
#include <QKeyEvent>
#include <QObject>
#include <QString>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace daguerre {

struct ActionRow {
    const char* id;
    const char* words;
    const char* icon;   // "": none
    const char* key;    // "": none; "Ctrl+Y; Ctrl+Shift+Z": several
    const char* scope;  // "": everywhere; else the workspaces it works in: "generate retouch"
    const char* menu;   // "File", "Edit", "View", "Go", "Run", "Help"
    int group = 0;      // in its menu; a line parts the groups
};
const std::vector<ActionRow>& actionRows();

/// The actions of one window. Keys with Ctrl, Alt or an F-key are shortcuts of the window; plain
/// keys come through press(), so that they never take a key from what has the focus.
class Actions : public QObject {
    Q_OBJECT
public:
    explicit Actions(QObject* parent = nullptr);

    /// The action of a row; the id must be in the table. Connect to its triggered().
    QAction* operator[](std::string_view id) const;
    /// An action is enabled when it is possible and its scope is shown. `why`: what stands in quick
    /// search and tooltip while it isn't.
    void setPossible(std::string_view id, bool possible, const QString& why = {});
    QString whyNot(std::string_view id) const;

    const QString& scope() const { return scope_; }
    void setScope(const QString& workspace);
    /// A key that nobody who had the focus wanted. true: it was that of an enabled action.
    bool press(const QKeyEvent& event);
    /// Words and key: "Play or pause (Space)".
    QString tip(std::string_view id) const;

private:
    struct Entry {
        const ActionRow* row = nullptr;
        QAction* action = nullptr;
        bool possible = true;
        QString why;
    };
    void refresh(const Entry& entry);
    bool isShown(const Entry& entry) const;
    const Entry& entry(std::string_view id) const;

    std::map<std::string, Entry, std::less<>> entries_;
    QString scope_;
};

}  // namespace daguerre
