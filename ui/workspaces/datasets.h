// The workspace in which one looks through images. Its factory is in workspaces.h.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/data/problems.h"
#include "core/training/given_settings.h"
#include "ui/canvas/background.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QSlider;
class QStackedWidget;

namespace daguerre {

class ClassChips;
class DatasetList;
class DatasetPanel;
class GetPage;
class Loupe;
class NetworkPanel;
class Notice;
class NumbersPanel;
class OpenDatasetJob;
class PictureGrid;
class ProblemsPanel;
class Segments;
class Session;
class SurveyJob;
class ThumbnailLoader;

class Datasets : public QWidget {
    Q_OBJECT
public:
    explicit Datasets(Session& session);
    ~Datasets() override;

    /// Looks at a folder of images where it lies, and remembers it.
    void openFolder(const QString& folder);
    /// Offers to import a folder or file.
    void offer(const std::filesystem::path& from);
    /// Writes what is wrong with the images into a file.
    void exportProblemsTo(const QString& file);
    /// Writes the shown images, or the chosen ones, as the network sees them: a zip or a folder.
    void exportSeenTo(const QString& to);
    /// Everything that was asked for is there.
    bool settled() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    // datasets_layout.cpp
    void build();
    QWidget* makeLeft();
    QWidget* makeMiddle();
    QWidget* makeTop();
    QWidget* makeFoot();
    QWidget* makeEmpty();

    // datasets.cpp
    void connectParts();
    void connectActions();
    void takeDropped();
    void list(const std::string& wish = {});
    void copyCommand();
    void chooseImport(int mode);          // a QFileDialog::FileMode
    void leave(const std::string& name);  // what was open, for what comes
    void open(const std::string& name);
    void reopen();
    void startOpening();
    void take(const std::shared_ptr<const AllSplits>& dataset, bool whole);
    void forget(std::shared_ptr<const AllSplits> old);
    void arrange();
    void arrangeNow(const Arrangement& how);
    void count();
    void showLine();
    void showAbout();
    void dragOut();
    QString wordsOf(std::uint32_t image, Size size = {}) const;

    // datasets_look.cpp
    void connectLook();
    void openLoupe(int place);
    std::uint32_t currentImage() const;  // there is one
    void showMenu(QPoint where);
    void copyImage();
    void openInRetouch();
    void startFromImage();
    void write(const QString& title,
               std::function<std::function<void()>(const OnProgress& on_progress)> work);
    void leaveOut(const std::vector<std::uint32_t>& images);
    void takeBack();
    void exportProblems();
    void exportSeen();
    void showPairs(const QString& mark);
    void showPair(std::uint32_t first, std::uint32_t second);
    void startSurvey(bool all);
    void dropSurvey();
    void showSurvey();
    void suggestView();
    GivenSettings viewSettings() const;  // for Train: what was changed of the view
    void showView();

    Session& session_;
    DatasetList* list_ = nullptr;
    QLineEdit* search_ = nullptr;
    Segments* splits_ = nullptr;
    QComboBox* order_ = nullptr;
    QSlider* size_ = nullptr;
    ClassChips* chips_ = nullptr;
    ThumbnailLoader* loader_ = nullptr;
    PictureGrid* grid_ = nullptr;
    QLabel *line_ = nullptr, *hint_ = nullptr;
    QStackedWidget* pages_ = nullptr;  // as in datasets_pages.h
    Loupe* loupe_ = nullptr;
    GetPage* get_ = nullptr;
    DatasetPanel* panel_ = nullptr;
    NumbersPanel* numbers_ = nullptr;
    ProblemsPanel* problemsPanel_ = nullptr;
    NetworkPanel* network_ = nullptr;
    Notice* notice_ = nullptr;
    Background background_;

    std::string name_;                          // of what is open, or being opened
    std::shared_ptr<OpenDatasetJob> opening_;   // null: it is all there
    std::shared_ptr<const AllSplits> dataset_;  // null: nothing is open
    std::shared_ptr<SurveyJob> surveying_;      // null: none runs
    std::shared_ptr<const Survey> survey_;      // null: none was begun
    std::shared_ptr<const Problems> problems_;  // null: they aren't known
    int writing_ = 0;                           // lists that are on their way to the disk
    std::pair<int, bool> suggested_{};          // size and flips of the view
    int leftOut_ = 0;                           // images, as of the last opening
    QString trouble_;                           // with what was typed into the search field
};

}  // namespace daguerre
