#include "ui/session/actions.h"

#include "ui/widgets/icons.h"

namespace daguerre {

const std::vector<ActionRow>& actionRows() {
    static const std::vector<ActionRow> rows{
        {"open", QT_TR_NOOP("Open…"), "folder2-open", "Ctrl+O", "", "File", 0},
        {"open-folder", QT_TR_NOOP("Open model folder…"), "box", "Ctrl+Shift+O", "", "File", 0},
        {"import-images", QT_TR_NOOP("Import a folder of images…"), "folder2-open", "", "datasets",
         "File", 0},
        {"import-file", QT_TR_NOOP("Import an archive or a photo…"), "box-arrow-in-down", "",
         "datasets", "File", 0},
        {"pictures-folder", QT_TR_NOOP("Show the folder of pictures"), "folder2", "", "", "File",
         0},
        {"batch", QT_TR_NOOP("Retouch a folder…"), "collection", "", "", "File", 0},
        {"save", QT_TR_NOOP("Save picture as…"), "download", "Ctrl+S", "generate", "File", 1},
        {"save-photo", QT_TR_NOOP("Save photo"), "download", "Ctrl+S", "retouch", "File", 1},
        {"save-photo-as", QT_TR_NOOP("Save photo as…"), "", "Ctrl+Shift+S", "retouch", "File", 1},
        {"train-save", QT_TR_NOOP("Save the run now"), "download", "Ctrl+S", "train", "File", 1},
        {"export-charts", QT_TR_NOOP("Export the charts…"), "download", "", "train", "File", 1},
        {"export-events", QT_TR_NOOP("Events for TensorBoard…"), "", "", "train", "File", 1},
        {"previews-film", QT_TR_NOOP("Film of the previews…"), "film", "", "train", "File", 1},
        {"load-settings", QT_TR_NOOP("Load settings from a file…"), "", "", "train", "File", 1},
        {"save-settings", QT_TR_NOOP("Save settings to a file…"), "", "", "train", "File", 1},
        {"load-mask", QT_TR_NOOP("Load mask…"), "", "", "retouch", "File", 1},
        {"save-mask", QT_TR_NOOP("Save mask…"), "", "", "retouch", "File", 1},
        {"photo-info", QT_TR_NOOP("Photo info"), "info-circle", "Ctrl+I", "retouch", "File", 1},
        {"close-photo", QT_TR_NOOP("Close photo"), "x-lg", "Ctrl+W", "retouch", "File", 1},
        {"info", QT_TR_NOOP("File info"), "info-circle", "Ctrl+I", "generate", "File", 1},
        {"film", QT_TR_NOOP("Film…"), "film", "", "generate", "File", 1},
        {"start-from-image", QT_TR_NOOP("Start from this in Generate"), "stars", "", "datasets",
         "File", 1},
        {"open-image", QT_TR_NOOP("Open image in Retouch"), "bandaid", "", "datasets", "File", 1},
        {"import-model", QT_TR_NOOP("Import a model folder…"), "box-arrow-in-down", "", "models",
         "File", 1},
        {"import-model-file", QT_TR_NOOP("Import a model from one file…"), "box-arrow-in-down", "",
         "models", "File", 1},
        {"link-model", QT_TR_NOOP("Link a model folder…"), "", "", "models", "File", 1},
        {"measure-model", QT_TR_NOOP("Measure its pictures…"), "graph-up", "Ctrl+M", "models",
         "File", 1},
        {"export-model", QT_TR_NOOP("Export…"), "download", "Ctrl+S", "models", "File", 1},
        {"model-folder", QT_TR_NOOP("Show the model's folder"), "folder2", "", "models", "File", 1},
        {"quit", QT_TR_NOOP("Quit"), "", "Ctrl+Q", "", "File", 2},
        {"undo", QT_TR_NOOP("Undo"), "arrow-counterclockwise", "Ctrl+Z", "retouch", "Edit", 0},
        {"redo", QT_TR_NOOP("Redo"), "arrow-clockwise", "Ctrl+Shift+Z; Ctrl+Y", "retouch", "Edit",
         0},
        {"undo-setting", QT_TR_NOOP("Undo the change of a setting"), "arrow-counterclockwise",
         "Ctrl+Z", "train", "Edit", 0},
        {"redo-setting", QT_TR_NOOP("Redo the change of a setting"), "arrow-clockwise",
         "Ctrl+Shift+Z; Ctrl+Y", "train", "Edit", 0},
        {"back-to-opened", QT_TR_NOOP("Back to the opened photo"), "", "", "retouch", "Edit", 0},
        {"history", QT_TR_NOOP("History"), "", "Ctrl+H", "retouch", "Edit", 0},
        {"copy-photo", QT_TR_NOOP("Copy photo"), "clipboard", "Ctrl+C", "retouch", "Edit", 0},
        {"copy-fill", QT_TR_NOOP("Copy fill as command"), "terminal", "", "retouch", "Edit", 0},
        {"paste", QT_TR_NOOP("Paste"), "", "Ctrl+V", "", "Edit", 0},
        {"copy", QT_TR_NOOP("Copy picture"), "clipboard", "Ctrl+C", "generate", "Edit", 0},
        {"copy-image", QT_TR_NOOP("Copy image"), "clipboard", "Ctrl+C", "datasets", "Edit", 0},
        {"leave-out", QT_TR_NOOP("Leave out of the dataset"), "eye-slash", "Delete", "datasets",
         "Edit", 0},
        {"copy-dataset", QT_TR_NOOP("Copy dataset as command"), "terminal", "", "datasets", "Edit",
         0},
        {"copy-command", QT_TR_NOOP("Copy as command"), "terminal", "", "generate", "Edit", 0},
        {"copy-training", QT_TR_NOOP("Copy training as command"), "terminal", "", "train", "Edit",
         0},
        {"new-seed", QT_TR_NOOP("New seed"), "dice-5", "N", "generate", "Edit", 1},
        {"search-history", QT_TR_NOOP("Search in the history"), "search", "Ctrl+F", "generate",
         "Edit", 2},
        {"search-images", QT_TR_NOOP("Search in the images"), "search", "Ctrl+F", "datasets",
         "Edit", 2},
        {"select-all", QT_TR_NOOP("Select all images"), "", "Ctrl+A", "datasets", "Edit", 2},
        {"search-models", QT_TR_NOOP("Search in the models"), "search", "Ctrl+F", "models", "Edit",
         2},
        {"rename-model", QT_TR_NOOP("Rename…"), "", "F2", "models", "Edit", 0},
        {"trash-model", QT_TR_NOOP("Move model to the trash"), "trash", "Delete", "models", "Edit",
         0},
        {"copy-model-command", QT_TR_NOOP("Copy its training as command"), "terminal", "", "models",
         "Edit", 0},
        {"find", QT_TR_NOOP("Find an action or setting…"), "search", "Ctrl+K; Ctrl+Shift+P", "",
         "Edit", 2},
        {"view-next", QT_TR_NOOP("Next view"), "", "D", "generate", "View", 0},
        {"compare-models", QT_TR_NOOP("Compare models and samplers side by side"), "layout-split",
         "X", "generate", "View", 0},
        {"one", QT_TR_NOOP("Grid or one picture"), "grid-3x3-gap", "T", "generate", "View", 0},
        {"fit", QT_TR_NOOP("Fit"), "fullscreen", "Ctrl+0", "generate retouch", "View", 1},
        {"zoom-100", QT_TR_NOOP("100 %"), "", "Ctrl+1", "generate retouch", "View", 1},
        {"zoom-200", QT_TR_NOOP("200 %"), "", "Ctrl+2", "generate retouch", "View", 1},
        {"zoom-400", QT_TR_NOOP("400 %"), "", "Ctrl+3", "generate retouch", "View", 1},
        {"zoom-800", QT_TR_NOOP("800 %"), "", "Ctrl+4", "generate retouch", "View", 1},
        {"zoom-in", QT_TR_NOOP("Zoom in"), "zoom-in", "Ctrl++; Ctrl+=", "generate retouch", "View",
         1},
        {"zoom-out", QT_TR_NOOP("Zoom out"), "zoom-out", "Ctrl+-", "generate retouch", "View", 1},
        {"compare-next", QT_TR_NOOP("Compare another way"), "layout-split", "M", "retouch", "View",
         1},
        {"compare-against", QT_TR_NOOP("Compare against another one"), "", "Shift+M", "retouch",
         "View", 1},
        {"show-mask", QT_TR_NOOP("Show the mask"), "eye", "Q", "retouch", "View", 1},
        {"mask-colour", QT_TR_NOOP("Next colour of the mask"), "", "Shift+Q", "retouch", "View", 1},
        {"surround", QT_TR_NOOP("Next surround of the photo"), "", "", "retouch", "View", 1},
        {"side-panel", QT_TR_NOOP("Side panel"), "layout-sidebar-reverse", "F9",
         "datasets train generate retouch", "View", 2},
        {"axis-kind", QT_TR_NOOP("Next kind of axis"), "", "Y", "train", "View", 1},
        {"whole-axes", QT_TR_NOOP("Whole charts again"), "", "A", "train", "View", 1},
        {"look-dark", QT_TR_NOOP("Dark"), "moon", "", "", "View", 3},
        {"look-light", QT_TR_NOOP("Light"), "sun", "", "", "View", 3},
        {"look-desktop", QT_TR_NOOP("As the desktop"), "display", "", "", "View", 3},
        {"full-screen", QT_TR_NOOP("Full screen"), "", "F11", "", "View", 4},
        {"mask-all", QT_TR_NOOP("Mask everything"), "", "Ctrl+A", "retouch", "Mask", 0},
        {"clear-mask", QT_TR_NOOP("Clear mask"), "", "Ctrl+Shift+A", "retouch", "Mask", 0},
        {"invert-mask", QT_TR_NOOP("Invert mask"), "circle-half", "Ctrl+Shift+I", "retouch", "Mask",
         0},
        {"last-mask", QT_TR_NOOP("Last mask again"), "", "Ctrl+Shift+D", "retouch", "Mask", 0},
        {"grow-mask", QT_TR_NOOP("Grow mask"), "", "Ctrl+]", "retouch", "Mask", 1},
        {"shrink-mask", QT_TR_NOOP("Shrink mask"), "", "Ctrl+[", "retouch", "Mask", 1},
        {"feather-mask", QT_TR_NOOP("Feather mask"), "", "", "retouch", "Mask", 1},
        {"fill-holes", QT_TR_NOOP("Fill holes of the mask"), "", "", "retouch", "Mask", 1},
        {"remove-specks", QT_TR_NOOP("Remove specks of the mask"), "", "", "retouch", "Mask", 1},
        {"tool-brush", QT_TR_NOOP("Brush"), "brush", "B", "retouch", "Mask", 2},
        {"tool-eraser", QT_TR_NOOP("Eraser"), "eraser", "E", "retouch", "Mask", 2},
        {"tool-lasso", QT_TR_NOOP("Lasso"), "lasso", "L", "retouch", "Mask", 2},
        {"tool-polygon", QT_TR_NOOP("Polygon"), "heptagon", "P", "retouch", "Mask", 2},
        {"tool-rectangle", QT_TR_NOOP("Rectangle"), "square", "R", "retouch", "Mask", 2},
        {"tool-ellipse", QT_TR_NOOP("Ellipse"), "circle", "C", "retouch", "Mask", 2},
        {"tool-wand", QT_TR_NOOP("Wand"), "magic", "W", "retouch", "Mask", 2},
        {"tool-grabcut", QT_TR_NOOP("Cut out"), "person-bounding-box", "G", "retouch", "Mask", 2},
        {"tool-hand", QT_TR_NOOP("Hand"), "hand-index", "H", "retouch", "Mask", 2},
        {"tool-zoom", QT_TR_NOOP("Zoom"), "zoom-in", "Z", "retouch", "Mask", 2},
        {"layer-mask", QT_TR_NOOP("Paint on the mask"), "", "1", "retouch", "Mask", 3},
        {"layer-copy-from", QT_TR_NOOP("Paint what alone may be copied"), "", "2", "retouch",
         "Mask", 3},
        {"layer-never-copy", QT_TR_NOOP("Paint what is never copied"), "", "3", "retouch", "Mask",
         3},
        {"clear-copy-layers", QT_TR_NOOP("Copy from everywhere again"), "", "", "retouch", "Mask",
         3},
        {"swap-brush", QT_TR_NOOP("Swap brush and eraser"), "", "X", "retouch", "Mask", 4},
        {"brush-larger", QT_TR_NOOP("Larger brush"), "", "]; .", "retouch", "Mask", 4},
        {"brush-smaller", QT_TR_NOOP("Smaller brush"), "", "[; ,", "retouch", "Mask", 4},
        {"go-home", QT_TR_NOOP("Home"), "house", "Alt+1", "", "Go", 0},
        {"go-datasets", QT_TR_NOOP("Datasets"), "grid-3x3-gap", "Alt+2", "", "Go", 0},
        {"go-train", QT_TR_NOOP("Train"), "graph-up", "Alt+3", "", "Go", 0},
        {"go-generate", QT_TR_NOOP("Generate"), "stars", "Alt+4", "", "Go", 0},
        {"go-retouch", QT_TR_NOOP("Retouch"), "bandaid", "Alt+5", "", "Go", 0},
        {"go-models", QT_TR_NOOP("Models"), "box", "Alt+6", "", "Go", 0},
        {"make", QT_TR_NOOP("Make pictures"), "play-fill", "Ctrl+Return", "home generate", "Run",
         0},
        {"train-on", QT_TR_NOOP("Train on this dataset"), "arrow-right", "Ctrl+Return", "datasets",
         "Run", 0},
        {"fill", QT_TR_NOOP("Fill"), "bandaid", "Ctrl+Return", "retouch", "Run", 0},
        {"try-model", QT_TR_NOOP("Try the model in Generate"), "stars", "Ctrl+Return", "models",
         "Run", 0},
        {"stop", QT_TR_NOOP("Stop"), "stop-fill", "Esc; Ctrl+.",
         "home datasets generate retouch models", "Run", 0},
        {"train-start", QT_TR_NOOP("Start training"), "play-fill", "Ctrl+Return", "train", "Run",
         0},
        {"train-pause", QT_TR_NOOP("Pause or resume training"), "pause-fill", "P", "train", "Run",
         0},
        {"train-stop", QT_TR_NOOP("Stop training"), "stop-fill", "Ctrl+.", "train", "Run", 0},
        {"train-sample", QT_TR_NOOP("Sample now"), "images", "S", "train", "Run", 1},
        {"train-try", QT_TR_NOOP("Try the newest weights in Generate"), "stars", "", "train", "Run",
         1},
        {"previews-play", QT_TR_NOOP("Play the previews"), "caret-right-fill", "Space", "train",
         "Run", 1},
        {"preview-before", QT_TR_NOOP("Preview before"), "caret-left-fill", "Left", "train", "Run",
         1},
        {"preview-next", QT_TR_NOOP("Next preview"), "caret-right-fill", "Right", "train", "Run",
         1},
        {"refine", QT_TR_NOOP("Refine: take the fill back, keep its mask"), "", "", "retouch",
         "Run", 1},
        {"another", QT_TR_NOOP("Another variant"), "plus-lg", "N", "retouch", "Run", 1},
        {"variant-next", QT_TR_NOOP("Next variant"), "", "V", "retouch", "Run", 1},
        {"variant-before", QT_TR_NOOP("Variant before"), "", "Shift+V", "retouch", "Run", 1},
        {"fill-on-release", QT_TR_NOOP("Fill on release"), "", "A", "retouch", "Run", 1},
        {"fill-film", QT_TR_NOOP("Film of the fill…"), "film", "", "retouch", "Run", 1},
        {"branch", QT_TR_NOOP("Branch from this step…"), "signpost-split", "B", "generate", "Run",
         1},
        {"between", QT_TR_NOOP("A film between two pictures…"), "arrow-right", "", "generate",
         "Run", 1},
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

QStringList scopesOf(const ActionRow& row) {
    return QString::fromLatin1(row.scope).split(QLatin1Char(' '), Qt::SkipEmptyParts);
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
    if (!isShown(found)) {
        const std::string first = scopesOf(*found.row).first().toStdString();
        return tr("works in %1").arg(entry("go-" + first).action->text());
    }
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

bool Actions::isShown(const Entry& entry) const {
    return !*entry.row->scope || scopesOf(*entry.row).contains(scope_);
}

void Actions::refresh(const Entry& entry) {
    entry.action->setEnabled(entry.possible && isShown(entry));
}

}  // namespace daguerre
