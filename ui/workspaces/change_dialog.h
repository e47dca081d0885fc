// Asks for a few settings before something is made from them.
#pragma once

#include <QDialog>

#include "core/base/fields.h"

class QLabel;
class QPushButton;

namespace daguerre {

class FieldsForm;

class ChangeDialog : public QDialog {
    Q_OBJECT
public:
    /// name: object name of it and of its editors. mustDiffer: words that ask for a change while
    /// every field is as it came; empty: nothing needs to change.
    ChangeDialog(const QString& name, const QString& title, const QString& words,
                 const Fields& fields, const QString& mustDiffer, QWidget* parent);

    /// Those whose values differ from what was given.
    Fields changes() const;
    const Fields& fields() const;

private:
    void check();

    const Fields before_;
    const QString mustDiffer_;
    FieldsForm* form_;
    QLabel* hint_;
    QPushButton* make_;
};

}  // namespace daguerre
