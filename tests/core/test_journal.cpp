#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <random>

#include "core/base/error.h"
#include "core/image/image_file.h"
#include "core/image/journal.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;
using Kind = JournalRecord::Kind;

namespace {

using Layers = std::array<Tiles, layer_count>;

/// Two by two squares, those at the edges narrow.
Tiles photo(int channels = 3, int depth = 8) {
    Image image = Image::blank(300, 260, channels, depth);
    std::mt19937 random(7);
    for (std::byte& value : image.pixels) value = std::byte(random() & 255);
    return Tiles(image);
}

bool same(const Tiles& a, const Tiles& b) {
    return a.size() == b.size() && a.depth() == b.depth() && a.image().pixels == b.image().pixels;
}

bool same(const Layers& a, const Layers& b) {
    for (std::size_t i = 0; i < layer_count; ++i)
        if (!same(a[i], b[i])) return false;
    return true;
}

Layers opened(const Tiles& photo) {
    const Tiles blank = Tiles::blank(photo.size(), 1);
    return {photo, blank, blank, blank};
}

/// A document that remembers every state it was in, and tells the writer all that happens.
struct Played {
    explicit Played(const Tiles& photo) : states{opened(photo)} {}

    JournalRecord step(std::mt19937& random) {
        JournalRecord record{Kind::Step, "step " + std::to_string(random()), position + 1, {}};
        states.resize(std::size_t(position) + 1);
        Layers after = states.back();
        for (std::size_t n = random() % 2 + 1; n > 0; --n) {
            const auto layer = Layer(random() % layer_count);
            if (!record.changes.empty() && record.changes[0].layer == layer) continue;
            record.changes.push_back(change(after, layer, random));
        }
        states.push_back(after);
        ++position;
        return record;
    }
    JournalRecord amend(std::mt19937& random, Layer layer) {
        JournalRecord record{Kind::Amend, "", position, {}};
        Layers after = states.back();
        after[std::size_t(layer)] = states[std::size_t(position) - 1][std::size_t(layer)];
        record.changes.push_back(change(after, layer, random));
        states.back() = after;
        return record;
    }
    JournalRecord go(int to) {
        position = to;
        return {Kind::Position, "", to, {}};
    }
    const Layers& now() const { return states[std::size_t(position)]; }

    std::vector<Layers> states;
    int position = 0;

private:
    static JournalRecord::Change change(Layers& layers, Layer layer, std::mt19937& random) {
        Tiles& tiles = layers[std::size_t(layer)];
        const Tiles before = tiles;
        Image part = Image::blank(int(random() % 40) + 1, int(random() % 40) + 1, tiles.channels(),
                                  tiles.depth());
        std::ranges::fill(part.pixels, std::byte(random() & 255));
        tiles.paste(int(random() % 260), int(random() % 220), part);
        return {layer, before, tiles};
    }
};

JournalRecord next(Played& played, std::mt19937& random) {
    const auto choice = random() % 10;
    if (choice == 0 && played.position > 0) return played.go(played.position - 1);
    if (choice == 1 && std::size_t(played.position) + 1 < played.states.size())
        return played.go(played.position + 1);
    return played.step(random);
}

/// A journal with records of every kind; the states after each of its lines.
std::vector<Layers> write_some(const fs::path& folder, int records, bool with_file = false) {
    const Tiles start = photo(1);
    Played played(start);
    std::vector<Layers> after{played.now()};
    std::mt19937 random(3);
    fs::path file;
    if (with_file) write_image(file = folder.parent_path() / "kitten.png", start.image());
    JournalWriter writer(folder, file, start);
    for (int i = 0; i < records; ++i) {
        writer.write(next(played, random));
        after.push_back(played.now());
    }
    return after;
}

std::size_t lines_in(const fs::path& folder, std::uint64_t bytes) {
    const std::string lines = read_file(folder / "steps.jsonl", 1 << 20);
    return std::size_t(std::count(lines.begin(), lines.begin() + std::ptrdiff_t(bytes), '\n'));
}

void copied(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
}

}  // namespace

class TestJournal : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;
private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void everything_comes_back() {
        for (const auto& [channels, depth] : {std::pair(1, 8), {3, 8}, {4, 16}}) {
            const fs::path folder = folder_ / std::to_string(channels);
            const Tiles start = photo(channels, depth);
            Played played(start);
            std::mt19937 random(1);
            Tiles saved;
            {
                JournalWriter writer(folder, {}, start);
                for (int i = 0; i < 40; ++i) writer.write(next(played, random));
                JournalRecord step = played.step(random);
                const Layer layer = step.changes[0].layer;
                writer.write(step);
                writer.write(played.amend(random, layer));
                saved = played.now()[0];
                writer.write({Kind::Saved, "/elsewhere/b.png", 0, {}});
                writer.write({Kind::Notes, "{\"engine\":\"heal\"}", 0, {}});
                writer.write(played.step(random));
                writer.write(played.go(played.position - 2));
            }
            const JournalContents read = read_journal(folder);
            QVERIFY(same(read.opened, start));
            QVERIFY(same(read.saved, saved));
            QVERIFY(same(read.layers, played.now()));
            QCOMPARE(read.position, played.position);
            QCOMPARE(read.steps.size(), played.states.size() - 1);
            QCOMPARE(read.notes, std::string("{\"engine\":\"heal\"}"));
            QCOMPARE(read.file, fs::path("/elsewhere/b.png"));
            QVERIFY(steps_lead_through(read, played));
        }
    }

    void a_square_is_written_once() {
        const Tiles start = photo();
        JournalWriter writer(folder_ / "j", {}, start);
        Tiles red = start;
        red.paste(0, 0, Image::blank(20, 20));
        QCOMPARE(writer.write({Kind::Step, "a", 1, {{Layer::Photo, start, red}}}).size(), 1u);
        QCOMPARE(writer.write({Kind::Step, "b", 2, {{Layer::Photo, red, start}}}).size(), 1u);
        const auto bytes = fs::file_size(folder_ / "j" / "tiles.bin");
        QCOMPARE(writer.write({Kind::Step, "c", 3, {{Layer::Photo, start, red}}}).size(), 0u);
        QCOMPARE(fs::file_size(folder_ / "j" / "tiles.bin"), bytes);
    }

    void lines_cut_anywhere_give_the_state_before() {
        const std::vector<Layers> after = write_some(folder_ / "whole", 12);
        const std::string lines = read_file(folder_ / "whole" / "steps.jsonl", 1 << 20);
        copied(folder_ / "whole", folder_ / "cut");
        for (std::size_t length = lines.size();; --length) {
            fs::resize_file(folder_ / "cut" / "steps.jsonl", length);
            const auto whole =
                std::count(lines.begin(), lines.begin() + std::ptrdiff_t(length), '\n');
            QVERIFY2(same(read_journal(folder_ / "cut").layers, after[std::size_t(whole)]),
                     qPrintable(QString::number(length)));
            if (length == 0) break;
        }
    }

    void squares_cut_anywhere_give_a_state_before_and_go_on() {
        const std::vector<Layers> after = write_some(folder_ / "whole", 12);
        std::size_t last = after.size();
        const auto size = fs::file_size(folder_ / "whole" / "tiles.bin");
        for (auto length = size; length != std::uintmax_t(-1);
             length -= std::min(length + 1, size / 101)) {
            copied(folder_ / "whole", folder_ / "cut");
            fs::resize_file(folder_ / "cut" / "tiles.bin", length);
            JournalContents read = read_journal(folder_ / "cut");
            const std::size_t lines = lines_in(folder_ / "cut", read.steps_bytes);
            QVERIFY(lines <= last && same(read.layers, after[lines]));
            last = lines;
            Played played(read.opened);
            played.states.back() = read.layers;
            std::mt19937 random(9);
            JournalRecord more = played.step(random);
            more.position = read.position + 1;
            JournalWriter(read).write(more);
            read.lock.reset();
            QVERIFY(same(read_journal(folder_ / "cut").layers, played.now()));
        }
        QVERIFY(last <= 1);  // the first record may have no squares
    }

    void damage_is_dropped_not_believed() {
        const std::vector<Layers> after = write_some(folder_ / "whole", 12);
        const auto size = fs::file_size(folder_ / "whole" / "tiles.bin");
        std::mt19937 random(5);
        for (int i = 0; i < 40; ++i) {
            copied(folder_ / "whole", folder_ / "cut");
            std::fstream tiles(folder_ / "cut" / "tiles.bin",
                               std::ios::in | std::ios::out | std::ios::binary);
            const auto at = std::streamoff(random() % size);
            tiles.seekg(at);
            const int was = tiles.get();
            tiles.seekp(at);
            tiles.put(char(was ^ 0x40));
            tiles.close();
            const JournalContents read = read_journal(folder_ / "cut");
            QVERIFY(std::ranges::any_of(
                after, [&](const Layers& state) { return same(state, read.layers); }));
        }
    }

    void hostile_lines_end_the_reading() {
        for (const char* line :
             {"{}", "[]", "null", "{\"record\":\"step\",\"text\":\"\",\"position\":7}",
              "{\"record\":\"position\",\"text\":\"\",\"position\":-1}",
              "{\"record\":\"position\",\"text\":\"\",\"position\":1000000000}",
              "{\"record\":\"amend\",\"text\":\"\",\"position\":0}",
              "{\"record\":\"step\",\"text\":\"\",\"position\":1,\"layers\":{\"mask\":[[-1,0,9,0]]}"
              "}",
              "{\"record\":\"step\",\"text\":\"\",\"position\":1,\"layers\":{\"mask\":[[9,0,9,0]]}"
              "}",
              "{\"record\":\"step\",\"text\":\"\",\"position\":1,\"layers\":{\"mask\":[[0]]}}",
              "{\"record\":\"step\",\"text\":\"\",\"position\":1,\"layers\":{\"sky\":[]}}",
              "{\"record\":\"step\",\"text\":\"\",\"position\":1,\"layers\":"
              "{\"mask\":[[0,18446744073709551615,4294967295,0]]}}"}) {
            const std::vector<Layers> after = write_some(folder_ / "j", 0);
            std::ofstream(folder_ / "j" / "steps.jsonl") << line << '\n';
            std::ofstream(folder_ / "j" / "tiles.bin") << "nothing";
            const JournalContents read = read_journal(folder_ / "j");
            QVERIFY2(same(read.layers, after[0]), line);
            QCOMPARE(read.steps_bytes, 0u);
            fs::remove_all(folder_ / "j");
        }
    }

    void another_photo_is_refused() {
        write_some(folder_ / "j", 3, true);
        QVERIFY(fs::exists(folder_ / "j" / "original.png"));
        QCOMPARE(read_journal(folder_ / "j").steps.size(), 3u);
        write_image(folder_ / "j" / "original.png", Image::blank(300, 260, 1));
        QVERIFY(refusal([&] { read_journal(folder_ / "j"); }).find("isn't the one") !=
                std::string::npos);
    }

    void only_what_nobody_holds_is_offered() {
        write_some(folder_ / "ended", 5, true);
        const Tiles start = photo();
        Played played(start);
        std::mt19937 random(1);
        JournalWriter living(folder_ / "living", {}, start);
        living.write(played.step(random));
        fs::create_directories(folder_ / "strange");
        std::ofstream(folder_ / "strange" / "document.json") << "{";
        const std::vector<JournalSummary> found = abandoned_journals(folder_);
        QCOMPARE(found.size(), 1u);
        QCOMPARE(found[0].folder, folder_ / "ended");
        QCOMPARE(found[0].file.filename(), fs::path("kitten.png"));
        QCOMPARE(found[0].steps, read_journal(folder_ / "ended").position);
        QCOMPARE(found[0].thumbnail.width, 160);
        QVERIFY(!found[0].closed);
        JournalWriter(read_journal(folder_ / "ended")).close();
        QVERIFY(abandoned_journals(folder_)[0].closed);
        JournalWriter(read_journal(folder_ / "ended"));
        QVERIFY(!abandoned_journals(folder_)[0].closed);
        QVERIFY(!refusal([&] { read_journal(folder_ / "living"); }).empty());
    }

    void one_without_records_goes_after_a_minute() {
        write_some(folder_ / "empty", 0);
        QVERIFY(abandoned_journals(folder_).empty());
        QVERIFY(fs::exists(folder_ / "empty"));
        fs::last_write_time(folder_ / "empty",
                            fs::file_time_type::clock::now() - std::chrono::minutes(2));
        QVERIFY(abandoned_journals(folder_).empty());
        QVERIFY(!fs::exists(folder_ / "empty"));
    }

    void a_full_disk_loses_nothing() {
        const Tiles start = photo();
        Played played(start);
        std::mt19937 random(1);
        JournalWriter writer(folder_ / "j", {}, start);
        for (int i = 0; i < 3; ++i) writer.write(played.step(random));
        signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        getrlimit(RLIMIT_FSIZE, &old);
        const auto most = fs::file_size(folder_ / "j" / "tiles.bin") + 5;
        const rlimit full{most, old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &full);
        for (int i = 0; i < 2; ++i) {
            JournalRecord record = played.step(random);
            QVERIFY(refusal([&] { writer.write(record); }).find("full") != std::string::npos);
        }
        setrlimit(RLIMIT_FSIZE, &old);
        writer.write({Kind::Notes, "free again", 0, {}});
        JournalContents read;
        copied(folder_ / "j", folder_ / "copy");
        read = read_journal(folder_ / "copy");
        QVERIFY(same(read.layers, played.now()));
        QCOMPARE(read.notes, std::string("free again"));
    }

    void a_kill_loses_at_most_the_record_in_hand() {
        std::mt19937 moment(11);
        const int kills = std::max(qEnvironmentVariableIntValue("DAGUERRE_KILLS"), 25);
        for (int kill_number = 0; kill_number < kills; ++kill_number) {
            const fs::path folder = folder_ / std::to_string(kill_number);
            int told[2];
            QCOMPARE(pipe(told), 0);
            const pid_t child = fork();
            if (child == 0) write_for_ever(folder, told[1]);
            close(told[1]);
            const auto wanted = unsigned(moment() % 30);
            unsigned done = 0;
            for (char byte = 0; done < wanted && read(told[0], &byte, 1) == 1;) ++done;
            usleep(unsigned(moment() % 3000));
            kill(child, SIGKILL);
            for (char byte = 0; read(told[0], &byte, 1) == 1;) ++done;
            close(told[0]);
            waitpid(child, nullptr, 0);
            if (!fs::exists(folder / "document.json")) {
                QCOMPARE(done, 0u);
                continue;
            }
            const JournalContents found = read_journal(folder);
            Played played(photo());
            std::mt19937 random(2);
            for (unsigned i = 0; i < done; ++i) next(played, random);
            const bool as_told = same(found.layers, played.now());
            next(played, random);
            QVERIFY2(as_told || same(found.layers, played.now()),
                     qPrintable(QString::number(done)));
            fs::remove_all(folder);
        }
    }

private:
    [[noreturn]] static void write_for_ever(const fs::path& folder, int told) {
        const Tiles start = photo();
        Played played(start);
        std::mt19937 random(2);
        JournalWriter writer(folder, {}, start);
        for (;;) {
            writer.write(next(played, random));
            if (write(told, "x", 1) != 1) _exit(1);
        }
    }

    /// Undo and redo of all steps, by what the journal says of each.
    static bool steps_lead_through(const JournalContents& read, const Played& played) {
        Layers layers = read.layers;
        std::vector<JournalStep> steps = read.steps;
        const auto swap = [&](JournalStep& step) {
            for (JournalStep::Change& change : step.changes)
                for (JournalSquare& square : change.other) {
                    Tiles& tiles = layers[std::size_t(change.layer)];
                    const int column = square.index % tiles.columns(),
                              row = square.index / tiles.columns();
                    const Rect r = tiles.tile_rect(column, row);
                    const auto now = tiles.tile(column, row);
                    tiles.set_tile(column, row,
                                   square.pixels
                                       ? square.pixels
                                       : read_square(read.folder, square.place, {r.width, r.height},
                                                     tiles.channels(), tiles.depth()));
                    square.pixels = now;
                }
        };
        int position = read.position;
        while (position > 0) {
            swap(steps[std::size_t(--position)]);
            if (!same(layers, played.states[std::size_t(position)])) return false;
        }
        while (std::size_t(position) < steps.size()) {
            swap(steps[std::size_t(position++)]);
            if (!same(layers, played.states[std::size_t(position)])) return false;
        }
        return true;
    }
};

QTEST_GUILESS_MAIN(TestJournal)
#include "test_journal.moc"
