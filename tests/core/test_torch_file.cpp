#include "core/nn/torch_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <functional>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/archive.h"
#include "core/nn/safetensors.h"
#include "core/nn/weight_files.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += char(value >> (8 * i));
    return text;
}
std::string text(const std::string& word) {
    return std::string(1, 'X') + little(word.size(), 4) + word;
}
std::string whole(std::int32_t n) { return std::string(1, 'J') + little(std::uint32_t(n), 4); }
std::string global(const std::string& module, const std::string& name) {
    return std::string(1, 'c') + module + "\n" + name + "\n";
}
std::string wholes(const std::vector<std::int32_t>& list) {
    std::string items = "(";
    for (const std::int32_t n : list) items += whole(n);
    return items + "t";
}

/// How torch.save describes a tensor.
struct Described {
    std::string type = "FloatStorage", key = "0";
    std::int32_t count = 6, offset = 0;
    std::vector<std::int32_t> sizes{2, 3}, strides{3, 1};

    std::string pickle() const {
        return global("torch._utils", "_rebuild_tensor_v2") + "((" + text("storage") +
               global("torch", type) + text(key) + text("cpu") + whole(count) + "tQ" +
               whole(offset) + wholes(sizes) + wholes(strides) + "\x89" +
               global("collections", "OrderedDict") + ")RtR";
    }
};

/// A pickle of one dictionary.
std::string dictionary(const std::vector<std::pair<std::string, std::string>>& items) {
    std::string all = "\x80\x02}(";
    for (const auto& [name, value] : items) all += text(name) + value;
    return all + "u.";
}

std::string floats(int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) {
        const auto value = float(i);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return bytes;
}

}  // namespace

class TestTorchFile : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }
    fs::path written(const std::string& pickle,
                     const std::vector<std::pair<std::string, std::string>>& more) const {
        const fs::path file = path("model.bin");
        ZipWriter zip(file);
        if (!pickle.empty()) zip.add("archive/data.pkl", pickle);
        for (const auto& [name, bytes] : more) zip.add("archive/" + name, bytes);
        zip.finish();
        return file;
    }
    std::string refused(const std::string& pickle) const {
        const fs::path file = written(pickle, {{"data/0", floats(6)}});
        return refusal([&] { read_torch_file(file); });
    }
    std::string refused(const Described& tensor) const {
        return refused(dictionary({{"a", tensor.pickle()}}));
    }

private Q_SLOTS:
    void tensors_come_as_they_lie() {
        const std::string inner = std::string(1, '}') + text("b") +
                                  Described{.offset = 1, .sizes = {2}, .strides = {2}}.pickle() +
                                  "s";
        const fs::path file = written(
            dictionary(
                {{"a", Described{.sizes = {3, 2}, .strides = {1, 3}}.pickle()},
                 {"inner", inner},
                 {"step", whole(7)},
                 {"names", "](" + text("x") + text("y") + "e"},
                 {"one", Described{.key = "1", .count = 1, .sizes = {}, .strides = {}}.pickle()},
                 {"half",
                  Described{
                      .type = "HalfStorage", .key = "2", .count = 2, .sizes = {2}, .strides = {1}}
                      .pickle()}}),
            {{"data/0", floats(6)},
             {"data/1", floats(1)},
             {"data/2", std::string("\x00\x3c\x00\xc0", 4)},
             {"byteorder", "little"},
             {"version", "3\n"}});
        const Weights weights = read_torch_file(file);
        QCOMPARE(weights.size(), std::size_t(4));
        QVERIFY(
            at::equal(weights.at("a"), at::tensor({0.f, 3.f, 1.f, 4.f, 2.f, 5.f}).view({3, 2})));
        QVERIFY(at::equal(weights.at("inner.b"), at::tensor({1.f, 3.f})));
        QCOMPARE(weights.at("one").dim(), std::int64_t(0));
        QVERIFY(weights.at("half").scalar_type() == at::kHalf);
        QCOMPARE(weights.at("half")[0].item<float>(), 1.f);
        QCOMPARE(weights.at("half")[1].item<float>(), -2.f);
    }

    // What torch.save writes of a module: an ordered dictionary with an attribute, memo,
    // protocol 2.
    void a_state_dict_is_read() {
        const std::string pickle = "\x80\x02" + global("collections", "OrderedDict") +
                                   "q\x01)Rq\x02(" + text("w") + "q\x03" + Described{}.pickle() +
                                   "h\x03" + Described{}.pickle() + "u}q\x04" + text("_metadata") +
                                   "h\x02sb.";
        const Weights weights = read_torch_file(written(pickle, {{"data/0", floats(6)}}));
        QCOMPARE(weights.size(), std::size_t(1));
        QCOMPARE(weights.at("w")[1][2].item<float>(), 5.f);
    }

    void nothing_is_run() {
        const std::pair<const char*, const char*> names[]{
            {"os", "system"},           {"posix", "system"},      {"builtins", "eval"},
            {"builtins", "getattr"},    {"subprocess", "Popen"},  {"torch", "load"},
            {"collections", "Counter"}, {"torch", "FloatTensor"}, {"", ""}};
        for (const auto& [module, name] : names) {
            const std::string said =
                refused("\x80\x02" + global(module, name) + "(" + text("touch x") + "tR.");
            QVERIFY(says(said, std::string("“") + module + "." + name + "”; Daguerre never runs"));
            const std::string stack = "\x80\x04\x8c" + little(std::strlen(module), 1) + module +
                                      "\x8c" + little(std::strlen(name), 1) + name + "\x93.";
            QVERIFY(says(refused(stack), std::string("“") + module + "." + name + "”"));
        }
        for (const char code : {'i', 'o', '\x81', '\x92', 'P', '\x82', '\x97'})
            QVERIFY(says(refused(std::string("\x80\x02(") + code + "os\nsystem\n."),
                         "more than weights need"));
    }

    void hostile_pickles_are_refused() {
        const std::pair<const char*, std::string> cases[]{
            {"empty", std::string("\x80\x02", 2)},
            {"nothing on the stack", "\x80\x02."},
            {"a text beyond the end", "\x80\x02X\xff\xff\xff\xff."},
            {"no mark", "\x80\x02Nt."},
            {"pairs of three", "\x80\x02}(NNNu."},
            {"items of a number", "\x80\x02K\x01(NNu."},
            {"a tuple of what isn't there", "\x80\x02\x87."},
            {"recalls nothing", "\x80\x02h\x05."},
            {"keeps nothing", "\x80\x02q\x05."},
            {"calls a number", "\x80\x02K\x01)R."},
            {"a long of 200 bytes", "\x80\x02\x8a\xc8" + std::string(200, '\x01') + "."},
            {"of a new protocol", "\x80\x05N."},
            {"a storage without a name", "\x80\x02K\x01Q."},
            {"a name without an end",
             "\x80\x02"
             "cos"},
            {"a dictionary that is given items",
             "\x80\x02" + global("collections", "OrderedDict") + "K\x01\x85R."},
        };
        for (const auto& [name, pickle] : cases) QVERIFY2(!refused(pickle).empty(), name);
        // Deep and repeated values take no more than their bytes.
        QVERIFY(
            refused("\x80\x02" + std::string(2'000'000, ']') + std::string(1'999'999, 'a') + ".")
                .empty());
        const std::string large = "\x80\x02" + text(std::string(1'000'000, 'x'));
        std::string repeated = large + "q\x01";
        for (int i = 0; i < 100'000; ++i) repeated += "h\x01r" + little(std::uint64_t(i), 4);
        QVERIFY(refused(repeated + ".").empty());
    }

    void hostile_tensors_are_refused() {
        const Described cases[]{
            {.key = "9"},                                            // no such storage
            {.key = "../0"},                                         //
            {.count = 7},                                            // of another size
            {.count = -1},                                           //
            {.type = "DoubleStorage"},                               //
            {.type = "LongStorage", .count = 2147483647},            //
            {.offset = 1},                                           // beyond the end
            {.offset = -1},                                          //
            {.sizes = {2, 4}},                                       //
            {.strides = {4, 1}},                                     //
            {.strides = {-3, 1}},                                    //
            {.sizes = {-2, 3}},                                      //
            {.sizes = {2147483647, 2147483647}, .strides = {0, 0}},  // values out of nothing
            {.sizes = {2147483647, 1}, .strides = {2147483647, 1}},
            {.sizes = {3}},  // another number of strides
            {.sizes = std::vector<std::int32_t>(9, 1), .strides = std::vector<std::int32_t>(9, 1)},
        };
        QCOMPARE(refused(Described{}), std::string());
        int n = 0;
        for (const Described& tensor : cases) {
            const std::string said = refused(tensor);
            QVERIFY2(says(said, "isn't a sound file of weights"), qPrintable(QString::number(n)));
            ++n;
        }
        QVERIFY(
            says(refused(dictionary({{"a", global("torch._utils", "_rebuild_tensor_v2") + ")R"}})),
                 "isn't described"));
    }

    void what_is_no_file_of_torch_is_refused() {
        QVERIFY(says(refusal([&] { read_torch_file(path("absent.bin")); }), "can't be read"));
        write_whole(path("old.pt"), "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
        QVERIFY(says(refusal([&] { read_torch_file(path("old.pt")); }), "torch 1.6 or newer"));
        write_whole(path("torn.pt"), "PK\x03\x04 and no more");
        QVERIFY(says(refusal([&] { read_torch_file(path("torn.pt")); }), "isn't a whole zip"));
        const fs::path none = written("", {{"data/0", floats(6)}});
        QVERIFY(says(refusal([&] { read_torch_file(none); }), "data.pkl"));
        const fs::path big = written(dictionary({{"a", Described{}.pickle()}}),
                                     {{"data/0", floats(6)}, {"byteorder", "big"}});
        QVERIFY(says(refusal([&] { read_torch_file(big); }), "byte order"));
    }

    void parts_are_put_together() {
        const fs::path index = path("w.safetensors.index.json");
        write_safetensors(path("w-1.safetensors"), {{"a", at::ones({2})}});
        write_safetensors(path("w-2.safetensors"), {{"b", at::zeros({3}, at::kHalf)}});
        const auto said = [&](const Json& map) {
            write_json(index, {{"metadata", {{"total_size", 20}}}, {"weight_map", map}});
            return refusal([&] { read_weights(index); });
        };
        const Json sound{{"a", "w-1.safetensors"}, {"b", "w-2.safetensors"}};
        QCOMPARE(said(sound), std::string());
        const Weights weights = read_weights(index);
        QCOMPARE(weights.size(), std::size_t(2));
        QVERIFY(weights.at("b").scalar_type() == at::kHalf);
        const std::string before = sha256_of_weights(index);
        write_safetensors(path("w-2.safetensors"), {{"b", at::ones({3}, at::kHalf)}});
        QVERIFY(sha256_of_weights(index) != before);

        Json changed = sound;
        changed["c"] = "w-2.safetensors";
        QVERIFY(says(said(changed), "puts “c” into"));
        changed = sound;
        changed.erase("b");
        changed["a2"] = "w-2.safetensors";
        QVERIFY(says(said(changed), "holds “b”"));
        for (const char* name : {"../w-1.safetensors", "/etc/passwd", ".hidden", "", "a\\b"}) {
            changed = sound;
            changed["a"] = name;
            QVERIFY(says(said(changed), "isn't a file beside it"));
        }
        changed["a"] = 5;
        QVERIFY(says(said(changed), "isn't a file beside it"));
        QVERIFY(says(said(Json::object()), "doesn't say where"));
        fs::create_directories(path("out"));
        fs::rename(path("w-1.safetensors"), path("out/w-1.safetensors"));
        QVERIFY(says(said(sound), "isn't there"));
        fs::create_symlink(path("out/w-1.safetensors"), path("w-1.safetensors"));
        QVERIFY(says(said(sound), "leads out of its folder"));
    }

    void other_programs_are_named() {
        const std::pair<const char*, const char*> cases[]{
            {"input_blocks.0.0.weight", "guided-diffusion"},
            {"model.downs.0.0.block1.proj.weight", "lucidrains"},
            {"ema.model.downs.0.0.mlp.1.weight", "lucidrains"},
            {"module.all_modules.0.W", "score_sde"},
            {"model.diffusion_model.input_blocks.0.0.weight", "Stable Diffusion"}};
        for (const auto& [name, program] : cases)
            QVERIFY(says(refusal([&, name = name] {
                             refuse_other_layout({{name, at::zeros({1})}}, "model.pt");
                         }),
                         program));
        refuse_other_layout({{"conv_in.weight", at::zeros({1})}}, "model.pt");
    }
};

QTEST_GUILESS_MAIN(TestTorchFile)
#include "test_torch_file.moc"
