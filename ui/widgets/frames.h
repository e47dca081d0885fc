// The recorded steps of one press of the button: what every picture looked like on its way.
#pragma once

#include <QImage>
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "core/image/progress.h"

namespace daguerre {

/// Steps run from 0, pure noise, to steps(), the finished picture. Between them step k is what the
/// sampler holds after k of its steps, and the clean guess from it. The pixels are the previews'
/// own and are shared, not copied. When they outgrow the limit only every 2nd, 4th, ... step is
/// kept, with the first and the newest always among them.
class Frames {
public:
    static constexpr std::size_t usualLimit = std::size_t(256) << 20;  // bytes of pixels

    /// steps: 0 where the first preview will tell.
    explicit Frames(int count, int steps = 0, std::size_t limit = usualLimit);

    /// A preview that came while the pictures are made. Steps of one group come in rising order.
    void add(std::shared_ptr<const Preview> preview);
    /// Finished pictures `first`, `first` + 1, ...: both halves of the last step.
    void finish(int first, std::vector<Image> images);

    int count() const { return count_; }
    /// Number of sampler steps; 0 until the first preview or finished picture came.
    int steps() const { return steps_; }
    /// Width and height of one picture; empty until the first one came.
    QSize size() const { return size_; }
    /// Steps of which something is kept, rising; the one nearest below `step` or `step` itself,
    /// else the first; the one after it, else the last. -1: nothing was recorded yet.
    std::vector<int> kept() const;
    int keptBelow(int step) const;
    int keptAfter(int step) const;
    /// The kept step of a picture that is nearest below `step`, or `step`; -1: there is none.
    int atMost(int image, int step) const;
    /// The newest step of a picture, and of the group that was added last; -1: none.
    int newest(int image) const { return newestOf_[std::size_t(image)]; }
    int newest() const { return newest_; }
    bool finished(int image) const { return steps_ > 0 && newest(image) == steps_; }
    /// Whether a preview came that had a noisy half.
    bool hasNoise() const { return hasNoise_; }

    /// What the sampler held, and the clean guess from it. `step` is one that atMost() gave. Null
    /// when there is none.
    std::shared_ptr<const Image> noisy(int image, int step) const;
    std::shared_ptr<const Image> guess(int image, int step) const;

    /// Noise level and training step; 0 at the last step and where they aren't known.
    double sigma(int step) const;
    double t(int step) const;
    /// Whether a preview told the noise level of this step.
    bool knowsSigma(int step) const { return levels_.count(step) > 0; }

    /// Seconds a sampler step took, as measured while the previews came; 0: not measured.
    double secondsPerStep = 0;

    /// 1: every step is kept; 2: every 2nd, ...
    int every() const { return every_; }
    std::size_t bytes() const { return bytes_; }

private:
    struct Level {
        double sigma = 0, t = 0;
    };
    using Group = std::shared_ptr<const Preview>;

    Group groupOf(int image, int step) const;
    void store(Group group);
    void drop(int step, int first);
    void sweep();
    bool stays(int step, int first) const;

    int count_ = 0, steps_ = 0, newest_ = -1, every_ = 1;
    bool hasNoise_ = false;
    QSize size_;
    std::size_t bytes_ = 0, limit_ = 0;
    std::vector<int> newestOf_;
    std::map<int, std::map<int, Group>> groups_;  // by step, then by first picture
    std::map<int, Level> levels_;
};

}  // namespace daguerre
