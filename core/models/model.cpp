#include "core/models/model.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/error.h"

namespace daguerre {
namespace {

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return text;
}

std::optional<int> index_of(const std::vector<std::string>& classes, const std::string& word) {
    const auto find = [&](auto equal) {
        return std::find_if(classes.begin(), classes.end(), equal) - classes.begin();
    };
    const auto count = std::ptrdiff_t(classes.size());
    auto at = find([&](const std::string& name) { return name == word; });
    if (at == count) at = find([&](const std::string& name) { return lower(name) == lower(word); });
    if (at < count) return int(at);
    int number = -1;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool whole = error == std::errc() && stop == word.data() + word.size();
    if (whole && number >= 0 && number < int(count)) return number;
    return std::nullopt;
}

[[noreturn]] void refuse(const ModelInfo& info, const std::string& word) {
    // Beside “10”, the nearest of ten digits would be a poor hint.
    const bool letters = word.find_first_not_of("-0123456789") != std::string::npos;
    const std::string close = letters ? nearest(word, info.classes) : "";
    throw Error("{id} knows {n} classes; “{word}” isn't one of them. {help}",
                {{"id", info.id},
                 {"n", info.classes.size()},
                 {"word", word},
                 {"help", close.empty() ? "Choose a name or a number from 0 to " +
                                              std::to_string(info.classes.size() - 1) + "."
                                        : "Did you mean “" + close + "”?"}});
}

}  // namespace

Image Model::complete(const Image&, const Image&, const GenerateRequest&, const Fields&,
                      const OnProgress&) const {
    throw Error(
        "{id} can't fill pictures: models of the family {family} can't. “daguerre models” lists "
        "what "
        "there is.",
        {{"id", info().id}, {"family", info().family}});
}

std::uint32_t seed_of(const GenerateRequest& request, std::int64_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(request.seed) +
                                      static_cast<std::uint64_t>(i));
}

int class_of(const ModelInfo& info, const GenerateRequest& request, std::int64_t i) {
    const std::string& word = request.image_class;
    if (info.classes.empty()) {
        if (word.empty() || word == "none") return -1;
        throw Error("{id} knows no classes; leave “{word}” out.",
                    {{"id", info.id}, {"word", word}});
    }
    if (word.empty()) return int(seed_of(request, i) % info.classes.size());
    if (const auto found = index_of(info.classes, word)) return *found;
    if (word != "none") refuse(info, word);
    if (info.null_class) return -1;
    throw Error("{id} always makes one of its {n} classes; “none” isn't possible.",
                {{"id", info.id}, {"n", info.classes.size()}});
}

}  // namespace daguerre
