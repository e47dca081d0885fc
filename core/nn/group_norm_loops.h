// The loops of group_norm_kernel.h. Included by one file an instruction set, which says
// DAGUERRE_ISA. No containers and no functions of the standard library here: the linker might take
// a copy that was compiled for another processor.
#pragma once

#include <ATen/cpu/vec/vec.h>

#include "core/nn/group_norm_kernel.h"

namespace daguerre::DAGUERRE_ISA {

using Floats = at::vec::Vectorized<float>;
constexpr std::int64_t half = Floats::size(), lanes = 2 * half;

/// Channels c .. c + lanes − 1 of one pixel; past the last channel they are 0.
struct Channels {
    Floats low, high;
};

inline std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

inline Channels load(const float* from, std::int64_t n) {
    if (n >= lanes) return {Floats::loadu(from), Floats::loadu(from + half)};
    return {Floats::loadu(from, least(n, half)),
            n > half ? Floats::loadu(from + half, n - half) : Floats(0)};
}

inline Channels load(const c10::BFloat16* from, std::int64_t n) {
    using Halves = at::vec::Vectorized<c10::BFloat16>;
    const auto [low, high] = at::vec::convert_bfloat16_float(
        n >= lanes ? Halves::loadu(from) : Halves::loadu(from, std::int16_t(n)));
    return {low, high};
}

inline void store(float* to, const Channels& values, std::int64_t n) {
    values.low.store(to, int(least(n, half)));
    if (n > half) values.high.store(to + half, int(least(n - half, half)));
}

inline void store(c10::BFloat16* to, const Channels& values, std::int64_t n) {
    at::vec::convert_float_bfloat16(values.low, values.high).store(to, int(least(n, lanes)));
}

inline Floats logistic(const Floats& z) { return Floats(1) / (Floats(1) + z.neg().exp_u20()); }

inline Floats with_silu(const Floats& z) { return z * logistic(z); }

/// The slope of SiLU at z.
inline Floats silu_slope(const Floats& z) {
    const Floats s = logistic(z);
    return s * (Floats(1) + z * (Floats(1) - s));
}

/// Mean and 1/deviation of each group from sums and sums of squares of each channel.
template <class T>
void moments(const NormedImage<T>& image, const float* sums, const float* squares, float* mean,
             float* scale) {
    const std::int64_t width = image.channels / image.groups;
    const double count = double(width * image.pixels);
    for (std::int64_t g = 0; g < image.groups; ++g) {
        double sum = 0, square = 0;
        for (std::int64_t c = g * width; c < (g + 1) * width; ++c) {
            const double shift = image.shift ? image.shift[c] : 0;
            sum += sums[c] + double(image.pixels) * shift;
            square += squares[c] + 2 * shift * sums[c] + double(image.pixels) * shift * shift;
        }
        const double middle = sum / count, spread = square / count - middle * middle;
        mean[g] = float(middle);
        scale[g] = float(1 / __builtin_sqrt((spread > 0 ? spread : 0) + image.eps));
    }
}

/// y = x · by + plus of each channel.
template <class T>
void factors(const NormedImage<T>& image, const float* mean, const float* scale, float* by,
             float* plus) {
    const std::int64_t width = image.channels / image.groups;
    for (std::int64_t c = 0; c < image.channels; ++c) {
        by[c] = scale[c / width] * image.gamma[c];
        plus[c] = image.beta[c] + ((image.shift ? image.shift[c] : 0) - mean[c / width]) * by[c];
    }
}

template <class T>
void forward(const NormedImage<T>& image, T* y, float* mean, float* scale, NormSpace space) {
    const std::int64_t channels = image.channels;
    float *sums = space, *squares = space + channels;
    for (std::int64_t c = 0; c < channels; c += lanes) {
        const std::int64_t n = least(lanes, channels - c);
        Floats s0(0), s1(0), q0(0), q1(0);
        for (std::int64_t p = 0; p < image.pixels; ++p) {
            const Channels x = load(image.x + p * channels + c, n);
            s0 = s0 + x.low;
            s1 = s1 + x.high;
            q0 = at::vec::fmadd(x.low, x.low, q0);
            q1 = at::vec::fmadd(x.high, x.high, q1);
        }
        store(sums + c, {s0, s1}, n);
        store(squares + c, {q0, q1}, n);
    }
    moments(image, sums, squares, mean, scale);
    float *by = space, *plus = space + channels;
    factors(image, mean, scale, by, plus);
    for (std::int64_t c = 0; c < channels; c += lanes) {
        const std::int64_t n = least(lanes, channels - c);
        const Channels a = load(by + c, n), b = load(plus + c, n);
        for (std::int64_t p = 0; p < image.pixels; ++p) {
            const Channels x = load(image.x + p * channels + c, n);
            Channels z{at::vec::fmadd(x.low, a.low, b.low), at::vec::fmadd(x.high, a.high, b.high)};
            if (image.silu) z = {with_silu(z.low), with_silu(z.high)};
            store(y + p * channels + c, z, n);
        }
    }
}

/// The slope of the normalised values times gamma and beta: dy through SiLU.
inline Floats before_silu(bool silu, const Floats& dy, const Floats& z) {
    return silu ? dy * silu_slope(z) : dy;
}

template <class T>
void backward(const NormedImage<T>& image, const T* dy, const float* mean, const float* scale,
              T* dx, float* d_shift, float* d_gamma, float* d_beta, NormSpace space) {
    const std::int64_t channels = image.channels, width = channels / image.groups;
    float *by = space, *plus = space + channels;
    float *sums = space + 2 * channels, *products = space + 3 * channels;
    factors(image, mean, scale, by, plus);
    // Sums over pixels of dz and of dz · x, x without shift.
    for (std::int64_t c = 0; c < channels; c += lanes) {
        const std::int64_t n = least(lanes, channels - c);
        const Channels a = load(by + c, n), b = load(plus + c, n);
        Floats s0(0), s1(0), q0(0), q1(0), x0(0), x1(0);
        for (std::int64_t p = 0; p < image.pixels; ++p) {
            const Channels x = load(image.x + p * channels + c, n),
                           d = load(dy + p * channels + c, n);
            const Floats low = before_silu(image.silu, d.low, at::vec::fmadd(x.low, a.low, b.low));
            const Floats high =
                before_silu(image.silu, d.high, at::vec::fmadd(x.high, a.high, b.high));
            s0 = s0 + low;
            s1 = s1 + high;
            q0 = at::vec::fmadd(low, x.low, q0);
            q1 = at::vec::fmadd(high, x.high, q1);
            x0 = x0 + x.low;
            x1 = x1 + x.high;
        }
        store(sums + c, {s0, s1}, n);
        store(products + c, {q0, q1}, n);
        if (d_shift) store(d_shift + c, {x0, x1}, n);  // sums of x, for now
    }
    // dx = dz · by − x · across − along, from the chain through mean and deviation of the group.
    const double count = double(width * image.pixels);
    for (std::int64_t g = 0; g < image.groups; ++g) {
        double all = 0, along_x = 0;
        for (std::int64_t c = g * width; c < (g + 1) * width; ++c) {
            const float shift = image.shift ? image.shift[c] : 0;
            const float normed = (products[c] + (shift - mean[g]) * sums[c]) * scale[g];
            d_gamma[c] += normed;
            d_beta[c] += sums[c];
            all += double(image.gamma[c]) * sums[c];
            along_x += double(image.gamma[c]) * normed;
        }
        const double across = scale[g] * scale[g] * along_x / count;
        for (std::int64_t c = g * width; c < (g + 1) * width; ++c) {
            const double shift = image.shift ? image.shift[c] : 0;
            const double along = scale[g] * all / count + across * (shift - mean[g]);
            if (d_shift)
                d_shift[c] =
                    float(by[c] * sums[c] - across * d_shift[c] - along * double(image.pixels));
            sums[c] = float(along);
            products[c] = float(across);
        }
    }
    for (std::int64_t c = 0; c < channels; c += lanes) {
        const std::int64_t n = least(lanes, channels - c);
        const Channels a = load(by + c, n), b = load(plus + c, n), along = load(sums + c, n),
                       across = load(products + c, n);
        for (std::int64_t p = 0; p < image.pixels; ++p) {
            const Channels x = load(image.x + p * channels + c, n),
                           d = load(dy + p * channels + c, n);
            const Floats low = before_silu(image.silu, d.low, at::vec::fmadd(x.low, a.low, b.low));
            const Floats high =
                before_silu(image.silu, d.high, at::vec::fmadd(x.high, a.high, b.high));
            store(dx + p * channels + c,
                  {low * a.low - x.low * across.low - along.low,
                   high * a.high - x.high * across.high - along.high},
                  n);
        }
    }
}

}  // namespace daguerre::DAGUERRE_ISA
