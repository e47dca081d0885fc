#include "ui/workspaces/loupe.h"

#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "core/image/colour.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr double notch = 1.25, mostZoom = 64, smoothBelow = 1;

}  // namespace

LoupeView::LoupeView(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setMinimumSize(120, 120);
}

void LoupeView::setImage(const std::shared_ptr<const Image>& image) {
    image_ = image;
    shown_ = {};
    if (image) {
        const Image plain = to_depth(image->metadata.icc.empty() ? *image : to_srgb(*image), 8);
        shown_ = asQImage(std::make_shared<const Image>(plain));
        middle_ = QPointF(image->width, image->height) / 2;
    }
    update();
    Q_EMIT zoomed();
}

double LoupeView::fitting() const {
    if (shown_.isNull()) return 1;
    const double most =
        std::min(double(width()) / shown_.width(), double(height()) / shown_.height());
    return most >= 1 ? std::min(std::floor(most), mostZoom) : most;
}

double LoupeView::zoom() const { return zoom_ > 0 ? zoom_ : fitting(); }

QRectF LoupeView::where() const {
    const QPointF centre = QRectF(rect()).center();
    return {centre - middle_ * zoom(), QSizeF(shown_.size()) * zoom()};
}

void LoupeView::setZoom(double zoom, QPointF keep) {
    const QPointF pixel = (keep - where().topLeft()) / this->zoom();
    zoom_ = std::clamp(zoom, std::min(fitting(), 1.), mostZoom);
    middle_ = pixel + (QRectF(rect()).center() - keep) / zoom_;
    update();
    Q_EMIT zoomed();
}

void LoupeView::fit() {
    zoom_ = 0;
    middle_ = QPointF(shown_.width(), shown_.height()) / 2;
    update();
    Q_EMIT zoomed();
}

QPoint LoupeView::pixelAt(QPointF at) const {
    const QPointF pixel = (at - where().topLeft()) / zoom();
    const QPoint whole(int(std::floor(pixel.x())), int(std::floor(pixel.y())));
    return shown_.rect().contains(whole) ? whole : QPoint(-1, -1);
}

QPointF LoupeView::placeOf(QPoint pixel) const {
    return where().topLeft() + (QPointF(pixel) + QPointF(0.5, 0.5)) * zoom();
}

QString LoupeView::valueAt(QPoint pixel) const {
    if (!image_ || pixel.x() < 0) return {};
    QStringList values;
    for (int c = 0; c < image_->channels; ++c) {
        const auto at = std::size_t(pixel.x() * image_->channels + c);
        values << QString::number(image_->depth == 8
                                      ? int(image_->row<std::uint8_t>(pixel.y())[at])
                                      : int(image_->row<std::uint16_t>(pixel.y())[at]));
    }
    return values.join(QStringLiteral(", "));
}

void LoupeView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Token::Surround));
    if (shown_.isNull()) return;
    const QRectF place = where();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, zoom() < smoothBelow);
    painter.drawImage(place, shown_);
    if (zoom() < gridFrom) return;
    painter.setPen(QPen(QColor(128, 128, 128, 90), 0));
    for (int x = 0; x <= shown_.width(); ++x)
        painter.drawLine(QPointF(place.left() + x * zoom(), place.top()),
                         QPointF(place.left() + x * zoom(), place.bottom()));
    for (int y = 0; y <= shown_.height(); ++y)
        painter.drawLine(QPointF(place.left(), place.top() + y * zoom()),
                         QPointF(place.right(), place.top() + y * zoom()));
}

void LoupeView::resizeEvent(QResizeEvent*) { Q_EMIT zoomed(); }

void LoupeView::wheelEvent(QWheelEvent* event) {
    const int turn = event->angleDelta().y();
    if (turn != 0) setZoom(zoom() * (turn > 0 ? notch : 1 / notch), event->position());
    event->accept();
}

void LoupeView::mousePressEvent(QMouseEvent* event) {
    dragged_ = event->position();
    event->ignore();  // the focus goes to the loupe
}

void LoupeView::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) {
        middle_ -= (event->position() - dragged_) / zoom();
        dragged_ = event->position();
        update();
    }
    const QPoint pixel = pixelAt(event->position());
    Q_EMIT pointed(pixel.x() < 0
                       ? QString()
                       : tr("(%1, %2)  %3").arg(pixel.x()).arg(pixel.y()).arg(valueAt(pixel)));
}

void LoupeView::leaveEvent(QEvent*) { Q_EMIT pointed({}); }

Loupe::Loupe(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("datasets.loupe"));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Loupe"));
    view_ = new LoupeView(this);
    view_->setObjectName(QStringLiteral("datasets.loupe-view"));
    words_ = new QLabel(this);
    words_->setObjectName(QStringLiteral("datasets.loupe-words"));
    words_->setTextFormat(Qt::PlainText);
    words_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    value_ = new QLabel(this);
    value_->setObjectName(QStringLiteral("datasets.loupe-value"));
    value_->setFont(fixedFont());
    auto* zoom = new QLabel(this);
    zoom->setFont(fixedFont());
    zoom->setForegroundRole(dimRole);
    QToolButton* back = addButton("x-lg", tr("Back to the grid"), "Esc", "datasets.loupe-close");
    QToolButton* before =
        addButton("chevron-left", tr("The image before"), "Left", "datasets.loupe-before");
    QToolButton* next =
        addButton("chevron-right", tr("The next image"), "Right", "datasets.loupe-next");
    QToolButton* fit = addButton("fullscreen", tr("Fit"), "0", "datasets.loupe-fit");
    auto* row = new QHBoxLayout;
    row->setContentsMargins(gap2, 6, gap3, 6);
    row->setSpacing(gap2);
    row->addWidget(back);
    row->addWidget(before);
    row->addWidget(next);
    row->addWidget(words_, 1);
    row->addWidget(value_);
    row->addWidget(zoom);
    row->addWidget(fit);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(hairline(this));
    column->addWidget(view_, 1);
    connect(view_, &LoupeView::pointed, value_, &QLabel::setText);
    connect(view_, &LoupeView::zoomed, zoom,
            [this, zoom] { zoom->setText(tr("%1 %").arg(qRound(view_->zoom() * 100))); });
    connect(back, &QToolButton::clicked, this, &Loupe::closeWanted);
    connect(before, &QToolButton::clicked, this, [this] { Q_EMIT stepWanted(-1); });
    connect(next, &QToolButton::clicked, this, [this] { Q_EMIT stepWanted(1); });
    connect(fit, &QToolButton::clicked, view_, &LoupeView::fit);
}

QToolButton* Loupe::addButton(const char* sign, const QString& words, const char* key,
                              const char* name) {
    auto* button = new QToolButton(this);
    button->setAutoRaise(true);
    button->setObjectName(QLatin1String(name));
    setIconOnly(button, sign, words, QLatin1String(key));
    return button;
}

void Loupe::setImage(const std::shared_ptr<const Image>& image, const QString& words) {
    view_->setImage(image);
    words_->setText(words);
    value_->clear();
    setAccessibleName(tr("Loupe: %1").arg(words));
}

void Loupe::keyPressEvent(QKeyEvent* event) {
    const QPointF middle = QRectF(view_->rect()).center();
    switch (event->key()) {
        case Qt::Key_Left:
            return Q_EMIT stepWanted(-1);
        case Qt::Key_Right:
            return Q_EMIT stepWanted(1);
        case Qt::Key_Escape:
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            return Q_EMIT closeWanted();
        case Qt::Key_0:
            return view_->fit();
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return view_->setZoom(view_->zoom() * notch, middle);
        case Qt::Key_Minus:
            return view_->setZoom(view_->zoom() / notch, middle);
        default:
            QWidget::keyPressEvent(event);
    }
}

void Loupe::contextMenuEvent(QContextMenuEvent* event) { Q_EMIT menuWanted(event->globalPos()); }

}  // namespace daguerre
