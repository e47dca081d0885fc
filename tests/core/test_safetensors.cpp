#include "core/nn/safetensors.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>

#include "core/base/error.h"
#include "core/base/files.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// A file of this header and these many bytes of values.
std::string file_of(const std::string& header, std::size_t values,
                    std::optional<std::uint64_t> said = {}) {
    const std::uint64_t length = said.value_or(header.size());
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes + header + std::string(values, '\0');
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
           offsets + "}}";
}

/// Files that must be refused, each with what is wrong with it.
std::map<std::string, std::string> hostile_files() {
    const std::string sound = entry("F32", "[2]", "[0,8]");
    const std::string two = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)";
    std::string many = "{";
    for (int i = 0; i < 20002; ++i)
        many += (i ? ",\"" : "\"") + std::to_string(i) +
                R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    return {
        {"nothing", ""},
        {"seven bytes", std::string(7, '\0')},
        {"no header", file_of("", 0)},
        {"header past the end", file_of(sound, 8, 1000)},
        {"huge header", file_of(sound, 8, 1ull << 62)},
        {"header over 16 MB", file_of(std::string(16000001, ' '), 0)},
        {"not JSON", file_of("{\"a\"", 8)},
        {"an array", file_of("[1,2]", 8)},
        {"leading space", file_of(" " + sound, 8)},
        {"not UTF-8", file_of("{\"\xff\":{}}", 0)},
        {"deep", file_of(R"({"a":)" + std::string(5000, '[') + std::string(5000, ']') + "}", 0)},
        {"twice", file_of(two + R"("a":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}})", 4)},
        {"many", file_of(many + "}", 0)},
        {"long name", file_of("{\"" + std::string(513, 'x') +
                                  R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                              0)},
        {"entry is a number", file_of(R"({"a":5})", 0)},
        {"no shape", file_of(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1)},
        {"one more key",
         file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"b":1}})", 1)},
        {"unknown type", file_of(entry("F8_E4M3", "[8]", "[0,8]"), 8)},
        {"type is a number", file_of(R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,1]}})", 1)},
        {"negative side", file_of(entry("U8", "[-8]", "[0,8]"), 8)},
        {"fractional side", file_of(entry("U8", "[8.0]", "[0,8]"), 8)},
        {"huge side", file_of(entry("U8", "[18446744073709551615]", "[0,8]"), 8)},
        {"product wraps", file_of(entry("U8", "[4294967296,4294967296,8]", "[0,8]"), 8)},
        {"zero times huge",
         file_of(entry("U8", "[9007199254740992,9007199254740992,0]", "[0,0]"), 0)},
        {"rank 9", file_of(entry("U8", "[1,1,1,1,1,1,1,1,8]", "[0,8]"), 8)},
        {"shape is text", file_of(entry("U8", "\"8\"", "[0,8]"), 8)},
        {"negative place", file_of(entry("U8", "[8]", "[-8,0]"), 8)},
        {"backwards", file_of(entry("U8", "[8]", "[8,0]"), 8)},
        {"place past the end", file_of(entry("U8", "[16]", "[0,16]"), 8)},
        {"three places", file_of(entry("U8", "[8]", "[0,8,8]"), 8)},
        {"too few bytes for the shape", file_of(entry("F32", "[8]", "[0,8]"), 8)},
        {"starts late", file_of(entry("U8", "[4]", "[4,8]"), 8)},
        {"ends early", file_of(entry("U8", "[4]", "[0,4]"), 8)},
        {"overlap", file_of(two + R"("b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})", 6)},
        {"gap", file_of(two + R"("b":{"dtype":"U8","shape":[4],"data_offsets":[6,10]}})", 10)},
        {"metadata is a number", file_of(R"({"__metadata__":5})", 0)},
        {"metadata holds a number", file_of(R"({"__metadata__":{"a":5}})", 0)},
    };
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    std::string refused(const std::string& bytes) const {
        write_whole(path("hostile.safetensors"), bytes);
        return refusal([&] { read_safetensors(path("hostile.safetensors")); });
    }

private Q_SLOTS:
    void every_type_survives() {
        Weights weights{{"scalar", at::scalar_tensor(3.5)},
                        {"empty", at::empty({0, 4})},
                        {"turned", at::arange(6, at::kFloat).view({2, 3}).t()}};
        for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16,
                                          at::kLong, at::kInt, at::kByte, at::kBool})
            weights["of " + std::string(at::toString(type))] =
                at::arange(5, at::kFloat).sub(1).clamp_min(0).to(type);
        const WeightsMetadata metadata{{"note", "“quoted” \n {x}"}};
        write_safetensors(path("all.safetensors"), weights, metadata);
        const TensorFile back = read_safetensors(path("all.safetensors"));
        QCOMPARE(back.weights.size(), weights.size());
        for (const auto& [name, tensor] : weights) {
            QVERIFY2(back.weights.at(name).scalar_type() == tensor.scalar_type(), name.c_str());
            QVERIFY2(at::equal(back.weights.at(name), tensor), name.c_str());
        }
        QCOMPARE(back.metadata.at("note"), metadata.at("note"));
        QCOMPARE(back.metadata.at("format"), std::string("pt"));
    }

    void the_layout_is_the_usual_one() {
        write_safetensors(path("small.safetensors"), {{"b", at::ones({1}, at::kByte)},
                                                      {"z", at::ones({1}, at::kFloat)},
                                                      {"a", at::ones({1}, at::kFloat)}});
        const std::string bytes = read_file(path("small.safetensors"), 10000);
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), sizeof length);
        QCOMPARE(length % 8, std::uint64_t(0));
        QCOMPARE(bytes.size(), sizeof length + length + 9);
        const std::string header = bytes.substr(8, length);
        QVERIFY(header.find("\"a\"") < header.find("\"z\""));
        QVERIFY(header.find("\"z\"") < header.find("\"b\""));
    }

    void nothing_but_metadata_is_a_file() {
        write_safetensors(path("none.safetensors"), {});
        QVERIFY(read_safetensors(path("none.safetensors")).weights.empty());
    }

    void hostile_files_are_refused() {
        const std::string sound = entry("F32", "[2]", "[0,8]");
        QCOMPARE(refused(file_of(sound, 8)), std::string());
        for (const auto& [name, bytes] : hostile_files()) {
            const std::string sentence = refused(bytes);
            QVERIFY2(sentence.find("hostile.safetensors") != std::string::npos,
                     (name + ": " + sentence).c_str());
        }
    }

    void what_is_no_file_is_refused() {
        for (const char* name : {"absent.safetensors", ""})
            QVERIFY(!refusal([&] { read_safetensors(path(name)); }).empty());
    }

    void odd_truth_values_become_true() {
        std::string bytes = file_of(entry("BOOL", "[2]", "[0,2]"), 2);
        bytes.back() = 7;
        write_whole(path("bool.safetensors"), bytes);
        const at::Tensor a = read_safetensors(path("bool.safetensors")).weights.at("a");
        QVERIFY(at::equal(a, at::tensor({0, 1}).to(at::kBool)));
    }
};

QTEST_GUILESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
