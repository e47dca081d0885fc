// The previews of a run through time: a slider that reaches every one of them.
#pragma once

#include <QFrame>
#include <QImage>
#include <QTimer>
#include <map>
#include <set>
#include <vector>

#include "core/training/runs.h"
#include "ui/session/session.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace daguerre {

class Segments;
class StepSlider;

/// Sheets of 16 images, read on a worker, the last few hundred kept.
class SheetLoader : public QObject {
    Q_OBJECT
public:
    explicit SheetLoader(Session& session, QObject* parent = nullptr);
    /// Null when it isn't there yet: came() tells.
    QImage sheet(const std::filesystem::path& file);

Q_SIGNALS:
    void came();

private:
    Session& session_;
    std::map<std::filesystem::path, QImage> sheets_;
    std::vector<std::filesystem::path> order_;  // oldest first
    std::set<std::filesystem::path> asked_;
};

/// Paints the sixteen images of one sheet, and one of them through time.
class SheetView : public QWidget {
    Q_OBJECT
public:
    explicit SheetView(SheetLoader& loader, QWidget* parent = nullptr);
    void setPreviews(std::vector<PreviewFile> previews);
    const std::vector<PreviewFile>& previews() const { return previews_; }
    void setCurrent(int index);
    int current() const { return current_; }
    /// The image that is followed, -1: all.
    int followed() const { return followed_; }
    void follow(int image);
    QSize sizeHint() const override { return {600, 120}; }

Q_SIGNALS:
    void followedChanged();
    void wanted(int index);  // a preview of the row of one image

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;

private:
    struct Cell {
        QRect where;
        int image, preview;  // preview: of the row through time, else -1
    };
    std::vector<Cell> cells() const;

    SheetLoader& loader_;
    std::vector<PreviewFile> previews_;
    int current_ = -1, followed_ = -1;
};

class Timeline : public QFrame {
    Q_OBJECT
public:
    explicit Timeline(Session& session, QWidget* parent = nullptr);

    /// By the averaged weights and by the raw ones, which may be missing. Stays at the newest where
    /// it stood there.
    void setPreviews(const std::vector<PreviewFile>& averaged,
                     const std::vector<PreviewFile>& raw = {});
    /// Those that are looked at.
    const std::vector<PreviewFile>& previews() const;
    int current() const;
    void setCurrent(int index);
    /// The picture that is looked at, -1: all.
    int followed() const { return sheet_->followed(); }
    void stepBy(int steps) { setCurrent(current() + steps); }
    void play();
    bool playing() const { return timer_.isActive(); }

Q_SIGNALS:
    void moved(double images);
    void filmWanted();

private:
    QToolButton* button(const char* name, const QString& words, const QString& key);
    void choose(int weights);
    void look(const std::vector<PreviewFile>& previews, int index);
    void showPlace();
    void tick();

    SheetLoader loader_;
    std::vector<PreviewFile> averaged_, raw_;
    SheetView* sheet_;
    Segments* weights_;
    StepSlider* slider_;
    QLabel *at_, *note_;
    QToolButton *play_, *film_;
    QComboBox* speed_;
    QTimer timer_;
};

}  // namespace daguerre
