// A photo of any size, ready to be drawn at any zoom.
#pragma once

#include <QImage>
#include <QObject>
#include <QThreadPool>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/image/tiles.h"
#include "ui/canvas/view_map.h"

class QPainter;

namespace daguerre {

/// Halves the photo again and again and keeps the squares that are seen as pictures of the screen:
/// 8 bit, sRGB, turned. All of it on other threads, what is nearest to the middle of the view
/// first. Of the window's thread.
class TilePyramid : public QObject {
    Q_OBJECT
public:
    /// Bytes of pictures that are kept.
    static constexpr qint64 usualLimit = 256LL << 20;

    explicit TilePyramid(QObject* parent = nullptr);
    ~TilePyramid() override;

    /// Another photo, or the same with other squares: then only these are made anew, and the old
    /// ones are shown meanwhile.
    void setPhoto(const Tiles& photo, int orientation = 1);
    const Tiles& photo() const { return photo_; }
    void setLimit(qint64 bytes) { limit_ = bytes; }

    /// Draws what lies in `where` (widget px) from what there is, and asks for what is missing.
    /// ratio: device px a widget px. view: where the photo is seen; what was asked for elsewhere is
    /// dropped. Empty: a second look, which drops nothing.
    void paint(QPainter& painter, const ViewMap& map, const QRect& where, const QRect& view,
               double ratio);
    /// Whether everything that was last asked for is there.
    bool ready() const { return wanted_.empty() && working_ == 0; }
    /// A picture of a part of the photo in sRGB and turned, as paint() shows it, at once; for
    /// images of a few squares.
    QImage picture(const Image& part) const;

Q_SIGNALS:
    /// This part, in photo px, can be drawn better than before.
    void improved(const QRect& where);

private:
    struct Key {
        int level = 0, column = 0, row = 0;  // level 0: the photo's own squares
        auto operator<=>(const Key&) const = default;
    };
    struct Picture {
        QImage pixels;
        QImage shown;  // as large as it was last drawn: panning and brushing only copy it
        bool stale = false;
        qint64 used = 0;

        qint64 bytes() const { return pixels.sizeInBytes() + shown.sizeInBytes(); }
    };
    using Squares = std::map<Key, std::shared_ptr<const Image>>;

    static std::shared_ptr<const Image> reduced(const Tiles& photo, const Squares& known, Key key,
                                                Squares& made);
    static QImage pictureOf(const Image& square, int orientation,
                            const std::function<void(Image&)>& convert);
    QRect placeOf(Key key) const;
    void drop(int column, int row);
    void collect(Key key, Squares& known) const;
    void ask(Key key, QPointF middle);
    void begin();
    void take(Key key, const Tiles& photo, QImage pixels, Squares made);
    void forgetOld();
    void draw(QPainter& painter, Picture& picture, const QRectF& target, bool smooth, double ratio);
    void drawBest(QPainter& painter, const ViewMap& map, Key key, double ratio);

    Tiles photo_;
    int orientation_ = 1;
    std::function<void(Image&)> convert_;
    Squares squares_;  // of half size and less
    std::map<Key, Picture> pictures_;
    std::vector<std::pair<double, Key>> wanted_;  // squared distance from the middle of the view
    std::vector<Key> inWork_;
    qint64 limit_ = usualLimit, bytes_ = 0, clock_ = 0;
    int working_ = 0;
    QThreadPool pool_;
};

}  // namespace daguerre
