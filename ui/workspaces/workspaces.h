// The pages of the rail.
#pragma once

#include <QWidget>
#include <vector>

#include "ui/session/session.h"

namespace daguerre {

/// A page. Its widget is made when it is first shown, and kept. Its state it remembers itself.
struct Workspace {
    const char* id;
    const char* title;
    const char* icon;
    QWidget* (*make)(Session&);  // without a parent
};
const std::vector<Workspace>& workspaces();

QWidget* makeHome(Session& session);
QWidget* makeDatasets(Session& session);
QWidget* makeTrain(Session& session);
QWidget* makeGenerate(Session& session);
QWidget* makeRetouch(Session& session);
QWidget* makeModels(Session& session);

}  // namespace daguerre
