// What the images of a dataset are like, in numbers; the problems among them.
#pragma once

#include <QImage>
#include <QWidget>
#include <memory>

#include "core/data/problems.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace daguerre {

class ClassBars;
class Gallery;
class HistogramView;
class PairView;
class SizeScatter;

/// How far the look through all images is; shared by both panels.
class SurveyLine : public QWidget {
    Q_OBJECT
public:
    /// name: before the names of its buttons, "numbers".
    explicit SurveyLine(const QString& name, QWidget* parent = nullptr);
    void show(const Survey* survey, bool running);

Q_SIGNALS:
    void startWanted(bool all);
    void stopWanted();

private:
    QLabel* words_;
    QProgressBar* bar_;
    QPushButton *start_, *stop_, *all_;
};

class NumbersPanel : public QWidget {
    Q_OBJECT
public:
    explicit NumbersPanel(QWidget* parent = nullptr);
    SurveyLine* line() const { return line_; }
    /// Counts are known without a survey. counts: by split, then by class.
    void setCounts(const QStringList& names, const std::vector<std::vector<std::int64_t>>& counts);
    /// Null: none was begun.
    void show(const Survey* survey, bool running);

private:
    QLabel* heading(const QString& text);

    SurveyLine* line_;
    QLabel *countsTitle_, *sizesTitle_, *meanTitle_, *valuesTitle_, *values_;
    ClassBars* bars_;
    Gallery* means_;
    HistogramView* histogram_;
    SizeScatter* scatter_;
    QStringList names_;
};

class ProblemsPanel : public QWidget {
    Q_OBJECT
public:
    explicit ProblemsPanel(QWidget* parent = nullptr);
    SurveyLine* line() const { return line_; }
    PairView* pairs() const { return pairs_; }
    /// problems null: they aren't known. leftOut: how many images are left out already.
    void show(const Survey* survey, bool running, const Problems* problems, int leftOut);

Q_SIGNALS:
    void showWanted(const QString& mark);  // "near", "duplicate", ...
    void leaveOutWanted();  // of each picture that is there several times, all but the first
    void takeBackWanted();
    void exportWanted();

private:
    struct Kind {
        QLabel* words;
        QPushButton* show;
        QWidget* row;
    };
    Kind addKind(const char* mark);
    static void tell(const Kind& kind, const QString& words, bool any);

    SurveyLine* line_;
    QVBoxLayout* column_;
    Kind broken_, same_, classes_, leaks_, near_;
    QLabel *reasons_, *good_;
    PairView* pairs_;
    QPushButton *leaveOut_, *takeBack_, *export_;
};

}  // namespace daguerre
