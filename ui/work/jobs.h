// What the studio does on its workers.
#pragma once

#include <QString>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/image/film.h"
#include "core/image/record.h"
#include "core/models/model.h"
#include "core/nn/device.h"
#include "ui/work/job.h"
#include "ui/work/retouch_jobs.h"

namespace daguerre {

/// A finished picture and where it lies.
struct Picture {
    std::shared_ptr<const Image> image;
    std::filesystem::path file;  // empty: it could not be written
};

/// Makes pictures, hands over every step on the way, and keeps the finished ones in pictures/.
class GenerateJob : public Job {
    Q_OBJECT
public:
    using Previews = std::vector<std::shared_ptr<const Preview>>;

    /// The share of its time that may go into previews. Over it only every 2nd, 4th, ... step is
    /// handed over; well under it more again. The first tenth of a second is free: nobody waits
    /// for it, and pictures that are made in no time are still seen step by step.
    static constexpr double usualBudget = 0.03, freeSeconds = 0.1;
    /// Pictures of which a model is asked for at a time, so that finished ones come early; all of
    /// them where each hangs on how many there are.
    static constexpr std::int64_t usualAtOnce = 16;

    /// own: what Model::generate takes beside the request. budget 1: every step, at once.
    GenerateJob(std::shared_ptr<const Model> model, const GenerateRequest& request,
                const Fields& own, double budget = usualBudget);

    const std::shared_ptr<const Model>& model() const { return model_; }
    const GenerateRequest& request() const { return request_; }
    const Fields& own() const { return own_; }

Q_SIGNALS:
    /// Steps in the order they were made, none left out that the budget allows; at most 30 times a
    /// second, and at once after the last step of a group of images.
    void previewed(const std::vector<std::shared_ptr<const daguerre::Preview>>& previews);
    /// Finished pictures `first`, `first` + 1, ..., written; as soon as a group is finished.
    void made(int first, const std::vector<daguerre::Picture>& pictures);
    /// Share of the time that went into previews, 0 to 1, and every how many steps there was one at
    /// the end; once, before finished.
    void measured(double seconds, double previewShare, int every);

protected:
    void run() override;

private:
    bool step(const Progress& progress);
    bool due(const Progress& progress) const;
    void weigh();
    void hand(bool now);
    void keep(std::vector<Image> images);

    const std::shared_ptr<const Model> model_;
    const GenerateRequest request_;
    const Fields own_;
    const std::int64_t atOnce_;
    const double budget_;
    Previews waiting_;
    qint64 handed_ = -1;  // ms
    double start_ = 0, previewSeconds_ = 0;
    std::int64_t first_ = 0;  // picture of the group at work
    std::filesystem::path press_;
    int steps_ = 0, every_ = 1;  // steps_: of a group; 0: not known yet
};

/// The first job of a worker that will call LibTorch: chooses its device.
class DeviceJob : public Job {
    Q_OBJECT
public:
    using Use = std::function<DeviceChoice()>;
    explicit DeviceJob(Use use);

Q_SIGNALS:
    void chose(const daguerre::DeviceChoice& choice);

protected:
    void run() override;

private:
    const Use use_;
};

/// Opens a model.
class OpenModelJob : public Job {
    Q_OBJECT
public:
    using Open = std::function<std::shared_ptr<const Model>(const std::string& name)>;
    OpenModelJob(const std::string& name, Open open);

    const std::string& name() const { return name_; }

Q_SIGNALS:
    void opened(const std::shared_ptr<const daguerre::Model>& model);

protected:
    void run() override;

private:
    const std::string name_;
    const Open open_;
};

/// What was dropped on the window, or named on the command line.
struct Dropped {
    enum class Kind { Picture, Photo, Model, Dataset, Run } kind = Kind::Picture;
    std::filesystem::path file;
    Record record;                             // of a picture: how it was made
    std::shared_ptr<const OpenedPhoto> photo;  // of a picture and a photo
};

/// Looks into a file or folder, by its contents; nothing of LibTorch. Fails with the sentence that
/// says why it can't be opened.
class LookJob : public Job {
    Q_OBJECT
public:
    explicit LookJob(const std::filesystem::path& file);

Q_SIGNALS:
    /// Before seen(), for a large photo: a smaller picture of it.
    void glanced(const daguerre::Tiles& smaller);
    void seen(const daguerre::Dropped& dropped);

protected:
    void run() override;

private:
    const std::filesystem::path file_;
};

}  // namespace daguerre
