#include "ui/session/setting.h"

#include <QStandardPaths>

namespace daguerre {

QString settingsFile() {
    const QString home = qEnvironmentVariable("DAGUERRE_HOME");
    if (!home.isEmpty()) return home + QStringLiteral("/studio.ini");
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           QStringLiteral("/daguerre/studio.ini");
}

}  // namespace daguerre
