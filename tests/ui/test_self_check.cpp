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

    void looking_through_a_folder_is_told_too() {
        const QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        std::vector<nlohmann::json> lines;
        runDatasetsCheck("", 600, 640, 480, [&](const std::string& line) {
            lines.push_back(nlohmann::json::parse(line));
        });
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[0].at("images"), 600);
        QVERIFY(lines[0].at("first_thumbnails_ms") > 0);
        QCOMPARE(lines[1].at("check"), "datasets-fling");
        QVERIFY(lines[1].at("p50_ms") <= lines[1].at("p99_ms"));
    }
};

QTEST_MAIN(TestSelfCheck)
#include "test_self_check.moc"
