// Training a run on a worker: pause, go on, samples and saves at any time.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/training/training_run.h"
#include "ui/work/job.h"

namespace daguerre {

/// What shall be trained: a new run in `folder`, or, where `dataset` is empty, the one that lies
/// there.
struct RunStart {
    std::filesystem::path folder;
    std::string dataset{}, family{};
    std::vector<std::pair<std::string, std::string>> settings{};
};

/// Starts or resumes it on the device that it asks for. Of the thread that will train; blocks while
/// images are read. Throws as TrainingRun.
std::unique_ptr<TrainingRun> openRun(const RunStart& start);

/// How training stands.
struct TrainStatus {
    enum class Phase { Opening, Training, Sampling, Saving, Paused, Waiting };
    Phase phase = Phase::Opening;   // Waiting: for a fill or pictures
    StepReport report{};            // of the last step; images_total 0: none was made yet
    std::int64_t savedImages = -1;  // that the state on disk has seen; -1: not saved since it began
    double left = -1;               // seconds; -1: not known
    double cost = 0;                // share of the time that previews and the window took
    double tookSeconds = -1;        // from the wish to pause until it paused
    Sentence trouble{};             // why it paused by itself: the state couldn't be written
};

class TrainJob : public Job {
    Q_OBJECT
public:
    using Open = std::function<std::unique_ptr<TrainingRun>(const RunStart&)>;
    TrainJob(RunStart start, Open open);

    const std::filesystem::path& folder() const { return start_.folder; }

    // Plain and immediate, from any thread; each takes effect between two steps.
    /// Stops it for good: the state is saved.
    void cancel() override;
    /// Saves, then waits with everything in memory.
    void pause();
    void goOn();
    bool pausing() const { return wishes_ & Pause; }
    void sampleNow() { wish(Sample); }
    void saveNow() { wish(Save); }
    /// The weights as they are: snapshotMade tells.
    void snapshotNow() { wish(Snapshot); }
    /// Whether something else wants the cores.
    void setWaiting(bool waiting);
    /// Seconds of a core that the window spent on showing this run.
    void addWindowSeconds(double seconds);

Q_SIGNALS:
    /// At most ten times a second, and when the phase changes.
    void stood(const daguerre::TrainStatus& status);
    void previewed(const QString& file);
    void snapshotMade(const std::shared_ptr<const daguerre::Model>& model);
    void remarked(const std::vector<std::string>& remarks);

protected:
    void run() override;

private:
    enum Wish : unsigned { Stop = 1, Pause = 2, Wait = 4, Sample = 8, Save = 16, Snapshot = 32 };

    void wish(unsigned bits);
    void drop(unsigned bits);
    bool wished(Wish bit);  // and it isn't any more
    void step();
    void serve();
    void hold();
    void sample();
    void save();
    void trySave();
    void tell(TrainStatus::Phase phase);

    const RunStart start_;
    const Open open_;
    std::unique_ptr<TrainingRun> run_;
    std::atomic<unsigned> wishes_ = 0;
    std::atomic<double> windowSeconds_ = 0, pauseWished_ = 0;
    TrainStatus status_;
    double told_ = 0, sampleSeconds_ = 0, trainedSeconds_ = 0;
};

}  // namespace daguerre
