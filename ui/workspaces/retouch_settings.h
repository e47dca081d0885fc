// What Retouch remembers, where more than one of its files asks.
#pragma once

#include "ui/session/setting.h"

namespace daguerre {

inline const Setting<bool> panelShown{"retouch/panel", true};
inline const Setting<bool> historyShown{"retouch/history", false};
inline const Setting<bool> previewWanted{"retouch/preview", true};

}  // namespace daguerre
