#include "core/training/loader.h"

#include <QtTest>
#include <algorithm>
#include <numeric>

#include "core/base/random.h"
#include "core/models/class_labels.h"
#include "core/models/diffusion.h"
#include "core/training/learning_rate.h"
#include "tiny_data.h"

using namespace daguerre;

namespace {

PixelBlock views(int count = 20) { return network_views(*tiny_dataset(count), 0, 0, {}); }

Batch batch_of(const PixelBlock& block, const LoaderOptions& options, std::int64_t first) {
    Order order(options.seed, std::uint32_t(block.labels.size()));
    return batch_at(block, options, order, first);
}

}  // namespace

class TestLoader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_epoch_is_a_permutation() {
        Order order(7, 20);
        std::vector<std::uint32_t> before;
        for (int epoch = 0; epoch < 3; ++epoch) {
            std::vector<std::uint32_t> places;
            for (int k = 0; k < 20; ++k) places.push_back(order.at(20 * epoch + k));
            QVERIFY(places != before);
            before = places;
            std::sort(places.begin(), places.end());
            std::vector<std::uint32_t> all(20);
            std::iota(all.begin(), all.end(), 0u);
            QCOMPARE(places, all);
        }
    }

    void an_image_does_not_depend_on_its_batch() {
        const PixelBlock block = views();
        const Batch large = batch_of(block, {3, 24, true}, 10);  // crosses the end of an epoch
        for (std::int64_t i = 0; i < 24; i += 8) {
            const Batch small = batch_of(block, {3, 8, true}, 10 + i);
            QVERIFY(at::equal(small.images, large.images.narrow(0, i, 8)));
            QVERIFY(at::equal(small.noise, large.noise.narrow(0, i, 8)));
            QVERIFY(at::equal(small.labels, large.labels.narrow(0, i, 8)));
        }
    }

    void batches_come_in_order_wherever_one_begins() {
        Loader whole(views(), {3, 8, true}, 0), late(views(), {3, 8, true}, 16);
        whole.next();
        whole.next();
        for (int i = 0; i < 5; ++i) {
            const Batch a = whole.next(), b = late.next();
            QCOMPARE(a.first, std::int64_t(16 + 8 * i));
            QCOMPARE(b.first, a.first);
            QVERIFY(at::equal(a.images, b.images) && at::equal(a.noise, b.noise));
        }
    }

    void any_number_of_threads_gives_the_same_batches() {
        const PixelBlock block = views();
        LoaderOptions options{3, 8, true};
        for (const int threads : {1, 2, 5}) {
            options.threads = threads;
            Loader loader(views(), options, 24);
            for (int i = 0; i < 20; ++i) {  // more than are made ahead
                const Batch batch = loader.next();
                const Batch expected = batch_of(block, options, 24 + 8 * i);
                QCOMPARE(batch.first, expected.first);
                QVERIFY(at::equal(batch.images, expected.images));
                QVERIFY(at::equal(batch.noise, expected.noise));
                QVERIFY(at::equal(batch.labels, expected.labels));
            }
        }
    }

    void threads_follow_the_device() {
        QCOMPARE(loader_threads(at::kCPU, 16), 1);  // the cores are at work
        QCOMPARE(loader_threads(at::kCUDA, 1), 1);
        QCOMPARE(loader_threads(at::kCUDA, 3), 2);
        QCOMPARE(loader_threads(at::kCUDA, 64), 4);
    }

    void pixels_labels_and_noise_are_right() {
        const PixelBlock block = views();
        const Batch batch = batch_of(block, {5, 20, false}, 0);
        Order order(5, 20);
        for (std::int64_t i = 0; i < 20; ++i) {
            const auto place = std::size_t(order.at(i));
            QCOMPARE(batch.labels[i].item<std::int64_t>(), std::int64_t(block.labels[place]));
            const float value = batch.images[i][0][7][9].item<float>();
            QCOMPARE(value, float(block.pixels[place * 256 + 7 * 16 + 9]) / 127.5f - 1);
            const at::Tensor drawn =
                at::randn({1, 16, 16},
                          at::detail::createCPUGenerator(
                              seed_for(5, Stream::TrainingNoise, std::uint64_t(i)) & 0xFFFFFFFFu));
            QVERIFY(at::equal(batch.noise[i], drawn));
        }
    }

    void flips_mirror_about_half() {
        const PixelBlock block = views();
        const Batch plain = batch_of(block, {5, 400, false}, 0),
                    flipped = batch_of(block, {5, 400, true}, 0);
        int mirrored = 0;
        for (std::int64_t i = 0; i < 400; ++i) {
            const bool same = at::equal(plain.images[i], flipped.images[i]);
            QVERIFY(same || at::equal(plain.images[i].flip(2), flipped.images[i]));
            mirrored += seed_for(5, Stream::Flip, std::uint64_t(i)) >> 63 != 0;
        }
        QVERIFY(mirrored > 160 && mirrored < 240);
    }

    void stratified_levels_fall_one_into_each_stratum() {
        for (std::int64_t first : {0, 64, 6400}) {
            std::vector<double> levels = noise_levels(1, first, 64, true);
            std::sort(levels.begin(), levels.end());
            for (std::size_t k = 0; k < 64; ++k)
                QVERIFY(levels[k] >= double(k) / 64 && levels[k] < double(k + 1) / 64);
        }
        const std::vector<double> uniform = noise_levels(1, 0, 1000, false);
        QVERIFY(std::abs(std::accumulate(uniform.begin(), uniform.end(), 0.0) / 1000 - .5) < .03);
    }

    void labels_are_dropped_at_their_rate() {
        int dropped = 0;
        for (std::int64_t n = 0; n < 10000; ++n) dropped += drops_label(1, n, 0.1);
        QVERIFY(dropped > 900 && dropped < 1100);
        QVERIFY(!drops_label(1, 0, 0));
    }

    void learning_rates_are_functions_of_images() {
        TrainRequest request{.learning_rate = 2, .images = 1000, .warm_up = 100};
        const struct {
            const char* decay;
            std::int64_t images;
            double rate;
        } cases[]{{"none", 50, 1},         {"none", 100, 2},          {"none", 1000, 2},
                  {"cosine", 50, 1},       {"cosine", 550, 1},        {"cosine", 1000, 0},
                  {"inverse-sqrt", 50, 1}, {"inverse-sqrt", 1000, 2}, {"inverse-sqrt", 4000, 1}};
        for (const auto& [decay, images, rate] : cases) {
            request.decay = decay;
            QVERIFY2(std::abs(learning_rate(request, images) - rate) < 1e-12, decay);
        }
    }
};

QTEST_GUILESS_MAIN(TestLoader)
#include "test_loader.moc"
