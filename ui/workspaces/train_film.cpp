#include "ui/workspaces/train_film.h"

#include <QPointer>

#include "core/image/image_file.h"
#include "ui/session/session.h"
#include "ui/widgets/film_dialog.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/sheet.h"
#include "ui/work/errand.h"
#include "ui/workspaces/run_film.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

std::vector<Image> picturesIn(const Image& sheet) {
    std::vector<Image> all;
    for (int i = 0; i < sheetSide * sheetSide; ++i) {
        const QRect part = sheetPart({sheet.width, sheet.height}, i);
        all.push_back(crop(sheet, {part.x(), part.y(), part.width(), part.height()}));
    }
    return all;
}

}  // namespace

std::shared_ptr<Frames> framesOf(const std::vector<PreviewFile>& previews,
                                 std::vector<PreviewFile>& shown, const OnProgress& onProgress) {
    std::vector<Image> sheets;
    std::int64_t done = 0;
    shown.clear();
    for (const PreviewFile& preview : previews) {
        if (!onProgress({done++, std::int64_t(previews.size()), "file", nullptr})) return nullptr;
        try {
            Image sheet = read_image(preview.file);
            if (sheetPart({sheet.width, sheet.height}, 0).isEmpty()) continue;
            if (!sheets.empty() &&
                (sheet.width != sheets.front().width || sheet.height != sheets.front().height))
                continue;
            sheets.push_back(std::move(sheet));
            shown.push_back(preview);
        } catch (const Error&) {  // it isn't a picture
        }
    }
    const int last = int(sheets.size()) - 1;
    auto frames = std::make_shared<Frames>(sheetSide * sheetSide, std::max(last, 1));
    for (int i = 0; i < last; ++i)
        frames->add(std::make_shared<const Preview>(Preview{
            .step = i, .steps = last, .x = {}, .denoised = picturesIn(sheets[std::size_t(i)])}));
    if (last >= 0) frames->finish(0, picturesIn(sheets.back()));
    return frames;
}

void filmPreviews(Session& session, const std::vector<PreviewFile>& previews, int followed,
                  const QString& name, QWidget* parent) {
    const auto open = [&session, followed, name, over = QPointer<QWidget>(parent)](
                          const std::shared_ptr<Frames>& frames,
                          const std::vector<PreviewFile>& shown) {
        if (!over) return;
        std::vector<QString> captions;
        for (const PreviewFile& preview : shown)
            captions.push_back(Job::tr("%1 images").arg(countWords(preview.images)));
        auto* dialog = new FilmDialog(frames, followed, sheetSide, name, over);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setCaptions(std::move(captions), Job::tr("Images seen, under the pictures"));
        QObject::connect(dialog, &FilmDialog::wanted, dialog,
                         [&session, dialog](const FilmChoice& choice, const QString& file) {
                             runFilm(session, dialog, choice, file, nullptr);
                         });
        dialog->show();
    };
    const auto job =
        makeJob<Errand>(Job::tr("Read the previews"),
                        [previews, open](const OnProgress& onProgress) -> Errand::Then {
                            std::vector<PreviewFile> shown;
                            const auto frames = framesOf(previews, shown, onProgress);
                            if (!frames || shown.empty()) return {};
                            return [open, frames, shown] { open(frames, shown); };
                        });
    QObject::connect(job.get(), &Errand::ready, parent, Errand::call);
    session.file(job);
}

}  // namespace daguerre
