#include "core/nn/image_tensor.h"

#include <QtTest>

#include "refusal.h"

using namespace daguerre;

class TestImageTensor : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_byte_survives() {
        for (const int channels : {1, 3}) {
            std::vector<Image> images{Image::blank(16, 16, channels),
                                      Image::blank(16, 16, channels)};
            for (std::size_t i = 0; i < images[1].pixels.size(); ++i)
                images[1].pixels[i] = std::byte(i % 256);
            const at::Tensor tensor = tensor_of(images);
            QVERIFY(tensor.sizes() == at::IntArrayRef({2, channels, 16, 16}));
            QCOMPARE(tensor.min().item<double>(), -1.0);
            QCOMPARE(tensor.max().item<double>(), 1.0);
            const std::vector<Image> back = images_of(tensor);
            QCOMPARE(back.size(), images.size());
            for (std::size_t i = 0; i < back.size(); ++i)
                QVERIFY(back[i].pixels == images[i].pixels);
        }
    }

    void channels_are_planes() {
        Image image = Image::blank(2, 1, 3);
        image.row<std::uint8_t>(0)[4] = 255;  // green of the right pixel
        const at::Tensor tensor = tensor_of({image});
        QCOMPARE(tensor[0][1][0][1].item<double>(), 1.0);
        QCOMPARE(tensor.sum().item<double>(), -4.0);
    }

    void values_are_rounded_to_even_and_clamped() {
        const at::Tensor x = at::tensor({-9.0, -1.0, 0.0, 1.0, 9.0});
        const Image image = images_of(x.to(at::kFloat).view({1, 1, 1, 5}))[0];
        const std::vector<int> expected{0, 0, 128, 255, 255};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE(int(image.row<std::uint8_t>(0)[i]), expected[i]);
    }

    void other_shapes_are_mistakes() {
        QVERIFY(!refusal<std::logic_error>([] { tensor_of({}); }).empty());
        QVERIFY(!refusal<std::logic_error>([] {
                     tensor_of({Image::blank(2, 2), Image::blank(3, 2)});
                 }).empty());
        QVERIFY(!refusal<std::logic_error>([] { images_of(at::zeros({1, 2, 4, 4})); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestImageTensor)
#include "test_image_tensor.moc"
