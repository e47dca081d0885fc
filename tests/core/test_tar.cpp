#include <QTemporaryDir>
#include <QtTest>
#include <clocale>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/archive.h"
#include "core/data/datasets.h"
#include "core/image/image_file.h"
#include "dataset_files.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

bool go_on(const Progress&) { return true; }

std::string image_bytes(const fs::path& folder, int value) {
    Image image = Image::blank(5, 5, 1);
    std::fill(image.pixels.begin(), image.pixels.end(), std::byte(value));
    write_image(folder / "made.png", image);
    const std::string bytes = read_file(folder / "made.png", 1 << 20);
    fs::remove(folder / "made.png");
    return bytes;
}

}  // namespace

class TestTar : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;

    std::vector<TarFile> usual() const {
        return {{"set/train/cat/2.png", image_bytes(folder_, 2)},
                {"set/train/cat/10.png", image_bytes(folder_, 10)},
                {"./set/train/dog/1.png", image_bytes(folder_, 1)},
                {"set/test/dog/3.png", image_bytes(folder_, 3)},
                {"set/readme.txt", "hello"}};
    }
    std::string open_refusal(const fs::path& path) {
        return refusal([&] { open_dataset(path.string()); });
    }
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
        qputenv("DAGUERRE_HOME", (folder_ / "home").c_str());
    }

    void a_tar_is_the_set_that_a_folder_of_it_is() {
        const std::string plain = tar_of(usual());
        write_quickly(folder_ / "set.tar", plain);
        write_quickly(folder_ / "set.tar.gz", gzipped(plain));
        write_quickly(folder_ / "set.TGZ", gzipped(plain));
        for (const TarFile& file : usual()) write_quickly(folder_ / file.name, file.bytes);
        const std::string folder = (folder_ / "set").string();
        for (const char* name : {"set.tar", "set.tar.gz", "set.TGZ"})
            for (const char* split : {"train", "test"}) {
                const auto tar = open_dataset((folder_ / name).string(), split);
                const auto same = open_dataset(folder, split);
                QCOMPARE(values_of(*tar), values_of(*same));
                QCOMPARE(labels_of(*tar), labels_of(*same));
                QCOMPARE(tar->info().id, std::string("set"));
                QCOMPARE(tar->info().classes, (std::vector<std::string>{"cat", "dog"}));
                QCOMPARE(tar->info().splits, (std::vector<std::string>{"test", "train"}));
            }
    }

    void a_tar_is_imported_as_a_zip() {
        write_quickly(folder_ / "set.tar.gz", gzipped(tar_of(usual())));
        std::vector<std::int64_t> done;
        import_own_dataset("mine", folder_ / "set.tar.gz", [&](const Progress& at) {
            if (at.what == "byte") done.push_back(at.done);
            return true;
        });
        QVERIFY(std::is_sorted(done.begin(), done.end()) && done.size() == usual().size());
        QVERIFY(fs::exists(folder_ / "home" / "datasets" / "mine" / "images.zip"));
        QCOMPARE(values_of(*open_dataset("mine")), (std::vector<int>{2, 10, 1}));
        QCOMPARE(open_dataset("mine")->info().sha256,
                 open_dataset((folder_ / "set.tar.gz").string())->info().sha256);
        int calls = 0;
        import_own_dataset("stopped", folder_ / "set.tar.gz",
                           [&](const Progress&) { return ++calls < 4; });
        QVERIFY(!fs::exists(folder_ / "home" / "datasets" / "stopped"));
    }

    void tars_inside_are_folders() {
        const std::string cat = image_bytes(folder_, 4), dog = image_bytes(folder_, 7);
        write_quickly(folder_ / "set.tar",
                      tar_of({{"n01440764.tar", tar_of({{"a.png", cat}, {"b.png", dog}})},
                              {"n01443537.tar", tar_of({{"c.png", dog}})}}));
        const auto dataset = open_dataset((folder_ / "set.tar").string());
        QCOMPARE(dataset->info().classes, (std::vector<std::string>{"n01440764", "n01443537"}));
        QCOMPARE(values_of(*dataset), (std::vector<int>{4, 7, 7}));
        import_own_dataset("nested", folder_ / "set.tar", go_on);
        QCOMPARE(values_of(*open_dataset("nested")), (std::vector<int>{4, 7, 7}));
    }

    void tars_that_lead_out_or_link_are_refused_or_passed_over() {
        const std::string image = image_bytes(folder_, 1);
        for (const char* name : {"../b.png", "x/../../b.png", "/etc/b.png", "..\\b.png"}) {
            write_quickly(folder_ / "set.tar", tar_of({{"a.png", image}, {name, image}}));
            QVERIFY(says(open_refusal(folder_ / "set.tar"), "leads out of its folder"));
            QVERIFY(!refusal([&] { import_own_dataset("x", folder_ / "set.tar", go_on); }).empty());
        }
        write_quickly(folder_ / "set.tar",
                      tar_of({{"a.png", image}, {"b.png", "", '2'}, {"c.png", "", '1'}}));
        QCOMPARE(values_of(*open_dataset((folder_ / "set.tar").string())), std::vector<int>{1});
    }

    void bombs_are_refused() {
        const std::string image = image_bytes(folder_, 1);
        write_quickly(folder_ / "large.tar",
                      tar_of({{"a.png", image}, {"b.png", image, '0', 4'000'000'000}}));
        QVERIFY(says(open_refusal(folder_ / "large.tar"), "claims to hold"));
        write_quickly(folder_ / "entry.tar",
                      tar_of({{"a.png", image}, {"b.png", image, '0', 600'000'000}}));
        QVERIFY(says(open_refusal(folder_ / "entry.tar"), "600000000 bytes"));
        QVERIFY(!fs::exists(folder_ / "home" / "datasets"));
    }

    void damaged_tars_are_refused() {
        const std::string whole = gzipped(tar_of(usual()));
        for (std::size_t length = 0; length + 10 < whole.size(); length += 53) {
            write_quickly(folder_ / "set.tar.gz", whole.substr(0, length));
            QVERIFY2(!open_refusal(folder_ / "set.tar.gz").empty(),
                     qPrintable(QString::number(length)));
        }
        for (std::size_t at = 0; at < whole.size(); at += 7) {
            std::string damaged = whole;
            damaged[at] = char(damaged[at] ^ 0x55);
            write_quickly(folder_ / "set.tar.gz", damaged);
            // Each of these may be refused or not be noticed, but nothing else may happen.
            refusal([&] { values_of(*open_dataset((folder_ / "set.tar.gz").string())); });
        }
        write_quickly(folder_ / "set.tar", "hello");
        QVERIFY(says(open_refusal(folder_ / "set.tar"), "isn't a whole tar"));
    }

    void names_in_any_script_survive() {
        const std::string image = image_bytes(folder_, 1);
        const char* const names[] = {"猫/ねこ.png", "Ω/é.png", "собака/пёс.png"};
        std::vector<TarFile> files;
        for (const char* name : names) {
            files.push_back({name, image});
            write_quickly(folder_ / "set" / name, image);
        }
        // As Python and others write long and foreign names (POSIX.1-2001, pax).
        const std::string path = " path=" + std::string("鳥/とり.png") + "\n";
        files.push_back({"pax", std::to_string(path.size() + 2) + path, 'x'});
        files.push_back({"replaced.png", image});
        write_quickly(folder_ / "set" / "鳥/とり.png", image);
        write_quickly(folder_ / "set.tar", tar_of(files));
        const locale_t plain = newlocale(LC_ALL_MASK, "C", locale_t());
        const locale_t before = uselocale(plain);
        const auto restore = qScopeGuard([&] {
            uselocale(before);
            freelocale(plain);
        });
        import_own_dataset("any", folder_ / "set.tar", go_on);
        const auto classes = open_dataset((folder_ / "set").string())->info().classes;
        QCOMPARE(classes.size(), std::size_t(4));
        QCOMPARE(open_dataset((folder_ / "set.tar").string())->info().classes, classes);
        QCOMPARE(open_dataset("any")->info().classes, classes);
    }
};

QTEST_GUILESS_MAIN(TestTar)
#include "test_tar.moc"
