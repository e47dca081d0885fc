#include "core/models/level_floor.h"

#include <QtTest>
#include <cmath>
#include <random>

#include "core/data/datasets.h"
#include "core/models/losses.h"
#include "core/training/checkpoint.h"

using namespace daguerre;

namespace {

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / double(values.size());
}

Fields settings(const char* objective, const char* schedule) {
    Fields fields = train_fields("diffusion");
    set_field_text(fields, "objective", objective);
    set_field_text(fields, "noise_schedule", schedule);
    return fields;
}

/// Pixels of `size` x `size` that vary independently, one half by `wide`, the other by `narrow`.
PixelBlock independent(int size, int count, int wide, int narrow) {
    PixelBlock block;
    block.size = size;
    block.channels = 1;
    block.labels.resize(std::size_t(count));
    std::mt19937 random(5);
    for (int i = 0; i < count * size * size; ++i) {
        const int step = i % 2 ? wide : narrow;
        block.pixels.push_back(std::uint8_t(128 + (random() >> 31 ? step : -step)));
    }
    return block;
}

}  // namespace

class TestLevelFloor : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void of_mnist_it_is_what_was_computed_elsewhere() {
        const PixelBlock views = network_views(*open_dataset("mnist"), 28, 1, {});
        const auto spread = pixel_spread(views);
        QCOMPARE(spread.size(), std::size_t(784));
        double variance = 0;
        for (const Spread& part : spread) variance += part.share * part.variance;
        QVERIFY(std::abs(std::sqrt(variance) - views.deviation) < 0.005);
        const auto floor = [&](const char* objective, const char* schedule) {
            return mean_of(level_floor(settings(objective, schedule), spread));
        };
        QVERIFY(std::abs(floor("v", "squaredcos_cap_v2") - 0.2409) < 0.002);
        QVERIFY(std::abs(floor("eps", "linear") - 0.0742) < 0.001);
    }

    // A network of EDM that fits its images misses less than they vary, and least where the noise
    // is so low or so high that its scalings say all.
    void of_edm_it_is_in_units_of_its_own_target() {
        const std::vector<Spread> alike{{0.25, 1}}, two{{0.45, 0.5}, {0.05, 0.5}};
        const Fields fields = settings("edm", "edm");
        // Of independent pixels nothing can be told beyond the scalings.
        for (const double loss : level_floor(fields, alike)) QVERIFY(std::abs(loss - 1) < 1e-9);
        const std::vector<double> floor = level_floor(fields, two);
        QCOMPARE(floor.size(), std::size_t(level_bins));
        for (const double loss : floor) QVERIFY(loss > 0.5 && loss < 1);
        QVERIFY(floor[10] < floor[0] && floor[10] < floor[19]);
    }

    void probes_see_the_spread_that_is_there() {
        // 1156 values: too many for the exact way. Half vary by 0.5, half by 0.1.
        const auto spread = pixel_spread(independent(34, 12000, 64, 13));
        const double wide = std::pow(64 / 127.5, 2), narrow = std::pow(13 / 127.5, 2);
        std::vector<Spread> truth{{wide, 0.5}, {narrow, 0.5}};
        const Fields fields = settings("v", "squaredcos_cap_v2");
        const auto seen = level_floor(fields, spread), known = level_floor(fields, truth);
        QCOMPARE(seen.size(), std::size_t(level_bins));
        // A sample of 12,000 spreads the eigenvalues of 1156 independent values a little.
        for (std::size_t i = 0; i < seen.size(); ++i)
            QVERIFY2(std::abs(seen[i] / known[i] - 1) < 0.06,
                     qPrintable(QStringLiteral("%1: %2, %3").arg(i).arg(seen[i]).arg(known[i])));
        double share = 0, variance = 0;
        for (const Spread& part : spread) {
            share += part.share;
            variance += part.share * part.variance;
        }
        QVERIFY(std::abs(share - 1) < 1e-6);
        QVERIFY(std::abs(variance / ((wide + narrow) / 2) - 1) < 0.03);
    }
};

QTEST_GUILESS_MAIN(TestLevelFloor)
#include "test_level_floor.moc"
