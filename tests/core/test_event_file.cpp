#include "core/training/event_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/image_file.h"
#include "core/training/export_events.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// What a reader of the format finds; throws when it isn't kept.
struct Event {
    double wall = 0;
    std::int64_t step = 0, session = 0;
    std::string version, png, image_tag;
    std::map<std::string, float> scalars;
};

class Bytes {
public:
    explicit Bytes(std::string_view bytes) : rest_(bytes) {}
    bool ended() const { return rest_.empty(); }
    std::string_view take(std::size_t n) {
        if (n > rest_.size()) throw std::runtime_error("ends too early");
        const std::string_view taken = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return taken;
    }
    template <class T>
    T number() {
        T value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = number<std::uint8_t>();
            value |= std::uint64_t(byte & 127) << shift;
            if (byte < 128) return value;
        }
        throw std::runtime_error("a number without end");
    }
    std::string_view part() { return take(varint()); }

private:
    std::string_view rest_;
};

void read_summary(std::string_view bytes, Event& event) {
    for (Bytes summary(bytes); !summary.ended();) {
        if (summary.varint() != (1 << 3 | 2)) throw std::runtime_error("not a value");
        Bytes value(summary.part());
        std::string tag;
        while (!value.ended()) switch (value.varint()) {
                case 1 << 3 | 2:
                    tag = value.part();
                    break;
                case 2 << 3 | 5:
                    event.scalars[tag] = value.number<float>();
                    break;
                case 4 << 3 | 2: {
                    Bytes image(value.part());
                    event.image_tag = tag;
                    const std::uint64_t expected[] = {1 << 3, 24, 2 << 3, 32, 3 << 3, 3};
                    for (const std::uint64_t number : expected)
                        if (image.varint() != number) throw std::runtime_error("not an image");
                    if (image.varint() != (4 << 3 | 2)) throw std::runtime_error("no bytes");
                    event.png = image.part();
                    break;
                }
                default:
                    throw std::runtime_error("unknown field of a value");
            }
    }
}

Event event_from(std::string_view bytes) {
    Event event;
    for (Bytes fields(bytes); !fields.ended();) switch (fields.varint()) {
            case 1 << 3 | 1:
                event.wall = fields.number<double>();
                break;
            case 2 << 3:
                event.step = std::int64_t(fields.varint());
                break;
            case 3 << 3 | 2:
                event.version = fields.part();
                break;
            case 5 << 3 | 2:
                read_summary(fields.part(), event);
                break;
            case 7 << 3 | 2: {
                Bytes session(fields.part());
                if (session.varint() == 1 << 3) event.session = std::int64_t(session.varint());
                break;
            }
            default:
                throw std::runtime_error("unknown field of an event");
        }
    return event;
}

std::vector<Event> events_in(const fs::path& file) {
    const std::string all = read_file(file, 1 << 24);
    const auto check = [](std::string_view bytes, std::uint32_t masked) {
        const std::uint32_t turned = masked - 0xA282EAD8u;
        if ((turned >> 17 | turned << 15) != crc32c(bytes)) throw std::runtime_error("checksum");
    };
    std::vector<Event> events;
    for (Bytes bytes(all); !bytes.ended();) {
        const std::string_view length = bytes.take(8);
        check(length, bytes.number<std::uint32_t>());
        const std::string_view record = bytes.take(Bytes(length).number<std::uint64_t>());
        check(record, bytes.number<std::uint32_t>());
        events.push_back(event_from(record));
    }
    return events;
}

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

class TestEventFile : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

private Q_SLOTS:
    void checksums_are_those_of_the_standard() {
        QCOMPARE(crc32c("123456789"), 0xE3069283u);
        QCOMPARE(crc32c(""), 0u);
        // RFC 3720, appendix B.4.
        QCOMPARE(crc32c(std::string(32, '\0')), 0x8A9136AAu);
        QCOMPARE(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
    }

    void what_is_written_is_read_back() {
        const fs::path folder = folder_.path().toStdString();
        LogLine line;
        line.images = 1'000'000'000'000;
        line.steps = 10;
        line.curves = {{"loss", {0.25, 0, 1}}, {"kl", {std::nan(""), 0, 0}}};
        line.norm.mean = 3.5;
        line.learning_rate = 6e-4;
        {
            EventFile events(folder, 0);
            events.add(line);
            events.add_preview(line.images, "not a real PNG", 32, 24, 3);
        }
        { EventFile resumed(folder, 640); }
        { EventFile resumed(folder, 1280); }
        const auto files = files_in(folder);
        QCOMPARE(files.size(), std::size_t(3));
        const auto events = events_in(files[0]);
        QCOMPARE(events.size(), std::size_t(4));
        QCOMPARE(events[0].version, std::string("brain.Event:2"));
        QVERIFY(events[0].wall > 1.7e9);
        QCOMPARE(events[1].session, std::int64_t(1));
        QCOMPARE(events[2].step, line.images);
        QCOMPARE(events[2].scalars.at("loss"), 0.25f);
        QVERIFY(std::isnan(events[2].scalars.at("kl")));
        QCOMPARE(events[2].scalars.at("gradient_norm"), 3.5f);
        QCOMPARE(events[2].scalars.at("learning_rate"), 6e-4f);
        QCOMPARE(events[3].image_tag, std::string("previews"));
        QCOMPARE(events[3].png, std::string("not a real PNG"));
        // Later files, in the order of their names, take back what came after their beginning.
        QCOMPARE(events_in(files[1])[1].step, std::int64_t(641));
        QCOMPARE(events_in(files[2])[1].step, std::int64_t(1281));
    }

    void a_run_without_events_gets_them_from_its_log() {
        const fs::path run = fs::path(folder_.path().toStdString()) / "run", out = run / "out";
        std::string log;
        const auto add = [&](std::int64_t images, std::int64_t segment, double loss) {
            LogLine line;
            line.images = images;
            line.segment = segment;
            line.steps = 10;
            line.curves = {{"loss", {loss, loss, loss}}};
            line.time = 1e9 + double(images);
            log += text_of(line) + "\n";
        };
        add(640, 0, 0.5);
        add(1280, 0, 0.25);  // was done again
        add(1280, 1, 0.75);
        write_whole(run / "log.jsonl", log);
        const fs::path preview = run / "previews" / "0000000640.png";
        write_image(preview, Image::blank(32, 24, 3));
        write_whole(run / "previews" / "0000001280.png", "not a picture");
        const auto all = [](const Progress&) { return true; };
        QVERIFY(!has_events(run));
        const fs::path file = export_events(run, out, all);
        QCOMPARE(files_in(out), std::vector<fs::path>{file});
        QVERIFY(has_events(out));
        const auto events = events_in(file);
        QCOMPARE(events.size(), std::size_t(5));  // version, session, two lines, a preview
        QCOMPARE(events[2].scalars.at("loss"), 0.5f);
        QCOMPARE(events[2].wall, 1e9 + 640);
        QCOMPARE(events[3].scalars.at("loss"), 0.75f);
        QVERIFY(events[4].png == read_file(preview, 1 << 20));
        // Stopped, or without a log: nothing is left.
        QVERIFY(export_events(run, run / "no", [](const Progress&) { return false; }).empty());
        QVERIFY(files_in(run / "no").empty());
        QVERIFY_THROWS_EXCEPTION(Error, export_events(out, run / "none", all));
        QVERIFY(!fs::exists(run / "none"));
    }
};

QTEST_GUILESS_MAIN(TestEventFile)
#include "test_event_file.moc"
