// What there is to know of a dataset: the side panel of Datasets.
#pragma once

#include <QWidget>
#include <memory>

#include "core/data/all_splits.h"
#include "ui/workspaces/dataset_list.h"

class QFormLayout;
class QLabel;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace daguerre {

class Actions;
class Segments;

class DatasetPanel : public QWidget {
    Q_OBJECT
public:
    explicit DatasetPanel(Actions& actions, QWidget* parent = nullptr);

    /// One more page beside About.
    void addPage(QWidget* page);
    void setPage(int page);
    int page() const;

    /// dataset null: it isn't open.
    void show(const DatasetEntry& entry, const AllSplits* dataset, bool whole);
    /// Why Train can't be opened with it; empty: it can.
    void setTrainPossible(const QString& why);

Q_SIGNALS:
    void pageChosen(int page);

private:
    QWidget* makeAbout();
    void addRow(const QString& name, const QString& value);

    QLabel* title_;
    Segments* segments_;
    QStackedWidget* pages_;
    QWidget* about_ = nullptr;
    QFormLayout* rows_ = nullptr;
    QPushButton* train_;
};

}  // namespace daguerre
