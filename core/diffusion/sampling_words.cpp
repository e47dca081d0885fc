#include "core/diffusion/sampling_words.h"

#include <algorithm>
#include <span>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/diffusion/samplers.h"
#include "core/diffusion/spacings.h"

namespace daguerre {
namespace {

struct Name {
    const char* name;
    const char* id;
    const char* form = nullptr;
};

/// Names of samplers that aren't an id or title of ours with other dashes.
constexpr Name sampler_names[]{
    // diffusers
    {"DDIMScheduler", "ddim"},
    {"DDIMParallelScheduler", "ddim"},
    {"DDPMScheduler", "ddpm"},
    {"DDPMParallelScheduler", "ddpm"},
    {"PNDMScheduler", "pndm"},
    {"IPNDMScheduler", "ipndm"},
    {"LMSDiscreteScheduler", "lms"},
    {"EulerDiscreteScheduler", "euler"},
    {"EulerAncestralDiscreteScheduler", "euler_a"},
    {"HeunDiscreteScheduler", "heun"},
    {"KDPM2DiscreteScheduler", "dpm2"},
    {"KDPM2AncestralDiscreteScheduler", "dpm2_a"},
    {"DEISMultistepScheduler", "deis"},
    {"DPMSolverMultistepScheduler", "dpmpp_2m"},
    {"DPMSolverSinglestepScheduler", "dpmpp_2s"},
    {"DPMSolverSDEScheduler", "dpmpp_sde"},
    {"UniPCMultistepScheduler", "unipc"},
    {"EDMEulerScheduler", "euler"},
    {"EDMDPMSolverMultistepScheduler", "dpmpp_2m"},
    // k-diffusion and image programs
    {"euler ancestral", "euler_a"},
    {"dpm 2 ancestral", "dpm2_a"},
    {"dpm++ 2s ancestral", "dpmpp_2s_a"},
    {"dpm++ 2m sde heun", "dpmpp_2m_sde", "heun"},
    {"dpm++ 2m sde gpu", "dpmpp_2m_sde"},
    {"dpm++ 2m sde heun gpu", "dpmpp_2m_sde", "heun"},
    {"dpm++ 3m sde gpu", "dpmpp_3m_sde"},
    {"dpm++ sde gpu", "dpmpp_sde"},
    {"uni pc bh2", "unipc", "bh2"},
};

/// Names of spacings, as above.
constexpr Name spacing_names[]{
    {"lu", "exponential"},
    {"use_lu_lambdas", "exponential"},
    {"use_karras_sigmas", "karras"},
    {"use_exponential_sigmas", "exponential"},
    {"use_beta_sigmas", "beta-sigma"},
    {"simple", "trailing"},
    {"ddim uniform", "leading"},
    {"normal", "linspace"},
    {"uniform", "linspace"},
    {"sgm uniform", "linspace-b"},
};

/// What clamps were called before.
constexpr Name clamp_names[]{{"own", "auto"}, {"static", "on"}};

/// “DPM++ 2M” and “dpmpp_2m” become one word.
std::string folded(std::string_view text) {
    std::string word;
    for (const char c : text) {
        if (c == ' ' || c == '_' || c == '-') continue;
        if (c == '+')
            word += 'p';
        else
            word += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    }
    return word;
}

/// The id and form that a folded word stands for; empty: it is unknown.
template <class Row>
std::pair<std::string, std::string> named(const std::string& word, const std::vector<Row>& rows,
                                          std::span<const Name> names) {
    for (const Row& row : rows)
        if (folded(row.id) == word || folded(row.title) == word) return {row.id, {}};
    for (const Name& name : names)
        if (folded(name.name) == word) return {name.id, name.form ? name.form : ""};
    return {};
}

std::string spacing_named(const std::string& word) {
    return named(word, spacings(), spacing_names).first;
}

/// Empty for a word that no sampler is called by.
Meaning of_sampler(const std::string& word) {
    const auto [id, form] = named(word, samplers(), sampler_names);
    if (id.empty()) return {};
    Meaning meaning{{"sampler", id}};
    if (!form.empty()) meaning.emplace_back("form", form);
    return meaning;
}

/// The same for a sampler with a spacing behind it.
Meaning of_pair(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
        const std::string spacing = spacing_named(word.substr(i));
        if (spacing.empty()) continue;
        Meaning meaning = of_sampler(word.substr(0, i));
        if (meaning.empty()) continue;
        meaning.emplace_back("schedule", spacing);
        return meaning;
    }
    return {};
}

}  // namespace

Meaning meaning_of(std::string_view key, std::string_view text) {
    constexpr std::size_t longest = 64;
    const Meaning itself{{std::string(key), std::string(text)}};
    if (text.size() > longest) return itself;
    const std::string word = folded(text);
    if (key == "schedule") {
        const std::string spacing = spacing_named(word);
        return spacing.empty() ? itself : Meaning{{"schedule", spacing}};
    }
    for (const Name& clamp : clamp_names)
        if (key == "clamp" && word == clamp.name) return {{"clamp", clamp.id}};
    if (key != "sampler") return itself;
    for (const char* before : {"", "sample", "k"}) {  // k-diffusion's and its users'
        if (!word.starts_with(before)) continue;
        const std::string rest = word.substr(std::string_view(before).size());
        for (const Meaning& meaning : {of_sampler(rest), of_pair(rest)})
            if (!meaning.empty()) return meaning;
    }
    return itself;
}

void set_sampling_text(Fields& fields, std::string_view key, std::string_view text) {
    for (const auto& [setting, value] : meaning_of(key, text)) {
        Field* field = find_field(fields, setting);
        const auto is = [&](const Spacing& row) { return row.id == value; };
        if (field && setting == "schedule" && std::ranges::any_of(spacings(), is))
            field->value = value;  // forms don't show all that are known
        else
            set_field_text(fields, setting, value);
    }
}

void check_followed(const Fields& fields) {
    const Field* chosen = find_field(fields, "sampler");
    if (!chosen) return;
    const Sampler& sampler = row_named(samplers(), text_of(chosen->value), "sampler");
    for (const Field& field : fields) {
        const std::string those = followers(field.key);
        if (those.empty() || field.value == field.standard || sampler.follows(field.key)) continue;
        throw UnknownWord("The sampler {sampler} doesn't follow {option}. These do: {list}.",
                          {{"sampler", sampler.id}, {"option", field.key}, {"list", those}});
    }
}

}  // namespace daguerre
