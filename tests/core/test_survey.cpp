#include "core/data/survey.h"

#include <QTest>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/problems.h"
#include "tiny_data.h"

using namespace daguerre;

namespace {

/// Images that a test gives one by one; a null image can't be read.
class Given : public Dataset {
public:
    Given(std::vector<std::pair<Image, int>> images, const char* split = "train") {
        for (auto& [image, label] : images) images_.push_back({std::move(image), label});
        info_.id = info_.title = "given";
        info_.split = split;
        info_.classes = {"a", "b"};
        info_.count = std::int64_t(images_.size());
    }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override {
        if (images_[std::size_t(i)].image.width == 0)
            throw Error("“{file}” is damaged.", {{"file", "image"}});
        return images_[std::size_t(i)];
    }
    int label(std::int64_t i) const override { return images_[std::size_t(i)].label; }

private:
    DatasetInfo info_;
    std::vector<Example> images_;
};

/// Noise of its own for each seed.
Image noise(std::uint64_t seed, int width = 24, int height = 16, int channels = 1) {
    Image image = Image::blank(width, height, channels);
    for (std::size_t k = 0; k < image.pixels.size(); ++k)
        image.pixels[k] = std::byte(mix(seed * 100'003 + k / 64));
    return image;
}

Survey all_of(const AllSplits& dataset) { return survey(dataset, false, {}); }

}  // namespace

class TestSurvey : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbers_are_those_of_a_plain_count() {
        const AllSplits dataset({tiny_dataset(40)});
        const Survey found = all_of(dataset);
        QCOMPARE(found.done, std::int64_t(40));
        std::vector<double> values;
        std::vector<double> sums(256), class_sums(256);
        for (int i = 0; i < 40; ++i) {
            const Image image = dataset.at(i).image;
            double bright = 0;
            for (std::size_t k = 0; k < 256; ++k) {
                const double value = double(image.pixels[k]);
                values.push_back(value);
                sums[k] += value;
                bright += value;
                if (i % 4 == 2) class_sums[k] += value;
            }
            QVERIFY(std::abs(double(found.facts[std::size_t(i)].brightness) - bright / 256 / 255) <
                    1e-6);
        }
        double mean = 0, variance = 0;
        for (const double value : values) mean += value / double(values.size());
        for (const double value : values)
            variance += (value - mean) * (value - mean) / double(values.size());
        QCOMPARE(found.channels.size(), std::size_t(1));
        QVERIFY(std::abs(found.channels[0].mean - mean) < 1e-9);
        QVERIFY(std::abs(found.channels[0].deviation - std::sqrt(variance)) < 1e-9);
        QCOMPARE(found.channels[0].histogram[255],
                 std::int64_t(std::count(values.begin(), values.end(), 255.)));
        for (std::size_t k = 0; k < 256; ++k) {
            QCOMPARE(int(found.mean.pixels[k]), int(std::floor(sums[k] / 40 + 0.5)));
            QCOMPARE(int(found.class_means[2].pixels[k]),
                     int(std::floor(class_sums[k] / 10 + 0.5)));
        }
        QCOMPARE(found.sizes.size(), std::size_t(1));
        QCOMPARE(found.sizes[0].count, std::int64_t(40));
    }

    void sizes_differ_and_broken_ones_are_listed() {
        const AllSplits dataset({std::make_shared<Given>(
            std::vector<std::pair<Image, int>>{{noise(1, 30, 20, 3), 0},
                                               {Image(), 0},
                                               {noise(2, 90, 70, 3), 1},
                                               {noise(3, 30, 20, 3), 1}})});
        const Survey found = all_of(dataset);
        QCOMPARE(found.channels.size(), std::size_t(3));
        QCOMPARE(found.sizes[0].width, 30);
        QCOMPARE(found.sizes[0].count, std::int64_t(2));
        QCOMPARE(found.sizes[1].height, 70);
        QCOMPARE(found.mean.width, 64);
        QCOMPARE(found.broken.size(), std::size_t(1));
        QCOMPARE(found.broken[0].image, 1u);
        QCOMPARE(found.facts[1].width, 0);
        QCOMPARE(found.images, (std::vector<std::uint32_t>{0, 2, 3}));
    }

    void the_odd_one_of_its_class_is_unusual() {
        std::vector<std::pair<Image, int>> images;
        for (int i = 0; i < 9; ++i) {
            Image image = Image::blank(16, 16, 1);
            std::fill(image.pixels.begin(), image.pixels.end(), std::byte(i == 6 ? 250 : 20 + i));
            images.emplace_back(image, i % 3 == 0 ? 0 : 1);
        }
        const Survey found = all_of(AllSplits({std::make_shared<Given>(images)}));
        for (std::size_t i = 0; i < 9; ++i)
            if (i != 6) QVERIFY(found.facts[i].unusual < found.facts[6].unusual);
    }

    void it_grows_and_stops() {
        const AllSplits dataset({tiny_dataset(300)});
        int calls = 0;
        Survey first;
        const Survey stopped = survey(dataset, false, [&](const Surveying& at) {
            if (at.done >= 100) first = at.so_far();
            ++calls;
            return at.done < 100;
        });
        QVERIFY(first.done >= 100 && first.done < 300 && first.mean.width == 16);
        QVERIFY(stopped.done < 300 && std::int64_t(stopped.images.size()) == stopped.done);
        QVERIFY(calls < 300);
    }

    void of_a_large_set_the_same_images_are_drawn_each_time() {
        const std::int64_t many = survey_all_to + 1;
        const AllSplits dataset({tiny_dataset(many)});
        const auto stop = [](const Surveying& at) { return at.done < 50; };
        const Survey one = survey(dataset, false, stop);
        QCOMPARE(one.drawn, survey_draw);
        QCOMPARE(one.count, many);
        const Survey two = survey(dataset, false, stop);
        QCOMPARE(one.images.front(), two.images.front());
        QVERIFY(one.images.back() > 60);  // not the first fifty
        QCOMPARE(survey(dataset, true, stop).drawn, many);
    }

    void problems_are_found_and_named() {
        Image nearly = noise(4);
        nearly.pixels[5] = std::byte(int(nearly.pixels[5]) ^ 1);
        const auto train =
            std::make_shared<Given>(std::vector<std::pair<Image, int>>{{noise(1), 0},
                                                                       {noise(2), 0},
                                                                       {noise(1), 0},
                                                                       {noise(3), 0},
                                                                       {noise(3), 1},
                                                                       {noise(4), 1},
                                                                       {Image(), 0}});
        const auto test = std::make_shared<Given>(
            std::vector<std::pair<Image, int>>{{noise(2), 0}, {nearly, 1}, {noise(5), 1}}, "test");
        const AllSplits dataset({train, test});
        const Problems found = find_problems(dataset, all_of(dataset), {});
        using Groups = std::vector<std::vector<std::uint32_t>>;
        QCOMPARE(found.same, (Groups{{0, 2}, {1, 7}, {3, 4}}));
        QCOMPARE(found.two_classes, (Groups{{3, 4}}));
        QCOMPARE(found.leaks, (Groups{{1, 7}}));
        QCOMPARE(found.near.size(), std::size_t(1));
        QCOMPARE(found.near[0].first, 5u);
        QCOMPARE(found.near[0].second, 8u);
        QCOMPARE(found.broken.size(), std::size_t(1));
        QCOMPARE(found.spare(), (std::vector<std::uint32_t>{2, 4, 7}));
        const Marks marks = found.marks();
        QCOMPARE(marks.at("duplicate"), (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 7}));
        QCOMPARE(marks.at("near"), (std::vector<std::uint32_t>{5, 8}));
        QCOMPARE(marks.at("leak"), (std::vector<std::uint32_t>{1, 7}));
        QCOMPARE(marks.at("broken"), (std::vector<std::uint32_t>{6}));
        const std::string text = problems_text(dataset, found);
        QVERIFY(text.find("broken\ttrain/#6 (a)\t“image” is damaged.") != std::string::npos);
        QVERIFY(text.find("in several splits\ttrain/#1 (a)\ttest/#0 (a)\n") != std::string::npos);
    }

    void images_that_only_look_alike_are_not_the_same() {
        Image grey = noise(7), colour = to_channels(grey, 3), other = grey;
        other.pixels[100] = std::byte(int(other.pixels[100]) ^ 128);
        const AllSplits dataset({std::make_shared<Given>(
            std::vector<std::pair<Image, int>>{{grey, 0}, {colour, 0}, {other, 0}})});
        QVERIFY(find_problems(dataset, all_of(dataset), {}).same.empty());
        QVERIFY(print_of(grey).pixels != print_of(colour).pixels);
        QCOMPARE(print_of(grey).look, print_of(colour).look);
    }

    void near_pairs_are_those_of_a_search_through_all() {
        std::vector<std::pair<Image, int>> images;
        for (std::uint64_t i = 0; i < 60; ++i) {
            Image image = noise(i / 4);
            for (std::size_t k = 0; k < i % 4; ++k) {
                std::byte& value = image.pixels[(37 * i + 64 * k) % image.pixels.size()];
                value = std::byte(int(value) ^ int(1 + (mix(i * 31 + k) & 31)));
            }
            images.emplace_back(std::move(image), 0);
        }
        const AllSplits dataset({std::make_shared<Given>(images)});
        const Survey looked = all_of(dataset);
        std::set<std::pair<std::uint32_t, std::uint32_t>> expected, got;
        for (std::uint32_t i = 0; i < 60; ++i)
            for (std::uint32_t j = i + 1; j < 60; ++j) {
                const ImagePrint &a = looked.prints[i], &b = looked.prints[j];
                double far = 0;
                for (std::size_t v = 0; v < 64; ++v) far += std::abs(a.small[v] - b.small[v]);
                if (__builtin_popcountll(a.look ^ b.look) <= near_bits &&
                    far / 64 / 255 <= double(near_distance) && a.pixels != b.pixels)
                    expected.insert({i, j});
            }
        for (const NearPair& pair : find_problems(dataset, looked, {}).near)
            got.insert({pair.first, pair.second});
        QVERIFY(expected.size() > 5);
        QCOMPARE(got, expected);
    }
};

QTEST_GUILESS_MAIN(TestSurvey)
#include "test_survey.moc"
