#include "core/data/arrange.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/data/image_set.h"

namespace daguerre {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return result;
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Words, of which "…" may hold spaces.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c == ' ' && !quoted) {
            if (!word.empty()) words.push_back(std::move(word));
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

/// The labels that the words of a search mean.
std::set<int> labels_of(const Search& search, const std::vector<std::string>& classes) {
    std::set<int> labels;
    for (const std::string& word : search.classes) {
        const auto named = [&](bool whole) {
            for (std::size_t label = 0; label < classes.size(); ++label) {
                const std::string name = lower(classes[label]);
                if (whole ? name == word : name.starts_with(word)) labels.insert(int(label));
            }
        };
        const std::size_t before = labels.size();
        named(true);
        if (const auto number = number_of(word); labels.size() == before && number)
            if (*number >= 0 && *number < std::int64_t(classes.size())) labels.insert(int(*number));
        if (labels.size() == before) named(false);
        if (labels.size() > before) continue;
        const std::string close = nearest(word, classes);
        if (close.empty())
            throw UnknownWord("There is no class “{class}” here.", {{"class", word}});
        throw UnknownWord("There is no class “{class}” here. Did you mean “{close}”?",
                          {{"class", word}, {"close", close}});
    }
    return labels;
}

/// What an image must be to be shown.
class Filter {
public:
    Filter(const AllSplits& dataset, const Arrangement& how, const Marks& marks)
        : dataset_(dataset), how_(how), named_(labels_of(how.search, dataset.info().classes)) {
        for (const std::string& mark : how.search.marks) {
            const auto found = marks.find(mark);
            if (found == marks.end()) refuse(mark, marks);
            marked_.push_back(&found->second);
        }
    }

    bool passes(std::int64_t i) const {
        const Search& search = how_.search;
        if (!search.numbers.empty() &&
            std::find(search.numbers.begin(), search.numbers.end(), i) == search.numbers.end())
            return false;
        for (const auto* list : marked_)
            if (!std::binary_search(list->begin(), list->end(), std::uint32_t(i))) return false;
        if (!how_.classes.empty() || !named_.empty()) {
            const int label = dataset_.label(i);
            if (!how_.classes.empty() && !how_.classes.contains(label)) return false;
            if (!named_.empty() && !named_.contains(label)) return false;
        }
        if (search.words.empty()) return true;
        const std::string name = lower(dataset_.name(i));
        return std::all_of(search.words.begin(), search.words.end(), [&](const std::string& word) {
            return name.find(word) != std::string::npos;
        });
    }

private:
    [[noreturn]] static void refuse(const std::string& mark, const Marks& marks) {
        std::vector<std::string> known;
        for (const auto& [name, list] : marks) known.push_back(name);
        std::string list;
        for (const std::string& word : known) list += (list.empty() ? "is:" : ", is:") + word;
        throw UnknownWord("“is:{word}” isn't a search. There are: {list}.",
                          {{"word", mark}, {"list", list}});
    }

    const AllSplits& dataset_;
    const Arrangement& how_;
    std::set<int> named_;
    std::vector<const std::vector<std::uint32_t>*> marked_;
};

template <class Key>
void sort_by(std::vector<std::uint32_t>& images, const Key& key) {
    std::stable_sort(images.begin(), images.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
}

void sort_by_name(std::vector<std::uint32_t>& images, const AllSplits& dataset) {
    std::vector<std::pair<std::string, std::uint32_t>> named;
    named.reserve(images.size());
    for (const std::uint32_t i : images) {
        const std::string name = dataset.name(i);
        named.emplace_back(name.substr(name.rfind('/') + 1), i);
    }
    std::stable_sort(named.begin(), named.end(),
                     [](const auto& a, const auto& b) { return natural_less(a.first, b.first); });
    std::transform(named.begin(), named.end(), images.begin(),
                   [](const auto& pair) { return pair.second; });
}

void sort_images(std::vector<std::uint32_t>& images, const AllSplits& dataset,
                 const std::string& order, const std::vector<ImageFacts>& facts) {
    const auto known = [&](std::uint32_t i) {
        return i < facts.size() && facts[i].width > 0 ? &facts[i] : nullptr;
    };
    constexpr double last = 1e18;
    if (order == "class")
        sort_by(images, [&](std::uint32_t i) { return unsigned(dataset.label(i)); });
    else if (order == "name")
        sort_by_name(images, dataset);
    else if (order == "size")
        sort_by(images, [&](std::uint32_t i) {
            const ImageFacts* fact = known(i);
            return fact ? -double(fact->width) * fact->height : last;
        });
    else if (order == "brightness")
        sort_by(images, [&](std::uint32_t i) {
            const ImageFacts* fact = known(i);
            return fact ? -double(fact->brightness) : last;
        });
    else if (order == "unusual")
        sort_by(images, [&](std::uint32_t i) {
            const ImageFacts* fact = known(i);
            return fact ? -double(fact->unusual) : last;
        });
}

}  // namespace

Search parse_search(std::string_view text) {
    Search search;
    for (const std::string& word : words_of(text)) {
        if (word.starts_with("class:")) {
            if (word.size() > 6) search.classes.push_back(lower(word.substr(6)));
        } else if (word.starts_with("is:")) {
            if (word.size() > 3) search.marks.push_back(lower(word.substr(3)));
        } else if (word.starts_with("#")) {
            const auto number = number_of(std::string_view(word).substr(1));
            if (!number && word.size() > 1)
                throw Error("“{word}” isn't the number of an image.", {{"word", word}});
            if (number) search.numbers.push_back(*number);
        } else {
            search.words.push_back(lower(word));
        }
    }
    return search;
}

const std::vector<OrderRow>& orders() {
    static const std::vector<OrderRow> rows{{"stored", "order"},
                                            {"class", "class"},
                                            {"name", "file name"},
                                            {"size", "size", true},
                                            {"brightness", "brightness", true},
                                            {"unusual", "unusual first", true}};
    return rows;
}

std::vector<std::uint32_t> arranged(const AllSplits& dataset, const Arrangement& how,
                                    const std::vector<ImageFacts>& facts, const Marks& marks) {
    row_named(orders(), how.order, "order");
    const Filter filter(dataset, how, marks);
    std::vector<std::uint32_t> images;
    for (std::size_t part = 0; part < dataset.parts().size(); ++part) {
        if (!how.split.empty() && dataset.split_name(part) != how.split) continue;
        const std::int64_t first = dataset.first_of(part);
        for (std::int64_t i = first; i < dataset.first_of(part + 1); ++i)
            if (filter.passes(i)) images.push_back(std::uint32_t(i));
    }
    sort_images(images, dataset, how.order, facts);
    return images;
}

std::vector<std::int64_t> class_counts(const AllSplits& dataset, std::string_view split) {
    std::vector<std::int64_t> counts(dataset.info().classes.size() + 1);
    for (std::size_t part = 0; part < dataset.parts().size(); ++part) {
        if (!split.empty() && dataset.split_name(part) != split) continue;
        for (std::int64_t i = dataset.first_of(part); i < dataset.first_of(part + 1); ++i) {
            const int label = dataset.label(i);
            const bool known = label >= 0 && label + 1 < int(counts.size());
            ++counts[known ? std::size_t(label) : counts.size() - 1];
        }
    }
    return counts;
}

}  // namespace daguerre
