#include "ui/workspaces/train_setup.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/widgets/fields_form.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int panelWidth = 300, estimateAfterMs = 500, notesAfterMs = 800;

}  // namespace

TrainSetup::TrainSetup(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    setFixedWidth(panelWidth);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(makeForms());
    notes_ = new QPlainTextEdit;
    notes_->setObjectName(QStringLiteral("train.notes"));
    notes_->setAccessibleName(tr("Notes"));
    notes_->setFrameShape(QFrame::NoFrame);
    notes_->setTabChangesFocus(true);
    stack_->addWidget(notes_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(makeHeading());
    all->addWidget(stack_, 1);
    all->addWidget(hairline(this));
    all->addWidget(makeFoot());
    soon_.setSingleShot(true);
    soon_.setInterval(estimateAfterMs);
    connect(&soon_, &QTimer::timeout, this, &TrainSetup::ask);
    notesSoon_.setSingleShot(true);
    notesSoon_.setInterval(notesAfterMs);
    connect(&notesSoon_, &QTimer::timeout, this, &TrainSetup::keepNotes);
    connect(notes_, &QPlainTextEdit::textChanged, &notesSoon_, qOverload<>(&QTimer::start));
    connect(&session, &Session::trainingChanged, this, &TrainSetup::showButton);
    begin(lastTrainedOn.get().toStdString());
}

TrainSetup::~TrainSetup() {
    if (asking_) asking_->cancel();
    if (notesSoon_.isActive()) keepNotes();
}

QWidget* TrainSetup::makeHeading() {
    auto* heading = new QWidget(this);
    const Actions& actions = session_.actions();
    auto* row = new QHBoxLayout(heading);
    row->setContentsMargins(gap4, gap2, gap2, gap2);
    row->setSpacing(gap2);
    pages_ = new Segments({tr("Setup"), tr("Notes")}, heading);
    pages_->setObjectName(QStringLiteral("train.pages"));
    state_ = caption(heading);
    row->addWidget(pages_);
    row->addWidget(state_, 1);
    row->addWidget(
        menuButton({actions["undo-setting"], actions["redo-setting"], actions["load-settings"],
                    actions["save-settings"], actions["copy-training"], actions["train-save"],
                    actions["train-try"], actions["export-charts"], actions["export-events"],
                    actions["previews-film"]},
                   heading));
    connect(pages_, &Segments::chosen, stack_, &QStackedWidget::setCurrentIndex);
    return heading;
}

QWidget* TrainSetup::makeForms() {
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(gap4, gap1, gap4, gap3);
    column->setSpacing(gap3);
    top_ = new FieldsForm(QStringLiteral("train"), inside);
    column->addWidget(top_);
    column->addWidget(hairline(inside));
    auto* row = new QHBoxLayout;
    row->setSpacing(gap2);
    changed_ = new QLabel(inside);
    changed_->setFont(daguerre::font(Type::Section));
    onlyChanged_ = new QToolButton(inside);
    onlyChanged_->setObjectName(QStringLiteral("train.changed"));
    onlyChanged_->setText(tr("Only changed"));
    onlyChanged_->setCheckable(true);
    onlyChanged_->setAutoRaise(true);
    connect(onlyChanged_, &QToolButton::toggled, this, &TrainSetup::rebuild);
    row->addWidget(changed_, 1);
    row->addWidget(onlyChanged_);
    column->addLayout(row);
    search_ = new QLineEdit(inside);
    search_->setObjectName(QStringLiteral("train.search"));
    search_->setPlaceholderText(tr("Find a setting"));
    search_->setAccessibleName(tr("Find a setting"));
    search_->setClearButtonEnabled(true);
    search_->setTextMargins(gap1, 0, gap1, 0);
    connect(search_, &QLineEdit::textChanged, this, &TrainSetup::rebuild);
    column->addWidget(search_);
    groups_ = new QWidget(inside);
    groupRows_ = new QVBoxLayout(groups_);
    groupRows_->setContentsMargins(0, 0, 0, 0);
    groupRows_->setSpacing(gap2);
    column->addWidget(groups_);
    column->addStretch();
    connect(top_, &FieldsForm::changed, this, [this](const QString& key) { take(top_, key); });
    return scrolling(inside, this);
}

QWidget* TrainSetup::makeFoot() {
    auto* foot = new QWidget(this);
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(gap4, gap3, gap4, gap4);
    column->setSpacing(gap2);
    needs_ = caption(foot);
    needs_->setObjectName(QStringLiteral("train.needs"));
    truth_ = caption(foot);
    truth_->setObjectName(QStringLiteral("train.truth"));
    truth_->setTextFormat(Qt::RichText);
    useBatch_ = new QPushButton(foot);
    useBatch_->setObjectName(QStringLiteral("train.useBatch"));
    useBatch_->hide();
    start_ = new QPushButton(foot);
    start_->setObjectName(QStringLiteral("train.start"));
    setMark(start_, Mark::Primary);
    column->addWidget(needs_);
    column->addWidget(truth_);
    column->addWidget(useBatch_);
    column->addWidget(start_);
    connect(start_, &QPushButton::clicked, this, &TrainSetup::press);
    connect(useBatch_, &QPushButton::clicked, this, [this] {
        if (estimate_ && estimate_->fitting_batch > 0) {
            remember({});
            set_field(form_.values, "batch", estimate_->fitting_batch);
            changedForm();
        }
    });
    return foot;
}

}  // namespace daguerre
