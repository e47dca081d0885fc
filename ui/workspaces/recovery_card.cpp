#include "ui/workspaces/recovery_card.h"

#include <QCheckBox>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/session/recovery.h"
#include "ui/session/session.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr QSize thumbnailSize{72, 48};
constexpr std::size_t mostRows = 5;  // the others wait for the next start

QString ageWords(std::int64_t seconds) {
    if (seconds < 90) return RecoveryCard::tr("%1 s ago").arg(seconds);
    if (seconds < 90 * 60) return RecoveryCard::tr("%1 min ago").arg(seconds / 60);
    if (seconds < 36 * 3600) return RecoveryCard::tr("%1 h ago").arg(seconds / 3600);
    return RecoveryCard::tr("%n day(s) ago", nullptr, int(seconds / 86400));
}

QString nameOf(const JournalSummary& summary) {
    return summary.file.empty() ? RecoveryCard::tr("A pasted photo")
                                : QString::fromStdString(summary.file.filename().string());
}

}  // namespace

RecoveryCard::RecoveryCard(Session& session, QWidget* parent) : QFrame(parent), session_(session) {
    setObjectName(QStringLiteral("recovery"));
    setFrameShape(QFrame::StyledPanel);
    setMark(this, Mark::Card);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap5, gap3, gap5, gap3);
    column->setSpacing(gap2);
    auto* title = new QLabel(tr("These photos were open when the program ended"));
    title->setFont(daguerre::font(Type::Name));
    column->addWidget(title);
    rows_ = new QVBoxLayout;
    rows_->setSpacing(gap1);
    column->addLayout(rows_);
    open_ = new QPushButton(tr("Open the ticked"));
    open_->setObjectName(QStringLiteral("recovery.open"));
    setMark(open_, Mark::Primary);
    auto* later = new QPushButton(tr("Later"));
    later->setObjectName(QStringLiteral("recovery.later"));
    delete_ = new QPushButton(tr("Delete…"));
    delete_->setObjectName(QStringLiteral("recovery.delete"));
    delete_->setFlat(true);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(gap2);
    buttons->addWidget(open_);
    buttons->addWidget(later);
    buttons->addWidget(delete_);
    buttons->addStretch();
    column->addLayout(buttons);
    connect(open_, &QPushButton::clicked, this, &RecoveryCard::open);
    connect(later, &QPushButton::clicked, this, &QWidget::hide);
    connect(delete_, &QPushButton::clicked, this, &RecoveryCard::ask);
    connect(&session, &Session::leftFound, this, &RecoveryCard::offer);
    const auto look = [&session] {
        if (session.recovery()) session.recovery()->look();
    };
    look();  // what was found was told before
    // Once it is open, no card offers it any more.
    connect(&session, &Session::photosCame, this, look, Qt::QueuedConnection);
    hide();
}

void RecoveryCard::offer(const std::vector<JournalSummary>& left) {
    const std::vector<JournalSummary> newest(
        left.begin(), left.begin() + std::ptrdiff_t(std::min(left.size(), mostRows)));
    // Told again; it may have been put off meanwhile.
    if (std::ranges::equal(newest, left_, {}, &JournalSummary::folder, &JournalSummary::folder))
        return;
    left_ = newest;
    ticks_.clear();
    while (QLayoutItem* item = rows_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const JournalSummary& summary : left_) addRow(summary);
    showButtons();
    setVisible(!left_.empty());
}

void RecoveryCard::addRow(const JournalSummary& summary) {
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(gap3);
    auto* tick = new QCheckBox;
    tick->setChecked(true);
    tick->setAccessibleName(nameOf(summary));
    auto* picture = new QLabel;
    picture->setFixedSize(thumbnailSize);
    picture->setAlignment(Qt::AlignCenter);
    if (summary.thumbnail.width > 0) {
        const QImage image =
            asQImage(std::make_shared<const Image>(to_channels(summary.thumbnail, 3)));
        picture->setPixmap(QPixmap::fromImage(
            image.scaled(thumbnailSize, Qt::KeepAspectRatio, Qt::SmoothTransformation)));
    }
    auto* name = new QLabel(nameOf(summary));
    auto* facts =
        new QLabel(tr("%n step(s), %1", nullptr, summary.steps).arg(ageWords(summary.age_seconds)));
    facts->setForegroundRole(dimRole);
    line->addWidget(tick);
    line->addWidget(picture);
    line->addWidget(name);
    line->addWidget(facts);
    line->addStretch();
    rows_->addWidget(row);
    ticks_.push_back(tick);
    connect(tick, &QCheckBox::toggled, this, &RecoveryCard::showButtons);
}

std::vector<JournalSummary> RecoveryCard::ticked() const {
    std::vector<JournalSummary> chosen;
    for (std::size_t i = 0; i < left_.size(); ++i)
        if (ticks_[i]->isChecked()) chosen.push_back(left_[i]);
    return chosen;
}

void RecoveryCard::showButtons() {
    open_->setEnabled(!ticked().empty());
    delete_->setEnabled(!ticked().empty());
}

void RecoveryCard::open() {
    hide();
    for (const JournalSummary& summary : ticked()) session_.recovery()->reopen(summary.folder);
}

void RecoveryCard::ask() {
    int steps = 0;
    for (const JournalSummary& summary : ticked()) steps += summary.steps;
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Delete what was left"),
                                tr("The photos themselves stay; what was done to them goes for "
                                   "good."),
                                QMessageBox::Cancel, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* yes =
        box->addButton(tr("Delete %n step(s)", nullptr, steps), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("recovery.sure"));
    box->setDefaultButton(QMessageBox::Cancel);
    connect(yes, &QPushButton::clicked, this, &RecoveryCard::discard);
    box->open();
}

void RecoveryCard::discard() {
    for (const JournalSummary& summary : ticked()) session_.recovery()->discard(summary.folder);
    std::vector<JournalSummary> rest;
    for (std::size_t i = 0; i < left_.size(); ++i)
        if (!ticks_[i]->isChecked()) rest.push_back(left_[i]);
    offer(rest);
}

}  // namespace daguerre
