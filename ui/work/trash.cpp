#include "ui/work/trash.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include "core/base/error.h"

namespace daguerre {

QString moveToTrash(const QString& file) {
    QString where;
    if (!QFile::moveToTrash(file, &where))
        throw Error("“{file}” couldn't be moved to the trash; it is still in its folder.",
                    {{"file", QFileInfo(file).fileName().toStdString()}});
    return where;
}

void bringBack(const QString& inTrash, const QString& file) {
    QDir().mkpath(QFileInfo(file).path());
    if (!QFile::rename(inTrash, file))
        throw Error("“{file}” couldn't be brought back from the trash.",
                    {{"file", QFileInfo(file).fileName().toStdString()}});
    // The note that the desktop keeps about it.
    const QFileInfo info(inTrash);
    QFile::remove(info.path() + QStringLiteral("/../info/") + info.fileName() +
                  QStringLiteral(".trashinfo"));
}

}  // namespace daguerre
