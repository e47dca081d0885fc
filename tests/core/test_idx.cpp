#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "core/base/error.h"
#include "core/data/datasets.h"
#include "core/data/preprocess.h"
#include "dataset_files.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

class TestIdx : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;

    std::string open_refusal(std::string_view split = "train") {
        return refusal([&] { open_dataset(folder_.string(), split); });
    }
    /// Replaces the pair in the folder.
    void write_pair(const std::string& images, const std::string& labels) {
        write_quickly(folder_ / "images-idx3-ubyte", images);
        write_quickly(folder_ / "labels-idx1-ubyte", labels);
    }
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void both_splits_open_plain_or_gzipped() {
        for (const bool gzip : {false, true})
            for (const char* name : {"train-", "t10k-"})
                write_idx_pair(folder_ / (gzip ? "gz" : "plain"), name, *name == 't' ? 7 : 5, 4, 3,
                               3, gzip);
        for (const char* kind : {"gz", "plain"})
            for (const char* split : {"train", "test"}) {
                const auto dataset = open_dataset((folder_ / kind).string(), split);
                const DatasetInfo& info = dataset->info();
                QCOMPARE(info.split, std::string(split));
                QCOMPARE(info.count, std::int64_t(7));
                QCOMPARE(info.width, 4);
                QCOMPARE(info.height, 3);
                QCOMPARE(info.channels, 1);
                QCOMPARE(info.classes, (std::vector<std::string>{"0", "1", "2"}));
                QCOMPARE(labels_of(*dataset), (std::vector<int>{0, 1, 2, 0, 1, 2, 0}));
                const Image image = dataset->at(6).image;
                QCOMPARE(image.width, 4);
                for (int y = 0; y < 3; ++y)
                    for (int x = 0; x < 4; ++x)
                        QCOMPARE(int(image.row<std::uint8_t>(y)[std::size_t(x)]), 6 + 4 * y + x);
            }
    }

    void a_lone_pair_takes_its_names_from_classes_txt() {
        write_idx_pair(folder_, "", 6, 2, 2, 3);
        write_quickly(folder_ / "classes.txt", "cat\r\nrainbow\ntrain\n");
        const auto dataset = open_dataset(folder_.string());
        QCOMPARE(dataset->info().classes, (std::vector<std::string>{"cat", "rainbow", "train"}));
        QCOMPARE(dataset->info().split, std::string());
        QVERIFY(says(open_refusal("test"), "“test”"));
    }

    void a_hash_tells_one_set_from_another() {
        write_idx_pair(folder_ / "a", "", 6, 2, 2, 3);
        write_idx_pair(folder_ / "b", "", 6, 2, 2, 3);
        write_idx_pair(folder_ / "c", "", 6, 2, 2, 2);
        const auto hash = [&](const char* name) {
            return open_dataset((folder_ / name).string())->info().sha256;
        };
        QCOMPARE(hash("a"), hash("b"));
        QVERIFY(hash("a") != hash("c"));
    }

    void truncated_files_say_how_far_they_go() {
        const std::string whole = idx_of({5, 2, 2}, std::string(20, 'x'));
        const std::string labels = idx_of({5}, std::string(5, '\0'));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            write_pair(whole.substr(0, length), labels);
            const std::string expected =
                length < 16 ? "isn't an IDX file of images"
                            : "ends after " + std::to_string((length - 16) / 4) + " of 5 images";
            QVERIFY(says(open_refusal(), expected));
        }
        for (std::size_t length = 8; length < labels.size(); ++length) {
            write_pair(whole, labels.substr(0, length));
            QVERIFY(
                says(open_refusal(), "ends after " + std::to_string(length - 8) + " of 5 labels"));
        }
    }

    void truncated_and_damaged_gzips_are_refused() {
        std::string pixels;
        for (int i = 0; i < 40'000; ++i) pixels += char(i * i >> 3 & 255);
        write_idx_pair(folder_, "", 100, 20, 20, 10);
        const std::string whole = gzipped(idx_of({100, 20, 20}, pixels));
        fs::remove(folder_ / "images-idx3-ubyte");
        const fs::path file = folder_ / "images-idx3-ubyte.gz";
        write_quickly(file, whole);
        QCOMPARE(open_refusal(), std::string());
        for (const std::size_t missing : {std::size_t(1), std::size_t(4), std::size_t(8),
                                          std::size_t(9), whole.size() / 2, whole.size() - 5}) {
            write_quickly(file, whole.substr(0, whole.size() - missing));
            QVERIFY2(!open_refusal().empty(), qPrintable(QString::number(missing)));
        }
        for (const std::size_t at : {whole.size() - 6, whole.size() - 2, whole.size() / 2}) {
            std::string damaged = whole;
            damaged[at] = char(damaged[at] ^ 0x55);
            write_quickly(file, damaged);
            QVERIFY2(!open_refusal().empty(), qPrintable(QString::number(at)));
        }
    }

    void lying_headers_are_refused() {
        const std::string four(4, '\0');
        const struct {
            std::string images, labels, sentence;
        } cases[] = {
            {idx_of({0, 2, 2}, ""), idx_of({0}, ""), "is empty"},
            {idx_of({4, 0, 2}, ""), idx_of({4}, four), "2 x 0"},
            {idx_of({1, 5000, 2}, std::string(10000, 'x')), idx_of({1}, "\1"), "2 x 5000"},
            {idx_of({4294967295u, 4096, 4096}, "x"), idx_of({4}, four), "4294967295 images"},
            {idx_of({1u << 20, 1, 1}, "xxx"), idx_of({4}, four), "ends after 3 of 1048576"},
            {idx_of({2, 1, 1}, "xxx"), idx_of({2}, "\1\1"), "goes on after"},
            {idx_of({2, 1, 1}, "xx"), idx_of({2}, "\1\1\1"), "goes on after"},
            {idx_of({2, 1, 1}, "xx"), idx_of({3}, "\1\1\1"), "3 labels for the 2 images"},
            {idx_of({2}, "xx"), idx_of({2}, "\1\1"), "isn't an IDX file of images"},
            {idx_of({2, 1, 1}, "xx"), idx_of({2, 1, 1}, "xx"), "isn't an IDX file of labels"},
            {std::string("\0\0\x0d\3", 4) + std::string(28, 'x'), idx_of({1}, "x"),
             "isn't an IDX file of images"},
            {"a text", "another", "isn't an IDX file of images"},
        };
        for (const auto& one : cases) {
            write_pair(one.images, one.labels);
            QVERIFY(says(open_refusal(), one.sentence));
        }
    }

    void a_label_out_of_range_is_listed_and_the_rest_goes_on() {
        write_pair(idx_of({3, 4, 4}, std::string(48, 'x')), idx_of({3}, std::string("\1\2\0", 3)));
        write_quickly(folder_ / "classes.txt", "a\nb\n");
        const auto dataset = open_dataset(folder_.string());
        QVERIFY(says(refusal([&] { dataset->at(1); }), "label 2, but there are only 2 classes"));
        QCOMPARE(dataset->label(1), -1);
        const PixelBlock block = network_views(*dataset, 4, 1, {});
        QCOMPARE(block.labels, (std::vector<int>{1, 0}));
        QCOMPARE(block.left_out.size(), std::size_t(1));
        QVERIFY(says(block.left_out[0].name, "image 1"));
    }

    void unclear_pairs_are_refused() {
        write_idx_pair(folder_, "train-", 2, 1, 1, 2);
        fs::remove(folder_ / "train-labels-idx1-ubyte");
        QVERIFY(says(open_refusal(), "missing beside it"));
        write_idx_pair(folder_, "train-", 2, 1, 1, 2);
        QCOMPARE(open_refusal(), std::string());
        write_idx_pair(folder_, "letters-train-", 2, 1, 1, 2);
        QVERIFY(says(open_refusal(), "both hold images"));
        QVERIFY(says(open_refusal("validation"), "It has: train."));
        QVERIFY(!refusal<UnknownWord>([&] { open_dataset(folder_.string(), "trian"); }).empty());
        fs::create_directories(folder_ / "t10k-images-idx3-ubyte");
        write_quickly(folder_ / "t10k-labels-idx1-ubyte", idx_of({1}, "\1"));
        QVERIFY(!open_refusal("test").empty());
    }
};

QTEST_GUILESS_MAIN(TestIdx)
#include "test_idx.moc"
