#include "ui/workspaces/repair_card.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/inpaint/mask.h"
#include "ui/session/session.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"
#include "ui/workspaces/repair_picture.h"

namespace daguerre {
namespace {

QLabel* label(const QString& text, Type type, bool dim) {
    auto* result = new QLabel(text);
    result->setFont(font(type));
    if (dim) result->setForegroundRole(dimRole);
    return result;
}

}  // namespace

RepairCard::RepairCard(Session& session, QWidget* parent) : QFrame(parent), session_(session) {
    setFrameShape(QFrame::StyledPanel);
    setMark(this, Mark::Card);
    setMinimumWidth(leastWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap5, gap4, gap5, gap4);
    column->setSpacing(gap3);
    column->addWidget(label(tr("Repair a photo"), Type::Heading, false));
    auto* heading = new QHBoxLayout;
    heading->setSpacing(gap2);
    heading->addWidget(label(tr("Suggested mask"), Type::Section, false));
    caption_ = label(tr("only the red part may change"), Type::Words, true);
    heading->addWidget(caption_);
    heading->addStretch();
    auto* picture = new RepairPicture(session);
    picture->setMinimumHeight(120);
    auto* middle = new QVBoxLayout;
    middle->setSpacing(gap1);
    middle->addLayout(heading);
    middle->addWidget(picture, 1);
    column->addLayout(middle, 1);
    QLabel* words = label(tr("Or open your own; dropping it anywhere on the window does the same."),
                          Type::Words, true);
    words->setWordWrap(true);
    column->addWidget(words);
    makeButtons();
    column->addLayout(buttons_);
    connect(picture, &RepairPicture::read, this, [this] {
        remove_->setEnabled(true);
        brush_->setEnabled(true);
    });
}

void RepairCard::makeButtons() {
    buttons_ = new QGridLayout;
    buttons_->setSpacing(gap2);
    remove_ = new QPushButton(tr("Remove the hikers"));
    remove_->setObjectName(QStringLiteral("home.remove"));
    remove_->setIcon(icon("bandaid", Token::OnAccent));
    setMark(remove_, Mark::Primary);
    brush_ = new QPushButton(tr("Brush it yourself"));
    brush_->setObjectName(QStringLiteral("home.brush"));
    brush_->setFixedHeight(primaryHeight);
    open_ = new QPushButton(tr("Open your photo…"));
    open_->setObjectName(QStringLiteral("home.photo"));
    open_->setIcon(icon("folder2-open"));
    open_->setFlat(true);
    for (QPushButton* button : {remove_, brush_}) button->setEnabled(false);
    arrange();
    connect(remove_, &QPushButton::clicked, this, [this] { openBundled(true); });
    connect(brush_, &QPushButton::clicked, this, [this] { openBundled(false); });
    connect(open_, &QPushButton::clicked, session_.actions()["open"], &QAction::trigger);
}

void RepairCard::arrange() {
    for (QPushButton* button : {remove_, brush_, open_}) buttons_->removeWidget(button);
    buttons_->addWidget(remove_, 0, 0);
    buttons_->addWidget(brush_, 0, 1);
    buttons_->addWidget(open_, wide_ ? 0 : 1, wide_ ? 3 : 0, Qt::AlignLeading);
    buttons_->setColumnStretch(2, 1);
    caption_->setVisible(wide_);
    const int side = wide_ ? gap5 : gap4;
    layout()->setContentsMargins(side, gap4, side, gap4);
}

void RepairCard::resizeEvent(QResizeEvent*) {
    if (wide_ == (width() >= wideFrom)) return;
    wide_ = !wide_;
    arrange();
}

void RepairCard::openBundled(bool mask) {
    const auto job = makeJob<Errand>(tr("Open the bundled photo"), [this, mask](const OnProgress&) {
        PhotoWish wish{.photo = readPhoto(bundledPhoto())};
        if (mask) {
            wish.mask = Tiles(read_mask(bundledMask(), wish.photo->pixels.size()));
            wish.fillNow = true;
        }
        return [this, wish] { session_.openPhoto(wish); };
    });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.file(job);
}

}  // namespace daguerre
