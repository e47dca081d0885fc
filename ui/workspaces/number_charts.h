// Small pictures of the numbers of a dataset.
#pragma once

#include <QWidget>
#include <vector>

#include "core/data/survey.h"

namespace daguerre {

/// Images per class as bars, the parts of a bar being its splits.
class ClassBars : public QWidget {
    Q_OBJECT
public:
    explicit ClassBars(QWidget* parent = nullptr);
    /// counts: by split, then by class.
    void setCounts(const QStringList& names, std::vector<std::vector<std::int64_t>> counts);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    QStringList names_;
    std::vector<std::vector<std::int64_t>> counts_;
};

/// How often each value occurs, on a logarithmic axis, a line a channel.
class HistogramView : public QWidget {
    Q_OBJECT
public:
    explicit HistogramView(QWidget* parent = nullptr);
    void setChannels(std::vector<ChannelNumbers> channels);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    std::vector<ChannelNumbers> channels_;
};

/// Width against height, a dot a size, larger where it is frequent.
class SizeScatter : public QWidget {
    Q_OBJECT
public:
    explicit SizeScatter(QWidget* parent = nullptr);
    void setSizes(std::vector<SizeCount> sizes);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    std::vector<SizeCount> sizes_;
};

}  // namespace daguerre
