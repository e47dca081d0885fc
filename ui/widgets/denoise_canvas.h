// The pictures of a denoising: what the sampler holds beside the clean guess, as a grid.
#pragma once

#include <QWidget>
#include <map>
#include <memory>

#include "ui/widgets/frames.h"

namespace daguerre {

/// Split: noise and guess side by side, parted by a bar that can be moved; where nothing is noisy,
/// the pictures alone. Change: what the step
/// altered in the clean guess, amplified.
enum class Showing { Split, Noise, Guess, Change };

/// Paints one step of some Frames. The wheel zooms at the pointer and dragging pans, both halves
/// together; a click, ↑ and ↓ choose a picture, a double-click or Enter shows it alone, a right
/// click holds it.
class DenoiseCanvas : public QWidget {
    Q_OBJECT
public:
    static constexpr int amplification = 4;  // of Showing::Change

    /// compact: as part of a card: no surround, narrow gaps, nothing to choose or zoom.
    explicit DenoiseCanvas(bool compact, QWidget* parent = nullptr);

    void setFrames(std::shared_ptr<const Frames> frames);
    /// Of other frames, whose clean guesses stand in Split where the noisy pictures do, at the same
    /// step. Until setFrames().
    struct Beside {
        std::shared_ptr<const Frames> frames;  // null: none
        QString title, ownTitle;               // of both halves
    };
    void setBeside(Beside beside);
    /// Stands in the middle while there are no frames.
    void setEmptyText(const QString& text);
    /// step: where the slider stands. following: every picture shows its newest instead.
    void setStep(int step, bool following);

    /// False where the pictures are known to be made without noise, which are then shown alone.
    bool noisy() const;
    Showing showing() const { return showing_; }
    void setShowing(Showing showing);
    int columns() const { return columns_; }  // 0: chosen by the count
    void setColumns(int columns);
    /// The columns in which `count` pictures lie when nobody chose.
    static int usualColumns(int count);
    bool alone() const { return alone_; }  // the chosen picture only
    void setAlone(bool alone);
    bool pixels() const { return pixels_; }  // nearest neighbour
    void setPixels(bool pixels);

    /// Pixels of the screen for one of a picture.
    double zoom() const { return fits_ ? fitZoom() : zoom_; }
    /// Keeps the middle in its place.
    void setZoom(double zoom);
    void zoomStep(int direction);  // 1: in, -1: out
    void fit();

    int chosen() const { return chosen_; }  // -1: none
    void choose(int image);
    bool held(int image) const { return held_.count(image) > 0; }
    void setHeld(int image, bool held);

    /// The step a picture shows now; -1: nothing of it was recorded yet.
    int stepOf(int image) const;
    /// What stands in its corner: its step where that isn't the slider's, else nothing.
    QString badgeOf(int image) const;
    /// Where a picture lies in this widget, in the half of the noise or of the guess. Empty: it
    /// isn't shown.
    QRect cell(int image, Showing half) const;

Q_SIGNALS:
    void chosenChanged(int image);
    void heldChanged(int image);
    void aloneChanged(bool alone);
    void zoomChanged(double zoom);

protected:
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void focusInEvent(QFocusEvent*) override;
    void focusOutEvent(QFocusEvent*) override;

private:
    struct Pane {
        QRect rect;
        Showing half;
    };
    bool halved() const;     // Split, and something is to stand on the left
    bool hasBeside() const;  // of other frames
    std::vector<Pane> panes() const;
    QRect pictureArea(const Pane& pane) const;
    QSize shape() const;  // columns, rows
    QSizeF gridSize(double zoom) const;
    QPointF corner(const Pane& pane, double zoom) const;
    QRectF cellIn(const Pane& pane, int image) const;
    int imageAt(QPointF where) const;
    double fitZoom() const;
    void zoomAt(double zoom, QPointF where);
    QPointF limited(QPointF offset) const;
    void paintEmpty(QPainter& painter) const;
    void paintPane(QPainter& painter, const Pane& pane) const;
    void paintHeading(QPainter& painter, const Pane& pane) const;
    void paintBadge(QPainter& painter, QRectF cell, int image) const;
    void paintBar(QPainter& painter) const;
    void paintCell(QPainter& painter, const Pane& pane, int image) const;
    QImage picture(Showing half, int image) const;
    int barX() const { return int(split_ * width()); }
    bool onBar(QPoint where) const;
    void changed();

    static constexpr int margin = 12, headingHeight = 26;  // px

    std::shared_ptr<const Frames> frames_;
    Beside beside_;
    QString emptyText_;
    const bool compact_;
    bool alone_ = false, pixels_ = true, following_ = false, fits_ = true, ring_ = false;
    Showing showing_ = Showing::Split;
    int step_ = 0, columns_ = 0, chosen_ = -1;
    double zoom_ = 1, split_ = 0.5;
    QPointF offset_;           // of the grid from its place in the middle
    std::map<int, int> held_;  // picture → step
    enum class Drag { None, Press, Pan, Bar } drag_ = Drag::None;
    QPoint pressed_, last_;
};

}  // namespace daguerre
