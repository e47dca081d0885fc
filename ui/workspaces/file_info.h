// Everything a picture says about itself.
#pragma once

#include <QDialog>

#include "core/image/image.h"
#include "core/image/record.h"

namespace daguerre {

/// Not modal; goes away when it is closed.
class FileInfo : public QDialog {
    Q_OBJECT
public:
    FileInfo(const QString& file, const Image& image, QWidget* parent);

Q_SIGNALS:
    void restoreWanted(const daguerre::Record& record);
};

}  // namespace daguerre
