#include "core/image/film.h"

#include <stdlib.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/image/child.h"
#include "core/image/codecs.h"
#include "core/image/image_mat.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr int longest_side = 16384;  // of H.264
constexpr std::uint64_t largest_film = 4ull << 30;

struct FilmFormat {
    std::string suffix;
    /// What stands between ffmpeg's input and its output. scaling: a filter. hold: seconds.
    std::vector<std::string> (*words)(const std::string& scaling, double hold);
    /// The film with the record inside; null: it lies in a file beside.
    std::string (*with_record)(std::string film, const Record&);
};

/// Thousandths: ffmpeg reads fractions, and a decimal point would depend on the locale.
std::string thousandths(double value) {
    return std::to_string(std::lround(value * 1000)) + "/1000";
}

std::vector<std::string> gif_words(const std::string& scaling, double hold) {
    // Every frame has 256 colours of its own: a denoised image shares none with the noise.
    const std::string filters =
        "[0:v]split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[palette];[b]" +
        scaling + "[large];[large][palette]paletteuse=new=1";
    const std::string delay = std::to_string(std::lround(hold * 100));
    return {"-filter_complex", filters, "-loop", "0", "-final_delay", delay, "-f", "gif"};
}

std::vector<std::string> apng_words(const std::string& scaling, double hold) {
    const std::string delay = thousandths(hold);
    return {"-vf",   scaling,  "-c:v", "apng",         "-pix_fmt", "rgb24", "-pred",
            "mixed", "-plays", "0",    "-final_delay", delay,      "-f",    "apng"};
}

std::vector<std::string> mp4_words(const std::string& scaling, double hold) {
    // H.264 as every player knows it: sides even, colours at half the size.
    const std::string filters =
        scaling + ",pad=ceil(iw/2)*2:ceil(ih/2)*2,tpad=stop_mode=clone:stop_duration=" +
        std::to_string(std::lround(hold * 1000)) + "ms";
    return {"-vf",      filters,   "-c:v",      "libx264",    "-crf", "16",
            "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f",   "mp4"};
}

std::string with_chunks(std::string film, const Record& record) {
    constexpr std::size_t after_header = 33;
    Image carrier = Image::blank(1, 1, 1);
    add_record(carrier, record);
    if (film.size() > after_header) film.insert(after_header, png_text_chunks(carrier.metadata));
    return film;
}

/// A comment extension: blocks of at most 255 bytes.
std::string gif_comment(std::string_view text) {
    std::string comment = "!\xFE";
    for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 255)))
        comment.append(1, char(std::min<std::size_t>(text.size(), 255)))
            .append(text.substr(0, 255));
    return comment + '\0';
}

std::string with_comments(std::string film, const Record& record) {
    constexpr std::size_t screen_end = 13, flags = 10;
    if (film.size() < screen_end) return film;
    const bool palette = film[flags] & 0x80;
    const std::size_t end = screen_end + (palette ? 3u << ((film[flags] & 7) + 1) : 0);
    std::string comments = gif_comment(parameters_text(record));
    if (!record.daguerre.empty()) comments += gif_comment("daguerre " + record.daguerre);
    return film.insert(std::min(end, film.size()), comments);
}

void write_record_beside(const fs::path& film, const Record& record) {
    Json json{{"parameters", parameters_text(record)}};
    if (!record.daguerre.empty()) json["daguerre"] = parse_json(record.daguerre, "daguerre");
    write_json(fs::path(film).replace_extension(".json"), json);
}

const std::vector<FilmFormat>& film_formats() {
    static const std::vector<FilmFormat> rows{{".gif", gif_words, with_comments},
                                              {".png", apng_words, with_chunks},
                                              {".apng", apng_words, with_chunks},
                                              {".mp4", mp4_words, nullptr}};
    return rows;
}

const FilmFormat* format_of(const fs::path& file) {
    std::string suffix = file.extension().string();
    std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto found = std::ranges::find(film_formats(), suffix, &FilmFormat::suffix);
    return found == film_formats().end() ? nullptr : &*found;
}

/// A folder of its own under the system's temporary one, gone at the end.
struct TemporaryFolder {
    fs::path path;

    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "daguerre-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw Error("“{folder}” can't be written, and a film needs it for a while.",
                        {{"folder", fs::temp_directory_path()}});
        path = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

void require_range(const char* what, double value, double least, double most) {
    if (!(value >= least && value <= most))
        throw Error("{what} of a film can be {least} to {most}, not {value}.",
                    {{"what", what}, {"least", least}, {"most", most}, {"value", value}});
}

/// The size of the film's frames.
Size checked_size(std::span<const Image> frames, const FilmOptions& options) {
    if (frames.empty()) throw Error("A film needs at least one frame.");
    const Image& first = frames.front();
    for (const Image& frame : frames)
        require(frame.width == first.width && frame.height == first.height,
                "the frames of a film have one size");
    require_range("The frames a second", options.frames_per_second, 0.1, 60);
    require_range("The hold on the last frame", options.hold_last_seconds, 0, 60);
    require_range("The scale", options.scale, 0, 64);
    constexpr int easily_seen = 512;
    const int side = std::max(first.width, first.height);
    if (!options.scale && side > easily_seen)
        return {std::max(first.width * easily_seen / side, 1),
                std::max(first.height * easily_seen / side, 1)};
    const int scale = options.scale ? options.scale : easily_seen / side;
    if (side > longest_side / scale)
        throw Error("A film of {w} x {h} pixels is too large: a side can have {most}.",
                    {{"w", std::int64_t(first.width) * scale},
                     {"h", std::int64_t(first.height) * scale},
                     {"most", longest_side}});
    return {first.width * scale, first.height * scale};
}

std::vector<std::string> command(const FilmFormat& format, const Image& first, Size size,
                                 const FilmOptions& options, const fs::path& output) {
    std::vector<std::string> words{"ffmpeg",
                                   "-hide_banner",
                                   "-loglevel",
                                   "error",
                                   "-nostdin",
                                   "-y",
                                   "-f",
                                   "rawvideo",
                                   "-pixel_format",
                                   "rgb24",
                                   "-video_size",
                                   std::to_string(first.width) + "x" + std::to_string(first.height),
                                   "-framerate",
                                   thousandths(options.frames_per_second),
                                   "-i",
                                   "pipe:0"};
    const std::string scaling = "scale=" + std::to_string(size.width) + ":" +
                                std::to_string(size.height) +
                                (size.width < first.width ? ":flags=area" : ":flags=neighbor");
    const double hold = std::max(options.hold_last_seconds, 1 / options.frames_per_second);
    for (std::string& word : format.words(scaling, hold)) words.push_back(std::move(word));
    // The same frames give the same bytes: no encoder's name, no version.
    for (const char* word :
         {"-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"})
        words.emplace_back(word);
    words.push_back("file:" + output.string());
    return words;
}

[[noreturn]] void refuse_film(const std::string& complaints, const fs::path& file) {
    if (complaints.find("Unknown encoder 'libx264'") != std::string::npos)
        throw Error("This ffmpeg can't write MP4; GIF and APNG it can.");
    const std::string text = complaints.substr(0, complaints.find_last_not_of(" \r\n") + 1);
    throw Error("ffmpeg could not make “{file}”: {why}.",
                {{"file", file}, {"why", text.substr(text.rfind('\n') + 1)}});
}

}  // namespace

void write_film(const fs::path& file, std::span<const Image> frames, const FilmOptions& options,
                const Record* record, const OnProgress& on_progress) {
    const FilmFormat* format = format_of(file);
    if (!format)
        throw Error(
            "“{file}” doesn't say which film to write: its name must end in .gif, .png, "
            ".apng or .mp4.",
            {{"file", file}});
    const Size size = checked_size(frames, options);
    const TemporaryFolder folder;
    const fs::path output = folder.path / ("film" + format->suffix);
    const auto total = std::int64_t(frames.size());
    std::int64_t sent = 0;
    bool stopped = false;
    const auto go_on = [&] {
        stopped = stopped || (on_progress && !on_progress({sent, total, "frame", {}}));
        return !stopped;
    };
    Child ffmpeg(command(*format, frames.front(), size, options, output),
                 "Films need the program ffmpeg, which isn't installed. The contact sheet and PNG "
                 "steps work without.");
    for (const Image& frame : frames) {
        if (!ffmpeg.send(to_channels(frame, 3).pixels, go_on)) break;
        ++sent;
        if (!go_on()) return;
    }
    if (stopped || !ffmpeg.finish(go_on)) return;
    if (!ffmpeg.succeeded() || sent < total) refuse_film(ffmpeg.complaints(), file);
    std::string film = read_file(output, largest_film);
    if (record && format->with_record) film = format->with_record(std::move(film), *record);
    write_whole(file, film);
    if (record && !format->with_record) write_record_beside(file, *record);
}

bool is_film(const fs::path& file) { return format_of(file) != nullptr; }

Image contact_sheet(std::span<const Image> frames, int columns, int scale) {
    require(scale > 0, "a contact sheet is enlarged by a whole factor");
    std::vector<Image> large;
    for (const Image& frame : frames) {
        large.push_back(
            Image::blank(frame.width * scale, frame.height * scale, frame.channels, frame.depth));
        cv::Mat out = mat_of(large.back());
        cv::resize(mat_of(frame), out, out.size(), 0, 0, cv::INTER_NEAREST);
    }
    return grid_of(large, columns);
}

}  // namespace daguerre
