// Settings from a picture's record, and as a command line.
#pragma once

#include <QString>
#include <QStringList>
#include <cstdint>
#include <string>

#include "core/base/fields.h"
#include "core/image/record.h"

namespace daguerre {

/// Which model a picture was made with.
struct RecordedModel {
    std::string id, hash;  // hash: first hex digits of its weights' SHA-256; both may be empty
};
RecordedModel modelOf(const Record& record);

/// Sets those of `fields` that the record names and that fit; `count` stays as it is. Our own
/// record wins over `parameters`. Titles of samplers and schedules are known as well as their ids.
/// Gives what could not be used, as "Key: value".
QStringList restoreFields(const Record& record, Fields& fields);

/// The title of a field's choice, for people; the value itself where it has none.
QString titleOf(const Field& field);

/// What the window remembers of a form, both ways; what no longer fits is left out.
QString formText(const Fields& fields);
void restoreForm(const QString& text, Fields& fields);

/// How a picture that was stopped at `step` was being made. fields: those of its press.
Record recordOfHalfDone(const std::string& model, const Fields& fields, std::uint32_t seed,
                        const std::string& imageClass, int step);

/// A word as a shell wants it: in quotes where it needs them.
QString quoted(const std::string& word);
/// "daguerre generate fashion --seed 1234 --out pictures": what differs from the defaults.
QString commandFor(const std::string& model, const Fields& fields);

}  // namespace daguerre
