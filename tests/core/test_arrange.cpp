#include "core/data/arrange.h"

#include <QTemporaryDir>
#include <QTest>

#include "core/base/files.h"
#include "core/data/datasets.h"
#include "core/data/left_out.h"
#include "core/data/thumbnails.h"
#include "core/image/image_file.h"
#include "dataset_files.h"
#include "refusal.h"
#include "tiny_data.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

using Numbers = std::vector<std::uint32_t>;

AllSplits tiny(std::int64_t count = 12) { return AllSplits({tiny_dataset(count)}); }

Numbers found(const AllSplits& dataset, const char* search, const char* order = "stored",
              const std::vector<ImageFacts>& facts = {}, const Marks& marks = {}) {
    Arrangement how;
    how.search = parse_search(search);
    how.order = order;
    return arranged(dataset, how, facts, marks);
}

}  // namespace

class TestArrange : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        home_ = std::make_unique<QTemporaryDir>();
        folder_ = home_->path().toStdString();
        qputenv("DAGUERRE_HOME", (home_->path() + QStringLiteral("/home")).toUtf8());
    }

    void the_splits_are_one_row() {
        const AllSplits two({tiny_dataset(5), tiny_dataset(7)});
        QCOMPARE(two.info().count, std::int64_t(12));
        QCOMPARE(two.part_of(4), std::size_t(0));
        QCOMPARE(two.part_of(5), std::size_t(1));
        QCOMPARE(two.at(6).image.pixels, tiny_dataset(7)->at(1).image.pixels);
        QCOMPARE(two.label(6), 1);
        QVERIFY(two.info().sha256 != AllSplits({tiny_dataset(5)}).info().sha256);
        QVERIFY_EXCEPTION_THROWN(two.part_of(12), std::logic_error);
    }

    void each_form_of_a_search_means_one_thing() {
        const Search search = parse_search("Cat  class:7 class:\"ankle boot\" #12 is:near dark");
        QCOMPARE(search.words, (std::vector<std::string>{"cat", "dark"}));
        QCOMPARE(search.classes, (std::vector<std::string>{"7", "ankle boot"}));
        QCOMPARE(search.numbers, (std::vector<std::int64_t>{12}));
        QCOMPARE(search.marks, (std::vector<std::string>{"near"}));
        QVERIFY(parse_search(" # class: is: ").words.empty());
        QVERIFY(says(refusal([] { parse_search("#x"); }), "#x"));
    }

    void images_are_found_by_class_number_and_mark() {
        const AllSplits dataset = tiny();
        QCOMPARE(found(dataset, "class:1"), (Numbers{1, 5, 9}));
        QCOMPARE(found(dataset, "class:Square class:disc"), (Numbers{0, 1, 4, 5, 8, 9}));
        QCOMPARE(found(dataset, "class:str"), (Numbers{3, 7, 11}));
        QCOMPARE(found(dataset, "#3 #5"), (Numbers{3, 5}));
        QCOMPARE(found(dataset, "is:near class:1", "stored", {}, {{"near", {1, 2, 9}}}),
                 (Numbers{1, 9}));
        QVERIFY(says(refusal([&] { found(dataset, "class:squere"); }), "square"));
        QVERIFY(says(refusal([&] {
                         found(dataset, "is:blue", "stored", {}, {{"near", {}}});
                     }),
                     "is:near"));
        Arrangement how;
        how.classes = {2};
        QCOMPARE(arranged(dataset, how, {}, {}), (Numbers{2, 6, 10}));
        how.split = "test";
        QVERIFY(arranged(dataset, how, {}, {}).empty());
        QCOMPARE(class_counts(dataset), (std::vector<std::int64_t>{3, 3, 3, 3, 0}));
    }

    void every_order_is_kept() {
        const AllSplits dataset = tiny(4);
        std::vector<ImageFacts> facts(4);
        facts[0] = {2, 2, 0.5f, 0.1f};
        facts[2] = {9, 9, 0.1f, 0.9f};
        facts[3] = {4, 4, 0.9f, 0.2f};
        QCOMPARE(found(dataset, "", "stored", facts), (Numbers{0, 1, 2, 3}));
        QCOMPARE(found(dataset, "", "size", facts), (Numbers{2, 3, 0, 1}));
        QCOMPARE(found(dataset, "", "brightness", facts), (Numbers{3, 0, 2, 1}));
        QCOMPARE(found(dataset, "", "unusual", facts), (Numbers{2, 3, 0, 1}));
        QCOMPARE(found(tiny(6), "", "class"), (Numbers{0, 4, 1, 5, 2, 3}));
        for (const OrderRow& row : orders())
            QCOMPARE(found(dataset, "", row.id.c_str(), facts).size(), std::size_t(4));
    }

    void file_names_are_searched_and_sorted() {
        for (const char* name : {"a/img10.png", "a/img9.png", "b/IMG2.png"}) {
            fs::create_directories((folder_ / "set" / name).parent_path());
            write_image(folder_ / "set" / name, Image::blank(3, 3, 1));
        }
        const AllSplits dataset({open_dataset((folder_ / "set").string())});
        QCOMPARE(dataset.name(0), std::string("a/img9.png"));
        QCOMPARE(found(dataset, "img2"), (Numbers{2}));
        QCOMPARE(found(dataset, "a/ 10"), (Numbers{1}));
        QCOMPARE(found(dataset, "", "name"), (Numbers{2, 0, 1}));
    }

    void what_is_left_out_is_gone_until_it_is_taken_back() {
        for (int i = 0; i < 4; ++i) {
            fs::create_directories(folder_ / "set" / "a");
            write_image(folder_ / "set" / "a" / (std::to_string(i) + ".png"),
                        Image::blank(3 + i, 3, 1));
        }
        const std::string name = (folder_ / "set" / "").string();
        const AllSplits whole({open_dataset(name)});
        leave_out(name, {left_out_key(whole, 1), left_out_key(whole, 2)});
        leave_out(name, {left_out_key(whole, 1)});
        QCOMPARE(left_out(name), (std::vector<std::string>{"a/1.png", "a/2.png"}));
        QVERIFY(fs::exists(folder_ / "set.left-out.txt"));
        const AllSplits part({open_dataset(name)});
        QCOMPARE(part.info().count, std::int64_t(2));
        QCOMPARE(part.at(1).image.width, 6);
        QCOMPARE(part.name(1), std::string("a/3.png"));
        QVERIFY(part.info().sha256 != whole.info().sha256);
        QVERIFY(fs::exists(folder_ / "set" / "a" / "1.png"));
        leave_out(name, {"a/0.png", "a/3.png"});
        QVERIFY(says(refusal([&] { open_dataset(name); }), "set.left-out.txt"));
        take_back(name, left_out(name));
        QVERIFY(!fs::exists(folder_ / "set.left-out.txt"));
        QCOMPARE(open_dataset(name)->info().sha256, whole.info().sha256);
    }

    void an_image_of_many_in_a_file_is_left_out_by_its_split_and_number() {
        write_idx_pair(folder_ / "idx", "train-", 5, 4, 4, 2);
        write_idx_pair(folder_ / "idx", "t10k-", 3, 4, 4, 2);
        const std::string name = (folder_ / "idx").string();
        const AllSplits whole({open_dataset(name), open_dataset(name, "test")});
        QCOMPARE(left_out_key(whole, 6), std::string("test #1"));
        leave_out(name, {left_out_key(whole, 6), left_out_key(whole, 1)});
        QCOMPARE(values_of(*open_dataset(name)), (std::vector<int>{0, 2, 3, 4}));
        const auto test = open_dataset(name, "test");
        QCOMPARE(values_of(*test), (std::vector<int>{0, 2}));
        // Its key stays what it was, so that what follows is left out rightly too.
        QCOMPARE(left_out_key(AllSplits({test}), 1), std::string("test #2"));
    }

    void a_known_set_keeps_its_list_with_the_user() {
        QCOMPARE(left_out_file("mnist"), home_folder() / "datasets" / "mnist.left-out.txt");
        QCOMPARE(left_out_file("celeba:Smiling"),
                 home_folder() / "datasets" / "celeba.left-out.txt");
    }

    void thumbnails_fit_and_are_kept_up_to_a_limit() {
        Image large = Image::blank(600, 300, 3);
        std::fill(large.pixels.begin(), large.pixels.end(), std::byte(90));
        fs::create_directories(folder_ / "set");
        for (const char* name : {"a.png", "b.png"}) write_image(folder_ / "set" / name, large);
        write_image(folder_ / "set" / "small.png", Image::blank(20, 10, 1));
        const auto dataset = open_dataset((folder_ / "set").string());
        const fs::path kept = folder_ / "thumbnails";
        const std::string& hash = dataset->info().sha256;
        {
            ThumbnailStore store(kept, hash, 128);
            const Image made = thumbnail(*dataset, 0, 128, &store);
            QCOMPARE(made.width, 128);
            QCOMPARE(made.height, 64);
            QCOMPARE(thumbnail(*dataset, 2, 128, &store).width, 20);
            QCOMPARE(store.count(), std::size_t(1));
        }
        fs::remove(folder_ / "set" / "a.png");  // it isn't read again
        {
            ThumbnailStore store(kept, hash, 128);
            const Image again = thumbnail(*dataset, 0, 128, &store);
            QCOMPARE(again.width, 128);
            QVERIFY(std::abs(int(again.row<std::uint8_t>(30)[30]) - 90) <= 2);
        }
        // A record that was cut off is dropped, what comes before it stays.
        for (const auto& file : fs::directory_iterator(kept))
            write_quickly(file.path(), read_file(file.path(), 1 << 20) + "half a record");
        QCOMPARE(ThumbnailStore(kept, hash, 128).count(), std::size_t(1));
        // The oldest goes when another set needs the room; nothing is added over the limit.
        ThumbnailStore other(kept, std::string(64, 'f'), 128, 100);
        other.add(0, large);
        QCOMPARE(other.count(), std::size_t(0));
        QCOMPARE(ThumbnailStore(kept, hash, 128).count(), std::size_t(0));
    }

private:
    std::unique_ptr<QTemporaryDir> home_;
    fs::path folder_;
};

QTEST_GUILESS_MAIN(TestArrange)
#include "test_arrange.moc"
