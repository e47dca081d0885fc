#include <QtTest>
#include <algorithm>

#include "core/base/files.h"
#include "core/data/datasets.h"
#include "core/image/image_file.h"
#include "core/metrics/evaluations.h"
#include "core/metrics/metrics.h"
#include "core/models/classifier.h"
#include "core/models/model_library.h"
#include "core/models/open_model.h"
#include "core/nn/image_tensor.h"

using namespace daguerre;

namespace {

constexpr std::uint64_t most_bytes = 8'000'000;

bool go_on(const Progress&) { return true; }

std::vector<Image> made(const Model& model, std::int64_t count, std::int64_t seed) {
    GenerateRequest request;
    request.count = count;
    request.seed = seed;
    request.device = "cpu";
    return model.generate(request, model.generate_fields(), go_on);
}

/// Share of images that a classifier takes for class i % 10.
double recognised_in_turn(const Classifier& judge, const std::vector<Image>& images) {
    const at::Tensor taken = judge.classify(tensor_of(images)).logits.argmax(1);
    const at::Tensor wanted = at::arange(taken.size(0), at::kLong).remainder(10);
    return taken.eq(wanted).to(at::kDouble).mean().item<double>();
}

}  // namespace

class TestBundledModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void each_is_small_and_makes_the_pictures_beside_it() {
        int makers = 0;
        for (const ModelEntry& entry : known_models()) {
            if (!entry.bundled) continue;
            const ModelFacts facts = model_facts(entry.folder);
            QVERIFY2(facts.bytes < most_bytes, entry.id.c_str());
            const auto model = open_model(entry.id);
            QCOMPARE(model->info().sha256, facts.weights_sha256);
            QVERIFY2(!model->info().licence.empty(), entry.id.c_str());
            if (!model->info().makes_images) continue;
            ++makers;
            const auto known = evaluations_of(model->info().sha256);
            QVERIFY2(!known.empty() && figure_named(known.back().figures, "fcd"), entry.id.c_str());
            QCOMPARE(known.back().subject, entry.id);
            const std::vector<Image> images = made(*model, 4, 0);
            const Image row = grid_of(images, 4), sheet = read_image(facts.samples);
            const Image first = crop(sheet, {0, 0, row.width, row.height});
            double apart = 0;  // other processors round otherwise
            for (std::size_t i = 0; i < row.pixels.size(); ++i)
                apart += std::abs(int(row.pixels[i]) - int(first.pixels[i]));
            QVERIFY2(apart / double(row.pixels.size()) < 4, entry.id.c_str());
        }
        QVERIFY(makers >= 2);
    }

    void the_ruler_of_digits_knows_them() {
        const auto test = open_dataset("mnist", "test");
        const auto judge = classifier_for(open_dataset("mnist")->info());
        QVERIFY(judge);
        constexpr std::int64_t looked_at = 500;
        std::vector<Image> images;
        std::vector<std::int64_t> labels;
        for (std::int64_t i = 0; i < looked_at; ++i) {
            const Example example = test->at(i * test->info().count / looked_at);
            images.push_back(example.image);
            labels.push_back(example.label);
        }
        const at::Tensor taken = judge->classify(tensor_of(images)).logits.argmax(1);
        QVERIFY(taken.eq(at::tensor(labels)).to(at::kDouble).mean().item<double>() > 0.98);
        // What the families of one lesson make is taken for what was asked for.
        for (const ModelEntry& entry : known_models()) {
            if (!entry.bundled || !makes_images(entry)) continue;
            const auto model = open_model(entry.id);
            if (model->info().dataset != "mnist") continue;
            const double share = recognised_in_turn(*judge, made(*model, 40, 100));
            // resources/models/README.md says how much of each family is recognised.
            QVERIFY2(share > 0.75, (entry.id + " " + std::to_string(share)).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestBundledModels)
#include "test_bundled_models.moc"
