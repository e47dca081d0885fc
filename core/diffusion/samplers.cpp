#include "core/diffusion/samplers.h"

#include <algorithm>
#include <numbers>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/diffusion/sampling.h"

namespace daguerre {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    return list;
}

/// How far a step is raised before it is taken, as a share of its level.
double churned(const SamplerOptions& options, double level, int steps) {
    const double high = options.churn_high > 0 ? options.churn_high : level;
    const bool inside = level >= options.churn_low && level <= high;
    return inside ? std::min(options.churn / steps, std::numbers::sqrt2 - 1) : 0;
}

const char* const karras = "Karras et al. 2022 (arXiv:2206.00364), ";
const char* const lu = "Lu et al. 2022 (arXiv:2211.01095), ";
const char* const liu = "Liu et al. 2022 (arXiv:2202.09778), ";
const char* const crowson = "Crowson 2022, k-diffusion: ";

std::string from(const char* source, const char* place) { return std::string(source) + place; }

}  // namespace

at::Tensor loops::euler(const Sampling& sampling, at::Tensor x) {
    return walked_to_guess(sampling, std::move(x),
                           [](const Step& at) { return at.x + at.slope() * (at.next - at.now); });
}

at::Tensor loops::heun(const Sampling& sampling, at::Tensor x) {
    const int n = sampling.steps();
    for (int i = 0; i < n; ++i) {
        const double level = sampling.sigmas[std::size_t(i)];
        const double next = sampling.sigmas[std::size_t(i) + 1];
        const double now = level * (1 + churned(sampling.options, level, n));
        x = sampling.noisy(x, sampling.options.churn_noise * std::sqrt(now * now - level * level));
        const at::Tensor denoised = sampling.denoise(x, now);
        if (!sampling.on_step({i, n, now, x, denoised}) || next == 0) return denoised;
        const at::Tensor slope = (x - denoised) / now;
        const at::Tensor slope_there = sampling.slope(x + slope * (next - now), next);
        x = x + (slope + slope_there) * ((next - now) / 2);
    }
    return x;
}

const std::vector<Sampler>& samplers() {
    // The usual one, those that explain, then the others, the better known first.
    static const std::vector<Sampler> rows{
        {.id = "dpmpp_2m",
         .title = "DPM++ 2M",
         .source = from(lu, "algorithm 2"),
         .order = 2,
         .loop = loops::dpm_solver,
         .own = {.eta = 0, .order = 2, .form = "midpoint", .lower_order_final = false},
         .forms = {"midpoint", "heun"}},
        {.id = "ddim",
         .title = "DDIM",
         .source = "Song et al. 2021 (arXiv:2010.02502), eq. 12",
         .loop = loops::ddim,
         .own = {.eta = 0},
         .options = {"eta"}},
        {.id = "ddpm",
         .title = "DDPM",
         .source = "Ho et al. 2020 (arXiv:2006.11239), eq. 7",
         .stochastic = true,
         .loop = loops::ddpm,
         .own = {.variance = "small"},
         .options = {"variance"}},
        {.id = "euler", .title = "Euler", .source = from(karras, "eq. 4"), .loop = loops::euler},
        {.id = "heun",
         .title = "Heun",
         .source = from(karras, "algorithms 1 and 2"),
         .order = 2,
         .loop = loops::heun,
         .options = {"churn", "churn_low", "churn_high", "churn_noise"}},
        {.id = "euler_a",
         .title = "Euler a",
         .source = from(crowson, "ancestral Euler"),
         .stochastic = true,
         .loop = loops::ddim,
         .own = {.eta = 1},
         .options = {"eta"}},
        {.id = "unipc",
         .title = "UniPC",
         .source = "Zhao et al. 2023 (arXiv:2302.04867)",
         .order = 3,
         .loop = loops::unipc,
         .own = {.order = 2, .form = "bh2"},
         .highest_order = 3,
         .forms = {"bh2", "bh1"}},
        {.id = "dpmpp_2m_sde",
         .title = "DPM++ 2M SDE",
         .source = from(lu, "SDE-DPM-Solver++(2M)"),
         .order = 2,
         .stochastic = true,
         .loop = loops::dpm_solver,
         .own = {.eta = 1, .order = 2, .form = "midpoint", .lower_order_final = false},
         .options = {"eta"},
         .forms = {"midpoint", "heun"}},
        {.id = "dpmpp_sde",
         .title = "DPM++ SDE",
         .source = from(crowson, "DPM-Solver++ for the stochastic equation, r 1/2"),
         .order = 2,
         .stochastic = true,
         .loop = loops::dpmpp_sde,
         .own = {.eta = 1},
         .options = {"eta"}},
        {.id = "dpmpp_3m_sde",
         .title = "DPM++ 3M SDE",
         .source = from(crowson, "DPM-Solver++ 3M SDE"),
         .order = 2,
         .stochastic = true,
         .loop = loops::dpm_solver,
         .own = {.eta = 1, .order = 3, .form = "heun", .lower_order_final = false},
         .options = {"eta"}},
        {.id = "dpmpp_2s_a",
         .title = "DPM++ 2S a",
         .source = from(crowson, "ancestral DPM-Solver++ 2S"),
         .order = 2,
         .stochastic = true,
         .loop = loops::dpmpp_2s,
         .own = {.eta = 1},
         .options = {"eta"}},
        {.id = "deis",
         .title = "DEIS",
         .source = "Zhang and Chen 2023 (arXiv:2204.13902), tAB-DEIS in ln σ",
         .order = 3,
         .loop = loops::deis,
         .own = {.order = 3},
         .options = {"lower_order_final"},
         .highest_order = 3},
        {.id = "lms",
         .title = "LMS",
         .source = from(crowson, "linear multistep"),
         .order = 4,
         .loop = loops::lms,
         .own = {.order = 4},
         .highest_order = 4},
        {.id = "plms",
         .title = "PLMS",
         .source = from(liu, "eq. 12, with Heun's method as its first step"),
         .order = 2,
         .loop = loops::plms},
        {.id = "ipndm",
         .title = "iPNDM",
         .source = from(liu, "eq. 12, begun with fewer slopes"),
         .order = 2,
         .loop = loops::ipndm,
         .own = {.order = 4},
         .highest_order = 4},
        {.id = "pndm",
         .title = "PNDM",
         .source = from(liu, "algorithm 2"),
         .order = 2,
         .loop = loops::pndm},
        {.id = "dpm2",
         .title = "DPM2",
         .source = from(karras, "eq. 4, by the midpoint in ln σ"),
         .order = 2,
         .loop = loops::dpm2,
         .own = {.eta = 0}},
        {.id = "dpm2_a",
         .title = "DPM2 a",
         .source = from(crowson, "ancestral DPM2"),
         .order = 2,
         .stochastic = true,
         .loop = loops::dpm2,
         .own = {.eta = 1},
         .options = {"eta"}},
        {.id = "dpmpp_2s",
         .title = "DPM++ 2S",
         .source = from(lu, "algorithm 1 with r 1/2"),
         .order = 2,
         .loop = loops::dpmpp_2s,
         .own = {.eta = 0}},
        {.id = "dpmpp_3m",
         .title = "DPM++ 3M",
         .source = from(lu, "multistep with three guesses, as published"),
         .order = 2,
         .loop = loops::dpm_solver,
         .own = {.eta = 0, .order = 3, .form = "midpoint"},
         .options = {"lower_order_final"},
         .forms = {"midpoint", "heun"}},
        {.id = "dpmpp_1m",
         .title = "DPM++ 1M",
         .source = from(lu, "eq. 12, the same as DDIM"),
         .loop = loops::dpm_solver,
         .own = {.eta = 0, .order = 1, .lower_order_final = false}},
    };
    return rows;
}

std::string followers(std::string_view option) {
    std::vector<std::string> list;
    for (const Sampler& sampler : samplers())
        if (sampler.follows(option)) list.push_back(sampler.id);
    return joined(list);
}

bool Sampler::follows(std::string_view option) const {
    if (option == "order") return highest_order > 0;
    if (option == "form") return !forms.empty();
    return std::find(options.begin(), options.end(), option) != options.end();
}

SamplerOptions Sampler::settled(const SamplerOptions& wanted) const {
    if (highest_order > 0 && (wanted.order < 0 || wanted.order > highest_order))
        throw Error("{title} can't be of order {order}. Choose 1 to {highest}, or 0 for its own.",
                    {{"title", title}, {"order", wanted.order}, {"highest", highest_order}});
    if (!forms.empty() && wanted.form != "own" &&
        std::find(forms.begin(), forms.end(), wanted.form) == forms.end())
        throw Error("{title} has no form “{form}”. It has: {list}.",
                    {{"title", title}, {"form", wanted.form}, {"list", joined(forms)}});
    SamplerOptions result = own;
    const SamplerOptions open;
    const auto take = [&](const char* option, auto member) {
        if (follows(option) && wanted.*member != open.*member) result.*member = wanted.*member;
    };
    take("eta", &SamplerOptions::eta);
    take("order", &SamplerOptions::order);
    take("form", &SamplerOptions::form);
    take("variance", &SamplerOptions::variance);
    take("lower_order_final", &SamplerOptions::lower_order_final);
    take("churn", &SamplerOptions::churn);
    take("churn_low", &SamplerOptions::churn_low);
    take("churn_high", &SamplerOptions::churn_high);
    take("churn_noise", &SamplerOptions::churn_noise);
    result.learned_variance = wanted.learned_variance;
    result.variance_is_place = wanted.variance_is_place;
    result.middle = wanted.middle;
    return result;
}

at::Tensor Sampler::run(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas,
                        const Noise& noise, const OnStep& on_step,
                        const SamplerOptions& wanted) const {
    const SamplerOptions chosen = settled(wanted);
    require(chosen.variance != "learned" || chosen.learned_variance,
            "a learned variance comes from somewhere");
    return loop({denoise, sigmas, noise, on_step, chosen}, std::move(x));
}

}  // namespace daguerre
