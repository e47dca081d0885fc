// The workspace in which noise becomes pictures. Its factory is in workspaces.h.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/image/record.h"
#include "core/models/model.h"
#include "ui/session/session.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/film_dialog.h"
#include "ui/work/jobs.h"

class QPushButton;
class QTabBar;
class QToolButton;

namespace daguerre {

class HistoryStrip;
class Library;
class MakePanel;
class ModelCompare;
class Notice;
class ViewBar;

/// One press of the button: its steps, and what is known of each picture.
struct Result {
    std::shared_ptr<Frames> frames;
    std::string model;  // id
    Fields fields;      // all settings; empty: read from disk
    QString spacing;    // title
    QString press;      // folder; empty: none so far
    std::vector<QString> files, classes;
    std::vector<std::uint32_t> seeds;
    bool walk = false;               // its pictures are the frames of one film
    QString title;                   // of a branch
    std::weak_ptr<Result> parent{};  // that it branched from
};

/// Whether its pictures have become the steps of a film.
bool isFilm(const Result& result);
/// Pictures that were begun and not finished.
std::vector<int> halfDone(const Result& result);

class Generate : public QWidget {
    Q_OBJECT
public:
    explicit Generate(Session& session);

protected:
    void showEvent(QShowEvent*) override;

private:
    // generate.cpp: layout, actions, making
    void build();
    void makeButtons();
    void makeKinRow();
    void connectParts();
    void on(const char* action, std::function<void()> act);
    void connectActions();
    void connectViewActions();
    void modelChanged();
    void showPossible();
    void makeOrStop();
    void make(const Fields& fields, const QString& title = {},
              const std::shared_ptr<Result>& parent = {});
    void take(const GenerateJob::Previews& previews);
    void becomeFilm(const std::vector<Picture>& pictures);
    void made(int first, const std::vector<Picture>& made);
    void ended(Outcome outcome);
    void showCost();
    void setComparing(bool comparing);

    // generate_paths.cpp: branches and films
    std::shared_ptr<Result> newResult(const Model& model, const Fields& fields) const;
    QString whyNoBranch() const;
    QString whyNoFilm() const;
    void branch();
    void makeBranch(const std::shared_ptr<Result>& parent, int step, const Fields& changes);
    void showKin();
    void showParent();
    void kinChosen(int tab);
    void between();
    void takeStart();
    void tellPhoto(const Picture& picture);

    // generate_pictures.cpp: the chosen picture, history, files
    void show(const std::shared_ptr<Result>& result, int picture);
    void remember(const std::shared_ptr<Result>& result);
    void showFacts();
    QString stateOf(int picture) const;
    void openFromHistory(const QString& file, bool settingsToo);
    void opened(const QString& file, const std::vector<Picture>& pictures);
    void historyMenu(const QString& file, QPoint where);
    void takeRestore();
    void takeCarried();
    void restore(const Record& record);
    void keepHalfDone();
    int chosen() const;
    int chosenPlace() const;
    QString chosenFile() const;
    std::shared_ptr<const Image> chosenImage() const;
    void showInfo();
    void saveAs();
    void copyPicture();
    void film();
    void startFilm(FilmDialog* dialog, const FilmChoice& choice, const QString& file);

    Session& session_;
    DenoiseView* view_;
    ModelCompare* compare_;  // in its place while models are compared
    ViewBar* bar_;
    MakePanel* panel_;
    HistoryStrip* strip_;
    Library* library_;
    Notice* notice_;
    QPushButton *film_, *keepHalf_, *live_;
    QWidget* kinRow_;
    QTabBar* kinTabs_;
    QToolButton *branch_, *comparing_, *besideParent_;
    std::shared_ptr<Result> shown_, making_;
    std::vector<std::shared_ptr<Result>> recent_;  // newest last
    std::vector<std::shared_ptr<Result>> kin_;     // a way and its branches; or empty
    std::shared_ptr<GenerateJob> job_;
    std::optional<Record> waitingRecord_;         // until its model is open
    std::optional<Session::Start> waitingStart_;  // the same of a photo to start from
    Fields measuredFields_;                       // of the press that took measuredSeconds_
    double measuredSeconds_ = 0;
    QString previewCost_;
    int previewsEvery_ = 1;
    bool historyRead_ = false, formRestored_ = false;
};

}  // namespace daguerre
