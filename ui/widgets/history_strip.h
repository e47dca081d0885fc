// Finished pictures, newest first, grouped by press of the button.
#pragma once

#include <QAbstractScrollArea>
#include <QImage>
#include <QStringList>
#include <utility>
#include <vector>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace daguerre {

/// What the strip knows of a picture on disk.
struct HistoryItem {
    QString file, press;  // its path; pictures of one press share this
    QImage thumbnail;     // any size; null: it could not be read
    QString title;        // its class, or empty
    std::vector<std::pair<QString, QString>> settings;  // as in the file: "Steps" → "20"
    bool favourite = false;

    QString setting(const QString& key) const;  // empty: not there
    bool matches(const QStringList& words) const;
};

/// The thumbnails. Only what is visible is painted, whatever their number.
class HistoryCells : public QAbstractScrollArea {
    Q_OBJECT
public:
    static constexpr int side = 56, gap = 4, groupGap = 16;  // px

    explicit HistoryCells(QWidget* parent = nullptr);

    /// Lays out those of `items` whose index is in `shown`, in that order.
    void lay(const std::vector<HistoryItem>* items, std::vector<int> shown);
    int current() const { return current_; }  // index of an item; -1: none
    void setCurrent(int item);
    /// Where the thumbnail lies in the viewport; empty: it isn't laid out.
    QRect cell(int item) const;
    int itemAt(QPoint where) const;

Q_SIGNALS:
    void opened(int item);    // a click or Enter: its view
    void restored(int item);  // a double-click: its settings too
    void menuWanted(int item, QPoint global);

protected:
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    bool viewportEvent(QEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void keyPressEvent(QKeyEvent*) override;

private:
    struct Group {
        int x = 0, width = 0, first = 0, count = 0;  // places in shown_
    };
    const HistoryItem& at(int place) const {
        return (*items_)[std::size_t(shown_[std::size_t(place)])];
    }
    QString captionOf(const Group& group) const;
    void walk(int by);
    void reach(int item);
    void drag(int item);
    void paintCell(QPainter& painter, int place, QRect where) const;

    const std::vector<HistoryItem>* items_ = nullptr;
    std::vector<int> shown_, x_;  // x_: left edge of each place
    std::vector<Group> groups_;
    int current_ = -1, width_ = 0;
    QPoint pressed_;
    bool dragging_ = false;
};

/// Heading, search and thumbnails.
class HistoryStrip : public QWidget {
    Q_OBJECT
public:
    explicit HistoryStrip(QWidget* parent = nullptr);

    /// Newest first. add: in front; append: at the end.
    void clear();
    void add(std::vector<HistoryItem> newer);
    void append(std::vector<HistoryItem> older);
    void remove(const QString& file);
    void putBack(const HistoryItem& item);  // where it was
    const std::vector<HistoryItem>& items() const { return items_; }
    const HistoryItem* find(const QString& file) const;
    void setFavourite(const QString& file, bool favourite);

    const HistoryItem* current() const;
    void setCurrent(const QString& file);
    void findFocus();  // into the search field
    /// Settings of an item as lines, for hovering and for people who can't see it.
    static QString describe(const HistoryItem& item);

    HistoryCells* cells() const { return cells_; }
    QLineEdit* search() const { return search_; }
    QToolButton* favouritesOnly() const { return star_; }

Q_SIGNALS:
    void opened(const QString& file);
    void restored(const QString& file);
    void menuWanted(const QString& file, QPoint global);

private:
    QHBoxLayout* makeHeading();
    void filter();
    int indexOf(const QString& file) const;

    std::vector<HistoryItem> items_;
    QLabel* count_;
    QToolButton* star_;
    QLineEdit* search_;
    HistoryCells* cells_;
};

}  // namespace daguerre
