// What the window says while something is dragged over it.
#pragma once

#include <QWidget>

namespace daguerre {

class DropHint : public QWidget {
    Q_OBJECT
public:
    explicit DropHint(QWidget* window);

    /// Lies over the window and says what will happen to this file or folder. asPhoto: every image
    /// is taken for a photo.
    void announce(const QString& file, bool asPhoto);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    QString title_, text_;
};

}  // namespace daguerre
