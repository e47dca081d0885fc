#include <lcms2.h>

#include <QtTest>
#include <cmath>

#include "core/data/preprocess.h"
#include "core/image/colour.h"

using namespace daguerre;

namespace {

std::vector<std::byte> saved(cmsHPROFILE profile) {
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(profile, nullptr, &size);
    std::vector<std::byte> bytes(size);
    cmsSaveProfileToMem(profile, bytes.data(), &size);
    cmsCloseProfile(profile);
    return bytes;
}

/// Primaries of sRGB with another gamma, or Adobe RGB's primaries.
std::vector<std::byte> rgb_profile(double gamma, bool wide) {
    const cmsCIExyY white{0.3127, 0.3290, 1};
    const cmsCIExyYTRIPLE primaries{{0.64, 0.33, 1},
                                    wide ? cmsCIExyY{0.21, 0.71, 1} : cmsCIExyY{0.30, 0.60, 1},
                                    {0.15, 0.06, 1}};
    cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
    cmsToneCurve* curves[] = {curve, curve, curve};
    const auto bytes = saved(cmsCreateRGBProfile(&white, &primaries, curves));
    cmsFreeToneCurve(curve);
    return bytes;
}

std::vector<std::byte> grey_profile(double gamma) {
    cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
    const auto bytes = saved(cmsCreateGrayProfile(cmsD50_xyY(), curve));
    cmsFreeToneCurve(curve);
    return bytes;
}

Image one_pixel(std::vector<int> values, int depth, std::vector<std::byte> icc) {
    Image image = Image::blank(1, 1, int(values.size()), depth);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (depth == 8)
            image.row<std::uint8_t>(0)[i] = std::uint8_t(values[i]);
        else
            image.row<std::uint16_t>(0)[i] = std::uint16_t(values[i] * 257);
    image.metadata.icc = std::move(icc);
    return image;
}

/// Channel i in 8 bits.
double value(const Image& image, std::size_t i) {
    return image.depth == 8 ? image.row<std::uint8_t>(0)[i]
                            : image.row<std::uint16_t>(0)[i] / 257.0;
}

/// sRGB of a linear value, 0 to 255. Source: IEC 61966-2-1.
double srgb(double linear) {
    return 255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055);
}

}  // namespace

class TestColour : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_linear_profile_gets_the_curve() {
        for (const int depth : {8, 16})
            for (const int level : {0, 20, 64, 128, 200, 255}) {
                const double expected = srgb(level / 255.0);
                const Image grey = to_srgb(one_pixel({level}, depth, grey_profile(1)));
                QVERIFY(std::abs(value(grey, 0) - expected) < 1.5);
                const Image rgb =
                    to_srgb(one_pixel({level, level, level}, depth, rgb_profile(1, false)));
                for (std::size_t c = 0; c < 3; ++c)
                    QVERIFY(std::abs(value(rgb, c) - expected) < 1.5);
                QVERIFY(rgb.metadata.icc.empty());
                QCOMPARE(rgb.depth, depth);
            }
    }

    void a_profile_says_its_title() {
        QCOMPARE(profile_title({}), std::string());
        QVERIFY(profile_title(saved(cmsCreate_sRGBProfile())).starts_with("sRGB"));
        std::vector<std::byte> broken = rgb_profile(2.2, true);
        for (std::size_t size : {std::size_t(1), std::size_t(64), broken.size() / 2}) {
            broken.resize(size);
            profile_title(broken);
        }
    }

    void wide_colours_become_stronger_numbers() {
        // A green inside sRGB: Adobe RGB writes it paler, its red larger.
        const Image image = to_srgb(one_pixel({130, 180, 110, 77}, 8, rgb_profile(2.2, true)));
        QVERIFY(value(image, 0) < 110 && std::abs(value(image, 1) - 180) < 4);
        QCOMPARE(int(value(image, 3)), 77);
    }

    void without_a_fitting_profile_nothing_changes() {
        const auto cut = [](std::vector<std::byte> icc) {
            icc.resize(icc.size() / 2);
            return icc;
        };
        for (const auto& icc : {std::vector<std::byte>(), std::vector<std::byte>(200),
                                cut(rgb_profile(1, true)), grey_profile(1)}) {
            const Image image = one_pixel({10, 100, 200}, 8, icc);
            QCOMPARE(to_srgb(image).pixels, image.pixels);
        }
        const Image grey = one_pixel({100}, 8, rgb_profile(1, false));
        QCOMPARE(to_srgb(grey).pixels, grey.pixels);
    }

    void a_network_sees_what_the_profile_means() {
        Image photo = Image::blank(8, 8, 3);
        std::ranges::fill(photo.pixels, std::byte(64));
        photo.metadata.icc = rgb_profile(1, false);
        const int expected = int(std::lround(srgb(64 / 255.0)));
        for (const int size : {4, 8})
            QVERIFY(std::abs(int(network_view(photo, size, 3).pixels[0]) - expected) <= 1);
    }
};

QTEST_GUILESS_MAIN(TestColour)
#include "test_colour.moc"
