#include "ui/workspaces/fill_cost.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/models/model.h"
#include "ui/session/setting.h"
#include "ui/work/retouch_jobs.h"

namespace daguerre {
namespace {

/// Seconds a hole pixel, before this machine was measured. Two cores of 2020.
struct Guess {
    const char* engine;
    double perPixel;
};
constexpr Guess guesses[]{
    {"preview", 0.3e-6}, {"telea", 3e-6}, {"ns", 3e-6}, {"heal", 12e-6}, {"dream", 120e-6}};
constexpr double otherwise = 60e-6, instantBelow = 0.03;
/// Of a network call: what it takes beside its multiply-adds, and how many a second.
constexpr double perCall = 2e-3, macsPerSecond = 20e9;

QString keyOf(const std::string& engine) {
    return QStringLiteral("retouch/cost/") + QString::fromStdString(engine);
}

QByteArray callKeyOf(const ModelInfo& model) { return ("retouch/call/" + model.id).c_str(); }

QString tr(const char* words) { return QCoreApplication::translate("FillCost", words); }

double secondsOf(const std::string& engine, const MaskFacts& facts) {
    const QByteArray key = keyOf(engine).toLatin1();
    double perPixel = Setting<double>(key.constData(), 0).get();
    if (!(perPixel > 0)) {
        const auto* guess = std::find_if(std::begin(guesses), std::end(guesses),
                                         [&](const Guess& row) { return engine == row.engine; });
        perPixel = guess == std::end(guesses) ? otherwise : guess->perPixel;
    }
    return perPixel * double(facts.pixels);
}

QString aboutText(double seconds) {
    return seconds < instantBelow ? tr("instant")
                                  : tr("about %1").arg(secondsText(std::max(seconds, 0.1)));
}

}  // namespace

QString secondsText(double seconds) {
    if (seconds < 9.95) return tr("%1 s").arg(seconds, 0, 'f', 1);
    if (seconds < 90) return tr("%1 s").arg(qRound(seconds));
    return tr("%1 min").arg(qRound(seconds / 60));
}

QString costText(const std::string& engine, const MaskFacts& facts) {
    if (facts.pixels == 0) return {};
    return aboutText(secondsOf(engine, facts));
}

QString modelCostText(const ModelInfo& model, const CompletionCost& cost, const MaskFacts& facts) {
    if (facts.parts.empty() || cost.calls == 0) return {};
    const double measured = Setting<double>(callKeyOf(model).constData(), 0).get();
    const double call = measured > 0 ? measured : perCall + cost.macs / macsPerSecond;
    return aboutText(call * double(cost.calls) * double(facts.parts.size()));
}

void rememberCost(const std::string& engine, const MaskFacts& facts, double seconds) {
    // Small masks say more of the clock than of the engine.
    if (facts.pixels < 1000) return;
    const QByteArray key = keyOf(engine).toLatin1();
    Setting<double>(key.constData(), 0).set(seconds / double(facts.pixels));
}

void rememberModelCost(const ModelInfo& model, const CompletionCost& cost, std::int64_t parts,
                       double seconds) {
    if (cost.calls == 0 || parts == 0) return;
    Setting<double>(callKeyOf(model).constData(), 0).set(seconds / double(cost.calls * parts));
}

}  // namespace daguerre
