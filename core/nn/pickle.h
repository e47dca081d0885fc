// Values out of a pickle, and nothing else: what could run is refused by its name.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daguerre {

/// A value of a pickle. List, Tuple, Dict and Call have items, which lie in the pickle: those of a
/// dict are key, value, key, value, ...; those of a call its arguments.
struct Pickled {
    enum Kind { None, Bool, Int, Float, Text, List, Tuple, Dict, Global, Call, Persistent, Mark };
    Kind kind = None;
    std::int64_t number = 0;  // Bool, Int
    double real = 0;          // Float
    std::string_view text{};  // Text; Global and Call: "module.name"
    std::size_t node = 0;     // where its items lie

    bool is_dict() const {
        return kind == Dict || (kind == Call && text == "collections.OrderedDict");
    }
};

class Pickle {
public:
    /// Reads protocols 2 to 4, as far as files of weights need them; every step is bounded by the
    /// bytes. may_name: the names that may occur, "collections.OrderedDict". Nothing is called:
    /// calling one makes a Call that says with what. `file` stands in sentences. Throws Error for
    /// any other name, by that name, and for what isn't a sound pickle.
    Pickle(std::string bytes, const std::string& file, std::vector<std::string> may_name);
    Pickle(const Pickle&) = delete;
    Pickle& operator=(const Pickle&) = delete;

    const Pickled& root() const { return root_; }
    /// Of a value that has some.
    const std::vector<Pickled>& items(const Pickled& value) const { return nodes_[value.node]; }

private:
    friend class Unpickler;
    // Texts are parts of these, so that a pickle that repeats one a million times stays small.
    std::string bytes_;
    std::vector<std::string> may_name_;
    std::deque<std::vector<Pickled>> nodes_;
    Pickled root_;
};

}  // namespace daguerre
