// How fast the window answers on this machine, in numbers.
#pragma once

#include <functional>
#include <string>

namespace daguerre {

/// Drives the canvas as a person would: brushes, pans and zooms on a photo of `megapixels` made for
/// it, in a window of `width` x `height`, and hands a line of JSON a check to `print`: milliseconds
/// from a pointer event to the end of its paint, the middle one, the 99th of a hundred, the worst,
/// and the 99th of the window's thread's own work; the last line says whether brushing stayed under
/// 16 ms. Takes some seconds; needs a QApplication, and no event loop.
void runSelfCheck(double megapixels, int width, int height,
                  const std::function<void(const std::string& line)>& print);

/// Opens a folder of images in Datasets and flings through it: a line for the listing, with the
/// time until the first thumbnails, and one for the scrolling, both with what the window's thread
/// took at a time. folder: one with images; "": one of `files` small pictures is made for it.
void runDatasetsCheck(const std::string& folder, int files, int width, int height,
                      const std::function<void(const std::string& line)>& print);

/// Opens the window twice for `seconds`, once at rest and once while a small run trains at full
/// load and its charts are looked at, and prints how late posted events came: the middle one, the
/// 99th of a hundred, the worst; then what previews and dashboard cost, and how long a pause took.
/// Fills DAGUERRE_HOME; needs a QApplication.
void runTrainCheck(int seconds, const std::function<void(const std::string& line)>& print);

}  // namespace daguerre
