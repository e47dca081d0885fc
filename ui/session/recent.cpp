#include "ui/session/recent.h"

#include "ui/session/setting.h"

namespace daguerre {
namespace {

const Setting<QStringList> recent{"retouch/recent", {}};

}  // namespace

QStringList recentPhotos() { return recent.get(); }

void rememberPhoto(const std::filesystem::path& file) {
    QStringList files = recent.get();
    const QString name = QString::fromStdString(std::filesystem::absolute(file).string());
    files.removeAll(name);
    files.prepend(name);
    recent.set(files.mid(0, mostRecentPhotos));
}

void forgetPhoto(const QString& file) {
    QStringList files = recent.get();
    files.removeAll(file);
    recent.set(files);
}

}  // namespace daguerre
