#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <algorithm>

#include "core/models/families.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train.h"
#include "ui/workspaces/train_runs.h"
#include "ui/workspaces/train_setup.h"
#include "ui/workspaces/train_timeline.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

/// False for a classifier. A family of a newer program is taken to make some.
bool makesPictures(const std::string& family) {
    const auto found = std::ranges::find(families(), family, &Family::id);
    return found == families().end() || found->generate_fields;
}

}  // namespace

void TrainPage::showState() {
    const bool here = trains();
    const RunData* own = data();
    const TrainStatus& status = session_.trainStatus();
    const auto& job = session_.training();
    runs_->setTraining(job ? job->folder() : std::filesystem::path(), shortWords(status));
    name_->setText(shown_.empty() ? tr("New run") : shortened(nameOf(shown_)));
    family_->setText(own ? familyWords(own->info.family) : QString());
    const bool paused = here && job->pausing();
    const Token token = paused ? Token::Warn : Token::Good;
    dot_->setVisible(here);
    QPalette palette = dot_->palette();
    palette.setColor(QPalette::WindowText, colour(token));
    if (dot_->palette() != palette) dot_->setPalette(palette);
    const QString words = here ? phaseWords(status) : own ? stateWords(own->info) : QString();
    state_->setText(state_->fontMetrics().elidedText(words, Qt::ElideRight, state_->width()));
    state_->setToolTip(words);
    state_->setAccessibleName(words);
    const bool pictures = !own || makesPictures(own->info.family);
    timeline_->setVisible(pictures);
    sample_->setVisible(here && pictures);
    for (QWidget* widget : std::initializer_list<QWidget*>{save_, pause_, stop_})
        widget->setVisible(here);
    pause_->setText(paused ? tr("Resume") : tr("Pause"));
    pause_->setIcon(icon(paused ? "play-fill" : "pause-fill"));
    const bool stopped =
        own && !here && own->info.trouble.pattern.empty() &&
        (own->info.state == RunState::Stopped || own->info.state == RunState::Failed);
    resume_->setVisible(stopped);
    resume_->setEnabled(!job);
    resume_->setToolTip(job ? tr("Another run is being trained.") : QString());
    Actions& actions = session_.actions();
    actions.setPossible("previews-film", !timeline_->previews().empty(), tr("no previews yet"));
    actions.setPossible("export-events", own != nullptr, tr("no run is shown"));
    for (const char* id : {"train-pause", "train-stop", "train-save"})
        actions.setPossible(id, job != nullptr, tr("nothing is being trained"));
    for (const char* id : {"train-sample", "train-try"})
        actions.setPossible(
            id, job != nullptr && (!here || pictures),
            job ? tr("this model makes no pictures") : tr("nothing is being trained"));
    showTruth();
}

void TrainPage::showTruth() {
    const RunData* own = data();
    std::vector<std::pair<QString, QString>> rows;
    if (own && own->curves && !own->curves->curves.empty() &&
        !own->curves->curves.front().empty()) {
        const CurvePoint& last = own->curves->curves.front().back();
        const TrainEstimate* before = setup_->estimateOf(shown_);
        const double rate = last.seconds > 0 ? last.images / last.seconds : 0;
        const double whole = rate > 0 ? double(own->info.images_total) / rate : 0;
        const auto both = [&](const QString& then, const QString& now) {
            return then.isEmpty() ? now : tr("%1 estimated, %2 now").arg(then, now);
        };
        const bool known = before && before->images_per_second > 0;
        rows.emplace_back(
            tr("Time"),
            both(known ? spanWords(double(before->images) / before->images_per_second) : QString(),
                 spanWords(whole)));
        rows.emplace_back(tr("Speed"),
                          both(known ? shortCount(before->images_per_second) : QString(),
                               tr("%1 images/s").arg(shortCount(rate))));
        if (before)
            rows.emplace_back(tr("Memory"), tr("%1 estimated").arg(bytesWords(before->bytes)));
    }
    if (trains())
        rows.emplace_back(
            tr("Dashboard"),
            tr("previews and window cost %1 %").arg(session_.trainStatus().cost * 100, 0, 'f', 1));
    setup_->showTruth(rows);
}

}  // namespace daguerre
