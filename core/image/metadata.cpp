#include "core/image/metadata.h"

#include <algorithm>
#include <exiv2/exiv2.hpp>
#include <mutex>

#include "core/image/codecs.h"
#include "core/image/utf8.h"

namespace daguerre {
namespace {

constexpr std::size_t exif_limit = 16 << 20, xmp_limit = 16 << 20;  // bytes that are looked into
constexpr const char* comment_key = "Exif.Photo.UserComment";
constexpr const char* orientation_key = "Exif.Image.Orientation";
constexpr const char* record_key = "Xmp.daguerre.record";
constexpr std::string_view unicode{"UNICODE\0", 8}, ascii{"ASCII\0\0\0", 8},
    undefined{"\0\0\0\0\0\0\0\0", 8};

/// exiv2's global state, set up once: silent, with a lock for its XMP toolkit, and our namespace.
void set_up_exiv2() {
    static std::recursive_mutex mutex;
    static const bool ready = [] {
        Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
        Exiv2::XmpParser::initialize(
            [](void* lock, bool take) {
                auto& held = *static_cast<std::recursive_mutex*>(lock);
                take ? held.lock() : held.unlock();
            },
            &mutex);
        Exiv2::XmpProperties::registerNs("urn:daguerre:1/", "daguerre");
        return true;
    }();
    static_cast<void>(ready);
}

/// What `act` returns, or `otherwise` when exiv2 can't make sense of the bytes it was given: they
/// come from strangers, and no image is lost for its tags.
template <class Result, class Act>
Result understood(Result otherwise, Act act) {
    set_up_exiv2();
    try {
        return act();
    } catch (const std::exception&) {
        return otherwise;
    }
}

const Exiv2::byte* exiv2_bytes(std::string_view bytes) {
    return reinterpret_cast<const Exiv2::byte*>(bytes.data());
}

Exiv2::ByteOrder decode(Exiv2::ExifData& tags, const std::vector<std::byte>& exif) {
    const std::string_view bytes = view_of(exif);
    if (exif.size() > exif_limit) throw std::length_error("EXIF");
    return Exiv2::ExifParser::decode(tags, exiv2_bytes(bytes), std::uint32_t(bytes.size()));
}

std::vector<std::byte> encoded(const Exiv2::ExifData& tags, Exiv2::ByteOrder order,
                               std::vector<std::byte> old) {
    Exiv2::Blob blob;
    const Exiv2::WriteMethod method = Exiv2::ExifParser::encode(
        blob, exiv2_bytes(view_of(old)), std::uint32_t(old.size()), order, tags);
    if (method == Exiv2::wmNonIntrusive && !old.empty()) return old;
    return bytes_of({reinterpret_cast<const char*>(blob.data()), blob.size()});
}

/// Whether a tag of a TIFF file says how its pixels lie there, which no longer holds elsewhere.
bool tells_layout(const Exiv2::Exifdatum& tag) {
    // TIFF 6.0, 1992: size, bits, compression, photometry; strips, samples, planes; predictor,
    // palette, tiles, sub-files, extra samples; JPEG; YCbCr. Then XMP, IPTC, Photoshop, ICC.
    constexpr std::uint16_t ranges[][2] = {
        {254, 259}, {262, 266},     {273, 273},     {277, 281},    {284, 284}, {292, 293},
        {297, 297}, {317, 317},     {320, 325},     {330, 347},    {512, 521}, {529, 532},
        {700, 700}, {33723, 33723}, {34377, 34377}, {34675, 34675}};
    const std::uint16_t id = tag.tag();
    const std::string group = tag.groupName();
    return group.starts_with("SubImage") || group == "Thumbnail" ||
           (group.starts_with("Image") && std::ranges::any_of(ranges, [&](const auto& range) {
                return range[0] <= id && id <= range[1];
            }));
}

/// Programs disagree on the byte order of UNICODE comments, so the zeros of plain letters decide.
bool looks_big_endian(std::string_view text, bool otherwise) {
    int first = 0, second = 0;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        first += text[i] == 0;
        second += text[i + 1] == 0;
    }
    return first == second ? otherwise : first > second;
}

std::string comment_text(std::string_view value, bool big_endian) {
    const std::string_view charset = value.substr(0, 8);
    if (charset.size() < 8) return "";
    value.remove_prefix(8);
    std::string text;
    if (charset == unicode)
        text = utf8_of_utf16(value, looks_big_endian(value, big_endian));
    else if (charset == ascii || charset == undefined)
        text = utf8_of(value);
    text.erase(std::min(text.find('\0'), text.size()));
    return text.erase(text.find_last_not_of(' ') + 1);  // cameras fill the tag with blanks
}

}  // namespace

std::string user_comment(const std::vector<std::byte>& exif) {
    if (exif.empty()) return "";
    return understood(std::string(), [&]() -> std::string {
        Exiv2::ExifData tags;
        const Exiv2::ByteOrder order = decode(tags, exif);
        const auto found = tags.findKey(Exiv2::ExifKey(comment_key));
        if (found == tags.end()) return "";
        std::string value(std::size_t(found->size()), '\0');
        found->copy(reinterpret_cast<Exiv2::byte*>(value.data()), order);
        return comment_text(value, order == Exiv2::bigEndian);
    });
}

std::vector<std::byte> with_user_comment(const std::vector<std::byte>& exif,
                                         std::string_view text) {
    return understood(exif, [&] {
        Exiv2::ExifData tags;
        const Exiv2::ByteOrder order = exif.empty() ? Exiv2::bigEndian : decode(tags, exif);
        const std::string bytes = std::string(unicode) + utf16_of(text, order == Exiv2::bigEndian);
        const Exiv2::DataValue value(exiv2_bytes(bytes), long(bytes.size()));
        tags[comment_key].setValue(&value);
        return encoded(tags, order, exif);
    });
}

int orientation_of(const std::vector<std::byte>& exif) {
    if (exif.empty()) return 1;
    return understood(1, [&] {
        Exiv2::ExifData tags;
        decode(tags, exif);
        const auto found = tags.findKey(Exiv2::ExifKey(orientation_key));
        const long value = found == tags.end() || found->count() != 1 ? 1 : found->toLong();
        return value >= 1 && value <= 8 ? int(value) : 1;
    });
}

bool has_thumbnail(const std::vector<std::byte>& exif) {
    if (exif.empty()) return false;
    return understood(false, [&] {
        Exiv2::ExifData tags;
        decode(tags, exif);
        return Exiv2::ExifThumbC(tags).copy().size_ > 0;
    });
}

std::vector<std::byte> with_thumbnail(const std::vector<std::byte>& exif, std::string_view jpeg) {
    return understood(exif, [&] {
        Exiv2::ExifData tags;
        const Exiv2::ByteOrder order = decode(tags, exif);
        Exiv2::ExifThumb thumbnail(tags);
        thumbnail.erase();
        thumbnail.setJpegThumbnail(exiv2_bytes(jpeg), long(jpeg.size()));
        return encoded(tags, order, exif);
    });
}

std::string xmp_record(const std::vector<std::byte>& xmp) {
    // Most XMP isn't ours: look before parsing.
    if (xmp.size() > xmp_limit || view_of(xmp).find("urn:daguerre:1") == std::string_view::npos)
        return "";
    return understood(std::string(), [&]() -> std::string {
        Exiv2::XmpData tags;
        if (Exiv2::XmpParser::decode(tags, std::string(view_of(xmp))) != 0) return "";
        const auto found = tags.findKey(Exiv2::XmpKey(record_key));
        return found == tags.end() ? "" : utf8_of(found->toString());
    });
}

std::vector<std::byte> with_xmp_record(const std::vector<std::byte>& xmp, std::string_view text) {
    if (xmp.size() > xmp_limit) return xmp;
    return understood(xmp, [&] {
        Exiv2::XmpData tags;
        if (!xmp.empty() && Exiv2::XmpParser::decode(tags, std::string(view_of(xmp))) != 0)
            return xmp;
        tags[record_key] = std::string(text);
        std::string packet;
        // Without the padding that is meant for changing a file in place.
        const auto format =
            Exiv2::XmpParser::useCompactFormat | Exiv2::XmpParser::omitPacketWrapper;
        if (Exiv2::XmpParser::encode(packet, tags, std::uint16_t(format)) != 0) return xmp;
        return bytes_of(packet);
    });
}

std::vector<std::byte> exif_of_tiff(std::string_view tiff) {
    return understood(std::vector<std::byte>(), [&] {
        const auto image = Exiv2::ImageFactory::open(exiv2_bytes(tiff), long(tiff.size()));
        image->readMetadata();
        Exiv2::ExifData tags;
        for (const Exiv2::Exifdatum& tag : image->exifData())
            if (!tells_layout(tag)) tags.add(tag);
        if (tags.empty()) return std::vector<std::byte>();
        return encoded(tags, image->byteOrder(), {});
    });
}

std::string tiff_with_exif(std::string tiff, const std::vector<std::byte>& exif) {
    return understood(tiff, [&] {
        Exiv2::ExifData tags;
        decode(tags, exif);
        const auto image = Exiv2::ImageFactory::open(exiv2_bytes(tiff), long(tiff.size()));
        image->readMetadata();
        for (const Exiv2::Exifdatum& tag : tags)
            if (!tells_layout(tag)) image->exifData()[tag.key()] = tag.value();
        image->writeXmpFromPacket(true);  // as it is, not parsed and written anew
        image->writeMetadata();
        Exiv2::BasicIo& io = image->io();
        if (io.open() != 0) return tiff;
        const Exiv2::byte* bytes = io.mmap();
        return std::string(reinterpret_cast<const char*>(bytes), std::size_t(io.size()));
    });
}

}  // namespace daguerre
