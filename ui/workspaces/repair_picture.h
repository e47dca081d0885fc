// The bundled photo with its suggested mask: what Retouch does, in one picture.
#pragma once

#include <QImage>
#include <QWidget>
#include <filesystem>

namespace daguerre {

class Session;

/// What comes with the program; may be missing in an odd build.
std::filesystem::path bundledPhoto();
std::filesystem::path bundledMask();

/// Fills its place with the part of the photo around the mask, whose hole is red. The file is read
/// by a worker once the window is there.
class RepairPicture : public QWidget {
    Q_OBJECT
public:
    explicit RepairPicture(Session& session, QWidget* parent = nullptr);

    /// Whether the bundled photo could be read; false until then.
    bool isThere() const { return !picture_.isNull(); }

Q_SIGNALS:
    void read();

protected:
    void paintEvent(QPaintEvent*) override;

private:
    void begin();

    Session& session_;
    QImage picture_, mask_;
};

}  // namespace daguerre
