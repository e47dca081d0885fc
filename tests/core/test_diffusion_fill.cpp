#include <QtTest>
#include <cmath>

#include "core/data/datasets.h"
#include "core/inpaint/fill.h"
#include "core/models/diffusion_fill.h"
#include "core/models/open_model.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// A model that answers with `answer` and remembers what it was asked.
class ToldModel : public Model {
public:
    using Answer = std::function<Image(const Image& picture)>;

    ToldModel(int side, int channels, Answer answer = {}) : answer_(std::move(answer)) {
        info_.id = "told";
        info_.width = info_.height = side;
        info_.channels = channels;
        info_.dataset = "stories";
        info_.classes = {"a", "b"};
        info_.null_class = true;
    }
    const ModelInfo& info() const override { return info_; }
    Fields generate_fields() const override { return {}; }
    std::vector<Image> generate(const GenerateRequest&, const Fields&,
                                const OnProgress&) const override {
        return {};
    }
    void save(const std::filesystem::path&) const override {}
    CompletionCost completion_cost(const Fields&) const override { return {4, 1, bytes}; }
    Fields complete_fields() const override {
        return {{.key = "method", .label = "Method", .value = std::string("x")}};
    }
    Image complete(const Image& picture, const Image& hole, const GenerateRequest& request,
                   const Fields&, const OnProgress& on_progress) const override {
        seen = picture;
        missing = hole;
        asked = request;
        const Image result = answer_ ? answer_(picture) : picture;
        for (int step = 0; step < 4; ++step)
            if (!on_progress({step + 1, 4, "step",
                              [&] { return Preview{0, step, 4, 1, 0, {picture}, {result}}; }}))
                return {};
        return result;
    }

    mutable Image seen, missing;
    mutable GenerateRequest asked;
    std::uint64_t bytes = 0;

private:
    ModelInfo info_;
    Answer answer_;
};

float wave(int x, int y, int c) {
    return float(120 + 50 * std::sin(x / (6.0 + c)) + 40 * std::cos(y / 8.0));
}

Area area_of(int width, int height, int channels, Rect hole) {
    Area area;
    area.colours = {width, height, channels, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) area.colours.values.push_back(wave(x, y, c));
    area.hole = Image::blank(width, height, 1);
    area.sources = Image::blank(width, height, 1);
    std::ranges::fill(area.sources.pixels, std::byte(255));
    for (int y = hole.y; y < hole.y + hole.height; ++y)
        for (int x = hole.x; x < hole.x + hole.width; ++x) {
            area.hole.row<std::uint8_t>(y)[std::size_t(x)] = 255;
            area.sources.row<std::uint8_t>(y)[std::size_t(x)] = 0;
            for (int c = 0; c < channels; ++c) area.colours.pixel(x, y)[c] = 1e6f;  // never read
        }
    return area;
}

/// The truth of area_of in a rectangle, as a picture.
Image truth_of(Rect where, int channels, int brighter = 0) {
    Image image = Image::blank(where.width, where.height, channels);
    for (int y = 0; y < where.height; ++y)
        for (int i = 0; i < where.width * channels; ++i)
            image.row<std::uint8_t>(y)[std::size_t(i)] = std::uint8_t(std::lround(
                wave(where.x + i / channels, where.y + y, i % channels) + float(brighter)));
    return image;
}

bool missing(const ToldModel& model, int x, int y) {
    return model.missing.row<std::uint8_t>(y)[std::size_t(x)] == 255;
}

Filling filled(const std::shared_ptr<const Model>& model, const Area& area,
               const OnProgress& on_progress = {}) {
    return model_inpainter(model, {}, model->complete_fields())(area, on_progress);
}

/// The largest difference to the truth in the hole.
double off(const Area& area, const Filling& filling) {
    double most = 0;
    for (int y = 0; y < area.hole.height; ++y)
        for (int x = 0; x < area.hole.width; ++x)
            for (int c = 0; c < area.colours.channels; ++c)
                if (area.hole.row<std::uint8_t>(y)[std::size_t(x)])
                    most = std::max(
                        most, double(std::abs(filling.colours.pixel(x, y)[c] - wave(x, y, c))));
    return most;
}

}  // namespace

class TestDiffusionFill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_model_sees_means_of_what_is_known() {
        const auto model = std::make_shared<ToldModel>(16, 3);
        const Area area = area_of(64, 64, 3, {20, 16, 13, 8});  // its last column ends in a cell
        filled(model, area);
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 16; ++x) {
                const bool covered = x >= 5 && x <= 8 && y >= 4 && y <= 5;
                QCOMPARE(missing(*model, x, y), covered);
                if (covered) continue;
                for (int c = 0; c < 3; ++c) {
                    double mean = 0;
                    for (int j = 0; j < 16; ++j) mean += wave(4 * x + j % 4, 4 * y + j / 4, c) / 16;
                    const int seen = model->seen.row<std::uint8_t>(y)[std::size_t(3 * x + c)];
                    QVERIFY(std::abs(seen - mean) <= 0.51);
                }
            }
    }

    void the_square_lies_around_the_hole() {
        struct Case {
            Size area;
            Rect hole, square;
        };
        for (const Case& each : {
                 Case{{90, 60}, {70, 20, 10, 10}, {30, 0, 60, 60}},
                 {{90, 60}, {40, 20, 10, 10}, {15, 0, 60, 60}},
                 {{60, 90}, {20, 2, 10, 10}, {0, 0, 60, 60}},
                 {{60, 60}, {20, 2, 10, 10}, {0, 0, 60, 60}},
             }) {
            const Area area = area_of(each.area.width, each.area.height, 3, each.hole);
            const auto model = std::make_shared<ToldModel>(60, 3);
            filled(model, area);
            const Image truth = truth_of(each.square, 3);
            for (int y = 0; y < 60; ++y)
                for (int x = 0; x < 60; ++x) {
                    if (missing(*model, x, y)) continue;
                    for (std::size_t i = std::size_t(3 * x); i < std::size_t(3 * x + 3); ++i)
                        QCOMPARE(model->seen.row<std::uint8_t>(y)[i],
                                 truth.row<std::uint8_t>(y)[i]);
                }
            QCOMPARE(std::ranges::count(model->missing.pixels, std::byte(255)), 100);
        }
    }

    void what_lies_over_the_edge_is_missing() {
        const auto model = std::make_shared<ToldModel>(90, 1);
        const Area area = area_of(90, 30, 1, {10, 10, 60, 10});
        const Filling filling = filled(model, area);
        for (int y = 0; y < 90; ++y) QCOMPARE(missing(*model, 3, y), y < 30 || y >= 60);
        QCOMPARE(filling.colours.width, 90);
        QCOMPARE(filling.colours.height, 30);
    }

    void a_picture_as_fine_as_the_photo_is_laid_in() {
        const Rect whole{0, 0, 64, 64};
        const Area area = area_of(64, 64, 3, {20, 16, 21, 18});
        const auto knows = [&](int brighter) {
            return std::make_shared<ToldModel>(
                64, 3, [=](const Image&) { return truth_of(whole, 3, brighter); });
        };
        const Filling exact = filled(knows(0), area);
        QVERIFY(off(area, exact) < 1);
        // A picture that is too bright all over has the right gradients.
        QVERIFY(off(area, filled(knows(40), area)) < 4);
        QCOMPARE(exact.remarks.size(), std::size_t(1));
        QCOMPARE(exact.remarks[0].text(),
                 std::string("told was trained on stories and fills with what it knows."));
    }

    void grey_photos_and_colour_models_go_together() {
        const auto model = std::make_shared<ToldModel>(40, 3, [](const Image&) {
            return to_channels(truth_of({0, 0, 40, 40}, 1), 3);
        });
        const Area area = area_of(40, 40, 1, {10, 10, 9, 9});
        const Filling filling = filled(model, area);
        QCOMPARE(filling.colours.channels, 1);
        QCOMPARE(model->seen.channels, 3);
        QVERIFY(off(area, filling) < 1);
    }

    void a_coarse_picture_decides_the_layout() {
        // Black above, white below, and a model that knows where the border runs.
        Area area = area_of(96, 96, 1, {30, 30, 36, 36});
        for (int y = 0; y < 96; ++y)
            for (int x = 0; x < 96; ++x) area.colours.pixel(x, y)[0] = y < 48 ? 20 : 220;
        const auto model = std::make_shared<ToldModel>(24, 1, [](const Image&) {
            Image picture = Image::blank(24, 24, 1);
            for (int y = 12; y < 24; ++y) std::ranges::fill(picture.row<std::uint8_t>(y), 220);
            for (int y = 0; y < 12; ++y) std::ranges::fill(picture.row<std::uint8_t>(y), 20);
            return picture;
        });
        const Filling filling = filled(model, area);
        QVERIFY(std::abs(filling.colours.pixel(48, 40)[0] - 20) < 8);
        QVERIFY(std::abs(filling.colours.pixel(48, 56)[0] - 220) < 8);
    }

    void what_the_model_cannot_do_is_refused() {
        const auto grey = std::make_shared<ToldModel>(16, 1);
        const Area colour = area_of(32, 32, 3, {8, 8, 4, 4});
        QVERIFY(says(refusal([&] { filled(grey, colour); }), "told makes grey pictures"));
        class Mute : public ToldModel {
        public:
            using ToldModel::ToldModel;
            Fields complete_fields() const override { return {}; }
        };
        const auto mute = std::make_shared<Mute>(16, 1);
        QVERIFY(says(refusal([&] { filled(mute, colour); }), "told can't fill pictures"));
    }

    void a_model_that_would_not_fit_is_refused_before_it_starts() {
        const auto huge = std::make_shared<ToldModel>(16, 1);
        huge->bytes = std::uint64_t(1) << 60;
        GenerateRequest request;
        request.device = "cpu";
        const Area area = area_of(32, 32, 1, {8, 8, 4, 4});
        const std::string why =
            refusal([&] { model_inpainter(huge, request, huge->complete_fields())(area, {}); });
        QVERIFY(says(why, "1099511627776 MB") && says(why, "are free"));
        QCOMPARE(huge->seen.width, 0);  // it was never asked
    }

    void a_record_says_the_options_and_the_class() {
        const auto model = std::make_shared<ToldModel>(16, 1);
        FillRequest fill;
        fill.engine = "model";
        fill.model = "told";
        QCOMPARE(model_settings(model, fill, {}, model->complete_fields()).options.size(),
                 std::size_t(1));
        GenerateRequest request;
        request.image_class = "b";
        const FillSettings named = model_settings(model, fill, request, model->complete_fields());
        QCOMPARE(find_field(named.options, "class")->value, FieldValue(std::string("b")));
    }

    void a_folder_says_what_its_model_says() {
        for (const char* name : {"digits", "fashion"}) {
            ModelInfo opened = open_model(name)->info();
            const ModelInfo peeked = peek_model(name);
            QCOMPARE(peeked.id, opened.id);
            QCOMPARE(peeked.title, opened.title);
            QCOMPARE(peeked.channels, opened.channels);
            QCOMPARE(peeked.width, opened.width);
            QCOMPARE(peeked.dataset, opened.dataset);
            QVERIFY(peeked.classes == opened.classes);
            QCOMPARE(peeked.parameters, opened.parameters);
            QVERIFY(peeked.sha256.empty());
            const auto model = open_model(name);
            Fields own = model->complete_fields();
            QCOMPARE(model->completion_cost(own).calls, std::int64_t(100));
            set_field(own, "method", std::string("repaint"));
            QCOMPARE(model->completion_cost(own).calls, std::int64_t(460));
            QVERIFY(model->completion_cost(own).bytes > 1 << 20);
        }
    }

    void the_request_reaches_the_model() {
        const auto model = std::make_shared<ToldModel>(16, 1);
        Area area = area_of(16, 16, 1, {4, 4, 4, 4});
        area.seed = (std::uint64_t(7) << 32) + 5;
        filled(model, area);
        QCOMPARE(model->asked.seed, std::int64_t(5));
        QCOMPARE(model->asked.image_class, std::string("none"));
        GenerateRequest request;
        request.image_class = "b";
        model_inpainter(model, request, model->complete_fields())(area, {});
        QCOMPARE(model->asked.image_class, std::string("b"));
    }

    void progress_runs_once_from_start_to_end() {
        for (const int side : {16, 64}) {
            const auto model = std::make_shared<ToldModel>(side, 3);
            const Area area = area_of(64, 64, 3, {20, 16, 21, 18});
            std::int64_t last = 0;
            int previews = 0;
            const auto on_progress = [&](const Progress& at) {
                if (at.done < last || at.done > at.total) qFatal("progress goes back");
                last = at.done;
                if (!at.preview) return true;
                const Preview preview = at.preview();
                const Image& shown = preview.denoised.at(0);
                if (shown.width != 64 || shown.height != 64) qFatal("not the area");
                const int corner = shown.row<std::uint8_t>(0)[0];
                if (std::abs(float(corner) - wave(0, 0, 0)) > 1)
                    qFatal("not the photo outside the hole");
                ++previews;
                return true;
            };
            QVERIFY(!filled(model, area, on_progress).stopped);
            QVERIFY(previews >= 4);
            // What has no preview is told by the clock.
            for (int stop = 1; stop <= previews; ++stop) {
                int now = 0;
                const Filling filling = filled(
                    model, area, [&](const Progress& at) { return !at.preview || ++now < stop; });
                QVERIFY(filling.stopped && filling.colours.values.empty());
                QCOMPARE(now, stop);
            }
        }
    }

    void half_a_digit_is_completed() {
        const auto digits = open_model("digits");
        const auto mnist = open_dataset("mnist");
        Fields own = digits->complete_fields();
        set_field(own, "model_steps", std::int64_t(20));
        const Inpainter inpainter = model_inpainter(digits, {}, own);
        Image mask = Image::blank(28, 28, 1);
        for (int y = 14; y < 28; ++y) std::ranges::fill(mask.row<std::uint8_t>(y), 255);
        int crossing = 0, carried_on = 0;
        double ink = 0;
        for (const std::int64_t i : {0, 1, 2, 3}) {
            const Image photo = mnist->at(i).image;
            FillRequest request;
            request.seed = 7;
            const FillResult result = fill(Tiles(photo), Tiles(mask), {}, inpainter, request, {});
            QCOMPARE(result.outside_changed, std::int64_t(0));
            const Image after = result.photo.image();
            for (std::size_t x = 0; x < 28; ++x) {
                for (int y = 14; y < 28; ++y)
                    ink += after.row<std::uint8_t>(y)[x] / (4 * 14 * 28.0);
                if (photo.row<std::uint8_t>(13)[x] < 200 || photo.row<std::uint8_t>(12)[x] < 200)
                    continue;
                ++crossing;
                carried_on += after.row<std::uint8_t>(14)[x] > 100;
            }
        }
        // A stroke that meets the border goes on behind it, and there is as much ink as in digits.
        QVERIFY2(crossing >= 5, qPrintable(QString::number(crossing)));
        QVERIFY2(carried_on * 10 >= crossing * 8, qPrintable(QString::number(carried_on)));
        QVERIFY2(ink > 12 && ink < 70, qPrintable(QString::number(ink)));
    }
};

QTEST_GUILESS_MAIN(TestDiffusionFill)
#include "test_diffusion_fill.moc"
