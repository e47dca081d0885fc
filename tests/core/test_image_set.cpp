#include <QTemporaryDir>
#include <QtTest>
#include <atomic>
#include <filesystem>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/datasets.h"
#include "core/data/image_set.h"
#include "core/data/preprocess.h"
#include "core/image/image_file.h"
#include "dataset_files.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

constexpr const char* usual[] = {
    "train/hat/h1.png",       "train/hat/h2.png",  "train/hat/h10.png",
    "train/shirt/deep/s.png", "train/shoe2/x.png", "train/shoe10/x.png",
    "val/hat/v.png",          "TEST/shirt/t.png",  "train/shirt/b.png",
};

Image plain(int width, int height, int channels, int value) {
    Image image = Image::blank(width, height, channels);
    std::fill(image.pixels.begin(), image.pixels.end(), std::byte(value));
    return image;
}

/// Image k of the list is grey, 6 x 6, of value k + 1.
template <class Names>
void write_images(const fs::path& folder, const Names& names) {
    int value = 0;
    for (const fs::path name : names) write_image(folder / name, plain(6, 6, 1, ++value));
}

/// A zip of everything in a folder, with `above` before each name.
std::string zip_of_folder(const fs::path& folder, const std::string& above) {
    std::vector<ZipEntry> entries{{above + "notes.txt", "hello"}};
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            entries.push_back({above + fs::relative(entry.path(), folder).generic_string(),
                               read_file(entry.path(), 1 << 20)});
    return zip_of(entries);
}

}  // namespace

class TestImageSet : public QObject {
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

    void names_are_in_natural_order() {
        const char* const sorted[] = {"2.png",
                                      "10.png",
                                      "010.png2",
                                      "a/1.png",
                                      "a/b.png",
                                      "a 1/x.png",
                                      "a1.png",
                                      "a2/x.png",
                                      "a10/x.png",
                                      "b99999999999999999999.png",
                                      "b100000000000000000000.png"};
        for (const char* a : sorted)
            for (const char* b : sorted)
                QCOMPARE(natural_less(a, b),
                         std::less<>()(std::find(std::begin(sorted), std::end(sorted), a),
                                       std::find(std::begin(sorted), std::end(sorted), b)));
    }

    void a_folder_and_a_zip_of_it_are_the_same_set() {
        write_images(folder_ / "set", usual);
        write_quickly(folder_ / "set.zip", zip_of_folder(folder_ / "set", ""));
        const struct {
            const char* split;
            std::vector<int> labels, values;
        } cases[] = {
            {"train", {0, 0, 0, 1, 1, 2, 3}, {1, 2, 3, 9, 4, 5, 6}},
            {"validation", {0}, {7}},
            {"val", {0}, {7}},
            {"test", {1}, {8}},
        };
        for (const auto& one : cases) {
            std::string hash;
            for (const char* name : {"set", "set.zip"}) {
                const auto dataset = open_dataset((folder_ / name).string(), one.split);
                const DatasetInfo& info = dataset->info();
                QCOMPARE(info.classes,
                         (std::vector<std::string>{"hat", "shirt", "shoe2", "shoe10"}));
                QCOMPARE(labels_of(*dataset), one.labels);
                QCOMPARE(values_of(*dataset), one.values);
                QCOMPARE(info.width, 6);
                QCOMPARE(info.height, 6);
                QCOMPARE(info.channels, 1);
                QVERIFY(hash.empty() || info.sha256 == hash);
                hash = info.sha256;
            }
        }
    }

    void outer_folders_are_passed_over() {
        write_images(folder_ / "set", usual);
        for (const char* above : {"", "set/", "a/b c/"}) {
            write_quickly(folder_ / "set.zip", zip_of_folder(folder_ / "set", above));
            QCOMPARE(values_of(*open_dataset((folder_ / "set.zip").string(), "test")),
                     std::vector<int>{8});
        }
    }

    void images_without_class_or_split_belong_too() {
        write_images(folder_ / "flat", std::vector<std::string>{"b.png", "a.png"});
        const auto flat = open_dataset((folder_ / "flat").string());
        QCOMPARE(flat->info().classes, std::vector<std::string>{});
        QCOMPARE(flat->info().split, std::string());
        QCOMPARE(labels_of(*flat), (std::vector<int>{-1, -1}));
        QCOMPARE(values_of(*flat), (std::vector<int>{2, 1}));

        write_images(folder_ / "mixed",
                     std::vector<std::string>{"loose.png", "cat/c.png", "test/cat/d.png"});
        const auto mixed = open_dataset((folder_ / "mixed").string());
        QCOMPARE(mixed->info().split, std::string("train"));
        QCOMPARE(labels_of(*mixed), (std::vector<int>{0, -1}));
        QCOMPARE(labels_of(*open_dataset((folder_ / "mixed").string(), "test")),
                 std::vector<int>{0});
        QVERIFY(says(open_refusal(folder_ / "mixed", "val"), "It has: train, test."));
    }

    void hidden_files_and_other_files_are_passed_over() {
        write_images(folder_ / "set",
                     std::vector<std::string>{"a.png", ".b.png", ".git/c.png", "__MACOSX/d.png"});
        write_quickly(folder_ / "set" / "notes.txt", "hello");
        write_quickly(folder_ / "set.zip", zip_of_folder(folder_ / "set", ""));
        for (const char* name : {"set", "set.zip"})
            QCOMPARE(values_of(*open_dataset((folder_ / name).string())), std::vector<int>{1});
    }

    void a_place_without_images_is_refused() {
        write_quickly(folder_ / "set" / "notes.txt", "hello");
        write_quickly(folder_ / "set.zip", zip_of({{"notes.txt", "hello"}}));
        write_quickly(folder_ / "empty.zip", zip_of({}));
        for (const char* name : {"set", "set.zip", "empty.zip"})
            QVERIFY2(!open_refusal(folder_ / name).empty(), name);
        QVERIFY(says(open_refusal(folder_ / "set"), "There is no image in"));
        QVERIFY(says(open_refusal(folder_ / "set" / "notes.txt"),
                     "neither a folder nor a zip, tar or photo"));
        QVERIFY(says(open_refusal(folder_ / "nowhere"), "nowhere"));
    }

    void links_are_followed_once() {
        write_images(folder_ / "set", std::vector<std::string>{"a/1.png", "b/2.png"});
        fs::create_directory_symlink(folder_ / "set", folder_ / "set" / "a" / "up");
        fs::create_directory_symlink(".", folder_ / "set" / "itself");
        fs::create_symlink("nowhere.png", folder_ / "set" / "a" / "gone.png");
        write_images(folder_ / "elsewhere", std::vector<std::string>{"3.png"});
        fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "set" / "c");
        const auto dataset = open_dataset((folder_ / "set").string());
        QCOMPARE(values_of(*dataset), (std::vector<int>{1, 2, 1}));
        QCOMPARE(dataset->info().classes, (std::vector<std::string>{"a", "b", "c"}));
    }

    void sizes_are_told_when_they_agree() {
        write_image(folder_ / "a.png", plain(6, 4, 3, 1));
        write_image(folder_ / "b.png", plain(8, 4, 1, 1));
        write_quickly(folder_ / "c.png", "broken");
        const auto dataset = open_dataset(folder_.string());
        QCOMPARE(dataset->info().count, std::int64_t(3));
        QCOMPARE(dataset->info().width, 0);
        QCOMPARE(dataset->info().height, 4);
        QCOMPARE(dataset->info().channels, 0);
        QCOMPARE(dataset->info().left_out.size(), std::size_t(1));
        QCOMPARE(dataset->info().left_out[0].name, std::string("c.png"));
    }

    void broken_images_are_named_and_the_rest_goes_on() {
        write_images(folder_ / "set", std::vector<std::string>{"a/1.png", "a/2.png", "b/3.png"});
        const std::string whole = read_file(folder_ / "set" / "a" / "2.png", 1 << 20);
        write_quickly(folder_ / "set" / "a" / "2.png", whole.substr(0, whole.size() / 2));
        write_quickly(folder_ / "set.zip", zip_of_folder(folder_ / "set", ""));
        for (const char* name : {"set", "set.zip"}) {
            const auto dataset = open_dataset((folder_ / name).string());
            QVERIFY(says(refusal([&] { dataset->at(1); }), "2.png"));
            const PixelBlock block = network_views(*dataset, 6, 1, {});
            QCOMPARE(block.labels, (std::vector<int>{0, 1}));
            QCOMPARE(int(block.pixels[36]), 3);
            QCOMPARE(block.left_out.size(), std::size_t(1));
            QVERIFY(says(block.left_out[0].name, "a/2.png"));
            QVERIFY(!block.left_out[0].reason.empty());
        }
    }

    void zips_that_lead_out_are_refused() {
        write_image(folder_ / "a.png", plain(2, 2, 1, 1));
        const std::string good = read_file(folder_ / "a.png", 1 << 20);
        for (const char* name : {"../b.png", "x/../../b.png", "/etc/b.png", "C:\\b.png",
                                 "..\\b.png", "x/..", "./../b.png"}) {
            write_quickly(folder_ / "set.zip", zip_of({{"a.png", good}, {name, good}}));
            QVERIFY(says(open_refusal(folder_ / "set.zip"), "leads out of its folder"));
        }
        for (const char* name : {"./b.png", "x\\b.png", "..b.png", "x../b.png"}) {
            write_quickly(folder_ / "set.zip", zip_of({{"a.png", good}, {name, good}}));
            QCOMPARE(open_refusal(folder_ / "set.zip"), std::string());
        }
    }

    void zips_that_claim_too_much_are_refused() {
        write_image(folder_ / "a.png", plain(2, 2, 1, 1));
        const std::string good = read_file(folder_ / "a.png", 1 << 20);
        std::vector<ZipEntry> entries{{"a.png", good}, {"b.png", good, 200'000'000}};
        write_quickly(folder_ / "set.zip", zip_of(entries));
        const auto dataset = open_dataset((folder_ / "set.zip").string());
        QCOMPARE(dataset->at(0).image.width, 2);
        QVERIFY(says(refusal([&] { dataset->at(1); }), "claims 200000000 bytes"));
        for (int i = 0; i < 5; ++i) entries.push_back({"b.png", good, 4'000'000'000});
        write_quickly(folder_ / "set.zip", zip_of(entries));
        QVERIFY(says(open_refusal(folder_ / "set.zip"), "claims to hold"));
    }

    void truncated_and_damaged_zips_are_refused() {
        write_images(folder_ / "set", usual);
        const std::string whole = zip_of_folder(folder_ / "set", "");
        for (std::size_t length = 0; length < whole.size(); length += 97) {
            write_quickly(folder_ / "set.zip", whole.substr(0, length));
            QVERIFY(!open_refusal(folder_ / "set.zip").empty());
        }
        for (std::size_t at = 0; at < whole.size(); at += 7) {
            std::string damaged = whole;
            damaged[at] = char(damaged[at] ^ 0x55);
            write_quickly(folder_ / "set.zip", damaged);
            // Each of these may be refused or not be noticed, but nothing else may happen.
            refusal(
                [&] { network_views(*open_dataset((folder_ / "set.zip").string()), 6, 1, {}); });
        }
        std::string damaged = zip_of({{"a.png", read_file(folder_ / "set" / usual[0], 1 << 20)}});
        damaged[30 + 5 + 40] = char(damaged[30 + 5 + 40] ^ 1);
        write_quickly(folder_ / "set.zip", damaged);
        const auto dataset = open_dataset((folder_ / "set.zip").string());
        QVERIFY(says(refusal([&] { dataset->at(0); }), "is damaged"));
    }

    void labels_of_dataset_json_count_before_folders() {
        const std::vector<std::string> names{"00000/img00.png", "00000/img01.png",
                                             "00001/img02.png", "00001/img03.png"};
        write_images(folder_ / "set", names);
        const auto labelled = [&](const std::string& json, const std::string& above) {
            write_quickly(folder_ / "set" / "dataset.json", json);
            write_quickly(folder_ / "set.zip", zip_of_folder(folder_ / "set", above));
            const auto folder = open_dataset((folder_ / "set").string());
            const auto zip = open_dataset((folder_ / "set.zip").string());
            [&] {
                QCOMPARE(zip->info().classes, folder->info().classes);
                for (int i = 0; i < 4; ++i) QCOMPARE(zip->label(i), folder->label(i));
            }();
            return folder;
        };
        const auto set = labelled(
            R"({"labels": [["00000/img00.png", 2], ["00000/img01.png", 0], ["00001/img03.png", 2]]})",
            "");
        QCOMPARE(labels_of(*set), (std::vector<int>{2, 0, -1, 2}));
        QCOMPARE(set->info().classes, (std::vector<std::string>{"0", "1", "2"}));
        QCOMPARE(labels_of(*labelled(R"({"labels": [["00001/img02.png", 1]]})", "a/b/")),
                 (std::vector<int>{-1, -1, 1, -1}));
        for (const char* none :
             {R"({"labels": null})", R"({"labels": [["00000/img00.png", [1, 0]]]})"})
            QCOMPARE(labels_of(*labelled(none, "")), (std::vector<int>{-1, -1, -1, -1}));
        QCOMPARE(labels_of(*labelled(R"({"name": "other"})", "")), (std::vector<int>{0, 0, 1, 1}));
        for (const char* bad : {"{", R"({"labels": 3})", R"({"labels": [["a.png"]]})",
                                R"({"labels": [[3, "a.png"]]})"}) {
            write_quickly(folder_ / "set" / "dataset.json", bad);
            QVERIFY(says(open_refusal(folder_ / "set"), "dataset.json"));
        }
        for (const char* label : {"-1", "1.5", "99999999999", "\"cat\""}) {
            const auto broken =
                labelled(R"({"labels": [["00000/img00.png", 1], ["00000/img01.png", )" +
                             std::string(label) + "]]}",
                         "");
            QVERIFY(says(refusal([&] { broken->at(1); }), "can't be one"));
            QCOMPARE(network_views(*broken, 6, 1, {}).labels, (std::vector<int>{1, -1, -1}));
        }
    }

    void mixed_sizes_modes_and_depths_become_one_view() {
        write_image(folder_ / "a.png", plain(9, 5, 3, 10));
        write_image(folder_ / "b.png", plain(5, 9, 1, 20));
        write_image(folder_ / "c.png", plain(7, 7, 4, 255));
        Image deep = Image::blank(6, 6, 3, 16);
        for (int y = 0; y < 6; ++y)
            for (std::uint16_t& value : deep.row<std::uint16_t>(y)) value = 40 * 257;
        write_image(folder_ / "d.png", deep);
        write_image(folder_ / "e.jpg", plain(8, 8, 1, 50));
        write_image(folder_ / "f.webp", plain(6, 6, 3, 60));
        const auto dataset = open_dataset(folder_.string());
        QCOMPARE(dataset->info().width, 0);
        QCOMPARE(dataset->info().channels, 0);
        const PixelBlock block = network_views(*dataset, 4, 3, {});
        QVERIFY(block.left_out.empty());
        const int values[] = {10, 20, 255, 40, 50, 60};
        for (std::size_t i = 0; i < 6; ++i)
            for (std::size_t k = 0; k < 48; ++k)
                QVERIFY(std::abs(int(block.pixels[48 * i + k]) - values[i]) <= 1);
    }

    void one_grey_image_among_colours_is_converted() {
        Image colour = plain(6, 6, 3, 0);
        colour.row<std::uint8_t>(2)[4] = 200;
        for (const char* name : {"a.png", "b.png", "c.png"}) write_image(folder_ / name, colour);
        write_image(folder_ / "grey.png", plain(6, 6, 1, 7));
        const PixelBlock block = network_views(*open_dataset(folder_.string()), 0, 0, {});
        QCOMPARE(block.channels, 3);
        QVERIFY(block.left_out.empty());
    }

    void empty_and_mislabelled_files_are_listed() {
        write_images(folder_, std::vector<std::string>{"a.png", "z.png"});
        write_quickly(folder_ / "empty.png", "");
        write_quickly(folder_ / "page.jpg", "<html>");
        fs::create_symlink("round.png", folder_ / "round.png");
        fs::create_directories(folder_ / "folder.png");
        const auto dataset = open_dataset(folder_.string());
        QCOMPARE(dataset->info().count, std::int64_t(4));
        QCOMPARE(dataset->info().left_out.size(), std::size_t(2));
        const PixelBlock block = network_views(*dataset, 6, 1, {});
        QCOMPARE(block.labels.size(), std::size_t(2));
        QVERIFY(says(block.left_out[0].name, "empty.png"));
        QVERIFY(says(block.left_out[1].reason, "page.jpg"));
    }

    void a_set_that_changes_while_it_is_read_goes_on() {
        write_images(folder_, std::vector<std::string>{"a.png", "b.png", "c.png", "d.png"});
        const auto dataset = open_dataset(folder_.string());
        fs::remove(folder_ / "b.png");
        write_image(folder_ / "c.png", plain(3, 3, 1, 9));
        write_quickly(folder_ / "d.png", "");
        const PixelBlock block = network_views(*dataset, 6, 1, {});
        QCOMPARE(block.labels.size(), std::size_t(2));
        QCOMPARE(int(block.pixels[0]), 1);
        QCOMPARE(int(block.pixels[36]), 9);
        QCOMPARE(block.left_out.size(), std::size_t(2));
    }

    void a_large_folder_shows_its_first_images_while_it_is_listed() {
        const std::string bytes = [&] {
            write_image(folder_ / "one.png", plain(6, 6, 1, 1));
            return read_file(folder_ / "one.png", 1 << 20);
        }();
        for (int i = 0; i < 1500; ++i)
            write_quickly(folder_ / "set" / (i % 2 ? "cat" : "dog") / (std::to_string(i) + ".png"),
                          bytes);
        const std::string path = (folder_ / "set").string();
        std::vector<std::int64_t> found;
        std::shared_ptr<const Dataset> first;
        const auto whole = open_dataset(path, "train", [&](const Listing& listing) {
            found.push_back(listing.found);
            if (!first) first = listing.so_far();
            return true;
        });
        QVERIFY(found.size() >= 4 && std::is_sorted(found.begin(), found.end()));
        QCOMPARE(first->info().count, found[0]);
        QVERIFY(first->info().count < 500 && first->info().sha256.empty());
        QCOMPARE(first->at(first->info().count - 1).image.width, 6);
        QCOMPARE(whole->info().count, std::int64_t(1500));
        QCOMPARE(whole->info().sha256, open_dataset(path)->info().sha256);
        int calls = 0;
        QVERIFY(!open_dataset(path, "train", [&](const Listing&) { return ++calls < 2; }));
        QCOMPARE(calls, 2);
        QVERIFY(says(refusal([&] {
                         open_dataset(path, "test", [](const Listing& listing) {
                             return listing.so_far() == nullptr;
                         });
                     }),
                     "no images for “test”"));
    }

    void images_are_read_from_many_threads() {
        std::vector<std::string> names;
        for (int i = 0; i < 100; ++i) names.push_back(std::to_string(i) + ".png");
        write_images(folder_ / "set", names);
        write_quickly(folder_ / "set.zip", zip_of_folder(folder_ / "set", ""));
        for (const char* name : {"set", "set.zip"}) {
            const auto dataset = open_dataset((folder_ / name).string());
            std::atomic<int> wrong = 0;
            {
                std::vector<std::jthread> threads;
                for (int t = 0; t < 8; ++t)
                    threads.emplace_back([&, t] {
                        for (std::int64_t k = 0; k < 100; ++k) {
                            const std::int64_t i = (k * 7 + t * 13) % 100;
                            if (dataset->at(i).image.row<std::uint8_t>(5)[5] != i + 1) ++wrong;
                        }
                    });
            }
            QCOMPARE(wrong.load(), 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestImageSet)
#include "test_image_set.moc"
