// The workspace Models: what there is, where it comes from, in and out.
#pragma once

#include <QWidget>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "ui/work/errand.h"
#include "ui/workspaces/models_list.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace daguerre {

class ModelsPanel;
class Notice;
class Session;

/// How a command names a model: by its id where it is bundled, else by its folder.
std::string nameInCommands(const ModelEntry& entry);

class Models : public QWidget {
    Q_OBJECT
public:
    explicit Models(Session& session);

    /// Checks the model in a folder and takes it in, as a copy or as a link.
    void import(const std::filesystem::path& folder, bool link);
    /// Writes the chosen model into a new folder and reads it back.
    void exportTo(const std::filesystem::path& folder);
    void rename(const QString& name);
    /// Makes pictures with the chosen model and keeps what is found out about them.
    void measure(const std::string& dataset, const EvaluateRequest& request);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeBar();
    void connectActions();
    void refresh();
    void showFamilies();
    void filter();
    void chosenChanged();
    /// The one that is chosen; null: none, or several.
    const ModelRow* current() const;
    void makeSamples(const ModelRow& row);
    void askFolder(bool link);
    void askFile();
    void askName();
    void askExport();
    void askMeasure();
    void measured(const std::string& id, const Evaluation& found,
                  const std::vector<Evaluation>& known);
    void toTrash();
    void say(const QString& sentence);
    /// Reports a failure in the notice.
    void run(const QString& title, Errand::Work work, bool making);

    Session& session_;
    QLineEdit* search_;
    QComboBox* family_;
    QCheckBox *bundled_, *own_;
    Notice* notice_;
    ModelsList* list_ = nullptr;
    ModelsPanel* panel_ = nullptr;
    std::set<std::string> sampled_;  // keys of weights whose pictures were asked for
};

}  // namespace daguerre
