#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "core/base/json.h"
#include "core/image/image_file.h"
#include "core/image/record.h"
#include "core/inpaint/fill_record.h"

using namespace daguerre;

namespace {

FillNote note() {
    FillNote note;
    note.request.engine = "telea";
    note.request.seed = 7;
    note.options = {Field{.key = "edge", .value = 0.5, .standard = 0.0}};
    note.photo_sha256 = std::string(64, 'a');
    note.mask_sha256 = std::string(64, 'b');
    note.mask_pixels = 288000;
    note.margin = 600;
    return note;
}

Image photo() { return Image::blank(60, 40, 3, 16); }

std::string text(const Image& image, const std::string& key) {
    for (const auto& [name, value] : image.metadata.text)
        if (name == key) return value;
    return "";
}

Json ours(const Image& image) { return Json::parse(text(image, "daguerre")); }

}  // namespace

class TestFillRecord : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_photo_says_how_it_was_filled() {
        Image image = photo();
        add_fill_record(image, note());
        QCOMPARE(text(image, "parameters"),
                 std::string("Seed: 7, Size: 60x40, Denoising strength: 1, Mask blur: 0, Inpaint "
                             "area: Only masked, Masked area padding: 600, Inpaint engine: telea, "
                             "Version: Daguerre " DAGUERRE_VERSION));
        const std::string a(64, 'a'), b(64, 'b');
        QCOMPARE(text(image, "daguerre"),
                 "{\"format\":1,\"program\":\"daguerre " DAGUERRE_VERSION
                 "\",\"kind\":\"inpaint\",\"request\":{\"engine\":\"telea\",\"seed\":7,\"blend_"
                 "soft\":false,\"edge\":0.5},\"photo\":{\"sha256\":\"" +
                     a + "\",\"width\":60,\"height\":40,\"bits\":16},\"mask\":{\"sha256\":\"" + b +
                     "\",\"pixels\":288000},\"fills\":[{\"engine\":\"telea\",\"seed\":7,\"mask_"
                     "sha256\":\"" +
                     b + "\"}],\"outside_changed\":0}");
    }

    void every_fill_is_listed_in_order() {
        Image image = photo();
        for (int i = 0; i < 3; ++i) {
            FillNote next = note();
            next.request.seed = i;
            add_fill_record(image, next);
        }
        const Json json = ours(image);
        QCOMPARE(json["fills"].size(), std::size_t(3));
        for (int i = 0; i < 3; ++i) QCOMPARE(json["fills"][std::size_t(i)]["seed"].get<int>(), i);
        QCOMPARE(json["request"]["seed"].get<int>(), 2);
        QVERIFY(!json.contains("before"));
    }

    void what_the_photo_said_before_stays() {
        Image foreign = photo();
        foreign.metadata.text = {{"parameters", "a cat\nSteps: 20, Sampler: x, Seed: 3"},
                                 {"Title", "Cat"}};
        const auto before = foreign.metadata.text;
        add_fill_record(foreign, note());
        QCOMPARE(text(foreign, "parameters"), before[0].second);
        QCOMPARE(text(foreign, "Title"), std::string("Cat"));

        Image generated = photo();
        add_record(generated, {"cat",
                               {{"Steps", "20"}, {"Seed", "3"}, {"Version", "Daguerre 0.1.0"}},
                               "{\"format\":1,\"kind\":\"generate\"}"});
        const std::string line = text(generated, "parameters");
        for (int i = 0; i < 2; ++i) add_fill_record(generated, note());
        QCOMPARE(text(generated, "parameters"), line);
        QCOMPARE(ours(generated)["before"]["kind"].get<std::string>(), std::string("generate"));
        QCOMPARE(ours(generated)["fills"].size(), std::size_t(2));
    }

    void strange_records_are_no_trouble() {
        for (const char* strange :
             {"{}", "[]", "x", "{\"kind\":\"inpaint\"}", "{\"kind\":\"inpaint\",\"fills\":7}",
              "{\"kind\":3,\"fills\":[]}", "{\"kind\":\"inpaint\",\"photo\":\"\",\"mask\":[]}",
              "{\"kind\":\"inpaint\",\"photo\":{\"sha256\":5}}"}) {
            Image image = photo();
            image.metadata.text = {{"daguerre", strange}};
            QVERIFY(!was_filled_so(image.metadata, note()));
            add_fill_record(image, note());
            QVERIFY(was_filled_so(image.metadata, note()));
            QCOMPARE(ours(image)["fills"].size(), std::size_t(1));
        }
    }

    void the_same_fill_is_known_again_in_every_format() {
        const QTemporaryDir folder;
        for (const ImageFormat& format : image_formats()) {
            Image image = photo();
            add_fill_record(image, note());
            const std::filesystem::path file =
                folder.filePath(QStringLiteral("a")).toStdString() + format.suffixes[0];
            write_image(file, image);
            QVERIFY2(was_filled_so(read_image(file).metadata, note()), format.id.c_str());
        }
    }

    void another_fill_is_another() {
        Image image = photo();
        add_fill_record(image, note());
        std::vector<FillNote> others(6, note());
        others[0].request.seed = 8;
        others[1].request.engine = "ns";
        others[2].request.blend_soft = true;
        others[3].options[0].value = 0.25;
        others[4].photo_sha256[0] = 'c';
        others[5].mask_sha256[0] = 'c';
        for (const FillNote& other : others) QVERIFY(!was_filled_so(image.metadata, other));
        QVERIFY(was_filled_so(image.metadata, note()));
    }

    void a_mask_has_one_hash() {
        Image mask = Image::blank(300, 270, 1);
        mask.pixels[77] = std::byte(255);
        const std::string hash = mask_hash(Tiles(mask));
        QCOMPARE(hash.size(), std::size_t(64));
        QCOMPARE(mask_hash(Tiles(mask)), hash);
        mask.pixels[78] = std::byte(1);
        QVERIFY(mask_hash(Tiles(mask)) != hash);
    }
};

QTEST_GUILESS_MAIN(TestFillRecord)
#include "test_fill_record.moc"
