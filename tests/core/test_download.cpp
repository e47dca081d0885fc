#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/download.h"
#include "dataset_files.h"
#include "loopback.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// Bytes that don't repeat within a block.
std::string content(std::size_t count = 300'000) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes += char(i * i >> 5 & 255);
    return bytes;
}

bool go_on(const Progress&) { return true; }

constexpr Patience impatient{.connect_ms = 2000, .stall_seconds = 1, .rounds = 3, .pause_ms = 1};

}  // namespace

class TestDownload : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;
    const std::string body_ = content();

    Download to(const std::vector<std::string>& addresses, bool hashed = true) const {
        return {addresses, folder_ / "file.gz", hashed ? sha256_of(body_) : "",
                hashed ? body_.size() : 0, impatient};
    }
    std::string refused(const Download& what) const {
        return refusal([&] { download(what, go_on); });
    }
    std::string got() const { return read_file(folder_ / "file.gz", 10'000'000); }
    std::uint64_t part() const {
        std::error_code error;
        const auto bytes = fs::file_size(folder_ / "file.gz.part", error);
        return error ? 0 : bytes;
    }
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void a_file_comes_whole_with_and_without_a_known_hash() {
        Loopback server([&](const std::string& head) { return Loopback::good(head, body_); });
        for (const bool hashed : {true, false}) {
            std::int64_t last = 0, total = 0;
            QVERIFY(download(to({server.address()}, hashed), [&](const Progress& at) {
                if (at.done < last) last = 1 << 30;
                last = std::max(last, at.done);
                total = at.total;
                return true;
            }));
            QCOMPARE(last, std::int64_t(body_.size()));
            QCOMPARE(total, std::int64_t(body_.size()));
            QVERIFY(got() == body_);
            QCOMPARE(part(), std::uint64_t(0));
            QVERIFY(!fs::exists(folder_ / "file.gz.from"));
            fs::remove(folder_ / "file.gz");
        }
    }

    void what_is_there_is_checked_and_not_fetched_again() {
        Loopback server([&](const std::string& head) { return Loopback::good(head, body_); });
        write_quickly(folder_ / "file.gz", body_);
        QVERIFY(download(to({server.address()}), go_on));
        QCOMPARE(server.requests().size(), std::size_t(0));
        write_quickly(folder_ / "file.gz", body_.substr(1) + "x");
        QVERIFY(download(to({server.address()}), go_on));
        QCOMPARE(server.requests().size(), std::size_t(1));
        QVERIFY(got() == body_);
    }

    void a_broken_off_one_goes_on_from_there() {
        const std::string half = body_.substr(0, body_.size() / 2);
        Loopback server([&](const std::string& head) {
            return Loopback::begin_of(head) < 0
                       ? Loopback::answer("200 OK", half, "", long(body_.size()))
                       : Loopback::good(head, body_);
        });
        QVERIFY(download(to({server.address()}), go_on));
        QVERIFY(got() == body_);
        QCOMPARE(server.requests().size(), std::size_t(2));
        QCOMPARE(Loopback::begin_of(server.requests()[1]), long(half.size()));
    }

    void stopping_keeps_the_part_for_next_time() {
        const std::string half = body_.substr(0, body_.size() / 2);
        std::atomic<bool> first = true;
        Loopback server([&](const std::string& head) {
            if (first.exchange(false))
                return Loopback::answer("200 OK", half, "", long(body_.size())) + Loopback::hang;
            return Loopback::good(head, body_);
        });
        QVERIFY(!download(to({server.address()}),
                          [&](const Progress& at) { return at.done < std::int64_t(half.size()); }));
        QCOMPARE(part(), std::uint64_t(half.size()));
        QVERIFY(!fs::exists(folder_ / "file.gz"));
        std::int64_t lowest = 1 << 30;
        QVERIFY(download(to({server.address()}), [&](const Progress& at) {
            lowest = std::min(lowest, at.done);
            return true;
        }));
        QVERIFY(lowest >= std::int64_t(half.size()));
        QVERIFY(got() == body_);
    }

    void a_server_that_ignores_ranges_starts_anew() {
        std::atomic<int> calls = 0;
        Loopback server([&](const std::string&) {
            return ++calls == 1
                       ? Loopback::answer("200 OK", body_.substr(0, 1000), "", long(body_.size()))
                       : Loopback::answer("200 OK", body_);
        });
        QVERIFY(download(to({server.address()}), go_on));
        QVERIFY(got() == body_);
        QCOMPARE(calls.load(), 2);
    }

    void another_part_than_asked_for_is_not_mixed_in() {
        std::atomic<int> calls = 0;
        Loopback server([&](const std::string& head) {
            if (++calls == 1)
                return Loopback::answer("200 OK", body_.substr(0, 1000), "", long(body_.size()));
            if (calls == 2)
                return Loopback::answer("206 Partial Content", body_.substr(7),
                                        "Content-Range: bytes 7-299999/300000\r\n");
            return Loopback::good(head, body_);
        });
        QVERIFY(download(to({server.address()}), go_on));
        QVERIFY(got() == body_);
        QCOMPARE(Loopback::begin_of(server.requests()[2]), -1L);
    }

    void sizes_that_lie_are_told_and_a_longer_file_is_not_kept() {
        Loopback longer(
            [&](const std::string&) { return Loopback::answer("200 OK", body_ + "x"); });
        QVERIFY(says(refused(to({longer.address()})), "isn't the right “file.gz”"));
        QCOMPARE(longer.requests().size(), std::size_t(1));
        QCOMPARE(part(), std::uint64_t(0));
        const std::string half = body_.substr(0, body_.size() / 2);
        Loopback shorter([&](const std::string&) { return Loopback::answer("200 OK", half); });
        const std::string sentence = refused(to({shorter.address()}));
        QVERIFY(says(sentence, "stopped after 0.15 of 0.3 MB"));
        QVERIFY(says(sentence, "go on from there"));
        QCOMPARE(part(), std::uint64_t(half.size()));
        Loopback claims([&](const std::string&) {
            return Loopback::answer("200 OK", half, "", 1'000'000'000'000'000);
        });
        QVERIFY(says(refused(to({claims.address()})), "is full"));
    }

    void a_wrong_file_is_not_used_and_the_next_mirror_is_asked() {
        std::string wrong = body_;
        wrong[5] = char(wrong[5] ^ 1);
        Loopback bad([&](const std::string& head) { return Loopback::good(head, wrong); });
        QVERIFY(says(refused(to({bad.address()})), "its SHA-256 differs"));
        QCOMPARE(bad.requests().size(), std::size_t(1));
        QVERIFY(!fs::exists(folder_ / "file.gz"));
        QCOMPARE(part(), std::uint64_t(0));
        Loopback server([&](const std::string& head) { return Loopback::good(head, body_); });
        QVERIFY(download(to({bad.address(), server.address()}), go_on));
        QVERIFY(got() == body_);
    }

    void a_spoilt_part_is_thrown_away() {
        Loopback server([&](const std::string& head) { return Loopback::good(head, body_); });
        for (const std::size_t length : {std::size_t(5000), body_.size(), body_.size() + 5}) {
            write_quickly(folder_ / "file.gz.part", std::string(length, 'x'));
            QVERIFY(download(to({server.address()}), go_on));
            QVERIFY(got() == body_);
            fs::remove(folder_ / "file.gz");
        }
    }

    void redirects_are_followed_but_not_for_ever_nor_anywhere() {
        Loopback server([&](const std::string& head) {
            if (head.starts_with("GET /loop"))
                return Loopback::answer("302 Found", "", "Location: /loop\r\n");
            if (head.starts_with("GET /local"))
                return Loopback::answer("302 Found", "", "Location: file:///etc/passwd\r\n");
            if (head.starts_with("GET /there"))
                return Loopback::answer("301 Moved Permanently", "a page", "Location: /file\r\n");
            return Loopback::good(head, body_);
        });
        QVERIFY(says(refused(to({server.address("/loop")})), "redirects"));
        QCOMPARE(server.requests().size(), std::size_t(9));
        QVERIFY(!refused(to({server.address("/local")})).empty());
        QVERIFY(download(to({server.address("/there")}), go_on));
        QVERIFY(got() == body_);
        QVERIFY(!refused({{"file:///etc/passwd"}, folder_ / "b", "", 0, impatient}).empty());
        QVERIFY(!refused({{"no address"}, folder_ / "b", "", 0, impatient}).empty());
        QVERIFY(says(refused({{}, folder_ / "b", "", 0, impatient}), "no address"));
    }

    void a_missing_file_is_asked_for_once_a_busy_server_again() {
        Loopback missing([](const std::string&) {
            return Loopback::answer("404 Not Found", "<html>not here</html>");
        });
        QVERIFY(says(refused(to({missing.address()})), "the server answers 404"));
        QCOMPARE(missing.requests().size(), std::size_t(1));
        QCOMPARE(part(), std::uint64_t(0));
        Loopback busy([](const std::string&) {
            return Loopback::answer("503 Service Unavailable", "later");
        });
        QVERIFY(says(refused(to({busy.address()})), "the server answers 503"));
        QCOMPARE(busy.requests().size(), std::size_t(3));
        std::atomic<int> calls = 0;
        Loopback recovers([&](const std::string& head) {
            return ++calls < 3 ? Loopback::answer("503 Service Unavailable", "later")
                               : Loopback::good(head, body_);
        });
        QVERIFY(download(to({recovers.address()}), go_on));
        QVERIFY(got() == body_);
    }

    void a_silent_server_is_left_for_the_next() {
        const std::string half = body_.substr(0, body_.size() / 2);
        Loopback silent([&](const std::string&) {
            return Loopback::answer("200 OK", half, "", long(body_.size())) + Loopback::hang;
        });
        Loopback server([&](const std::string& head) { return Loopback::good(head, body_); });
        QVERIFY(download(to({silent.address(), server.address()}), go_on));
        QVERIFY(got() == body_);
        QCOMPARE(Loopback::begin_of(server.requests()[0]), long(half.size()));
    }

    void a_dead_mirror_is_passed_over() {
        std::string dead;
        {
            dead = Loopback([](const std::string&) { return ""; }).address();
        }
        Loopback server([&](const std::string& head) { return Loopback::good(head, body_); });
        QVERIFY(download(to({dead, server.address()}), go_on));
        QVERIFY(got() == body_);
        fs::remove(folder_ / "file.gz");
        QVERIFY(says(refused(to({dead})), dead));
        Loopback mute([](const std::string&) { return "nonsense"; });
        QVERIFY(!refused(to({mute.address()})).empty());
    }

    void without_a_hash_only_the_same_version_is_gone_on_with() {
        std::string now = body_, tag = "\"one\"";
        std::atomic<bool> breaks = true;
        Loopback server([&](const std::string& head) {
            const std::string more = "ETag: " + tag + "\r\n";
            if (breaks.exchange(false))
                return Loopback::answer("200 OK", now.substr(0, 1000), more, long(now.size())) +
                       Loopback::hang;
            const bool same = head.find("If-Range: " + tag) != std::string::npos;
            return same ? Loopback::good(head, now, more) : Loopback::answer("200 OK", now, more);
        });
        const Download what = to({server.address()}, false);
        const auto break_off = [&] {
            breaks = true;
            QVERIFY(!download(what, [](const Progress& at) { return at.done < 1000; }));
            QCOMPARE(part(), std::uint64_t(1000));
        };
        break_off();
        QVERIFY(download(what, go_on));
        QCOMPARE(Loopback::begin_of(server.requests().back()), 1000L);
        QVERIFY(got() == now);
        fs::remove(what.file);
        break_off();
        now = content(200'000) + "another";
        tag = "\"two\"";
        QVERIFY(download(what, go_on));
        QVERIFY(got() == now);
        fs::remove(what.file);
        break_off();
        Download elsewhere = what;
        elsewhere.addresses = {server.address("/other")};
        QVERIFY(download(elsewhere, go_on));
        QCOMPARE(Loopback::begin_of(server.requests().back()), -1L);
    }

    void the_proxy_of_the_environment_is_used() {
        Loopback proxy([&](const std::string& head) { return Loopback::good(head, body_); });
        qputenv("http_proxy", proxy.address("").c_str());
        const bool done = download(to({"http://nowhere.invalid/file.gz"}), go_on);
        qunsetenv("http_proxy");
        QVERIFY(done);
        QVERIFY(proxy.requests()[0].starts_with("GET http://nowhere.invalid/file.gz "));
    }

    void a_place_that_cannot_be_written_is_named() {
        write_quickly(folder_ / "file", "in the way");
        Loopback server([&](const std::string& head) { return Loopback::good(head, body_); });
        Download what = to({server.address()});
        what.file = folder_ / "file" / "file.gz";
        QVERIFY(says(refused(what), "could not be written"));
    }
};

QTEST_GUILESS_MAIN(TestDownload)
#include "test_download.moc"
