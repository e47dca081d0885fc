#include "core/base/number_list.h"

#include <charconv>
#include <sstream>

#include "core/base/error.h"

namespace daguerre {

std::vector<int> numbers_in(const std::string& text, const char* key) {
    std::vector<int> numbers;
    if (text.empty() || text == "none") return numbers;
    const char *at = text.data(), *end = at + text.size();
    for (;;) {
        int number = 0;
        const auto [stop, error] = std::from_chars(at, end, number);
        if (error != std::errc() || number < 1 || number > 4096 || (stop != end && *stop != ','))
            throw Error("{key} is “{text}”; it must be whole numbers with commas, such as 1,2,2.",
                        {{"key", key}, {"text", text}});
        numbers.push_back(number);
        if (stop == end) return numbers;
        at = stop + 1;
    }
}

std::vector<std::string> words_in(const std::string& text, char separator) {
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, separator);) {
        word.erase(0, word.find_first_not_of(' '));
        word.erase(word.find_last_not_of(' ') + 1);
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

}  // namespace daguerre
