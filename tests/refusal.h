// What a call refuses with.
#pragma once

#include <cstdio>
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

/// Whether a sentence contains `part`; else both are printed.
inline bool says(const std::string& sentence, const std::string& part) {
    if (sentence.find(part) != std::string::npos) return true;
    std::fprintf(stderr, "“%s” doesn't say “%s”\n", sentence.c_str(), part.c_str());
    return false;
}
