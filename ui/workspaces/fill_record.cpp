#include "ui/workspaces/fill_record.h"

#include "core/base/json.h"
#include "ui/workspaces/restore.h"

namespace daguerre {

Record recordOf(const Image& photo, const std::vector<FillRequest>& fills) {
    const FillRequest& last = fills.back();
    Record record;
    record.parameters = {{"Seed", std::to_string(last.seed)},
                         {"Size", std::to_string(photo.width) + "x" + std::to_string(photo.height)},
                         {"Denoising strength", "1"},
                         {"Inpaint area", "Only masked"},
                         {"Inpaint engine", last.engine},
                         {"Version", "Daguerre " DAGUERRE_VERSION}};
    Json all = Json::array();
    for (const FillRequest& fill : fills)
        all.push_back({{"engine", fill.engine}, {"seed", fill.seed}});
    record.daguerre = Json{
        {"format", 1},
        {"program", "daguerre " DAGUERRE_VERSION},
        {"kind", "inpaint"},
        {"request", json_of(fields_of(last))},
        {"photo", {{"width", photo.width}, {"height", photo.height}, {"bits", photo.depth}}},
        {"fills", all},
        {"outside_changed",
         0}}.dump();
    return record;
}

QString fillCommand(const std::string& photo, const std::string& mask, const std::string& out,
                    const FillRequest& request, int variants) {
    QString command = QStringLiteral("daguerre inpaint --image %1 --mask %2 --out %3")
                          .arg(quoted(photo), quoted(mask), quoted(out));
    for (const Field& field : fields_of(request)) {
        if (field.value == field.standard) continue;
        const QString key =
            QString::fromStdString(field.key).replace(QLatin1Char('_'), QLatin1Char('-'));
        command += QStringLiteral(" --%1 %2").arg(key, quoted(text_of(field.value)));
    }
    if (variants > 1) command += QStringLiteral(" --variants %1").arg(variants);
    return command;
}

}  // namespace daguerre
