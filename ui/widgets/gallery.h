// Rows of small pictures to choose from.
#pragma once

#include <QImage>
#include <QWidget>
#include <vector>

namespace daguerre {

struct Thumbnail {
    QString file, words;  // words: shown under the pointer, and for people who can't see it
    QImage image;
};

/// As many as fit, the first ones. A click or Enter chooses one.
class Gallery : public QWidget {
    Q_OBJECT
public:
    explicit Gallery(QWidget* parent = nullptr);

    /// side: of one picture, px. The height follows.
    void setShape(int rows, int side);
    void setThumbnails(std::vector<Thumbnail> thumbnails);
    /// Whether places without a picture are drawn; they are at first.
    void setBlanks(bool drawn);
    const std::vector<Thumbnail>& thumbnails() const { return thumbnails_; }
    QRect cell(int index) const;

Q_SIGNALS:
    void chosen(const QString& file);

protected:
    bool event(QEvent*) override;
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void keyPressEvent(QKeyEvent*) override;

private:
    int columns() const;
    int fitting() const;
    int indexAt(QPoint where) const;
    void setCurrent(int index);

    std::vector<Thumbnail> thumbnails_;
    int rows_ = 1, side_ = 84;
    int current_ = 0, over_ = -1;
    bool blanks_ = true;
};

}  // namespace daguerre
