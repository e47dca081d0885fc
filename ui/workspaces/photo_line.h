// The line under the canvas: what the photo is, and what was proved of it.
#pragma once

#include <QWidget>

#include "core/image/tiles.h"

class QLabel;

namespace daguerre {

class PhotoLine : public QWidget {
    Q_OBJECT
public:
    explicit PhotoLine(QWidget* parent = nullptr);

    /// Size 0 x 0: nothing is open.
    void showPhoto(const Tiles& photo);
    void showZoom(double zoom);
    /// After a fill: so many bytes outside the mask differ, of so many compared. of < 0: none was
    /// made.
    void showProof(std::int64_t changed, std::int64_t of);

protected:
    void changeEvent(QEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    std::int64_t changed_ = 0, of_ = -1;
    QLabel *zoom_, *size_, *depth_, *profile_, *kept_, *sign_, *proof_, *when_;
};

}  // namespace daguerre
