// What is open, and who is working.
#pragma once

#include <QObject>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/models/open_model.h"
#include "core/nn/device.h"
#include "core/training/given_settings.h"
#include "ui/session/actions.h"
#include "ui/session/recovery.h"
#include "ui/session/setting.h"
#include "ui/widgets/frames.h"
#include "ui/work/jobs.h"
#include "ui/work/train_job.h"
#include "ui/work/worker.h"

namespace daguerre {

/// The share of its time that a job may spend on showing its steps; 1: every step, at once.
inline const Setting<double> previewBudget{"generate/previewBudget", GenerateJob::usualBudget};

/// Where models come from; tests put their own in. use and open are called on the making worker
/// only, list in the window's thread, peek on any worker.
struct ModelSource {
    DeviceJob::Use use = [] { return use_device(); };
    std::function<std::vector<ModelEntry>()> list = known_models;
    std::function<ModelInfo(const std::string& name)> peek = peek_model;
    OpenModelJob::Open open = [](const std::string& name) { return open_model(name); };
    /// On the training worker only.
    TrainJob::Open train = openRun;
};

/// Whether training waits while pictures are made or a photo is filled.
inline const Setting<bool> trainingWaits{"train/waits", true};

/// A job and what is known of it, for the list of jobs.
struct JobEntry {
    QString title{};
    std::shared_ptr<Job> job{};  // null when it ended
    const void* key = nullptr;
    QString workspace{};  // where it was started
    enum class State { Waiting, Running, Ended } state = State::Waiting;
    Advance advance{};
    Outcome outcome = Outcome::Done;
    QString why{};
    qint64 startedMs = 0, endedMs = 0;  // of a steady clock
};

/// Pictures that one workspace made, for Generate to show with their settings.
struct Carried {
    std::shared_ptr<const GenerateJob> job;
    std::shared_ptr<Frames> frames;
    std::vector<std::filesystem::path> files;
};

/// A photo for Retouch.
struct PhotoWish {
    std::shared_ptr<const OpenedPhoto> photo;
    Tiles mask{};                                      // 0 x 0: none
    bool fillNow = false;                              // and end in the split view
    std::shared_ptr<const JournalContents> journal{};  // instead of `photo`: as it was left
};

/// A dataset for Train: its id, folder or file; and settings that differ from the preset's.
struct TrainWish {
    std::string dataset;
    GivenSettings settings{};
};

/// Workspaces call it and listen to it; it does no work itself.
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(ModelSource source = {}, QObject* parent = nullptr);

    Actions& actions() { return actions_; }

    /// Starts the workers: the making worker chooses its device, then the model last used is
    /// opened, else `fashion`, else the first there is. Called once, after the first paint.
    void begin();

    /// Null until the making worker chose.
    const DeviceChoice* device() const { return device_ ? &*device_ : nullptr; }

    /// The models there are, as listed by begin() and listModels().
    const std::vector<ModelEntry>& models() const { return models_; }
    /// Looks for them again: one came, went or got another name.
    void listModels();
    /// For a workspace that opens models of its own, apart from model().
    const ModelSource& source() const { return source_; }
    /// The open model; null while none is.
    const std::shared_ptr<const Model>& model() const { return model_; }
    /// The id or folder of the model that is open or being opened; "": none.
    const std::string& modelName() const { return modelName_; }
    /// Whether it is being opened; why it can't be.
    bool opening() const { return opening_ != nullptr; }
    const QString& modelTrouble() const { return modelTrouble_; }
    /// A bundled or own id, or a folder. Without effect when it is open already.
    void openModel(const std::string& name);

    /// Hands a job to the making worker, which alone may call LibTorch, or to the file worker.
    /// Connect to the job's signals before.
    void make(const std::shared_ptr<Job>& job);
    void file(const std::shared_ptr<Job>& job);
    /// Hands over what is done at once and needs no line in the list of jobs. Before begin() it
    /// waits for that.
    void soon(const std::shared_ptr<Job>& job);
    /// Looks through datasets, and brings them: each in a line of its own, since both last.
    void browse(const std::shared_ptr<Job>& job);
    void fetch(const std::shared_ptr<Job>& job);
    /// Trains a run on a worker of its own. Without effect while one is trained.
    void train(RunStart start);
    /// The run that is trained; null: none.
    const std::shared_ptr<TrainJob>& training() const { return training_; }
    const TrainStatus& trainStatus() const { return trainStatus_; }
    /// Hands a trial to the training worker.
    void measure(const std::shared_ptr<Job>& job) { trainer_->run(job); }
    /// A run folder that was dropped; Train takes it when it is made or when runCame() comes.
    std::filesystem::path takeRun() { return std::exchange(shownRun_, {}); }
    /// The newest weights of the run that is trained become the open model, in Generate.
    void tryTraining();
    /// Running, waiting, and the last twenty that ended; newest last.
    const std::vector<JobEntry>& jobs() const { return jobs_; }

    /// Files from the command line, a second start or a drop: looked into by the file worker.
    void openFile(const std::filesystem::path& file);
    /// Milliseconds of a steady clock, as in JobEntry.
    static qint64 nowMs();

    /// Opens a workspace: wanted() tells the frame.
    void showWorkspace(const QString& id) { Q_EMIT wanted(id); }
    /// A picture to restore settings from; Generate takes it when it is made or when restoring()
    /// comes.
    std::optional<Dropped> takeRestore();
    /// Photos for Retouch, which takes them when it is made or when photosCame() comes.
    std::vector<PhotoWish> takePhotos() { return std::exchange(photos_, {}); }
    void openPhoto(PhotoWish photo);
    /// A smaller picture of the photo that is being opened; 0 x 0: none.
    const Tiles& glance() const { return glance_; }
    /// Keeps open photos against a crash; null before begin().
    Recovery* recovery() const { return recovery_.get(); }
    /// Opens Generate with them, as takeRestore() does with a picture.
    void carry(Carried carried);
    std::optional<Carried> takeCarried() { return std::exchange(carried_, std::nullopt); }
    /// Opens Generate, where one picture is to start from an image file. Of a known class, or
    /// empty.
    void startFrom(const std::filesystem::path& photo, const std::string& imageClass);
    struct Start {
        std::filesystem::path photo;
        std::string imageClass;
    };
    std::optional<Start> takeStart() { return std::exchange(start_, std::nullopt); }
    /// A folder or archive of images that was dropped; Datasets takes it when it is made or when
    /// datasetCame() comes.
    std::optional<std::filesystem::path> takeDataset() {
        return std::exchange(images_, std::nullopt);
    }
    /// Opens Train with a dataset, which it takes when it is made or when trainWished() comes.
    void trainOn(TrainWish wish);
    std::optional<TrainWish> takeTrainWish() { return std::exchange(train_, std::nullopt); }
    /// For the bar above the work: what happened and what helps.
    void say(const QString& sentence) { Q_EMIT said(sentence); }

Q_SIGNALS:
    void deviceChosen();
    void modelsListed();
    /// Name, model, opening or trouble changed.
    void modelChanged();
    void jobsChanged();
    /// It began or ended (training()), or how it stands changed.
    void trainingChanged();
    void trainingStood();
    /// A run that was trained when the program ended, whether it was closed or killed.
    void runLeft(const QString& sentence, const std::filesystem::path& folder);
    void runCame();
    void wanted(const QString& workspace);
    void restoring();
    void photosCame();
    void trainWished();
    void datasetCame();
    void glanceChanged();
    /// What an earlier program left of its photos, newest first.
    void leftFound(const std::vector<daguerre::JournalSummary>& left);
    void said(const QString& sentence);
    /// Pictures came into pictures/.
    void picturesAdded(const std::vector<daguerre::Picture>& pictures);

private:
    void beginRecovery();
    void list(const std::shared_ptr<Job>& job);
    JobEntry& entryOf(const Job* job);
    void end(const Job* job, Outcome outcome, const Sentence& why);
    void take(const Dropped& dropped);
    void letOthersFirst();
    void lookForRun();
    void showGlance(const Tiles& smaller);

    ModelSource source_;
    Actions actions_;
    std::optional<DeviceChoice> device_;
    std::vector<ModelEntry> models_;
    std::shared_ptr<const Model> model_;
    std::string modelName_;
    std::shared_ptr<OpenModelJob> opening_;
    QString modelTrouble_;
    std::vector<JobEntry> jobs_;
    std::optional<Dropped> restore_;
    std::vector<PhotoWish> photos_;
    Tiles glance_;
    std::optional<Start> start_{};
    std::optional<Carried> carried_;
    std::optional<TrainWish> train_;
    std::optional<std::filesystem::path> images_;
    std::unique_ptr<Recovery> recovery_;
    std::vector<std::shared_ptr<Job>> early_;  // for quick_
    std::shared_ptr<TrainJob> training_;
    TrainStatus trainStatus_;
    std::filesystem::path shownRun_;
    std::unique_ptr<Worker> making_, files_, quick_, trainer_, browsing_,
        fetching_;  // last: they end first
};

}  // namespace daguerre
