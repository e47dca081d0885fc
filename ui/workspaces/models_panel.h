// What is known of the chosen models: one in full, several beside each other.
#pragma once

#include <QWidget>
#include <vector>

#include "ui/workspaces/models_list.h"

class QLabel;
class QPushButton;
class QScrollArea;

namespace daguerre {

class Actions;

class ModelsPanel : public QWidget {
    Q_OBJECT
public:
    static constexpr std::size_t mostCompared = 3;

    explicit ModelsPanel(Actions& actions, QWidget* parent = nullptr);

    void show(const std::vector<const ModelRow*>& rows);

Q_SIGNALS:
    void workspaceWanted(const QString& id);

private:
    QWidget* about(const ModelRow& row);
    QWidget* comparison(const std::vector<const ModelRow*>& rows);
    QWidget* lineage(const ModelRow& row);

    Actions& actions_;
    QScrollArea* area_;
    QLabel* why_;
    QPushButton* try_;
};

/// What a model says of itself: words and value, in the order they are shown.
std::vector<std::pair<QString, QString>> modelFactRows(const ModelRow& row);

}  // namespace daguerre
