#include "ui/workspaces/canvas_look.h"

#include <array>

#include "ui/canvas/canvas.h"
#include "ui/session/actions.h"
#include "ui/session/setting.h"

namespace daguerre {
namespace {

const Setting<int> maskColour{"retouch/mask-colour", 0};
const Setting<int> surround{"retouch/surround", 0};

/// For photos of which one is the colour.
const std::array maskColours{rowOf(Layer::Mask).colour, QColor(0x1F, 0xD1, 0x5F, 115),
                             QColor(0x2D, 0x7B, 0xFF, 115), QColor(0xFF, 0xFF, 0xFF, 140)};
/// The theme's, black, dark, middle, white.
const std::array surrounds{QColor(), QColor(0, 0, 0), QColor(0x3C, 0x3C, 0x3C),
                           QColor(0x77, 0x77, 0x77), QColor(0xFF, 0xFF, 0xFF)};

template <std::size_t N>
const QColor& chosen(const std::array<QColor, N>& colours, const Setting<int>& setting) {
    return colours[std::size_t(setting.get()) % N];
}

}  // namespace

void followLook(Canvas* canvas, const Actions& actions) {
    const auto show = [canvas] {
        canvas->setMaskColour(chosen(maskColours, maskColour));
        canvas->setSurround(chosen(surrounds, surround));
    };
    show();
    const auto turns = [&](const char* action, const Setting<int>& setting, std::size_t count) {
        QObject::connect(actions[action], &QAction::triggered, canvas, [show, &setting, count] {
            setting.set((setting.get() + 1) % int(count));
            show();
        });
    };
    turns("mask-colour", maskColour, maskColours.size());
    turns("surround", surround, surrounds.size());
}

}  // namespace daguerre
