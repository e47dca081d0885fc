// Words of core in the language of the window.
#pragma once

#include <QString>
#include <QTranslator>
#include <string>

#include "core/base/error.h"

namespace daguerre {

/// The sentence, translated by its pattern, with its values filled in.
QString words(const Sentence& sentence);
/// A label, help line or title from one of core's tables, translated.
QString words(const std::string& english);

/// A name as part of a sentence or button: the middle of a long one is left out.
QString shortened(const QString& name, int most = 28);

/// The source's own language: what is written with "(s)" gets its plural from the number.
class English : public QTranslator {
    Q_OBJECT
public:
    using QTranslator::QTranslator;
    bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* text, const char* hint,
                      int number) const override;
};

}  // namespace daguerre
