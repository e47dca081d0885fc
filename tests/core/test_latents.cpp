#include "core/models/latents.h"

#include <QtTest>
#include <cmath>
#include <numbers>

#include "core/base/json.h"

using namespace daguerre;

namespace {

GenerateRequest frames(std::int64_t count, std::int64_t seed = 7) {
    GenerateRequest request;
    request.count = count;
    request.seed = seed;
    return request;
}

}  // namespace

class TestLatents : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_latent_hangs_on_its_seed_alone() {
        const at::Tensor one = latent_of(5, 64);
        QVERIFY(at::equal(one, latent_of(5, 64)));
        QVERIFY(!at::equal(one, latent_of(6, 64)));
        QVERIFY(at::equal(one.view({1, 8, 8}),
                          at::randn({1, 8, 8}, at::detail::createCPUGenerator(5), at::kFloat)));
    }

    void slerp_keeps_the_length_and_an_even_pace() {
        const at::Tensor a = at::tensor({2.0f, 0.0f}), b = at::tensor({0.0f, 2.0f});
        for (const double u : {0.0, 0.25, 0.5, 0.9, 1.0}) {
            const double turn = u * std::numbers::pi / 2;
            const at::Tensor expected =
                at::tensor({float(2 * std::cos(turn)), float(2 * std::sin(turn))});
            QVERIFY(at::allclose(slerp(a, b, u), expected, 0, 1e-6));
        }
    }

    void slerp_ends_on_its_ends() {
        const at::Tensor a = latent_of(1, 100), b = latent_of(2, 100);
        QVERIFY(at::equal(slerp(a, b, 0), a));
        QVERIFY(at::equal(slerp(a, b, 1), b));
    }

    void slerp_is_a_line_where_there_is_no_arc() {
        const at::Tensor a = at::tensor({1.0f, 2.0f});
        QVERIFY(at::allclose(slerp(a, a, 0.3), a));
        QVERIFY(at::allclose(slerp(a, -a, 0.25), a / 2));  // as latents of one value often lie
        QVERIFY(at::allclose(slerp(a * 0, a, 0.5), a / 2));
    }

    void a_walk_to_one_seed_ends_there() {
        const GenerateRequest request = frames(5);
        QVERIFY(at::equal(latent_of_image(request, 1, 0, 32), latent_of(7, 32)));
        QVERIFY(at::equal(latent_of_image(request, 1, 4, 32), latent_of(8, 32)));
        QCOMPARE(walk_place(1, 2, 5).along, 0.5);
        QVERIFY(at::equal(latent_of_image(frames(1), 1, 0, 32), latent_of(7, 32)));
    }

    void a_longer_walk_visits_all_and_closes() {
        const GenerateRequest request = frames(12, 4294967295);
        for (const std::int64_t stop : {0, 1, 2})
            QVERIFY(at::equal(latent_of_image(request, 2, 4 * stop, 32),
                              latent_of(std::uint32_t(4294967295 + stop), 32)));
        const WalkPlace last = walk_place(2, 11, 12);
        QCOMPARE(last.from, std::int64_t(2));
        QCOMPARE(last.to, std::int64_t(0));
        QCOMPARE(last.along, 0.75);
    }

    void every_frame_stands_on_its_walk() {
        for (const std::int64_t walk : {1, 2, 3, 7})
            for (const std::int64_t count : {1, 2, 3, 10, 1000}) {
                double before = -1;
                for (std::int64_t i = 0; i < count; ++i) {
                    const WalkPlace place = walk_place(walk, i, count);
                    QVERIFY(place.from >= 0 && place.from <= walk && place.to <= walk);
                    QVERIFY(place.along >= 0 && place.along <= 1);
                    const double at = double(place.from) + place.along;
                    QVERIFY(at > before);
                    before = at;
                }
            }
    }

    void without_a_walk_every_image_has_its_own() {
        const GenerateRequest request = frames(3, 4294967294);
        QVERIFY(at::equal(latent_of_image(request, 0, 2, 16), latent_of(0, 16)));
    }

    void a_record_says_the_walk() {
        Record record;
        record.title = "cat";
        record.parameters = {{"Seed", "12"}, {"Walk", "3"}, {"Class", "cat"}};
        record.daguerre = R"({"request":{"count":1,"seed":12,"class":"cat"}})";
        Record named = record, none = record;
        GenerateRequest request = frames(60);
        say_walk(record, request, 3, 5);
        QCOMPARE(parameters_text(record), std::string("Walk: 3, Frame: 6 of 60, Seed: 7"));
        QCOMPARE(record.daguerre,
                 std::string(R"({"request":{"count":60,"seed":7,"walk":3},"frame":5})"));
        request.image_class = "cat";
        say_walk(named, request, 3, 5);
        QCOMPARE(named.title, std::string("cat"));
        QVERIFY(named.daguerre.find(R"("class":"cat")") != std::string::npos);
        say_walk(none, request, 0, 5);
        QCOMPARE(none.parameters[0].second, std::string("12"));
    }
};

QTEST_GUILESS_MAIN(TestLatents)
#include "test_latents.moc"
