// The open photos, one a tab.
#pragma once

#include <QTabBar>

namespace daguerre {

/// Flat tabs with a dot on what isn't saved and a cross to close; can be dragged into another
/// order.
class PhotoTabs : public QTabBar {
    Q_OBJECT
public:
    explicit PhotoTabs(QWidget* parent = nullptr);

    void setModified(int index, bool modified);

Q_SIGNALS:
    void closeWanted(int index);

protected:
    QSize tabSizeHint(int index) const override;
    QSize minimumTabSizeHint(int index) const override;
    void tabInserted(int index) override;
    void tabRemoved(int index) override;
    void showEvent(QShowEvent*) override;
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;

private:
    QRect cross(int index) const;

    int pressed_ = -1;  // the tab on whose cross the button went down
    QPoint over_{-1, -1};
};

}  // namespace daguerre
