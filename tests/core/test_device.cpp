#include "core/nn/device.h"

#include <QtTest>
#include <thread>

#include "core/base/machine.h"
#include "core/base/torch.h"
#include "core/nn/torch_error.h"
#include "refusal.h"

using namespace daguerre;

class TestDevice : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void automatic_choice_always_works_and_says_why() {
        const DeviceChoice choice = use_device();
        QVERIFY(choice.device == "cpu" || choice.device == "cuda:0");
        QVERIFY(!choice.name.empty());
        QVERIFY(!choice.why.text().empty());
        QVERIFY(choice.why.text().find('{') == std::string::npos);
        QCOMPARE(choice.threads, core_count());
    }

    void each_thread_has_its_own_count() {
        use_device("cpu", 1);
        QCOMPARE(at::get_num_threads(), 1);
        std::thread([] {
            const DeviceChoice choice = use_device("cpu", 2);
            QCOMPARE(choice.device, std::string("cpu"));
            QCOMPARE(choice.threads, 2);
            QCOMPARE(at::get_num_threads(), 2);
        }).join();
        QCOMPARE(at::get_num_threads(), 1);
    }

    void absent_devices_are_refused() {
        QVERIFY(!refusal([] { use_device("cuda:99"); }).empty());
        for (const char* word : {"gpu", "", "cuda:", "cuda:x", "cuda:-1", "CPU"})
            QVERIFY2(!refusal<UnknownWord>([&] { use_device(word); }).empty(), word);
        QVERIFY(!refusal([] { use_device("cpu", -1); }).empty());
        if (use_device().device == "cpu") QVERIFY(!refusal([] { use_device("cuda"); }).empty());
    }

    void precision_follows_the_device() {
        DeviceChoice choice;
        QCOMPARE(resolve_precision("auto", choice), std::string("fp32"));
        choice.fast_bf16 = true;
        QCOMPARE(resolve_precision("auto", choice), std::string("bf16"));
        QCOMPARE(resolve_precision("fp32", choice), std::string("fp32"));
        QVERIFY(!refusal<UnknownWord>([&] { resolve_precision("fp16", choice); }).empty());
    }

    void every_exception_is_a_sentence() {
        const auto sentence = [](auto act) {
            try {
                act();
            } catch (...) {
                return sentence_for(std::current_exception()).text();
            }
            return std::string();
        };
        QCOMPARE(sentence([] {
                     throw Error("“{f}” is gone.", {{"f", "x"}});
                 }),
                 std::string("“x” is gone."));
        const std::string torch = sentence([] { at::zeros({2}) + at::zeros({3}); });
        QVERIFY2(torch.starts_with("LibTorch couldn't go on: The size of tensor a"), torch.c_str());
        QVERIFY(torch.find('\n') == std::string::npos);
        const std::string memory = sentence([] { at::empty({std::int64_t(1) << 50}); });
        QVERIFY2(memory.find("enough memory") != std::string::npos, memory.c_str());
        QCOMPARE(sentence([] { throw std::bad_alloc(); }), memory);
        QVERIFY(sentence([] { throw std::runtime_error("odd"); }).find("odd") != std::string::npos);
        QVERIFY(!sentence([] { throw 5; }).empty());
    }
};

QTEST_GUILESS_MAIN(TestDevice)
#include "test_device.moc"
