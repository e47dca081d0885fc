#include "ui/workspaces/train_words.h"

#include <QCoreApplication>
#include <QLocale>

namespace daguerre {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Train", text); }

}  // namespace

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

}  // namespace daguerre
