#include <QtTest>
#include <algorithm>

#include "core/base/error.h"
#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "refusal.h"

using namespace daguerre;

namespace {

struct Options {
    int steps = 20;
    double guidance = 1.5;
    bool clamp = true;
    std::string sampler = "ddim";
    void each(auto&& visit) {
        visit(steps, {.key = "steps", .label = "Steps", .min = 1, .max = 1000});
        visit(guidance, {.key = "guidance", .label = "Guidance", .max = 20});
        visit(clamp, {.key = "clamp", .label = "Clamp"});
        visit(sampler,
              {.key = "sampler", .label = "Sampler", .choices = {"ddim", "euler", "heun"}});
    }
};

}  // namespace

class TestFields : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sentences_fill_in_their_values() {
        QCOMPARE(
            Sentence({"“{f}” has {n} of {m}; {unknown}", {{"f", "a.png"}, {"n", 3}, {"m", 2.5}}})
                .text(),
            std::string("“a.png” has 3 of 2.5; {unknown}"));
        QCOMPARE(Sentence({"a { b", {}}).text(), std::string("a { b"));
    }

    void nearest_word_is_found() {
        QCOMPARE(nearest("elur", {"ddim", "euler", "heun"}), std::string("euler"));
        QCOMPARE(nearest("xyz", {"ddim", "euler"}), std::string());
        QCOMPARE(nearest(std::string(100000, 'x'), {"ddim"}), std::string());
    }

    void fields_survive_json_and_text() {
        const Fields fields =
            fields_of(Options{.steps = 7, .guidance = 0.1, .clamp = false, .sampler = "heun"});
        Fields by_json = fields_of<Options>(), by_text = fields_of<Options>();
        set_from_json(by_json, parse_json(json_of(fields).dump(), "test"), "test");
        for (const Field& field : fields) set_field_text(by_text, field.key, text_of(field.value));
        for (std::size_t i = 0; i < fields.size(); ++i) {
            QVERIFY(by_json[i].value == fields[i].value);
            QVERIFY(by_text[i].value == fields[i].value);
        }
        const Options back = options_from<Options>(by_text);
        QCOMPARE(back.steps, 7);
        QCOMPARE(back.guidance, 0.1);
        QCOMPARE(back.clamp, false);
        QCOMPARE(back.sampler, std::string("heun"));
    }

    void only_changes_are_told() {
        Fields fields = fields_of<Options>();
        QVERIFY(changed_json_of(fields).empty());
        set_field(fields, "guidance", std::int64_t(3));  // a whole number is a number
        QCOMPARE(changed_json_of(fields).dump(), std::string(R"({"guidance":3.0})"));
    }

    void bad_values_are_refused() {
        const std::vector<std::pair<std::string, std::string>> refused{
            {"steps", "0"},
            {"steps", "1001"},
            {"steps", "1.5"},
            {"steps", ""},
            {"steps", "99999999999999999999"},
            {"guidance", "nan"},
            {"guidance", "-1"},
            {"guidance", "inf"},
            {"clamp", "maybe"},
            {"steps", "seven"}};
        for (const auto& [key, value] : refused) {
            Fields fields = fields_of<Options>();
            const std::string why = refusal([&] { set_field_text(fields, key, value); });
            QVERIFY2(why.find(key) != std::string::npos, (key + "=" + value).c_str());
            QVERIFY(fields[0].value == FieldValue(std::int64_t(20)));
        }
    }

    void unknown_words_name_the_nearest() {
        Fields fields = fields_of<Options>();
        const auto key = refusal<UnknownWord>([&] { set_field_text(fields, "guidence", "2"); });
        QVERIFY(key.find("“guidance”") != std::string::npos);
        const auto word = refusal<UnknownWord>([&] { set_field_text(fields, "sampler", "hein"); });
        QVERIFY(word.find("“heun”") != std::string::npos);
    }

    void json_from_outside_is_limited() {
        QVERIFY(!refusal([] { parse_json(R"({"a":1,"a":2})", "x"); }).empty());
        QVERIFY(!refusal([] { parse_json("{", "x"); }).empty());
        QVERIFY(!refusal([] { parse_json(std::string(100000, '['), "x"); }).empty());
        QVERIFY(!refusal([] { parse_json("[1,2,3]", "x", {.bytes = 4}); }).empty());
        const std::string fine = R"({"b":1,"a":[{"b":2}]})";
        QCOMPARE(parse_json(fine, "x").dump(), fine);
    }

    void random_numbers_are_the_recorded_ones() {
        // splitmix64 from state 0, its first two outputs: Vigna's reference program.
        QCOMPARE(mix(0), std::uint64_t(0xE220A8397B1DCDAF));
        QCOMPARE(mix(0x9E3779B97F4A7C15u), std::uint64_t(0x6E789E6AA1B965F4));
        QCOMPARE(seed_for(1, Stream::TrainingNoise, 5), mix(mix(mix(1) ^ 3) ^ 5));
        QVERIFY(unit_interval(~0ull) < 1.0);
    }

    void every_epoch_is_a_permutation() {
        for (std::uint32_t count : {0u, 1u, 2u, 1000u}) {
            std::vector<std::uint32_t> order = permutation(7, 3, count);
            std::sort(order.begin(), order.end());
            for (std::uint32_t i = 0; i < count; ++i) QCOMPARE(order[i], i);
        }
        QVERIFY(permutation(7, 3, 1000) != permutation(7, 4, 1000));
        QVERIFY(permutation(7, 3, 1000) != permutation(8, 3, 1000));
    }
};

QTEST_GUILESS_MAIN(TestFields)
#include "test_fields.moc"
