// Where the parts of Retouch lie.
#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/session/session.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/photo_history.h"
#include "ui/workspaces/photo_line.h"
#include "ui/workspaces/photo_tabs.h"
#include "ui/workspaces/recovery_card.h"
#include "ui/workspaces/repair_picture.h"
#include "ui/workspaces/retouch.h"
#include "ui/workspaces/retouch_panel.h"
#include "ui/workspaces/retouch_settings.h"
#include "ui/workspaces/tool_bar.h"
#include "ui/workspaces/variants_strip.h"

namespace daguerre {
namespace {

constexpr int stripHeight = 124, soonMs = 60;
constexpr QSize emptyPicture{480, 320};

const Setting<QByteArray> splitterState{"retouch/splitter", {}};

}  // namespace

void Retouch::build() {
    canvas_ = new Canvas;
    canvas_->setObjectName(QStringLiteral("retouch.canvas"));
    tabs_ = new PhotoTabs;
    notice_ = new Notice;
    notice_->setObjectName(QStringLiteral("retouch.notice"));
    strip_ = new VariantsStrip(session_.actions());
    strip_->preview()->setChecked(previewWanted.get());
    line_ = new PhotoLine;
    panel_ = new RetouchPanel(session_);
    history_ = new PhotoHistory(session_.actions());
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(makeCanvasPart());
    splitter->addWidget(strip_);
    splitter->setStretchFactor(0, 1);
    splitter->setCollapsible(0, false);
    splitter->setSizes({10 * stripHeight, stripHeight});
    if (!splitterState.get().isEmpty()) splitter->restoreState(splitterState.get());
    connect(splitter, &QSplitter::splitterMoved, this,
            [splitter] { splitterState.set(splitter->saveState()); });
    auto* page = new QWidget;
    auto* work = new QVBoxLayout(page);
    work->setContentsMargins(0, 0, 0, 0);
    work->setSpacing(0);
    work->addWidget(makeTop());
    work->addWidget(hairline(this, QFrame::HLine));
    work->addWidget(new ToolOptions(canvas_));
    work->addWidget(splitter, 1);
    pages_ = new QStackedWidget;
    pages_->addWidget(makeEmpty());
    pages_->addWidget(page);
    pages_->addWidget(glance_ = new PhotoView);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    auto* left = new QVBoxLayout;
    left->setSpacing(0);
    left->addWidget(notice_);
    left->addWidget(pages_, 1);
    all->addLayout(left, 1);
    all->addWidget(hairline(this, QFrame::VLine));
    all->addWidget(panel_);
    panel_->setVisible(panelShown.get());
    soon_.setSingleShot(true);
    soon_.setInterval(soonMs);
}

QWidget* Retouch::makeTop() {
    auto* top = new QWidget;
    auto* row = new QHBoxLayout(top);
    row->setContentsMargins(0, 0, gap3, 0);
    row->setSpacing(gap1);
    auto* plus = new QToolButton;
    plus->setAutoRaise(true);
    plus->setObjectName(QStringLiteral("retouch.open"));
    setIconOnly(plus, "plus-lg", tr("Open a photo"), QStringLiteral("Ctrl+O"));
    connect(plus, &QToolButton::clicked, session_.actions()["open"], &QAction::trigger);
    auto* save = new QToolButton;
    save->setAutoRaise(true);
    save->setObjectName(QStringLiteral("retouch.save"));
    save->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    save->setIcon(icon("download"));
    save->setText(tr("Save"));
    QAction* action = session_.actions()["save-photo"];
    save->setToolTip(session_.actions().tip("save-photo"));
    connect(save, &QToolButton::clicked, action, &QAction::trigger);
    connect(action, &QAction::enabledChanged, save, &QWidget::setEnabled);
    holdHint_ = new QLabel;
    holdHint_->setFont(daguerre::font(Type::Caption));
    holdHint_->setForegroundRole(dimRole);
    row->addWidget(tabs_, 0, Qt::AlignBottom);
    row->addWidget(plus);
    row->addStretch();
    row->addWidget(holdHint_);
    row->addWidget(save);
    return top;
}

QWidget* Retouch::makeCanvasPart() {
    auto* part = new QWidget;
    auto* grid = new QVBoxLayout(part);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(0);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(new ToolColumn(session_.actions(), canvas_));
    middle->addWidget(hairline(part, QFrame::VLine));
    middle->addWidget(canvas_, 1);
    middle->addWidget(history_);
    grid->addWidget(hairline(part, QFrame::HLine));
    grid->addLayout(middle, 1);
    grid->addWidget(hairline(part, QFrame::HLine));
    grid->addWidget(line_);
    return part;
}

QWidget* Retouch::makeEmpty() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(gap4);
    auto* picture = new RepairPicture(session_);
    picture->setFixedSize(emptyPicture);
    auto* words = new QLabel(
        tr("Brush over a thing in a photo, press Ctrl+Enter, and it is gone.\nDrop a photo "
           "anywhere, or open one."));
    words->setAlignment(Qt::AlignCenter);
    words->setForegroundRole(dimRole);
    auto* open = new QPushButton(tr("Open your photo…"));
    open->setObjectName(QStringLiteral("retouch.open-first"));
    open->setIcon(icon("folder2-open"));
    open->setFixedHeight(primaryHeight);
    connect(open, &QPushButton::clicked, session_.actions()["open"], &QAction::trigger);
    column->addWidget(new RecoveryCard(session_));
    column->addStretch(2);
    column->addWidget(picture, 0, Qt::AlignCenter);
    column->addWidget(words);
    column->addWidget(open, 0, Qt::AlignCenter);
    column->addStretch(3);
    return page;
}

}  // namespace daguerre
