#include "ui/frame/paste.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>
#include <QUrl>
#include <cstring>

#include "ui/session/session.h"
#include "ui/work/errand.h"

namespace daguerre {
namespace {

Image imageOf(const QImage& picture) {
    const bool alpha = picture.hasAlphaChannel();
    const QImage pixels =
        picture.convertToFormat(alpha ? QImage::Format_RGBA8888 : QImage::Format_RGB888);
    Image image = Image::blank(pixels.width(), pixels.height(), alpha ? 4 : 3);
    for (int y = 0; y < image.height; ++y)
        std::memcpy(image.row<std::byte>(y).data(), pixels.constScanLine(y), image.row_bytes());
    return image;
}

}  // namespace

void pasteInto(Session& session) {
    const QMimeData* data = QGuiApplication::clipboard()->mimeData();
    bool files = false;
    if (data)
        for (const QUrl& url : data->urls()) {
            if (!url.isLocalFile()) continue;
            session.openFile(url.toLocalFile().toStdString());
            files = true;
        }
    if (files) return;
    const QImage picture = QGuiApplication::clipboard()->image();
    if (picture.isNull())
        return session.say(Job::tr("There is no picture and no file on the clipboard."));
    const auto job = makeJob<Errand>(Job::tr("Paste"), [&session, picture](const OnProgress&) {
        auto photo = std::make_shared<OpenedPhoto>();
        photo->pixels = Tiles(imageOf(picture));
        return [&session, photo] { session.openPhoto({.photo = photo}); };
    });
    QObject::connect(job.get(), &Errand::ready, &session, Errand::call);
    session.file(job);
}

}  // namespace daguerre
