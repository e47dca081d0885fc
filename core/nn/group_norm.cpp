#include "core/nn/group_norm.h"

#include <ATen/Version.h>

#include <optional>
#include <string>
#include <vector>

#include "core/nn/group_norm_cuda.h"
#include "core/nn/group_norm_kernel.h"

namespace daguerre {
namespace avx2 {
template <class T>
void forward(const NormedImage<T>&, T*, float*, float*, NormSpace);
template <class T>
void backward(const NormedImage<T>&, const T*, const float*, const float*, T*, float*, float*,
              float*, NormSpace);
}  // namespace avx2
namespace avx512 {
template <class T>
void forward(const NormedImage<T>&, T*, float*, float*, NormSpace);
template <class T>
void backward(const NormedImage<T>&, const T*, const float*, const float*, T*, float*, float*,
              float*, NormSpace);
}  // namespace avx512

namespace {

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

enum class Isa { None, Avx2, Avx512 };

Isa isa() {
    static const Isa best = [] {
        const std::string capability = at::get_cpu_capability();
        if (capability == "AVX512") return Isa::Avx512;
        return capability == "AVX2" ? Isa::Avx2 : Isa::None;
    }();
    return best;
}

template <class T>
NormForward<T> forward_loop() {
    return isa() == Isa::Avx512 ? avx512::forward<T> : avx2::forward<T>;
}

template <class T>
NormBackward<T> backward_loop() {
    return isa() == Isa::Avx512 ? avx512::backward<T> : avx2::backward<T>;
}

/// Image n of x. gamma, beta, shift: contiguous float32.
template <class T>
NormedImage<T> image_of(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& gamma,
                        const at::Tensor& beta, const NormOptions& options, std::int64_t n) {
    const std::int64_t channels = x.size(1), pixels = x.size(2) * x.size(3);
    return {x.const_data_ptr<T>() + n * channels * pixels,
            shift.defined() ? shift.const_data_ptr<float>() + n * channels : nullptr,
            gamma.const_data_ptr<float>(),
            beta.const_data_ptr<float>(),
            pixels,
            channels,
            options.groups,
            options.eps,
            options.silu};
}

/// Calls `act(T{})` with the type of x's values.
template <class Act>
void with_type_of(const at::Tensor& x, Act&& act) {
    if (x.scalar_type() == at::kFloat)
        act(float{});
    else
        act(at::BFloat16{});
}

/// mean, scale: [N, groups], written.
at::Tensor forward_of(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& gamma,
                      const at::Tensor& beta, const NormOptions& options, at::Tensor& mean,
                      at::Tensor& scale) {
    at::Tensor y = at::empty_like(x);
    mean = at::empty({x.size(0), options.groups}, x.options().dtype(at::kFloat));
    scale = at::empty_like(mean);
    if (x.is_cuda()) {
        cuda_norm_forward(x, shift, gamma, beta, options, y, mean, scale);
        return y;
    }
    with_type_of(x, [&](auto zero) {
        using T = decltype(zero);
        const std::int64_t values = x[0].numel();
        at::parallel_for(0, x.size(0), 1, [&](std::int64_t first, std::int64_t last) {
            std::vector<float> space(std::size_t(4 * x.size(1)));
            for (std::int64_t n = first; n < last; ++n)
                forward_loop<T>()(image_of<T>(x, shift, gamma, beta, options, n),
                                  y.mutable_data_ptr<T>() + n * values,
                                  mean.mutable_data_ptr<float>() + n * options.groups,
                                  scale.mutable_data_ptr<float>() + n * options.groups,
                                  space.data());
        });
    });
    return y;
}

/// As cuda_norm_backward, on the processor.
void backward_of(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& gamma,
                 const at::Tensor& beta, const NormOptions& options, const at::Tensor& dy,
                 const at::Tensor& mean, const at::Tensor& scale, const NormSlopes& slopes) {
    const std::int64_t channels = x.size(1), values = x[0].numel();
    const auto row = [](const at::Tensor& of, std::int64_t n, std::int64_t width) {
        return of.defined() ? const_cast<float*>(of.const_data_ptr<float>()) + n * width : nullptr;
    };
    with_type_of(x, [&](auto zero) {
        using T = decltype(zero);
        at::parallel_for(0, x.size(0), 1, [&](std::int64_t first, std::int64_t last) {
            std::vector<float> space(std::size_t(4 * channels));
            for (std::int64_t n = first; n < last; ++n)
                backward_loop<T>()(
                    image_of<T>(x, shift, gamma, beta, options, n),
                    dy.const_data_ptr<T>() + n * values, row(mean, n, options.groups),
                    row(scale, n, options.groups), slopes.dx.mutable_data_ptr<T>() + n * values,
                    row(slopes.d_shift, n, channels), row(slopes.d_gamma, n, channels),
                    row(slopes.d_beta, n, channels), space.data());
        });
    });
}

class Normed : public torch::autograd::Function<Normed> {
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                              const std::optional<at::Tensor>& optional_shift,
                              const at::Tensor& gamma, const at::Tensor& beta, std::int64_t groups,
                              double eps, bool silu) {
        const at::Tensor shift = optional_shift.value_or(at::Tensor());
        at::Tensor mean, scale;
        at::Tensor y = forward_of(x, shift, gamma, beta, {groups, eps, silu}, mean, scale);
        context->save_for_backward({x, shift, gamma, beta, mean, scale});
        context->saved_data["groups"] = groups;
        context->saved_data["eps"] = eps;
        context->saved_data["silu"] = silu;
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list slopes) {
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &shift = saved[1], &gamma = saved[2], &beta = saved[3];
        const NormOptions options{context->saved_data["groups"].toInt(),
                                  context->saved_data["eps"].toDouble(),
                                  context->saved_data["silu"].toBool()};
        const at::Tensor dy = slopes[0].to(x.scalar_type()).contiguous(channels_last);
        // One row an image, added up afterwards: the sum must not hang on the threads.
        const at::Tensor d_gamma = at::zeros({x.size(0), x.size(1)}, x.options().dtype(at::kFloat));
        const NormSlopes out{at::empty_like(x), shift.defined() ? at::empty_like(shift) : shift,
                             d_gamma, at::zeros_like(d_gamma)};
        (x.is_cuda() ? cuda_norm_backward : backward_of)(x, shift, gamma, beta, options, dy,
                                                         saved[4], saved[5], out);
        return {out.dx, out.d_shift, out.d_gamma.sum(0), out.d_beta.sum(0), {}, {}, {}};
    }
};

/// Whether x can be normalised by one of our own kernels where its channels are last.
bool has_kernel(const at::Tensor& x, std::int64_t groups) {
    return prefers_channels_last(x) && (x.is_cpu() || x.size(1) / groups <= widest_cuda_group);
}

}  // namespace

bool prefers_channels_last(const at::Tensor& x) {
    const bool known = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
    if (!known || x.numel() == 0) return false;
    return x.is_cpu() ? isa() != Isa::None : x.is_cuda() && has_cuda_norm(x.device());
}

at::Tensor group_norm_silu(const at::Tensor& x, const torch::nn::GroupNorm& norm,
                           const at::Tensor& shift, bool silu) {
    const auto groups = norm->options.num_groups();
    const double eps = norm->options.eps();
    if (!has_kernel(x, groups) || !x.is_contiguous(channels_last)) {
        const at::Tensor raised = shift.defined() ? x + shift.unsqueeze(-1).unsqueeze(-1) : x;
        const bool mixed =
            x.is_cuda() && !at::GradMode::is_enabled();  // as move_for_calls leaves it
        const at::Tensor y = mixed
                                 ? at::group_norm(raised, groups, norm->weight.to(x.scalar_type()),
                                                  norm->bias.to(x.scalar_type()), eps)
                                 : at::group_norm(raised, groups, norm->weight, norm->bias, eps);
        return silu ? at::silu(y) : y;
    }
    const at::Tensor gamma = norm->weight.to(at::kFloat), beta = norm->bias.to(at::kFloat);
    const bool learns = at::GradMode::is_enabled();
    at::Tensor own_shift = shift;
    if (shift.defined() && (learns || x.is_cpu())) own_shift = shift.to(at::kFloat);
    if (shift.defined()) own_shift = own_shift.contiguous();
    if (learns)
        return Normed::apply(x, shift.defined() ? std::optional(own_shift) : std::nullopt, gamma,
                             beta, groups, eps, silu);
    at::Tensor mean, scale;
    return forward_of(x, own_shift, gamma, beta, {groups, eps, silu}, mean, scale);
}

}  // namespace daguerre
