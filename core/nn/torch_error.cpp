#include "core/nn/torch_error.h"

#include <new>

#include "core/base/torch.h"

namespace daguerre {
namespace {

Sentence out_of_memory() {
    return {
        "There wasn't enough memory. Use a smaller batch or fewer images at once, or close "
        "other programs.",
        {}};
}

bool lacks_memory(const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
           text.find("out of memory") != std::string::npos ||
           text.find("can't allocate memory") != std::string::npos;
}

Sentence sentence_of(const c10::Error& error) {
    if (lacks_memory(error)) return out_of_memory();
    std::string text = error.what_without_backtrace();
    text = text.substr(0, text.find('\n'));
    return {"LibTorch couldn't go on: {text}", {{"text", text}}};
}

}  // namespace

Sentence sentence_for(std::exception_ptr exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const Error& error) {
        return error.sentence();
    } catch (const c10::Error& error) {
        return sentence_of(error);
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    } catch (const std::exception& error) {
        return {"Something went wrong: {text}", {{"text", error.what()}}};
    } catch (...) {
        return {"Something went wrong, and nothing says what.", {}};
    }
}

bool is_out_of_memory(std::exception_ptr exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const c10::Error& error) {
        return lacks_memory(error);
    } catch (const std::bad_alloc&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace daguerre
