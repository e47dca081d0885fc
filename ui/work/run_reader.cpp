#include "ui/work/run_reader.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/metrics/evaluations.h"
#include "core/models/model_library.h"

namespace daguerre {

namespace {

double threadSeconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

std::vector<KeptState> keptStates(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::vector<KeptState> states;
    const auto now = fs::file_time_type::clock::now();
    for (const CheckpointInfo& info : checkpoints_of(folder)) {
        std::error_code error;  // a folder keeps the time at which it was filled
        const auto saved =
            fs::last_write_time(info.newest ? folder / "state.safetensors" : info.folder, error);
        const std::chrono::duration<double> age =
            error ? fs::file_time_type::duration(0) : now - saved;
        states.push_back({info, std::max(age.count(), 0.)});
    }
    return states;
}

}  // namespace

RunReader::RunReader(const std::filesystem::path& folder)
    : folder_(folder), reader_(folder), curves_(std::make_shared<const RunCurves>()) {}

/// The hash of the model as it was saved last.
const std::string& RunReader::weights() {
    const std::filesystem::path model = folder_ / "model";
    std::error_code error;
    const auto written = std::filesystem::last_write_time(model / "daguerre.json", error);
    if (!error && std::exchange(weighed_, written) != written)
        weights_ = model_facts(model).weights_sha256;
    return weights_;
}

RunData RunReader::read() {
    const double before = threadSeconds();
    RunData data;
    data.info = look_at_run(folder_);
    if (reader_.read_more()) curves_ = std::make_shared<const RunCurves>(reader_.curves());
    data.curves = curves_;
    data.previews = previews_of(folder_);
    data.rawPreviews = raw_previews_of(folder_);
    data.checkpoints = keptStates(folder_);
    data.confusion = confusion_of(folder_);
    if (const auto sheets = reconstructions_of(folder_); !sheets.empty())
        data.reconstructions = sheets.back().file;
    data.evaluations = evaluations_of(weights());
    if (data.info.trouble.pattern.empty()) data.finding = diagnose(data.info, *curves_);
    data.seconds = threadSeconds() - before;
    return data;
}

}  // namespace daguerre
