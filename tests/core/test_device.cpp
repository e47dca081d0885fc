#include "core/nn/device.h"

#include <QtTest>
#include <thread>

#include "core/base/machine.h"
#include "core/base/torch.h"
#include "core/nn/torch_error.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// A machine whose GPUs can be used.
GpuFacts with_gpus(std::vector<Gpu> gpus) {
    return {.card = true,
            .driver = true,
            .cuda = 13000,
            .version = "580.65.06",
            .gpus = std::move(gpus)};
}

const Gpu pascal{"GTX 1080", 61, 8'000'000'000}, turing{"RTX 2080", 75, 8'000'000'000},
    ampere{"RTX 3060", 86, 12'000'000'000};

}  // namespace

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

    void what_the_driver_says_decides() {
        GpuFacts old_driver = with_gpus({ampere}), no_cuda = with_gpus({ampere});
        old_driver.cuda = 12080;
        old_driver.version = "570.10";
        no_cuda.libtorch = {{"This LibTorch was built without CUDA.", {}}, {"no CUDA", {}}};
        const struct {
            GpuFacts facts;
            const char* device;
            const char* said;  // by the choice, and in the refusal of cuda
        } cases[]{{{}, "cpu", "no NVIDIA GPU was found"},
                  {{.card = true}, "cpu", "driver isn't running"},
                  {{.card = true, .driver = true, .cuda = 13000}, "cpu", "driver isn't running"},
                  {old_driver, "cpu", "version 570.10; this program needs 580"},
                  {no_cuda, "cpu", "built without CUDA"},
                  {with_gpus({pascal}), "cpu", "capability 6.1, needs 7.5"},
                  {with_gpus({ampere}), "cuda:0", "GPU RTX 3060"},
                  {with_gpus({pascal, turing}), "cuda:1", "GPU RTX 2080"}};
        for (const auto& [facts, device, said] : cases) {
            const DeviceChoice choice = choose_device("auto", 1, facts);
            QCOMPARE(choice.device, std::string(device));
            QVERIFY2(choice.why.text().find(said) != std::string::npos, choice.why.text().c_str());
            QVERIFY(!choice.brief.text().empty());
            QCOMPARE(choose_device("cpu", 1, facts).device, std::string("cpu"));
            if (choice.device != "cpu") continue;
            const std::string refused = refusal([&] { choose_device("cuda", 1, facts); });
            QVERIFY2(refused.find(said) != std::string::npos, refused.c_str());
        }
    }

    void a_gpu_is_chosen_by_its_number() {
        const GpuFacts facts = with_gpus({pascal, turing, ampere});
        QCOMPARE(choose_device("cuda:2", 1, facts).name, std::string("RTX 3060"));
        QVERIFY(choose_device("cuda:2", 1, facts).fast_bf16);
        QVERIFY(!choose_device("cuda:1", 1, facts).fast_bf16);
        QVERIFY(refusal([&] { choose_device("cuda:0", 1, facts); }).find("GTX 1080") !=
                std::string::npos);
        QVERIFY(refusal([&] { choose_device("cuda:3", 1, facts); }).find("has 3") !=
                std::string::npos);
    }

    void the_list_has_every_device_with_its_reason() {
        const std::vector<DeviceRow> none = devices(GpuFacts{});
        QCOMPARE(none.size(), std::size_t(2));
        QCOMPARE(none[0].device, std::string("cpu"));
        QVERIFY(!none[0].refusal && none[0].memory == memory_total());
        QVERIFY(none[1].refusal);
        const std::vector<DeviceRow> rows = devices(with_gpus({pascal, ampere}));
        QCOMPARE(rows.size(), std::size_t(3));
        QCOMPARE(rows[1].device, std::string("cuda:0"));
        QVERIFY(rows[1].refusal.why.text().find("too old") != std::string::npos);
        QCOMPARE(rows[2].device, std::string("cuda:1"));
        QVERIFY(!rows[2].refusal && rows[2].fast_bf16);
        QCOMPARE(rows[2].memory, ampere.memory);
        GpuFacts unusable = with_gpus({pascal, ampere});
        unusable.cuda = 12000;
        QVERIFY(devices(unusable)[2].refusal.why.text().find("driver") != std::string::npos);
        for (const DeviceRow& row : devices()) QVERIFY(!row.name.empty());
    }

    void memory_is_told_of_the_processor_too() {
        const DeviceMemory memory = device_memory("cpu");
        QVERIFY(memory.free > 0 && memory.free <= memory.total);
        QVERIFY(memory.peak > 0 && memory.peak <= memory.total);
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
