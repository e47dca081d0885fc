#include "ui/workspaces/numbers_panel.h"

#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/widgets/gallery.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/number_charts.h"
#include "ui/workspaces/pair_view.h"

namespace daguerre {
namespace {

constexpr int meanSide = 40, meanRows = 4, mostMeans = 19, mostReasons = 5, barHeight = 6;

QString number(std::int64_t value) { return QLocale().toString(qlonglong(value)); }

QVBoxLayout* columnOf(QWidget* panel) {
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(gap4, gap2, gap4, gap3);
    column->setSpacing(gap2);
    return column;
}

}  // namespace

SurveyLine::SurveyLine(const QString& name, QWidget* parent) : QWidget(parent) {
    words_ = caption(this);
    words_->setObjectName(QStringLiteral("datasets.%1-line").arg(name));
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(barHeight);
    bar_->setAccessibleName(tr("How many images were looked at"));
    const auto button = [&](const QString& text, const char* what) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(QStringLiteral("datasets.%1-%2").arg(name, QLatin1String(what)));
        return made;
    };
    start_ = button(tr("Look at the images"), "start");
    stop_ = button(tr("Stop"), "stop");
    all_ = button(tr("Use all"), "all");
    auto* row = new QHBoxLayout;
    row->setSpacing(gap2);
    row->addWidget(start_);
    row->addWidget(stop_);
    row->addWidget(all_);
    row->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, gap1);
    column->setSpacing(gap2);
    column->addWidget(words_);
    column->addWidget(bar_);
    column->addLayout(row);
    connect(start_, &QPushButton::clicked, this, [this] { Q_EMIT startWanted(false); });
    connect(all_, &QPushButton::clicked, this, [this] { Q_EMIT startWanted(true); });
    connect(stop_, &QPushButton::clicked, this, &SurveyLine::stopWanted);
    show(nullptr, false);
}

void SurveyLine::show(const Survey* survey, bool running) {
    const bool part = survey && survey->drawn < survey->count;
    const bool whole = survey && survey->done == survey->drawn;
    bar_->setVisible(running);
    stop_->setVisible(running);
    start_->setVisible(!running && !whole);
    all_->setVisible(!running && part);
    if (survey) {
        bar_->setRange(0, int(survey->drawn));
        bar_->setValue(int(survey->done));
    } else {
        bar_->setRange(0, 0);
    }
    if (!survey)
        words_->setText(running ? tr("Looking at the images…")
                                : tr("Each image is read once, in the background."));
    else if (running)
        words_->setText(tr("%1 of %2 images").arg(number(survey->done), number(survey->drawn)));
    else if (!whole)
        words_->setText(
            tr("Stopped after %1 of %2 images").arg(number(survey->done), number(survey->drawn)));
    else
        words_->setText(part ? tr("From %1 of %2 images, drawn with seed 0")
                                   .arg(number(survey->drawn), number(survey->count))
                             : tr("From all %1 images").arg(number(survey->count)));
}

NumbersPanel::NumbersPanel(QWidget* parent) : QWidget(parent) {
    QVBoxLayout* column = columnOf(this);
    countsTitle_ = heading(tr("Images per class"));
    bars_ = new ClassBars(this);
    column->addWidget(countsTitle_);
    column->addWidget(bars_);
    column->addWidget(hairline(this));
    line_ = new SurveyLine(QStringLiteral("numbers"), this);
    column->addWidget(line_);
    meanTitle_ = heading(tr("Mean image, of all and per class"));
    means_ = new Gallery(this);
    means_->setObjectName(QStringLiteral("datasets.means"));
    means_->setAccessibleName(tr("Mean images"));
    column->addWidget(meanTitle_);
    column->addWidget(means_);
    valuesTitle_ = heading(tr("Values"));
    values_ = caption(this);
    values_->setObjectName(QStringLiteral("datasets.values"));
    histogram_ = new HistogramView(this);
    column->addWidget(valuesTitle_);
    column->addWidget(values_);
    column->addWidget(histogram_);
    sizesTitle_ = heading(tr("Sizes"));
    scatter_ = new SizeScatter(this);
    column->addWidget(sizesTitle_);
    column->addWidget(scatter_);
    column->addStretch();
    show(nullptr, false);
}

QLabel* NumbersPanel::heading(const QString& text) {
    auto* label = new QLabel(text, this);
    label->setFont(daguerre::font(Type::Section));
    return label;
}

void NumbersPanel::setCounts(const QStringList& names,
                             const std::vector<std::vector<std::int64_t>>& counts) {
    names_ = names;
    countsTitle_->setVisible(!names.isEmpty());
    bars_->setVisible(!names.isEmpty());
    bars_->setCounts(names, counts);
}

void NumbersPanel::show(const Survey* survey, bool running) {
    line_->show(survey, running);
    const bool any = survey && survey->done > 0;
    const bool sizes = any && survey->sizes.size() > 1;
    for (QWidget* part :
         std::initializer_list<QWidget*>{meanTitle_, means_, valuesTitle_, values_, histogram_})
        part->setVisible(any);
    sizesTitle_->setVisible(sizes);
    scatter_->setVisible(sizes);
    if (!any) return;
    QStringList lines;
    const QStringList colours{tr("red"), tr("green"), tr("blue")};
    for (std::size_t c = 0; c < survey->channels.size(); ++c) {
        const ChannelNumbers& channel = survey->channels[c];
        const QString said =
            tr("mean %1, spread %2").arg(channel.mean, 0, 'f', 1).arg(channel.deviation, 0, 'f', 1);
        lines << (survey->channels.size() == 1 ? said
                                               : tr("%1: %2").arg(colours[qsizetype(c)], said));
    }
    values_->setText(lines.join(QLatin1Char('\n')));
    histogram_->setChannels(survey->channels);
    scatter_->setSizes(survey->sizes);
    std::vector<Thumbnail> means;
    const auto add = [&](const Image& image, const QString& words) {
        if (image.width > 0)
            means.push_back({{}, words, asQImage(std::make_shared<const Image>(image))});
    };
    add(survey->mean, tr("the mean of all"));
    for (std::size_t label = 0; label < survey->class_means.size() && label < mostMeans; ++label)
        add(survey->class_means[label],
            label < std::size_t(names_.size()) ? names_[qsizetype(label)] : QString());
    const int across = 5;
    means_->setShape(std::clamp((int(means.size()) + across - 1) / across, 1, meanRows), meanSide);
    means_->setBlanks(false);
    means_->setThumbnails(std::move(means));
}

ProblemsPanel::ProblemsPanel(QWidget* parent) : QWidget(parent), column_(columnOf(this)) {
    line_ = new SurveyLine(QStringLiteral("problems"), this);
    column_->addWidget(line_);
    good_ = new QLabel(tr("Nothing is wrong with these images."), this);
    good_->setWordWrap(true);
    column_->addWidget(good_);
    broken_ = addKind("broken");
    reasons_ = caption(this);
    reasons_->setObjectName(QStringLiteral("datasets.reasons"));
    column_->addWidget(reasons_);
    leaks_ = addKind("leak");
    classes_ = addKind("two-classes");
    same_ = addKind("duplicate");
    near_ = addKind("near");
    column_->addWidget(pairs_ = new PairView(this));
    const auto button = [&](const QString& text, const char* name) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(QLatin1String(name));
        column_->addWidget(made);
        return made;
    };
    leaveOut_ = button(tr("Leave out the doubles"), "datasets.leave-doubles");
    leaveOut_->setToolTip(
        tr("Of each picture that is there several times, all but the first, and what is broken. "
           "Your files stay where they are."));
    takeBack_ = button({}, "datasets.take-back");
    export_ = button(tr("Export the list…"), "datasets.export");
    column_->addStretch();
    connect(leaveOut_, &QPushButton::clicked, this, &ProblemsPanel::leaveOutWanted);
    connect(takeBack_, &QPushButton::clicked, this, &ProblemsPanel::takeBackWanted);
    connect(export_, &QPushButton::clicked, this, &ProblemsPanel::exportWanted);
    show(nullptr, false, nullptr, 0);
}

ProblemsPanel::Kind ProblemsPanel::addKind(const char* mark) {
    Kind kind{};
    kind.row = new QWidget(this);
    kind.words = new QLabel(kind.row);
    kind.words->setObjectName(QStringLiteral("datasets.problem-%1").arg(QLatin1String(mark)));
    kind.words->setWordWrap(true);
    kind.show = new QPushButton(tr("Show"), kind.row);
    kind.show->setObjectName(QStringLiteral("datasets.show-%1").arg(QLatin1String(mark)));
    kind.show->setFlat(true);
    auto* row = new QHBoxLayout(kind.row);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap2);
    row->addWidget(kind.words, 1);
    row->addWidget(kind.show, 0, Qt::AlignTop);
    column_->addWidget(kind.row);
    connect(kind.show, &QPushButton::clicked, this,
            [this, mark] { Q_EMIT showWanted(QLatin1String(mark)); });
    return kind;
}

void ProblemsPanel::tell(const Kind& kind, const QString& words, bool any) {
    kind.words->setText(words);
    kind.row->setVisible(any);
}

void ProblemsPanel::show(const Survey* survey, bool running, const Problems* problems,
                         int leftOut) {
    line_->show(survey, running);
    takeBack_->setText(tr("Take back the %n left out", nullptr, leftOut));
    takeBack_->setVisible(leftOut > 0);
    const Problems none;
    const Problems& found = problems ? *problems : none;
    const auto count = [](const auto& list) { return int(list.size()); };
    tell(broken_, tr("%n image(s) couldn't be read.", nullptr, count(found.broken)),
         !found.broken.empty());
    QStringList reasons;
    for (const BrokenImage& image : found.broken)
        if (reasons.size() < mostReasons) reasons << QString::fromStdString(image.file.reason);
    reasons_->setText(reasons.join(QLatin1Char('\n')));
    reasons_->setVisible(!reasons.isEmpty());
    tell(leaks_,
         tr("%n picture(s) in several splits; metrics on test will flatter.", nullptr,
            count(found.leaks)),
         !found.leaks.empty());
    tell(classes_, tr("%n picture(s) in two classes.", nullptr, count(found.two_classes)),
         !found.two_classes.empty());
    tell(same_, tr("%n picture(s) more than once, pixel by pixel.", nullptr, count(found.same)),
         !found.same.empty());
    tell(near_,
         found.near.size() < most_near
             ? tr("%n pair(s) that look nearly the same.", nullptr, count(found.near))
             : tr("%1 pairs or more that look nearly the same; the closest of them are kept.")
                   .arg(number(count(found.near))),
         !found.near.empty());
    if (!problems) pairs_->setPairs({});
    const bool any =
        problems && (!found.broken.empty() || !found.same.empty() || !found.near.empty());
    good_->setVisible(problems && !any);
    leaveOut_->setVisible(problems && (!found.same.empty() || !found.broken.empty()));
    export_->setVisible(any);
}

}  // namespace daguerre
