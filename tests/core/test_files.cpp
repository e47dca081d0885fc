#include <sys/resource.h>

#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// How many things lie in a folder, hidden ones too.
int entries(const fs::path& folder) {
    return int(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

class TestFiles : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void written_whole_and_read_back() {
        const fs::path file = folder_ / "deep" / "a.bin";
        write_whole(file, std::string_view("one\0two", 7));
        QCOMPARE(read_file(file, 100), std::string("one\0two", 7));
        write_whole(file, "three");
        QCOMPARE(read_file(file, 100), std::string("three"));
        QCOMPARE(entries(file.parent_path()), 1);
    }

    void a_failing_writer_leaves_the_old_file() {
        const fs::path file = folder_ / "a.bin";
        write_whole(file, "old");
        QVERIFY(!refusal([&] {
                     write_whole(file, [](const fs::path& part) {
                         std::ofstream(part) << "half";
                         throw Error("stopped");
                     });
                 }).empty());
        QCOMPARE(read_file(file, 100), std::string("old"));
        QCOMPARE(entries(folder_), 1);
    }

    void folders_are_replaced_whole() {
        const fs::path model = folder_ / "model";
        for (const char* content : {"first", "second"})
            replace_folder(model, [&](const fs::path& part) {
                write_whole(part / content / "weights", content);
            });
        QVERIFY(!fs::exists(model / "first"));
        QVERIFY(!refusal([&] {
                     replace_folder(model, [](const fs::path&) { throw Error("stopped"); });
                 }).empty());
        QCOMPARE(read_file(model / "second" / "weights", 100), std::string("second"));
        QCOMPARE(entries(folder_), 1);
    }

    void unreadable_and_too_large_are_sentences() {
        QVERIFY(refusal([&] { read_file(folder_ / "none", 10); }).find("none") !=
                std::string::npos);
        write_whole(folder_ / "big", std::string(11, 'x'));
        QVERIFY(refusal([&] { read_file(folder_ / "big", 10); }).find("11") != std::string::npos);
        QVERIFY(!refusal([&] { read_file(folder_, 10); }).empty());
    }

    void unwritable_is_a_sentence() {
        write_whole(folder_ / "file", "x");
        // A file where a folder is needed: refused for root too.
        QVERIFY(!refusal([&] { write_whole(folder_ / "file" / "below", "y"); }).empty());
        QCOMPARE(read_file(folder_ / "file", 10), std::string("x"));
        QVERIFY(!refusal([&] { require_free_space(folder_, ~std::uint64_t(0)); }).empty());
        require_free_space(folder_ / "not" / "there", 1);
    }

    void a_full_disk_is_said_of_the_file_that_was_to_be() {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit tight{1000, before.rlim_max};  // a write beyond fails as on a full disk
        write_whole(folder_ / "photo.png", "old");
        setrlimit(RLIMIT_FSIZE, &tight);
        const std::string sentence =
            refusal([&] { write_whole(folder_ / "photo.png", std::string(2000, 'x')); });
        setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY(says(sentence, "is full: “photo.png” could not be written"));
        QCOMPARE(read_file(folder_ / "photo.png", 10), std::string("old"));
        QCOMPARE(entries(folder_), 1);
    }

    void hashes_are_the_published_ones() {
        // FIPS 180-2, appendix B.1.
        const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        QCOMPARE(sha256_of("abc"), abc);
        write_whole(folder_ / "abc", "abc");
        QCOMPARE(sha256_of_file(folder_ / "abc"), abc);
    }

    void a_lock_is_held_by_one() {
        const fs::path file = folder_ / "lock";
        {
            const FileLock first(file, "run 1");
            const std::string why = refusal([&] { FileLock(file, "run 1"); });
            QVERIFY(why.find("run 1") != std::string::npos);
            QVERIFY(why.find(std::to_string(QCoreApplication::applicationPid())) !=
                    std::string::npos);
        }
        const FileLock again(file, "run 1");
    }

    void user_data_follow_the_environment() {
        qputenv("DAGUERRE_HOME", "/somewhere/else");
        QCOMPARE(home_folder(), fs::path("/somewhere/else"));
        qunsetenv("DAGUERRE_HOME");
        qputenv("XDG_DATA_HOME", "/data");
        QCOMPARE(home_folder(), fs::path("/data/daguerre"));
        qunsetenv("XDG_DATA_HOME");
        QVERIFY(home_folder().string().ends_with(".local/share/daguerre"));
    }

    void the_machine_is_plausible() {
        QVERIFY(core_count() >= 1);
        QVERIFY(memory_total() > 100'000'000);
        QVERIFY(memory_available() <= memory_total());
        QVERIFY(memory_used() > 0 && memory_used() <= memory_peak() + 10'000'000);
    }
};

QTEST_GUILESS_MAIN(TestFiles)
#include "test_files.moc"
