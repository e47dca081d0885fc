#include "ui/workspaces/retouch.h"

#include <QApplication>
#include <QCheckBox>
#include <QKeyEvent>
#include <QStackedWidget>
#include <algorithm>

#include "core/image/metadata.h"
#include "core/inpaint/mask.h"
#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/canvas_look.h"
#include "ui/workspaces/engine_list.h"
#include "ui/workspaces/mask_panel.h"
#include "ui/workspaces/photo_history.h"
#include "ui/workspaces/photo_line.h"
#include "ui/workspaces/photo_tabs.h"
#include "ui/workspaces/retouch_panel.h"
#include "ui/workspaces/retouch_settings.h"
#include "ui/workspaces/tool_bar.h"
#include "ui/workspaces/variants_strip.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {
namespace {

constexpr int speckPixels = 64;

const Setting<QByteArray> toolSettings{"retouch/tool", {}};
const Setting<int> undoMegabytes{"memory/undo-megabytes", int(Document::usualUndoLimit >> 20)};

/// What the choices of the panel mean.
struct Comparing {
    Compare compare;
    int gain = 1;
};
constexpr Comparing comparings[]{
    {Compare::Off},           {Compare::Split},         {Compare::SideBySide},    {Compare::Blink},
    {Compare::Difference, 1}, {Compare::Difference, 4}, {Compare::Difference, 16}};

}  // namespace

QWidget* makeRetouch(Session& session) { return new Retouch(session); }

Retouch::Retouch(Session& session) : session_(session) {
    build();
    connectParts();
    connectCanvas();
    connectActions();
    connectMaskActions();
    connectLayerActions();
    followLook(canvas_, session_.actions());
    connect(&session_, &Session::photosCame, this, &Retouch::takePhotos);
    connect(&session_, &Session::glanceChanged, this, &Retouch::showGlance);
    showCurrent();
    takePhotos();
    showGlance();
}

Retouch::~Retouch() {
    if (job_) job_->cancel();
    forgetClosed();
    canvas_->disconnect(this);
    canvas_->setDocument(nullptr);  // which goes before it
    for (const auto& photo : photos_) photo->document->history().disconnect(this);
}

void Retouch::connectParts() {
    connect(tabs_, &QTabBar::currentChanged, this, [this] {
        if (!showing_) showCurrent();
    });
    connect(tabs_, &QTabBar::tabMoved, this, [this](int from, int to) {
        std::swap(photos_[std::size_t(from)], photos_[std::size_t(to)]);
    });
    connect(tabs_, &PhotoTabs::closeWanted, this, &Retouch::close);
    connect(panel_, &RetouchPanel::fillWanted, this, &Retouch::fillOrStop);
    connect(panel_, &RetouchPanel::growWanted, this, [this](int radius) {
        changeMask(tr("Grow mask"), [radius](const Tiles& old) { return grown(old, radius); });
    });
    connect(panel_, &RetouchPanel::compareWanted, this, &Retouch::setCompare);
    connect(panel_, &RetouchPanel::againstWanted, this, &Retouch::setAgainst);
    connect(panel_, &RetouchPanel::changed, this, [this] {
        showSeen();
        showPossible();
    });
    connect(strip_, &VariantsStrip::chosen, this, &Retouch::choose);
    connect(strip_, &VariantsStrip::anotherWanted, this, &Retouch::another);
    connect(strip_, &VariantsStrip::filmWanted, this, &Retouch::film);
    connect(strip_->steps(), &DenoiseView::stepShown, this, &Retouch::showStep);
    connect(strip_->preview(), &QCheckBox::toggled, this, [this](bool on) {
        previewWanted.set(on);
        on ? preview() : canvas_->setPreview(nullptr);
    });
    connect(strip_->fillOnRelease(), &QCheckBox::toggled, session_.actions()["fill-on-release"],
            &QAction::setChecked);
    connect(&soon_, &QTimer::timeout, this, &Retouch::maskChanged);
}

void Retouch::connectCanvas() {
    connect(canvas_, &Canvas::zoomChanged, line_, &PhotoLine::showZoom);
    connect(canvas_, &Canvas::maskMoved, this, [this] {
        preview();
        soon_.start();
    });
    connect(canvas_, &Canvas::gestureBegan, this, [this] {
        setCompare(0);
        canvas_->setMaskShown(true);
    });
    connect(canvas_, &Canvas::gestureEnded, this, [this] {
        if (canvas_->layer() == Layer::Mask && strip_->fillOnRelease()->isChecked() && !job_)
            fillOrStop();
    });
    connect(canvas_, &Canvas::failed, this,
            [this](const Sentence& why) { notice_->say(words(why)); });
    ToolSettings settings = canvas_->settings();
    if (const QByteArray kept = toolSettings.get(); !kept.isEmpty()) {
        Fields fields = fields_of(settings);
        for (const QByteArray& pair : kept.split(';'))
            if (const auto at = pair.indexOf('='); at > 0) try {
                    set_field_text(fields, pair.left(at).toStdString(),
                                   pair.mid(at + 1).toStdString());
                } catch (const Error&) {
                    continue;  // another version's
                }
        canvas_->setSettings(options_from<ToolSettings>(fields));
    }
    connect(canvas_, &Canvas::settingsChanged, this, [this] {
        QByteArray kept;
        for (const Field& field : fields_of(canvas_->settings()))
            kept += QByteArray::fromStdString(field.key + "=" + text_of(field.value) + ";");
        toolSettings.set(kept);
    });
}

void Retouch::on(const char* action, std::function<void()> act) {
    connect(session_.actions()[action], &QAction::triggered, this, [this, act] {
        if (isVisible()) act();
    });
}

void Retouch::connectActions() {
    on("fit", [this] { canvas_->fit(); });
    on("zoom-100", [this] { canvas_->setZoom(1); });
    on("zoom-200", [this] { canvas_->setZoom(2); });
    on("zoom-400", [this] { canvas_->setZoom(4); });
    on("zoom-800", [this] { canvas_->setZoom(8); });
    on("zoom-in", [this] { canvas_->zoomStep(1); });
    on("zoom-out", [this] { canvas_->zoomStep(-1); });
    on("side-panel", [this] {
        panelShown.set(panel_->isHidden());
        panel_->setVisible(panel_->isHidden());
    });
    QAction* history = session_.actions()["history"];
    history->setCheckable(true);
    history->setChecked(historyShown.get());
    connect(history, &QAction::triggered, this, [this](bool shown) {
        historyShown.set(shown);
        history_->setVisible(shown);
    });
    history_->setVisible(history->isChecked());
    on("fill", [this] {
        if (!job_) fillOrStop();
    });
    on("stop", [this] {
        if (!canvas_->dropGesture() && job_) job_->cancel();
    });
    on("undo", [this] {
        if (!canvas_->dropGesture() && document()) document()->history().undo();
    });
    on("redo", [this] {
        if (document()) document()->history().redo();
    });
    on("back-to-opened", [this] {
        if (Document* photo = document())
            photo->apply(Layer::Photo, photo->opened(), tr("Back to the opened photo"));
    });
    on("save-photo", [this] { save(false); });
    on("save-photo-as", [this] { save(true); });
    on("load-mask", [this] { loadMask(); });
    on("save-mask", [this] { saveMask(); });
    on("photo-info", [this] { showInfo(); });
    on("close-photo", [this] { close(tabs_->currentIndex()); });
    on("copy-photo", [this] { copyPhoto(); });
    on("copy-fill", [this] { copyCommand(); });
    on("refine", [this] { refine(); });
    on("another", [this] { another(); });
    on("variant-next", [this] { chooseBy(1); });
    on("variant-before", [this] { chooseBy(-1); });
    on("fill-film", [this] { film(); });
    on("compare-next", [this] { setCompare((comparing_ + 1) % int(std::size(comparings))); });
    on("compare-against", [this] {
        if (const OpenPhoto* photo = current())
            setAgainst((photo->against + 1) % int(comparablesOf(*photo).size()));
    });
    on("show-mask", [this] { canvas_->setMaskShown(!canvas_->maskShown()); });
    on("swap-brush", [this] { canvas_->setTool(canvas_->tool() == "brush" ? "eraser" : "brush"); });
    on("brush-larger", [this] { canvas_->changeSize(1); });
    on("brush-smaller", [this] { canvas_->changeSize(-1); });
    QAction* release = session_.actions()["fill-on-release"];
    release->setCheckable(true);
    connect(release, &QAction::triggered, strip_->fillOnRelease(), &QCheckBox::setChecked);
}

void Retouch::connectLayerActions() {
    for (const LayerRow& row : layerRows())
        on((std::string("layer-") + row.id).c_str(),
           [this, layer = row.layer] { canvas_->setLayer(layer); });
    on("clear-copy-layers", [this] {
        Document* photo = document();
        if (!photo) return;
        const Tiles empty = Tiles::blank(photo->size(), 1);
        photo->apply({{Layer::CopyFrom, empty}, {Layer::NeverCopy, empty}},
                     tr("Copy from everywhere again"));
    });
    connect(canvas_, &Canvas::layerChosen, this, &Retouch::showLayers);
}

void Retouch::connectMaskActions() {
    const MaskPanel* mask = panel_->mask();
    on("mask-all", [this] {
        changeMask(tr("Mask everything"),
                   [](const Tiles& old) { return inverted(Tiles::blank(old.size(), 1)); });
    });
    on("clear-mask", [this] {
        changeMask(tr("Clear mask"), [](const Tiles& old) { return Tiles::blank(old.size(), 1); });
    });
    on("invert-mask", [this] { changeMask(tr("Invert mask"), inverted); });
    on("last-mask", [this] {
        if (document() && document()->lastMask().size().width > 0)
            document()->apply(Layer::Mask, document()->lastMask(), tr("Last mask again"));
    });
    on("grow-mask", [this, mask] {
        const int by = mask->growth();
        if (by > 0) changeMask(tr("Grow mask"), [by](const Tiles& old) { return grown(old, by); });
        if (by < 0)
            changeMask(tr("Shrink mask"), [by](const Tiles& old) { return shrunk(old, -by); });
    });
    on("shrink-mask", [this, mask] {
        const int by = std::max(std::abs(mask->growth()), 1);
        changeMask(tr("Shrink mask"), [by](const Tiles& old) { return shrunk(old, by); });
    });
    on("feather-mask", [this, mask] {
        const int by = mask->feather();
        if (by > 0)
            changeMask(tr("Feather mask"), [by](const Tiles& old) { return feathered(old, by); });
    });
    on("fill-holes", [this] { changeMask(tr("Fill holes of the mask"), holes_filled); });
    on("remove-specks", [this] {
        changeMask(tr("Remove specks of the mask"),
                   [](const Tiles& old) { return specks_removed(old, speckPixels); });
    });
}

OpenPhoto* Retouch::current() const {
    const int index = tabs_->currentIndex();
    return index < 0 || index >= int(photos_.size()) ? nullptr : photos_[std::size_t(index)].get();
}

OpenPhoto* Retouch::photoOf(const Document* document) const {
    for (const auto& photo : photos_)
        if (document && photo->document.get() == document) return photo.get();
    return nullptr;
}

void Retouch::add(std::unique_ptr<OpenPhoto> photo) {
    Document* document = photo->document.get();
    document->disconnect(this);  // it may come back
    document->setUndoLimit(std::int64_t(undoMegabytes.get()) << 20);
    connect(document, &Document::renamed, this, &Retouch::showTabs);
    connect(document, &Document::changed, this, [this, document] {
        if (this->document() == document) soon_.start();
        showTabs();
    });
    connect(&document->history(), &QUndoStack::indexChanged, this, [this, document] {
        if (this->document() == document) {
            showVariants();
            preview();
        }
        showPossible();
    });
    showing_ = true;
    photos_.push_back(std::move(photo));
    tabs_->addTab(document->name());
    tabs_->setCurrentIndex(tabs_->count() - 1);
    showing_ = false;
    showCurrent();
}

void Retouch::close(int index) {
    if (index < 0 || index >= int(photos_.size())) return;
    if (filling_ == photos_[std::size_t(index)].get() && job_) job_->cancel();
    if (canvas_->document() == photos_[std::size_t(index)]->document.get())
        canvas_->setDocument(nullptr);
    forgetClosed();
    std::unique_ptr<OpenPhoto> gone = std::move(photos_[std::size_t(index)]);
    gone->document->history().disconnect(this);
    if (filling_ == gone.get()) filling_ = nullptr;
    showing_ = true;
    photos_.erase(photos_.begin() + index);
    tabs_->removeTab(index);
    showing_ = false;
    showCurrent();
    const QString name = gone->document->name();
    const bool lost = gone->document->modified() || gone->document->holePixels() > 0;
    closed_ = std::move(gone);
    if (!lost) return forgetClosed();
    notice_->say(tr("“%1” was closed without being saved.").arg(name), tr("Open it again"), [this] {
        if (closed_) add(std::move(closed_));
    });
}

void Retouch::forgetClosed() {
    if (!closed_) return;
    if (session_.recovery()) session_.recovery()->forget(*closed_->document);
    closed_ = nullptr;
}

void Retouch::showGlance() {
    const Tiles& glance = session_.glance();
    const bool any = glance.size().width > 0;
    glance_->setPhoto(glance, any ? orientation_of(glance.metadata().exif) : 1);
    pages_->setCurrentIndex(any ? 2 : current() ? 1 : 0);
}

void Retouch::showCurrent() {
    OpenPhoto* photo = current();
    pages_->setCurrentIndex(photo ? 1 : 0);
    setCompare(0);
    canvas_->setPreview(nullptr);
    canvas_->setDocument(photo ? photo->document.get() : nullptr);
    history_->setDocument(document());
    line_->showPhoto(photo ? photo->document->photo() : Tiles());
    line_->showZoom(canvas_->zoom());
    panel_->setChannels(photo ? photo->document->photo().channels() : 0);
    notice_->hide();
    showTabs();
    showVariants();
    maskChanged();
    showPossible();
    if (photo) canvas_->setFocus();
}

void Retouch::showTabs() {
    for (std::size_t i = 0; i < photos_.size(); ++i) {
        const Document& document = *photos_[i]->document;
        if (tabs_->tabText(int(i)) != document.name()) tabs_->setTabText(int(i), document.name());
        tabs_->setTabToolTip(int(i), QString::fromStdString(document.file().string()));
        tabs_->setModified(int(i), document.modified());
    }
    setWindowTitle(document() ? document()->name() : QString());
}

void Retouch::setCompare(int index) {
    const Comparing& row = comparings[index];
    comparing_ = index;
    canvas_->setGain(row.gain);
    canvas_->setCompare(row.compare);
    panel_->showCompare(index);
}

void Retouch::setAgainst(int index) {
    if (OpenPhoto* photo = current()) photo->against = index;
    showAgainst();
}

void Retouch::keyPressEvent(QKeyEvent* event) {
    // A key that nobody who had the focus wanted is the canvas's.
    const bool plain = !event->text().isEmpty();
    if (showing_ || !document() || !plain || canvas_->hasFocus())
        return QWidget::keyPressEvent(event);
    showing_ = true;
    event->ignore();
    QApplication::sendEvent(canvas_, event);
    showing_ = false;
    if (!event->isAccepted()) QWidget::keyPressEvent(event);
}

void Retouch::keyReleaseEvent(QKeyEvent* event) {
    if (showing_ || !document() || canvas_->hasFocus()) return QWidget::keyReleaseEvent(event);
    showing_ = true;
    QApplication::sendEvent(canvas_, event);
    showing_ = false;
}

}  // namespace daguerre
