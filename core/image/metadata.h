// Single tags in EXIF and XMP bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace daguerre {

// Bytes come from files: what can't be understood is "" when asked and stays as it is when changed.

/// The EXIF tag UserComment in UTF-8.
std::string user_comment(const std::vector<std::byte>& exif);
/// EXIF with this UserComment (charset UNICODE), all other tags kept; made new when `exif` is
/// empty.
std::vector<std::byte> with_user_comment(const std::vector<std::byte>& exif, std::string_view text);

/// The EXIF tag Orientation: how the stored pixels have to be turned to be looked at, 1 to 8. 1
/// when it isn't said.
int orientation_of(const std::vector<std::byte>& exif);
/// Whether EXIF holds a thumbnail.
bool has_thumbnail(const std::vector<std::byte>& exif);
/// EXIF with this JPEG as its thumbnail, all other tags kept.
std::vector<std::byte> with_thumbnail(const std::vector<std::byte>& exif, std::string_view jpeg);

/// The XMP property `record` of the namespace urn:daguerre:1/.
std::string xmp_record(const std::vector<std::byte>& xmp);
/// XMP with this property, all others kept; made new when `xmp` is empty.
std::vector<std::byte> with_xmp_record(const std::vector<std::byte>& xmp, std::string_view text);

/// The tags of a TIFF file that EXIF has a place for: camera, time, GPS, orientation.
std::vector<std::byte> exif_of_tiff(std::string_view tiff);
/// The file with these tags; pixels are kept. BigTIFF files come back as they were.
std::string tiff_with_exif(std::string tiff, const std::vector<std::byte>& exif);

}  // namespace daguerre
