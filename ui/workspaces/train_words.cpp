#include "ui/workspaces/train_words.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

#include "core/models/families.h"
#include "ui/widgets/sentence.h"

namespace daguerre {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Train", text); }

}  // namespace

QString nameOf(const std::filesystem::path& run) {
    return QString::fromStdString(run.filename().string());
}

QString countWords(std::int64_t count) { return QLocale().toString(qlonglong(count)); }

QString shortCount(double count) { return QLocale().toString(count, 'f', count < 9.95 ? 1 : 0); }

QString spanWords(double seconds) {
    if (seconds < 90) return tr("%1 s").arg(qRound(seconds));
    if (seconds < 90 * 60) return tr("%1 min").arg(qRound(seconds / 60));
    if (seconds < 48 * 3600) return tr("%1 h").arg(seconds / 3600, 0, 'f', 1);
    return tr("%1 days").arg(seconds / 86400, 0, 'f', 1);
}

QString bytesWords(std::uint64_t bytes) {
    const double number = double(bytes);
    if (number < 1e9) return tr("%1 MB").arg(number / 1e6, 0, 'f', number < 1e7 ? 1 : 0);
    return tr("%1 GB").arg(number / 1e9, 0, 'f', 1);
}

QString familyWords(const std::string& id) {
    const auto found = std::ranges::find(families(), id, &Family::id);
    return found == families().end() ? QString::fromStdString(id) : words(found->title);
}

QString stateWords(const RunInfo& run) {
    if (!run.trouble.pattern.empty()) return tr("can't be read");
    const double share =
        run.images_total > 0 ? double(run.images_seen) / double(run.images_total) : 0;
    const QString percent = tr("%1 %").arg(int(share * 100));
    switch (run.state) {
        case RunState::Running:
            return tr("%1, trained elsewhere").arg(percent);
        case RunState::Finished:
            return tr("done, %1").arg(countWords(run.images_seen));
        case RunState::Failed:
            return tr("failed at %1").arg(countWords(run.images_seen));
        case RunState::Stopped:
            break;
    }
    return tr("stopped, %1").arg(percent);
}

QString phaseWords(const TrainStatus& status) {
    const QString seen = countWords(status.report.images_seen);
    switch (status.phase) {
        case TrainStatus::Phase::Opening:
            return tr("reading the dataset");
        case TrainStatus::Phase::Paused:
            if (!status.trouble.pattern.empty())
                return tr("paused at %1: %2").arg(seen, words(status.trouble));
            return tr("paused at %1, within %2 s").arg(seen).arg(status.tookSeconds, 0, 'f', 2);
        case TrainStatus::Phase::Waiting:
            return tr("waits at %1 while pictures are made").arg(seen);
        case TrainStatus::Phase::Sampling:
            return tr("sampling at %1").arg(seen);
        case TrainStatus::Phase::Saving:
            return tr("saving at %1").arg(seen);
        case TrainStatus::Phase::Training:
            break;
    }
    QString text = tr("running, %1 of %2 images").arg(seen, countWords(status.report.images_total));
    if (status.left >= 0) text += tr(", about %1 left").arg(spanWords(status.left));
    return text;
}

QString shortWords(const TrainStatus& status) {
    const StepReport& report = status.report;
    if (report.images_total <= 0) return tr("opening");
    const QString percent = tr("%1 %").arg(100 * report.images_seen / report.images_total);
    if (status.phase == TrainStatus::Phase::Paused) return tr("%1, paused").arg(percent);
    if (status.phase == TrainStatus::Phase::Waiting) return tr("%1, waits").arg(percent);
    if (status.left < 0) return percent;
    return tr("%1, %2 left").arg(percent, spanWords(status.left));
}

}  // namespace daguerre
