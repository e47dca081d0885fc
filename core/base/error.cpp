#include "core/base/error.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace daguerre {

Word::Word(double number) {
    // Not printf, which writes a decimal comma where the user's country does.
    char text[32];
    text_.assign(
        text, std::to_chars(text, text + sizeof text, number, std::chars_format::general, 6).ptr);
}

std::string Sentence::text() const {
    std::string result;
    std::size_t at = 0;
    while (at < pattern.size()) {
        const std::size_t open = pattern.find('{', at);
        const std::size_t close = pattern.find('}', open);
        if (close == std::string::npos) break;
        const std::string_view name = std::string_view(pattern).substr(open + 1, close - open - 1);
        const auto value = std::find_if(values.begin(), values.end(),
                                        [&](const auto& pair) { return pair.first == name; });
        result.append(pattern, at, open - at);
        if (value != values.end())
            result += value->second.text();
        else
            result.append(pattern, open, close + 1 - open);
        at = close + 1;
    }
    return result.append(pattern, at);
}

Error::Error(std::string pattern, std::vector<std::pair<std::string, Word>> values)
    : Error(Sentence{std::move(pattern), std::move(values)}) {}

Error::Error(Sentence sentence)
    : std::runtime_error(sentence.text()), sentence_(std::move(sentence)) {}

void require(bool condition, const char* text) {
    if (!condition) throw std::logic_error(text);
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
    constexpr std::size_t longest = 64;  // hostile words cost nothing
    std::string best;
    std::size_t least = word.size() / 2 + 1;
    if (word.size() > longest) return best;
    for (const std::string& known : words) {
        const std::size_t distance = edit_distance(word, known);
        if (distance < least) {
            least = distance;
            best = known;
        }
    }
    return best;
}

}  // namespace daguerre
