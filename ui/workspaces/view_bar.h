// The tool bar of Generate: model, view, grid, zoom.
#pragma once

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace daguerre {

class DenoiseCanvas;
class Segments;
class Session;

class ViewBar : public QWidget {
    Q_OBJECT
public:
    ViewBar(Session& session, DenoiseCanvas* canvas, QWidget* parent = nullptr);

    void nextView();
    void showSplit();
    /// Models are compared instead: a button leads back, the rest of the bar is of no use.
    void setComparing(bool comparing);
    /// The pictures changed: another count, another size.
    void refresh(int count, QSize picture);
    /// Of the views, those that show something: pictures made without noise have none, those made
    /// in one step no change.
    void setPossible(bool noise, bool change);
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    void makeModels();
    void makeViews();
    void makeZoom();
    void listModels();
    void showZoom(double zoom);

    Session& session_;
    DenoiseCanvas* canvas_;
    QLabel *modelLabel_, *gridLabel_, *zoom_;
    QComboBox *models_, *grid_;
    Segments* views_;
    QCheckBox* pixels_;
    QPushButton* back_;  // from comparing
    int count_ = 0;
    QSize picture_;
};

}  // namespace daguerre
