#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/confused_list.h"
#include "ui/workspaces/train.h"
#include "ui/workspaces/train_compare.h"
#include "ui/workspaces/train_dashboard.h"
#include "ui/workspaces/train_runs.h"
#include "ui/workspaces/train_setup.h"
#include "ui/workspaces/train_timeline.h"

namespace daguerre {
namespace {

constexpr int barHeight = 40, signSize = 56, wordsFrom = 760;

QToolButton* wordButton(const char* sign, const QString& words, const char* name, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setIcon(icon(sign));
    button->setText(words);
    return button;
}

}  // namespace

TrainPage::TrainPage(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      runs_(new RunList(this)),
      setup_(new TrainSetup(session, this)),
      notice_(new Notice(this)) {
    auto* middle = new QVBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(makeBar());
    middle->addWidget(hairline(this));
    middle->addWidget(notice_);
    auto* inner = new QHBoxLayout;
    inner->setSpacing(0);
    inner->addWidget(runs_);
    inner->addWidget(hairline(this, QFrame::VLine));
    inner->addWidget(makeWork(), 1);
    middle->addLayout(inner, 1);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addLayout(middle, 1);
    all->addWidget(hairline(this, QFrame::VLine));
    all->addWidget(setup_);
    connectActions();
    second_.setInterval(1000);
    connect(&second_, &QTimer::timeout, this, &TrainPage::tick);
    second_.start();
    showData();
    begun();
    takeDropped();
    takeWish();
    refreshRuns();
}

QWidget* TrainPage::makeBar() {
    auto* bar = new QWidget(this);
    bar->setFixedHeight(barHeight);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(gap3, 0, gap2, 0);
    row->setSpacing(gap2);
    name_ = new QLabel(bar);
    name_->setFont(daguerre::font(Type::Name));
    family_ = new QLabel(bar);
    family_->setForegroundRole(dimRole);
    dot_ = new QLabel(QStringLiteral("●"), bar);
    state_ = new QLabel(bar);
    state_->setObjectName(QStringLiteral("train.state"));
    state_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    sample_ = wordButton("images", tr("Sample now"), "train.sample", bar);
    save_ = wordButton("download", tr("Save now"), "train.save", bar);
    pause_ = new QPushButton(bar);
    pause_->setObjectName(QStringLiteral("train.pause"));
    resume_ = new QPushButton(icon("play-fill"), tr("Resume"), bar);
    resume_->setObjectName(QStringLiteral("train.resume"));
    stop_ = new QPushButton(icon("stop-fill"), tr("Stop"), bar);
    stop_->setObjectName(QStringLiteral("train.stop"));
    Actions& actions = session_.actions();
    sample_->setToolTip(actions.tip("train-sample"));
    save_->setToolTip(actions.tip("train-save"));
    pause_->setToolTip(actions.tip("train-pause"));
    stop_->setToolTip(actions.tip("train-stop"));
    for (QWidget* widget : std::initializer_list<QWidget*>{name_, family_, dot_})
        row->addWidget(widget);
    row->addWidget(state_, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{sample_, save_, pause_, resume_, stop_})
        row->addWidget(widget);
    return bar;
}

/// In a small window the buttons beside the state have signs alone.
void TrainPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool wide = width() - setup_->width() >= wordsFrom;
    for (QToolButton* button : {sample_, save_})
        button->setToolButtonStyle(wide ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
    showState();
}

QWidget* TrainPage::makeWork() {
    work_ = new QStackedWidget(this);
    work_->addWidget(makeEmpty());
    auto* charts = new QWidget;
    auto* column = new QVBoxLayout(charts);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    dashboard_ = new Dashboard;
    timeline_ = new Timeline(session_);
    timeline_->setMinimumHeight(140);
    auto* upper = new QWidget;
    auto* rows = new QVBoxLayout(upper);
    rows->setContentsMargins(0, 0, 0, gap1);
    rows->setSpacing(0);
    rows->addWidget(dashboard_, 1);
    findingBar_ = new QFrame;
    auto* line = new QHBoxLayout(findingBar_);
    line->setContentsMargins(gap4, gap1, gap2, gap1);
    line->setSpacing(gap2);
    auto* sign = new QLabel;
    sign->setPixmap(icon("info-circle", Token::Accent).pixmap(iconSize));
    finding_ = new QLabel;
    finding_->setObjectName(QStringLiteral("train.finding"));
    finding_->setWordWrap(true);
    fix_ = new QPushButton(icon("plus-lg"), {});
    fix_->setObjectName(QStringLiteral("train.fix"));
    why_ = wordButton("question-circle", tr("Why"), "train.why", findingBar_);
    auto* hide = new QToolButton;
    hide->setAutoRaise(true);
    setIconOnly(hide, "x", tr("Hide this line"));
    connect(hide, &QToolButton::clicked, this, [this] {
        hiddenFinding_ = finding_->text();
        findingBar_->hide();
    });
    line->addWidget(sign);
    line->addWidget(finding_, 1);
    line->addWidget(fix_);
    line->addWidget(why_);
    line->addWidget(hide);
    rows->addWidget(findingBar_);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setHandleWidth(gap1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(upper);
    splitter->addWidget(timeline_);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 0);
    column->addWidget(splitter);
    work_->addWidget(charts);
    compare_ = new CompareView(session_);
    confused_ = new ConfusedList(session_, this);
    work_->addWidget(compare_);
    return work_;
}

QWidget* TrainPage::makeEmpty() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(gap5, gap5, gap5, gap5);
    column->setSpacing(gap3);
    auto* sign = new QLabel;
    sign->setPixmap(icon("graph-up", Token::Control).pixmap(signSize));
    auto* title = new QLabel(tr("Train a model of your own"));
    title->setFont(daguerre::font(Type::Heading));
    auto* words = new QLabel(
        tr("Choose what it learns from at the right and press Start. The first previews come after "
           "seconds; digits and clothes are good after minutes on two cores. It can be paused, "
           "stopped and resumed at any time, and every preview is kept."));
    words->setWordWrap(true);
    words->setForegroundRole(dimRole);
    words->setAlignment(Qt::AlignCenter);
    words->setFixedSize(400, words->heightForWidth(400));  // else it is cut when it is centred
    auto* button = new QPushButton(icon("play-fill"), tr("Start training"));
    button->setObjectName(QStringLiteral("train.begin"));
    connect(button, &QPushButton::clicked, setup_, &TrainSetup::press);
    column->addStretch(2);
    for (QWidget* widget : std::initializer_list<QWidget*>{sign, title, words, button})
        column->addWidget(widget, 0, Qt::AlignHCenter);
    column->addStretch(3);
    return page;
}

}  // namespace daguerre
