#include "app/cli/fill_gates.h"

#include <limits>
#include <optional>

#include "core/inpaint/fill_figures.h"

namespace daguerre {
namespace {

constexpr double open = std::numeric_limits<double>::infinity();

bool in_decibels(const std::string& figure) { return figure.starts_with("psnr"); }

/// What a mean must reach, alone or beside another engine's of the same masks: as a ratio, or a
/// difference where the figure is in decibels.
struct Gate {
    std::string mask, engine, figure, beside;
    double least = -open, most = open;
    bool goal = false;

    std::string name() const {
        return engine + " " + mask + " " + figure + (beside.empty() ? "" : " beside " + beside);
    }
};

/// What is promised of `heal`, and that `dream` is as good within a tenth.
std::vector<Gate> gate_rows() {
    std::vector<Gate> rows{
        {"medium", "heal", "swdhp", "ns", -open, 0.40},
        {"medium", "heal", "l1", "ns", -open, 1.15},
        {"medium", "heal", "seam", "", 0.9, 1.15},
        {"medium", "heal", "grad", "", 0.75, 1.1},
        {"thin", "heal", "l1", "telea", -open, 1.05},
        {"lines", "heal", "psnr_hole", "telea", 0},
        {"photo512", "heal", "seconds", "", -open, 1},
        {"hole512", "heal", "seconds", "", -open, 5},
        {"photo24", "heal", "seconds", "", -open, 8},
        {"photo24", "heal", "peak_mb", "", -open, 1500},
        {"medium", "heal", "psnr_hole", "ns", -0.2, open, true},
        {"medium", "heal", "swdhp", "ns", -open, 0.35, true},
    };
    for (const char* low : {"l1", "swd", "swdhp"})
        rows.push_back({"medium", "dream", low, "heal", -open, 1.1});
    for (const char* high : {"ssim", "ssim_hole"})
        rows.push_back({"medium", "dream", high, "heal", 0.9});
    for (const char* near : {"grad", "seam"})
        rows.push_back({"medium", "dream", near, "heal", 0.9, 1.1});
    // A mean squared error that is a tenth larger.
    rows.push_back({"medium", "dream", "psnr_hole", "heal", -0.41});
    return rows;
}

Json limit_of(double limit) { return limit == open || limit == -open ? Json() : Json(limit); }

}  // namespace

void FillTally::add(const Json& line) {
    const bool is_scene = line["event"] == "scene";
    if (!is_scene && line["event"] != "result") return;
    const std::pair key{line[is_scene ? "scene" : "mask"].get<std::string>(),
                        line["engine"].get<std::string>()};
    if (!means_.contains(key)) order_.push_back(key);
    Means& means = means_[key];
    for (const auto& [name, value] : line.items()) {
        if (!value.is_number() || name == "seed") continue;
        means[name].sum += value.get<double>();
        ++means[name].n;
    }
}

const FillTally::Mean* FillTally::mean(const std::string& mask, const std::string& engine,
                                       const std::string& figure) const {
    const auto row = means_.find({mask, engine});
    if (row == means_.end()) return nullptr;
    const auto found = row->second.find(figure);
    return found == row->second.end() ? nullptr : &found->second;
}

std::vector<Json> FillTally::summaries() const {
    std::vector<Json> lines;
    for (const auto& [mask, engine] : order_) {
        const Means& means = means_.at({mask, engine});
        const int n = means.at("hole").n;
        Json line{{"event", "summary"}, {"mask", mask}, {"engine", engine}, {"n", n}};
        for (const auto& [figure, value] : means) line[figure] = value.value();
        for (const char* base : {"ns", "telea"}) {
            Json ratios = Json::object();
            for (const FillFigureRow& row : fill_figure_rows()) {
                const Mean *own = mean(mask, engine, row.id), *other = mean(mask, base, row.id);
                if (!own || !other) continue;
                if (in_decibels(row.id))
                    ratios[row.id + "_minus"] = own->value() - other->value();
                else if (other->value() > 0)
                    ratios[row.id] = own->value() / other->value();
            }
            line[std::string("by_") + base] = ratios;
        }
        lines.push_back(line);
    }
    return lines;
}

std::vector<Json> FillTally::gates() const {
    std::vector<Json> lines;
    for (const Gate& gate : gate_rows()) {
        const Mean* own = mean(gate.mask, gate.engine, gate.figure);
        const Mean* other = gate.beside.empty() ? own : mean(gate.mask, gate.beside, gate.figure);
        if (!own || !other) continue;
        double value = own->value();
        if (!gate.beside.empty())
            value = in_decibels(gate.figure) ? value - other->value() : value / other->value();
        lines.push_back({{"event", gate.goal ? "goal" : "gate"},
                         {"name", gate.name()},
                         {"value", value},
                         {"limit", {limit_of(gate.least), limit_of(gate.most)}},
                         {"pass", value >= gate.least && value <= gate.most}});
    }
    double outside = 0;
    for (const auto& [key, means] : means_) outside += means.at("outside_changed").sum;
    lines.push_back({{"event", "gate"},
                     {"name", "outside_changed"},
                     {"value", outside},
                     {"limit", {nullptr, 0}},
                     {"pass", outside == 0}});
    return lines;
}

}  // namespace daguerre
