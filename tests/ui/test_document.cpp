#include <QTemporaryDir>
#include <QtTest>
#include <random>

#include "core/image/image_file.h"
#include "ui/canvas/document.h"
#include "ui/canvas/view_map.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

Tiles photo(int width = 600, int height = 520) {
    Image image = Image::blank(width, height);
    std::mt19937 random(7);
    for (std::byte& value : image.pixels) value = std::byte(random() & 255);
    return Tiles(image);
}

Tiles with(Tiles tiles, Rect where, int value) {
    Image part = Image::blank(where.width, where.height, tiles.channels(), tiles.depth());
    std::ranges::fill(part.pixels, std::byte(value));
    tiles.paste(where.x, where.y, part);
    return tiles;
}

bool same(const Tiles& a, const Tiles& b) { return a.image().pixels == b.image().pixels; }

/// A random step: of the mask, the photo, or both.
void change(Document& document, std::mt19937& random) {
    const Rect where{int(random() % 500), int(random() % 400), int(random() % 90 + 1),
                     int(random() % 90 + 1)};
    std::vector<LayerChange> changes;
    if (random() % 3 > 0)
        changes.push_back({Layer::Mask, with(document.mask(), where, int(random() % 256))});
    if (random() % 3 == 0)
        changes.push_back({Layer::Photo, with(document.photo(), where, int(random() % 256))});
    document.apply(changes, QStringLiteral("Change"));
}

/// Writes the journal of a document as it comes, in this thread.
void journal(Document& document, JournalWriter& writer) {
    QObject::connect(&document, &Document::recorded, &document, [&](const JournalRecord& record) {
        document.keep(writer.folder(), writer.write(record));
    });
}

}  // namespace

class TestDocument : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
private Q_SLOTS:
    void a_new_document_is_as_opened() {
        Document document(photo(), "/photos/kitten.jpg");
        QCOMPARE(document.name(), QStringLiteral("kitten.jpg"));
        QVERIFY(!document.modified());
        QCOMPARE(document.holePixels(), 0);
        for (const Layer layer : {Layer::Mask, Layer::CopyFrom, Layer::NeverCopy}) {
            QVERIFY(document.empty(layer));
            QCOMPARE(document.layer(layer).size(), document.size());
            QCOMPARE(document.layer(layer).channels(), 1);
        }
    }

    void undoing_all_gives_the_opened_bytes_and_redoing_all_the_last() {
        Document document(photo(), {});
        std::mt19937 random(1);
        std::vector<std::pair<Tiles, Tiles>> states{{document.photo(), document.mask()}};
        for (int i = 0; i < 60; ++i) {
            change(document, random);
            if (document.history().count() == int(states.size()))
                states.emplace_back(document.photo(), document.mask());
        }
        const auto check = [&] {
            const auto& [photo, mask] = states[std::size_t(document.history().index())];
            std::int64_t holes = 0;
            for (const std::byte value : mask.image().pixels) holes += value >= std::byte(128);
            QCOMPARE(document.holePixels(), holes);
            QVERIFY(same(document.photo(), photo) && same(document.mask(), mask));
        };
        while (document.history().canUndo()) {
            document.history().undo();
            check();
        }
        QVERIFY(!document.modified());
        while (document.history().canRedo()) {
            document.history().redo();
            check();
        }
        document.history().setIndex(7);
        check();
    }

    void it_says_where_it_changed() {
        Document document(photo(), {});
        std::vector<std::pair<Layer, QRect>> told;
        connect(&document, &Document::changed, this,
                [&](Layer layer, const QRect& where) { told.emplace_back(layer, where); });
        document.apply(Layer::Mask, with(document.mask(), {300, 10, 5, 5}, 255),
                       QStringLiteral("Brush"));
        document.history().undo();
        const std::pair<Layer, QRect> square{Layer::Mask, QRect(256, 0, 256, 256)};
        QCOMPARE(told.size(), 2u);
        QVERIFY(told[0] == square && told[1] == square);
        document.apply(Layer::Mask, document.mask(), QStringLiteral("Nothing"));
        QCOMPARE(told.size(), 2u);
        QVERIFY(document.history().canRedo());
    }

    void only_the_photo_makes_it_modified_and_saving_ends_that() {
        Document document(photo(), "a.png");
        document.apply(Layer::Mask, with(document.mask(), {0, 0, 9, 9}, 255), QStringLiteral("m"));
        QVERIFY(!document.modified());
        document.apply(Layer::Photo, with(document.photo(), {0, 0, 9, 9}, 1), QStringLiteral("p"));
        QVERIFY(document.modified());
        document.setSaved("b.png");
        QVERIFY(!document.modified());
        QCOMPARE(document.name(), QStringLiteral("b.png"));
        document.history().undo();
        QVERIFY(document.modified());
        document.history().redo();
        QVERIFY(!document.modified());
    }

    void amending_makes_no_step() {
        Document document(photo(), {});
        const Tiles first = document.photo();
        QVERIFY(!document.canAmend(Layer::Photo));
        document.apply(Layer::Photo, with(first, {10, 10, 50, 50}, 1), QStringLiteral("Fill"));
        const Tiles other = with(first, {300, 300, 50, 50}, 2);
        document.amend(Layer::Photo, other);
        QCOMPARE(document.history().count(), 1);
        QVERIFY(same(document.photo(), other));
        QVERIFY(!document.canAmend(Layer::Mask));
        document.history().undo();
        QVERIFY(same(document.photo(), first));
        QVERIFY(!document.canAmend(Layer::Photo));
        document.history().redo();
        QVERIFY(same(document.photo(), other));
    }

    void the_last_mask_is_remembered() {
        Document document(photo(), {});
        const Tiles mask = with(document.mask(), {5, 5, 50, 50}, 255);
        document.apply(Layer::Mask, mask, QStringLiteral("Brush"));
        document.apply(Layer::Mask, Tiles::blank(document.size(), 1), QStringLiteral("Clear"));
        QVERIFY(document.empty(Layer::Mask));
        QVERIFY(same(document.lastMask(), mask));
    }

    void it_comes_back_from_its_journal() {
        const fs::path folder = fs::path(temporary_.path().toStdString()) / "back";
        Document document(photo(), {});
        std::mt19937 random(5);
        {
            JournalWriter writer(folder, {}, document.photo());
            journal(document, writer);
            for (int i = 0; i < 30; ++i) change(document, random);
            document.history().undo();
            document.history().undo();
            document.setNotes("{}");
            document.disconnect();
        }
        const JournalContents read = read_journal(folder);
        Document again(read);
        QCOMPARE(again.notes(), std::string("{}"));
        QCOMPARE(again.holePixels(), document.holePixels());
        QCOMPARE(again.history().count(), document.history().count());
        for (const int index : {document.history().index(), 0, document.history().count(), 3}) {
            document.history().setIndex(index);
            again.history().setIndex(index);
            QVERIFY(same(again.photo(), document.photo()));
            QVERIFY(same(again.mask(), document.mask()));
            QCOMPARE(again.modified(), document.modified());
        }
    }

    void old_steps_leave_memory_and_can_still_be_taken_back() {
        const fs::path folder = fs::path(temporary_.path().toStdString()) / "limit";
        Document document(photo(), {});
        JournalWriter writer(folder, {}, document.photo());
        journal(document, writer);
        constexpr std::int64_t limit = 1 << 20;
        document.setUndoLimit(limit);
        std::mt19937 random(2);
        std::vector<std::pair<Tiles, Tiles>> states{{document.photo(), document.mask()}};
        while (document.history().count() < 80) {
            change(document, random);
            if (document.history().count() == int(states.size()))
                states.emplace_back(Tiles(document.photo().image()),
                                    Tiles(document.mask().image()));
            QVERIFY(document.undoBytes() <= limit + limit / 16 + (1 << 20));
        }
        QSignalSpy failed(&document, &Document::failed);
        for (const int index : {80, 0, 80, 40, 3}) {
            document.history().setIndex(index);
            QVERIFY(same(document.photo(), states[std::size_t(index)].first));
            QVERIFY(same(document.mask(), states[std::size_t(index)].second));
        }
        QCOMPARE(failed.count(), 0);
    }

    void a_damaged_journal_is_told_and_the_rest_stays() {
        const fs::path folder = fs::path(temporary_.path().toStdString()) / "damaged";
        Document document(photo(), {});
        JournalWriter writer(folder, {}, document.photo());
        journal(document, writer);
        document.setUndoLimit(1);
        std::mt19937 random(2);
        for (int i = 0; i < 20; ++i) change(document, random);
        fs::resize_file(folder / "tiles.bin", 10);
        QSignalSpy failed(&document, &Document::failed);
        document.history().setIndex(0);
        QVERIFY(failed.count() > 0);
        QCOMPARE(document.history().index(), 0);
    }

    void orientations_map_as_a_camera_means_them() {
        // Where the stored corner (0, 0) and the pixel right of it lie in a 3 x 2 photo.
        struct Row {
            int orientation;
            QPointF first, second;
        };
        for (const Row& row : {Row{1, {0.5, 0.5}, {1.5, 0.5}}, Row{2, {2.5, 0.5}, {1.5, 0.5}},
                               Row{3, {2.5, 1.5}, {1.5, 1.5}}, Row{4, {0.5, 1.5}, {1.5, 1.5}},
                               Row{5, {0.5, 0.5}, {0.5, 1.5}}, Row{6, {1.5, 0.5}, {1.5, 1.5}},
                               Row{7, {1.5, 2.5}, {1.5, 1.5}}, Row{8, {0.5, 2.5}, {0.5, 1.5}}}) {
            ViewMap map{{3, 2}, row.orientation, 1, {}};
            QCOMPARE(map.toWidget(QPointF(0.5, 0.5)), row.first);
            QCOMPARE(map.toWidget(QPointF(1.5, 0.5)), row.second);
            map.scale = 0.37;
            map.corner = {12.25, -7};
            QCOMPARE(map.toPhoto(map.toWidget(QPointF(2.25, 0.75))), QPointF(2.25, 0.75));
            QCOMPARE(map.toWidget(QRectF(0, 0, 3, 2)),
                     QRectF(map.corner, QSizeF(map.shown()) * 0.37));
        }
    }
};

QTEST_MAIN(TestDocument)
#include "test_document.moc"
