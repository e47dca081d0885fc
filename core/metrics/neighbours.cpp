#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/metrics/measures.h"

namespace daguerre {
namespace {

constexpr std::int64_t rows_at_once = 512;
constexpr std::int64_t narrow = 3, wide = 5;  // neighbours that a ball reaches to

/// Squared distances of each row of x to each of y: [M, N].
at::Tensor squared_distances(const at::Tensor& x, const at::Tensor& y,
                             const at::Tensor& y_squares) {
    return at::addmm(y_squares, x, y.t(), 1, -2).add_(x.square().sum(1, true)).clamp_min_(0);
}

/// Blocks of rows of `of`, with the share of them that is done before each.
template <class Body>
void in_blocks(std::int64_t rows, double from, double to, const OnShare& on_share, Body&& body) {
    for (std::int64_t first = 0; first < rows; first += rows_at_once) {
        if (on_share) on_share(from + (to - from) * double(first) / double(rows));
        body(first, std::min(rows_at_once, rows - first));
    }
}

/// Squared distance of each row to its k-th nearest other, for k 3 and 5: [N] each.
struct Radii {
    at::Tensor narrow, wide;
};
Radii radii_of(const at::Tensor& rows, double from, double to, const OnShare& on_share) {
    const at::Tensor squares = rows.square().sum(1);
    std::vector<at::Tensor> near;
    in_blocks(rows.size(0), from, to, on_share, [&](std::int64_t first, std::int64_t count) {
        at::Tensor block = squared_distances(rows.narrow(0, first, count), rows, squares);
        // Itself may come out as a little over 0, so that it is taken out by its place.
        block.diagonal(first).fill_(std::numeric_limits<double>::infinity());
        near.push_back(std::get<0>(block.topk(wide, 1, false)));
    });
    // What lies on the rim isn't nearer, though the same distance is rounded otherwise in another
    // block.
    const at::Tensor all = at::cat(near) * (1 - 1e-9);
    return {all.select(1, narrow - 1).contiguous(), all.select(1, wide - 1).contiguous()};
}

}  // namespace

Neighbourhoods neighbourhoods(const at::Tensor& samples, const at::Tensor& reference,
                              const OnShare& on_share) {
    require(samples.size(0) > wide && reference.size(0) > wide, "neighbourhoods: over 5 images");
    const at::Tensor fake = samples.to(at::kDouble), real = reference.to(at::kDouble);
    const std::int64_t n = fake.size(0), m = real.size(0);
    const Radii around_real = radii_of(real, 0, 0.35, on_share);
    const Radii around_fake = radii_of(fake, 0.35, 0.7, on_share);
    const at::Tensor squares = real.square().sum(1);
    at::Tensor recalled = at::zeros({m}, at::kBool), covered = at::zeros({m}, at::kBool);
    std::vector<at::Tensor> inside, balls;
    in_blocks(n, 0.7, 1, on_share, [&](std::int64_t first, std::int64_t count) {
        const at::Tensor block = squared_distances(fake.narrow(0, first, count), real, squares);
        inside.push_back(block.lt(around_real.narrow).any(1));
        const at::Tensor in_wide = block.lt(around_real.wide);
        balls.push_back(in_wide.sum(1));
        covered.logical_or_(in_wide.any(0));
        recalled.logical_or_(
            block.lt(around_fake.narrow.narrow(0, first, count).unsqueeze(1)).any(0));
    });
    const auto share = [](const at::Tensor& hits) {
        return share_of(hits.to(at::kDouble).mean().item<double>(), hits.size(0));
    };
    const at::Tensor density = at::cat(balls).to(at::kDouble) / double(wide);
    return {share(at::cat(inside)),
            share(recalled),
            {density.mean().item<double>(), density.std().item<double>() / std::sqrt(double(n))},
            share(covered)};
}

Nearest nearest_of(const at::Tensor& x, const at::Tensor& set, const at::Tensor& except,
                   const OnShare& on_share) {
    constexpr double far = std::numeric_limits<double>::infinity();
    const at::Tensor rows = x.to(at::kFloat), row_squares = rows.square().sum(1, true);
    Nearest nearest{at::zeros({rows.size(0)}, at::kLong), at::full({rows.size(0)}, far)};
    at::Tensor best = at::full({rows.size(0)}, float(far));
    const at::Tensor places = at::arange(rows.size(0));
    constexpr std::int64_t at_once = 4 * rows_at_once;
    for (std::int64_t first = 0; first < set.size(0); first += at_once) {
        if (on_share) on_share(double(first) / double(set.size(0)));
        const std::int64_t count = std::min(at_once, set.size(0) - first);
        const at::Tensor block = set.narrow(0, first, count).to(at::kFloat);
        at::Tensor distances =
            at::addmm(block.square().sum(1), rows, block.t(), 1, -2).add_(row_squares);
        if (except.defined()) {
            const at::Tensor hit = except.ge(first).logical_and(except.lt(first + count));
            distances.index_put_({places.masked_select(hit), except.masked_select(hit) - first},
                                 at::scalar_tensor(float(far)));
        }
        const auto [least, place] = distances.min(1);
        const at::Tensor nearer = least.lt(best);
        best = at::where(nearer, least, best);
        nearest.index = at::where(nearer, place + first, nearest.index);
    }
    // Found in float32, measured in double: the product form is off by more than a copy is.
    const at::Tensor found = set.index_select(0, nearest.index).to(at::kDouble);
    nearest.distance = (x.to(at::kDouble) - found).square().sum(1).sqrt();
    return nearest;
}

}  // namespace daguerre
