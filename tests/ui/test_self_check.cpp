#include <QtTest>
#include <nlohmann/json.hpp>
#include <set>

#include "ui/self_check.h"

using namespace daguerre;

/// That it measures something; what it measures is the machine's business.
class TestSelfCheck : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_event_is_painted_and_told_as_json() {
        std::vector<nlohmann::json> lines;
        runSelfCheck(0.4, 320, 240, [&](const std::string& line) {
            QVERIFY(line.find('\n') == std::string::npos);
            lines.push_back(nlohmann::json::parse(line));
        });
        std::set<std::string> kinds;
        for (const nlohmann::json& line : lines) {
            const std::string kind = line.at("check");
            kinds.insert(kind);
            if (kind == "summary") continue;
            if (kind == "open") {
                QVERIFY(0 < line.at("read_ms") && line.at("read_ms") <= line.at("shown_ms"));
                continue;
            }
            QVERIFY2(line.at("paints") >= line.at("events"), line.dump().c_str());
            QVERIFY(line.at("p50_ms") <= line.at("p99_ms") &&
                    line.at("p99_ms") <= line.at("max_ms"));
        }
        QCOMPARE(kinds, (std::set<std::string>{"open", "brush", "pan", "zoom", "summary"}));
        QCOMPARE(lines.back().at("check"), "summary");
    }
};

QTEST_MAIN(TestSelfCheck)
#include "test_self_check.moc"
