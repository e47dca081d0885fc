// What samplers and spacings are called elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/fields.h"

namespace daguerre {

/// Settings that a name stands for: key and value of each.
using Meaning = std::vector<std::pair<std::string, std::string>>;

/// What a name of a sampler or a spacing means, whatever its letters' case, with or without spaces,
/// dashes and underscores: an id or title of ours, a class of diffusers, a name of k-diffusion or
/// of an image program, and behind a sampler also a spacing, as in “DPM++ 2M Karras”. Unknown
/// names mean themselves. key: "sampler" or "schedule"; any other means just its value.
Meaning meaning_of(std::string_view key, std::string_view text);

/// As set_field_text, for each setting that the text stands for, and for spacings too that no form
/// offers.
void set_sampling_text(Fields& fields, std::string_view key, std::string_view text);

/// Throws UnknownWord when an option of samplers was changed that the chosen sampler doesn't
/// follow. Fields without a sampler pass.
void check_followed(const Fields& fields);

}  // namespace daguerre
