// Thumbnails of a dataset, made on other threads: those that are looked at first.
#pragma once

#include <QCache>
#include <QImage>
#include <QObject>
#include <QThreadPool>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/data/dataset.h"

namespace daguerre {

/// Of the window's thread; no call waits. Threads take the first of what is wanted; what is no
/// longer wanted is never begun.
class ThumbnailLoader : public QObject {
    Q_OBJECT
public:
    static constexpr int usualMegabytes = 256;

    /// store: the folder for thumbnails of large images; empty: they aren't kept.
    explicit ThumbnailLoader(std::filesystem::path store = {}, int megabytes = usualMegabytes,
                             QObject* parent = nullptr);
    ~ThumbnailLoader() override;

    /// Pictures of the one before stay where an image has the same name at the same place.
    void setDataset(std::shared_ptr<const Dataset> dataset);
    /// The longer side of a picture, screen px. Those of another size stay until the new ones come.
    void setSide(int side);
    /// What is to be there, the most urgent first; replaces what was wanted before.
    void want(const std::vector<std::uint32_t>& images);
    /// Null: it isn't there yet. A null image: it can't be read.
    const QImage* find(std::uint32_t image) const;
    /// Nothing is wanted that isn't there.
    bool idle() const;
    /// How many images were decoded until now.
    int made() const { return made_; }

Q_SIGNALS:
    void came();

private:
    struct Picture {
        QImage image;
        int side = 0;
    };
    struct Work;
    static void run(const std::shared_ptr<Work>& work);
    void take();
    void startThreads();

    std::shared_ptr<const Dataset> dataset_;
    std::shared_ptr<Work> work_;  // shared with the threads
    mutable QCache<std::uint32_t, Picture> pictures_;
    int made_ = 0;
    QThreadPool pool_;
};

}  // namespace daguerre
