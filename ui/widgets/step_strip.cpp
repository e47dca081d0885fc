#include "ui/widgets/step_strip.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cstdlib>

#include "ui/widgets/qimage.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int columns = 6, captionHeight = 18, mostSide = 84, leastSide = 32;

}  // namespace

StepStrip::StepStrip(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("One picture at six of its steps"));
}

void StepStrip::setFrames(std::shared_ptr<const Frames> frames, int image) {
    frames_ = std::move(frames);
    image_ = image;
    update();
}

void StepStrip::showStep(int step) {
    step_ = step;
    update();
}

int StepStrip::sideFor(int width) const {
    return std::clamp((width - (columns - 1) * gap2) / columns, leastSide, mostSide);
}

int StepStrip::heightForWidth(int width) const { return 2 * sideFor(width) + gap1 + captionHeight; }

QSize StepStrip::sizeHint() const {
    const int width = columns * 72 + (columns - 1) * gap2;
    return {width, heightForWidth(width)};
}

QSize StepStrip::minimumSizeHint() const {
    const int width = columns * leastSide + (columns - 1) * gap2;
    return {width, heightForWidth(width)};
}

std::vector<int> StepStrip::steps() const {
    const int last = frames_ ? frames_->steps() : 0;
    std::vector<int> result;
    for (int column = 0; column < columns && last > 0; ++column)
        result.push_back((column * last + (columns - 1) / 2) / (columns - 1));
    return result;
}

int StepStrip::current() const {
    const std::vector<int> all = steps();
    const auto nearest = std::min_element(all.begin(), all.end(), [this](int a, int b) {
        return std::abs(a - step_) < std::abs(b - step_);
    });
    return all.empty() ? -1 : int(nearest - all.begin());
}

QRect StepStrip::cell(int column, int row) const {
    const int side = sideFor(width()), pitch = (width() - side) / (columns - 1);
    return {column * std::min(pitch, side + gap4), row * (side + gap1), side, side};
}

void StepStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const std::vector<int> all = steps();
    const int framed = current();
    for (int column = 0; column < columns; ++column) {
        const int step = all.empty() ? -1 : all[std::size_t(column)];
        const bool there =
            step >= 0 && frames_->atMost(image_, step) >= 0 && frames_->newest(image_) >= step;
        for (int row = 0; row < 2; ++row) {
            const QRect where = cell(column, row);
            painter.fillRect(where, colour(Token::Surround));
            if (!there) continue;
            const int kept = frames_->atMost(image_, step);
            painter.drawImage(where, asQImage(row == 0 ? frames_->noisy(image_, kept)
                                                       : frames_->guess(image_, kept)));
        }
        const bool on = column == framed && there;
        if (on) {
            painter.setPen(QPen(colour(hasFocus() ? Token::Focus : Token::Accent), 2, Qt::SolidLine,
                                Qt::SquareCap, Qt::MiterJoin));
            painter.drawRect((cell(column, 0) | cell(column, 1)).adjusted(-1, -1, 2, 2));
        }
        painter.setFont(daguerre::font(Type::Caption));
        painter.setPen(colour(on ? Token::Text : Token::Dim));
        const QRect under = cell(column, 1);
        if (step >= 0)
            painter.drawText(QRect(under.left() - gap1, under.bottom() + 3,
                                   under.width() + 2 * gap1, captionHeight),
                             Qt::AlignCenter, QString::number(step));
    }
}

void StepStrip::mousePressEvent(QMouseEvent* event) {
    const std::vector<int> all = steps();
    for (int column = 0; column < int(all.size()); ++column)
        if ((cell(column, 0) | cell(column, 1)).contains(event->pos()))
            Q_EMIT stepWanted(all[std::size_t(column)]);
}

void StepStrip::keyPressEvent(QKeyEvent* event) {
    const int by = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    const int to = current() + by;
    const std::vector<int> all = steps();
    if (by == 0 || to < 0 || to >= int(all.size())) return QWidget::keyPressEvent(event);
    Q_EMIT stepWanted(all[std::size_t(to)]);
}

}  // namespace daguerre
