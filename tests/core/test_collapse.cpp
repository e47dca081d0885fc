#include "core/training/collapse.h"

#include <QTest>

#include "stand_ins.h"

using namespace daguerre;

class TestCollapse : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void samples_like_the_data_are_like_it_in_all_gauges();
    void one_picture_is_told_by_each();
    void without_a_judge_similarity_is_left();

private:
    /// Gauges of a model that makes the first `kinds` shapes over and over.
    std::map<std::string, double> gauges_of(std::int64_t kinds, const Classifier* judge) const {
        std::map<std::string, double> values;
        for (const auto& [name, value] :
             collapse_gauges(Painter(kinds), network_views(*tiny_dataset(512), 16, 1, {}), judge,
                             {.device = "cpu", .threads = 1}))
            values[name] = value;
        return values;
    }
};

void TestCollapse::samples_like_the_data_are_like_it_in_all_gauges() {
    const Ruler ruler;
    auto values = gauges_of(512, &ruler);
    QCOMPARE(values.size(), std::size_t(5));
    QVERIFY(std::abs(values[gauges::similarity] - values[gauges::similarity_of_data]) < 0.12);
    QVERIFY(std::abs(values[gauges::entropy] - values[gauges::entropy_of_data]) < 0.05);
    QVERIFY(values[gauges::entropy] > 0.9);
    QVERIFY(values[gauges::entropy] <= 1);
    QVERIFY(values[gauges::recall] > 0.7);
}

void TestCollapse::one_picture_is_told_by_each() {
    const Ruler ruler;
    auto values = gauges_of(1, &ruler);
    QVERIFY(values[gauges::similarity] > 0.999);
    QVERIFY(values[gauges::similarity] > values[gauges::similarity_of_data] + 0.15);
    QCOMPARE(values[gauges::entropy], 0.0);
    QVERIFY(values[gauges::recall] < 0.1);
}

void TestCollapse::without_a_judge_similarity_is_left() {
    QCOMPARE(gauges_of(512, nullptr).size(), std::size_t(2));
    Ruler other;
    other.info_.width = other.info_.height = 28;
    QCOMPARE(gauges_of(512, &other).size(), std::size_t(2));
}

QTEST_GUILESS_MAIN(TestCollapse)
#include "test_collapse.moc"
