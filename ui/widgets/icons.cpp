#include "ui/widgets/icons.h"

#include <QAbstractButton>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

static void openResources() { Q_INIT_RESOURCE(daguerre); }  // a macro for the global namespace

namespace daguerre {

namespace {

/// Draws when asked, so that a change of look or of the screen's device ratio needs no one's care.
class Engine : public QIconEngine {
public:
    Engine(const QString& name, Token token) : name_(name), token_(token) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode,
               QIcon::State state) override {
        const double ratio = painter->device()->devicePixelRatio();
        painter->drawPixmap(rect, scaledPixmap(rect.size() * ratio, mode, state, ratio));
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override {
        const QColor ink = colour(mode == QIcon::Disabled ? Token::Control : token_);
        const QString key = QStringLiteral("%1/%2/%3").arg(name_, ink.name()).arg(size.width());
        QPixmap pixmap;
        if (QPixmapCache::find(key, &pixmap)) return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        QSvgRenderer(svg(ink)).render(&painter);
        painter.end();
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }
    QIconEngine* clone() const override { return new Engine(*this); }
    bool isNull() override { return false; }

private:
    QByteArray svg(const QColor& ink) const {
        QFile file(QStringLiteral(":/icons/%1.svg").arg(name_));
        const bool found = file.open(QIODevice::ReadOnly);
        Q_ASSERT_X(found, "icon", qPrintable(name_ + QStringLiteral(" isn't in resources/icons")));
        if (!found) return {};
        return file.readAll().replace("currentColor", ink.name().toLatin1());
    }

    const QString name_;
    const Token token_;
};

}  // namespace

QIcon icon(std::string_view name, Token token) {
    [[maybe_unused]] static const bool opened = (openResources(), true);
    return QIcon(new Engine(QString::fromUtf8(name.data(), qsizetype(name.size())), token));
}

QIcon programIcon() {
    [[maybe_unused]] static const bool opened = (openResources(), true);
    QSvgRenderer drawing(QStringLiteral(":/daguerre.svg"));
    QIcon result;
    for (const int size : {16, 32, 48, 128}) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        drawing.render(&painter);
        painter.end();
        result.addPixmap(pixmap);
    }
    return result;
}

void setIconOnly(QAbstractButton* button, std::string_view name, const QString& words,
                 const QString& key) {
    button->setIcon(icon(name));
    button->setToolTip(key.isEmpty() ? words : QStringLiteral("%1 (%2)").arg(words, key));
    button->setAccessibleName(words);
}

}  // namespace daguerre
