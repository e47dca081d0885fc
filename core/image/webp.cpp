// WebP by libwebp. Animations give their first frame.
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <memory>

#include "core/image/codecs.h"

namespace daguerre {
namespace {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* held) const {
        release(held);
    }
};
using Demuxer = std::unique_ptr<WebPDemuxer, Release<WebPDemuxDelete>>;

WebPData data_of(std::string_view bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

bool recognises(std::string_view bytes) {
    return bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP";
}

WebPBitstreamFeatures features_of(std::string_view bytes, std::string_view name) {
    WebPBitstreamFeatures features;
    const WebPData data = data_of(bytes);
    const VP8StatusCode status = WebPGetFeatures(data.bytes, data.size, &features);
    if (status == VP8_STATUS_NOT_ENOUGH_DATA) refuse_header(name, "it ends too soon");
    if (status != VP8_STATUS_OK || features.width < 1 || features.height < 1)
        refuse_header(name, "it isn't as WebP prescribes");
    return features;
}

/// As much of the container as there is; null where that isn't even a header.
Demuxer demuxer_of(std::string_view bytes) {
    const WebPData data = data_of(bytes);
    WebPDemuxState state;
    return Demuxer(WebPDemuxPartial(&data, &state));
}

ImageInfo info_of(std::string_view bytes, std::string_view name) {
    const WebPBitstreamFeatures features = features_of(bytes, name);
    ImageInfo info{.format = "webp",
                   .width = features.width,
                   .height = features.height,
                   .channels = features.has_alpha ? 4 : 3,
                   .depth = 8};
    if (!features.has_animation) return info;
    if (const Demuxer demuxer = demuxer_of(bytes))
        info.frames = std::max(int(WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT)), 1);
    return info;
}

/// Decodes as far as the file goes.
void read_still(std::string_view bytes, std::string_view name, Image& image) {
    const std::unique_ptr<WebPIDecoder, Release<WebPIDelete>> decoder(
        WebPINewRGB(image.channels == 4 ? MODE_RGBA : MODE_RGB, image.row<std::uint8_t>(0).data(),
                    image.pixels.size(), int(image.row_bytes())));
    if (!decoder) throw std::bad_alloc();
    const WebPData data = data_of(bytes);
    const VP8StatusCode status = WebPIUpdate(decoder.get(), data.bytes, data.size);
    int rows = 0;
    WebPIDecGetRGB(decoder.get(), &rows, nullptr, nullptr, nullptr);
    if (status == VP8_STATUS_SUSPENDED) refuse_unfinished(name, rows, image.height);
    if (status != VP8_STATUS_OK)
        refuse_broken(name, rows, image.height, "it isn't as WebP prescribes");
}

/// The first frame on its canvas.
void read_animation(std::string_view bytes, std::string_view name, Image& image) {
    WebPAnimDecoderOptions options;
    WebPAnimDecoderOptionsInit(&options);
    options.color_mode = MODE_RGBA;
    const WebPData data = data_of(bytes);
    const std::unique_ptr<WebPAnimDecoder, Release<WebPAnimDecoderDelete>> decoder(
        WebPAnimDecoderNew(&data, &options));
    std::uint8_t* canvas = nullptr;
    int milliseconds = 0;
    if (!decoder || !WebPAnimDecoderGetNext(decoder.get(), &canvas, &milliseconds))
        refuse_broken(name, 0, image.height, "its first frame can't be read");
    const auto channels = std::size_t(image.channels);
    for (std::size_t i = 0; i < image.pixels.size() / channels; ++i)
        std::memcpy(&image.pixels[i * channels], canvas + i * 4, channels);
}

std::vector<std::byte> chunk_of(const WebPDemuxer* demuxer, const char* fourcc) {
    WebPChunkIterator chunk{};
    std::vector<std::byte> bytes;
    if (WebPDemuxGetChunk(demuxer, fourcc, 1, &chunk))
        bytes = bytes_of({reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size});
    WebPDemuxReleaseChunkIterator(&chunk);
    return bytes;
}

Image read(std::string_view bytes, std::string_view name) {
    const WebPBitstreamFeatures features = features_of(bytes, name);
    Image image = Image::blank(features.width, features.height, features.has_alpha ? 4 : 3);
    image.metadata.format = "webp";
    features.has_animation ? read_animation(bytes, name, image) : read_still(bytes, name, image);
    if (const Demuxer demuxer = demuxer_of(bytes)) {
        image.metadata.icc = chunk_of(demuxer.get(), "ICCP");
        image.metadata.exif = chunk_of(demuxer.get(), "EXIF");
        image.metadata.xmp = chunk_of(demuxer.get(), "XMP ");
        constexpr std::string_view jpeg_prefix{"Exif\0\0", 6};  // some programs write it here too
        if (const auto exif = after(view_of(image.metadata.exif), jpeg_prefix); !exif.empty())
            image.metadata.exif = bytes_of(exif);
    }
    return image;
}

Image as_rgb(const Image& image) {
    return image.channels == 4 ? to_depth(image, 8) : to_channels(image, 3);
}

std::string encoded(const Image& image, const WriteOptions& options, std::string_view name) {
    WebPConfig config;
    WebPConfigInit(&config);
    config.quality = float(options.quality > 0 ? options.quality : usual_quality);
    if (options.lossless) WebPConfigLosslessPreset(&config, 6);
    config.exact = 1;  // the colours under transparent pixels stay
    WebPPicture picture;
    WebPPictureInit(&picture);
    const std::unique_ptr<WebPPicture, Release<WebPPictureFree>> held(&picture);
    WebPMemoryWriter memory;
    WebPMemoryWriterInit(&memory);
    const std::unique_ptr<WebPMemoryWriter, Release<WebPMemoryWriterClear>> written(&memory);
    picture.use_argb = options.lossless;
    picture.width = image.width;
    picture.height = image.height;
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &memory;
    const auto* pixels = image.row<std::uint8_t>(0).data();
    const bool imported = image.channels == 4
                              ? WebPPictureImportRGBA(&picture, pixels, int(image.row_bytes()))
                              : WebPPictureImportRGB(&picture, pixels, int(image.row_bytes()));
    if (!imported || !WebPEncode(&config, &picture))
        refuse_write(name, "WebP error " + std::to_string(picture.error_code));
    return {reinterpret_cast<const char*>(memory.mem), memory.size};
}

/// The encoded image in a container that holds the metadata too.
std::string with_metadata(const std::string& plain, const Metadata& metadata,
                          std::string_view name) {
    const std::unique_ptr<WebPMux, Release<WebPMuxDelete>> mux(WebPMuxNew());
    const WebPData image = data_of(plain);
    bool fits = WebPMuxSetImage(mux.get(), &image, 0) == WEBP_MUX_OK;
    for (const auto& [fourcc, bytes] :
         {std::pair{"ICCP", &metadata.icc}, std::pair{"EXIF", &metadata.exif},
          std::pair{"XMP ", &metadata.xmp}}) {
        const WebPData chunk = data_of(view_of(*bytes));
        if (!bytes->empty())
            fits = WebPMuxSetChunk(mux.get(), fourcc, &chunk, 0) == WEBP_MUX_OK && fits;
    }
    WebPData whole{};
    fits = fits && WebPMuxAssemble(mux.get(), &whole) == WEBP_MUX_OK;
    const std::unique_ptr<WebPData, Release<WebPDataClear>> held(&whole);
    if (!fits) refuse_write(name, "its metadata don't fit");
    return {reinterpret_cast<const char*>(whole.bytes), whole.size};
}

std::string write(const Image& original, const Metadata& metadata, const WriteOptions& options,
                  std::string_view name) {
    require_side(original, WEBP_MAX_DIMENSION, "WebP", name);
    const std::string plain = encoded(as_rgb(original), options, name);
    const bool bare = metadata.icc.empty() && metadata.exif.empty() && metadata.xmp.empty();
    return bare ? plain : with_metadata(plain, metadata, name);
}

}  // namespace

ImageFormat webp_format() {
    return {.id = "webp",
            .title = "WebP",
            .suffixes = {".webp"},
            .recognises = recognises,
            .peek = info_of,
            .read = read,
            .write = write};
}

}  // namespace daguerre
