// What to measure of a model, and against which images.
#pragma once

#include <QDialog>
#include <string>
#include <vector>

#include "core/metrics/metrics.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace daguerre {

class FieldsForm;

class MeasureDialog : public QDialog {
    Q_OBJECT
public:
    /// dataset: what the model learned from, chosen where it is among those that are here.
    MeasureDialog(const QString& model, const std::string& dataset, QWidget* parent);

    std::string dataset() const;
    EvaluateRequest request() const;

Q_SIGNALS:
    /// It was accepted, and closes itself.
    void wanted(const std::string& dataset, const daguerre::EvaluateRequest& request);

private:
    void check();

    std::vector<std::string> datasets_;
    QComboBox* dataset_;
    FieldsForm* form_;
    QLabel* hint_;
    QPushButton* measure_;
};

}  // namespace daguerre
