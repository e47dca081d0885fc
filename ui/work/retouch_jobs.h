// What Retouch does on its workers.
#pragma once

#include <QRect>
#include <QString>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/image/record.h"
#include "core/inpaint/fill_files.h"
#include "ui/work/job.h"

namespace daguerre {

/// A photo as it was read.
struct OpenedPhoto {
    std::filesystem::path file;  // empty: it came from the clipboard
    Tiles pixels;                // with its metadata
    std::optional<Record> record;
    std::string sha256;          // of the file
    int frames = 1;              // of the file, of which the first is shown
    bool blackAndWhite = false;  // nothing but black and white: it may be meant as a mask
};
/// Whether a record is that of a photo with a fill, not of a picture made from noise.
bool isRetouched(const Record& record);
/// Blocks. Throws Error as read_image. onGlance: a smaller picture, where it is there sooner; may
/// be empty.
std::shared_ptr<const OpenedPhoto> readPhoto(
    const std::filesystem::path& file,
    const std::function<void(const Tiles& smaller)>& onGlance = {});

/// A moment of a fill: the surroundings of a part of the mask, at most FillJob::frameSide px long.
struct FillFrame {
    QRect where;  // photo pixels
    std::shared_ptr<const Preview> preview;
};

/// Fills a mask once for each seed: seed, seed + 1, ...
class FillJob : public Job {
    Q_OBJECT
public:
    static constexpr int frameSide = 1024;

    FillJob(const Tiles& photo, const Tiles& mask, const CopyLimits& limits,
            const FillSettings& settings, int variants);

    const FillRequest& request() const { return settings_.request; }
    /// mask_hash() of the mask; known since the first filled().
    const std::string& maskHash() const { return maskHash_; }

Q_SIGNALS:
    /// Frames in the order they were made, at most 30 times a second.
    void framed(int variant, const std::vector<daguerre::FillFrame>& frames);
    /// As soon as a variant is done; not for one that was stopped.
    void filled(int variant, const std::shared_ptr<const daguerre::FillResult>& result);

protected:
    void run() override;

private:
    bool step(const Progress& progress, int variant);
    void hand(int variant);

    const Tiles photo_, mask_;
    const CopyLimits limits_;
    const FillSettings settings_;
    const int variants_;
    std::string maskHash_;
    QRect where_;
    std::vector<FillFrame> waiting_;
    qint64 handed_ = -1;  // ms
};

/// A part of an instant fill: 8 bit, at a reduced size.
struct InstantPart {
    QRect where;  // photo pixels
    std::shared_ptr<const Image> pixels;
};

/// The instant fill of a mask at a reduced size, for looking at while one brushes.
class PreviewFillJob : public Job {
    Q_OBJECT
public:
    /// Sides of what is filled, px; most parts that are shown.
    static constexpr int side = 384;

    PreviewFillJob(const Tiles& photo, const Tiles& mask);

Q_SIGNALS:
    /// The whole of it: one picture around all parts of the mask.
    void previewed(const daguerre::InstantPart& part);

protected:
    void run() override;

private:
    const Tiles photo_, mask_;
};

/// What the panel says of a mask.
struct MaskFacts {
    std::int64_t pixels = 0, photoPixels = 0;
    std::vector<FillPart> parts;
    bool soft = false;     // somewhere between nothing and all
    bool closely = false;  // a rim of the old thing may be left: cuts_closely()
    double share() const { return photoPixels > 0 ? double(pixels) / double(photoPixels) : 0; }
    /// The largest share that the hole has of what an engine sees of a part.
    double crowding() const;
};
MaskFacts factsOf(const Tiles& photo, const Tiles& mask);

}  // namespace daguerre
