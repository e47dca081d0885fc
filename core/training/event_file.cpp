#include "core/training/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <ctime>

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
        table[i] = crc;
    }
    return table;
}();

template <class T>
std::string bytes_of(T value) {
    static_assert(std::endian::native == std::endian::little);
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

/// TFRecord: length, its checksum, bytes, their checksum. The checksums are turned and shifted, so
/// that one of bytes that hold a checksum is no accident.
std::string record_of(std::string_view bytes) {
    const auto checksum = [](std::string_view of) {
        const std::uint32_t crc = crc32c(of);
        return bytes_of((crc >> 15 | crc << 17) + 0xA282EAD8u);
    };
    const std::string length = bytes_of(std::uint64_t(bytes.size()));
    return length + checksum(length) + std::string(bytes) + checksum(bytes);
}

// Protocol buffers: a key, which is the field's number and its kind, then the value.
std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 128; value >>= 7) bytes += char(value | 128);
    return bytes += char(value);
}
std::string number_field(int field, std::int64_t value) {
    return varint(std::uint64_t(field) << 3) + varint(std::uint64_t(value));
}
std::string double_field(int field, double value) {
    return varint(std::uint64_t(field) << 3 | 1) + bytes_of(value);
}
std::string float_field(int field, float value) {
    return varint(std::uint64_t(field) << 3 | 5) + bytes_of(value);
}
std::string bytes_field(int field, std::string_view bytes) {
    return varint(std::uint64_t(field) << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

// Fields of TensorFlow's event.proto and summary.proto.
namespace event {
constexpr int wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7;
}
namespace value {
constexpr int tag = 1, simple_value = 2, image = 4;
}
constexpr int summary_value = 1, session_status = 1, session_start = 1;

std::string scalar(const std::string& tag, double number) {
    return bytes_field(summary_value, bytes_field(value::tag, tag) +
                                          float_field(value::simple_value, float(number)));
}

/// What a line says beside its losses.
std::string state_of(const LogLine& line) {
    std::string summary;
    summary += scalar("gradient_norm", line.norm.mean);
    summary += scalar("learning_rate", line.learning_rate);
    summary += scalar("images_per_second", line.images_per_second);
    summary += scalar("data_wait", line.data_wait);
    summary += scalar("skipped", double(line.skipped));
    summary += scalar("memory", line.memory);
    if (line.gpu_memory > 0) summary += scalar("gpu_memory", line.gpu_memory);
    return summary;
}

/// The next name of a folder: TensorBoard reads the files in the order of their names.
fs::path next_name(const fs::path& folder) {
    const std::string prefix = "events.out.tfevents.";
    long long second = std::time(nullptr);
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end;
         each.increment(error)) {
        const std::string name = each->path().filename().string();
        if (name.starts_with(prefix))
            second = std::max(second, std::atoll(name.c_str() + prefix.size()) + 1);
    }
    char host[65]{};
    if (::gethostname(host, sizeof host - 1) != 0 || !host[0]) std::strcpy(host, "localhost");
    return folder / (prefix + std::to_string(second) + "." + host);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    std::uint32_t crc = ~0u;
    for (const char byte : bytes) crc = crc >> 8 ^ crc_table[(crc ^ std::uint8_t(byte)) & 255];
    return ~crc;
}

EventFile::EventFile(const fs::path& folder, std::int64_t images) : file_(next_name(folder)) {
    add_event(0, event::file_version, "brain.Event:2");
    add_event(images + 1, event::session_log, number_field(session_status, session_start));
}

double EventFile::now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void EventFile::add_event(std::int64_t images, int field, std::string_view message, double wall) {
    file_.append(record_of(double_field(event::wall_time, wall) +
                           number_field(event::step, images) + bytes_field(field, message)));
}

void EventFile::add(const LogLine& line) {
    std::string summary;
    for (const auto& [name, curve] : line.curves) summary += scalar(name, curve.mean);
    if (line.steps > 0) summary += state_of(line);
    add_event(line.images, event::summary, summary, line.time > 0 ? line.time : now());
}

void EventFile::add_preview(std::int64_t images, std::string_view png, int width, int height,
                            int channels) {
    const std::string image = number_field(1, height) + number_field(2, width) +
                              number_field(3, channels) + bytes_field(4, png);
    add_event(images, event::summary,
              bytes_field(summary_value,
                          bytes_field(value::tag, "previews") + bytes_field(value::image, image)));
}

}  // namespace daguerre
