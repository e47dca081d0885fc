// What the form of a new run says, apart from how it looks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/training/given_settings.h"

namespace daguerre {

struct TrainForm {
    std::string dataset, family;
    Fields values{};  // of the family, with those of the preset as their standard

    /// Takes the settings of a family and a preset (""), and then `own`: values that were changed
    /// by hand, which stay where they fit. Throws UnknownWord for a family that isn't known.
    void choose(const std::string& newFamily, const std::string& preset, const Fields& own);
    /// What was settled for the images becomes the standard of all that wasn't changed by hand.
    /// True: something differs now.
    bool settle(const Fields& settled);
    std::string preset() const;
    /// What differs from preset and defaults.
    Fields changed() const;
    /// The same as a command takes it, the preset first.
    GivenSettings given() const;
};

/// Whether a setting is settled for this machine and these images, whoever asks.
bool isSettled(const std::string& key);
/// The datasets that are here, own ones last.
std::vector<std::string> datasetsHere();
/// runs/fashion-mnist-3: one more than the highest number there.
std::filesystem::path newRunFolder(const std::string& dataset);

}  // namespace daguerre
