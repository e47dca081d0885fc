#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/datasets.h"
#include "core/data/preprocess.h"
#include "core/image/image_file.h"
#include "dataset_files.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

bool go_on(const Progress&) { return true; }

/// The values of the first pixel of image i.
std::vector<int> first_pixel(const Dataset& dataset, std::int64_t i) {
    const Image image = dataset.at(i).image;
    std::vector<int> values;
    for (int c = 0; c < image.channels; ++c)
        values.push_back(image.row<std::uint8_t>(0)[std::size_t(c)]);
    return values;
}

}  // namespace

class TestPacked : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;

    std::string open_refusal(const fs::path& path, std::string_view split = "train") {
        return refusal([&] { open_dataset(path.string(), split); });
    }
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void cifar_batches_follow_each_other() {
        write_quickly(folder_ / "data_batch_2.bin", cifar_of({3, 1}, 1, 100));
        write_quickly(folder_ / "data_batch_1.bin", cifar_of({9, 0, 2}, 1, 10));
        write_quickly(folder_ / "test_batch.bin", cifar_of({5}, 1, 200));
        const auto train = open_dataset(folder_.string()),
                   test = open_dataset(folder_.string(), "test");
        QCOMPARE(labels_of(*train), (std::vector<int>{9, 0, 2, 3, 1}));
        QCOMPARE(labels_of(*test), std::vector<int>{5});
        QCOMPARE(first_pixel(*train, 0), (std::vector<int>{10, 11, 12}));
        QCOMPARE(first_pixel(*train, 4), (std::vector<int>{101, 102, 103}));
        QCOMPARE(train->info().width, 32);
        QCOMPARE(train->info().classes.size(), std::size_t(10));
        QCOMPARE(train->info().splits, (std::vector<std::string>{"test", "train"}));
        QVERIFY(train->info().sha256 != test->info().sha256);
        QVERIFY(says(open_refusal(folder_, "val"), "It has: test, train."));
    }

    void cifar_pixels_are_planes_row_by_row() {
        std::string record(1, '\7');
        for (int i = 0; i < 3072; ++i) record += char(i * 7 & 255);
        write_quickly(folder_ / "test.bin", record);
        const Image image = open_dataset(folder_.string(), "test")->at(0).image;
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x)
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(int(image.row<std::uint8_t>(y)[std::size_t(3 * x + c)]),
                             (c * 1024 + y * 32 + x) * 7 & 255);
    }

    void the_fine_label_of_cifar100_counts() {
        write_quickly(folder_ / "train.bin", cifar_of({99, 4}, 2));
        write_quickly(folder_ / "test.bin", cifar_of({7}, 2));
        QCOMPARE(labels_of(*open_dataset(folder_.string())), (std::vector<int>{99, 4}));
        write_quickly(folder_ / "fine_label_names.txt", "apple\nfish\n");
        const auto named = open_dataset(folder_.string());
        QCOMPARE(named->info().classes, (std::vector<std::string>{"apple", "fish"}));
        for (const DatasetRow& row : datasets())
            if (row.id == "cifar100") {
                QCOMPARE(row.classes.size(), std::size_t(100));
                QVERIFY(std::is_sorted(row.classes.begin(), row.classes.end()));
            }
    }

    void a_batch_of_a_wrong_length_is_listed_and_the_rest_goes_on() {
        const std::string whole = cifar_of({1, 2}, 1);
        write_quickly(folder_ / "data_batch_1.bin", whole);
        for (const std::string& broken :
             {whole.substr(0, whole.size() - 1), whole + "x", std::string()}) {
            write_quickly(folder_ / "data_batch_2.bin", broken);
            const auto dataset = open_dataset(folder_.string());
            QCOMPARE(labels_of(*dataset), (std::vector<int>{1, 2}));
            QCOMPARE(dataset->info().left_out.size(), std::size_t(1));
            QCOMPARE(dataset->info().left_out[0].name, std::string("data_batch_2.bin"));
            QVERIFY(says(dataset->info().left_out[0].reason, "whole number of images of 3073"));
        }
        fs::remove(folder_ / "data_batch_1.bin");
        QVERIFY(says(open_refusal(folder_), "data_batch_2.bin"));
    }

    void a_label_out_of_range_is_listed_and_the_rest_goes_on() {
        write_quickly(folder_ / "train.bin", cifar_of({1, 200, 2}, 1));
        const auto dataset = open_dataset(folder_.string());
        QVERIFY(says(refusal([&] { dataset->at(1); }), "label 200"));
        QCOMPARE(dataset->label(1), -1);
        const PixelBlock block = network_views(*dataset, 32, 3, go_on);
        QCOMPARE(block.labels, (std::vector<int>{1, 2}));
        QCOMPARE(block.left_out.size(), std::size_t(1));
        QVERIFY(says(block.left_out[0].name, "image 1"));
    }

    void npy_files_are_the_classes_of_their_names() {
        std::string flat, cube;
        for (int i = 0; i < 3 * 784; ++i) flat += char(i % 251);
        for (int i = 0; i < 2 * 28 * 28; ++i) cube += char(i % 241);
        write_quickly(folder_ / "cat.npy", npy_of(npy_header("3, 784"), flat));
        write_quickly(folder_ / "ice cream.npy", npy_of(npy_header("2, 28, 28"), cube));
        const auto dataset = open_dataset(folder_.string());
        const DatasetInfo& info = dataset->info();
        QCOMPARE(info.classes, (std::vector<std::string>{"cat", "ice cream"}));
        QCOMPARE(labels_of(*dataset), (std::vector<int>{0, 0, 0, 1, 1}));
        QCOMPARE(info.width, 28);
        QCOMPARE(info.channels, 1);
        const Image image = dataset->at(4).image;
        for (int y = 0; y < 28; ++y)
            for (int x = 0; x < 28; ++x)
                QCOMPARE(int(image.row<std::uint8_t>(y)[std::size_t(x)]), (784 + 28 * y + x) % 241);
        QVERIFY(says(open_refusal(folder_, "test"), "It has: train."));
    }

    void npy_files_that_are_none_are_listed() {
        const std::string pixels(2 * 16, 'x');
        write_quickly(folder_ / "good.npy", npy_of(npy_header("2, 4, 4"), pixels));
        const std::pair<const char*, std::string> broken[] = {
            {"float", npy_of(npy_header("2, 4, 4", "<f4"), pixels)},
            {"shape", npy_of(npy_header("2, 4, 4, 5"), pixels)},
            {"oblong", npy_of(npy_header("2, 15"), pixels)},
            {"short", npy_of(npy_header("2, 4, 4"), pixels.substr(1))},
            {"long", npy_of(npy_header("2, 4, 4"), pixels + "x")},
            {"huge", npy_of(npy_header("999999999999, 4096, 4096"), pixels)},
            {"none", "hello"},
            {"empty", ""},
            {"cut", npy_of(npy_header("2, 4, 4"), pixels).substr(0, 40)},
            {"header", std::string("\x93NUMPY\2\0\xff\xff\xff\xff{", 13)},
        };
        for (const auto& [name, bytes] : broken)
            write_quickly(folder_ / (std::string(name) + ".npy"), bytes);
        const auto dataset = open_dataset(folder_.string());
        QCOMPARE(labels_of(*dataset), (std::vector<int>{0, 0}));
        QCOMPARE(dataset->info().left_out.size(), std::size(broken));
        for (const BrokenFile& file : dataset->info().left_out)
            QVERIFY(says(file.reason, file.name));
        write_quickly(folder_ / "good.npy", npy_of(npy_header("2, 4, 4"), pixels).substr(0, 100));
        QVERIFY(says(refusal([&] { dataset->at(1); }), "good.npy"));
    }

    void a_photo_is_cut_in_patches() {
        Image photo = Image::blank(66, 65, 3);
        for (int y = 0; y < 65; ++y)
            for (int x = 0; x < 66; ++x)
                for (int c = 0; c < 3; ++c)
                    photo.row<std::uint8_t>(y)[std::size_t(3 * x + c)] =
                        std::uint8_t(x * 3 + y * 50 + c);
        write_image(folder_ / "photo.png", photo);
        const auto dataset = open_dataset((folder_ / "photo.png").string());
        QCOMPARE(dataset->info().count, std::int64_t(6));
        QCOMPARE(dataset->info().width, 64);
        QVERIFY(dataset->info().mirror_safe && dataset->info().classes.empty());
        QVERIFY(dataset->at(5).image.pixels == crop(photo, {2, 1, 64, 64}).pixels);
        QCOMPARE(dataset->at(0).label, -1);
        write_image(folder_ / "large.png", Image::blank(500, 300, 1));
        const auto large = open_dataset((folder_ / "large.png").string());
        QVERIFY(large->info().count <= 10'000 && large->info().count > 5'000);
        QCOMPARE(large->at(large->info().count - 1).image.width, 64);
        write_image(folder_ / "small.png", Image::blank(63, 200, 1));
        QVERIFY(says(open_refusal(folder_ / "small.png"), "63 x 200"));
        write_quickly(folder_ / "none.png", "hello");
        QVERIFY(says(open_refusal(folder_ / "none.png"), "isn't an image"));
        QVERIFY(says(open_refusal(folder_ / "photo.png", "test"), "It has: train."));
    }

    void they_are_imported_under_a_name() {
        qputenv("DAGUERRE_HOME", (folder_ / "home").c_str());
        write_quickly(folder_ / "cifar" / "data_batch_1.bin", cifar_of({1, 2}, 1));
        write_quickly(folder_ / "cifar" / "batches.meta.txt", "a\nb\nc\n");
        write_quickly(folder_ / "npy" / "cat.npy",
                      npy_of(npy_header("1, 4, 4"), std::string(16, 'x')));
        write_image(folder_ / "photo.png", Image::blank(70, 70, 3));
        const std::pair<const char*, const char*> cases[] = {
            {"cifar", "my-cifar"}, {"npy", "my-npy"}, {"photo.png", "my-photo"}};
        for (const auto& [from, id] : cases) {
            import_own_dataset(id, folder_ / from, go_on);
            const auto there = open_dataset((folder_ / from).string()), here = open_dataset(id);
            QCOMPARE(here->info().sha256, there->info().sha256);
            QCOMPARE(here->info().count, there->info().count);
            QCOMPARE(here->info().classes, there->info().classes);
            QVERIFY(here->at(0).image.pixels == there->at(0).image.pixels);
        }
    }
};

QTEST_GUILESS_MAIN(TestPacked)
#include "test_packed.moc"
