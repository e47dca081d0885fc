#include "core/training/run_progress.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/fields.h"
#include "core/training/checkpoint.h"

namespace daguerre {
namespace {

/// The numbers by the key they have in the file.
struct CountKey {
    const char* key;
    std::int64_t Progressed::*member;
};
constexpr CountKey count_keys[] = {{"images_seen", &Progressed::images_seen},
                                   {"steps", &Progressed::steps},
                                   {"skipped", &Progressed::skipped},
                                   {"previewed_at", &Progressed::previewed_at},
                                   {"kept_tenth", &Progressed::kept_tenth}};
struct SecondsKey {
    const char* key;
    double Progressed::*member;
};
constexpr SecondsKey seconds_keys[] = {{"active_seconds", &Progressed::active_seconds},
                                       {"preview_seconds", &Progressed::preview_seconds},
                                       {"previewed_second", &Progressed::previewed_second}};

template <class T>
void read(const WeightsMetadata& metadata, const char* key, const std::filesystem::path& file,
          T& member) {
    Fields field{{.key = key, .value = detail::to_value(member)}};
    set_field_text(field, key, metadata_text(metadata, key, file));
    detail::from_value(field[0].value, member);
}

constexpr double preview_interval = 30, preview_budget = 0.02;  // seconds; share of training time
constexpr std::int64_t early_steps = 1024;  // previews at powers of two up to here
// What early ones may take beyond their budget: some seconds, and a share of the first seconds.
constexpr double early_seconds = 1, early_share = 0.1, first_seconds = 60;

}  // namespace

bool preview_due(const Progressed& at) {
    if (at.steps == at.previewed_at) return false;
    const double allowed = preview_budget * at.active_seconds;
    if (at.active_seconds - at.previewed_second >= preview_interval &&
        at.preview_seconds <= allowed)
        return true;
    return at.steps <= early_steps && (at.steps & (at.steps - 1)) == 0 &&
           at.preview_seconds <=
               allowed + early_seconds + early_share * std::min(at.active_seconds, first_seconds);
}

const std::string& metadata_text(const WeightsMetadata& metadata, const std::string& key,
                                 const std::filesystem::path& file) {
    const auto found = metadata.find(key);
    if (found == metadata.end())
        throw Error("“{file}” isn't whole: “{key}” is missing.", {{"file", file}, {"key", key}});
    return found->second;
}

WeightsMetadata metadata_of(const Progressed& progress) {
    WeightsMetadata metadata{{"format_version", std::to_string(run_format)},
                             {"program", "daguerre " DAGUERRE_VERSION}};
    for (const CountKey& known : count_keys)
        metadata[known.key] = text_of(detail::to_value(progress.*known.member));
    for (const SecondsKey& known : seconds_keys)
        metadata[known.key] = text_of(detail::to_value(progress.*known.member));
    return metadata;
}

Progressed progress_from(const WeightsMetadata& metadata, const std::filesystem::path& file) {
    std::int64_t format = 0;
    read(metadata, "format_version", file, format);
    check_format(format, file);
    Progressed progress;
    for (const CountKey& known : count_keys)
        read(metadata, known.key, file, progress.*known.member);
    for (const SecondsKey& known : seconds_keys)
        read(metadata, known.key, file, progress.*known.member);
    return progress;
}

void SkipGuard::add(bool skipped, std::int64_t images_seen, double learning_rate) {
    recent_.push_back(skipped);
    if (recent_.size() > 1000) recent_.pop_front();
    in_a_row_ = skipped ? in_a_row_ + 1 : 0;
    if (in_a_row_ <= 20 && std::count(recent_.begin(), recent_.end(), true) <= 20) return;
    throw Error(
        "Training became unstable at image {n}: lower the learning rate (now {rate}) or use "
        "fp32.",
        {{"n", images_seen}, {"rate", learning_rate}});
}

}  // namespace daguerre
