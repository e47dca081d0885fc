// The one style: Fusion's behaviour with flat shapes in the tokens' colours.
#pragma once

class QStyle;

namespace daguerre {

/// For QApplication::setStyle, which owns it then.
QStyle* makeStyle();

}  // namespace daguerre
