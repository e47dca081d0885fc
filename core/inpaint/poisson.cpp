#include "core/inpaint/poisson.h"

#include <algorithm>
#include <cmath>

namespace daguerre {
namespace {

constexpr std::int64_t block = 4096;

/// All channels of an unknown, so that one look at its neighbours serves them all. Four lanes fill
/// a register of every processor.
template <int lanes>
using Lane = std::array<float, lanes>;

template <int lanes>
struct Sums {
    std::array<double, lanes> products{};
    float largest = 0;
};

template <int lanes>
class Solver {
public:
    using Vector = std::vector<Lane<lanes>>;  // with a 0 at the end for neighbours that are none

    Solver(const Unknowns& unknowns, float screening, Watch& watch)
        : count_(std::int64_t(unknowns.pixels.size())), watch_(watch) {
        neighbours_ = unknowns.neighbours;
        diagonal_.resize(unknowns.pixels.size());
        for (std::size_t i = 0; i < diagonal_.size(); ++i) {
            int n = 0;
            for (std::size_t k = 0; k < 4; ++k) {
                n += unknowns.neighbours[i][k] >= 0 || unknowns.known[i][k] >= 0;
                if (neighbours_[i][k] < 0) neighbours_[i][k] = std::int32_t(count_);
            }
            // A pixel alone in the picture has no equation: it stays what it is.
            diagonal_[i] = std::max(float(n) + screening, 1e-6f);
        }
    }

    Vector vector() const { return Vector(std::size_t(count_) + 1); }

    Lane<lanes> product(const Vector& x, std::size_t i) const {
        const auto& [right, below, left, above] = neighbours_[i];
        const Lane<lanes>&a = x[std::size_t(right)], &b = x[std::size_t(below)];
        const Lane<lanes>&c = x[std::size_t(left)], &d = x[std::size_t(above)];
        Lane<lanes> result;
        for (std::size_t l = 0; l < lanes; ++l)
            result[l] = diagonal_[i] * x[i][l] - ((a[l] + b[l]) + (c[l] + d[l]));
        return result;
    }

    /// right: r = b − A·u at the start, and spent.
    void solve(Vector& u, Vector& r, const PoissonOptions& options) {
        Vector p = vector(), q = vector();
        each([&](std::size_t i) {
            for (std::size_t l = 0; l < lanes; ++l) p[i][l] = r[i][l] / diagonal_[i];
        });
        Sums<lanes> now = sums([&](std::size_t i, Sums<lanes>& s) { residual(r, i, s); });
        for (int n = 0; n < options.steps && now.largest >= options.accuracy; ++n) {
            if (watch_.stopped()) return;
            const Sums<lanes> curved = sums([&](std::size_t i, Sums<lanes>& s) {
                q[i] = product(p, i);
                for (std::size_t l = 0; l < lanes; ++l) s.products[l] += double(p[i][l]) * q[i][l];
            });
            const Lane<lanes> a = ratio(now.products, curved.products);
            const Sums<lanes> next = sums([&](std::size_t i, Sums<lanes>& s) {
                for (std::size_t l = 0; l < lanes; ++l) {
                    u[i][l] += a[l] * p[i][l];
                    r[i][l] -= a[l] * q[i][l];
                }
                residual(r, i, s);
            });
            const Lane<lanes> b = ratio(next.products, now.products);
            each([&](std::size_t i) {
                for (std::size_t l = 0; l < lanes; ++l)
                    p[i][l] = r[i][l] / diagonal_[i] + b[l] * p[i][l];
            });
            now = next;
        }
    }

private:
    void residual(const Vector& r, std::size_t i, Sums<lanes>& s) const {
        for (std::size_t l = 0; l < lanes; ++l) {
            s.products[l] += double(r[i][l]) * r[i][l] / diagonal_[i];
            s.largest = std::max(s.largest, std::abs(r[i][l]));
        }
    }

    /// 0 for channels that are solved already.
    static Lane<lanes> ratio(const std::array<double, lanes>& a,
                             const std::array<double, lanes>& b) {
        Lane<lanes> result{};
        for (std::size_t l = 0; l < lanes; ++l)
            if (b[l] > 0) result[l] = float(a[l] / b[l]);
        return result;
    }

    template <class Act>
    void each(const Act& act) {
        watch_.ranges(count_, block, [&](auto first, auto last) {
            for (auto i = std::size_t(first); i < std::size_t(last); ++i) act(i);
        });
    }

    /// Sums of doubles over fixed blocks, added in their order.
    template <class Act>
    Sums<lanes> sums(const Act& act) {
        std::vector<Sums<lanes>> parts(std::size_t((count_ + block - 1) / block));
        watch_.ranges(count_, block, [&](auto first, auto last) {
            Sums<lanes> part;
            for (auto i = std::size_t(first); i < std::size_t(last); ++i) act(i, part);
            parts[std::size_t(first / block)] = part;
        });
        Sums<lanes> total;
        for (const Sums<lanes>& part : parts) {
            for (std::size_t l = 0; l < lanes; ++l) total.products[l] += part.products[l];
            total.largest = std::max(total.largest, part.largest);
        }
        return total;
    }

    std::int64_t count_;
    Watch& watch_;
    std::vector<std::array<std::int32_t, 4>> neighbours_;
    std::vector<float> diagonal_;
};

template <int lanes>
void solve(Colours& picture, const Unknowns& unknowns, const WantedStep& step,
           const PoissonOptions& options, Watch& watch) {
    const auto channels = std::size_t(picture.channels);
    Solver<lanes> solver(unknowns, options.screening, watch);
    auto u = solver.vector(), right = solver.vector();
    const auto values = [&](std::int32_t pixel) {
        return &picture.values[std::size_t(pixel) * channels];
    };
    for (std::size_t i = 0; i < unknowns.pixels.size(); ++i)
        std::copy_n(values(unknowns.pixels[i]), channels, u[i].begin());
    watch.ranges(std::int64_t(unknowns.pixels.size()), block, [&](auto first, auto last) {
        for (auto i = std::size_t(first); i < std::size_t(last); ++i) {
            const std::int32_t p = unknowns.pixels[i];
            const Lane<lanes> product = solver.product(u, i);
            for (std::size_t c = 0; c < channels; ++c)
                right[i][c] = options.screening * u[i][c] - product[c];
            for (std::size_t k = 0; k < 4; ++k) {
                const std::int32_t inside = unknowns.neighbours[i][k],
                                   outside = unknowns.known[i][k];
                if (inside < 0 && outside < 0) continue;
                Lane<lanes> wanted{};
                step(p, inside < 0 ? outside : unknowns.pixels[std::size_t(inside)], wanted.data());
                for (std::size_t c = 0; c < channels; ++c)
                    right[i][c] += wanted[c] + (inside < 0 ? values(outside)[c] : 0);
            }
        }
    });
    solver.solve(u, right, options);
    if (watch.stopped()) return;
    for (std::size_t i = 0; i < unknowns.pixels.size(); ++i)
        std::copy_n(u[i].begin(), channels, values(unknowns.pixels[i]));
}

}  // namespace

Unknowns unknowns_of(const std::vector<std::uint8_t>& hole, int width, int height) {
    Unknowns result;
    std::vector<std::int32_t> number(hole.size(), Unknowns::none);
    for (std::size_t i = 0; i < hole.size(); ++i) {
        if (!hole[i]) continue;
        number[i] = std::int32_t(result.pixels.size());
        result.pixels.push_back(std::int32_t(i));
    }
    constexpr std::array<std::array<int, 2>, 4> directions{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
    for (const std::int32_t p : result.pixels) {
        std::array<std::int32_t, 4> inside, outside;
        inside.fill(Unknowns::none);
        outside.fill(Unknowns::none);
        for (std::size_t k = 0; k < 4; ++k) {
            const int x = p % width + directions[k][0], y = p / width + directions[k][1];
            if (x < 0 || y < 0 || x >= width || y >= height) continue;
            const std::int32_t q = y * width + x;
            if (hole[std::size_t(q)])
                inside[k] = number[std::size_t(q)];
            else
                outside[k] = q;
        }
        result.neighbours.push_back(inside);
        result.known.push_back(outside);
    }
    return result;
}

void solve_poisson(Colours& picture, const Unknowns& unknowns, const WantedStep& step,
                   const PoissonOptions& options, Watch& watch) {
    if (picture.channels == 1)
        solve<1>(picture, unknowns, step, options, watch);
    else
        solve<4>(picture, unknowns, step, options, watch);
}

std::vector<float> poisson_product(const Unknowns& unknowns, float screening,
                                   const std::vector<float>& x) {
    const OnProgress nobody;
    Watch watch(nobody, "", 0);
    const Solver<1> solver(unknowns, screening, watch);
    auto lanes = solver.vector();
    for (std::size_t i = 0; i < x.size(); ++i) lanes[i][0] = x[i];
    std::vector<float> result(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) result[i] = solver.product(lanes, i)[0];
    return result;
}

}  // namespace daguerre
