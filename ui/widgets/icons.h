// Icons in a token's colour.
#pragma once

#include <QIcon>
#include <string_view>

#include "ui/widgets/theme.h"

class QAbstractButton;

namespace daguerre {

/// The icon of resources/icons with this name ("play-fill"). It is drawn when it is painted, at the
/// screen's device ratio, in the token's colour of the look then in force; disabled ones in
/// Control.
QIcon icon(std::string_view name, Token token = Token::Text);

/// The sign of the program, for the title and task bar.
QIcon programIcon();

/// Makes an icon-only button: icon, tooltip with words and key, accessible name.
void setIconOnly(QAbstractButton* button, std::string_view name, const QString& words,
                 const QString& key = {});

}  // namespace daguerre
