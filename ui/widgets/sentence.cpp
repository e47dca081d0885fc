#include "ui/widgets/sentence.h"

#include <QCoreApplication>

namespace daguerre {

QString words(const std::string& english) {
    return QCoreApplication::translate("core", english.c_str());
}

QString words(const Sentence& sentence) {
    Sentence translated = sentence;
    translated.pattern = words(sentence.pattern).toStdString();
    return QString::fromStdString(translated.text());
}

QString shortened(const QString& name, int most) {
    if (name.size() <= most) return name;
    const int kept = most - 1;
    return name.left((kept + 1) / 2) + QChar(0x2026) + name.right(kept / 2);
}

QString English::translate(const char*, const char* text, const char*, int number) const {
    if (number < 0) return {};
    return QString::fromUtf8(text).replace(QStringLiteral("(s)"),
                                           number == 1 ? QString() : QStringLiteral("s"));
}

}  // namespace daguerre
