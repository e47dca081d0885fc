#include "core/models/model_library.h"

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/json.h"
#include "core/models/single_file.h"
#include "core/nn/device.h"
#include "core/training/training_run.h"
#include "refusal.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

const OnProgress goes_on = [](const Progress&) { return true; };

std::vector<Image> pictures(const std::string& name) {
    const auto model = open_model(name);
    Fields own = model->generate_fields();
    set_field(own, "steps", std::int64_t(3));
    return model->generate({.count = 2, .seed = 9}, own, goes_on);
}

bool same(const std::vector<Image>& a, const std::vector<Image>& b) {
    return std::ranges::equal(a, b, {}, &Image::pixels, &Image::pixels);
}

const ModelEntry* found(const std::vector<ModelEntry>& entries, const std::string& id) {
    const auto at = std::ranges::find(entries, id, &ModelEntry::id);
    return at == entries.end() ? nullptr : &*at;
}

}  // namespace

class TestModelLibrary : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path home_, foreign_;

private Q_SLOTS:
    void initTestCase() {
        home_ = temporary_.path().toStdString();
        qputenv("DAGUERRE_HOME", temporary_.path().toUtf8());
        use_device("cpu", 1);
        write_tiny_dataset(home_ / "shapes");
        const auto run = TrainingRun::start((home_ / "shapes").string(), "diffusion",
                                            home_ / "runs" / "shapes-1", tiny_settings());
        run->advance();
        run->save();
        run->make_preview(goes_on);
        foreign_ = home_ / "elsewhere" / "church";
        fs::create_directories(foreign_.parent_path());
        fs::copy(home_ / "runs" / "shapes-1" / "model", foreign_, fs::copy_options::recursive);
    }

    void the_model_of_a_run_goes_by_the_name_of_the_run() {
        const std::vector<ModelEntry> known = known_models();
        const ModelEntry* entry = found(known, "shapes-1");
        QVERIFY(entry && !entry->bundled);
        const ModelFacts facts = model_facts(entry->folder);
        QCOMPARE(facts.run, fs::weakly_canonical(home_ / "runs" / "shapes-1"));
        QCOMPARE(facts.samples.filename(), fs::path("0000000008.png"));
        QCOMPARE(facts.weights_sha256, open_model("shapes-1")->info().sha256);
        QVERIFY(facts.bytes > 1000);
        const auto batch =
            std::ranges::find(facts.settings, "batch", &std::pair<std::string, std::string>::first);
        QVERIFY(batch != facts.settings.end() && batch->second == "8");
        QVERIFY(says(refusal([&] { require_own(*entry); }), "is the model of a run"));
        QVERIFY(says(refusal([&] { rename_model("shapes-1", "other"); }), "of a run"));
    }

    void an_imported_model_makes_the_same_pictures() {
        for (const bool link : {false, true}) {
            const std::string id = import_model(foreign_, link, goes_on);
            QCOMPARE(id, std::string(link ? "church-2" : "church"));
            const std::vector<ModelEntry> known = known_models();
            const ModelEntry* entry = found(known, id);
            QVERIFY(entry && fs::is_symlink(entry->folder) == link);
            QVERIFY(same(pictures(id), pictures(foreign_.string())));
        }
        QVERIFY(says(refusal([&] { import_model(home_ / "models" / "church", false, goes_on); }),
                     "already"));
    }

    void a_model_in_one_file_becomes_a_folder() {
        const fs::path file = home_ / "elsewhere" / "whole.safetensors";
        write_single_file(*open_model(foreign_.string()), file);
        QVERIFY(says(refusal([&] { import_model(file, true, goes_on); }), "is one file"));
        const std::string id = import_model(file, false, goes_on);
        QCOMPARE(id, std::string("whole"));
        QVERIFY(fs::is_directory(home_ / "models" / id));
        QVERIFY(same(pictures(id), pictures(foreign_.string())));
        fs::resize_file(file, fs::file_size(file) / 2);
        QVERIFY(!refusal([&] { import_model(file, false, goes_on); }).empty());
        QVERIFY(!fs::exists(home_ / "models" / "whole-2"));
    }

    void a_broken_or_stopped_import_leaves_nothing() {
        const fs::path broken = home_ / "elsewhere" / "broken";
        fs::copy(foreign_, broken, fs::copy_options::recursive);
        const fs::path weights = broken / "unet" / "diffusion_pytorch_model.safetensors";
        fs::resize_file(weights, fs::file_size(weights) / 2);
        QVERIFY(!refusal([&] { import_model(broken, false, goes_on); }).empty());
        QVERIFY(!fs::exists(home_ / "models" / "broken"));
        QVERIFY(!refusal([&] { import_model(home_ / "shapes", false, goes_on); }).empty());
        const fs::path again = home_ / "elsewhere" / "again";
        fs::copy(foreign_, again, fs::copy_options::recursive);
        QCOMPARE(import_model(again, false, [](const Progress& at) { return at.done < 1; }),
                 std::string());
        for (const auto& entry : fs::directory_iterator(home_ / "models"))
            QVERIFY(entry.path().filename().string().find("again") == std::string::npos);
    }

    void an_exported_model_is_read_back() {
        const fs::path out = home_ / "out";
        QCOMPARE(export_model(*open_model("shapes-1"), out, goes_on), 4);
        QVERIFY(fs::exists(out / "model_index.json"));
        QVERIFY(same(pictures(out.string()), pictures("shapes-1")));
        QVERIFY(says(refusal([&] { export_model(*open_model("shapes-1"), out, goes_on); }),
                     "exists already"));
        const fs::path stopped = home_ / "stopped";
        QCOMPARE(
            export_model(*open_model("shapes-1"), stopped, [](const Progress&) { return false; }),
            0);
        QVERIFY(!fs::exists(stopped));
    }

    void a_model_gets_another_name() {
        const std::string id = import_model(foreign_, false, goes_on);
        rename_model(id, "Kirche 尖塔");
        const std::vector<ModelEntry> known = known_models();
        QVERIFY(!found(known, id));
        QVERIFY(found(known, "Kirche 尖塔"));
        for (const char* bad : {"", ".hidden", "a/b", "shapes-1", "church"})
            QVERIFY2(!refusal([&] { rename_model("Kirche 尖塔", bad); }).empty(), bad);
        QVERIFY(!refusal<UnknownWord>([&] { rename_model("nobody", "x"); }).empty());
        const auto bundled = std::ranges::find(known, true, &ModelEntry::bundled);
        QVERIFY(bundled != known.end());
        QVERIFY(says(refusal([&] { rename_model(bundled->id, "mine"); }), "came with the program"));
    }
};

QTEST_GUILESS_MAIN(TestModelLibrary)
#include "test_model_library.moc"
