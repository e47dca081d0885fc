#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/fetch.h"
#include "core/image/image_file.h"
#include "dataset_files.h"
#include "loopback.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

bool go_on(const Progress&) { return true; }

constexpr Patience impatient{.connect_ms = 2000, .stall_seconds = 1, .rounds = 2, .pause_ms = 1};

DatasetFile file_of(const std::string& name, const std::string& bytes) {
    return {name, sha256_of(bytes), bytes.size()};
}

}  // namespace

class TestFetch : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_, home_;
    const std::string batch_ = cifar_of({0, 1, 2}, 1), test_ = cifar_of({3}, 1, 50);
    const std::string archive_ = gzipped(tar_of({{"cifar-10-batches-bin/readme.html", "hello"},
                                                 {"cifar-10-batches-bin/data_batch_1.bin", batch_},
                                                 {"cifar-10-batches-bin/test_batch.bin", test_}}));

    /// A row in an archive, at `mirrors`.
    DatasetRow row(const std::vector<std::string>& mirrors) const {
        DatasetRow row;
        row.id = "tiny";
        row.title = "Tiny";
        row.source = "https://example.org";
        row.files = {file_of("data_batch_1.bin", batch_), file_of("test_batch.bin", test_)};
        row.archive = file_of("tiny.tar.gz", archive_);
        row.mirrors = mirrors;
        return row;
    }
    DatasetRow loose_row(const std::vector<std::string>& mirrors) const {
        DatasetRow loose = row(mirrors);
        loose.archive = {};
        return loose;
    }
    std::vector<std::string> home_names() const {
        std::vector<std::string> names;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(home_ / "datasets", error))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        return names;
    }
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        home_ = folder_ / "home";
        fs::create_directories(folder_);
        qputenv("DAGUERRE_HOME", home_.c_str());
    }

    void an_archive_is_fetched_and_unpacked() {
        Loopback server([&](const std::string& head) { return Loopback::good(head, archive_); });
        const DatasetRow known = row({server.address("/sets/")});
        QVERIFY(fetch_dataset(known, "", go_on, impatient));
        QVERIFY(server.requests()[0].starts_with("GET /sets/tiny.tar.gz "));
        const fs::path folder = *dataset_folder(known);
        QCOMPARE(read_file(folder / "data_batch_1.bin", 100'000), batch_);
        QCOMPARE(read_file(folder / "test_batch.bin", 100'000), test_);
        QCOMPARE(home_names(), std::vector<std::string>{"tiny"});
        QVERIFY(!fs::exists(folder / "readme.html"));
    }

    void loose_files_come_from_the_first_mirror_that_has_them() {
        Loopback empty([](const std::string&) { return Loopback::answer("404 Not Found", ""); });
        Loopback server([&](const std::string& head) {
            return Loopback::good(head, head.starts_with("GET /test") ? test_ : batch_);
        });
        std::int64_t last = 0, total = 0;
        QVERIFY(fetch_dataset(
            loose_row({empty.address("/"), server.address("/")}), "",
            [&](const Progress& at) {
                last = at.done;
                total = at.total;
                return at.what == "byte";
            },
            impatient));
        QCOMPARE(last, std::int64_t(batch_.size() + test_.size()));
        QCOMPARE(total, last);
        QVERIFY(dataset_folder(loose_row({})));
        QCOMPARE(home_names(), std::vector<std::string>{"tiny"});
    }

    void from_names_another_place_by_folder_or_file() {
        Loopback server([&](const std::string& head) { return Loopback::good(head, archive_); });
        const DatasetRow known = row({"http://127.0.0.1:9/"});
        for (const char* path : {"/mine", "/mine/", "/mine/tiny.tar.gz"}) {
            QVERIFY(fetch_dataset(known, server.address(path), go_on, impatient));
            QVERIFY(server.requests().back().starts_with("GET /mine/tiny.tar.gz "));
        }
    }

    void stopping_keeps_the_files_that_came() {
        std::atomic<bool> broken = true;
        Loopback server([&](const std::string& head) {
            if (head.starts_with("GET /test") && broken)
                return Loopback::answer("200 OK", test_.substr(0, 99), "", long(test_.size())) +
                       Loopback::hang;
            return Loopback::good(head, head.starts_with("GET /test") ? test_ : batch_);
        });
        const DatasetRow known = loose_row({server.address("/")});
        const auto until = [&](const Progress& at) {
            return at.done < std::int64_t(batch_.size()) + 99;
        };
        QVERIFY(!fetch_dataset(known, "", until, impatient));
        QCOMPARE(home_names(), std::vector<std::string>{".tiny.part"});
        QVERIFY(!dataset_folder(known) && own_datasets().empty());
        broken = false;
        QVERIFY(fetch_dataset(known, "", go_on, impatient));
        QCOMPARE(server.requests().size(), std::size_t(3));
        QCOMPARE(Loopback::begin_of(server.requests()[2]), 99L);
        QVERIFY(dataset_folder(known));
    }

    void a_wrong_archive_leaves_nothing() {
        Loopback server(
            [&](const std::string& head) { return Loopback::good(head, "<html>sign in</html>"); });
        const DatasetRow known = row({server.address("/")});
        QVERIFY(!refusal([&] { fetch_dataset(known, "", go_on, impatient); }).empty());
        QVERIFY(!dataset_folder(known));
    }

    void what_wants_an_account_says_the_steps() {
        DatasetRow known = row({});
        known.steps = {"Open the page.", "Get the file."};
        const std::string sentence = refusal([&] { fetch_dataset(known, "", go_on, impatient); });
        QVERIFY(says(sentence, "1. Open the page.\n2. Get the file.\n3. Say: daguerre fetch tiny"));
        for (const DatasetRow& each : datasets())
            QVERIFY(says(how_to_get(each), "daguerre fetch " + each.id + " --from"));
    }

    void an_archive_at_hand_is_unpacked_too() {
        write_quickly(folder_ / "from" / "tiny.tar.gz", archive_);
        write_quickly(folder_ / "renamed.tgz", archive_);
        for (const fs::path& from :
             {folder_ / "from", folder_ / "from" / "tiny.tar.gz", folder_ / "renamed.tgz"}) {
            import_dataset(row({}), from, go_on);
            QCOMPARE(read_file(*dataset_folder(row({})) / "test_batch.bin", 100'000), test_);
            fs::remove_all(home_);
        }
        write_quickly(folder_ / "other.tar.gz", gzipped(tar_of({{"a/data_batch_1.bin", batch_}})));
        write_quickly(folder_ / "wrong.tar.gz",
                      gzipped(tar_of({{"a/data_batch_1.bin", batch_}, {"test_batch.bin", "x"}})));
        const auto refused = [&](const char* name) {
            return refusal([&] { import_dataset(row({}), folder_ / name, go_on); });
        };
        QVERIFY(says(refused("other.tar.gz"), "doesn't hold “test_batch.bin”"));
        QVERIFY(says(refused("wrong.tar.gz"), "test_batch.bin"));
        QVERIFY(!dataset_folder(row({})));
        import_dataset(row({}), folder_ / "from", [](const Progress&) { return false; });
        QVERIFY(!dataset_folder(row({})));
    }

    void a_zip_of_ones_own_comes_from_an_address() {
        write_image(folder_ / "1.png", Image::blank(4, 4, 1));
        const std::string image = read_file(folder_ / "1.png", 1 << 20);
        const std::string zip = zip_of({{"cat/1.png", image}, {"dog/1.png", image}});
        const std::string tar = gzipped(tar_of({{"cat/1.png", image}, {"dog/1.png", image}}));
        Loopback server([&](const std::string& head) {
            if (head.find(".png ") != std::string::npos) return Loopback::good(head, "no image");
            return Loopback::good(head, head.find(".tgz ") != std::string::npos ? tar : zip);
        });
        QVERIFY(fetch_own_dataset("pets", server.address("/a/pets.zip?key=1"), go_on, impatient));
        QVERIFY(fetch_own_dataset("more", server.address("/pets.tgz"), go_on, impatient));
        for (const char* id : {"pets", "more"}) {
            const auto dataset = open_dataset(id);
            QCOMPARE(dataset->info().classes, (std::vector<std::string>{"cat", "dog"}));
            QCOMPARE(labels_of(*dataset), (std::vector<int>{0, 1}));
        }
        QCOMPARE(home_names(), (std::vector<std::string>{"more", "pets"}));
        for (const char* id : {"../x", "mnist", "pets"})
            QVERIFY(!refusal([&] {
                         fetch_own_dataset(id, server.address("/pets.zip"), go_on, impatient);
                     }).empty());
        QVERIFY(!refusal([&] {
                     fetch_own_dataset("photo", server.address("/x.png"), go_on, impatient);
                 }).empty());
        QVERIFY(!fs::exists(home_ / "datasets" / "photo"));
    }
};

QTEST_GUILESS_MAIN(TestFetch)
#include "test_fetch.moc"
