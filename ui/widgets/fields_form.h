// A form made from Fields.
#pragma once

#include <QWidget>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/fields.h"

class QGridLayout;
class QHBoxLayout;

namespace daguerre {

/// A row a field: label, editor of its kind, its help as tooltip. Numbers with near limits get a
/// slider, strings with choices a box with their titles.
class FieldsForm : public QWidget {
    Q_OBJECT
public:
    /// Editors are named "<prefix>.<key>".
    explicit FieldsForm(const QString& prefix, QWidget* parent = nullptr);

    /// Makes the rows anew. A hairline stands before each key of `parted`.
    void setFields(const Fields& fields, const std::vector<std::string>& parted = {});
    const Fields& fields() const { return fields_; }
    /// Sets one value, which must fit its field (else Error, UnknownWord as set_field).
    void setValue(const std::string& key, const FieldValue& value);
    /// Every field to its default.
    void reset();

    /// Where the editor of a field stands; a button beside it is added at its end. Null: no such
    /// key.
    QHBoxLayout* row(const std::string& key) const;
    /// Takes a row out of sight, and back; its value counts either way.
    void setRowVisible(const std::string& key, bool visible);
    /// What takes the focus for this field.
    QWidget* editor(const std::string& key) const;

Q_SIGNALS:
    /// By the user, setValue or reset, after fields() changed.
    void changed(const QString& key);

private:
    struct Row {
        QHBoxLayout* layout = nullptr;
        QWidget *label = nullptr, *editor = nullptr;
        std::function<void(const FieldValue&)> show;
    };
    void addRow(const Field& field, QGridLayout* grid, int line);
    void addCheck(const Field& field, Row& row);
    void addText(const Field& field, Row& row);
    void addChoice(const Field& field, Row& row);
    void addNumber(const Field& field, Row& row);
    void take(const std::string& key, const FieldValue& value);

    QString prefix_;
    Fields fields_;
    std::map<std::string, Row> rows_;
    bool showing_ = false;
};

}  // namespace daguerre
