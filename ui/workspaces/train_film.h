// The previews of a run through time, as a film.
#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "core/image/progress.h"
#include "core/training/runs.h"
#include "ui/widgets/frames.h"

class QWidget;

namespace daguerre {

class Session;

/// A step a preview, of sixteen pictures each; sheets that can't be read, or of another size than
/// the first, are left out, and `shown` tells which are there. Null when on_progress ("file")
/// stopped it. Blocks.
std::shared_ptr<Frames> framesOf(const std::vector<PreviewFile>& previews,
                                 std::vector<PreviewFile>& shown, const OnProgress& onProgress);

/// Reads the previews on the file worker and opens the dialog of films over `parent`. followed: the
/// picture that is looked at, -1: all. name: proposed for the file.
void filmPreviews(Session& session, const std::vector<PreviewFile>& previews, int followed,
                  const QString& name, QWidget* parent);

}  // namespace daguerre
