#include "core/image/colour.h"

#include <lcms2.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace daguerre {
namespace {

struct CloseProfile {
    void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, CloseProfile>;

/// sRGB's curve alone, for grey. Source: IEC 61966-2-1.
Profile grey_srgb() {
    const double curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsToneCurve* tone = cmsBuildParametricToneCurve(nullptr, 4, curve);
    Profile profile(cmsCreateGrayProfile(cmsD50_xyY(), tone));
    cmsFreeToneCurve(tone);
    return profile;
}

/// How lcms2 calls the layout of the pixels.
cmsUInt32Number layout_of(int channels, int depth) {
    const bool deep = depth == 16;
    if (channels == 1) return deep ? TYPE_GRAY_16 : TYPE_GRAY_8;
    if (channels == 3) return deep ? TYPE_RGB_16 : TYPE_RGB_8;
    return deep ? TYPE_RGBA_16 : TYPE_RGBA_8;
}

}  // namespace

std::function<void(Image&)> srgb_conversion(const std::vector<std::byte>& icc, int channels,
                                            int depth) {
    if (icc.empty()) return nullptr;
    const Profile from(cmsOpenProfileFromMem(icc.data(), cmsUInt32Number(icc.size())));
    const bool grey = channels == 1;
    if (!from || cmsGetColorSpace(from.get()) != (grey ? cmsSigGrayData : cmsSigRgbData))
        return nullptr;
    const Profile to = grey ? grey_srgb() : Profile(cmsCreate_sRGBProfile());
    const cmsUInt32Number layout = layout_of(channels, depth);
    // Changing pixels in place leaves alpha as it is.
    const std::shared_ptr<void> transform(
        cmsCreateTransform(from.get(), layout, to.get(), layout, INTENT_RELATIVE_COLORIMETRIC,
                           cmsFLAGS_BLACKPOINTCOMPENSATION),
        [](void* made) {
            if (made) cmsDeleteTransform(made);
        });
    if (!transform) return nullptr;
    return [transform](Image& image) {
        for (int y = 0; y < image.height; ++y)
            cmsDoTransform(transform.get(), image.row<std::byte>(y).data(),
                           image.row<std::byte>(y).data(), cmsUInt32Number(image.width));
    };
}

Image to_srgb(Image image) {
    const auto convert = srgb_conversion(image.metadata.icc, image.channels, image.depth);
    if (!convert) return image;
    convert(image);
    image.metadata.icc.clear();
    return image;
}

std::string profile_title(const std::vector<std::byte>& icc) {
    if (icc.empty()) return {};
    const Profile profile(cmsOpenProfileFromMem(icc.data(), cmsUInt32Number(icc.size())));
    char title[80] = {};
    if (!profile ||
        !cmsGetProfileInfoASCII(profile.get(), cmsInfoDescription, "en", "US", title, sizeof title))
        return {};
    std::string text(title, std::find(title, title + sizeof title - 1, 0));
    std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
    return text;
}

}  // namespace daguerre
