// The folder of finished pictures: pictures/ of the user data, in it a folder a press of the
// button, "000042-fashion", in it a PNG a picture, "fashion-1234.png". All of it reads the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace daguerre {

std::filesystem::path picturesFolder();

/// The folder for the next press: one higher than the highest there. Not made.
std::filesystem::path newPress(const std::string& model);
/// The name of a picture in it.
std::string pictureName(const std::string& model, std::uint32_t seed);

/// The folders of all presses, newest first.
std::vector<std::filesystem::path> presses();
/// The pictures of a press in the order they were made, by seed.
std::vector<std::filesystem::path> picturesOf(const std::filesystem::path& press);

}  // namespace daguerre
