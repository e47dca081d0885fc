#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/data/preprocess.h"
#include "refusal.h"
#include "tiny_data.h"

using namespace daguerre;

namespace {

/// Any list of images as a dataset; empty ones can't be read.
class Listed : public Dataset {
public:
    explicit Listed(std::vector<Image> images) : images_(std::move(images)) {
        info_.id = "listed";
        info_.count = std::int64_t(images_.size());
        const auto first = std::find_if(images_.begin(), images_.end(),
                                        [](const Image& image) { return image.width > 0; });
        if (first == images_.end()) return;
        info_.width = first->width;
        info_.height = first->height;
        info_.channels = first->channels;
        for (const Image& image : images_) {
            if (image.width == 0) continue;
            if (image.width != info_.width) info_.width = 0;
            if (image.channels != info_.channels) info_.channels = 0;
        }
    }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override {
        const Image& image = images_[std::size_t(i)];
        if (image.width == 0) throw Error("“{file}” is broken.", {{"file", std::to_string(i)}});
        return {image, int(i)};
    }

private:
    DatasetInfo info_;
    std::vector<Image> images_;
};

Image filled(int width, int height, int channels, std::vector<int> colour) {
    Image image = Image::blank(width, height, channels);
    for (std::size_t k = 0; k < image.pixels.size(); ++k)
        image.pixels[k] = std::byte(colour[k % colour.size()]);
    return image;
}

}  // namespace

class TestPreprocess : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_image_of_the_right_form_is_unchanged() {
        for (const int channels : {1, 3}) {
            Image image = Image::blank(5, 5, channels);
            for (std::size_t k = 0; k < image.pixels.size(); ++k)
                image.pixels[k] = std::byte(k * 3);
            QVERIFY(network_view(image, 5, channels).pixels == image.pixels);
        }
    }

    void other_images_become_it() {
        for (const int size : {4, 28, 64})
            for (const int channels : {1, 3})
                for (const int from : {1, 3, 4})
                    for (const int depth : {8, 16}) {
                        const Image view =
                            network_view(Image::blank(70, 33, from, depth), size, channels);
                        QCOMPARE(view.width, size);
                        QCOMPARE(view.height, size);
                        QCOMPARE(view.channels, channels);
                        QCOMPARE(view.depth, 8);
                    }
    }

    void the_middle_is_what_is_seen() {
        Image wide = filled(30, 10, 1, {0});
        for (int y = 0; y < 10; ++y)
            for (std::size_t x = 10; x < 20; ++x) wide.row<std::uint8_t>(y)[x] = 200;
        QVERIFY(network_view(wide, 10, 1).pixels == filled(10, 10, 1, {200}).pixels);
        QVERIFY(network_view(wide, 5, 3).pixels == filled(5, 5, 3, {200}).pixels);
    }

    void what_is_under_transparent_pixels_stays_there() {
        Image image = filled(8, 8, 4, {255, 255, 255, 0});
        for (int y = 0; y < 8; ++y)
            for (std::size_t x = 0; x < 4; ++x) image.row<std::uint8_t>(y)[4 * x + 3] = 0;
        QVERIFY(network_view(image, 4, 3).pixels == filled(4, 4, 3, {0}).pixels);
    }

    void a_view_that_suits_is_suggested() {
        const auto grey = [](int width, int height) { return filled(width, height, 1, {7}); };
        const auto colour = [](int width, int height) {
            return filled(width, height, 3, {7, 8, 9});
        };
        const struct {
            std::vector<Image> images;
            ViewShape shape;
        } cases[] = {
            {{grey(28, 28), grey(28, 28)}, {28, 1}},
            {{colour(32, 32)}, {32, 3}},
            {{grey(30, 30)}, {32, 1}},
            {{grey(128, 128)}, {128, 1}},
            {{grey(300, 300)}, {64, 1}},
            {{colour(96, 128)}, {64, 3}},
            {{grey(28, 28), grey(32, 32)}, {64, 1}},
            {{filled(28, 28, 3, {7}), filled(28, 28, 3, {90})}, {28, 1}},
            {{grey(28, 28), colour(28, 28)}, {28, 3}},
            {{Image(), grey(28, 28)}, {28, 1}},
            {{filled(20, 20, 4, {9, 9, 9, 255})}, {20, 1}},
        };
        for (const auto& one : cases)
            QVERIFY2(suggested_view(Listed(one.images)) == one.shape,
                     qPrintable(QString::number(&one - cases)));
    }

    void a_block_holds_every_view_in_order() {
        const auto tiny = tiny_dataset(200);
        const PixelBlock block = network_views(*tiny, 0, 0, {});
        QCOMPARE(block.size, 16);
        QCOMPARE(block.channels, 1);
        QCOMPARE(block.labels.size(), std::size_t(200));
        QCOMPARE(block.pixels.size(), std::size_t(200 * 256));
        QVERIFY(block.left_out.empty());
        for (std::size_t i = 0; i < 200; ++i) {
            const Example example = tiny->at(std::int64_t(i));
            QCOMPARE(block.labels[i], example.label);
            QVERIFY(std::memcmp(&block.pixels[i * 256], example.image.pixels.data(), 256) == 0);
        }
    }

    void mean_and_deviation_are_those_of_the_values() {
        // The value at each place is 0 or 255 (so ±1), 51 (-0.6) or 102 (-0.2).
        const PixelBlock block = network_views(
            Listed({filled(2, 2, 1, {0, 51, 51, 51}), filled(2, 2, 1, {255, 102, 51, 51})}), 2, 1,
            {});
        QVERIFY(std::abs(block.mean - (0 - 0.4 - 0.6 - 0.6) / 4) < 1e-12);
        QVERIFY(std::abs(block.deviation - std::sqrt((1 + 0.04) / 4)) < 1e-12);
    }

    void broken_images_are_left_out_and_listed() {
        std::vector<Image> images;
        for (int i = 0; i < 50; ++i) images.push_back(i % 7 == 3 ? Image() : filled(2, 2, 1, {i}));
        const PixelBlock block = network_views(Listed(images), 2, 1, {});
        std::vector<int> expected;
        std::vector<std::string> broken;
        for (int i = 0; i < 50; ++i)
            if (i % 7 == 3)
                broken.push_back(std::to_string(i));
            else
                expected.push_back(i);
        QCOMPARE(block.labels, expected);
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE(int(block.pixels[4 * i]), expected[i]);
        QCOMPARE(block.left_out.size(), broken.size());
        for (std::size_t i = 0; i < broken.size(); ++i) QCOMPARE(block.left_out[i].name, broken[i]);
        QVERIFY(!refusal([] { network_views(Listed({Image(), Image()}), 2, 1, {}); }).empty());
        QVERIFY(!refusal([] { network_views(Listed({Image(), Image()}), 0, 0, {}); }).empty());
    }

    void progress_is_told_here_and_can_stop() {
        const auto here = std::this_thread::get_id();
        std::int64_t last = -1, calls = 0;
        bool rising = true;
        network_views(*tiny_dataset(100), 16, 1, [&](const Progress& progress) {
            rising = rising && progress.done >= last && progress.total == 100 &&
                     progress.what == "image" && std::this_thread::get_id() == here;
            last = progress.done;
            return true;
        });
        QVERIFY(rising);
        QCOMPARE(last, std::int64_t(100));
        const PixelBlock stopped = network_views(*tiny_dataset(100'000), 16, 1,
                                                 [&](const Progress&) { return ++calls < 3; });
        QCOMPARE(calls, std::int64_t(3));
        QVERIFY(stopped.labels.size() >= 2);
        QCOMPARE(stopped.pixels.size(), stopped.labels.size() * 256);
    }

    void what_does_not_fit_in_memory_is_refused() {
        const std::string sentence =
            refusal([] { network_views(*tiny_dataset(1'000'000'000), 1024, 3, {}); });
        QVERIFY2(sentence.find("Choose a smaller size") != std::string::npos, sentence.c_str());
    }
};

QTEST_GUILESS_MAIN(TestPreprocess)
#include "test_preprocess.moc"
