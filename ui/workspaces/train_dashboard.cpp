#include "ui/workspaces/train_dashboard.h"

#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollArea>
#include <QSlider>
#include <QSvgGenerator>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/files.h"
#include "core/base/table.h"
#include "core/diffusion/noise_schedule.h"
#include "core/models/losses.h"
#include "ui/session/setting.h"
#include "ui/widgets/heat_map.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/quality.h"
#include "ui/workspaces/train_views.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int averagePlaces = Dashboard::averagePlaces;

const std::vector<CurvePoint>* curveOf(const RunData& data, const std::string& name) {
    if (!data.curves) return nullptr;
    const auto& names = data.curves->names;
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return nullptr;
    return &data.curves->curves[std::size_t(found - names.begin())];
}

/// What is shown in one chart: a GAN has two losses.
std::string chartOf(const std::string& name) {
    for (const std::string chart : {"loss", "test loss", "tint"})
        if (name == chart || name.starts_with(chart + ' ')) return chart;
    return name;
}

/// Where a curve stands when all is in balance: Goodfellow et al. 2014 (arXiv:1406.2661), theorem
/// 1; over 0.6 a discriminator knows its images by heart: Karras et al. 2020 (arXiv:2006.06676).
double guideOf(const QString& name) {
    if (name.startsWith(QLatin1String("D "))) return 0.5;
    if (name == QLatin1String("tint")) return 0;
    return name.startsWith(QLatin1String("r_t")) ? 0.6 : Chart::nowhere;
}

bool isMemory(const QString& name) { return name.endsWith(QLatin1String("memory")); }

/// What is measured beside the losses is never negative, and small changes of it mean little.
bool startsAtZero(const QString& name) {
    const QStringList measured{QStringLiteral("gradient norm"), QStringLiteral("learning rate"),
                               QStringLiteral("images per second"), QStringLiteral("data wait")};
    return isMemory(name) || measured.contains(name);
}

/// The decades of the noise level, where they lie among those that training draws.
std::vector<HeatMap::Mark> levelMarks(const NoiseSchedule& schedule) {
    std::vector<HeatMap::Mark> marks;
    for (double sigma = 1e-3; sigma <= schedule.sigma_max(); sigma *= 10)
        if (sigma >= schedule.sigma_min())
            marks.push_back({schedule.share_below(sigma), QString::number(sigma, 'g', 3)});
    return marks;
}

/// "gradient norm" → "Gradient norm"; a symbol such as r_t stays as it is.
QString titleOf(const QString& name) {
    QString title = words(name.toStdString());
    if (!title.isEmpty() && title.indexOf(QLatin1Char('_')) != 1) title[0] = title[0].toUpper();
    return title;
}

QString valueWords(const QString& name, double value) {
    if (!std::isfinite(value)) return {};
    if (isMemory(name)) return bytesWords(std::uint64_t(value));
    if (name == QLatin1String("data wait"))
        return Dashboard::tr("%1 %").arg(value * 100, 0, 'f', 1);
    if (name == QLatin1String("images per second")) return shortCount(value);
    return QString::number(value, 'g', 3);
}

}  // namespace

Dashboard::Card& Dashboard::cardOf(const QString& name) {
    if (const auto found = cards_.find(name); found != cards_.end()) return found->second;
    Card card = makeCard(name, titleOf(name));
    card.chart = new Chart(titleOf(name), card.frame);
    card.chart->setObjectName(QLatin1String("train.") +
                              QString(name).replace(QLatin1Char(' '), QLatin1Char('-')));
    card.column->addWidget(card.chart, 1);
    connectChart(card.chart);
    if (name == QLatin1String("data wait"))
        card.frame->setToolTip(tr("Share of the time in which the network waits for images"));
    order_.push_back(name);
    cards_[name] = card;
    setLook();
    return cards_[name];
}

void Dashboard::setRuns(const std::vector<ShownRun>& runs) {
    runs_ = runs;
    show();
}

double Dashboard::xOf(const CurvePoint& point, double first) const {
    switch (axis_->currentIndex()) {
        case Active:
            return point.seconds;
        case Wall:
            return point.wall - first;
        default:
            return point.images;
    }
}

std::vector<ChartPoint> Dashboard::pointsOf(const RunData& run, const std::string& name) const {
    const std::vector<CurvePoint>* curve = curveOf(run, name);
    std::vector<ChartPoint> points;
    if (!curve || curve->empty()) return points;
    double steps = 0, before = -1;
    for (const CurvePoint& point : *curve) {
        steps += double(point.steps);
        const double x = axis_->currentIndex() == Steps ? steps : xOf(point, curve->front().wall);
        before = std::max(before, x);  // a clock may have been set back
        points.push_back({before, point.images, point.mean, point.min, point.max, point.bad > 0});
    }
    return points;
}

QString Dashboard::wordsOfX(double x) const {
    return axis_->currentIndex() >= Active ? spanWords(x) : shortNumber(x);
}

void Dashboard::show() {
    std::vector<QString> names;
    for (const ShownRun& run : runs_)
        if (run.data.curves)
            for (const std::string& name : run.data.curves->names)
                if (const QString word = QString::fromStdString(chartOf(name));
                    word != QLatin1String(lossKey) && std::ranges::find(names, word) == names.end())
                    names.push_back(word);
    showCard(QStringLiteral("loss"), loss_);
    for (const QString& name : names) showCard(name, cardOf(name));
    for (auto& [name, card] : cards_) card.wanted = std::ranges::find(names, name) != names.end();
    showLevels();
    showViews();
    setRange();
    arrange();
}

/// Of all runs, those of this chart.
std::vector<ChartCurve> Dashboard::curvesOf(const QString& chart) const {
    std::vector<ChartCurve> curves;
    for (const ShownRun& run : runs_) {
        if (!run.data.curves) continue;
        std::vector<std::string> names;
        std::ranges::copy_if(
            run.data.curves->names, std::back_inserter(names),
            [&](const std::string& name) { return chartOf(name) == chart.toStdString(); });
        for (const std::string& one : names) {
            auto points = pointsOf(run.data, one);
            if (points.empty()) continue;
            const auto place = int(std::ranges::find(names, one) - names.begin());
            const QString title =
                names.size() == 1 ? run.name
                                  : run.name + QLatin1String(", ") + QString::fromStdString(one);
            const int colour = run.colour + place * int(runs_.size());
            curves.push_back({title, colour, run.colour > 0, std::move(points)});
        }
    }
    return curves;
}

void Dashboard::showCard(const QString& name, Card& card) {
    std::vector<ChartCurve> curves = curvesOf(name);
    if (const double guide = guideOf(name); std::isfinite(guide)) card.chart->setGuide(guide);
    const bool any = !curves.empty();
    card.chart->setCurves(std::move(curves));
    if (!any) return card.value->setText({});
    const auto& last = card.chart->curves().front().points.back();
    const bool own = card.chart->curves().front().name.startsWith(runs_.front().name);
    card.value->setText(own ? valueWords(name, card.chart->valueAt(0, last.x)) : QString());
    card.value->setForegroundRole(QPalette::WindowText);
    const RunData& run = runs_.front().data;
    if (name == QLatin1String("gradient norm"))
        if (const Field* clip = find_field(run.info.settings, "clip");
            clip && std::holds_alternative<double>(clip->value)) {
            card.note->setText(tr("clip %1").arg(std::get<double>(clip->value)));
            card.chart->setGuide(std::get<double>(clip->value));
        }
    if (name == QLatin1String("images per second") && last.images > 0)
        if (const auto* curve = curveOf(run, "loss"); curve && curve->back().seconds > 0)
            card.note->setText(
                tr("mean %1").arg(shortCount(curve->back().images / curve->back().seconds)));
    if (run.curves && axis_->currentIndex() == Images)
        card.chart->setMarks(run.curves->resumed,
                             &card == &loss_ ? run.curves->skipped : std::vector<double>{});
    else
        card.chart->setMarks({}, {});
}

void Dashboard::showSigmas(const Fields& settings) {
    const Field* id = find_field(settings, "noise_schedule");
    const std::vector<std::string> known = ids(noise_schedules());
    if (!id || std::ranges::find(known, text_of(id->value)) == known.end()) return;
    NoiseScheduleOptions options;
    options.id = text_of(id->value);
    if (options.id == "trained_betas") return;
    const NoiseSchedule schedule = noise_schedule(options);
    levels_.map->setUpward(levelMarks(schedule), [schedule](double place) {
        return tr("σ %1").arg(schedule.learned_at(std::clamp(place, 0.0, 1 - 1e-9)), 0, 'g', 3);
    });
}

void Dashboard::showLevels() {
    std::vector<HeatMap::Column> columns;
    const bool known = !runs_.empty() && runs_.front().data.curves;
    if (known) {
        const RunCurves& curves = *runs_.front().data.curves;
        double most = 0;
        for (const LevelPoint& point : curves.levels)
            for (const double mean : point.mean)
                if (std::isfinite(mean)) most = std::max(most, mean);
        for (const LevelPoint& point : curves.levels) {
            HeatMap::Column column{
                axis_->currentIndex() == Active ? point.seconds : point.images, {}, {}};
            for (std::size_t bin = 0; bin < point.mean.size(); ++bin) {
                const double floor = bin < curves.floor.size() ? curves.floor[bin] : most;
                column.values.push_back(point.mean[bin]);
                column.shares.push_back(floor > 0 ? point.mean[bin] / floor : Chart::nowhere);
            }
            columns.push_back(std::move(column));
        }
        showSigmas(runs_.front().data.info.settings);
        levels_.note->setText(curves.floor.empty() ? tr("÷ greatest") : tr("÷ linear"));
    }
    // The map is of images or of active time.
    const bool fits = axis_->currentIndex() == Images || axis_->currentIndex() == Active;
    levels_.wanted = !columns.empty() && fits;
    levels_.map->setWordsOfX([this](double x) { return wordsOfX(x); });
    levels_.map->setColumns(std::move(columns));
}

void Dashboard::showViews() {
    const RunData* run = runs_.empty() ? nullptr : &runs_.front().data;
    confusion_.wanted = run && run->confusion;
    if (confusion_.wanted) {
        confusionView_->setConfusion(*run->confusion);
        confusion_.note->setText(tr("at %1").arg(shortNumber(double(run->confusion->images))));
    }
    reconstructions_.wanted = run && !run->reconstructions.empty();
    if (reconstructions_.wanted)
        sheet_->setFile(QString::fromStdString(run->reconstructions.string()));
    quality_.wanted = run && !run->evaluations.empty();
    if (!quality_.wanted) return;
    const Evaluation& newest = run->evaluations.back();
    quality_.note->setText(tr("n %1").arg(shortNumber(double(newest.n))));
    if (std::exchange(tabled_, newest.figures) != newest.figures)
        table_->setWidget(qualityTable(newest, table_));
}

void Dashboard::setRange() {
    double right = 0;
    for (const ShownRun& run : runs_) {
        if (axis_->currentIndex() == Images && run.data.info.state == RunState::Running)
            right = std::max(right, double(run.data.info.images_total));
        for (const ChartCurve& curve : loss_.chart->curves())
            if (!curve.points.empty()) right = std::max(right, curve.points.back().x);
    }
    const bool part = std::isfinite(left_);
    const auto show = [&](Chart* chart) {
        chart->setWhole(0, std::max(right, 1.));
        if (part) chart->setShown(left_, right_);
    };
    show(loss_.chart);
    for (auto& [name, card] : cards_) show(card.chart);
    levels_.map->setShown(part ? left_ : 0, part ? right_ : std::max(right, 1.));
}

void Dashboard::setLook() {
    ChartLook look;
    look.drawn = ChartLook::Drawn(drawn_->current());
    look.scale = ChartScale(scale_->current());
    look.average = std::pow(10, double(average_->value()) / averagePlaces);
    look.clip = clip_->isChecked();
    lastDrawn.set(drawn_->current());
    lastScale.set(scale_->current());
    lastAverage.set(average_->value());
    averageWords_->setText(shortNumber(std::round(look.average)));
    loss_.chart->setLook(look);
    look.scale = ChartScale::Linear;
    for (auto& [name, card] : cards_) {
        look.fromZero = startsAtZero(name);
        card.chart->setLook(look);
    }
    // What was left out is known once it is drawn.
    QMetaObject::invokeMethod(
        this,
        [this] {
            outside_->setText(loss_.chart->outside() > 0
                                  ? tr("%n outside", nullptr, loss_.chart->outside())
                                  : QString());
        },
        Qt::QueuedConnection);
}

void Dashboard::nextScale() {
    scale_->setCurrent((scale_->current() + 1) % 3);
    setLook();
}

void Dashboard::whole() {
    left_ = right_ = Chart::nowhere;
    setRange();
}

void Dashboard::setHover(double images) {
    if (axis_->currentIndex() != Images) images = Chart::nowhere;
    loss_.chart->setHover(images);
    levels_.map->setHover(images);
    for (auto& [name, card] : cards_) card.chart->setHover(images);
}

void Dashboard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeControls();
    arrange();
}

double Dashboard::takeSeconds() {
    double all = loss_.chart->seconds() + levels_.map->seconds();
    for (const auto& [name, card] : cards_) all += card.chart->seconds();
    return all - std::exchange(taken_, all);
}

void Dashboard::exportTo(const QString& file) const {
    const std::filesystem::path path = file.toStdString();
    if (file.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) {
        QString text;
        const auto add = [&](const QString& curve, const Chart& chart) {
            const QStringList lines = chart.csv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
            for (const QString& line : lines.mid(text.isEmpty() ? 0 : 1))
                text += (text.isEmpty() ? QStringLiteral("curve") : curve) + QLatin1Char(',') +
                        line + QLatin1Char('\n');
        };
        add(QStringLiteral("loss"), *loss_.chart);
        for (const QString& name : order_) add(name, *cards_.at(name).chart);
        return write_whole(path, text.toStdString());
    }
    const QSize size = loss_.chart->size();
    write_whole(path, [&](const std::filesystem::path& temporary) {
        const QString name = QString::fromStdString(temporary.string());
        if (name.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
            QSvgGenerator svg;
            svg.setFileName(name);
            svg.setSize(size);
            svg.setViewBox(QRect(QPoint(), size));
            QPainter painter(&svg);
            painter.fillRect(QRect(QPoint(), size), colour(Token::Base));
            loss_.chart->draw(painter);
            return;
        }
        QImage image(size * 2, QImage::Format_ARGB32_Premultiplied);
        image.setDevicePixelRatio(2);
        image.fill(colour(Token::Base));
        QPainter painter(&image);
        loss_.chart->draw(painter);
        painter.end();
        if (!image.save(name))
            throw Error("“{file}” can't be written as a picture.", {{"file", name.toStdString()}});
    });
}

}  // namespace daguerre
