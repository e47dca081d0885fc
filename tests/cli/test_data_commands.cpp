#include "cli/program.h"
#include "core/image/image_file.h"
#include "dataset_files.h"
#include "loopback.h"

/// fetch, datasets and inspect, as their users start them.
class TestDataCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_download_stopped_by_ctrl_c_goes_on();
    void a_download_that_fails_says_why();
    void steps_are_said_where_an_account_is_needed();
    void inspect_counts_and_lists_what_is_broken();
    void datasets_are_listed_with_what_is_known_of_them();

private:
    std::filesystem::path place(const char* name) const {
        return bench_.path(QString::fromUtf8(name)).toStdString();
    }
    Bench bench_;
};

void TestDataCommands::a_download_stopped_by_ctrl_c_goes_on() {
    write_image(place("made.png"), daguerre::Image::blank(4, 4, 3));
    const std::string image = bench_.read(QStringLiteral("made.png")).toStdString();
    const std::string body = zip_of({{"cat/1.png", image}, {"dog/2.png", image}});
    const std::string more = "ETag: \"a\"\r\n";
    std::atomic<bool> hangs = true;
    Loopback server([&](const std::string& head) {
        if (hangs.exchange(false))
            return Loopback::answer("200 OK", body.substr(0, 100), more, long(body.size())) +
                   Loopback::hang;
        return Loopback::good(head, body, more);
    });
    const QStringList line = words("fetch pets --json --from") +
                             QStringList{QString::fromStdString(server.address("/pets.zip"))};
    const Ran stopped = bench_.interrupted(line, "progress", 1, SIGINT);
    QCOMPARE(stopped.status, 130);
    QCOMPARE(bench_.read(QStringLiteral("home/datasets/.pets.part/pets.zip.part")).size(), 100);
    const Ran ran = bench_.run(line);
    QVERIFY2(ran.status == 0, ran.err);
    QCOMPARE(Loopback::begin_of(server.requests()[1]), 100L);
    QCOMPARE(bench_.run(words("inspect pets")).status, 0);
}

void TestDataCommands::a_download_that_fails_says_why() {
    Loopback server([](const std::string&) { return Loopback::answer("404 Not Found", "gone"); });
    for (const char* id : {"cifar10", "mine"}) {
        const Ran ran =
            bench_.run({QStringLiteral("fetch"), QString::fromUtf8(id), QStringLiteral("--from"),
                        QString::fromStdString(server.address("/x.zip"))});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains("the server answers 404"), ran.err);
    }
}

void TestDataCommands::steps_are_said_where_an_account_is_needed() {
    const Ran ran = bench_.run(words("fetch celeba"));
    QCOMPARE(ran.status, 1);
    for (const char* said : {"1. Open https://", "img_align_celeba.zip", "--from FOLDER"})
        QVERIFY2(ran.err.contains(said), ran.err);
}

void TestDataCommands::inspect_counts_and_lists_what_is_broken() {
    for (const char* name : {"set/train/cat/1.png", "set/train/cat/2.png", "set/train/dog/3.png",
                             "set/test/dog/4.png"})
        write_image(place(name), daguerre::Image::blank(8, 8, 3));
    write_quickly(place("set/train/dog/broken.png"), "no image");
    const auto about = [&](const char* line) {
        const Ran ran = bench_.run(words(line));
        return ran.json().value(0);
    };
    for (const char* line : {"inspect set --json", "inspect set --all --json"}) {
        const QJsonObject object = about(line);
        QCOMPARE(object[QStringLiteral("images")].toInt(), 4);
        const QJsonObject classes = object[QStringLiteral("images_by_class")].toObject();
        QCOMPARE(classes[QStringLiteral("cat")].toInt(), 2);
        QCOMPARE(classes[QStringLiteral("dog")].toInt(), 2);
        const QJsonObject splits = object[QStringLiteral("images_by_split")].toObject();
        QCOMPARE(splits[QStringLiteral("train")].toInt(), 4);
        QCOMPARE(splits[QStringLiteral("test")].toInt(), 1);
        const QJsonArray problems = object[QStringLiteral("problems")].toArray();
        QCOMPARE(problems.size(), 1);
        QVERIFY(problems[0].toString().contains(QStringLiteral("broken.png")));
    }
    write_quickly(
        place("pets.tar"),
        tar_of({{"a.png", bench_.read(QStringLiteral("set/test/dog/4.png")).toStdString()}}));
    QCOMPARE(about("inspect pets.tar --json")[QStringLiteral("images")].toInt(), 1);
}

void TestDataCommands::datasets_are_listed_with_what_is_known_of_them() {
    write_image(place("own/1.png"), daguerre::Image::blank(8, 8, 3));
    QCOMPARE(bench_.run(words("fetch own-set --from own")).status, 0);
    QStringList ids;
    for (const QJsonObject& object : bench_.run(words("datasets --json")).json()) {
        if (object[QStringLiteral("event")] != QStringLiteral("dataset")) continue;
        const QString id = object[QStringLiteral("id")].toString();
        ids.append(id);
        QVERIFY2(object[QStringLiteral("train")].toInt() > 0, qPrintable(id));
        if (!object.contains(QStringLiteral("licence"))) continue;  // one's own
        QVERIFY2(!object[QStringLiteral("licence")].toString().isEmpty(), qPrintable(id));
        QVERIFY2(!object[QStringLiteral("source")].toString().isEmpty(), qPrintable(id));
    }
    for (const char* id : {"mnist", "fashion-mnist", "kmnist", "quickdraw", "cifar10", "cifar100",
                           "celeba", "imagenet", "own-set"})
        QVERIFY2(ids.contains(QString::fromUtf8(id)), id);
    const Ran ran = bench_.run(words("datasets"));
    QVERIFY2(
        ran.out.contains("1281167 images to train") && ran.out.contains("daguerre fetch celeba"),
        ran.out);
}

QTEST_GUILESS_MAIN(TestDataCommands)
#include "test_data_commands.moc"
