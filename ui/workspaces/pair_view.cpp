#include "ui/workspaces/pair_view.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int pictureSide = 140;

}  // namespace

PairView::PairView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("datasets.pairs"));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Pairs that look the same"));
    const auto step = [&](const char* sign, const char* name, const QString& tip, int by) {
        auto* button = new QToolButton(this);
        button->setObjectName(QLatin1String(name));
        button->setIcon(icon(sign));
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        button->setAutoRepeat(true);
        connect(button, &QToolButton::clicked, this, [this, by] { setCurrent(current_ + by); });
        return button;
    };
    before_ = step("chevron-left", "datasets.pair-before", tr("Pair before (←)"), -1);
    after_ = step("chevron-right", "datasets.pair-after", tr("Next pair (→)"), 1);
    place_ = new QLabel(this);
    place_->setObjectName(QStringLiteral("datasets.pair-place"));
    place_->setAlignment(Qt::AlignCenter);
    auto* top = new QHBoxLayout;
    top->addWidget(before_);
    top->addWidget(place_, 1);
    top->addWidget(after_);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, gap2, 0, gap2);
    grid->setSpacing(gap2);
    grid->addLayout(top, 0, 0, 1, 2);
    for (int which = 0; which < 2; ++which) {
        sides_[std::size_t(which)] = makeSide(which);
        const Side& side = sides_[std::size_t(which)];
        grid->addWidget(side.picture, 1, which);
        grid->addWidget(side.words, 2, which, Qt::AlignTop);
        grid->addWidget(side.leaveOut, 3, which);
    }
    apply_ = new QPushButton(this);
    apply_->setObjectName(QStringLiteral("datasets.pair-apply"));
    grid->addWidget(apply_, 4, 0, 1, 2);
    connect(apply_, &QPushButton::clicked, this, [this] {
        Q_EMIT leaveOutWanted({marked_.begin(), marked_.end()});
    });
    setPairs({});
}

PairView::Side PairView::makeSide(int which) {
    Side side{new QLabel(this), new QLabel(this), new QPushButton(tr("Leave out"), this)};
    side.picture->setFixedSize(pictureSide, pictureSide);
    side.picture->setAlignment(Qt::AlignCenter);
    side.words->setObjectName(QStringLiteral("datasets.pair-words-%1").arg(which));
    side.words->setFont(daguerre::font(Type::Caption));
    side.words->setForegroundRole(dimRole);
    side.words->setTextFormat(Qt::PlainText);
    side.words->setWordWrap(true);
    side.leaveOut->setObjectName(QStringLiteral("datasets.pair-out-%1").arg(which));
    side.leaveOut->setCheckable(true);
    side.leaveOut->setToolTip(tr("Mark this image, to leave it out of the dataset"));
    connect(side.leaveOut, &QPushButton::toggled, this,
            [this, which](bool marked) { mark(which, marked); });
    return side;
}

std::uint32_t PairView::image(int which) const {
    const Pair& pair = pairs_[std::size_t(current_)];
    return which == 0 ? pair.first : pair.second;
}

void PairView::mark(int which, bool marked) {
    if (marked)
        marked_.insert(image(which));
    else
        marked_.erase(image(which));
    showMarked();
}

void PairView::showMarked() {
    for (int which = 0; which < 2; ++which) {
        QPushButton* button = sides_[std::size_t(which)].leaveOut;
        const QSignalBlocker quiet(button);
        button->setChecked(!pairs_.empty() && marked_.count(image(which)) > 0);
    }
    apply_->setText(tr("Leave out the %n marked", nullptr, int(marked_.size())));
    apply_->setVisible(!marked_.empty());
}

void PairView::setPairs(std::vector<Pair> pairs) {
    pairs_ = std::move(pairs);
    marked_.clear();
    showMarked();
    setVisible(!pairs_.empty());
    setCurrent(0);
}

void PairView::setCurrent(int index) {
    const int last = int(pairs_.size()) - 1;
    if (last < 0) return;
    current_ = std::clamp(index, 0, last);
    before_->setEnabled(current_ > 0);
    after_->setEnabled(current_ < last);
    place_->setText(
        tr("Pair %1 of %2").arg(QLocale().toString(current_ + 1), QLocale().toString(last + 1)));
    showMarked();
    Q_EMIT wanted(image(0), image(1));
}

void PairView::show(const std::array<QImage, 2>& images, const std::array<QString, 2>& words) {
    for (std::size_t which = 0; which < 2; ++which) {
        const QImage& image = images[which];
        const bool larger = std::max(image.width(), image.height()) > pictureSide;
        QPixmap picture = QPixmap::fromImage(
            image.scaled(sides_[which].picture->size() * devicePixelRatioF(), Qt::KeepAspectRatio,
                         larger ? Qt::SmoothTransformation : Qt::FastTransformation));
        picture.setDevicePixelRatio(devicePixelRatioF());
        sides_[which].picture->setPixmap(picture);
        sides_[which].picture->setAccessibleName(words[which]);
        sides_[which].words->setText(words[which]);
    }
}

void PairView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Left) return setCurrent(current_ - 1);
    if (event->key() == Qt::Key_Right) return setCurrent(current_ + 1);
    QWidget::keyPressEvent(event);
}

}  // namespace daguerre
