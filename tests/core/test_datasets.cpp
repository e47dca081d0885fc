#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>

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

const DatasetRow& row_of(const char* id) {
    for (const DatasetRow& row : datasets())
        if (row.id == id) return row;
    throw std::logic_error(id);
}

/// A row whose files the test writes: a pair of one split.
DatasetRow small_row() {
    DatasetRow row = row_of("mnist");
    row.id = "small";
    row.files.clear();
    return row;
}

/// Everything under a folder, hidden or not.
std::vector<std::string> all_under(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; ++it)
        names.push_back(fs::relative(it->path(), folder).generic_string());
    std::sort(names.begin(), names.end());
    return names;
}

bool go_on(const Progress&) { return true; }

}  // namespace

class TestDatasets : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_, home_;

    /// small_row with the files as they lie in folder_.
    DatasetRow written_row() {
        write_idx_pair(folder_ / "from", "train-", 4, 2, 2, 2);
        DatasetRow row = small_row();
        for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"})
            row.files.push_back({name, sha256_of_file(folder_ / "from" / name),
                                 fs::file_size(folder_ / "from" / name)});
        return row;
    }
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        home_ = folder_ / "home";
        fs::create_directories(folder_);
        qputenv("DAGUERRE_HOME", home_.c_str());
    }

    void every_row_is_whole() {
        for (const DatasetRow& row : datasets()) {
            QVERIFY(!row.title.empty() && !row.licence.empty() && !row.source.empty());
            QVERIFY(row.mirrors.empty() != row.steps.empty());
            QCOMPARE(row.open == nullptr, row.files.empty());
            std::vector<DatasetFile> files = row.files;
            if (!row.archive.name.empty()) files.push_back(row.archive);
            for (const DatasetFile& file : files) {
                QCOMPARE(file.sha256.size(), std::size_t(64));
                QVERIFY(file.bytes > 0);
            }
            for (const std::string& mirror : row.mirrors)
                QVERIFY(mirror.starts_with("http") && mirror.ends_with("/"));
        }
    }

    void counts_agree_with_the_sizes_of_the_files() {
        for (const DatasetRow& row : datasets()) {
            std::uint64_t bytes = 0;
            for (const DatasetFile& file : row.files) bytes += file.bytes;
            const auto images = std::uint64_t(row.train_count + row.test_count);
            if (row.id == "cifar10") QCOMPARE(bytes, images * 3073);
            if (row.id == "cifar100") QCOMPARE(bytes, images * 3074);
            if (row.id == "quickdraw") QCOMPARE(bytes, images * 784 + 80 * row.files.size());
        }
    }

    void every_dataset_here_is_what_its_row_says() {
        const fs::path shared = fs::path(DAGUERRE_SHARED) / "data";
        for (const DatasetRow& row : datasets()) {
            if (!dataset_folder(row) && fs::exists(shared / row.id))
                import_dataset(row, shared / row.id, go_on);
            if (!dataset_folder(row)) continue;
            for (const char* split : {"train", "test"}) {
                const auto dataset = open_dataset(row.id, split);
                const DatasetInfo& info = dataset->info();
                QCOMPARE(info.id, row.id);
                QCOMPARE(info.title, row.title);
                QCOMPARE(info.split, std::string(split));
                QCOMPARE(info.classes, row.classes);
                QCOMPARE(info.count,
                         *split == 't' && split[1] == 'r' ? row.train_count : row.test_count);
                QCOMPARE(info.sha256.size(), std::size_t(64));
                std::vector<int> seen(row.classes.size());
                for (int label : labels_of(*dataset)) ++seen[std::size_t(label)];
                QVERIFY(*std::min_element(seen.begin(), seen.end()) > 800);
                for (const std::int64_t i : {std::int64_t(0), info.count - 1}) {
                    const Image image = dataset->at(i).image;
                    QCOMPARE(image.width, row.width);
                    QCOMPARE(image.height, row.height);
                    QCOMPARE(image.channels, row.channels);
                }
            }
        }
    }

    void mnist_comes_with_the_program() {
        const auto dataset = open_dataset("mnist");
        std::vector<int> first = labels_of(*dataset);
        first.resize(5);
        QCOMPARE(first, (std::vector<int>{5, 0, 4, 1, 9}));
        for (const DatasetFile& file : row_of("mnist").files)
            QCOMPARE(sha256_of_file(*dataset_folder(row_of("mnist")) / file.name), file.sha256);
    }

    void mnist_has_the_deviation_that_is_known() {
        const PixelBlock block = network_views(*open_dataset("mnist"), 0, 0, go_on);
        QCOMPARE(block.size, 28);
        QCOMPARE(block.labels.size(), std::size_t(60'000));
        QVERIFY(std::abs(block.mean - (0.1307 * 2 - 1)) < 1e-4);
        QVERIFY2(std::abs(block.deviation - 0.52) < 0.005,
                 qPrintable(QString::number(block.deviation)));
    }

    void what_is_not_here_says_how_to_get_it() {
        QVERIFY(
            says(refusal([] { open_dataset("fashion-mnist"); }), "daguerre fetch fashion-mnist"));
        QVERIFY(says(refusal<UnknownWord>([] { open_dataset("mnits"); }), "“mnist”"));
        QVERIFY(says(refusal<UnknownWord>([] { open_dataset("zzzzzzzz"); }), "fashion-mnist"));
        QVERIFY(refusal<UnknownWord>([] {
                    try {
                        open_dataset("./mnits");
                    } catch (const UnknownWord&) {
                        throw;
                    } catch (const Error&) {
                    }
                }).empty());
        QVERIFY(!refusal([] { open_dataset(""); }).empty());
    }

    void a_known_set_that_is_not_whole_says_how_to_mend_it() {
        const fs::path mine = home_ / "datasets" / "mnist";
        fs::create_directories(mine);
        for (const DatasetFile& file : row_of("mnist").files)
            write_quickly(mine / file.name, idx_of({3, 28, 28}, std::string(28 * 28, 'x')));
        QVERIFY(says(refusal([] { open_dataset("mnist"); }),
                     "ends after 1 of 3 images. Fetch it again: daguerre fetch mnist"));
        for (const DatasetFile& file : row_of("mnist").files)
            write_quickly(mine / file.name, file.name.find("images") != std::string::npos
                                                ? idx_of({1, 28, 28}, std::string(28 * 28, 'x'))
                                                : idx_of({1}, "\7"));
        QVERIFY(says(refusal([] { open_dataset("mnist"); }), "holds 1 images of 28 x 28"));
    }

    void files_are_imported_from_a_folder_or_by_one_of_them() {
        const DatasetRow row = written_row();
        for (const fs::path& from : {folder_ / "from", folder_ / "from" / row.files[0].name}) {
            QVERIFY(!dataset_folder(row));
            std::vector<std::int64_t> done;
            import_dataset(row, from, [&](const Progress& progress) {
                done.push_back(progress.done);
                return progress.total == 2;
            });
            QCOMPARE(done, (std::vector<std::int64_t>{0, 1, 2}));
            QCOMPARE(*dataset_folder(row), home_ / "datasets" / "small");
            QCOMPARE(all_under(home_ / "datasets").size(), std::size_t(3));
            import_dataset(row, from, go_on);
            QCOMPARE(all_under(home_ / "datasets").size(), std::size_t(3));
            fs::remove_all(home_);
        }
    }

    void wrong_and_missing_files_are_named_and_nothing_is_left() {
        const DatasetRow row = written_row();
        const fs::path labels = folder_ / "from" / row.files[1].name;
        const std::string whole = read_file(labels, 1000);
        const auto refused = [&](const fs::path& from) {
            return refusal([&] { import_dataset(row, from, go_on); });
        };
        std::string changed = whole;
        changed.back() = 'x';
        write_quickly(labels, changed);
        QVERIFY(says(refused(folder_ / "from"), row.files[1].name));
        write_quickly(labels, whole + "x");
        QVERIFY(says(refused(folder_ / "from"), "SHA-256"));
        fs::remove(labels);
        QVERIFY(says(refused(folder_ / "from"), "“train-labels-idx1-ubyte” is missing"));
        write_quickly(labels, whole);
        QVERIFY(says(refused(folder_ / "nowhere"), "nowhere"));
        write_quickly(folder_ / "other.gz", "x");
        QVERIFY(says(refused(folder_ / "other.gz"), "isn't one of the files"));
        int calls = 0;
        import_dataset(row, folder_ / "from", [&](const Progress&) { return ++calls < 2; });
        QCOMPARE(calls, 2);
        QCOMPARE(all_under(home_ / "datasets"), std::vector<std::string>{});
    }

    void a_failed_import_keeps_what_was_there() {
        const DatasetRow row = written_row();
        import_dataset(row, folder_ / "from", go_on);
        std::string changed = read_file(folder_ / "from" / row.files[1].name, 1000);
        changed.back() = 'x';
        write_quickly(folder_ / "from" / row.files[1].name, changed);
        QVERIFY(!refusal([&] { import_dataset(row, folder_ / "from", go_on); }).empty());
        QVERIFY(dataset_folder(row));
        QCOMPARE(sha256_of_file(*dataset_folder(row) / row.files[1].name), row.files[1].sha256);
    }

    void ones_own_sets_are_imported_under_a_name() {
        Image image = Image::blank(4, 4, 1);
        for (const char* name : {"cat/1.png", "dog/2.png"})
            write_image(folder_ / "images" / name, image);
        write_quickly(folder_ / "images" / "notes.txt", "hello");
        std::vector<ZipEntry> entries;
        for (const char* name : {"cat/1.png", "dog/2.png"})
            entries.push_back({name, read_file(folder_ / "images" / name, 1 << 20)});
        write_quickly(folder_ / "pets.zip", zip_of(entries));
        write_idx_pair(folder_ / "idx", "", 2, 4, 4, 2);
        write_quickly(folder_ / "idx" / "classes.txt", "cat\ndog\n");
        for (const char* from : {"images", "pets.zip", "idx"}) {
            const std::string id = "my-" + std::string(from);
            import_own_dataset(id, folder_ / from, go_on);
            const auto dataset = open_dataset(id);
            QCOMPARE(dataset->info().id, id);
            QCOMPARE(dataset->info().classes, (std::vector<std::string>{"cat", "dog"}));
            QCOMPARE(labels_of(*dataset), (std::vector<int>{0, 1}));
            QVERIFY(
                says(refusal([&] { import_own_dataset(id, folder_ / from, go_on); }), "already"));
        }
        QCOMPARE(own_datasets(), (std::vector<std::string>{"my-idx", "my-images", "my-pets.zip"}));
        QCOMPARE(open_dataset("my-images")->info().sha256,
                 open_dataset("my-pets.zip")->info().sha256);
        QVERIFY(!fs::exists(home_ / "datasets" / "my-images" / "notes.txt"));
    }

    void ones_own_sets_need_a_fitting_name_and_images() {
        write_image(folder_ / "images" / "1.png", Image::blank(4, 4, 1));
        fs::create_directories(folder_ / "empty");
        for (const char* id : {"mnist", "", "../x", "a/b", ".x", "-x", "a b", "é"})
            QVERIFY2(!refusal([&] { import_own_dataset(id, folder_ / "images", go_on); }).empty(),
                     id);
        for (const char* from : {"empty", "nowhere"})
            QVERIFY2(!refusal([&] { import_own_dataset("x", folder_ / from, go_on); }).empty(),
                     from);
        import_own_dataset("x", folder_ / "images", [](const Progress&) { return false; });
        QCOMPARE(all_under(home_ / "datasets"), std::vector<std::string>{});
    }

    /// A CelebA of four images, with the lists as its makers write them.
    DatasetRow write_celeba() {
        const fs::path mine = home_ / "datasets" / "celeba";
        std::vector<ZipEntry> entries;
        for (int i = 1; i <= 4; ++i) {
            Image image = Image::blank(178, 218, 3);
            std::fill(image.pixels.begin(), image.pixels.end(), std::byte(i));
            write_image(folder_ / "face.png", image);
            entries.push_back({"img_align_celeba/00000" + std::to_string(i) + ".png",
                               read_file(folder_ / "face.png", 1 << 20)});
        }
        write_quickly(mine / "img_align_celeba.zip", zip_of(entries));
        write_quickly(mine / "list_attr_celeba.txt",
                      "4\nMale Smiling \n000001.png -1  1\n000002.png  1 -1\n000003.png -1 -1\n"
                      "000004.png  1  1\n");
        write_quickly(mine / "list_eval_partition.txt",
                      "000001.png 0\n000002.png 0\n000003.png 0\n000004.png 2\n");
        return row_of("celeba");
    }

    void celeba_has_splits_and_classes_by_attribute() {
        write_celeba();
        const auto plain = open_dataset("celeba");
        QCOMPARE(plain->info().count, std::int64_t(3));
        QVERIFY(plain->info().classes.empty() && plain->info().mirror_safe);
        QCOMPARE(open_dataset("celeba", "test")->info().count, std::int64_t(1));
        const auto smiling = open_dataset("celeba:Smiling");
        QCOMPARE(smiling->info().classes, (std::vector<std::string>{"Smiling", "not Smiling"}));
        QCOMPARE(labels_of(*smiling), (std::vector<int>{0, 1, 1}));
        QCOMPARE(int(smiling->at(1).image.row<std::uint8_t>(0)[0]), 2);
        const auto both = open_dataset("celeba:Male,Smiling", "test");
        QCOMPARE(both->info().classes,
                 (std::vector<std::string>{"Male, Smiling", "Male, not Smiling",
                                           "not Male, Smiling", "not Male, not Smiling"}));
        QCOMPARE(labels_of(*both), std::vector<int>{0});
        QVERIFY(says(refusal<UnknownWord>([] { open_dataset("celeba:Smilign"); }), "“Smiling”"));
        QVERIFY(!refusal([] { open_dataset("mnist:Smiling"); }).empty());
    }

    void broken_lists_of_celeba_are_named() {
        write_celeba();
        const fs::path mine = home_ / "datasets" / "celeba";
        write_quickly(mine / "list_attr_celeba.txt", "4\nMale Smiling\n000001.png -1\n");
        QVERIFY(says(refusal([] { open_dataset("celeba:Male"); }), "Line 3 of"));
        write_quickly(mine / "list_eval_partition.txt", "000001.png 7\n");
        QVERIFY(says(refusal([] { open_dataset("celeba"); }), "which split"));
    }

    void imagenet_is_used_where_it_lies() {
        const fs::path images = folder_ / "ILSVRC" / "Data";
        for (const char* name : {"train/n01440764/a.png", "train/n02012849/b.png",
                                 "train/n03126707/c.png", "val/n01440764/d.png"})
            write_image(images / name, Image::blank(4, 4, 3));
        write_quickly(folder_ / "LOC_synset_mapping.txt",
                      "n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n");
        import_dataset(row_of("imagenet"), images, go_on);
        import_dataset(row_of("imagenet"), images, go_on);
        QVERIFY(fs::is_symlink(home_ / "datasets" / "imagenet"));
        const auto dataset = open_dataset("imagenet");
        QCOMPARE(dataset->info().classes,
                 (std::vector<std::string>{"tench", "crane (n02012849)", "crane (n03126707)"}));
        QCOMPARE(dataset->info().licence, row_of("imagenet").licence);
        QCOMPARE(labels_of(*open_dataset("imagenet", "validation")), std::vector<int>{0});
        write_image(images / "val/ILSVRC2012_val_00000002.png", Image::blank(4, 4, 3));
        write_image(images / "val/ILSVRC2012_val_00000003.png", Image::blank(4, 4, 3));
        write_quickly(folder_ / "LOC_val_solution.csv",
                      "ImageId,PredictionString\nILSVRC2012_val_00000002,n03126707 1 2 3 4 \n"
                      "ILSVRC2012_val_00000003,soup\nno line\n,\n");
        QCOMPARE(labels_of(*open_dataset("imagenet", "validation")), (std::vector<int>{2, -1, 0}));
        write_image(folder_ / "flat" / "a.png", Image::blank(4, 4, 3));
        QVERIFY(says(refusal([&] { import_dataset(row_of("imagenet"), folder_ / "flat", go_on); }),
                     "no folders of classes"));
        fs::remove_all(images);
        QVERIFY(says(refusal([] { open_dataset("imagenet"); }), "daguerre fetch imagenet"));
    }

    void real_sets_open() {
        const fs::path shared = fs::path(DAGUERRE_SHARED) / "data";
        if (!fs::exists(shared)) QSKIP("the shared data aren't here");
        const auto doodles = open_dataset((shared / "quickdraw-mini").string());
        QCOMPARE(doodles->info().count, std::int64_t(3000));
        QCOMPARE(doodles->info().classes, (std::vector<std::string>{"cat", "rainbow", "train"}));
        const fs::path clothing = shared / "clothing" / "clothing-96.zip";
        const fs::path cifar = shared / "evaluation-only" / "cifar10";
        const auto first = open_dataset(cifar.string());
        std::vector<int> labels;
        for (int i = 0; i < 10; ++i) labels.push_back(first->label(i));
        QCOMPARE(labels, (std::vector<int>{6, 9, 9, 4, 1, 1, 2, 7, 8, 3}));
        QCOMPARE(first->info().classes[6], std::string("frog"));
        const auto jpegs = open_dataset((cifar / "cifar10-jpeg.tar.gz").string(), "test");
        QCOMPARE(jpegs->info().count, std::int64_t(10'000));
        QCOMPARE(jpegs->info().classes, row_of("cifar10").classes);
        // The binary test batch was made of these images, the classes taking turns.
        const auto batch = open_dataset(cifar.string(), "test");
        for (const int i : {0, 1, 13, 9999})
            QVERIFY(batch->at(i).image.pixels == jpegs->at(i % 10 * 1000 + i / 10).image.pixels);
        for (const auto& [split, count] :
             {std::pair("train", 3068), std::pair("validation", 341), std::pair("test", 372)}) {
            const auto dataset = open_dataset(clothing.string(), split);
            QCOMPARE(dataset->info().count, std::int64_t(count));
            QCOMPARE(dataset->info().classes.size(), std::size_t(10));
            QCOMPARE(dataset->info().classes[9], std::string("t-shirt"));
        }
        const PixelBlock block =
            network_views(*open_dataset(clothing.string(), "test"), 0, 0, go_on);
        QCOMPARE(block.size, 64);
        QCOMPARE(block.channels, 3);
        QCOMPARE(block.labels.size(), std::size_t(372));
    }
};

QTEST_GUILESS_MAIN(TestDatasets)
#include "test_datasets.moc"
