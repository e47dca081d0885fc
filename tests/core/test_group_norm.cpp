#include <QtTest>

#include "core/nn/device.h"
#include "core/nn/group_norm.h"

using namespace daguerre;

namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;

/// The same by LibTorch's own operations, in double.
at::Tensor expected(const at::Tensor& x, const torch::nn::GroupNorm& norm, const at::Tensor& shift,
                    bool silu) {
    const at::Tensor raised = shift.defined() ? x + shift.unsqueeze(-1).unsqueeze(-1) : x;
    const at::Tensor y =
        at::group_norm(raised, norm->options.num_groups(), norm->weight.to(at::kDouble),
                       norm->bias.to(at::kDouble), norm->options.eps());
    return silu ? at::silu(y) : y;
}

struct Case {
    std::int64_t channels, groups, height, width;
    bool shifted, silu;
};

const std::vector<Case> cases{{16, 8, 7, 7, true, true},     {32, 8, 5, 9, true, true},
                              {48, 4, 3, 3, false, true},    {64, 32, 14, 14, true, false},
                              {96, 32, 8, 8, true, true},    {12, 3, 4, 4, true, true},
                              {256, 32, 4, 4, false, false}, {8, 8, 2, 3, true, true}};

torch::nn::GroupNorm norm_of(const Case& c) {
    torch::nn::GroupNorm norm(torch::nn::GroupNormOptions(c.groups, c.channels).eps(1e-5));
    const torch::NoGradGuard no_grad;
    norm->weight.uniform_(0.5, 1.5);
    norm->bias.normal_();
    return norm;
}

struct TypedCase {
    Case size;
    at::ScalarType type;
    double bound;
};

std::vector<TypedCase> typed_cases() {
    std::vector<TypedCase> all;
    for (const Case& c : cases) {
        all.push_back({c, at::kFloat, 1e-5});
        all.push_back({c, at::kBFloat16, 1e-2});
    }
    return all;
}

double distance(const at::Tensor& a, const at::Tensor& b) {
    return ((a.to(at::kDouble) - b.to(at::kDouble)).abs().max() / (1 + b.abs().max()))
        .item<double>();
}

}  // namespace

class TestGroupNorm : public QObject {
    Q_OBJECT

    std::vector<at::Device> devices_{at::kCPU};  // and a GPU where there is one

    void check_slopes(const Case& c, const at::Device& device) {
        torch::nn::GroupNorm norm = norm_of(c);
        norm->to(device);
        const at::Tensor x = (at::randn({3, c.channels, c.height, c.width}) * 2 + 0.7)
                                 .to(device)
                                 .contiguous(last)
                                 .requires_grad_();
        const at::Tensor shift =
            c.shifted ? at::randn({3, c.channels}).to(device).requires_grad_() : at::Tensor();
        const at::Tensor weight = at::randn({3, c.channels, c.height, c.width}).to(device);
        std::vector<at::Tensor> inputs{x, norm->weight, norm->bias};
        if (c.shifted) inputs.push_back(shift);
        const auto slopes = [&](const at::Tensor& y) {
            return torch::autograd::grad({(y * weight.to(y.scalar_type())).sum()}, inputs);
        };
        const auto got = slopes(group_norm_silu(x, norm, shift, c.silu));
        const auto wanted = slopes(
            expected(x.to(at::kDouble), norm, c.shifted ? shift.to(at::kDouble) : shift, c.silu));
        for (std::size_t i = 0; i < inputs.size(); ++i)
            QVERIFY2(distance(got[i], wanted[i]) < 2e-5,
                     (std::to_string(c.channels) + " input " + std::to_string(i)).c_str());
    }

private Q_SLOTS:
    void initTestCase() {
        if (const std::string device = use_device().device; device != "cpu")
            devices_.emplace_back(device);
    }

    void init() { torch::manual_seed(1); }

    void values_are_those_of_torch() {
        const torch::NoGradGuard no_grad;
        for (const at::Device& device : devices_)
            for (const auto& [c, type, bound] : typed_cases()) {
                torch::nn::GroupNorm norm = norm_of(c);
                norm->to(device);
                const at::Tensor x = (at::randn({3, c.channels, c.height, c.width}) * 2 + 0.7)
                                         .to(device, type)
                                         .contiguous(last);
                const at::Tensor shift =
                    c.shifted ? at::randn({3, c.channels}).to(device, type) : at::Tensor();
                QVERIFY(prefers_channels_last(x) || device.is_cpu());
                const at::Tensor y = group_norm_silu(x, norm, shift, c.silu);
                QCOMPARE(y.scalar_type(), type);
                QVERIFY(y.is_contiguous(last));
                const at::Tensor wanted = expected(
                    x.to(at::kDouble), norm, c.shifted ? shift.to(at::kDouble) : shift, c.silu);
                QVERIFY2(distance(y, wanted) < bound, std::to_string(c.channels).c_str());
            }
    }

    void slopes_are_those_of_torch() {
        for (const at::Device& device : devices_)
            for (const Case& c : cases) check_slopes(c, device);
    }

    void an_image_alone_is_the_image_in_a_batch() {
        const torch::NoGradGuard no_grad;
        for (const Case& c : cases) {
            const torch::nn::GroupNorm norm = norm_of(c);
            const at::Tensor x = at::randn({5, c.channels, c.height, c.width}).contiguous(last);
            const at::Tensor all = group_norm_silu(x, norm);
            for (std::int64_t i = 0; i < 5; ++i) {
                const at::Tensor alone = group_norm_silu(x.narrow(0, i, 1).clone(last), norm);
                QVERIFY(at::equal(alone, all.narrow(0, i, 1)));
            }
        }
    }

    void other_layouts_and_types_are_torchs() {
        const torch::NoGradGuard no_grad;
        const torch::nn::GroupNorm norm = norm_of(cases[1]);
        const at::Tensor x = at::randn({2, 32, 5, 9});
        QVERIFY(at::equal(group_norm_silu(x, norm),
                          at::silu(at::group_norm(x, 8, norm->weight, norm->bias))));
        QVERIFY(!prefers_channels_last(x.to(at::kDouble)));
        QVERIFY(!prefers_channels_last(at::empty({0, 32, 5, 9})));
    }
};

QTEST_GUILESS_MAIN(TestGroupNorm)
#include "test_group_norm.moc"
