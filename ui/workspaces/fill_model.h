// Which model fills, and how: what stands below the row `model` of the engines.
#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/inpaint/fill_files.h"
#include "core/models/model.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace daguerre {

class FieldsForm;
class OpenModelJob;
class Session;

/// Lists the models there are by what their folders say, and opens the chosen one when it is
/// needed. The choice and its settings are remembered.
class FillModel : public QWidget {
    Q_OBJECT
public:
    /// prefix: of the names of its widgets and of what is remembered: "retouch".
    FillModel(Session& session, const QString& prefix, QWidget* parent = nullptr);
    ~FillModel() override;

    /// Of the photo that shall be filled: 1 to 4; 0 while there is none.
    void setChannels(int channels);
    /// Whether a model is to fill: then it is opened, and its settings are shown.
    void setWanted(bool wanted);

    /// Why no model can fill the photo; "": one can.
    QString whyNone() const;
    /// Why the chosen one can't fill now; "": it can.
    QString why() const;
    /// Its id, or the folder that was opened; "": there is none.
    const std::string& name() const { return name_; }
    /// What is known of it; null when there is none.
    const ModelInfo* info() const;
    CompletionCost cost() const;
    /// How it fills; the request's `model` is name(). Only while why() is "".
    FillSettings settings(FillRequest request) const;
    /// Another choice, as a record or a recovered photo tells it; options that don't fit are left.
    void restore(const std::string& name, const Fields& options);

Q_SIGNALS:
    /// What it is, what it can, or its settings.
    void changed();

private:
    struct Entry {
        std::string name;
        ModelInfo info;
    };

    void look(std::vector<std::string> names, bool choose);
    void add(const std::vector<Entry>& entries);
    void choose(const std::string& name);
    void openWhenWanted();
    void opened(const std::shared_ptr<const Model>& model);
    void askForFolder();
    void showModels();
    void showOptions();
    void remember();
    void keep(const Fields& options) const;
    const Entry* entry() const;
    QString whyNot(const Entry& entry) const;
    Fields ownOptions() const;  // without the class

    Session& session_;
    const QByteArray nameKey_, optionsKey_;  // of settings
    QComboBox* models_;
    QPushButton* folder_;
    QWidget* row_;
    FieldsForm* form_;
    QLabel* trouble_;
    std::vector<Entry> entries_;
    bool looked_ = false, wanted_ = false;
    bool byHand_ = false;  // the model was chosen, now or another time
    int channels_ = 0;
    std::string name_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<OpenModelJob> opening_;
    QString whyNotOpen_;
    Fields options_;  // all of them; the form shows those that count
    std::string wish_;
};

}  // namespace daguerre
