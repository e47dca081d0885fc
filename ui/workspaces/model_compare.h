// Two to four models or samplers side by side: the same seeds and class.
#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/models/model.h"
#include "ui/work/jobs.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace daguerre {

class DenoiseView;
class Session;

class ModelCompare : public QWidget {
    Q_OBJECT
public:
    static constexpr int fewest = 2, most = 4, pictures = 12, across = 3;

    explicit ModelCompare(Session& session, QWidget* parent = nullptr);

    /// Opens what isn't open yet, and lets one column after the other make its pictures. Seed and
    /// class of the request count, and of `own` what a column's model takes; of a model that
    /// doesn't know the class the sentence is shown.
    void make(const GenerateRequest& request, const Fields& own);
    void stop();
    bool running() const { return at_ >= 0; }

Q_SIGNALS:
    void runningChanged();

private:
    struct Column {
        QWidget* widget = nullptr;
        QComboBox *models = nullptr, *samplers = nullptr;
        QToolButton* close = nullptr;
        DenoiseView* view = nullptr;
        QLabel* facts = nullptr;
        std::shared_ptr<const Model> model{};
        double seconds = 0;  // that its last pictures took
        QStringList told{};  // its size, and what was measured of it
    };
    void listModels();
    void arrange(const QStringList& compared);
    void addColumn(const QString& compared);
    void fillHead(Column& column, const QString& compared);
    void changed(Column& column);
    bool isDiffusion(const QString& model) const;
    QStringList samplersSideBySide() const;
    void closeColumn(const QWidget* widget);
    void showButtons();
    void remember();
    void next();
    void open(Column& column, const std::string& name);
    void look(Column& column);
    Fields fieldsOf(const Column& column) const;
    void generate(Column& column);
    void showFacts(Column& column);
    void follow(const DenoiseView* moved, int step, int steps, double sigma);
    QString speedWords(const Column& column) const;

    Session& session_;
    QHBoxLayout* row_;
    QToolButton *add_, *presets_;
    std::vector<std::unique_ptr<Column>> columns_;
    GenerateRequest request_;
    Fields own_;
    std::shared_ptr<Job> job_;
    int at_ = -1;             // the column at work
    bool following_ = false;  // the others are being moved
};

}  // namespace daguerre
