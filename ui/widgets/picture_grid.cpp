#include "ui/widgets/picture_grid.h"

#include <QLocale>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

#include "ui/widgets/theme.h"

namespace daguerre {

PictureGrid::PictureGrid(Source source, QWidget* parent)
    : QAbstractScrollArea(parent), source_(std::move(source)) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Images"));
}

void PictureGrid::lay(std::vector<std::uint32_t> images) {
    const bool had = current_ >= 0 && current_ < int(images_.size());
    const std::uint32_t before = had ? images_[std::size_t(current_)] : 0;
    images_ = std::move(images);
    std::uint32_t last = 0;
    for (const std::uint32_t image : images_) last = std::max(last, image);
    std::vector<char> kept(images_.empty() ? 0 : last + 1);
    count_ = 0;
    for (const std::uint32_t image : images_)
        if (isSelected(image)) {
            kept[image] = 1;
            ++count_;
        }
    selected_ = std::move(kept);
    current_ = anchor_ = had ? placeOf(before) : -1;
    layOut();
    tell();
    Q_EMIT selectionChanged();
}

void PictureGrid::setSide(int side) {
    side = std::clamp(side, least, most);
    if (side == side_) return;
    // What stands in the middle stays there.
    const auto [first, last] = seen();
    const int kept = current_ >= first && current_ < last ? current_ : (first + last) / 2;
    side_ = side;
    layOut();
    const QRect where = cell(kept);
    verticalScrollBar()->setValue(verticalScrollBar()->value() + where.center().y() -
                                  viewport()->height() / 2);
    ask();
    Q_EMIT sideChanged(side_);
}

int PictureGrid::columns() const {
    return std::max(1, (viewport()->width() - 2 * margin + gap) / step());
}

void PictureGrid::layOut() {
    const int rows = (int(images_.size()) + columns() - 1) / columns();
    verticalScrollBar()->setRange(
        0, std::max(0, 2 * margin + rows * step() - gap - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(step());
    ask();
    viewport()->update();
}

QRect PictureGrid::cell(int place) const {
    return {margin + place % columns() * step(),
            margin + place / columns() * step() - verticalScrollBar()->value(), side_, side_};
}

int PictureGrid::placeAt(QPoint where) const {
    const int x = where.x() - margin, y = where.y() - margin + verticalScrollBar()->value();
    if (x < 0 || y < 0 || x % step() >= side_ || y % step() >= side_) return -1;
    const int column = x / step(), place = y / step() * columns() + column;
    return column < columns() && place < int(images_.size()) ? place : -1;
}

std::pair<int, int> PictureGrid::seen() const {
    const int top = verticalScrollBar()->value() - margin, count = int(images_.size());
    const int first = std::max(0, top / step()) * columns();
    const int last = (std::max(0, top + viewport()->height()) / step() + 1) * columns();
    return {std::min(first, count), std::min(last, count)};
}

void PictureGrid::ask() {
    const auto [first, last] = seen();
    const int page = last - first, count = int(images_.size());
    const int middle = (first + last) / 2 / columns();
    const auto far = [&](int place) { return std::abs(place / columns() - middle); };
    std::vector<int> places;
    for (int place = first; place < last; ++place) places.push_back(place);
    std::stable_sort(places.begin(), places.end(), [&](int a, int b) { return far(a) < far(b); });
    for (int i = 0; i < page; ++i) {
        if (last + i < count) places.push_back(last + i);
        if (first - 1 - i >= 0) places.push_back(first - 1 - i);
    }
    std::vector<std::uint32_t> images;
    images.reserve(places.size());
    for (const int place : places) images.push_back(images_[std::size_t(place)]);
    Q_EMIT wanted(images);
}

void PictureGrid::refresh() {
    ask();
    viewport()->update();
}

void PictureGrid::resizeEvent(QResizeEvent*) {
    layOut();
    if (current_ >= 0) reach(current_);
}

void PictureGrid::scrollContentsBy(int, int) {
    ask();
    viewport()->update();
}

void PictureGrid::reach(int place) {
    QScrollBar* bar = verticalScrollBar();
    const QRect where = cell(place);
    if (where.top() < margin) bar->setValue(bar->value() + where.top() - margin);
    const int over = where.bottom() + margin - viewport()->height();
    if (over > 0) bar->setValue(bar->value() + over);
}

int PictureGrid::placeOf(std::uint32_t image) const {
    const auto found = std::find(images_.begin(), images_.end(), image);
    return found == images_.end() ? -1 : int(found - images_.begin());
}

void PictureGrid::select(std::uint32_t image, bool on) {
    if (bool(selected_[image]) == on) return;
    selected_[image] = on;
    count_ += on ? 1 : -1;
}

void PictureGrid::selectRange(int from, int to) {
    std::fill(selected_.begin(), selected_.end(), 0);
    count_ = 0;
    for (int place = std::min(from, to); place <= std::max(from, to); ++place)
        select(images_[std::size_t(place)], true);
}

void PictureGrid::only(int place) {
    anchor_ = place;
    selectRange(place, place);
}

void PictureGrid::setCurrent(int place, bool extend) {
    if (images_.empty()) return;
    current_ = std::clamp(place, 0, int(images_.size()) - 1);
    if (extend && anchor_ >= 0)
        selectRange(anchor_, current_);
    else
        only(current_);
    reach(current_);
    viewport()->update();
    tell();
    Q_EMIT currentChanged();
    Q_EMIT selectionChanged();
}

void PictureGrid::selectAll() {
    for (const std::uint32_t image : images_) select(image, true);
    viewport()->update();
    tell();
    Q_EMIT selectionChanged();
}

void PictureGrid::clearSelection() {
    std::fill(selected_.begin(), selected_.end(), 0);
    count_ = 0;
    viewport()->update();
    tell();
    Q_EMIT selectionChanged();
}

std::vector<std::uint32_t> PictureGrid::selection() const {
    std::vector<std::uint32_t> chosen;
    for (const std::uint32_t image : images_)
        if (isSelected(image)) chosen.push_back(image);
    return chosen;
}

void PictureGrid::tell() {
    const QString all = QLocale().toString(qlonglong(images_.size()));
    if (current_ < 0) return setAccessibleName(tr("%1 images").arg(all));
    const std::uint32_t image = images_[std::size_t(current_)];
    const QString place =
        tr("Image %1 of %2: %3").arg(QLocale().toString(current_ + 1), all, source_.words(image));
    setAccessibleName(isSelected(image) ? tr("%1, selected").arg(place) : place);
}

void PictureGrid::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.fillRect(event->rect(), colour(Token::Base));
    const auto [first, last] = seen();
    for (int place = first; place < last; ++place) paintCell(painter, place);
}

void PictureGrid::paintCell(QPainter& painter, int place) const {
    const std::uint32_t image = images_[std::size_t(place)];
    const QRect where = cell(place);
    const QImage* picture = source_.picture(image);
    if (!picture) {
        painter.fillRect(where, source_.colour(image));
    } else if (picture->isNull()) {
        painter.fillRect(where, colour(Token::Surround));
        painter.setPen(colour(Token::Warn));
        painter.setFont(daguerre::font(Type::Section));
        painter.drawText(where, Qt::AlignCenter, QStringLiteral("!"));
    } else {
        painter.fillRect(where, colour(Token::Surround));
        const QSize size = picture->size().scaled(where.size(), Qt::KeepAspectRatio);
        QRect inside({}, size);
        inside.moveCenter(where.center());
        painter.drawImage(inside, *picture);
    }
    // The ring is for who walks with the keyboard.
    const bool focused =
        place == current_ && hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange);
    if (!isSelected(image) && !focused) return;
    painter.setPen(QPen(colour(focused ? Token::Focus : Token::Accent), 2, Qt::SolidLine,
                        Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(where.adjusted(0, 0, 0, 0));
    if (!focused || !isSelected(image)) return;
    painter.setPen(QPen(colour(Token::Accent), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(where.adjusted(2, 2, -2, -2));
}

}  // namespace daguerre
