#include "ui/frame/jobs_list.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QScrollArea>
#include <QToolButton>

#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int listWidth = 380, mostHeight = 360;
constexpr qint64 estimateAfterMs = 3000;
constexpr double estimateAfterShare = 0.03;

QString spanWords(double seconds) {
    if (seconds < 9.95) return JobsList::tr("%1 s").arg(seconds, 0, 'f', 1);
    if (seconds < 90) return JobsList::tr("%1 s").arg(qRound(seconds));
    if (seconds < 5400) return JobsList::tr("%1 min").arg(qRound(seconds / 60));
    return JobsList::tr("%1 h").arg(seconds / 3600, 0, 'f', 1);
}

}  // namespace

double shareOf(const JobEntry& entry) {
    if (entry.advance.total <= 0) return -1;
    return double(entry.advance.done) / double(entry.advance.total);
}

QString stateWords(const JobEntry& entry) {
    using State = JobEntry::State;
    if (entry.state == State::Waiting) return JobsList::tr("waiting");
    if (entry.state == State::Ended) {
        if (entry.outcome == Outcome::Failed) return entry.why;
        const QString span = spanWords(double(entry.endedMs - entry.startedMs) / 1000);
        return entry.outcome == Outcome::Stopped ? JobsList::tr("stopped after %1").arg(span)
                                                 : JobsList::tr("done in %1").arg(span);
    }
    const double share = shareOf(entry);
    if (share < 0)
        return entry.advance.state.isEmpty() ? JobsList::tr("running") : entry.advance.state;
    const qint64 spent = Session::nowMs() - entry.startedMs;
    const QString percent = JobsList::tr("%1 %").arg(qRound(share * 100));
    if (!entry.advance.state.isEmpty())
        return JobsList::tr("%1, %2").arg(percent, entry.advance.state);
    if (entry.advance.left >= 0)
        return JobsList::tr("%1, about %2 left").arg(percent, spanWords(entry.advance.left));
    if (std::dynamic_pointer_cast<TrainJob>(entry.job)) return percent;
    if (share <= 0 || (spent < estimateAfterMs && share < estimateAfterShare)) return percent;
    const double left = double(spent) / 1000 * (1 - share) / share;
    if (left < 1) return percent;
    return JobsList::tr("%1, about %2 left").arg(percent, spanWords(std::ceil(left)));
}

JobsList::JobsList(Session& session, QWidget* parent)
    : QFrame(parent, Qt::Popup), session_(session) {
    setObjectName(QStringLiteral("jobs.list"));
    setAccessibleName(tr("Jobs"));
    setFixedWidth(listWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
}

void JobsList::refresh() {
    if (!isVisible()) return;
    delete rows_;
    auto* area = new QScrollArea(this);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(gap3, gap2, gap3, gap2);
    column->setSpacing(gap2);
    auto* heading = new QLabel(session_.jobs().empty() ? tr("Nothing was done yet.") : tr("Jobs"));
    heading->setFont(daguerre::font(Type::Section));
    column->addWidget(heading);
    for (auto entry = session_.jobs().rbegin(); entry != session_.jobs().rend(); ++entry)
        column->addWidget(makeRow(*entry));
    column->addStretch();
    for (QWidget* widget : {static_cast<QWidget*>(area->viewport()), content})
        widget->setBackgroundRole(QPalette::AlternateBase);
    area->setWidget(content);
    rows_ = area;
    layout()->addWidget(area);
    const QPoint foot = geometry().bottomLeft();
    setFixedHeight(std::min(mostHeight, content->sizeHint().height() + 2));
    move(foot.x(), foot.y() - height() + 1);
}

QWidget* JobsList::makeRow(const JobEntry& entry) {
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(gap2);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    auto* title = new QLabel(shortened(entry.title, 48));
    title->setToolTip(entry.title);
    words->addWidget(title);
    const double share = shareOf(entry);
    if (entry.state == JobEntry::State::Running && share >= 0) {
        auto* bar = new QProgressBar;
        bar->setRange(0, 1000);
        bar->setValue(int(share * 1000));
        bar->setTextVisible(false);
        bar->setFixedHeight(8);
        bar->setAccessibleName(entry.title);
        words->addWidget(bar);
    }
    auto* state = new QLabel(stateWords(entry));
    state->setFont(daguerre::font(Type::Caption));
    state->setForegroundRole(dimRole);
    state->setWordWrap(true);
    words->addWidget(state);
    line->addLayout(words, 1);
    if (!entry.job) return row;
    if (const auto training = std::dynamic_pointer_cast<TrainJob>(entry.job)) {
        auto* pause = new QToolButton;
        pause->setAutoRaise(true);
        const bool paused = training->pausing();
        setIconOnly(pause, paused ? "play-fill" : "pause-fill",
                    paused ? tr("Resume") : tr("Pause"));
        connect(pause, &QToolButton::clicked, this,
                [training] { training->pausing() ? training->goOn() : training->pause(); });
        line->addWidget(pause, 0, Qt::AlignTop);
    }
    auto* stop = new QToolButton;
    stop->setAutoRaise(true);
    setIconOnly(stop, "stop-fill", tr("Stop"));
    connect(stop, &QToolButton::clicked, this, [job = entry.job] { job->cancel(); });
    line->addWidget(stop, 0, Qt::AlignTop);
    return row;
}

}  // namespace daguerre
