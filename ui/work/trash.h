// The system's trash, and back.
#pragma once

#include <QString>

namespace daguerre {

/// Moves a file or folder there and gives where it lies then. Throws Error; it stays in its place.
QString moveToTrash(const QString& file);
/// Moves it back to where it was. Throws Error.
void bringBack(const QString& inTrash, const QString& file);

}  // namespace daguerre
