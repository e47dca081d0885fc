#include "ui/session/actions.h"

#include "ui/widgets/icons.h"

namespace daguerre {

const std::vector<ActionRow>& actionRows() {
    static const std::vector<ActionRow> rows{
        {"open", QT_TR_NOOP("Open…"), "folder2-open", "Ctrl+O", "", "File", 0},
        {"open-folder", QT_TR_NOOP("Open model folder…"), "box", "Ctrl+Shift+O", "", "File", 0},
        {"pictures-folder", QT_TR_NOOP("Show the folder of pictures"), "folder2", "", "", "File",
         0},
        {"save", QT_TR_NOOP("Save picture as…"), "download", "Ctrl+S", "generate", "File", 1},
        {"info", QT_TR_NOOP("File info"), "info-circle", "Ctrl+I", "generate", "File", 1},
        {"film", QT_TR_NOOP("Film…"), "film", "", "generate", "File", 1},
        {"quit", QT_TR_NOOP("Quit"), "", "Ctrl+Q", "", "File", 2},
        {"copy", QT_TR_NOOP("Copy picture"), "clipboard", "Ctrl+C", "generate", "Edit", 0},
        {"copy-command", QT_TR_NOOP("Copy as command"), "terminal", "", "generate", "Edit", 0},
        {"new-seed", QT_TR_NOOP("New seed"), "dice-5", "N", "generate", "Edit", 1},
        {"search-history", QT_TR_NOOP("Search in the history"), "search", "Ctrl+F", "generate",
         "Edit", 2},
        {"find", QT_TR_NOOP("Find an action or setting…"), "search", "Ctrl+K; Ctrl+Shift+P", "",
         "Edit", 2},
        {"view-next", QT_TR_NOOP("Next view"), "", "D", "generate", "View", 0},
        {"one", QT_TR_NOOP("Grid or one picture"), "grid-3x3-gap", "T", "generate", "View", 0},
        {"fit", QT_TR_NOOP("Fit"), "fullscreen", "Ctrl+0", "generate", "View", 1},
        {"zoom-100", QT_TR_NOOP("100 %"), "", "Ctrl+1", "generate", "View", 1},
        {"zoom-200", QT_TR_NOOP("200 %"), "", "Ctrl+2", "generate", "View", 1},
        {"zoom-400", QT_TR_NOOP("400 %"), "", "Ctrl+3", "generate", "View", 1},
        {"zoom-800", QT_TR_NOOP("800 %"), "", "Ctrl+4", "generate", "View", 1},
        {"zoom-in", QT_TR_NOOP("Zoom in"), "zoom-in", "Ctrl++; Ctrl+=", "generate", "View", 1},
        {"zoom-out", QT_TR_NOOP("Zoom out"), "zoom-out", "Ctrl+-", "generate", "View", 1},
        {"side-panel", QT_TR_NOOP("Side panel"), "layout-sidebar-reverse", "F9", "generate", "View",
         2},
        {"look-dark", QT_TR_NOOP("Dark"), "moon", "", "", "View", 3},
        {"look-light", QT_TR_NOOP("Light"), "sun", "", "", "View", 3},
        {"look-desktop", QT_TR_NOOP("As the desktop"), "display", "", "", "View", 3},
        {"full-screen", QT_TR_NOOP("Full screen"), "", "F11", "", "View", 4},
        {"go-home", QT_TR_NOOP("Home"), "house", "Alt+1", "", "Go", 0},
        {"go-generate", QT_TR_NOOP("Generate"), "stars", "Alt+2", "", "Go", 0},
        {"make", QT_TR_NOOP("Make pictures"), "play-fill", "Ctrl+Return", "", "Run", 0},
        {"stop", QT_TR_NOOP("Stop"), "stop-fill", "Esc; Ctrl+.", "", "Run", 0},
        {"play", QT_TR_NOOP("Play or pause"), "caret-right-fill", "Space", "generate", "Run", 1},
        {"step-back", QT_TR_NOOP("Step back"), "caret-left-fill", "Left", "generate", "Run", 1},
        {"step-forward", QT_TR_NOOP("Step forward"), "caret-right-fill", "Right", "generate", "Run",
         1},
        {"step-back-10", QT_TR_NOOP("10 steps back"), "", "Shift+Left", "generate", "Run", 1},
        {"step-forward-10", QT_TR_NOOP("10 steps forward"), "", "Shift+Right", "generate", "Run",
         1},
        {"first-step", QT_TR_NOOP("First step"), "skip-start-fill", "Home", "generate", "Run", 1},
        {"last-step", QT_TR_NOOP("Last step"), "skip-end-fill", "End", "generate", "Run", 1},
        {"favourite", QT_TR_NOOP("Favourite"), "star", "F", "generate", "Run", 2},
        {"delete", QT_TR_NOOP("Move picture to the trash"), "trash", "Delete", "generate", "Run",
         2},
        {"jobs", QT_TR_NOOP("Jobs"), "list-task", "Ctrl+J", "", "Run", 3},
        {"about", QT_TR_NOOP("About Daguerre"), "info-circle", "", "", "Help", 0},
    };
    return rows;
}

namespace {

bool isPlain(const QKeySequence& key) {
    if (key.isEmpty()) return false;
    const QKeyCombination first = key[0];
    const bool modified =
        first.keyboardModifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier);
    return !modified && !(first.key() >= Qt::Key_F1 && first.key() <= Qt::Key_F35);
}

}  // namespace

Actions::Actions(QObject* parent) : QObject(parent) {
    for (const ActionRow& row : actionRows()) {
        auto* action = new QAction(tr(row.words), this);
        action->setObjectName(QLatin1String("action.") + QLatin1String(row.id));
        if (*row.icon) action->setIcon(icon(row.icon));
        action->setIconVisibleInMenu(false);
        const QList<QKeySequence> keys = QKeySequence::listFromString(QLatin1String(row.key));
        action->setShortcuts(keys);
        if (!keys.isEmpty() && isPlain(keys.first()))
            action->setShortcutContext(Qt::WidgetShortcut);
        Entry& entry = entries_[row.id];
        entry = {&row, action, true, {}};
        refresh(entry);
    }
}

const Actions::Entry& Actions::entry(std::string_view id) const {
    const auto found = entries_.find(id);
    Q_ASSERT_X(found != entries_.end(), "Actions", "no such action");
    return found->second;
}

QAction* Actions::operator[](std::string_view id) const { return entry(id).action; }

void Actions::setPossible(std::string_view id, bool possible, const QString& why) {
    Entry& found = entries_.find(id)->second;
    found.possible = possible;
    found.why = why;
    refresh(found);
}

QString Actions::whyNot(std::string_view id) const {
    const Entry& found = entry(id);
    if (found.action->isEnabled()) return {};
    if (*found.row->scope && scope_ != QLatin1String(found.row->scope))
        return tr("works in %1").arg(entry(std::string("go-") + found.row->scope).action->text());
    return found.why;
}

void Actions::setScope(const QString& workspace) {
    scope_ = workspace;
    for (const auto& [id, found] : entries_) refresh(found);
}

bool Actions::press(const QKeyEvent& event) {
    const QKeySequence pressed(event.keyCombination());
    for (const auto& [id, found] : entries_) {
        if (!found.action->isEnabled() || !found.action->shortcuts().contains(pressed)) continue;
        found.action->trigger();
        return true;
    }
    return false;
}

QString Actions::tip(std::string_view id) const {
    const QAction* action = entry(id).action;
    const QString key = action->shortcut().toString(QKeySequence::NativeText);
    return key.isEmpty() ? action->text() : tr("%1 (%2)").arg(action->text(), key);
}

void Actions::refresh(const Entry& entry) {
    const bool shown = !*entry.row->scope || scope_ == QLatin1String(entry.row->scope);
    entry.action->setEnabled(entry.possible && shown);
}

}  // namespace daguerre
