#include "core/models/sampling_path.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "core/base/error.h"
#include "core/base/number_list.h"
#include "core/diffusion/sampling_words.h"

namespace daguerre {
namespace {

constexpr char branch_separator = ';';
constexpr std::int64_t highest_seed = 4294967295;
/// What says where pictures begin can't change on their way.
constexpr std::array fixed{"to_seed", "to_class", "from", "to", "branch"};

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? std::string()
                                      : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

void take(Branch& branch, const std::string& change, const std::string& all) {
    const auto equals = change.find('=');
    if (equals == std::string::npos)
        throw Error("“{word}” in branch “{text}” changes nothing. Write it as guidance=4.",
                    {{"word", change}, {"text", all}});
    const std::string key = trimmed(change.substr(0, equals));
    const std::string value = trimmed(change.substr(equals + 1));
    if (key == "class") {
        branch.image_class = value;
    } else if (key == "noise") {
        branch.noise = whole_number(value);
        if (!branch.noise || *branch.noise < 0 || *branch.noise > highest_seed)
            throw Error("noise={value} in branch “{text}” isn't a seed from 0 to {most}.",
                        {{"value", value}, {"text", all}, {"most", highest_seed}});
    } else if (find_field(branch.own, key) && !std::ranges::count(fixed, key)) {
        set_sampling_text(branch.own, key, value);
    } else {
        throw Error(
            "“{key}” in branch “{text}” can't change on the way. What can: class, noise, and "
            "settings of sampling such as guidance, sampler, schedule, steps.",
            {{"key", key}, {"text", all}});
    }
}

}  // namespace

std::vector<Branch> branches_of(const std::string& text, const Fields& own) {
    std::vector<Branch> branches;
    for (const std::string& part : words_in(text, branch_separator)) {
        const auto space = part.find(' ');
        const std::optional<std::int64_t> step = whole_number(part.substr(0, space));
        if (!step || *step < 0 || *step > 1'000'000)
            throw Error("Branch “{text}” must begin with the step after which it leaves the way.",
                        {{"text", part}});
        if (!branches.empty() && *step < branches.back().step)
            throw Error("Branch “{text}” comes after one at step {step}. Name them in their order.",
                        {{"text", part}, {"step", branches.back().step}});
        Branch branch{int(*step), {}, {}, branches.empty() ? own : branches.back().own};
        if (!branches.empty()) branch.image_class = branches.back().image_class;
        if (space == std::string::npos)
            throw Error("Branch “{text}” changes nothing. Write it as “12 guidance=4”.",
                        {{"text", part}});
        for (const std::string& change : words_in(part.substr(space), ','))
            take(branch, change, part);
        branches.push_back(std::move(branch));
    }
    return branches;
}

std::string with_branch(const std::string& text, int step, const std::string& changes) {
    std::string branches;
    for (const std::string& part : words_in(text, branch_separator))
        if (whole_number(part.substr(0, part.find(' '))).value_or(0) <= step)
            branches += part + branch_separator + ' ';
    return branches + std::to_string(step) + ' ' + changes;
}

}  // namespace daguerre
