// Words of core in the language of the window.
#pragma once

#include <QString>
#include <string>

#include "core/base/error.h"

namespace daguerre {

/// The sentence, translated by its pattern, with its values filled in.
QString words(const Sentence& sentence);
/// A label, help line or title from one of core's tables, translated.
QString words(const std::string& english);

}  // namespace daguerre
