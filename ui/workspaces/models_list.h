// The table of models: pictures, name, what each makes.
#pragma once

#include <QImage>
#include <QTableWidget>
#include <string>
#include <vector>

#include "core/metrics/metrics.h"
#include "core/models/model_library.h"

namespace daguerre {

struct ModelRow {
    ModelEntry entry;
    ModelInfo info;
    ModelFacts facts;
    std::string dataset;                  // that it learned from, as a command takes it, or empty
    QString trouble;                      // why it can't be opened; `info` is empty then
    QImage samples;                       // 4 x 4 pictures of seeds 0 to 15; null: not made yet
    std::vector<Evaluation> evaluations;  // newest last
};

/// The pictures of a sheet that grid_of() made of 16; empty for another one.
std::vector<QImage> sheetPictures(const QImage& sheet);
/// "28 × 28 grey".
QString makesWords(const ModelInfo& info);

class ModelsList : public QTableWidget {
    Q_OBJECT
public:
    explicit ModelsList(QWidget* parent = nullptr);

    /// What was chosen stays chosen.
    void setRows(std::vector<ModelRow> rows);
    const std::vector<ModelRow>& rows() const { return rows_; }
    void setSamples(const std::string& id, const QImage& sheet);
    void setEvaluations(const std::string& id, const std::vector<Evaluation>& all);
    /// text: in name, dataset or family; family "": all.
    void setFilter(const QString& text, const QString& family, bool bundled, bool own);
    /// The selected rows, in the order of the table.
    std::vector<const ModelRow*> chosen() const;
    void choose(const std::string& id);

Q_SIGNALS:
    void chosenChanged();
    void tried();  // Enter or double click

protected:
    void keyPressEvent(QKeyEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    const ModelRow* at(int row) const;
    void fill(int row, const ModelRow& model);
    void showFitting();

    std::vector<ModelRow> rows_;
    QString text_, family_;
    bool bundled_ = true, own_ = true;
};

}  // namespace daguerre
