#include <QDir>
#include <QIcon>
#include <QLabel>
#include <QPixmap>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "ui/session/actions.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/workspaces.h"

using namespace daguerre;

namespace {

/// Relative luminance. Source: WCAG 2.1.
double luminance(const QColor& colour) {
    const auto linear = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double one = luminance(a) + 0.05, other = luminance(b) + 0.05;
    return std::max(one, other) / std::min(one, other);
}

constexpr Token surfaces[]{Token::Base, Token::Window, Token::Raised, Token::Hover};

/// Whether any pixel of an icon is drawn in this colour, but for what half-covered pixels round.
bool isDrawn(const QPixmap& pixmap, const QColor& ink) {
    const QImage image = pixmap.toImage().convertToFormat(QImage::Format_ARGB32);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor is = image.pixelColor(x, y);
            if (is.alpha() > 100 && std::abs(is.red() - ink.red()) < 4 &&
                std::abs(is.green() - ink.green()) < 4 && std::abs(is.blue() - ink.blue()) < 4)
                return true;
        }
    return false;
}

}  // namespace

class TestTheme : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_token_has_its_place() {
        for (std::size_t i = 0; i < tokens().size(); ++i)
            QCOMPARE(std::size_t(tokens()[i].token), i);
    }

    void tokens_stand_out_as_promised() {
        struct Row {
            Token token;
            double dark, light;
        };
        const Row rows[]{
            {Token::Text, 9.3, 13.3},  {Token::Dim, 5.5, 5.7},   {Token::Control, 3.2, 3.6},
            {Token::Accent, 4.9, 4.9}, {Token::Focus, 7.5, 4.9}, {Token::Good, 4.8, 4.7},
            {Token::Warn, 4.8, 4.7},   {Token::Bad, 4.8, 4.7},
        };
        for (const Look look : {Look::Dark, Look::Light}) {
            applyLook(look);
            QCOMPARE(isDark(), look == Look::Dark);
            for (const Row& row : rows)
                for (const Token surface : surfaces) {
                    const double least = look == Look::Dark ? row.dark : row.light;
                    const double is = contrast(colour(row.token), colour(surface));
                    QVERIFY2(is >= least - 0.05,  // the promises are rounded to a tenth
                             qPrintable(QStringLiteral("%1 on %2: %3")
                                            .arg(QLatin1String(tokens()[int(row.token)].name),
                                                 QLatin1String(tokens()[int(surface)].name))
                                            .arg(is)));
                }
            QVERIFY(contrast(colour(Token::OnAccent), colour(Token::Accent)) >=
                    (look == Look::Dark ? 8.0 : 6.25));
            QVERIFY(contrast(colour(Token::Text), colour(Token::Selection)) >=
                    (look == Look::Dark ? 7.3 : 13.2));
        }
    }

    void greys_have_no_tint() {
        for (const Token token :
             {Token::Base, Token::Window, Token::Raised, Token::Hover, Token::Text, Token::Dim,
              Token::Control, Token::Hairline, Token::Groove, Token::Surround}) {
            const TokenRow& row = tokens()[std::size_t(token)];
            for (const QRgb rgb : {row.dark, row.light}) {
                QCOMPARE(qRed(rgb), qGreen(rgb));
                QCOMPARE(qRed(rgb), qBlue(rgb));
            }
        }
    }

    void a_widget_follows_the_look() {
        QLabel label(QStringLiteral("words"));
        label.setForegroundRole(dimRole);
        label.show();
        for (const Look look : {Look::Dark, Look::Light, Look::Dark}) {
            applyLook(look);
            QCoreApplication::processEvents();
            QCOMPARE(label.palette().color(QPalette::Window), colour(Token::Window));
            QCOMPARE(label.palette().color(label.foregroundRole()), colour(Token::Dim));
        }
    }

    void every_icon_is_drawn_in_both_looks_at_any_scale() {
        icon("house");  // opens the resources
        QStringList names = QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")});
        QVERIFY(names.size() > 40);
        for (QString& name : names) name.chop(4);
        for (const ActionRow& row : actionRows())
            QVERIFY2(!*row.icon || names.contains(QLatin1String(row.icon)), row.id);
        for (const Workspace& row : workspaces()) QVERIFY(names.contains(QLatin1String(row.icon)));
        for (const Look look : {Look::Dark, Look::Light}) {
            applyLook(look);
            for (const QString& name : names)
                for (const int size : {16, 24, 40}) {
                    const QIcon drawn = icon(name.toStdString());
                    const QPixmap pixmap = drawn.pixmap(QSize(size, size));
                    QCOMPARE(pixmap.size(), QSize(size, size));
                    QVERIFY2(isDrawn(pixmap, colour(Token::Text)), qPrintable(name));
                    QVERIFY2(isDrawn(drawn.pixmap(QSize(size, size), QIcon::Disabled),
                                     colour(Token::Control)),
                             qPrintable(name));
                }
        }
    }

    void the_program_has_a_sign() {
        QVERIFY(programIcon().availableSizes().size() >= 4);
        QVERIFY(programIcon().pixmap(48).toImage().pixelColor(24, 24).alpha() == 255);
    }

    void type_keeps_its_proportions() {
        const double words = QFontMetricsF(font(Type::Words)).height();
        QVERIFY(QFontMetricsF(font(Type::Caption)).height() < words);
        QVERIFY(QFontMetricsF(font(Type::Name)).height() > words);
        QVERIFY(QFontMetricsF(font(Type::Heading)).height() >
                QFontMetricsF(font(Type::Name)).height());
        const QFontMetricsF fixed(fixedFont());
        QCOMPARE(fixed.horizontalAdvance(QLatin1Char('1')),
                 fixed.horizontalAdvance(QLatin1Char('8')));
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
