// The photos that were opened or saved last.
#pragma once

#include <QStringList>
#include <filesystem>

namespace daguerre {

inline constexpr int mostRecentPhotos = 20;

/// Newest first; files that are gone stay in the list.
QStringList recentPhotos();
void rememberPhoto(const std::filesystem::path& file);
void forgetPhoto(const QString& file);

}  // namespace daguerre
