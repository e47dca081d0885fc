// Two images of a dataset that are the same, or nearly, side by side.
#pragma once

#include <QImage>
#include <QWidget>
#include <array>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

class QLabel;
class QPushButton;
class QToolButton;

namespace daguerre {

class PairView : public QWidget {
    Q_OBJECT
public:
    using Pair = std::pair<std::uint32_t, std::uint32_t>;  // numbers of images

    explicit PairView(QWidget* parent = nullptr);

    /// The first is wanted at once; none hides it all.
    void setPairs(std::vector<Pair> pairs);
    const std::vector<Pair>& pairs() const { return pairs_; }
    int current() const { return current_; }
    void setCurrent(int index);
    /// The images of the pair that was wanted, and what is said of each.
    void show(const std::array<QImage, 2>& images, const std::array<QString, 2>& words);

Q_SIGNALS:
    void wanted(std::uint32_t first, std::uint32_t second);
    /// Those that were marked, in order.
    void leaveOutWanted(const std::vector<std::uint32_t>& images);

protected:
    void keyPressEvent(QKeyEvent*) override;

private:
    struct Side {
        QLabel *picture, *words;
        QPushButton* leaveOut;
    };
    Side makeSide(int which);
    std::uint32_t image(int which) const;
    void mark(int which, bool marked);
    void showMarked();

    std::vector<Pair> pairs_;
    std::set<std::uint32_t> marked_;
    int current_ = 0;
    QToolButton *before_, *after_;
    QLabel* place_;
    std::array<Side, 2> sides_{};
    QPushButton* apply_;
};

}  // namespace daguerre
