#include "core/data/export_views.h"

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/data/datasets.h"
#include "dataset_files.h"
#include "refusal.h"
#include "tiny_data.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// Tiny shapes as another split, with an image that can't be read.
class Torn : public TinyDataset {
public:
    Torn() : TinyDataset(6) { info_ = TinyDataset::info(), info_.split = "test"; }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override {
        if (i == 1) throw Error("“{file}” is damaged.", {{"file", "torn"}});
        return TinyDataset::at(i);
    }
    int label(std::int64_t i) const override { return int(i % 4); }

private:
    DatasetInfo info_;
};

std::vector<std::uint32_t> all_of(const AllSplits& dataset) {
    std::vector<std::uint32_t> images(std::size_t(dataset.info().count));
    std::iota(images.begin(), images.end(), 0u);
    return images;
}

}  // namespace

class TestExportViews : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path path(const char* name) const { return fs::path(dir_.path().toStdString()) / name; }

private Q_SLOTS:
    void a_folder_reads_back_as_what_was_seen() {
        const AllSplits dataset({tiny_dataset(8), std::make_shared<Torn>()});
        const ExportedViews written =
            export_views(dataset, all_of(dataset), {12, 1}, false, path("seen"), {});
        QCOMPARE(written.files, std::int64_t(13));
        QCOMPARE(written.left_out.size(), std::size_t(1));
        for (const auto& [split, count] : {std::pair("train", 8), std::pair("test", 5)}) {
            const auto read = open_dataset(path("seen").string(), split);
            QCOMPARE(read->info().count, std::int64_t(count));
            for (std::int64_t i = 0; i < count; ++i) {
                const Example example = read->at(i);
                const std::string name = read->name(i);
                const auto number = std::stoll(name.substr(name.rfind('/') + 1));
                const Example original = dataset.at(number);
                QCOMPARE(read->info().classes[std::size_t(example.label)],
                         dataset.info().classes[std::size_t(original.label)]);
                QVERIFY(example.image.pixels == network_view(original.image, 12, 1).pixels);
            }
        }
    }

    void a_zip_keeps_labels_and_has_mirror_images() {
        const AllSplits dataset({tiny_dataset(8)});
        const std::vector<std::uint32_t> some{2, 5};
        const ExportedViews written =
            export_views(dataset, some, {16, 3}, true, path("seen.zip"), {});
        QCOMPARE(written.files, std::int64_t(4));
        const auto read = open_dataset(path("seen.zip").string(), "train");
        QCOMPARE(read->info().count, std::int64_t(4));
        QCOMPARE(read->info().channels, 3);
        std::vector<int> labels = labels_of(*read);
        std::sort(labels.begin(), labels.end());
        QCOMPARE(labels, (std::vector<int>{1, 1, 2, 2}));
        for (std::int64_t i = 0; i < 4; ++i) {
            const std::string name = read->name(i);
            const Image view =
                network_view(dataset.at(std::stoll(name.substr(name.rfind('/') + 1))).image, 16, 3);
            const bool mirrored = name.find("-mirrored") != std::string::npos;
            const Image image = read->at(i).image;
            QVERIFY(image.pixels == (mirrored ? mirror(view) : view).pixels);
            QVERIFY(mirror(mirror(image)).pixels == image.pixels);
        }
    }

    void nothing_is_overwritten_or_left_half() {
        const AllSplits dataset({tiny_dataset(8)});
        fs::create_directory(path("mine"));
        QVERIFY(says(refusal([&] {
                         export_views(dataset, {0}, {16, 1}, false, path("mine"), {});
                     }),
                     "mine"));
        for (const char* name : {"half", "half.zip"}) {
            const auto stop = [](const Progress& progress) { return progress.done < 3; };
            QCOMPARE(export_views(dataset, all_of(dataset), {16, 1}, false, path(name), stop).files,
                     std::int64_t(0));
            QVERIFY(!fs::exists(path(name)));
        }
        const AllSplits torn({std::make_shared<Torn>()});
        QVERIFY(says(refusal([&] {
                         export_views(torn, {1}, {16, 1}, false, path("none"), {});
                     }),
                     "None of the images"));
        for (const auto& entry : fs::directory_iterator(path("")))
            QVERIFY(entry.path() == path("mine") || entry.path().filename().string()[0] != '.');
    }
};

QTEST_GUILESS_MAIN(TestExportViews)
#include "test_export_views.moc"
