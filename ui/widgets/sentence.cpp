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

}  // namespace daguerre
