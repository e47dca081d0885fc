#include "ui/workspaces/workspaces.h"

namespace daguerre {

QWidget* makeHome(Session&) { return new QWidget; }

}  // namespace daguerre
