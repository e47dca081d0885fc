#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <random>

#include "core/image/image_file.h"
#include "ui/session/recovery.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

Tiles photo() {
    Image image = Image::blank(600, 400);
    std::mt19937 random(7);
    for (std::byte& value : image.pixels) value = std::byte(random() & 255);
    return Tiles(image);
}

bool same(const Tiles& a, const Tiles& b) { return a.image().pixels == b.image().pixels; }

void stroke(Document& document, int number) {
    Tiles after = document.mask();
    Image part = Image::blank(30, 20, 1);
    std::ranges::fill(part.pixels, std::byte(255));
    after.paste(number * 37 % 550, number * 53 % 370, part);
    document.apply(Layer::Mask, after, QStringLiteral("Stroke"));
}

}  // namespace

class TestRecovery : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;

    static std::vector<JournalSummary> left(Recovery& recovery) {
        std::vector<JournalSummary> all;
        bool told = false;
        const auto connection =
            connect(&recovery, &Recovery::found, &recovery, [&](const auto& found) {
                all = found;
                told = true;
            });
        recovery.look();
        if (!QTest::qWaitFor([&] { return told; }, 30000)) qFatal("look() never told");
        disconnect(connection);
        return all;
    }
    static std::shared_ptr<const JournalContents> read(Recovery& recovery,
                                                       const fs::path& journal) {
        std::shared_ptr<const JournalContents> contents;
        connect(&recovery, &Recovery::reopened, &recovery,
                [&](const auto& reopened) { contents = reopened; });
        recovery.reopen(journal);
        if (!QTest::qWaitFor([&] { return contents != nullptr; }, 30000)) qFatal("never reopened");
        return contents;
    }

private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void a_photo_comes_back_with_all_its_steps_and_goes_on() {
        const fs::path file = folder_ / "kitten.png";
        write_image(file, photo().image());
        Document document(Tiles(read_image(file)), file);
        {
            Recovery recovery(folder_ / "r");
            recovery.keep(document);
            for (int i = 0; i < 20; ++i) stroke(document, i);
            document.history().undo();
            QTRY_VERIFY(recovery.settled());
            QVERIFY(left(recovery).empty());  // it is being worked on
        }
        Tiles last;
        {
            Recovery recovery(folder_ / "r");
            const std::vector<JournalSummary> found = left(recovery);
            QCOMPARE(found.size(), 1u);
            QCOMPARE(found[0].steps, 19);
            QVERIFY(found[0].closed);
            const auto contents = read(recovery, found[0].folder);
            Document again(*contents);
            QCOMPARE(again.name(), QStringLiteral("kitten.png"));
            QVERIFY(same(again.mask(), document.mask()));
            recovery.keep(again, contents);
            stroke(again, 77);
            last = again.mask();
        }
        Recovery recovery(folder_ / "r");
        Document again(*read(recovery, left(recovery)[0].folder));
        QVERIFY(same(again.mask(), last));
        QCOMPARE(again.history().count(), 20);
    }

    void what_waits_when_the_program_ends_is_written() {
        Document document(photo(), {});
        {
            Recovery recovery(folder_);
            recovery.keep(document);
            QTRY_VERIFY(fs::exists(folder_ / "000001" / "document.json"));
            for (int i = 0; i < 30; ++i) stroke(document, i);
        }
        Recovery recovery(folder_);
        Document again(*read(recovery, left(recovery)[0].folder));
        QCOMPARE(again.history().count(), 30);
        QVERIFY(same(again.mask(), document.mask()));
    }

    void steps_on_disk_can_leave_memory() {
        Document document(photo(), {});
        Recovery recovery(folder_);
        recovery.keep(document);
        document.setUndoLimit(1);
        for (int i = 0; i < 20; ++i) stroke(document, i);
        QTRY_VERIFY(recovery.settled());
        QVERIFY(document.undoBytes() < 5 * 256 * 256);
        document.history().setIndex(0);
        QVERIFY(document.empty(Layer::Mask));
    }

    void a_closed_photo_can_be_reopened_at_once_and_a_forgotten_one_is_gone() {
        Recovery recovery(folder_);
        {
            Document document(photo(), {});
            recovery.keep(document);
            stroke(document, 1);
        }
        QTRY_COMPARE(left(recovery).size(), 1u);
        const auto contents = read(recovery, left(recovery)[0].folder);
        Document again(*contents);
        recovery.keep(again, contents);
        recovery.forget(again);
        QTRY_VERIFY(!fs::exists(folder_ / "000001"));
        stroke(again, 2);  // nobody listens any more
        QVERIFY(left(recovery).empty());
    }

    void discarding_deletes() {
        {
            Recovery recovery(folder_);
            Document document(photo(), {});
            recovery.keep(document);
            stroke(document, 1);
        }
        Recovery recovery(folder_);
        recovery.discard(left(recovery).at(0).folder);
        QVERIFY(left(recovery).empty());
    }

    void a_folder_that_cannot_be_written_is_told_once() {
        std::ofstream(folder_ / "file") << "in the way";
        Recovery recovery(folder_ / "file");
        QSignalSpy failed(&recovery, &Recovery::failed);
        Document document(photo(), {});
        recovery.keep(document);
        for (int i = 0; i < 5; ++i) stroke(document, i);
        QTRY_VERIFY(recovery.settled());
        QCOMPARE(failed.count(), 1);
        QCOMPARE(document.history().count(), 5);
    }
};

QTEST_GUILESS_MAIN(TestRecovery)
#include "test_recovery.moc"
