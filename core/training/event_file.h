// The numbers and previews of a run as TensorBoard reads them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/training/appender.h"
#include "core/training/log_line.h"

namespace daguerre {

/// CRC-32C: Castagnoli, Bräuer, Herrmann 1993, "Optimization of cyclic redundancy-check codes with
/// 24 and 32 parity bits"; reflected, as iSCSI (RFC 3720) uses it.
std::uint32_t crc32c(std::string_view bytes);

/// events.out.tfevents.* in a folder: records of TFRecord's framing, each an `Event` of
/// TensorFlow's event.proto. A run has one for every time it was started; their names rise.
class EventFile {
public:
    /// Makes a new file. `images`: seen by now; what earlier files say of later ones is then
    /// passed over by TensorBoard. Throws Error.
    EventFile(const std::filesystem::path& folder, std::int64_t images);

    /// The means of a line's curves and its other numbers, of the time of the line where it has
    /// one, else of now. Step: images. Throws Error.
    void add(const LogLine& line);
    /// A PNG file of `width` x `height` pixels. Throws Error.
    void add_preview(std::int64_t images, std::string_view png, int width, int height,
                     int channels);

private:
    void add_event(std::int64_t images, int field, std::string_view message, double wall = now());
    static double now();  // Unix seconds

    Appender file_;
};

}  // namespace daguerre
