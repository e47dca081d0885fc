// The side panel of Train: what shall be trained, what it will take, the one button; notes.
#pragma once

#include <QTimer>
#include <QWidget>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/training/estimate.h"
#include "core/training/runs.h"
#include "ui/session/session.h"
#include "ui/workspaces/train_form.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace daguerre {

class Errand;
class FieldsForm;
class Segments;

/// The dataset that was chosen last.
inline const Setting<QString> lastTrainedOn{"train/dataset", QString()};

class TrainSetup : public QWidget {
    Q_OBJECT
public:
    explicit TrainSetup(Session& session, QWidget* parent = nullptr);
    ~TrainSetup() override;

    /// A form for a new run of this dataset, with these settings beside its preset; "": the one
    /// that stood there.
    void begin(const std::string& dataset, const GivenSettings& own = {});
    /// The settings of a run, which can only be read; null: a new run, as its form was left.
    void showRun(const RunInfo* run);
    /// Makes a form of the run that is shown, with these changes. Throws as set_field.
    void newFrom(const GivenSettings& changes = {});
    /// Steps through the changes of the form, back and forth again.
    void undo();
    void redo();
    /// Asks for a file; loads or saves the settings of its family, as --config takes them.
    void askSettings(bool save);
    void loadSettings(const std::filesystem::path& file);
    void saveSettings(const std::filesystem::path& file);
    /// How the run that is shown went, beside what was estimated.
    void showTruth(const std::vector<std::pair<QString, QString>>& rows);
    /// What the form says: settings of the user's own, and their command.
    RunStart start() const;
    QString command() const;
    /// Why it can't be started; "": it can.
    QString whyNot() const;
    /// What was estimated for a run that was started from here.
    const TrainEstimate* estimateOf(const std::filesystem::path& run) const;

public Q_SLOTS:
    /// Starts what the form says, or makes it a form again where a run is shown.
    void press();

Q_SIGNALS:
    void startWanted(const daguerre::RunStart& start);
    void newWanted();

private:
    QWidget* makeHeading();
    QWidget* makeForms();
    QWidget* makeFoot();
    void chooseFolder();
    void choose(const std::string& family, const std::string& preset, const Fields& own);
    void changedForm();
    void remember(const std::string& key);
    void step(std::vector<TrainForm>& from, std::vector<TrainForm>& to);
    void showSteps();
    Fields ownChanges() const;
    void showCount();
    void makeTop();
    void makeGroups();
    void rebuild();
    FieldsForm* addForm(const Fields& fields);
    void addGroup(const QString& title, const Fields& fields, bool open);
    void addReset(FieldsForm* form, const Field& field);
    void take(const FieldsForm* form, const QString& key);
    void showButton();
    void ask();
    void measure();
    void show(const TrainEstimate& estimate);
    void fail(const QString& why);
    void runErrand(const std::shared_ptr<Errand>& job);
    void takeSettings(const GivenSettings& given);
    void leaveRun();
    void readNotes();
    void keepNotes();
    bool readOnly() const { return run_.has_value(); }

    Session& session_;
    TrainForm form_;
    std::optional<TrainForm> kept_;          // that of a new run, while a run is shown
    std::vector<TrainForm> before_, after_;  // earlier and taken back ones, the nearest last
    std::string lastChanged_;
    std::optional<RunInfo> run_;
    std::map<std::filesystem::path, TrainEstimate> started_;
    std::optional<TrainEstimate> estimate_;
    QString trouble_;
    std::shared_ptr<Job> asking_;
    QTimer soon_, notesSoon_;
    Segments* pages_;
    QStackedWidget* stack_;
    FieldsForm* top_;
    QLabel *state_, *changed_, *needs_, *truth_;
    QToolButton* onlyChanged_;
    QLineEdit* search_;
    QWidget* groups_;
    QVBoxLayout* groupRows_;
    std::vector<FieldsForm*> forms_;
    std::map<std::string, bool> open_;
    QPushButton *start_, *useBatch_;
    QPlainTextEdit* notes_;
};

}  // namespace daguerre
