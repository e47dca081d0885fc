// The workspace in which a thing in a photo goes away. Its factory is in workspaces.h.
#pragma once

#include <QTimer>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ui/canvas/canvas.h"
#include "ui/work/retouch_jobs.h"
#include "ui/workspaces/open_photo.h"

class QLabel;
class QStackedWidget;

namespace daguerre {

class Notice;
class PhotoHistory;
class PhotoLine;
class PhotoTabs;
class RetouchPanel;
class Session;
class VariantsStrip;
struct PhotoWish;

class Retouch : public QWidget {
    Q_OBJECT
public:
    explicit Retouch(Session& session);
    ~Retouch() override;

protected:
    void keyPressEvent(QKeyEvent*) override;
    void keyReleaseEvent(QKeyEvent*) override;

private:
    // retouch_layout.cpp
    void build();
    QWidget* makeCanvasPart();
    QWidget* makeTop();
    QWidget* makeEmpty();

    // retouch.cpp: actions, which photo is shown
    void connectParts();
    void connectCanvas();
    void on(const char* action, std::function<void()> act);
    void connectActions();
    void connectMaskActions();
    void connectLayerActions();
    void add(std::unique_ptr<OpenPhoto> photo);
    void close(int index);
    void forgetClosed();
    void showCurrent();
    void showGlance();
    void showTabs();
    OpenPhoto* current() const;
    OpenPhoto* photoOf(const Document* document) const;  // null: it was closed
    Document* document() const { return current() ? current()->document.get() : nullptr; }
    void setCompare(int index);
    void setAgainst(int index);

    // retouch_files.cpp: opening, saving, masks as files, copying
    void takePhotos();
    void open(const PhotoWish& wish);
    void openNow(const PhotoWish& wish);
    void openLeft(const std::shared_ptr<const JournalContents>& journal);
    void useAsMask(const OpenedPhoto& photo);
    void save(bool ask);
    void write(OpenPhoto& photo, const std::filesystem::path& file, bool record);
    void loadMask();
    void loadMaskFrom(const std::filesystem::path& file);
    void saveMask();
    void saveMaskTo(const std::filesystem::path& file);
    void copyPhoto();
    void showInfo();

    // retouch_fill.cpp: the mask, its preview, filling
    void afterGesture(std::function<void()> act);
    void change(Layer layer, const QString& text, std::function<Tiles(const Tiles&)> how);
    void changeMask(const QString& text, std::function<Tiles(const Tiles&)> how);
    void maskChanged();
    void preview();
    void fillOrStop();
    void startFill(int variants, std::int64_t seed, bool more);
    void framed(int variant, const std::vector<FillFrame>& frames);
    void filled(int variant, const std::shared_ptr<const FillResult>& result);
    void ended(Outcome outcome);

    // retouch_watch.cpp: variants, steps, what can be done
    void another();
    void choose(int variant);
    void chooseBy(int by);
    void refine();
    void showVariants();
    void showAgainst();
    void showSeen();
    void showStep();
    void film();
    void showLayers();
    void showPossible();
    void showFillPossible(bool filled);
    void copyCommand();

    Session& session_;
    Canvas* canvas_ = nullptr;
    PhotoTabs* tabs_ = nullptr;
    PhotoHistory* history_ = nullptr;
    QStackedWidget* pages_ = nullptr;  // empty, work, glance
    PhotoView* glance_ = nullptr;      // of a photo that is being opened
    PhotoLine* line_ = nullptr;
    VariantsStrip* strip_ = nullptr;
    RetouchPanel* panel_ = nullptr;
    Notice* notice_ = nullptr;
    QLabel* holdHint_ = nullptr;
    std::vector<std::unique_ptr<OpenPhoto>> photos_;  // in the order of the tabs

    std::unique_ptr<OpenPhoto> closed_;  // the last one, which can be had back

    std::shared_ptr<FillJob> job_;  // null: none runs
    OpenPhoto* filling_ = nullptr;  // whose fill it is
    std::shared_ptr<Job> previewing_;
    int comparing_ = 0;  // the way that was chosen
    bool previewAgain_ = false, showing_ = false, splitAfter_ = false;
    MaskFacts facts_;
    Tiles factsOf_;  // the mask they are of
    QTimer soon_;    // facts and preview, a moment after a change
};

}  // namespace daguerre
