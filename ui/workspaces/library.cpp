#include "ui/workspaces/library.h"

#include <QFileInfo>
#include <utility>

#include "core/base/error.h"
#include "core/image/image_file.h"
#include "ui/session/session.h"
#include "ui/work/pictures.h"
#include "ui/work/trash.h"
#include "ui/workspaces/history_job.h"

namespace daguerre {
namespace {

QString nameOf(const QString& file) { return QFileInfo(file).fileName(); }

}  // namespace

Library::Library(Session& session, HistoryStrip* strip)
    : QObject(strip), session_(session), strip_(strip) {}

void Library::run(const QString& title, Errand::Work work) {
    const auto job = makeJob<Errand>(title, std::move(work));
    connect(job.get(), &Errand::ready, this, &Errand::call);
    session_.file(job);
}

void Library::read() {
    const auto job = makeJob<HistoryJob>(mostRead);
    connect(job.get(), &HistoryJob::favouritesRead, this,
            [this](const std::set<QString>& favourites) { favourites_ = favourites; });
    connect(job.get(), &HistoryJob::read, this, [this](std::vector<HistoryItem> items) {
        // What was made since this job began is there already.
        std::erase_if(items, [this](const HistoryItem& item) { return strip_->find(item.file); });
        for (HistoryItem& item : items)
            item.favourite = favourites_.count(favouriteKey(item.file)) > 0;
        strip_->append(std::move(items));
    });
    session_.file(job);
}

void Library::add(const std::vector<Picture>& pictures) {
    std::vector<HistoryItem> items;
    for (const Picture& picture : pictures)
        if (!picture.file.empty())
            items.push_back(
                historyItem(QString::fromStdString(picture.file.string()), picture.image));
    strip_->add(std::move(items));
}

void Library::toggleFavourite(const QString& file) {
    const QString key = favouriteKey(file);
    const bool favourite = favourites_.erase(key) == 0;
    if (favourite) favourites_.insert(key);
    strip_->setFavourite(file, favourite);
    run(tr("Remember the favourites"), [favourites = favourites_](const OnProgress&) {
        writeFavourites(favourites);
        return Errand::Then();
    });
}

void Library::toTrash(const QString& file) {
    run(tr("Move “%1” to the trash").arg(nameOf(file)), [this, file](const OnProgress&) {
        const QString where = moveToTrash(file);
        return Errand::Then([this, file, where] {
            const HistoryItem* item = strip_->find(file);
            removed_ = item ? *item : HistoryItem{};
            inTrash_ = where;
            strip_->remove(file);
            Q_EMIT trashed(file);
        });
    });
}

void Library::undoTrash() {
    if (inTrash_.isEmpty() || removed_.file.isEmpty()) return;
    const QString from = std::exchange(inTrash_, {});
    run(tr("Bring “%1” back").arg(nameOf(removed_.file)),
        [this, from, item = removed_](const OnProgress&) {
            bringBack(from, item.file);
            return Errand::Then([this, item] {
                strip_->putBack(item);
                Q_EMIT broughtBack(item.file);
            });
        });
}

void Library::saveAs(const std::shared_ptr<const Image>& image, const QString& file) {
    run(tr("Save “%1”").arg(nameOf(file)), [this, image, file](const OnProgress&) {
        write_image(file.toStdString(), *image);
        return Errand::Then([this, file] { Q_EMIT saved(file); });
    });
}

void Library::keep(std::vector<Image> images, std::vector<std::string> names, const QString& press,
                   const std::string& model) {
    run(tr("Keep the half-done"), [=, this](const OnProgress&) {
        const std::filesystem::path folder =
            press.isEmpty() ? newPress(model) : std::filesystem::path(press.toStdString());
        std::vector<Picture> kept;
        for (std::size_t i = 0; i < images.size(); ++i) {
            const std::filesystem::path file = folder / names[i];
            write_image(file, images[i]);
            kept.push_back({std::make_shared<const Image>(images[i]), file});
        }
        return Errand::Then([this, kept] { add(kept); });
    });
}

void Library::openPress(const QString& file, Opened opened) {
    run(tr("Open “%1”").arg(nameOf(file)), [file, opened](const OnProgress&) {
        std::vector<Picture> pictures;
        for (const std::filesystem::path& path : picturesOf(QFileInfo(file).path().toStdString())) {
            try {
                pictures.push_back({std::make_shared<const Image>(read_image(path)), path});
            } catch (const Error&) {
                // A broken one among them; its cell in the strip is empty.
            }
        }
        return Errand::Then([opened, pictures] { opened(pictures); });
    });
}

}  // namespace daguerre
