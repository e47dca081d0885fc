// Writing the film that a dialog asked for.
#pragma once

#include <QString>
#include <memory>

#include "core/image/record.h"

namespace daguerre {

class FilmDialog;
class Session;
struct FilmChoice;

/// Hands it to the file worker, and tells the dialog how far it is. record: may be null.
void runFilm(Session& session, FilmDialog* dialog, const FilmChoice& choice, const QString& file,
             std::shared_ptr<const Record> record);

}  // namespace daguerre
