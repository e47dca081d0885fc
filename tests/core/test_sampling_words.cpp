#include <QtTest>

#include "core/diffusion/samplers.h"
#include "core/diffusion/sampling_words.h"
#include "core/diffusion/spacings.h"
#include "core/models/diffusers_folder.h"
#include "core/models/sampling_options.h"
#include "refusal.h"

using namespace daguerre;

namespace {

std::string text(const Meaning& meaning) {
    std::string all;
    for (const auto& [key, value] : meaning) all += key + "=" + value + " ";
    return all;
}

Fields offered() {
    ModelInfo info;
    info.null_class = true;
    return sampling_fields_for(info);
}

}  // namespace

class TestSamplingWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void names_mean_what_people_mean() {
        const struct {
            const char *name, *meaning;
        } rows[]{{"DPM++ 2M Karras", "sampler=dpmpp_2m schedule=karras "},
                 {"dpm++ 2m karras", "sampler=dpmpp_2m schedule=karras "},
                 {"Euler a", "sampler=euler_a "},
                 {"EULER A", "sampler=euler_a "},
                 {"Euler a Karras", "sampler=euler_a schedule=karras "},
                 {"euler_ancestral", "sampler=euler_a "},
                 {"DPM++ SDE", "sampler=dpmpp_sde "},
                 {"DPM++ 2M SDE Exponential", "sampler=dpmpp_2m_sde schedule=exponential "},
                 {"DPM++ 2M SDE Heun Karras", "sampler=dpmpp_2m_sde form=heun schedule=karras "},
                 {"DPM2 a Karras", "sampler=dpm2_a schedule=karras "},
                 {"DDIM", "sampler=ddim "},
                 {"PLMS", "sampler=plms "},
                 {"UniPC", "sampler=unipc "},
                 {"uni_pc_bh2", "sampler=unipc form=bh2 "},
                 {"sample_dpmpp_2s_ancestral", "sampler=dpmpp_2s_a "},
                 {"k_dpm_2", "sampler=dpm2 "},
                 {"k_lms", "sampler=lms "},
                 {"DPMSolverMultistepScheduler", "sampler=dpmpp_2m "},
                 {"KDPM2AncestralDiscreteScheduler", "sampler=dpm2_a "},
                 {"dpmsolversdescheduler", "sampler=dpmpp_sde "},
                 {"Karras", "sampler=Karras "},
                 {"", "sampler= "}};
        for (const auto& [name, meaning] : rows)
            QCOMPARE(text(meaning_of("sampler", name)), std::string(meaning));
        QCOMPARE(text(meaning_of("schedule", "LU")), std::string("schedule=exponential "));
        QCOMPARE(text(meaning_of("schedule", "SGM Uniform")), std::string("schedule=linspace-b "));
        QCOMPARE(text(meaning_of("classifier", "Euler a")), std::string("classifier=Euler a "));
        const std::string endless(100000, 'k');
        QCOMPARE(text(meaning_of("sampler", endless)), "sampler=" + endless + " ");
    }

    // No name leads nowhere, and no row is shadowed by a name of another.
    void rows_mean_themselves() {
        for (const Sampler& row : samplers())
            for (const std::string& name : {row.id, row.title})
                QCOMPARE(text(meaning_of("sampler", name)), "sampler=" + row.id + " ");
        for (const Spacing& row : spacings())
            for (const std::string& name : {row.id, row.title})
                QCOMPARE(text(meaning_of("schedule", name)), "schedule=" + row.id + " ");
        for (const Sampler& row : samplers())
            for (const Spacing& spacing : spacings())
                QCOMPARE(text(meaning_of("sampler", row.title + " " + spacing.title)),
                         "sampler=" + row.id + " schedule=" + spacing.id + " ");
    }

    void fields_take_names() {
        Fields fields = offered();
        set_sampling_text(fields, "sampler", "DPM++ 2M SDE Heun Exponential");
        set_sampling_text(fields, "steps", "7");
        const auto options = options_from<SamplingOptions>(fields);
        QCOMPARE(options.sampler, std::string("dpmpp_2m_sde"));
        QCOMPARE(options.schedule, std::string("exponential"));
        QCOMPARE(options.of_sampler.form, std::string("heun"));
        QCOMPARE(options.steps, std::int64_t(7));
        const auto why =
            refusal<UnknownWord>([&] { set_sampling_text(fields, "sampler", "dpmpp_2n"); });
        QVERIFY(says(why, "dpmpp_2m"));
    }

    // What is known for comparing only can be asked for, but stands in no form.
    void hidden_spacings_are_taken_and_not_shown() {
        const Fields shown = offered();
        for (const Spacing& spacing : spacings()) {
            Fields fields = shown;
            set_sampling_text(fields, "schedule", spacing.id);
            QCOMPARE(options_from<SamplingOptions>(fields).schedule, spacing.id);
            const auto& choices = find_field(shown, "schedule")->choices;
            const bool offers =
                std::find(choices.begin(), choices.end(), spacing.id) != choices.end();
            QCOMPARE(offers, spacing.shown);
        }
    }

    // A model without steps isn't offered what counts them; who names it all the same hears why
    // when it is sampled.
    void a_range_is_offered_what_spreads_over_it() {
        Fields fields = sampling_fields_for({}, noise_schedule({.id = "edm"}));
        for (const Spacing& spacing : spacings()) {
            const auto& choices = find_field(fields, "schedule")->choices;
            QCOMPARE(std::ranges::count(choices, spacing.id) == 1,
                     spacing.shown && spacing.range != nullptr);
            set_sampling_text(fields, "schedule", spacing.title);
            QCOMPARE(text_of(find_field(fields, "schedule")->value), spacing.id);
        }
        QVERIFY(!refusal<UnknownWord>([&] {
                     set_sampling_text(fields, "schedule", "kerras");
                 }).empty());
    }

    void an_option_that_counts_for_nothing_is_refused() {
        const auto refused = [](const char* sampler, const char* key, const char* value) {
            Fields fields = offered();
            set_sampling_text(fields, "sampler", sampler);
            set_field_text(fields, key, value);
            return refusal<UnknownWord>([&] { check_followed(fields); });
        };
        QVERIFY(refused("ddim", "eta", "0.5").empty());
        QVERIFY(says(refused("heun", "eta", "0.5"), "These do: ddim, euler_a"));
        QVERIFY(says(refused("ddim", "churn", "3"), "These do: heun."));
        QVERIFY(refused("heun", "eta", "-1").empty());
        QVERIFY(refused("heun", "guidance", "3").empty());
        check_followed({});
    }

    // What an image says of itself is what counted, and nothing that was left open.
    void options_are_settled() {
        ModelInfo info;
        const auto counting = [&](SamplingOptions options, bool learned) {
            DiffusionSetup setup;
            setup.learned_variance = learned;
            settle(options, info, setup);
            const Fields fields = counting_fields(options, info);
            std::string all;
            for (const Field& field : fields)
                if (!followers(field.key).empty())
                    all += field.key + "=" + text_of(field.value) + " ";
            return all;
        };
        const auto of = [](const char* sampler, SamplerOptions options = {}) {
            SamplingOptions all;
            all.sampler = sampler;
            all.of_sampler = options;
            return all;
        };
        QCOMPARE(counting(of("dpmpp_2m"), false), std::string("form=midpoint "));
        QCOMPARE(counting(of("euler_a"), false), std::string("eta=1 "));
        QCOMPARE(counting(of("ddim", {.eta = 0.3}), false), std::string("eta=0.3 "));
        QCOMPARE(counting(of("euler", {.eta = 0.3}), false), std::string());
        QCOMPARE(counting(of("unipc", {.order = 3}), false), std::string("order=3 form=bh2 "));
        QCOMPARE(counting(of("ddpm"), false), std::string("variance=small "));
        QCOMPARE(counting(of("ddpm"), true), std::string("variance=learned "));
        QCOMPARE(counting(of("ddpm", {.variance = "large"}), true), std::string("variance=large "));
        const auto refused = [&](const SamplingOptions& options) {
            return refusal([&] { counting(options, false); });
        };
        QVERIFY(says(refused(of("ddpm", {.variance = "learned"})), "hasn't learned a variance"));
        QVERIFY(says(refused(of("unipc", {.form = "heun"})), "no form"));
        SamplingOptions crossed = of("ddim");
        crossed.guidance_low = 3;
        crossed.guidance_high = 2;
        QVERIFY(says(refused(crossed), "Guidance can't act"));
    }
};

QTEST_GUILESS_MAIN(TestSamplingWords)
#include "test_sampling_words.moc"
