#include "ui/workspaces/run_film.h"

#include <QFileInfo>

#include "ui/session/session.h"
#include "ui/widgets/film_dialog.h"
#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"

namespace daguerre {

void runFilm(Session& session, FilmDialog* dialog, const FilmChoice& choice, const QString& file,
             std::shared_ptr<const Record> record) {
    const auto job = makeJob<Errand>(
        Job::tr("Write “%1”").arg(QFileInfo(file).fileName()),
        [frames = dialog->frames(), choice, file, record](const OnProgress& onProgress) {
            writeFilm(*frames, choice, file.toStdString(), record.get(), onProgress);
            return Errand::Then();
        });
    QObject::connect(job.get(), &Job::advanced, dialog, [dialog](const Advance& advance) {
        dialog->showProgress(advance.done, advance.total);
    });
    QObject::connect(job.get(), &Job::finished, dialog,
                     [dialog](Outcome outcome, const Sentence& why) {
                         dialog->showEnd(outcome == Outcome::Done,
                                         outcome == Outcome::Failed ? words(why) : QString());
                     });
    QObject::connect(dialog, &FilmDialog::stopWanted, &session, [job] { job->cancel(); });
    session.file(job);
}

}  // namespace daguerre
