#include "ui/workspaces/quality.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <utility>

#include "core/base/table.h"
#include "core/metrics/evaluations.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr std::size_t shownHash = 10, dayLength = 10;  // characters

QString tr(const char* text) { return QCoreApplication::translate("quality", text); }

QString numberWords(double value) { return QString::number(value, 'g', 3); }

/// "FCD %1", for a place where its title is too long; null: `id` isn't among those that tell most.
const char* shortPattern(const std::string& id) {
    static const std::vector<std::pair<std::string, const char*>> patterns{
        {"fcd", QT_TRANSLATE_NOOP("quality", "FCD %1")},
        {"recognised", QT_TRANSLATE_NOOP("quality", "%1 % of its class")},
        {"swd", QT_TRANSLATE_NOOP("quality", "Patches %1")},
        {"bpd", QT_TRANSLATE_NOOP("quality", "%1 bits per dimension")}};
    for (const auto& [known, pattern] : patterns)
        if (known == id) return pattern;
    return nullptr;
}

/// What of the way the pictures were made weighs most in their figures: "10 steps, guidance 1.2".
QString madeWords(const Evaluation& e) {
    static const std::vector<std::pair<std::string, const char*>> patterns{
        {"steps", QT_TRANSLATE_NOOP("quality", "%1 steps")},
        {"guidance", QT_TRANSLATE_NOOP("quality", "guidance %1")},
        {"truncation", QT_TRANSLATE_NOOP("quality", "truncation %1")},
        {"temperature", QT_TRANSLATE_NOOP("quality", "temperature %1")}};
    QStringList words;
    for (const auto& [key, pattern] : patterns)
        for (const auto& [set, value] : e.settings)
            if (set == key) words += tr(pattern).arg(QString::fromStdString(value));
    return words.join(QStringLiteral(", "));
}

}  // namespace

QString figureWords(const Figure& figure) {
    const QString value = numberWords(figure.value);
    return figure.error ? QStringLiteral("%1 ± %2").arg(value, numberWords(*figure.error)) : value;
}

QString measuredWords(const Evaluation& e) {
    const QString made = madeWords(e);
    QString text = tr("%1 pictures of seed %2%3 against %4 of %5")
                       .arg(countWords(e.n))
                       .arg(e.seed)
                       .arg(made.isEmpty() ? made : QStringLiteral(" (%1)").arg(made),
                            countWords(e.reference_n), QString::fromStdString(e.dataset_title));
    if (!e.split.empty()) text += QStringLiteral(" (%1)").arg(QString::fromStdString(e.split));
    if (!e.network.empty())
        text += QStringLiteral(", ") +
                tr("features of %1 (%2)")
                    .arg(QString::fromStdString(e.network),
                         QString::fromStdString(e.network_sha256.substr(0, shownHash)));
    return text + QStringLiteral(", ") + QString::fromStdString(e.date.substr(0, dayLength));
}

QStringList tellingWords(const std::vector<Evaluation>& all) {
    QStringList lines;
    if (all.empty()) return lines;
    const Evaluation& newest = all.back();
    for (const Figure& figure : newest.figures) {
        // Of a VAE's codes it isn't the distance that is known by this name.
        const bool codes =
            figure.id == "fcd" && figure.title != row_named(metrics(), "fcd", "metric").title;
        const char* pattern =
            codes ? QT_TRANSLATE_NOOP("quality", "Codes %1") : shortPattern(figure.id);
        if (!pattern) continue;
        const bool share = figure.id == "recognised";
        QString line = tr(pattern).arg(share ? QString::number(100 * figure.value, 'f', 1)
                                             : numberWords(figure.value));
        const QString times = QString::fromStdString(multiple_text(newest, figure));
        lines += times.isEmpty() ? line : QStringLiteral("%1 (%2)").arg(line, times);
    }
    if (lines.isEmpty() && !newest.figures.empty())
        lines += words(newest.figures[0].title) + QLatin1Char(' ') +
                 numberWords(newest.figures[0].value);
    if (lines.isEmpty()) return lines;
    lines += tr("measured on %1 pictures").arg(countWords(newest.n));
    if (const QString made = madeWords(newest); !made.isEmpty()) lines += made;
    return lines;
}

QWidget* qualityTable(const Evaluation& e, QWidget* parent) {
    auto* inside = new QWidget(parent);
    auto* grid = new QGridLayout(inside);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(gap2);
    grid->setVerticalSpacing(gap1);
    grid->setColumnStretch(0, 1);
    QLabel* on = caption(inside);
    on->setText(e.n < fewPictures
                    ? measuredWords(e) + QStringLiteral(". ⚠ ") +
                          tr("So few pictures make a rough figure: take it as a hint.")
                    : measuredWords(e));
    grid->addWidget(on, 0, 0, 1, 3);
    for (const Figure& figure : e.figures) {
        const int line = grid->rowCount();
        QLabel* title = caption(inside);
        title->setText(words(figure.title));
        grid->addWidget(title, line, 0, Qt::AlignTop);
        const auto cell = [&](const QString& text, int column) {
            auto* label = new QLabel(text, inside);
            label->setFont(daguerre::font(Type::Caption));
            label->setTextInteractionFlags(Qt::TextSelectableByMouse);
            grid->addWidget(label, line, column, Qt::AlignTop | Qt::AlignTrailing);
            return label;
        };
        QLabel* value = cell(figureWords(figure), 1);
        for (QLabel* part : {title, value}) part->setToolTip(words(figure.note));
        cell(QString::fromStdString(multiple_text(e, figure)), 2);
    }
    return inside;
}

}  // namespace daguerre
