// Colours, type and measures of the window, and the one style that draws with them.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <vector>

class QWidget;

namespace daguerre {

enum class Look { Dark, Light, Desktop };  // Desktop: as light or dark as the start palette

enum class Token {
    Base,      // fields
    Window,    // frame
    Raised,    // cards
    Hover,     // buttons, pointer over
    Text,      // words
    Dim,       // captions, units
    Control,   // edges of fields and boxes
    Accent,    // primary button, links, sliders
    OnAccent,  // words on it
    Focus,     // ring around what has focus
    Good,
    Warn,
    Bad,        // always with a sign or word
    Selection,  // behind what is chosen
    Hairline,   // separators
    Groove,     // empty part of a slider
    Surround    // around pictures
};

struct TokenRow {
    Token token;
    const char* name;
    QRgb dark, light;
};
const std::vector<TokenRow>& tokens();

/// Sets style, palette and font of the application. Everything repaints by itself: widgets take
/// their colours when they paint, by palette role or colour().
void applyLook(Look look);
/// Whether the palette in force is the dark one.
bool isDark();
/// The colour of a token in the palette in force.
QColor colour(Token token);

/// Palette roles for QWidget::setForegroundRole: words in these colours follow the look.
inline constexpr QPalette::ColorRole dimRole = QPalette::PlaceholderText;
inline constexpr QPalette::ColorRole accentRole = QPalette::Link;

/// Relative to the system's font: 0.85, 1, 1 demi-bold, 1.2 demi-bold, 1.6 demi-bold.
enum class Type { Caption, Words, Section, Name, Heading };
QFont font(Type type);
/// The system's fixed font, for readouts whose digits must not jump.
QFont fixedFont();

/// How the style draws a widget that could be drawn in several ways.
enum class Mark {
    None,
    Primary,  // a button: filled with the accent, 36 px high
    Segment,  // a tool button of a row of which one is down
    Card,     // a QFrame: raised, round corners
    Warn,     // a QProgressBar in the colour of warnings
    Bad
};
void setMark(QWidget* widget, Mark mark);
Mark markOf(const QWidget* widget);

/// Spacing in px.
inline constexpr int gap1 = 4, gap2 = 8, gap3 = 12, gap4 = 16, gap5 = 24;
inline constexpr int radius = 4, controlHeight = 28, primaryHeight = 36;
/// Icons: in buttons and menus; in the rail.
inline constexpr int iconSize = 16, railIconSize = 20;
/// Between an icon and its word.
inline constexpr int iconGap = 6;

}  // namespace daguerre
