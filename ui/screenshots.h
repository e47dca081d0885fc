// Pictures of every page, for eyes and as proof that each can be built.
#pragma once

#include <QString>
#include <QStringList>

#include "ui/session/session.h"

namespace daguerre {

/// Writes workspace-state-look-scale-size.png into the folder: every workspace empty and filled,
/// dark and light, in two sizes. The scale is that of the process. Pictures are made on the way, so
/// DAGUERRE_HOME should name a folder that may be filled. Gives the files; throws Error.
QStringList writeScreenshots(const QString& folder, const ModelSource& source);

}  // namespace daguerre
