#include "core/image/journal.h"

#include <zlib.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/image/image_file.h"
#include "core/image/journal_format.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr int thumbnail_side = 160;

std::string_view bytes_of(const Image& square) {
    return {reinterpret_cast<const char*>(square.pixels.data()), square.pixels.size()};
}

std::string compressed(const Image& square) {
    const std::string_view bytes = bytes_of(square);
    std::string out(compressBound(uLong(bytes.size())), '\0');
    uLongf length = uLongf(out.size());
    // The fastest level: squares are written while somebody paints.
    const int result =
        compress2(reinterpret_cast<Bytef*>(out.data()), &length,
                  reinterpret_cast<const Bytef*>(bytes.data()), uLong(bytes.size()), Z_BEST_SPEED);
    if (result != Z_OK) throw std::bad_alloc();
    out.resize(length);
    return out;
}

/// The photo in the journal: the file's own bytes, or PNG where there is no file. Returns the name.
std::string keep_original(const fs::path& folder, const fs::path& file, const Tiles& photo) {
    std::error_code error;
    if (!file.empty() && fs::is_regular_file(file, error)) {
        const std::string name = "original" + file.extension().string();
        bool copied = false;
        write_whole(folder / name, [&](const fs::path& temporary) {
            copied = fs::copy_file(file, temporary, error);
            if (copied) return;
            throw Error("“{file}” could not be copied to “{folder}”: {why}.",
                        {{"file", file}, {"folder", folder}, {"why", error.message()}});
        });
        return name;
    }
    write_image(folder / "original.png", photo.image());
    return "original.png";
}

/// Squares, not all pixels: reducing needs no more memory than the result.
Image thumbnail_of(const Tiles& photo) {
    const Size size = photo.size();
    const double scale = std::min(1.0, double(thumbnail_side) / std::max(size.width, size.height));
    const int step = std::max(1, int(0.5 / scale));  // twice the size by skipping, then filtered
    Image small = Image::blank((size.width + step - 1) / step, (size.height + step - 1) / step,
                               photo.channels(), photo.depth());
    const std::size_t pixel = std::size_t(photo.channels()) * std::size_t(photo.depth() / 8);
    for (int y = 0; y < small.height; ++y)
        for (int x = 0; x < small.width; ++x) {
            const Image& square = *photo.tile(x * step / Tiles::side, y * step / Tiles::side);
            const std::byte* from = square.row<std::byte>(y * step % Tiles::side).data() +
                                    std::size_t(x * step % Tiles::side) * pixel;
            std::copy_n(from, pixel, small.row<std::byte>(y).data() + std::size_t(x) * pixel);
        }
    const Size to{std::max(1, int(size.width * scale)), std::max(1, int(size.height * scale))};
    return to_depth(resize(small, to), 8);
}

}  // namespace

std::uint32_t checksum_of(std::string_view bytes) {
    return std::uint32_t(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::uint32_t checksum_of(const Tiles& tiles) {
    uLong sum = 0;
    for (int row = 0; row < tiles.rows(); ++row)
        for (int column = 0; column < tiles.columns(); ++column) {
            const std::string_view bytes = bytes_of(*tiles.tile(column, row));
            sum = crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
        }
    return std::uint32_t(sum);
}

void SquarePlaces::add(const std::shared_ptr<const Image>& square, SquarePlace place) {
    entries_.insert_or_assign(square.get(), Entry{square, place});
    if (entries_.size() < forget_at_) return;
    std::erase_if(entries_, [](const auto& entry) { return entry.second.square.expired(); });
    forget_at_ = std::max<std::size_t>(1024, 2 * entries_.size());
}

SquarePlace SquarePlaces::of(const std::shared_ptr<const Image>& square) const {
    const auto found = entries_.find(square.get());
    // Another square may lie where one that is gone lay.
    return found == entries_.end() || found->second.square.lock() != square ? SquarePlace()
                                                                            : found->second.place;
}

JournalWriter::JournalWriter(fs::path folder, const fs::path& file, const Tiles& photo)
    : folder_(std::move(folder)) {
    require(photo.size() != Size(), "a journal has a photo");
    lock_ = std::make_shared<FileLock>(folder_ / lock_file, file.filename().string());
    const std::string original = keep_original(folder_, file, photo);
    write_image(folder_ / thumbnail_file, thumbnail_of(photo));
    write_json(folder_ / document_file, {{"format", 1},
                                         {"program", "daguerre " DAGUERRE_VERSION},
                                         {"file", file.string()},
                                         {"original", original},
                                         {"pixels_crc32", checksum_of(photo)}});
}

JournalWriter::JournalWriter(const JournalContents& read)
    : folder_(read.folder),
      lock_(read.lock),
      places_(read.places),
      tiles_bytes_(read.tiles_bytes),
      steps_bytes_(read.steps_bytes) {
    std::error_code error;
    fs::remove(folder_ / closed_file, error);
}

void JournalWriter::append(const char* name, std::uint64_t& length, std::string_view bytes) {
    // What lies beyond was torn, by a kill or a full disk.
    std::error_code error;
    const fs::path file = folder_ / name;
    if (fs::file_size(file, error) > length && !error) fs::resize_file(file, length);
    append_flushed(file, bytes);
    length += bytes.size();
}

std::vector<JournalWriter::Kept> JournalWriter::write(const JournalRecord& record) {
    waiting_.push_back(record);
    return write_waiting();
}

void JournalWriter::close() {
    write_waiting();
    write_whole(folder_ / closed_file, "");
}

std::vector<JournalWriter::Kept> JournalWriter::write_waiting() {
    std::vector<Kept> kept;
    while (!waiting_.empty()) {
        const std::vector<Kept> more = put(waiting_.front());
        kept.insert(kept.end(), more.begin(), more.end());
        waiting_.pop_front();
    }
    return kept;
}

std::vector<JournalWriter::Kept> JournalWriter::put(const JournalRecord& record) {
    std::vector<Kept> kept;
    std::map<const Image*, SquarePlace> fresh;
    std::string squares;
    const auto place_of = [&](const std::shared_ptr<const Image>& square) {
        if (const SquarePlace known = places_.of(square); known.length > 0) return known;
        const auto [at, is_new] = fresh.try_emplace(square.get());
        if (is_new) {
            const std::string bytes = compressed(*square);
            at->second = {tiles_bytes_ + squares.size(), std::uint32_t(bytes.size()),
                          checksum_of(bytes)};
            squares += bytes;
            kept.emplace_back(square, at->second);
        }
        return at->second;
    };
    Json layers = Json::object();
    for (const JournalRecord::Change& change : record.changes) {
        Json& list = layers[layer_names()[std::size_t(change.layer)].id] = Json::array();
        for (int i = 0; i < change.after.rows() * change.after.columns(); ++i) {
            const int column = i % change.after.columns(), row = i / change.after.columns();
            const auto& square = change.after.tile(column, row);
            if (square == change.before.tile(column, row)) continue;
            const SquarePlace place = place_of(square);
            list.push_back({i, place.offset, place.length, place.checksum});
        }
    }
    if (!squares.empty()) append(tiles_file, tiles_bytes_, squares);
    for (const Kept& entry : kept) places_.add(entry.first, entry.second);
    Json line{{"record", record_names()[std::size_t(record.kind)].id},
              {"text", record.text},
              {"position", record.position}};
    if (!layers.empty()) line["layers"] = std::move(layers);
    append(steps_file, steps_bytes_,
           line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    return kept;
}

}  // namespace daguerre
