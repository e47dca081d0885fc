#include "ui/work/batch_files.h"

#include "core/base/json.h"

namespace daguerre {
namespace {

constexpr const char* reportName = "daguerre-batch.json";

BatchState stateOf(FillRow::State state) {
    switch (state) {
        case FillRow::State::Done:
            return BatchState::Done;
        case FillRow::State::Skipped:
            return BatchState::Skipped;
        case FillRow::State::Failed:
            return BatchState::Failed;
        case FillRow::State::Stopped:
            return BatchState::Stopped;
    }
    return BatchState::Waiting;
}

FillRow filled(FillRow row, const FillSettings& settings, const OnProgress& onProgress) {
    try {
        if (!is_done(row.file, settings))
            return fill_to(row.file.out, read_source(row.file), settings, onProgress);
        row.state = FillRow::State::Skipped;
    } catch (const Error& error) {
        row.state = FillRow::State::Failed;
        row.error = error.sentence();
    }
    return row;
}

}  // namespace

std::vector<BatchRow> batchRows(const BatchSettings& settings) {
    if (settings.out.empty()) throw Error("Name a folder for the results.");
    const FillFiles found = match_files(settings.photos, settings.masks, settings.out);
    std::vector<BatchRow> rows;
    for (const FillFile& file : found.files) {
        BatchRow row;
        row.fill.file = file;
        row.fill.request = settings.fill.request;
        rows.push_back(std::move(row));
    }
    for (const LeftOut& file : found.left_out) {
        BatchRow row;
        row.fill.file.photo = file.file;
        row.fill.error = file.why;
        row.state = BatchState::LeftOut;
        rows.push_back(std::move(row));
    }
    return rows;
}

BatchRow filledRow(BatchRow row, const FillSettings& settings, const OnProgress& onProgress) {
    row.fill = filled(std::move(row.fill), settings, onProgress);
    row.state = stateOf(row.fill.state);
    return row;
}

void writeBatchReport(const BatchSettings& settings, const std::vector<BatchRow>& rows) {
    std::vector<FillRow> ended;
    std::vector<LeftOut> left_out;
    for (const BatchRow& row : rows)
        if (row.state == BatchState::LeftOut)
            left_out.push_back({row.fill.file.photo, row.fill.error});
        else if (row.state != BatchState::Waiting && row.state != BatchState::Running)
            ended.push_back(row.fill);
    write_json(settings.out / reportName, fill_report(settings.fill, 1, ended, left_out));
}

}  // namespace daguerre
