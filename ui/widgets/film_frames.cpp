#include "ui/widgets/film_frames.h"

#include <QFontDatabase>
#include <QPainter>
#include <algorithm>
#include <cstring>

#include "core/image/film.h"
#include "core/image/image_file.h"
#include "ui/widgets/qimage.h"

namespace daguerre {
namespace {

constexpr double longestPixels = 512e6 / 3;  // of all frames together
constexpr QRgb ground = qRgb(0x1c, 0x1c, 0x1c), ink = qRgb(0xed, 0xed, 0xed);

int even(int length) { return length + length % 2; }
int gapOf(const FilmChoice& choice) { return choice.side ? 4 : std::max(2, choice.scale); }
int captionHeight(const FilmChoice& choice) {
    if (!choice.caption) return 0;
    return choice.side ? 20 : std::clamp(choice.scale * 4, 14, 28);
}
QSize cellOf(const Frames& frames, const FilmChoice& choice) {
    if (choice.side == 0) return frames.size() * choice.scale;
    return frames.size().scaled(choice.side, choice.side, Qt::KeepAspectRatio).expandedTo({1, 1});
}
int halves(const FilmChoice& choice) { return choice.halves == FilmHalves::Both ? 2 : 1; }

QSize gridSize(const Frames& frames, const FilmChoice& choice) {
    const int count = int(choice.pictures.size()), columns = std::min(choice.columns, count);
    const int rows = (count + columns - 1) / columns, gap = gapOf(choice);
    const QSize cell = cellOf(frames, choice);
    return {columns * (cell.width() + gap) - gap, rows * (cell.height() + gap) - gap};
}

std::vector<int> spread(const std::vector<int>& all, int count) {
    if (count <= 0 || count >= int(all.size())) return all;
    std::vector<int> some;
    for (int i = 0; i < count; ++i)
        some.push_back(
            all[std::size_t(i) * (all.size() - 1) / std::size_t(std::max(count - 1, 1))]);
    return some;
}

void drawPicture(QPainter& painter, const Frames& frames, int picture, int step, bool noise,
                 QRect where) {
    const int shown = frames.atMost(picture, step);
    if (shown < 0) return;
    const QImage image =
        asQImage(noise ? frames.noisy(picture, shown) : frames.guess(picture, shown));
    if (image.width() <= where.width()) return painter.drawImage(where, image);
    painter.drawImage(where,
                      image.scaled(where.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
}

QString captionOf(const Frames& frames, const FilmChoice& choice, int step) {
    if (step < int(choice.captions.size())) return choice.captions[std::size_t(step)];
    const double sigma = frames.sigma(step);
    return QStringLiteral("%1 / %2   σ %3")
        .arg(step)
        .arg(frames.steps())
        .arg(sigma, 0, 'f',
             sigma >= 99.95   ? 1
             : sigma >= 9.995 ? 2
                              : 3);
}

void drawCaption(QPainter& painter, const QString& text, QRect where) {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(where.height() * 3 / 5);
    while (font.pixelSize() > 7 && QFontMetrics(font).horizontalAdvance(text) > where.width())
        font.setPixelSize(font.pixelSize() - 1);
    painter.setFont(font);
    painter.setPen(QColor(ink));
    painter.drawText(where, Qt::AlignCenter, text);
}

Image asImage(const QImage& picture) {
    const QImage rgb = picture.convertToFormat(QImage::Format_RGB888);
    Image image;
    image.width = rgb.width();
    image.height = rgb.height();
    image.pixels.resize(image.row_bytes() * std::size_t(image.height));
    for (int y = 0; y < image.height; ++y)
        std::memcpy(image.pixels.data() + std::size_t(y) * image.row_bytes(), rgb.constScanLine(y),
                    image.row_bytes());
    return image;
}

/// "steps", "steps-2", ...: the first that isn't there.
std::filesystem::path newFolder(const std::filesystem::path& wish) {
    std::filesystem::path folder = wish;
    for (int n = 2; std::filesystem::exists(folder); ++n)
        folder = wish.string() + "-" + std::to_string(n);
    return folder;
}

std::string stepName(int step) {
    return QStringLiteral("%1.png").arg(step, 4, 10, QLatin1Char('0')).toStdString();
}

/// A folder that goes away with what is in it unless all of it was written.
struct Unfinished {
    std::filesystem::path folder;
    bool whole = false;
    ~Unfinished() {
        std::error_code gone;
        if (!whole) std::filesystem::remove_all(folder, gone);
    }
};

bool writeSteps(const Frames& frames, const FilmChoice& choice, const std::filesystem::path& wish,
                const Record* record, const OnProgress& onProgress) {
    const std::vector<int> steps = filmSteps(frames, choice);
    Unfinished made{newFolder(wish)};
    std::int64_t done = 0;
    for (const int step : steps) {
        Image image = filmFrame(frames, choice, step);
        if (record) add_record(image, *record);
        write_image(made.folder / stepName(step), image);
        if (!onProgress({++done, std::int64_t(steps.size()), "frame", {}})) return false;
    }
    return made.whole = true;
}

bool writeSheet(const Frames& frames, const FilmChoice& choice, const std::filesystem::path& file,
                const Record* record) {
    Image sheet = filmSheet(frames, choice);
    if (record) add_record(sheet, *record);
    write_image(file, sheet);
    return true;
}

}  // namespace

std::vector<int> filmSteps(const Frames& frames, const FilmChoice& choice) {
    const std::vector<int> all = frames.kept();
    if (choice.form == FilmChoice::Form::Sheet) return spread(all, choice.sheetSteps);
    if (choice.form == FilmChoice::Form::Steps) return all;
    const QSize size = filmSize(frames, choice);
    return spread(all, int(std::max(2., longestPixels / (double(size.width()) * size.height()))));
}

QSize filmSize(const Frames& frames, const FilmChoice& choice) {
    const int gap = gapOf(choice);
    if (choice.form == FilmChoice::Form::Sheet) {
        const QSize cell = cellOf(frames, choice) + QSize(gap, gap);
        const int rows = int(choice.pictures.size()) * halves(choice);
        const int columns = int(filmSteps(frames, choice).size());
        return {columns * cell.width() + gap, rows * cell.height() + gap + captionHeight(choice)};
    }
    const QSize grid = gridSize(frames, choice);
    return {even(halves(choice) * (grid.width() + 2 * gap)),
            even(grid.height() + 2 * gap + captionHeight(choice))};
}

Image filmFrame(const Frames& frames, const FilmChoice& choice, int step) {
    QImage frame(filmSize(frames, choice), QImage::Format_RGB32);
    frame.fill(ground);
    QPainter painter(&frame);
    const int gap = gapOf(choice), count = int(choice.pictures.size());
    const int columns = std::min(choice.columns, count);
    const QSize grid = gridSize(frames, choice), cell = cellOf(frames, choice);
    for (int half = 0; half < halves(choice); ++half) {
        const bool noise =
            choice.halves == FilmHalves::Noise || (choice.halves == FilmHalves::Both && half == 0);
        const QPoint corner(gap + half * (grid.width() + 2 * gap), gap);
        for (int i = 0; i < count; ++i) {
            const QPoint place(i % columns * (cell.width() + gap),
                               i / columns * (cell.height() + gap));
            drawPicture(painter, frames, choice.pictures[std::size_t(i)], step, noise,
                        QRect(corner + place, cell));
        }
    }
    if (choice.caption)
        drawCaption(painter, captionOf(frames, choice, step),
                    QRect(0, gap + grid.height(), frame.width(), captionHeight(choice) + gap));
    painter.end();
    return asImage(frame);
}

Image filmSheet(const Frames& frames, const FilmChoice& choice) {
    QImage sheet(filmSize(frames, choice), QImage::Format_RGB32);
    if (sheet.isNull()) return {};
    sheet.fill(ground);
    QPainter painter(&sheet);
    const int gap = gapOf(choice);
    const QSize cell = cellOf(frames, choice);
    int x = gap;
    for (const int step : filmSteps(frames, choice)) {
        int y = gap;
        for (const int picture : choice.pictures) {
            for (int half = 0; half < halves(choice); ++half) {
                const bool noise = choice.halves == FilmHalves::Noise ||
                                   (choice.halves == FilmHalves::Both && half == 0);
                drawPicture(painter, frames, picture, step, noise, QRect({x, y}, cell));
                y += cell.height() + gap;
            }
        }
        if (choice.caption)
            drawCaption(
                painter,
                choice.captions.empty() ? QString::number(step) : captionOf(frames, choice, step),
                QRect(x, y - gap, cell.width(), captionHeight(choice) + gap));
        x += cell.width() + gap;
    }
    painter.end();
    return asImage(sheet);
}

bool writeFilm(const Frames& frames, const FilmChoice& choice, const std::filesystem::path& file,
               const Record* record, const OnProgress& onProgress) {
    if (choice.form == FilmChoice::Form::Steps)
        return writeSteps(frames, choice, file, record, onProgress);
    if (choice.form == FilmChoice::Form::Sheet) return writeSheet(frames, choice, file, record);
    std::vector<Image> pictures;
    const std::vector<int> steps = filmSteps(frames, choice);
    const auto total = std::int64_t(2 * steps.size());  // drawn, then written
    for (const int step : steps) {
        pictures.push_back(filmFrame(frames, choice, step));
        if (!onProgress({std::int64_t(pictures.size()), total, "frame", {}})) return false;
    }
    bool going = true;
    write_film(file, pictures,
               {.frames_per_second = choice.framesPerSecond,
                .scale = 1,
                .hold_last_seconds = choice.holdSeconds},
               record, [&](const Progress& progress) {
                   const auto drawn = std::int64_t(steps.size());
                   return going = onProgress({drawn + progress.done, total, "frame", {}});
               });
    return going;
}

}  // namespace daguerre
