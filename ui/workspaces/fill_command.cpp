#include "ui/workspaces/fill_command.h"

#include "ui/workspaces/restore.h"

namespace daguerre {

QString fillCommand(const std::string& photo, const std::string& mask, const std::string& out,
                    const FillSettings& settings, int variants) {
    QString command = QStringLiteral("daguerre inpaint --image %1 --mask %2 --out %3")
                          .arg(quoted(photo), quoted(mask), quoted(out));
    Fields all = fields_of(settings.request);
    all.insert(all.end(), settings.options.begin(), settings.options.end());
    for (const Field& field : all) {
        if (field.value == field.standard) continue;
        const QString key =
            QString::fromStdString(field.key).replace(QLatin1Char('_'), QLatin1Char('-'));
        command += QStringLiteral(" --%1 %2").arg(key, quoted(text_of(field.value)));
    }
    if (variants > 1) command += QStringLiteral(" --variants %1").arg(variants);
    return command;
}

}  // namespace daguerre
