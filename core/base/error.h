// Sentences for people, and the one exception that carries them.
#pragma once

#include <concepts>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace daguerre {

/// A value in a sentence, already written out: whole numbers as they are, others with up to six
/// significant digits, paths as UTF-8.
class Word {
public:
    Word(std::string text) : text_(std::move(text)) {}
    Word(std::string_view text) : text_(text) {}
    Word(const char* text) : text_(text) {}
    Word(const std::filesystem::path& path) : text_(path.string()) {}
    template <std::integral T>
    Word(T number) : text_(std::to_string(number)) {}
    Word(double number);

    const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// A pattern with named values: "“{file}” ends after {n} bytes". The pattern is what translations
/// are found by.
struct Sentence {
    std::string pattern;
    std::vector<std::pair<std::string, Word>> values;

    /// The pattern with its values filled in, in UTF-8. A name without a value stays as it is.
    std::string text() const;
};

/// It can't be done: what happened, to which file or value, and what helps.
class Error : public std::runtime_error {
public:
    explicit Error(std::string pattern, std::vector<std::pair<std::string, Word>> values = {});
    explicit Error(Sentence sentence);

    const Sentence& sentence() const { return sentence_; }

private:
    Sentence sentence_;
};

/// A person typed a word that nobody knows: an option, a key, an id. The command line ends with
/// status 2 on this, with 1 on every other Error. An unknown word in a file is a plain Error.
class UnknownWord : public Error {
    using Error::Error;
};

/// For mistakes of the programmer at the doors of core.
/// Throws std::logic_error with the text when the condition is false.
void require(bool condition, const char* text);

/// The word of the list that is closest by edit distance (Levenshtein 1966), or "" when none is
/// nearer than half the length of `word`.
std::string nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace daguerre
