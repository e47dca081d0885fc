// Ways other than from a seed straight to its picture: between two seeds, classes or photos, from a
// photo run back to noise, and changes of course on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fields.h"

namespace daguerre {

/// What a person chooses of them; part of SamplingOptions.
struct PathOptions {
    std::int64_t to_seed = -1;
    std::string to_class{};
    std::string from{}, to{};
    std::string branch{};

    void each(auto&& visit) {
        visit(to_seed, {.key = "to_seed",
                        .label = "To seed",
                        .help = "the pictures become frames of a film from the seed's picture to "
                                "this one's; -1: none",
                        .min = -1,
                        .max = 4294967295.0});
        visit(to_class, {.key = "to_class",
                         .label = "To class",
                         .help = "the pictures become frames from the class to this one"});
        visit(from,
              {.key = "from",
               .label = "From photo",
               .help = "an image file that is run back to noise, from which the pictures start; "
                       "how near they come back to it is told"});
        visit(to, {.key = "to",
                   .label = "To photo",
                   .help = "the image file where the pictures end, as frames of a film"});
        visit(branch,
              {.key = "branch",
               .label = "Branch",
               .help = "changes of course after some steps, as “12 guidance=4, class=7; 16 "
                       "noise=3”: settings of sampling, the class, or fresh noise from a seed"});
    }

    /// Whether the pictures are the frames of one film.
    bool frames() const { return to_seed >= 0 || !to_class.empty() || !to.empty(); }
};

/// One change of course.
struct Branch {
    int step = 0;                              // so many were made before it
    std::optional<std::int64_t> noise{};       // seed of fresh noise that takes the old one's place
    std::optional<std::string> image_class{};  // as GenerateRequest::image_class
    Fields own{};                              // all settings of sampling from here on
};
/// The changes that `text` (PathOptions::branch) describes, in rising order. own: the settings
/// before the first. Throws Error naming what isn't understood.
std::vector<Branch> branches_of(const std::string& text, const Fields& own);
/// Those of `text` up to a step, and after it one more: `changes` as “guidance=4, class=7”.
std::string with_branch(const std::string& text, int step, const std::string& changes);

/// Where frame i of `count` stands on the way, 0 to 1.
inline double share_of_way(std::int64_t i, std::int64_t count) {
    return count > 1 ? double(i) / double(count - 1) : 0;
}

}  // namespace daguerre
