#include "ui/work/run_reader.h"

#include <time.h>

namespace daguerre {

namespace {

double threadSeconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

}  // namespace

RunReader::RunReader(const std::filesystem::path& folder)
    : folder_(folder), reader_(folder), curves_(std::make_shared<const RunCurves>()) {}

RunData RunReader::read() {
    const double before = threadSeconds();
    RunData data;
    data.info = look_at_run(folder_);
    if (reader_.read_more()) curves_ = std::make_shared<const RunCurves>(reader_.curves());
    data.curves = curves_;
    data.previews = previews_of(folder_);
    data.checkpoints = checkpoints_of(folder_);
    if (data.info.trouble.pattern.empty()) data.finding = diagnose(data.info, *curves_);
    data.seconds = threadSeconds() - before;
    return data;
}

}  // namespace daguerre
