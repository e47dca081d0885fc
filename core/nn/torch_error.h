// Any exception as one sentence.
#pragma once

#include <exception>

#include "core/base/error.h"

namespace daguerre {

/// Error: its own sentence. LibTorch: one line without the backtrace; out of memory gets advice.
/// std::bad_alloc, std::exception, anything else: a sentence too.
Sentence sentence_for(std::exception_ptr exception);

/// Whether LibTorch or the system had no memory left, on whatever device.
bool is_out_of_memory(std::exception_ptr exception);

}  // namespace daguerre
