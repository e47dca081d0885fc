// Group normalisation, shift and SiLU on a GPU: the text that NVIDIA's run-time compiler gets, with
// VALUE (float, or unsigned short for bf16) and WIDE (channels a thread takes at once) defined, and
// BACKWARD for the other kernel.
#pragma once

namespace daguerre {

/// A block takes one image's channels from blockIdx.x · tile on, whole groups of them, in all
/// pixels; threads side by side take channels side by side. Sums run in a fixed order, so that the
/// same input gives the same bits.
inline constexpr const char* group_norm_cuda_source = R"cuda(
struct alignas(sizeof(VALUE) * WIDE) Wide { VALUE at[WIDE]; };

__device__ float value(float v) { return v; }
__device__ float value(unsigned short v) { return __uint_as_float((unsigned)v << 16); }
__device__ void put(float v, float* to) { *to = v; }
__device__ void put(float v, unsigned short* to) {
    const unsigned bits = __float_as_uint(v);
    *to = v != v ? 0x7fc0 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;  // to even
}
__device__ float slope_of_silu(float z) {
    const float s = __fdividef(1, 1 + __expf(-z));
    return s * (1 + z * (1 - s));
}

struct Shape { int pixels, channels, group, tile, silu, bf16_shift; float eps; };

__device__ float shift_of(const void* shift, size_t i, const Shape& s) {
    if (!shift) return 0;
    return s.bf16_shift ? value(((const unsigned short*)shift)[i]) : ((const float*)shift)[i];
}

// Where a thread stands: its channels in the block's tile, and the pixels row, row + rows, ...
struct Place {
    int first, width, lane, row, rows;
    bool works;
    size_t image;
    __device__ Place(const Shape& s) {
        first = blockIdx.x * s.tile;
        width = min(s.tile, s.channels - first);
        const int lanes = width / WIDE;
        rows = blockDim.x / lanes;
        lane = threadIdx.x % lanes * WIDE;
        row = threadIdx.x / lanes;
        works = row < rows;
        if (!works) row = s.pixels;
        image = (size_t)blockIdx.y * s.pixels * s.channels + first + lane;
    }
};

// Adds `mine` of all rows for each channel of the tile into total[width].
__device__ void add_up(const Place& p, const float* mine, float* space, float* total) {
    __syncthreads();
    if (p.works)
        for (int k = 0; k < WIDE; ++k) space[p.row * p.width + p.lane + k] = mine[k];
    __syncthreads();
    for (int c = threadIdx.x; c < p.width; c += blockDim.x) {
        float sum = 0;
        for (int r = 0; r < p.rows; ++r) sum += space[r * p.width + c];
        total[c] = sum;
    }
    __syncthreads();
}

#ifndef BACKWARD
extern "C" __global__ void __launch_bounds__(1024) group_norm(
    const VALUE* __restrict__ x, const void* __restrict__ shift, const float* __restrict__ gamma,
    const float* __restrict__ beta, VALUE* __restrict__ y, float* __restrict__ mean,
    float* __restrict__ scale, Shape s) {
    extern __shared__ float space[];
    float* sums = space + 1024 * WIDE;
    float* squares = sums + s.tile;
    const Place p(s);
    const VALUE* from = x + p.image;
    // Each channel is measured from its first value, or large means would eat small deviations.
    float origin[WIDE], sum[WIDE] = {}, square[WIDE] = {};
    for (int k = 0; k < WIDE; ++k) origin[k] = value(from[k]);
#pragma unroll 4
    for (int i = p.row; i < s.pixels; i += p.rows) {
        const Wide v = *(const Wide*)(from + (size_t)i * s.channels);
        for (int k = 0; k < WIDE; ++k) {
            const float d = value(v.at[k]) - origin[k];
            sum[k] += d;
            square[k] += d * d;
        }
    }
    add_up(p, sum, space, sums);
    add_up(p, square, space, squares);
    const size_t shifts = (size_t)blockIdx.y * s.channels + p.first;
    const VALUE* first_pixel = x + (size_t)blockIdx.y * s.pixels * s.channels + p.first;
    float* means = space;
    float* scales = space + s.tile;
    for (int g = threadIdx.x; g < p.width / s.group; g += blockDim.x) {
        float m = 0, v = 0;
        for (int c = g * s.group; c < (g + 1) * s.group; ++c) {
            const float own = sums[c] / s.pixels;
            squares[c] -= sums[c] * own;  // around its own mean
            sums[c] = own + value(first_pixel[c]) + shift_of(shift, shifts + c, s);
            m += sums[c];
        }
        m /= s.group;
        for (int c = g * s.group; c < (g + 1) * s.group; ++c)
            v += squares[c] + s.pixels * (sums[c] - m) * (sums[c] - m);
        means[g] = m;
        scales[g] = rsqrtf(v / ((float)s.group * s.pixels) + s.eps);
        const size_t at = (size_t)blockIdx.y * (s.channels / s.group) + p.first / s.group + g;
        mean[at] = m;
        scale[at] = scales[g];
    }
    __syncthreads();
    float times[WIDE], plus[WIDE];
    for (int k = 0; k < WIDE; ++k) {
        const int c = p.lane + k, g = c / s.group;
        times[k] = gamma[p.first + c] * scales[g];
        plus[k] = beta[p.first + c] + (shift_of(shift, shifts + c, s) - means[g]) * times[k];
    }
    VALUE* to = y + p.image;
#pragma unroll 4
    for (int i = p.row; i < s.pixels; i += p.rows) {
        const Wide v = *(const Wide*)(from + (size_t)i * s.channels);
        Wide out;
        for (int k = 0; k < WIDE; ++k) {
            const float z = value(v.at[k]) * times[k] + plus[k];
            put(s.silu ? __fdividef(z, 1 + __expf(-z)) : z, &out.at[k]);
        }
        *(Wide*)(to + (size_t)i * s.channels) = out;
    }
}

#else
extern "C" __global__ void __launch_bounds__(1024) group_norm(
    const VALUE* __restrict__ x, const void* __restrict__ shift, const float* __restrict__ gamma,
    const float* __restrict__ beta, const VALUE* __restrict__ dy, const float* __restrict__ mean,
    const float* __restrict__ scale, VALUE* __restrict__ dx, float* __restrict__ d_shift,
    float* __restrict__ d_gamma, float* __restrict__ d_beta, Shape s) {
    extern __shared__ float space[];
    float *slopes = space + 1024 * WIDE, *products = slopes + s.tile, *normed = products + s.tile;
    const Place p(s);
    const size_t row = (size_t)blockIdx.y * s.channels + p.first;
    const size_t groups = (size_t)blockIdx.y * (s.channels / s.group) + p.first / s.group;
    float times[WIDE], plus[WIDE], weight[WIDE], bias[WIDE];  // x̂ = x·times + plus
    for (int k = 0; k < WIDE; ++k) {
        const int c = p.lane + k;
        const size_t g = groups + c / s.group;
        times[k] = scale[g];
        plus[k] = (shift_of(shift, row + c, s) - mean[g]) * times[k];
        weight[k] = gamma[p.first + c];
        bias[k] = beta[p.first + c];
    }
    float slope[WIDE] = {}, product[WIDE] = {}, sum[WIDE] = {};
#pragma unroll 4
    for (int i = p.row; i < s.pixels; i += p.rows) {
        const Wide v = *(const Wide*)(x + p.image + (size_t)i * s.channels);
        const Wide d = *(const Wide*)(dy + p.image + (size_t)i * s.channels);
        for (int k = 0; k < WIDE; ++k) {
            const float hat = value(v.at[k]) * times[k] + plus[k];
            float dz = value(d.at[k]);
            if (s.silu) dz *= slope_of_silu(hat * weight[k] + bias[k]);
            slope[k] += dz;
            product[k] += dz * hat;
            sum[k] += hat;
        }
    }
    add_up(p, slope, space, slopes);
    add_up(p, product, space, products);
    add_up(p, sum, space, normed);
    float *a = space, *b = space + s.tile;  // of a group: what dx loses, and what times x̂
    for (int g = threadIdx.x; g < p.width / s.group; g += blockDim.x) {
        float from_slope = 0, from_product = 0;
        for (int c = g * s.group; c < (g + 1) * s.group; ++c) {
            from_slope += gamma[p.first + c] * slopes[c];
            from_product += gamma[p.first + c] * products[c];
        }
        a[g] = from_slope / ((float)s.group * s.pixels);
        b[g] = from_product / ((float)s.group * s.pixels);
    }
    __syncthreads();
    for (int c = threadIdx.x; c < p.width; c += blockDim.x) {
        const int g = c / s.group;
        d_gamma[row + c] = products[c];
        d_beta[row + c] = slopes[c];
        if (d_shift)
            d_shift[row + c] = scale[groups + g] * (gamma[p.first + c] * slopes[c] -
                                                    s.pixels * a[g] - normed[c] * b[g]);
    }
#pragma unroll 4
    for (int i = p.row; i < s.pixels; i += p.rows) {
        const Wide v = *(const Wide*)(x + p.image + (size_t)i * s.channels);
        const Wide d = *(const Wide*)(dy + p.image + (size_t)i * s.channels);
        Wide out;
        for (int k = 0; k < WIDE; ++k) {
            const float hat = value(v.at[k]) * times[k] + plus[k];
            float dz = value(d.at[k]);
            if (s.silu) dz *= slope_of_silu(hat * weight[k] + bias[k]);
            const int g = (p.lane + k) / s.group;
            put(times[k] * (weight[k] * dz - a[g] - hat * b[g]), &out.at[k]);
        }
        *(Wide*)(dx + p.image + (size_t)i * s.channels) = out;
    }
}
#endif
)cuda";

}  // namespace daguerre
