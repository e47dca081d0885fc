#include "ui/workspaces/number_charts.h"

#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int lineHeight = 19, nameWidth = 84, countWidth = 56, histogramHeight = 72;
constexpr int scatterHeight = 150, axisHeight = 18, mostClasses = 40;

/// Of a split in its bar, the first the strongest.
QColor shade(std::size_t split) {
    const std::array<double, 3> shares{0, 0.5, 0.7};
    return towards(colour(Token::Accent), colour(Token::Window),
                   shares[std::min<std::size_t>(split, 2)]);
}

QColor channelColour(std::size_t channel, std::size_t channels) {
    if (channels == 1) return colour(Token::Accent);
    const std::array<QColor, 3> dark{QColor(0xff, 0x7b, 0x72), QColor(0x63, 0xc9, 0x8a),
                                     QColor(0x6c, 0xb6, 0xec)};
    const std::array<QColor, 3> light{QColor(0xb3, 0x26, 0x1e), QColor(0x17, 0x71, 0x3a),
                                      QColor(0x0a, 0x63, 0xa5)};
    return (isDark() ? dark : light)[std::min<std::size_t>(channel, 2)];
}

}  // namespace

ClassBars::ClassBars(QWidget* parent) : QWidget(parent) {}

void ClassBars::setCounts(const QStringList& names, std::vector<std::vector<std::int64_t>> counts) {
    names_ = names;
    counts_ = std::move(counts);
    setFixedHeight(lineHeight * std::min(int(names_.size()), mostClasses + 1));
    QStringList said;
    for (int i = 0; i < names_.size() && i < mostClasses; ++i) {
        std::int64_t all = 0;
        for (const auto& split : counts_) all += split[std::size_t(i)];
        said << tr("%1: %2").arg(names_[i], QLocale().toString(qlonglong(all)));
    }
    setAccessibleName(said.join(QStringLiteral(", ")));
    update();
}

void ClassBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(daguerre::font(Type::Caption));
    std::int64_t most = 1;
    for (int i = 0; i < names_.size(); ++i) {
        std::int64_t all = 0;
        for (const auto& split : counts_) all += split[std::size_t(i)];
        most = std::max(most, all);
    }
    const int left = nameWidth + gap2, room = width() - left - countWidth;
    for (int i = 0; i < names_.size() && i < mostClasses; ++i) {
        const int y = i * lineHeight;
        painter.setPen(colour(Token::Dim));
        painter.drawText(QRect(0, y, nameWidth, lineHeight), Qt::AlignVCenter | Qt::AlignLeft,
                         painter.fontMetrics().elidedText(names_[i], Qt::ElideRight, nameWidth));
        double x = left;
        std::int64_t all = 0;
        for (std::size_t split = 0; split < counts_.size(); ++split) {
            const std::int64_t count = counts_[split][std::size_t(i)];
            const double wide = double(room) * double(count) / double(most);
            painter.fillRect(QRectF(x, y + 6, std::max(wide - 1, 0.), 7), shade(split));
            x += wide;
            all += count;
        }
        painter.drawText(QRect(width() - countWidth, y, countWidth, lineHeight),
                         Qt::AlignVCenter | Qt::AlignRight, QLocale().toString(qlonglong(all)));
    }
    if (names_.size() <= mostClasses) return;
    painter.drawText(QRect(0, mostClasses * lineHeight, width(), lineHeight), Qt::AlignVCenter,
                     tr("and %1 more classes").arg(names_.size() - mostClasses));
}

HistogramView::HistogramView(QWidget* parent) : QWidget(parent) {
    setFixedHeight(histogramHeight + axisHeight);
}

void HistogramView::setChannels(std::vector<ChannelNumbers> channels) {
    channels_ = std::move(channels);
    QStringList said;
    for (const ChannelNumbers& channel : channels_)
        said << tr("mean %1, spread %2")
                    .arg(channel.mean, 0, 'f', 1)
                    .arg(channel.deviation, 0, 'f', 1);
    setAccessibleName(tr("How often each value occurs: %1").arg(said.join(QStringLiteral("; "))));
    update();
}

void HistogramView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    double most = 1;
    for (const ChannelNumbers& channel : channels_)
        for (const std::int64_t count : channel.histogram)
            most = std::max(most, std::log1p(double(count)));
    painter.fillRect(QRect(0, 0, width(), histogramHeight), colour(Token::Base));
    for (std::size_t c = 0; c < channels_.size(); ++c) {
        QColor ink = channelColour(c, channels_.size());
        if (channels_.size() > 1) ink.setAlpha(150);
        for (int v = 0; v < 256; ++v) {
            const double high =
                histogramHeight * std::log1p(double(channels_[c].histogram[std::size_t(v)])) / most;
            const double from = v * width() / 256., to = (v + 1) * width() / 256.;
            painter.fillRect(QRectF(from, histogramHeight - high, to - from, high), ink);
        }
    }
    painter.setFont(daguerre::font(Type::Caption));
    painter.setPen(colour(Token::Dim));
    const QRect axis(0, histogramHeight, width(), axisHeight);
    painter.drawText(axis, Qt::AlignLeft | Qt::AlignBottom, QStringLiteral("0"));
    painter.drawText(axis, Qt::AlignHCenter | Qt::AlignBottom, tr("log count"));
    painter.drawText(axis, Qt::AlignRight | Qt::AlignBottom, QStringLiteral("255"));
}

SizeScatter::SizeScatter(QWidget* parent) : QWidget(parent) { setFixedHeight(scatterHeight); }

void SizeScatter::setSizes(std::vector<SizeCount> sizes) {
    sizes_ = std::move(sizes);
    if (!sizes_.empty())
        setAccessibleName(tr("%n size(s), most often %1 by %2", nullptr, int(sizes_.size()))
                              .arg(sizes_[0].width)
                              .arg(sizes_[0].height));
    update();
}

void SizeScatter::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect area(0, 0, width(), height() - axisHeight);
    painter.fillRect(area, colour(Token::Base));
    if (sizes_.empty()) return;
    int wide = 1, high = 1;
    for (const SizeCount& size : sizes_) {
        wide = std::max(wide, size.width);
        high = std::max(high, size.height);
    }
    const double most = std::log1p(double(sizes_[0].count));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    QColor ink = colour(Token::Accent);
    ink.setAlpha(170);
    painter.setBrush(ink);
    for (const SizeCount& size : sizes_) {
        const double side = 3 + 7 * std::log1p(double(size.count)) / most;
        const QPointF at(8 + (area.width() - 16) * double(size.width) / wide,
                         area.height() - 8 - (area.height() - 16) * double(size.height) / high);
        painter.drawEllipse(at, side / 2, side / 2);
    }
    painter.setFont(daguerre::font(Type::Caption));
    painter.setPen(colour(Token::Dim));
    painter.drawText(QRect(0, area.bottom(), width(), axisHeight), Qt::AlignRight | Qt::AlignBottom,
                     tr("width to %1, height to %2 px").arg(wide).arg(high));
}

}  // namespace daguerre
