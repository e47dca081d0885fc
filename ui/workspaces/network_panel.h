// One image as a network gets it.
#pragma once

#include <QWidget>
#include <string>

#include "core/base/fields.h"
#include "core/data/preprocess.h"

class QLabel;
class QPushButton;

namespace daguerre {

class FieldsForm;
class Gallery;

/// What decides how a network sees an image.
struct ViewSettings {
    int size = 28;
    std::string channels = "1";
    bool flips = false;

    void each(auto&& visit) {
        visit(size, Field{.key = "size",
                          .label = "Size",
                          .help = "The side of the square that is cut from the middle and made "
                                  "smaller or larger, in pixels",
                          .min = 4,
                          .max = 512});
        visit(channels, Field{.key = "channels",
                              .label = "Channels",
                              .help = "Colour images can be seen grey, and grey ones as colour",
                              .choices = {"1", "3"},
                              .titles = {"1, grey", "3, colour"}});
        visit(flips, Field{.key = "flips",
                           .label = "Mirrored half the time",
                           .help = "Fit where a mirrored image is as good as the image"});
    }
    ViewShape shape() const { return {size, channels == "1" ? 1 : 3}; }
};

/// An image as seen, and draws of it as training would make them.
struct NetworkViews {
    std::vector<Image> draws;
    double least = 0, most = 0, mean = 0;  // in [-1, 1]
};
/// `count` draws of the image by number `image`; each is mirrored or not by seed 0.
NetworkViews networkViews(const Image& image, std::uint32_t number, const ViewSettings& settings,
                          int count);

class NetworkPanel : public QWidget {
    Q_OBJECT
public:
    static constexpr int draws = 16;

    explicit NetworkPanel(QWidget* parent = nullptr);

    void setSettings(const ViewSettings& settings);
    ViewSettings settings() const;
    void show(const NetworkViews& views, const QString& name);

Q_SIGNALS:
    /// By the user or setSettings().
    void changed();
    void exportWanted();

private:
    FieldsForm* form_;
    QPushButton* export_;
    QLabel *title_, *picture_, *numbers_;
    Gallery* draws_;
};

}  // namespace daguerre
