#include "core/training/run_curves.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>
#include <optional>

#include "core/base/json.h"
#include "core/training/checkpoint.h"
#include "core/training/curve_buckets.h"
#include "core/training/line_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t sampled_from = 16'000'000;  // bytes; less is read in order
constexpr std::int64_t samples = 400, sample_bytes = 8 * 1024;
constexpr std::chrono::milliseconds slice(150);  // of work in one call

/// A line, where it lies and what it says.
struct Place {
    Range range;
    std::int64_t segment = 0, images = 0;
};

/// The first line that can be read and begins at `offset` or later. Nothing: there is none.
std::optional<Place> place_from(LineFile& file, std::int64_t offset, std::int64_t end) {
    LogLine line;
    for (std::int64_t begin = file.line_begin(offset, end); begin < end;) {
        const Range range{begin, file.line_begin(begin + 1, end)};
        if (range.size() <= longest_line && line_from(file.text(range), line))
            return Place{range, line.segment, line.images};
        begin = range.end;
    }
    return std::nullopt;
}

/// The last line that can be read within the last few of a range.
std::optional<Place> last_place(LineFile& file, Range range) {
    std::optional<Place> last;
    std::int64_t offset = std::max(range.begin, range.end - 2 * longest_line);
    while (const auto next = place_from(file, offset, range.end)) {
        last = next;
        offset = next->range.end;
    }
    return last;
}

/// Adds the first line of every segment after that of `low`, up to that of `high`. Segments rise
/// through the file, so halving finds where they change without reading what lies between.
void find_starts(LineFile& file, const Place& low, const Place& high, std::vector<Place>& starts) {
    if (low.segment >= high.segment) return;
    auto middle = place_from(file, (low.range.end + high.range.begin) / 2, high.range.begin);
    if (!middle) middle = place_from(file, low.range.end, high.range.begin);
    if (!middle) return starts.push_back(high);
    find_starts(file, low, *middle, starts);
    find_starts(file, *middle, high, starts);
}

}  // namespace

class CurveReader::Reading {
public:
    Reading(const fs::path& folder, std::size_t most)
        : run_{folder}, most_(std::max<std::size_t>(most, 2)), buckets_(most_) {}

    bool read_more();
    const RunCurves& curves() const { return curves_; }

private:
    void begin_anew();
    void take_starts(LineFile& file, Range grown);
    void take(LineFile& file, Range range);
    void take_samples(LineFile& file, Range range);
    void take_lines(std::string_view lines);
    std::int64_t cut_of(std::int64_t segment) const;
    void publish();
    void read_floor();

    RunFolder run_;
    std::size_t most_;
    std::int64_t size_ = 0;           // bytes of the file that are known, whole lines
    std::deque<Range> pending_;       // of these, what wasn't read yet, in the order to be read
    std::vector<Place> starts_;       // the first line of each segment
    std::optional<Place> last_;       // line that is known
    std::vector<std::int64_t> cuts_;  // least images of the starts from this one on
    std::int64_t greatest_ = -1;      // images of any line that was read
    CurveBuckets buckets_;
    RunCurves curves_;
    LogLine line_;
};

void CurveReader::Reading::begin_anew() {
    buckets_ = CurveBuckets(most_);
    greatest_ = -1;
    pending_.clear();
}

/// Lines of a segment count up to these images, less than which a later one began at.
std::int64_t CurveReader::Reading::cut_of(std::int64_t segment) const {
    const auto later = std::upper_bound(
        starts_.begin(), starts_.end(), segment,
        [](std::int64_t sought, const Place& start) { return sought < start.segment; });
    return later == starts_.end() ? std::numeric_limits<std::int64_t>::max()
                                  : cuts_[std::size_t(later - starts_.begin())];
}

void CurveReader::Reading::take_starts(LineFile& file, Range grown) {
    const std::size_t known = starts_.size();
    const auto first = last_ ? last_ : place_from(file, grown.begin, grown.end);
    const auto last = last_place(file, grown);
    if (!first || !last) return;
    if (starts_.empty()) starts_.push_back(*first);
    find_starts(file, *first, *last, starts_);
    last_ = last;
    cuts_.assign(starts_.size(), 0);
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = starts_.size(); i-- > 0;)
        cuts_[i] = least = std::min(least, starts_[i].images);
    for (std::size_t i = std::max<std::size_t>(known, 1); i < starts_.size(); ++i) {
        if (starts_[i].images > greatest_) continue;
        begin_anew();  // lines that were read count no more
        take(file, {0, grown.begin});
        return;
    }
}

void CurveReader::Reading::take_lines(std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
        if (std::int64_t(end) <= longest_line && line_from(lines.substr(0, end), line_) &&
            line_.images < cut_of(line_.segment)) {
            greatest_ = std::max(greatest_, line_.images);
            buckets_.add(line_);
        }
        lines.remove_prefix(end + 1);
    }
}

/// Reads pieces from all over a range; what lies between them is pending.
void CurveReader::Reading::take_samples(LineFile& file, Range range) {
    std::int64_t done = range.begin;
    for (std::int64_t k = 0; k <= samples; ++k) {
        const std::int64_t offset = range.begin + (range.size() - sample_bytes) / samples * k;
        const std::int64_t begin = file.line_begin(std::max(offset, done), range.end);
        const std::int64_t end = file.line_begin(begin + sample_bytes, range.end);
        if (begin > done) pending_.push_back({done, begin});
        take_lines(file.text({begin, end}));
        done = end;
    }
    if (done < range.end) pending_.push_back({done, range.end});
}

/// A range becomes pending, but for a sample of a large one, which is read.
void CurveReader::Reading::take(LineFile& file, Range range) {
    if (range.size() >= sampled_from)
        take_samples(file, range);
    else if (range.size() > 0)
        pending_.push_back(range);
}

void CurveReader::Reading::read_floor() {
    std::error_code error;
    if (!curves_.floor.empty() || !fs::exists(run_.floor(), error)) return;
    try {
        const auto floor = read_json(run_.floor()).at("loss").get<std::vector<double>>();
        if (floor.size() == std::size_t(level_bins)) curves_.floor = floor;
    } catch (const std::exception&) {  // the losses are shown as they are
    }
}

void CurveReader::Reading::publish() {
    read_floor();
    buckets_.publish(curves_);
    curves_.whole = pending_.empty();
    curves_.resumed.clear();
    for (std::size_t i = 1; i < starts_.size(); ++i)
        if (starts_[i].images < cut_of(starts_[i].segment))
            curves_.resumed.push_back(double(starts_[i].images));
}

bool CurveReader::Reading::read_more() {
    const Clock::time_point until = Clock::now() + slice;
    LineFile file(run_.log());
    if (file.size() < size_) {  // another file
        begin_anew();
        size_ = 0;
        starts_.clear();
        cuts_.clear();
        last_.reset();
    }
    const Range grown{size_, file.whole_lines(size_)};
    if (grown.size() == 0 && pending_.empty()) return false;
    if (grown.size() > 0) take_starts(file, grown);
    take(file, grown);
    size_ = grown.end;
    while (!pending_.empty() && Clock::now() < until) {
        Range& next = pending_.front();
        const Range block{next.begin, file.block_end(next)};
        take_lines(file.text(block));
        next.begin = block.end;
        if (next.size() == 0) pending_.pop_front();
    }
    publish();
    return true;
}

CurveReader::CurveReader(fs::path folder, std::size_t most)
    : reading_(std::make_unique<Reading>(folder, most)) {}
CurveReader::~CurveReader() = default;
CurveReader::CurveReader(CurveReader&&) noexcept = default;
CurveReader& CurveReader::operator=(CurveReader&&) noexcept = default;

bool CurveReader::read_more() { return reading_->read_more(); }
const RunCurves& CurveReader::curves() const { return reading_->curves(); }

}  // namespace daguerre
