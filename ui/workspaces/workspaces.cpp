#include "ui/workspaces/workspaces.h"

namespace daguerre {

const std::vector<Workspace>& workspaces() {
    static const std::vector<Workspace> rows{
        {"home", QT_TRANSLATE_NOOP("workspaces", "Home"), "house", makeHome},
        {"datasets", QT_TRANSLATE_NOOP("workspaces", "Datasets"), "grid-3x3-gap", makeDatasets},
        {"train", QT_TRANSLATE_NOOP("workspaces", "Train"), "graph-up", makeTrain},
        {"generate", QT_TRANSLATE_NOOP("workspaces", "Generate"), "stars", makeGenerate},
        {"retouch", QT_TRANSLATE_NOOP("workspaces", "Retouch"), "bandaid", makeRetouch},
        {"models", QT_TRANSLATE_NOOP("workspaces", "Models"), "box", makeModels},
    };
    return rows;
}

}  // namespace daguerre
