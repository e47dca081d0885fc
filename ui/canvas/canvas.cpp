#include "ui/canvas/canvas.h"

#include <QFocusEvent>
#include <algorithm>
#include <cmath>

#include "ui/canvas/background.h"

namespace daguerre {

Canvas::Canvas(QWidget* parent) : PhotoView(parent), background_(std::make_unique<Background>()) {
    setTabletTracking(true);
    setObjectName(QStringLiteral("retouch.canvas"));
    connect(background_.get(), &Background::failed, this, &Canvas::failed);
    connect(this, &PhotoView::compareChanged, this, [this] { update(); });
    connect(this, &PhotoView::zoomChanged, this, &Canvas::updateOutline);
    setTool(toolId_);
    describe();
}

Canvas::~Canvas() {
    tool_.reset();  // it speaks to the rest
    background_.reset();
}

void Canvas::remember() {
    if (!document_) return;
    places_[document_] = {fits(), zoom(), viewMap().toPhoto(QRectF(rect()).center())};
}

void Canvas::setDocument(Document* document) {
    if (document == document_) return;
    dropGesture();
    remember();
    if (document_) document_->disconnect(this);
    document_ = document;
    newMask_ = false;
    setPreview(nullptr);
    setSeen({});
    if (!document) {
        for (MaskView& shown : shown_) shown.setMask(Tiles());
        setPhoto(Tiles());
        return describe();
    }
    connect(document, &Document::changed, this, &Canvas::layerChanged);
    connect(document, &QObject::destroyed, this, [this, document] {
        places_.erase(document);
        if (document_ && document_ != document) return;
        for (MaskView& shown : shown_) shown.setMask(Tiles());
        setPhoto(Tiles());
        describe();
    });
    emptyMask_ = Tiles::blank(document->size(), 1);
    for (const Layer layer : {Layer::Mask, Layer::CopyFrom, Layer::NeverCopy})
        shownOf(layer).setMask(document->layer(layer));
    setPhoto(document->photo(), document->orientation());
    setOther(document->opened(), tr("Original"));
    if (const auto known = places_.find(document); known != places_.end() && !known->second.fits) {
        setZoom(known->second.zoom);
        panBy(QRectF(rect()).center() - viewMap().toWidget(known->second.middle));
    }
    describe();
    Q_EMIT maskMoved();
}

void Canvas::layerChanged(Layer layer, const QRect& where) {
    if (layer == Layer::Photo) return updatePhoto(document_->photo());
    // A gesture that became a step is on screen already.
    const Tiles& now = document_->layer(layer);
    const bool seen = changed_area(shownOf(layer).mask(), now).width == 0;
    shownOf(layer).setMask(now);
    if (layer == Layer::Mask) {
        newMask_ = false;
        Q_EMIT maskMoved();
        describe();
    }
    if (!seen) updatePhotoRect(where, 4);
}

void Canvas::describe() {
    if (!document_) return setAccessibleName(tr("No photo"));
    const QSize shown = viewMap().shown();
    const double pixels = double(shown.width()) * shown.height();
    setAccessibleName(tr("Photo, %1 by %2, mask covers %3 percent")
                          .arg(shown.width())
                          .arg(shown.height())
                          .arg(100 * double(document_->holePixels()) / pixels, 0, 'f', 1));
}

void Canvas::setTool(const std::string& id) {
    const ToolRow& row = row_named(toolRows(), id, "tool");
    const bool other = id != toolId_;
    if (tool_) dropGesture();
    tool_.reset();
    toolId_ = id;
    tool_ = row.make(*this);
    setCursor(tool_->cursor());
    updateOutline();
    if (other) Q_EMIT toolChanged(QString::fromStdString(id));
}

void Canvas::setSettings(const ToolSettings& settings) {
    ToolSettings wished = settings;
    // Sliders, keys and the pen all come here: each value is brought into its own limits.
    wished.each([](auto& member, const Field& field) {
        using T = std::decay_t<decltype(member)>;
        if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
            if (field.min < field.max) member = T(std::clamp(double(member), field.min, field.max));
    });
    if (wished == settings_) return;
    settings_ = wished;
    updateOutline();
    Q_EMIT settingsChanged();
}

void Canvas::changeSize(int direction) {
    ToolSettings changed = settings_;
    changed.size = direction > 0 ? std::max(changed.size + 1, int(std::lround(changed.size * 1.1)))
                                 : std::min(changed.size - 1, int(std::lround(changed.size / 1.1)));
    setSettings(changed);
}

void Canvas::changeHardness(int direction) {
    ToolSettings changed = settings_;
    changed.hardness += 10 * direction;
    setSettings(changed);
}

bool Canvas::busy() const { return pressed_ || finishing_ || tool_->busy(); }

bool Canvas::dropGesture() {
    const bool was = busy();
    if (finishing_) background_->forget(QStringLiteral("finish"));
    finishing_ = pressed_ = false;
    right_ = Right::None;
    if (tool_->drop() || was) drop();
    return was;
}

void Canvas::beginNewMask(bool begin) { newMask_ = begin; }

void Canvas::setMaskShown(bool shown) {
    maskShown_ = shown;
    update();
}

void Canvas::setMaskColour(const QColor& colour) {
    maskColour_ = colour;
    update();
}

void Canvas::setPreview(std::shared_ptr<const Image> pixels, const QRect& where) {
    updatePhotoRect(previewPlace_, 4);
    preview_ = pixels ? pictureOf(*pixels) : QImage();
    previewPlace_ = pixels ? where : QRect();
    updatePhotoRect(previewPlace_, 4);
}

void Canvas::setSeen(std::vector<QRect> boxes, const QString& words) {
    seen_ = std::move(boxes);
    seenWords_ = words;
    update();
}

// What tools see and do.

const Tiles& Canvas::photo() const { return document_->photo(); }

const Tiles& Canvas::mask() const { return beginsNew() ? emptyMask_ : document_->layer(layer_); }

void Canvas::setLayer(Layer layer) {
    Q_ASSERT(layer != Layer::Photo);
    if (layer == layer_) return;
    dropGesture();
    layer_ = layer;
    update();
    Q_EMIT layerChosen(layer);
}

void Canvas::setCopyLayersShown(bool shown) {
    if (shown == copyShown_) return;
    copyShown_ = shown;
    update();
}

void Canvas::showMask(const Tiles& mask, const QRegion& where) {
    MaskView& shown = shownOf(layer_);
    QRegion differs = where;
    if (beginsNew() || where.isEmpty()) {  // the first look at a new mask takes away the old one
        const Rect box = changed_area(shown.mask(), mask);
        differs = QRect(box.x, box.y, box.width, box.height);
    }
    for (const QRect& part : differs) {
        shown.update(mask, part);
        updatePhotoRect(part, 4);
    }
    if (layer_ == Layer::Mask) Q_EMIT maskMoved();
}

void Canvas::finish(const Tiles& mask, const QString& text) {
    if (!document_) return;
    if (beginsNew()) document_->rememberMask();
    const int before = document_->history().index();
    document_->apply(layer_, mask, stepWords(layer_, text));
    if (document_->history().index() == before) return drop();  // it changed nothing
    Q_EMIT gestureEnded();
}

void Canvas::drop() {
    if (!document_) return;
    MaskView& shown = shownOf(layer_);
    if (changed_area(shown.mask(), document_->layer(layer_)).width == 0) return;
    shown.setMask(document_->layer(layer_));
    update();
    if (layer_ == Layer::Mask) Q_EMIT maskMoved();
}

void Canvas::finishLater(std::function<Tiles(const Tiles&)> change, const QString& text) {
    finishing_ = true;
    const QPointer<Document> document = document_;
    background_->run(QStringLiteral("finish"), [=, this, mask = mask()] {
        const Tiles after = change(mask);
        return [=, this] {
            finishing_ = false;
            if (!document || document != document_) return;
            // Somebody went through the steps meanwhile.
            if (changed_area(mask, this->mask()).width != 0) return finishLater(change, text);
            finish(after, text);
        };
    });
}

void Canvas::zoomStepAt(QPointF widget, int direction) {
    const double to = zoom() * (direction > 0 ? 2 : 0.5);
    zoomAt(std::exp2(direction > 0 ? std::floor(std::log2(to) + 1e-6)
                                   : std::ceil(std::log2(to) - 1e-6)),
           widget);
}

void Canvas::inBackground(const QString& key, std::function<std::function<void()>()> work) {
    background_->run(key, std::move(work));
}

}  // namespace daguerre
