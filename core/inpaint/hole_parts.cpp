#include "core/inpaint/hole_parts.h"

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/inpaint/fill.h"

namespace daguerre {
namespace {

constexpr std::uint8_t half = 128;
constexpr double join_limit = 1.5;  // of the two areas
constexpr int least_margin = 64, most_margin = 768;
constexpr int most_side = 1024;  // of a piece
constexpr std::int64_t known_for_one = 3;

std::int64_t pixels_of(const Rect& r) { return std::int64_t(r.width) * r.height; }

Rect united(const Rect& a, const Rect& b) {
    const int x = std::min(a.x, b.x), y = std::min(a.y, b.y);
    return {x, y, std::max(a.x + a.width, b.x + b.width) - x,
            std::max(a.y + a.height, b.y + b.height) - y};
}

bool overlap(const Rect& a, const Rect& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height &&
           b.y < a.y + a.height;
}

bool has_any(const Image& square, std::uint8_t least) {
    std::uint8_t most = 0;
    for (const std::byte value : square.pixels) most = std::max(most, std::uint8_t(value));
    return most >= least;
}

/// The runs of one row of one square, at place `x`. A run that goes on from the square before is
/// made longer.
void add_runs(std::span<const std::uint8_t> row, int y, int x, std::uint8_t least,
              std::vector<Run>& runs) {
    for (std::size_t i = 0; i < row.size();) {
        if (row[i] < least) {
            ++i;
            continue;
        }
        const std::size_t first = i;
        while (i < row.size() && row[i] >= least) ++i;
        if (first == 0 && !runs.empty() && runs.back().y == y && runs.back().end == x)
            runs.back().end = x + int(i);
        else
            runs.push_back({y, x + int(first), x + int(i)});
    }
}

std::vector<Run> runs_of(const Tiles& mask, std::uint8_t least) {
    std::vector<Run> runs;
    for (int row = 0; row < mask.rows(); ++row) {
        std::vector<int> columns;  // with a run
        for (int column = 0; column < mask.columns(); ++column)
            if (has_any(*mask.tile(column, row), least)) columns.push_back(column);
        for (int y = 0; y < mask.tile_rect(0, row).height && !columns.empty(); ++y)
            for (const int column : columns)
                add_runs(mask.tile(column, row)->row<std::uint8_t>(y), row * Tiles::side + y,
                         column * Tiles::side, least, runs);
    }
    return runs;
}

/// Which runs hang together: a forest whose roots are the first runs of their parts.
class Forest {
public:
    explicit Forest(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t(0));
    }
    std::size_t root(std::size_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return i;
    }
    void unite(std::size_t a, std::size_t b) {
        a = root(a);
        b = root(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

private:
    std::vector<std::size_t> parent_;
};

/// Unites each run with those of the row above that touch it, corners included.
Forest connected(const std::vector<Run>& runs) {
    Forest forest(runs.size());
    std::size_t above = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = runs[i];
        while (runs[above].y < run.y - 1 ||
               (runs[above].y == run.y - 1 && runs[above].end < run.first))
            ++above;
        for (std::size_t j = above; runs[j].y == run.y - 1 && runs[j].first <= run.end; ++j)
            forest.unite(i, j);
    }
    return forest;
}

void add(HolePart& part, const Run& run) {
    const Rect box{run.first, run.y, run.end - run.first, 1};
    part.box = part.runs.empty() ? box : united(part.box, box);
    part.pixels += box.width;
    part.runs.push_back(run);
}

Rect usual_area(const Rect& box, Size photo) { return with_context(box, usual_margin(box), photo); }

/// Whether two boxes are better filled together.
bool near_each_other(const Rect& a, const Rect& b, Size photo) {
    const Rect area_a = usual_area(a, photo), area_b = usual_area(b, photo);
    if (!overlap(area_a, area_b)) return false;
    const std::int64_t joint = pixels_of(usual_area(united(a, b), photo));
    return double(joint) <= join_limit * double(pixels_of(area_a) + pixels_of(area_b)) &&
           joint <= most_area_pixels;
}

void join(HolePart& part, HolePart&& other) {
    part.box = united(part.box, other.box);
    part.pixels += other.pixels;
    if (part.runs.size() < other.runs.size()) part.runs.swap(other.runs);
    part.runs.insert(part.runs.end(), other.runs.begin(), other.runs.end());
}

}  // namespace

int usual_margin(Rect box) {
    return std::clamp(std::max(box.width, box.height), least_margin, most_margin);
}

Rect with_context(Rect box, int margin, Size photo) {
    const auto side = [&](int at, int length, int whole) {
        const auto wanted = std::int64_t(length) + 2 * std::int64_t(margin);
        const int size = int(std::min<std::int64_t>(wanted, whole));
        return std::pair(std::clamp(at - margin, 0, whole - size), size);
    };
    const auto [x, width] = side(box.x, box.width, photo.width);
    const auto [y, height] = side(box.y, box.height, photo.height);
    return {x, y, width, height};
}

std::int64_t hole_pixels_in(const Tiles& mask, Rect where) {
    const Image part = mask.crop(where);
    return std::ranges::count_if(part.pixels, [](std::byte v) { return v >= std::byte(half); });
}

std::vector<HolePart> connected_parts(const Tiles& mask, std::uint8_t least) {
    const std::vector<Run> runs = runs_of(mask, least);
    Forest forest = connected(runs);
    std::vector<HolePart> parts;
    std::vector<std::size_t> part_of(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::size_t root = forest.root(i);
        if (root == i) {
            part_of[i] = parts.size();
            parts.emplace_back();
        }
        add(parts[part_of[root]], runs[i]);
    }
    return parts;
}

std::vector<HolePart> hole_parts(const Tiles& mask) {
    std::vector<HolePart> parts;
    for (HolePart& part : connected_parts(mask, half)) {
        const auto is_near = [&](const HolePart& other) {
            return near_each_other(part.box, other.box, mask.size());
        };
        for (auto other = std::ranges::find_if(parts, is_near); other != parts.end();
             other = std::ranges::find_if(parts, is_near)) {
            join(part, std::move(*other));
            parts.erase(other);
        }
        parts.push_back(std::move(part));
    }
    for (HolePart& part : parts) std::ranges::sort(part.runs);
    std::ranges::sort(parts, {}, [](const HolePart& part) { return part.runs.front(); });
    return parts;
}

std::vector<HolePart> pieces_of(const HolePart& part, Size photo) {
    if (pixels_of(usual_area(part.box, photo)) <= most_area_pixels) return {part};
    const auto up = [](int n, int divisor) { return (n + divisor - 1) / divisor; };
    const int columns = up(part.box.width, most_side), rows = up(part.box.height, most_side);
    const int width = up(part.box.width, columns), height = up(part.box.height, rows);
    std::vector<HolePart> cells(std::size_t(columns) * std::size_t(rows));
    for (const Run& run : part.runs) {
        const int row = (run.y - part.box.y) / height;
        for (int first = run.first; first < run.end;) {
            const int column = (first - part.box.x) / width;
            const int end = std::min(run.end, part.box.x + (column + 1) * width);
            add(cells[std::size_t(row * columns + column)], {run.y, first, end});
            first = end;
        }
    }
    std::erase_if(cells, [](const HolePart& cell) { return cell.runs.empty(); });
    return cells;
}

Rect area_of_part(const HolePart& part, const Tiles& mask) {
    int margin = usual_margin(part.box);
    Rect area = with_context(part.box, margin, mask.size());
    while (Size{area.width, area.height} != mask.size()) {
        const std::int64_t known = pixels_of(area) - hole_pixels_in(mask, area);
        if (known >= known_for_one * part.pixels) break;
        margin += margin / 2;
        const Rect larger = with_context(part.box, margin, mask.size());
        if (pixels_of(larger) > most_area_pixels && known >= part.pixels) break;
        area = larger;
    }
    return area;
}

std::vector<FillPart> fill_parts(const Tiles& mask) {
    std::vector<FillPart> result;
    for (const HolePart& part : hole_parts(mask))
        for (const HolePart& piece : pieces_of(part, mask.size()))
            result.push_back({piece.box, area_of_part(piece, mask), piece.pixels});
    return result;
}

}  // namespace daguerre
