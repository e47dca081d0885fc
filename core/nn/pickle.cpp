#include "core/nn/pickle.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>

#include "core/base/error.h"

namespace daguerre {

/// The machine that Python's pickle module describes (PEP 307, PEP 3154), without the opcodes that
/// make or call anything.
class Unpickler {
public:
    Unpickler(Pickle& pickle, const std::string& file)
        : pickle_(pickle), bytes_(pickle.bytes_), file_(file) {}

    Pickled read() {
        while (true) {
            const auto code = std::uint8_t(take(1)[0]);
            if (code == '.') return pop();
            step(code);
        }
    }

private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error("“{file}” isn't a sound file of weights: {why}.",
                    {{"file", file_}, {"why", why}});
    }

    std::string_view take(std::size_t count) {
        if (count > bytes_.size() - at_) refuse("its pickle ends too early");
        const std::string_view part = bytes_.substr(at_, count);
        at_ += count;
        return part;
    }
    /// Little-endian.
    std::uint64_t number(std::size_t count) {
        std::uint64_t value = 0;
        const std::string_view part = take(count);
        for (std::size_t i = count; i-- > 0;) value = value << 8 | std::uint8_t(part[i]);
        return value;
    }
    std::string line() {
        const std::size_t end = bytes_.find('\n', at_);
        if (end == std::string_view::npos) refuse("its pickle ends too early");
        const std::string text(take(end - at_));
        take(1);
        return text;
    }

    void push(Pickled value) { stack_.push_back(std::move(value)); }
    Pickled pop() {
        if (stack_.empty()) refuse("its pickle takes more values than it has");
        Pickled value = std::move(stack_.back());
        stack_.pop_back();
        return value;
    }
    /// Those above the last mark, which goes too.
    std::vector<Pickled> pop_to_mark() {
        const auto mark = std::find_if(stack_.rbegin(), stack_.rend(), [](const Pickled& value) {
            return value.kind == Pickled::Mark;
        });
        if (mark == stack_.rend()) refuse("its pickle has lost a mark");
        std::vector<Pickled> values(mark.base(), stack_.end());
        stack_.erase(mark.base() - 1, stack_.end());
        return values;
    }
    void push_with(Pickled::Kind kind, std::vector<Pickled> items, std::string_view text = {}) {
        pickle_.nodes_.push_back(std::move(items));
        push({.kind = kind, .text = text, .node = pickle_.nodes_.size() - 1});
    }
    void push_last(std::size_t count) {
        if (count > stack_.size()) refuse("its pickle takes more values than it has");
        std::vector<Pickled> items(stack_.end() - std::ptrdiff_t(count), stack_.end());
        stack_.resize(stack_.size() - count);
        push_with(Pickled::Tuple, std::move(items));
    }
    void push_text(std::size_t count) { push({.kind = Pickled::Text, .text = take(count)}); }
    void push_number(std::int64_t value) { push({.kind = Pickled::Int, .number = value}); }

    void push_global(const std::string& name) {
        const auto known = std::find(pickle_.may_name_.begin(), pickle_.may_name_.end(), name);
        if (known == pickle_.may_name_.end())
            throw Error(
                "“{file}” wants to run “{name}”; Daguerre never runs code from a model file. Save "
                "its weights in Python with safetensors.torch.save_file.",
                {{"file", file_}, {"name", name.substr(0, 100)}});
        push({.kind = Pickled::Global, .text = *known});
    }

    /// Adds to the list or dict on top; an ordered dict is a Call without arguments.
    void add(std::vector<Pickled> items, bool pairs) {
        if (stack_.empty() || (pairs && items.size() % 2 != 0))
            refuse("its pickle adds to nothing");
        const Pickled& to = stack_.back();
        if (pairs ? !to.is_dict() : to.kind != Pickled::List)
            refuse("its pickle adds to what has no items");
        std::vector<Pickled>& all = pickle_.nodes_[to.node];
        all.insert(all.end(), std::make_move_iterator(items.begin()),
                   std::make_move_iterator(items.end()));
    }

    void call() {
        const Pickled arguments = pop(), function = pop();
        if (function.kind != Pickled::Global || arguments.kind != Pickled::Tuple)
            refuse("its pickle calls what can't be called");
        if (function.text != "collections.OrderedDict")
            return push({.kind = Pickled::Call, .text = function.text, .node = arguments.node});
        if (!pickle_.nodes_[arguments.node].empty())
            refuse("its pickle fills a dictionary in an unusual way");
        push_with(Pickled::Call, {}, function.text);
    }

    void put(std::uint64_t place) {
        if (stack_.empty()) refuse("its pickle keeps nothing");
        memo_[place] = stack_.back();
    }
    void get(std::uint64_t place) {
        const auto found = memo_.find(place);
        if (found == memo_.end()) refuse("its pickle recalls what it didn't keep");
        push(found->second);
    }

    void push_double() {
        std::uint64_t bits = 0;
        for (const char byte : take(8)) bits = bits << 8 | std::uint8_t(byte);  // big-endian
        double real = 0;
        std::memcpy(&real, &bits, sizeof real);
        push({.kind = Pickled::Float, .real = real});
    }
    void push_long(std::size_t count) {
        if (count > 8) refuse("its pickle holds a number of over 64 bits");
        std::uint64_t value = number(count);
        if (count > 0 && count < 8 && value >> (8 * count - 1)) value |= ~0ull << (8 * count);
        push_number(std::int64_t(value));
    }
    void set_items(std::size_t count, bool pairs) {
        std::vector<Pickled> items;
        for (std::size_t i = 0; i < count; ++i) items.insert(items.begin(), pop());
        add(std::move(items), pairs);
    }

    void step(std::uint8_t code) {
        if (step_value(code) || step_container(code) || step_memory(code)) return;
        char shown[8];
        std::snprintf(shown, sizeof shown, "0x%02x", code);
        refuse("its pickle does more than weights need (opcode " + std::string(shown) + ")");
    }
    bool step_value(std::uint8_t code) {
        switch (code) {
            case 'N':
                return push({}), true;
            case 0x88:
            case 0x89:
                return push({.kind = Pickled::Bool, .number = code == 0x88}), true;
            case 'J':
                return push_number(std::int32_t(number(4))), true;
            case 'K':
                return push_number(std::int64_t(number(1))), true;
            case 'M':
                return push_number(std::int64_t(number(2))), true;
            case 0x8a:
                return push_long(number(1)), true;
            case 'G':
                return push_double(), true;
            case 'X':
                return push_text(number(4)), true;
            case 0x8c:
                return push_text(number(1)), true;
            case 'c': {
                const std::string module = line();
                return push_global(module + "." + line()), true;
            }
            case 0x93: {
                const Pickled name = pop(), module = pop();
                return push_global(std::string(module.text) + "." + std::string(name.text)), true;
            }
            case 'Q': {
                const Pickled id = pop();
                if (id.kind != Pickled::Tuple) refuse("its pickle names a storage unusually");
                return push({.kind = Pickled::Persistent, .node = id.node}), true;
            }
            default:
                return false;
        }
    }
    bool step_container(std::uint8_t code) {
        switch (code) {
            case '(':
                return push({.kind = Pickled::Mark}), true;
            case '}':
                return push_with(Pickled::Dict, {}), true;
            case ']':
                return push_with(Pickled::List, {}), true;
            case ')':
                return push_with(Pickled::Tuple, {}), true;
            case 't':
                return push_with(Pickled::Tuple, pop_to_mark()), true;
            case 0x85:
            case 0x86:
            case 0x87:
                return push_last(code - 0x84u), true;
            case 'a':
                return set_items(1, false), true;
            case 's':
                return set_items(2, true), true;
            case 'e':
                return add(pop_to_mark(), false), true;
            case 'u':
                return add(pop_to_mark(), true), true;
            case 'R':
                return call(), true;
            case 'b':
                return pop(), true;  // attributes, such as _metadata: not weights
            default:
                return false;
        }
    }
    bool step_memory(std::uint8_t code) {
        switch (code) {
            case 0x80:
                if (number(1) > 4) refuse("its pickle is of a newer protocol");
                return true;
            case 0x95:
                return take(8), true;  // how long a frame is
            case 'q':
                return put(number(1)), true;
            case 'r':
                return put(number(4)), true;
            case 0x94:
                return put(memo_.size()), true;
            case 'h':
                return get(number(1)), true;
            case 'j':
                return get(number(4)), true;
            default:
                return false;
        }
    }

    Pickle& pickle_;
    std::string_view bytes_;
    const std::string& file_;
    std::size_t at_ = 0;
    std::vector<Pickled> stack_;
    std::map<std::uint64_t, Pickled> memo_;
};

Pickle::Pickle(std::string bytes, const std::string& file, std::vector<std::string> may_name)
    : bytes_(std::move(bytes)), may_name_(std::move(may_name)) {
    root_ = Unpickler(*this, file).read();
}

}  // namespace daguerre
