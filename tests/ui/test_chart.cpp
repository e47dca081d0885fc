#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>
#include <cmath>

#include "ui/widgets/chart.h"
#include "ui/widgets/heat_map.h"
#include "ui/widgets/theme.h"

using namespace daguerre;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<ChartPoint> wave(int count) {
    std::vector<ChartPoint> points;
    for (int i = 1; i <= count; ++i) {
        const double value = 2 + std::sin(i * 0.7);
        points.push_back({i * 10., i * 10., value, value - 0.5, value + 0.5, false});
    }
    return points;
}

}  // namespace

class TestChart : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void an_average_is_the_weighted_mean_of_all_before() {
        const auto points = wave(200);
        const double length = 250, keep = std::exp(-10 / length);
        const auto smooth = smoothed(points, length);
        for (const int end : {0, 1, 17, 199}) {
            // The first value stands for all that came before it.
            double sum = points[0].mean * std::pow(keep, end);
            for (int i = 1; i <= end; ++i)
                sum += (1 - keep) * std::pow(keep, end - i) * points[std::size_t(i)].mean;
            QVERIFY(std::abs(smooth[std::size_t(end)] - sum) < 1e-12);
        }
        QCOMPARE(smoothed(points, 1e-3)[100], points[100].mean);
    }

    void an_average_passes_over_what_is_not_finite() {
        std::vector<ChartPoint> points(5);
        for (int i = 0; i < 5; ++i) points[std::size_t(i)] = {i * 1., i * 1., 3, 3, 3, false};
        points[0].mean = none;
        points[2].mean = std::numeric_limits<double>::infinity();
        const auto smooth = smoothed(points, 10);
        QVERIFY(std::isnan(smooth[0]));
        for (const std::size_t i : {1, 2, 3, 4}) QCOMPARE(smooth[i], 3.);
    }

    void a_column_keeps_its_least_and_greatest() {
        std::vector<QPointF> points;
        for (int i = 0; i < 100'000; ++i) points.emplace_back(i, std::sin(i * 0.37) * (i % 977));
        points[50'000].setY(5000);
        points[70'001].setY(-7000);
        points[123].setY(none);
        const auto few = reduced(points, 0, 100'000, 300);
        QVERIFY(few.size() <= 600);
        double high = -1e9, low = 1e9;
        for (int i = 0; i < few.size(); ++i) {
            high = std::max(high, few[i].y());
            low = std::min(low, few[i].y());
            QVERIFY(std::isfinite(few[i].y()));
            if (i > 0) QVERIFY(few[i].x() >= few[i - 1].x());
        }
        QCOMPARE(high, 5000.);
        QCOMPARE(low, -7000.);
        const auto part = reduced(points, 40'000, 41'000, 300);
        QVERIFY(part.first().x() < 40'000 && part.last().x() > 41'000);  // lines go on to the edge
        QVERIFY2(part.size() <= 604, qPrintable(QString::number(part.size())));
    }

    void ticks_are_round_and_within() {
        for (const auto& [low, high] : {std::pair(0., 1.), {0.013, 0.27}, {1e-7, 3e4}, {-5., 5.}})
            for (const auto scale : {ChartScale::Linear, ChartScale::Log, ChartScale::Symlog})
                for (const int most : {3, 6}) {
                    const auto all = ticks(scale, low, high, most);
                    QVERIFY(int(all.size()) <= most + 1);
                    for (const Tick& tick : all) {
                        const double slack = 1e-9 * std::max(std::abs(low), std::abs(high));
                        QVERIFY2(tick.value >= low - slack && tick.value <= high + slack,
                                 qPrintable(QStringLiteral("%1 in %2 to %3, scale %4")
                                                .arg(tick.value)
                                                .arg(low)
                                                .arg(high)
                                                .arg(int(scale))));
                        if (tick.value == 0) continue;
                        const double size = std::abs(tick.value);
                        const double lead =
                            size / std::pow(10, std::floor(std::log10(size) + 1e-9));
                        if (scale != ChartScale::Linear || low != 0.013)
                            QVERIFY(std::abs(lead - std::round(lead)) < 1e-6);
                    }
                }
        QStringList labels;
        for (const Tick& tick : ticks(ChartScale::Log, 0.018, 0.22, 6)) labels += tick.label;
        QCOMPARE(labels, QStringList({QStringLiteral("0.02"), QStringLiteral("0.05"),
                                      QStringLiteral("0.1"), QStringLiteral("0.2")}));
        QCOMPARE(shortNumber(250'000), QStringLiteral("250k"));
        QCOMPARE(shortNumber(1e6), QStringLiteral("1M"));
    }

    void scales_are_monotonous_and_symlog_is_odd() {
        QVERIFY(std::isnan(scaled(ChartScale::Log, 0)));
        QCOMPARE(scaled(ChartScale::Log, 0.01), -2.);
        QCOMPARE(scaled(ChartScale::Symlog, 0), 0.);
        double before = -1e9;
        for (double value = -100; value <= 100; value += 0.5) {
            const double place = scaled(ChartScale::Symlog, value, 0.1);
            QVERIFY(place > before);
            QCOMPARE(place, -scaled(ChartScale::Symlog, -value, 0.1));
            before = place;
        }
    }

    void clipping_counts_what_it_leaves_out() {
        std::vector<double> values(1000, 1);
        for (int i = 0; i < 1000; ++i) values[std::size_t(i)] = i;
        values.push_back(1e9);
        values.push_back(none);
        const Spread spread = inner(values);
        QCOMPARE(spread.low, 10.);
        QCOMPARE(spread.high, 990.);
        QCOMPARE(spread.outside, 10 + 10);
        QCOMPARE(inner({}).outside, 0);
    }

    void the_chart_draws_the_curve_where_it_is() {
        Chart chart(QStringLiteral("Loss"));
        chart.resize(400, 200);
        // Rises from 0 to 1: the line goes from the lower left to the upper right.
        ChartCurve curve{QStringLiteral("run"), 0, false, {}};
        for (int i = 0; i <= 100; ++i) {
            const double y = i / 100.;
            curve.points.push_back({i * 1., i * 1., y, y, y, false});
        }
        ChartLook look;
        look.drawn = ChartLook::Drawn::Raw;
        chart.setLook(look);
        chart.setCurves({curve});
        chart.setWhole(0, 100);
        const QImage image = chart.grab().toImage();
        const QColor ink = chartColour(0);
        const auto near = [&](int x, int y) {
            for (int dx = -3; dx <= 3; ++dx)
                for (int dy = -6; dy <= 6; ++dy)
                    if (image.rect().contains(x + dx, y + dy)) {
                        const QColor here = image.pixelColor(x + dx, y + dy);
                        if (std::abs(here.blue() - ink.blue()) < 40 &&
                            std::abs(here.red() - ink.red()) < 60)
                            return true;
                    }
            return false;
        };
        const int left = 44, right = 388, top = 6, bottom = 180;  // of the plot
        QVERIFY(near((left + right) / 2, (top + bottom) / 2 + 4));
        QVERIFY(near(left + 20, bottom - 10));
        QVERIFY(!near(left + 40, top + 30));
    }

    void hard_series_are_drawn_without_harm() {
        Chart chart(QStringLiteral("Loss"));
        chart.resize(300, 160);
        std::vector<std::vector<ChartPoint>> hard(5);
        hard[1] = {{5, 5, 3, 3, 3, false}};
        for (int i = 0; i < 50; ++i) {
            hard[2].push_back({i * 1., i * 1., 7, 7, 7, false});          // constant
            hard[3].push_back({i * 1., i * 1., none, none, none, true});  // nothing finite
            hard[4].push_back({i * 1., i * 1., i % 2 ? -1e30 : 1e30, -1e30, 1e30, false});
        }
        for (const auto& points : hard)
            for (const auto scale : {ChartScale::Linear, ChartScale::Log, ChartScale::Symlog})
                for (const bool clip : {false, true}) {
                    ChartLook look;
                    look.scale = scale;
                    look.clip = clip;
                    chart.setLook(look);
                    chart.setCurves({{QStringLiteral("run"), 0, false, points}});
                    chart.setWhole(0, 50);
                    QVERIFY(!chart.grab().isNull());
                }
    }

    void dragging_zooms_and_a_double_click_shows_all() {
        Chart chart(QStringLiteral("Loss"));
        chart.resize(400, 200);
        chart.setCurves({{QStringLiteral("run"), 0, false, wave(100)}});
        chart.setWhole(0, 1000);
        QSignalSpy chosen(&chart, &Chart::chosen), whole(&chart, &Chart::wholeWanted);
        connect(&chart, &Chart::chosen, &chart, &Chart::setShown);
        QTest::mousePress(&chart, Qt::LeftButton, {}, {130, 90});
        QTest::mouseMove(&chart, {220, 90});
        QTest::mouseRelease(&chart, Qt::LeftButton, {}, {216, 90});
        QCOMPARE(chosen.count(), 1);
        // The plot is 344 px wide and begins at 44.
        QVERIFY(std::abs(chart.shown().first - 1000. * (130 - 44) / 344) < 1);
        QVERIFY(std::abs(chart.shown().second - 1000. * (216 - 44) / 344) < 1);
        QTest::mouseDClick(&chart, Qt::LeftButton, {}, {200, 90});
        QCOMPARE(whole.count(), 1);
        QTest::mouseClick(&chart, Qt::LeftButton, {}, {200, 90});
        QCOMPARE(chosen.count(), 1);  // a click isn't a drag
    }

    void the_numbers_can_be_taken_out() {
        Chart chart(QStringLiteral("Loss"));
        chart.setCurves({{QStringLiteral("a \"b\""), 0, false, wave(3)}});
        const QStringList lines = chart.csv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[1].startsWith(QLatin1String("\"a \"\"b\"\"\",10,10,")));
        QCOMPARE(chart.valueAt(0, 20), smoothed(wave(3), 1)[1]);
        QVERIFY(std::isnan(chart.valueAt(0, none)));
    }

    void a_heat_map_shows_high_rows_on_top() {
        HeatMap map(QStringLiteral("levels"));
        map.resize(300, 160);
        map.setShown(0, 100);
        map.setColumns({{100, {0, 0, 1, 1}, {1, 1, 2, 2}}});
        const QImage image = map.grab().toImage();
        QCOMPARE(image.pixelColor(120, 40), QColor::fromRgb(cividis(1)));
        QCOMPARE(image.pixelColor(120, 120), QColor::fromRgb(cividis(0)));
        map.setColumns({});
        QVERIFY(!map.grab().isNull());
    }
};

QTEST_MAIN(TestChart)
#include "test_chart.moc"
