#include "ui/workspaces/history_job.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/image_file.h"
#include "core/image/record.h"
#include "ui/widgets/qimage.h"
#include "ui/work/pictures.h"

namespace daguerre {
namespace {

constexpr std::size_t atOnce = 64;
constexpr int thumbnailSide = 2 * HistoryCells::side;  // px, for screens of ratio 2
constexpr std::uint64_t favouritesLimit = 1 << 22;     // bytes
constexpr std::int64_t pixelLimit = 100'000'000;

std::filesystem::path favouritesFile() { return picturesFolder() / "favourites.txt"; }

std::shared_ptr<const Image> readOrNull(const std::filesystem::path& file) {
    try {
        return std::make_shared<const Image>(read_image(file, pixelLimit));
    } catch (const Error&) {
        return nullptr;  // the strip shows an empty cell
    }
}

}  // namespace

HistoryItem historyItem(const QString& file, const std::shared_ptr<const Image>& image) {
    HistoryItem item;
    item.file = file;
    item.press = QFileInfo(file).path();
    if (!image) return item;
    const QImage picture =
        asQImage(image->depth == 8 ? image : std::make_shared<const Image>(to_channels(*image, 3)));
    const bool large = std::max(picture.width(), picture.height()) > thumbnailSide;
    item.thumbnail = large ? picture.scaled(thumbnailSide, thumbnailSide, Qt::KeepAspectRatio,
                                            Qt::SmoothTransformation)
                           : picture;
    const std::optional<Record> record = record_of(image->metadata);
    if (!record) return item;
    item.title = QString::fromStdString(record->title);
    for (const auto& [key, value] : record->parameters)
        item.settings.emplace_back(QString::fromStdString(key), QString::fromStdString(value));
    return item;
}

QString favouriteKey(const QString& file) {
    const QFileInfo info(file);
    return info.dir().dirName() + QLatin1Char('/') + info.fileName();
}

std::set<QString> readFavourites() {
    std::error_code missing;
    if (!std::filesystem::exists(favouritesFile(), missing)) return {};
    const QString all = QString::fromStdString(read_file(favouritesFile(), favouritesLimit));
    const QStringList lines = all.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    return {lines.begin(), lines.end()};
}

void writeFavourites(const std::set<QString>& favourites) {
    std::string all;
    for (const QString& name : favourites) all += name.toStdString() + '\n';
    write_whole(favouritesFile(), all);
}

HistoryJob::HistoryJob(int most) : Job(tr("Read the history")), most_(most) {}

void HistoryJob::run() {
    Q_EMIT favouritesRead(readFavourites());
    std::vector<HistoryItem> items;
    std::int64_t done = 0;
    for (const std::filesystem::path& press : presses()) {
        for (const std::filesystem::path& file : picturesOf(press)) {
            items.push_back(historyItem(QString::fromStdString(file.string()), readOrNull(file)));
            if (!report({++done, 0, "file", {}})) return;
        }
        if (items.size() >= atOnce) Q_EMIT read(std::exchange(items, {}));
        if (done >= most_) break;
    }
    if (!items.empty()) Q_EMIT read(items);
}

}  // namespace daguerre
