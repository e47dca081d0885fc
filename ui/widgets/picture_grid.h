// Any number of pictures in cells of one size.
#pragma once

#include <QAbstractScrollArea>
#include <QImage>
#include <cstdint>
#include <functional>
#include <vector>

namespace daguerre {

/// One widget paints the cells that are seen, so that a million cost what a hundred do. Arrows,
/// Page Up and Down, Home and End walk; Shift extends what is selected, Ctrl+A takes all; Enter,
/// Space and a double click open; Ctrl with the wheel changes the size.
class PictureGrid : public QAbstractScrollArea {
    Q_OBJECT
public:
    static constexpr int least = 48, most = 256, usual = 56, gap = 6, margin = 12;  // px

    /// Where the grid gets what it shows; images have numbers.
    struct Source {
        std::function<const QImage*(std::uint32_t)> picture;  // null: not there yet
        std::function<QColor(std::uint32_t)> colour;          // meanwhile
        std::function<QString(std::uint32_t)> words;          // for tooltips and screen readers
    };

    explicit PictureGrid(Source source, QWidget* parent = nullptr);

    /// What is shown, in order. The current image stays so, where it is still there.
    void lay(std::vector<std::uint32_t> images);
    const std::vector<std::uint32_t>& images() const { return images_; }
    int side() const { return side_; }
    void setSide(int side);

    /// The place that the keys walk from; -1: none.
    int current() const { return current_; }
    void setCurrent(int place, bool extend = false);
    /// The places of an image; -1: it isn't shown.
    int placeOf(std::uint32_t image) const;
    /// Selected and shown, in order.
    std::vector<std::uint32_t> selection() const;
    bool isSelected(std::uint32_t image) const {
        return image < selected_.size() && selected_[image];
    }
    int selectedCount() const { return count_; }
    void selectAll();
    void clearSelection();

    QRect cell(int place) const;  // in the viewport
    int placeAt(QPoint where) const;
    /// The places that are seen at least in part: [first, last).
    std::pair<int, int> seen() const;
    /// Asks again for what is seen, and paints.
    void refresh();

Q_SIGNALS:
    /// What is seen, nearest to the middle first, then a page on both sides.
    void wanted(const std::vector<std::uint32_t>& images);
    void currentChanged();
    void selectionChanged();
    void opened(int place);
    void menuWanted(QPoint where);  // on the screen; of the selection
    void dragged();                 // the selection, out of the window
    void sideChanged(int side);

protected:
    bool viewportEvent(QEvent*) override;
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void focusInEvent(QFocusEvent*) override;

private:
    int columns() const;
    int step() const { return side_ + gap; }
    void layOut();
    void ask();
    void reach(int place);
    void select(std::uint32_t image, bool on);
    void selectRange(int from, int to);
    void only(int place);
    void tell();
    void paintCell(QPainter& painter, int place) const;

    Source source_;
    std::vector<std::uint32_t> images_;
    std::vector<char> selected_;  // by number of the image
    int side_ = usual, count_ = 0, current_ = -1, anchor_ = -1;
    QPoint pressed_;
    bool pressedOnSelected_ = false, dragging_ = false;
};

}  // namespace daguerre
