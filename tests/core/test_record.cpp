#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <random>

#include "core/image/image_file.h"
#include "core/image/metadata.h"
#include "core/image/record.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

Record sneaker() {
    return {"sneaker",
            {{"Steps", "20"},
             {"Sampler", "DPM++ 2M"},
             {"Schedule type", "Karras"},
             {"CFG scale", "2"},
             {"Seed", "1234"},
             {"Size", "28x28"},
             {"Model hash", "3f9a1c07be"},
             {"Model", "fashion"},
             {"RNG", "CPU"},
             {"Class", "sneaker"},
             {"Version", "Daguerre 0.1.0"}},
            R"({"format":1,"request":{"class":"T-shirt, “short”","seed":1234}})"};
}

bool same(const Record& a, const Record& b) {
    return a.title == b.title && a.parameters == b.parameters && a.daguerre == b.daguerre;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

}  // namespace

class TestRecord : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder() { return temporary_.path().toStdString(); }
private Q_SLOTS:
    void the_line_is_the_one_other_programs_read() {
        QCOMPARE(parameters_text(sneaker()),
                 std::string("sneaker\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG "
                             "scale: 2, Seed: 1234, Size: 28x28, Model hash: 3f9a1c07be, Model: "
                             "fashion, RNG: CPU, Class: sneaker, Version: Daguerre 0.1.0"));
        QCOMPARE(parameters_text({"", {{"Seed", "7"}}, ""}), std::string("Seed: 7"));
        QCOMPARE(parameters_text({"cat", {}, ""}), std::string("cat"));
    }

    void any_value_comes_back() {
        for (const char* value :
             {"plain", "", " ", "a, b", "a: b", "\"quoted\"", "say \"hi\", twice: now",
              "two\nlines", "back\\slash", "\\\"", "\"", "tab\tbed", "你好，世界：“好”", "🐈",
              "end,", ":", "\r\n", " led and trailed ", "Steps: 3, Seed: 4, Size: 5"}) {
            const Record record{"t", {{"Model", "m"}, {"Value", value}, {"Version", "1"}}, ""};
            const Record back = parse_parameters(parameters_text(record));
            QVERIFY2(same(back, record), value);
        }
    }

    void foreign_texts_are_read() {
        const Record record = parse_parameters(
            "a cat, sitting: quietly\non a mat\nNegative prompt: blurry,\nlow quality\nSteps: 20, "
            "Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x768, Model hash: 6ce0161689, Lora "
            "hashes: \"a: 1, b: 2\", Version: v1.6.0");
        QCOMPARE(record.title, std::string("a cat, sitting: quietly\non a mat"));
        QVERIFY(record.parameters == (Pairs{{"Negative prompt", "blurry,\nlow quality"},
                                            {"Steps", "20"},
                                            {"Sampler", "Euler a"},
                                            {"CFG scale", "7"},
                                            {"Seed", "5"},
                                            {"Size", "512x768"},
                                            {"Model hash", "6ce0161689"},
                                            {"Lora hashes", "a: 1, b: 2"},
                                            {"Version", "v1.6.0"}}));
    }

    void two_pairs_are_a_sentence() {
        const Record record = parse_parameters("Note: this is fine, see: below");
        QCOMPARE(record.title, std::string("Note: this is fine, see: below"));
        QVERIFY(record.parameters.empty());
    }

    void every_format_carries_it() {
        for (const ImageFormat& format : image_formats()) {
            Image image = Image::blank(8, 8, 3);
            add_record(image, sneaker());
            add_record(image, sneaker());  // replaces, doesn't pile up
            QCOMPARE(image.metadata.text.size(), std::size_t(2));
            write_image(folder() / ("a" + format.suffixes[0]), image);
            const auto back = record_of(read_image(folder() / ("a" + format.suffixes[0])).metadata);
            QVERIFY2(back, format.id.c_str());
            Record expected = sneaker();
            if (format.record == RecordPlace::Xmp) expected = {"", {}, expected.daguerre};
            QVERIFY2(same(*back, expected), format.id.c_str());
            write_image(folder() / ("b" + format.suffixes[0]), image, {.record = false});
            QVERIFY(!record_of(read_image(folder() / ("b" + format.suffixes[0])).metadata));
        }
    }

    void what_others_wrote_stays() {
        const std::string theirs = "a cat\nSteps: 1, Seed: 2, Version: v1.6.0";
        Image image = Image::blank(8, 8, 3);
        image.metadata.text = {{"parameters", theirs}, {"Title", "Mine"}};
        image.metadata.exif = with_user_comment({}, "On the beach");
        add_record(image, sneaker());
        QVERIFY(
            image.metadata.text ==
            (Pairs{{"parameters", theirs}, {"Title", "Mine"}, {"daguerre", sneaker().daguerre}}));
        write_image(folder() / "c.jpg", image);
        const Metadata back = read_image(folder() / "c.jpg").metadata;
        QCOMPARE(user_comment(back.exif), std::string("On the beach"));
        QCOMPARE(xmp_record(back.xmp), sneaker().daguerre);
        remove_record(image.metadata);
        QVERIFY(image.metadata.text == (Pairs{{"parameters", theirs}, {"Title", "Mine"}}));
    }

    void comments_are_read_in_either_byte_order() {
        // Some programs write UNICODE comments big-endian whatever the header says.
        for (const bool header_big : {false, true})
            for (const bool text_big : {false, true}) {
                const auto number = [&](unsigned n, int bytes) {
                    std::string out;
                    for (int i = 0; i < bytes; ++i)
                        out += char(n >> 8 * (header_big ? bytes - 1 - i : i));
                    return out;
                };
                std::string comment("UNICODE\0", 8);
                for (const char c : std::string("Hi 1"))
                    comment += text_big ? std::string{'\0', c} : std::string{c, '\0'};
                std::string exif = (header_big ? std::string("MM") : std::string("II")) +
                                   number(42, 2) + number(8, 4) + number(1, 2) + number(0x8769, 2) +
                                   number(4, 2) + number(1, 4) + number(26, 4) + number(0, 4) +
                                   number(1, 2) + number(0x9286, 2) + number(7, 2) + number(16, 4) +
                                   number(44, 4) + number(0, 4) + comment;
                const auto* first = reinterpret_cast<const std::byte*>(exif.data());
                QCOMPARE(user_comment({first, first + exif.size()}), std::string("Hi 1"));
            }
    }

    void comments_hold_any_language() {
        for (const char* text : {"plain", "Ärger", "你好", "🐈 and more", "a"})
            QCOMPARE(user_comment(with_user_comment({}, text)), std::string(text));
        const auto twice = with_user_comment(with_user_comment({}, "a long first text"), "short");
        QCOMPARE(user_comment(twice), std::string("short"));
    }

    void hostile_contents_are_left_out() {
        const auto bytes = [](const std::string& text) {
            const auto* first = reinterpret_cast<const std::byte*>(text.data());
            return std::vector<std::byte>(first, first + text.size());
        };
        const std::string deep(100'000, '['), record = "urn:daguerre:1";
        for (const std::string& text :
             {std::string(), deep, std::string(3 << 20, 'x'), std::string("{\"a\":1"),
              std::string("\xFF\xFE\xFD"), std::string("{\"a\":\"\xFF\"}"), std::string("[1]"),
              std::string("Steps: \"unclosed, Seed: \\"), std::string(",,,:::,\"\"\","),
              std::string("a:,b:,c:,"), "<x:xmpmeta " + record + ">" + deep,
              "<!DOCTYPE a [<!ENTITY b \"" + record + "\">]><a>&b;</a>"}) {
            Metadata metadata;
            metadata.text = {{"parameters", text}, {"daguerre", text}};
            metadata.exif = metadata.xmp = bytes(text);
            const auto found = record_of(metadata);
            QVERIFY(!found || found->daguerre.empty());
            Image image = Image::blank(2, 2, 1);
            image.metadata = metadata;
            add_record(image, sneaker());
            QCOMPARE(record_of(image.metadata)->daguerre, sneaker().daguerre);
            record_in_tags(image.metadata, true);
        }
    }

    void random_bytes_never_throw() {
        std::mt19937 random(3);
        const std::string alphabet = "abz:, \"\\\n{}[]0\xC3\xA9\xFF";
        const auto good = with_user_comment({}, parameters_text(sneaker()));
        for (int round = 0; round < 3000; ++round) {
            std::string text;
            for (auto n = random() % 60; n > 0; --n) text += alphabet[random() % alphabet.size()];
            const Record record = parse_parameters(text);
            parse_parameters(parameters_text(record));
            auto exif = good;
            for (int flips = 0; flips < 3; ++flips)
                exif[random() % exif.size()] ^= std::byte(1 + random() % 255);
            user_comment(exif);
            with_user_comment(exif, "new");
        }
    }
};

QTEST_GUILESS_MAIN(TestRecord)
#include "test_record.moc"
