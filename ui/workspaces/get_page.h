// Getting a dataset: downloading a known one, importing one's own.
#pragma once

#include <QWidget>
#include <filesystem>
#include <memory>
#include <string>

#include "core/data/dataset.h"

class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace daguerre {

class GetDatasetJob;
class Session;

class GetPage : public QWidget {
    Q_OBJECT
public:
    explicit GetPage(Session& session, QWidget* parent = nullptr);
    ~GetPage() override;

    /// A set of the table that isn't here.
    void showKnown(const std::string& id);
    /// A folder or file of one's own.
    void showOwn(const std::filesystem::path& from);
    bool busy() const { return job_ != nullptr; }
    /// “From a file I have…”, once it is chosen.
    void importFrom(const QString& path);

Q_SIGNALS:
    /// It is here now.
    void got(const std::string& id);
    /// Without a copy, where it lies.
    void lookWanted(const QString& path);

private:
    void build();
    void addRow(const QString& name, const QString& value);
    void startOrPause();
    void start(const std::string& from);
    void showProgress(qint64 done, qint64 total, const QString& what);
    void ended(bool done, bool stopped, const QString& why);
    void showState();
    void choose(int mode);  // a QFileDialog::FileMode

    Session& session_;
    std::string id_;                      // of the table; "": one's own
    std::filesystem::path own_;           // what is to be imported
    std::shared_ptr<GetDatasetJob> job_;  // null: none runs
    bool begun_ = false;                  // a part of it is there
    qint64 startMs_ = 0, startDone_ = 0;

    QLabel *title_ = nullptr, *intro_ = nullptr, *steps_ = nullptr, *progressWords_ = nullptr;
    QFormLayout* rows_ = nullptr;
    QLineEdit* name_ = nullptr;
    QPushButton *get_ = nullptr, *file_ = nullptr, *look_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QListWidget* notTaken_ = nullptr;
};

}  // namespace daguerre
