#include <QTest>
#include <cmath>

#include "core/base/table.h"
#include "core/metrics/measures.h"
#include "core/metrics/metrics.h"
#include "core/nn/ms_ssim.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// Features by a formula, so that another program can make the same.
at::Tensor features(std::int64_t n, std::int64_t d, double shift, double scale) {
    const at::Tensor i = at::arange(n, at::kDouble).view({n, 1});
    const at::Tensor j = at::arange(d, at::kDouble).view({1, d});
    return (1.7 * i + 0.9 * j * j + shift).sin() * scale + 0.3 * (0.37 * i * (j + 1) + shift).cos();
}

/// [n, channels, side, side] bytes by a formula.
at::Tensor images(std::int64_t n, std::int64_t channels, std::int64_t side, double shift) {
    at::Tensor all = at::empty({n, channels, side, side}, at::kByte);
    auto* to = all.mutable_data_ptr<std::uint8_t>();
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = 0; k < channels; ++k)
            for (std::int64_t y = 0; y < side; ++y)
                for (std::int64_t x = 0; x < side; ++x) {
                    const double across = 0.21 * double(x) * (1 + 0.05 * double(i)) +
                                          0.13 * double(y) + shift + double(k);
                    const double down =
                        1.1 * double(y) - 0.7 * double(x * y) / double(side) + 0.3 * double(i);
                    const double value = 127.5 + 90 * std::sin(across) + 30 * std::cos(down);
                    *to++ = std::uint8_t(std::clamp(std::floor(value), 0.0, 255.0));
                }
    return all;
}

/// n rows of independent normal numbers with this mean and deviation by column.
at::Tensor gaussian(std::int64_t n, const at::Tensor& mean, const at::Tensor& deviation,
                    std::uint64_t seed) {
    const at::Generator generator = at::detail::createCPUGenerator(seed);
    return at::randn({n, mean.size(0)}, generator, at::kDouble) * deviation + mean;
}

at::Tensor smoothed(const at::Tensor& bytes) {
    return at::avg_pool2d(bytes.to(at::kFloat), 3, 1, 1).round().to(at::kByte);
}

bool close(double a, double b, double tolerance) {
    if (std::abs(a - b) <= tolerance) return true;
    std::fprintf(stderr, "%.17g isn't %.17g\n", a, b);
    return false;
}

const Frechet frechet_of(const at::Tensor& a, const at::Tensor& b) { return frechet(a, b, 1, {}); }

struct Enough {};

}  // namespace

/// The metrics as functions of tensors. Stored values: numpy 2.4 and scipy 1.17, written from the
/// papers' formulas for these inputs, with scipy.linalg.sqrtm, scipy.spatial.distance.cdist and
/// scipy.ndimage; nothing of it shares code with this program.
class TestMetrics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ids_are_single_words();
    void frechet_is_the_reference_value();
    void frechet_of_a_set_with_itself_is_0();
    void frechet_of_gaussians_is_the_closed_form();
    void frechet_bears_constant_features();
    void frechet_without_bound_leaves_the_bias_out();
    void frechet_refuses_few_images();
    void numbers_that_are_none_are_named();
    void kernel_distance_is_the_reference_value();
    void kernel_distance_of_halves_is_0();
    void neighbourhoods_are_the_reference_values();
    void neighbourhoods_of_a_set_with_itself_are_1();
    void blocks_change_nothing();
    void far_sets_share_nothing();
    void nearest_finds_copies_and_skips_itself();
    void sliced_distance_is_the_reference_value();
    void sliced_distance_is_0_on_equal_sets_and_rises_with_blur();
    void ms_ssim_is_the_reference_value();
    void ms_ssim_of_an_image_with_itself_is_1();
    void pairs_tell_collapse();
    void larger_images_are_compared_in_smaller_parts();
    void score_is_the_reference_value();
    void score_bears_sorted_images();
    void recognised_counts_labelled_images_alone();
    void stopping_ends_each_in_the_middle();
};

void TestMetrics::ids_are_single_words() {
    // A figure's id begins with that of its metric and "_".
    for (const Metric& metric : metrics())
        QVERIFY2(metric.id.find_first_of("_, ") == std::string::npos, metric.id.c_str());
}

void TestMetrics::frechet_is_the_reference_value() {
    const at::Tensor a = features(200, 12, 0, 1), b = features(150, 12, 0.5, 1.1);
    QVERIFY(close(frechet_distance(moments_of(a), moments_of(b)), 0.09938014652763982, 1e-9));
    QVERIFY(close(frechet_of(a, b).distance.value, 0.09938014652763982, 1e-9));
}

void TestMetrics::frechet_of_a_set_with_itself_is_0() {
    const at::Tensor a = features(300, 12, 0, 1);
    QVERIFY(close(frechet_distance(moments_of(a), moments_of(a)), 0, 1e-9));
}

void TestMetrics::frechet_of_gaussians_is_the_closed_form() {
    // Diagonal covariances commute: ‖μ₁ − μ₂‖² + Σ(σ₁ − σ₂)².
    const at::Tensor mean = at::arange(4, at::kDouble), one = at::ones({4}, at::kDouble);
    const at::Tensor a = at::diag(at::tensor({1.0, 4.0, 9.0, 0.25}));
    const at::Tensor b = at::diag(at::tensor({4.0, 4.0, 1.0, 1.0}));
    const double exact = frechet_distance({mean, a}, {mean + 0.5 * one, b});
    QVERIFY(close(exact, 4 * 0.25 + 1 + 0 + 4 + 0.25, 1e-12));
    const at::Tensor deviation = at::tensor({1.0, 2.0, 3.0, 0.5});
    const Frechet found = frechet_of(gaussian(40'000, mean, deviation, 1),
                                     gaussian(40'000, mean + 0.5, at::tensor({2., 2., 1., 1.}), 2));
    QVERIFY(close(found.distance.value, exact, 6 * found.distance.error));
    QVERIFY(found.distance.error > 0.005 && found.distance.error < 0.2);
}

void TestMetrics::frechet_bears_constant_features() {
    at::Tensor a = features(100, 6, 0, 1), b = features(100, 6, 0.5, 1);
    a.select(1, 2).fill_(3);
    b.select(1, 2).fill_(5);
    at::Tensor rest = at::tensor({0, 1, 3, 4, 5}).to(at::kLong);
    const double without =
        frechet_of(a.index_select(1, rest), b.index_select(1, rest)).distance.value;
    QVERIFY(close(frechet_of(a, b).distance.value, without + 4, 1e-9));
}

void TestMetrics::frechet_without_bound_leaves_the_bias_out() {
    const at::Tensor mean = at::zeros({32}, at::kDouble), one = at::ones({32}, at::kDouble);
    const Frechet found = frechet_of(gaussian(1000, mean, one, 3), gaussian(100'000, mean, one, 4));
    QVERIFY(found.unbounded);
    QVERIFY(found.distance.value > 0.2);  // of equal distributions
    QVERIFY(std::abs(found.unbounded->value) < found.distance.value / 4);
    QVERIFY(!frechet_of(features(70, 12, 0, 1), features(70, 12, 1, 1)).unbounded);
}

void TestMetrics::frechet_refuses_few_images() {
    const at::Tensor few = features(23, 12, 0, 1), many = features(240, 12, 0, 1);
    QVERIFY(says(refusal([&] { frechet(few, many, 1, {}); }), "needs at least 24 of the samples"));
    QVERIFY(says(refusal([&] { frechet(many, few, 1, {}); }), "there are 23"));
}

void TestMetrics::numbers_that_are_none_are_named() {
    at::Tensor wrong = features(10, 4, 0, 1);
    require_finite(wrong, "the samples");
    wrong[7][2] = std::nan("");
    QVERIFY(says(refusal([&] { require_finite(wrong, "the samples"); }),
                 "Feature 2 of image 7 of the samples isn't a number"));
}

void TestMetrics::kernel_distance_is_the_reference_value() {
    const at::Tensor a = features(200, 12, 0, 1), b = features(150, 12, 0.5, 1.1);
    QVERIFY(close(kernel_distance(a, b), -0.013006942968069701, 1e-12));
}

void TestMetrics::kernel_distance_of_halves_is_0() {
    const at::Tensor mean = at::zeros({16}, at::kDouble), one = at::ones({16}, at::kDouble);
    const at::Tensor all = gaussian(4000, mean, one, 5);
    const Estimate halves =
        kernel_distance(all.narrow(0, 0, 2000), all.narrow(0, 2000, 2000), 1, {});
    QVERIFY(halves.error > 0);
    QVERIFY(std::abs(halves.value) < 3 * halves.error);
    const Estimate apart = kernel_distance(all, gaussian(4000, mean + 0.5, one, 6), 1, {});
    QVERIFY(apart.value > 10 * apart.error);
}

void TestMetrics::neighbourhoods_are_the_reference_values() {
    const Neighbourhoods found =
        neighbourhoods(features(150, 12, 0.5, 1.1), features(200, 12, 0, 1), {});
    QVERIFY(close(found.precision.value, 0.5933333333333334, 1e-12));
    QVERIFY(close(found.recall.value, 0.71, 1e-12));
    QVERIFY(close(found.density.value, 0.6986666666666667, 1e-12));
    QVERIFY(close(found.coverage.value, 0.705, 1e-12));
    QVERIFY(close(found.precision.error, std::sqrt(0.5933333 * 0.4066667 / 150), 1e-6));
}

void TestMetrics::neighbourhoods_of_a_set_with_itself_are_1() {
    const at::Tensor mean = at::zeros({16}, at::kDouble), one = at::ones({16}, at::kDouble);
    const at::Tensor set = gaussian(700, mean, one, 7);
    const Neighbourhoods found = neighbourhoods(set, set, {});
    QCOMPARE(found.precision.value, 1.0);
    QCOMPARE(found.recall.value, 1.0);
    QCOMPARE(found.density.value, 1.0);  // each ball holds itself and 4 others: its 5th is the rim
    QCOMPARE(found.coverage.value, 1.0);
}

void TestMetrics::blocks_change_nothing() {
    // 1100 rows are three blocks; in another order they fall into other blocks.
    const at::Tensor mean = at::zeros({8}, at::kDouble), one = at::ones({8}, at::kDouble);
    const at::Tensor a = gaussian(1100, mean, one, 8), b = gaussian(1100, mean + 0.3, one, 9);
    const Neighbourhoods there = neighbourhoods(a, b, {});
    const Neighbourhoods back = neighbourhoods(a.flip(0), b.flip(0), {});
    QCOMPARE(there.precision.value, back.precision.value);
    QCOMPARE(there.recall.value, back.recall.value);
    QVERIFY(close(there.density.value, back.density.value, 1e-12));
    QCOMPARE(there.coverage.value, back.coverage.value);
}

void TestMetrics::far_sets_share_nothing() {
    const Neighbourhoods found =
        neighbourhoods(features(60, 4, 0, 1), features(60, 4, 0, 1) + 100, {});
    QCOMPARE(found.precision.value, 0.0);
    QCOMPARE(found.recall.value, 0.0);
    QCOMPARE(found.density.value, 0.0);
    QCOMPARE(found.coverage.value, 0.0);
}

void TestMetrics::nearest_finds_copies_and_skips_itself() {
    const at::Tensor set = images(30, 1, 12, 0).flatten(1);
    const at::Tensor places = at::arange(30);
    const Nearest same = nearest_of(set, set, {}, {});
    QVERIFY(same.index.equal(places));
    QCOMPARE(same.distance.max().item<double>(), 0.0);
    const Nearest other = nearest_of(set, set, places, {});
    QVERIFY(!other.index.eq(places).any().item<bool>());
    at::Tensor all = at::cdist(set.to(at::kDouble), set.to(at::kDouble), 2, 2);
    all.fill_diagonal_(1e9);
    QVERIFY(at::allclose(other.distance, std::get<0>(all.min(1)), 1e-12));
}

void TestMetrics::sliced_distance_is_the_reference_value() {
    // Of sorted projections; ours are counted at places close together.
    const auto grey = sliced_wasserstein(images(6, 1, 28, 0), images(6, 1, 28, 0.25), 1, {});
    QCOMPARE(grey.size(), std::size_t(2));
    QCOMPARE(grey[0].side, 28);
    QCOMPARE(grey[1].side, 14);
    QVERIFY(close(grey[0].distance.value, 21.210215041380447, 0.02));
    QVERIFY(close(grey[1].distance.value, 85.91312889902474, 0.02));
    const auto rgb = sliced_wasserstein(images(6, 3, 28, 0), images(6, 3, 28, 0.25), 1, {});
    QVERIFY(close(rgb[0].distance.value, 20.980806180875497, 0.02));
    QVERIFY(close(rgb[1].distance.value, 81.6481538425621, 0.02));
    QCOMPARE(sliced_wasserstein(images(2, 1, 64, 0), images(2, 1, 64, 0), 1, {}).size(),
             std::size_t(3));
}

void TestMetrics::sliced_distance_is_0_on_equal_sets_and_rises_with_blur() {
    const at::Tensor set = images(20, 1, 28, 0);
    double last = -1;
    at::Tensor other = set;
    for (int blurs = 0; blurs < 4; ++blurs) {
        const auto levels = sliced_wasserstein(set, other, 1, {});
        const double mean = (levels[0].distance.value + levels[1].distance.value) / 2;
        if (blurs == 0) QCOMPARE(mean, 0.0);
        QVERIFY(mean > last);
        last = mean;
        other = smoothed(other);
    }
}

void TestMetrics::ms_ssim_is_the_reference_value() {
    const at::Tensor two = ms_ssim(images(2, 3, 28, 0), images(2, 3, 28, 0.25));
    QVERIFY(close(two[0].item<double>(), 0.9634275461666139, 1e-9));
    QVERIFY(close(two[1].item<double>(), 0.9640995234091339, 1e-9));
    const at::Tensor three = ms_ssim(images(2, 3, 64, 0), images(2, 3, 64, 0.25));
    QVERIFY(close(three[0].item<double>(), 0.9690996100017619, 1e-9));
    QVERIFY(close(three[1].item<double>(), 0.9691676391027633, 1e-9));
}

void TestMetrics::ms_ssim_of_an_image_with_itself_is_1() {
    const at::Tensor set = images(3, 3, 32, 0);
    QVERIFY(at::allclose(ms_ssim(set, set), at::ones({3}, at::kDouble), 0, 1e-12));
    const at::Tensor turned = 255 - set;
    QVERIFY(ms_ssim(set, turned).max().item<double>() < 0.1);
    QVERIFY(ms_ssim(set, turned).min().item<double>() >= 0);
}

void TestMetrics::pairs_tell_collapse() {
    const Estimate many = pair_similarity(images(40, 1, 28, 0), 1, {});
    const Estimate one = pair_similarity(images(1, 1, 28, 0).expand({40, 1, 28, 28}), 1, {});
    QVERIFY(close(one.value, 1, 1e-12));
    QVERIFY(many.value < 0.9);
    QVERIFY(many.error > 0);
}

void TestMetrics::larger_images_are_compared_in_smaller_parts() {
    const auto parts = [](int channels, int side) {
        int said = 0;
        pair_similarity(
            images(20, channels, side, 0), 1, [&](double) { ++said; }, 100);
        return said;
    };
    QCOMPARE(parts(1, 28), 1);
    // 3 × 64² is 15.7 times as much.
    QVERIFY(parts(3, 64) >= 15);
    QVERIFY(parts(3, 64) <= 20);
}

void TestMetrics::score_is_the_reference_value() {
    // Ten times the same images, so that each part is near the whole; exactly it where there are
    // as many of each in all parts.
    const at::Tensor logits = features(200, 5, 0.2, 2);
    const Estimate found = classifier_score(logits.repeat({500, 1}), 1);
    QVERIFY(close(found.value, 1.6535879077693614, 3 * found.error));
    QVERIFY(found.error < 0.01);
    // A sure classifier that knows k classes, equally many of each: k.
    const at::Tensor sure = 50 * at::eye(4, at::kDouble).repeat({2500, 1});
    QVERIFY(close(classifier_score(sure, 1).value, 4, 0.01));
    QVERIFY(close(classifier_score(at::zeros({100, 4}), 1).value, 1, 1e-12));
}

void TestMetrics::score_bears_sorted_images() {
    const at::Tensor sorted = 50 * at::eye(4, at::kDouble).repeat_interleave(2500, 0);
    QVERIFY(close(classifier_score(sorted, 1).value, 4, 0.01));
}

void TestMetrics::recognised_counts_labelled_images_alone() {
    const at::Tensor logits = at::eye(4, at::kFloat);
    const auto found = recognised(logits, at::tensor({0, 1, -1, 0}).to(at::kLong));
    QVERIFY(found);
    QVERIFY(close(found->value, 2.0 / 3, 1e-12));
    QVERIFY(!recognised(logits, at::full({4}, -1, at::kLong)));
    QCOMPARE(class_counts(logits.repeat({3, 1})), (std::vector<std::int64_t>{3, 3, 3, 3}));
}

void TestMetrics::stopping_ends_each_in_the_middle() {
    const at::Tensor a = features(1200, 4, 0, 1), b = features(1200, 4, 1, 1);
    const at::Tensor pictures = images(300, 1, 28, 0);
    const auto stops = [](auto&& act) {
        int asked = 0;
        try {
            act([&](double share) {
                QVERIFY(share >= 0 && share <= 1);
                if (++asked == 2) throw Enough();
            });
        } catch (const Enough&) {
        }
        return asked;
    };
    QCOMPARE(stops([&](const OnShare& on) { frechet(a, b, 1, on); }), 2);
    QCOMPARE(stops([&](const OnShare& on) { kernel_distance(a, b, 1, on); }), 2);
    QCOMPARE(stops([&](const OnShare& on) { neighbourhoods(a, b, on); }), 2);
    QCOMPARE(stops([&](const OnShare& on) { sliced_wasserstein(pictures, pictures, 1, on); }), 2);
    QCOMPARE(stops([&](const OnShare& on) { pair_similarity(pictures, 1, on); }), 2);
}

QTEST_GUILESS_MAIN(TestMetrics)
#include "test_metrics.moc"
