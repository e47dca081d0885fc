#include "ui/workspaces/train_compare.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <set>

#include "ui/widgets/sentence.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int places = 1000, sheetHeight = 200;

double lossAt(const RunData& data, bool best) {
    double value = Chart::nowhere;
    if (data.curves && !data.curves->curves.empty())
        for (const CurvePoint& point : data.curves->curves.front())
            if (std::isfinite(point.mean) && !(best && point.mean >= value)) value = point.mean;
    return value;
}

QString speedOf(const RunData& data) {
    if (!data.curves || data.curves->curves.empty() || data.curves->curves.front().empty())
        return {};
    const CurvePoint& last = data.curves->curves.front().back();
    return last.seconds > 0 ? shortCount(last.images / last.seconds) : QString();
}

}  // namespace

/// A sheet a run, that of the last preview before some number of images.
class CompareView::Sheets : public QWidget {
public:
    Sheets(SheetLoader& loader, QWidget* parent) : QWidget(parent), loader_(loader) {
        setMinimumHeight(sheetHeight);
        connect(&loader, &SheetLoader::came, this, qOverload<>(&QWidget::update));
    }
    std::vector<ShownRun> runs;
    double images = 0;

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setFont(daguerre::font(Type::Caption));
        if (runs.empty()) return;
        const int room = width() / int(runs.size());
        const int side = std::min(room - gap2, height() - 22);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const QRect where(int(i) * room, 0, side, side);
            painter.fillRect(where, colour(Token::Surround));
            const PreviewFile* last = nullptr;
            for (const PreviewFile& preview : runs[i].data.previews)
                if (double(preview.images) <= images || !last) last = &preview;
            if (last) painter.drawImage(where, loader_.sheet(last->file));
            painter.setPen(chartColour(runs[i].colour));
            const QString at = last ? countWords(last->images) : tr("no previews");
            painter.drawText(QRect(where.left(), side + 4, room - gap1, 18), Qt::AlignLeft,
                             painter.fontMetrics().elidedText(tr("%1 at %2").arg(runs[i].name, at),
                                                              Qt::ElideMiddle, room - gap1));
        }
    }

private:
    SheetLoader& loader_;
};

CompareView::CompareView(Session& session, QWidget* parent)
    : QWidget(parent),
      loader_(session),
      chart_(new Chart(tr("Loss"), this)),
      sheets_(new Sheets(loader_, this)),
      table_(new QTableWidget(this)),
      slider_(new StepSlider(this)),
      at_(new QLabel(this)) {
    setObjectName(QStringLiteral("train.comparison"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap3, gap2, gap3, gap2);
    column->setSpacing(gap2);
    const auto title = [&](const QString& text) {
        auto* label = new QLabel(text, this);
        label->setFont(daguerre::font(Type::Section));
        return label;
    };
    column->addWidget(title(tr("Loss")));
    ChartLook look;
    look.scale = ChartScale::Log;
    look.average = 1e4;
    chart_->setLook(look);
    column->addWidget(chart_, 3);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap3);
    row->addWidget(title(tr("Previews")));
    row->addWidget(slider_, 1);
    at_->setFont(fixedFont());
    row->addWidget(at_);
    column->addLayout(row);
    column->addWidget(sheets_, 3);
    column->addWidget(title(tr("What differs")));
    table_->setObjectName(QStringLiteral("train.differences"));
    table_->setAccessibleName(tr("Settings and results that differ"));
    table_->setEditTriggers(QTableWidget::NoEditTriggers);
    table_->setFrameShape(QFrame::NoFrame);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    column->addWidget(table_, 3);
    slider_->setRange(0, places);
    slider_->setAccessibleName(tr("Images seen"));
    slider_->setValue(places);
    connect(slider_, &QSlider::valueChanged, this, [this] { setRuns(runs_); });
    connect(chart_, &Chart::hovered, chart_, &Chart::setHover);
    connect(chart_, &Chart::chosen, chart_, &Chart::setShown);
    connect(chart_, &Chart::wholeWanted, this, [this] { setRuns(runs_); });
}

void CompareView::setRuns(const std::vector<ShownRun>& runs) {
    runs_ = runs;
    double most = 1;
    std::vector<ChartCurve> curves;
    for (const ShownRun& run : runs) {
        most = std::max(most, double(run.data.info.images_seen));
        if (!run.data.curves || run.data.curves->curves.empty()) continue;
        ChartCurve curve{run.name, run.colour, run.colour > 0, {}};
        for (const CurvePoint& point : run.data.curves->curves.front())
            curve.points.push_back(
                {point.images, point.images, point.mean, point.min, point.max, point.bad > 0});
        curves.push_back(std::move(curve));
    }
    chart_->setCurves(std::move(curves));
    chart_->setWhole(0, most);
    sheets_->runs = runs;
    sheets_->images = most * slider_->value() / places;
    sheets_->update();
    at_->setText(tr("at %1 images").arg(countWords(std::int64_t(sheets_->images))));
    fillTable();
}

/// Results of every run, then those settings of which two runs have different values.
void CompareView::fillTable() {
    table_->clear();
    table_->setColumnCount(int(runs_.size()) + 1);
    table_->setRowCount(0);
    QStringList heads{tr("Setting")};
    for (const ShownRun& run : runs_) heads += run.name;
    table_->setHorizontalHeaderLabels(heads);
    const auto addRow = [&](const QString& name, auto valueOf) {
        const int row = table_->rowCount();
        table_->insertRow(row);
        table_->setItem(row, 0, new QTableWidgetItem(name));
        for (std::size_t i = 0; i < runs_.size(); ++i)
            table_->setItem(row, int(i) + 1, new QTableWidgetItem(valueOf(runs_[i].data)));
    };
    const auto number = [](double value) {
        return std::isfinite(value) ? QString::number(value, 'g', 4) : QString();
    };
    addRow(tr("Images seen"),
           [](const RunData& shown) { return countWords(shown.info.images_seen); });
    addRow(tr("Loss at the end"),
           [&](const RunData& shown) { return number(lossAt(shown, false)); });
    addRow(tr("Least loss"), [&](const RunData& shown) { return number(lossAt(shown, true)); });
    addRow(tr("Images/s"), [](const RunData& shown) { return speedOf(shown); });
    std::vector<std::pair<std::string, std::string>> keys;  // key, label
    for (const ShownRun& run : runs_)
        for (const Field& field : run.data.info.settings)
            if (std::ranges::find(keys, field.key, &std::pair<std::string, std::string>::first) ==
                keys.end())
                keys.emplace_back(field.key, field.label);
    const auto valueOf = [](const RunData& shown, const std::string& key) {
        const Field* field = find_field(shown.info.settings, key);
        return field ? QString::fromStdString(text_of(field->value)) : QStringLiteral("–");
    };
    const auto addDiffering = [&](const QString& name, auto value) {
        std::set<QString> values;
        for (const ShownRun& run : runs_) values.insert(value(run.data));
        if (values.size() > 1) addRow(name, value);
    };
    addDiffering(tr("Dataset"),
                 [](const RunData& shown) { return QString::fromStdString(shown.info.dataset); });
    addDiffering(tr("Family"), [](const RunData& shown) { return familyWords(shown.info.family); });
    for (const auto& [key, label] : keys)
        addDiffering(words(label),
                     [&, key = key](const RunData& shown) { return valueOf(shown, key); });
}

}  // namespace daguerre
