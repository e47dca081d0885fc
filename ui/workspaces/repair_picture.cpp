#include "ui/workspaces/repair_picture.h"

#include <QPainter>
#include <QPainterPath>

#include "core/base/files.h"
#include "core/image/image_file.h"
#include "core/inpaint/mask.h"
#include "ui/session/session.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"

namespace daguerre {
namespace {

constexpr QRgb red = qRgb(0xff, 0x2d, 0x55);
constexpr int redAlpha = 115;  // 45 %

struct Read {
    QImage photo, red;
};

/// The mask as red over nothing, with a white line inside a black one at its edge.
QImage overlayOf(const Image& mask) {
    QImage overlay(mask.width, mask.height, QImage::Format_ARGB32_Premultiplied);
    const auto hole = [&](int x, int y) {
        x = std::clamp(x, 0, mask.width - 1);
        y = std::clamp(y, 0, mask.height - 1);
        return mask.row<std::uint8_t>(y)[std::size_t(x)] >= 128;
    };
    const auto all = [&](int x, int y, int by) {
        return hole(x - by, y) && hole(x + by, y) && hole(x, y - by) && hole(x, y + by);
    };
    const auto any = [&](int x, int y, int by) {
        return hole(x - by, y) || hole(x + by, y) || hole(x, y - by) || hole(x, y + by);
    };
    for (int y = 0; y < mask.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(overlay.scanLine(y));
        for (int x = 0; x < mask.width; ++x)
            line[x] = hole(x, y)
                          ? all(x, y, 2)
                                ? qPremultiply(qRgba(qRed(red), qGreen(red), qBlue(red), redAlpha))
                                : qRgba(255, 255, 255, 255)
                      : any(x, y, 2) ? qPremultiply(qRgba(0, 0, 0, 160))
                                     : 0;
    }
    return overlay;
}

Read readBundled() {
    const Image photo = to_channels(read_image(bundledPhoto()), 3);
    const Image mask = read_mask(bundledMask(), {photo.width, photo.height});
    return {asQImage(std::make_shared<const Image>(photo)), overlayOf(mask)};
}

}  // namespace

std::filesystem::path bundledPhoto() {
    return resources_folder() / "photos" / "extreme-desert-hike.jpg";
}

std::filesystem::path bundledMask() {
    return resources_folder() / "photos" / "extreme-desert-hike-mask.png";
}

RepairPicture::RepairPicture(Session& session, QWidget* parent)
    : QWidget(parent), session_(session) {
    setAccessibleName(tr("Hikers on a dune; they and their shadows are marked in red"));
    // The workers start after the first paint of the window.
    if (session.device())
        begin();
    else
        connect(&session, &Session::deviceChosen, this, &RepairPicture::begin,
                Qt::SingleShotConnection);
}

void RepairPicture::begin() {
    const auto job = makeJob<Errand>(tr("Read the bundled photo"), [this](const OnProgress&) {
        const Read read = readBundled();
        return [this, read] {
            picture_ = read.photo;
            mask_ = read.red;
            update();
            Q_EMIT this->read();
        };
    });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
}

void RepairPicture::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    QPainterPath round;
    round.addRoundedRect(rect(), radius, radius);
    painter.setClipPath(round);
    painter.fillRect(rect(), colour(Token::Surround));
    if (picture_.isNull()) return;
    // The lower part, where the hikers are, as much of it as fits.
    const QSizeF shape = QSizeF(size()).scaled(QSizeF(picture_.size()) * 0.72, Qt::KeepAspectRatio);
    const QPointF middle(picture_.width() * 0.38, picture_.height() * 0.7);
    QRectF part(middle - QPointF(shape.width() / 2, shape.height() / 2), shape);
    part.moveLeft(std::clamp(part.left(), 0., picture_.width() - part.width()));
    part.moveTop(std::clamp(part.top(), 0., picture_.height() - part.height()));
    painter.drawImage(QRectF(rect()), picture_, part);
    painter.drawImage(QRectF(rect()), mask_, part);
}

}  // namespace daguerre
