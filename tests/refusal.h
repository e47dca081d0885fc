// What a call refuses with.
#pragma once

#include <string>

#include "core/base/error.h"

/// The sentence of the exception that `act` throws, or "" when it throws none.
template <class Exception = daguerre::Error, class Act>
std::string refusal(Act&& act) {
    try {
        act();
    } catch (const Exception& exception) {
        return exception.what();
    }
    return "";
}
