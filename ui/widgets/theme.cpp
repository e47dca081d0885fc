#include "ui/widgets/theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QVariant>
#include <QWidget>

#include "ui/widgets/style.h"

namespace daguerre {

const std::vector<TokenRow>& tokens() {
    static const std::vector<TokenRow> rows{
        {Token::Base, "base", 0xFF1C1C1C, 0xFFFFFFFF},
        {Token::Window, "window", 0xFF262626, 0xFFF0F0F0},
        {Token::Raised, "raised", 0xFF333333, 0xFFFAFAFA},
        {Token::Hover, "hover", 0xFF3D3D3D, 0xFFE2E2E2},
        {Token::Text, "text", 0xFFEDEDED, 0xFF1B1B1B},
        {Token::Dim, "dim", 0xFFB8B8B8, 0xFF565656},
        {Token::Control, "control", 0xFF8C8C8C, 0xFF757575},
        {Token::Accent, "accent", 0xFF6CB6EC, 0xFF0A63A5},
        {Token::OnAccent, "on accent", 0xFF0E1A24, 0xFFFFFFFF},
        {Token::Focus, "focus", 0xFFFFD166, 0xFF0A63A5},
        {Token::Good, "good", 0xFF63C98A, 0xFF17713A},
        {Token::Warn, "warn", 0xFFF2B84B, 0xFF8A5200},
        {Token::Bad, "bad", 0xFFFF8A80, 0xFFB3261E},
        {Token::Selection, "selection", 0xFF24506F, 0xFFCFE5F7},
        {Token::Hairline, "hairline", 0xFF3D3D3D, 0xFFD4D4D4},
        {Token::Groove, "groove", 0xFF5A5A5A, 0xFFBDBDBD},
        {Token::Surround, "around pictures", 0xFF1C1C1C, 0xFFD6D6D6},
    };
    return rows;
}

namespace {

bool isDark(const QPalette& palette) { return palette.color(QPalette::Window).lightness() < 128; }

QColor colour(Token token, bool dark) {
    const TokenRow& row = tokens()[std::size_t(token)];
    return QColor::fromRgb(dark ? row.dark : row.light);
}

struct RoleRow {
    QPalette::ColorRole role;
    Token token, disabled;
};
// Light to Shadow are what Fusion shades its own edges from.
const RoleRow roles[]{
    {QPalette::Window, Token::Window, Token::Window},
    {QPalette::WindowText, Token::Text, Token::Control},
    {QPalette::Base, Token::Base, Token::Window},
    {QPalette::AlternateBase, Token::Raised, Token::Raised},
    {QPalette::Text, Token::Text, Token::Control},
    {QPalette::Button, Token::Hover, Token::Raised},
    {QPalette::ButtonText, Token::Text, Token::Control},
    {QPalette::BrightText, Token::Bad, Token::Control},
    {QPalette::Highlight, Token::Selection, Token::Hover},
    {QPalette::HighlightedText, Token::Text, Token::Control},
    {QPalette::Link, Token::Accent, Token::Control},
    {QPalette::LinkVisited, Token::Accent, Token::Control},
    {QPalette::ToolTipBase, Token::Raised, Token::Raised},
    {QPalette::ToolTipText, Token::Text, Token::Text},
    {QPalette::PlaceholderText, Token::Dim, Token::Control},
    {QPalette::Light, Token::Control, Token::Control},
    {QPalette::Midlight, Token::Groove, Token::Groove},
    {QPalette::Mid, Token::Hairline, Token::Hairline},
    {QPalette::Dark, Token::Surround, Token::Surround},
    {QPalette::Shadow, Token::Hairline, Token::Hairline},
};

QPalette paletteOf(bool dark) {
    QPalette palette;
    for (const RoleRow& row : roles) {
        palette.setColor(row.role, colour(row.token, dark));
        palette.setColor(QPalette::Disabled, row.role, colour(row.disabled, dark));
    }
    return palette;
}

const char* const markProperty = "mark";

}  // namespace

void applyLook(Look look) {
    static const bool desktopIsDark = isDark(QGuiApplication::palette());
    const bool dark = look == Look::Dark || (look == Look::Desktop && desktopIsDark);
    static const bool styled = [] {
        QApplication::setStyle(makeStyle());
        return true;
    }();
    Q_UNUSED(styled)
    QApplication::setPalette(paletteOf(dark));
}

bool isDark() { return isDark(QGuiApplication::palette()); }

QColor colour(Token token) { return colour(token, isDark()); }

QFont font(Type type) {
    struct Row {
        double size;
        QFont::Weight weight;
    };
    static const Row rows[]{{0.85, QFont::Normal},
                            {1, QFont::Normal},
                            {1, QFont::DemiBold},
                            {1.2, QFont::DemiBold},
                            {1.6, QFont::DemiBold}};
    const Row& row = rows[int(type)];
    QFont result = QApplication::font();
    if (result.pixelSize() > 0)
        result.setPixelSize(qRound(result.pixelSize() * row.size));
    else
        result.setPointSizeF(result.pointSizeF() * row.size);
    result.setWeight(row.weight);
    return result;
}

QFont fixedFont() {
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    const QFont words = QApplication::font();
    if (words.pixelSize() > 0)
        fixed.setPixelSize(qRound(words.pixelSize() * 0.92));
    else
        fixed.setPointSizeF(words.pointSizeF() * 0.92);
    return fixed;
}

void setMark(QWidget* widget, Mark mark) { widget->setProperty(markProperty, int(mark)); }

Mark markOf(const QWidget* widget) {
    return widget ? Mark(widget->property(markProperty).toInt()) : Mark::None;
}

}  // namespace daguerre
