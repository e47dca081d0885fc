// The charts of a run, and of others over it.
#pragma once

#include <QWidget>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "ui/session/setting.h"
#include "ui/widgets/chart.h"
#include "ui/work/run_reader.h"

class QComboBox;
class QFrame;
class QGridLayout;
class QHBoxLayout;
class QLabel;
class QScrollArea;
class QSlider;
class QToolButton;
class QVBoxLayout;

namespace daguerre {

class HeatMap;
class ConfusionView;
class Segments;
class SmallSheet;

/// A run on the charts.
struct ShownRun {
    QString name;
    int colour = 0;
    RunData data;
};

/// How the charts were looked at last.
inline const Setting<int> lastDrawn{"train/drawn", int(ChartLook::Drawn::Both)};
inline const Setting<int> lastScale{"train/scale", int(ChartScale::Log)};
inline const Setting<int> lastAverage{"train/average", 400};  // 10,000 images

/// Cards below the loss, in the order in which they stand, and those that aren't shown.
inline const Setting<QStringList> cardPlaces{"train/cards", QStringList()};
inline const Setting<QStringList> hiddenCards{"train/hiddenCards", QStringList()};

class Dashboard : public QWidget {
    Q_OBJECT
public:
    static constexpr int averagePlaces = 100;  // of the slider, a decade of images

    explicit Dashboard(QWidget* parent = nullptr);

    /// The first is the run that is shown, the others lie over it.
    void setRuns(const std::vector<ShownRun>& runs);
    void setHover(double images);
    void nextScale();
    void whole();
    /// Seconds of a core that drawing took since the last call.
    double takeSeconds();
    /// Into a file: .csv the numbers, .svg lines, else a picture. Throws Error.
    void exportTo(const QString& file) const;

Q_SIGNALS:
    void hovered(double images);  // NaN: nowhere
    /// Of the matrix of the run that is shown: indices into its classes.
    void cellChosen(int shows, int taken);

protected:
    void resizeEvent(QResizeEvent*) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum Axis { Images, Steps, Active, Wall };
    static constexpr const char* lossKey = "loss";
    struct Card {
        QString key{};
        bool wanted = false;  // there is something to show
        QFrame* frame = nullptr;
        QVBoxLayout* column = nullptr;
        QHBoxLayout* row = nullptr;  // of the title
        QLabel *note = nullptr, *value = nullptr;
        Chart* chart = nullptr;
        HeatMap* map = nullptr;
    };
    Card makeCard(const QString& key, const QString& title);
    QToolButton* makeMenu(const Card& card);
    bool isShown(const Card& card) const;
    std::vector<Card*> ordered();
    void moveCard(const QString& key, int by);
    void hideCard(const QString& key);
    void setHidden(const QStringList& keys);
    Card& cardOf(const QString& name);
    void makeControls();
    void placeControls();
    void connectChart(Chart* chart);
    void show();
    void showCard(const QString& name, Card& card);
    void showLevels();
    void showViews();
    std::vector<ChartCurve> curvesOf(const QString& chart) const;
    void showSigmas(const Fields& settings);
    void setLook();
    void setRange();
    void arrange();
    void enlarge(QFrame* frame);
    double xOf(const CurvePoint& point, double first) const;
    std::vector<ChartPoint> pointsOf(const RunData& run, const std::string& name) const;
    QString wordsOfX(double x) const;

    std::vector<ShownRun> runs_;
    Card loss_, levels_, confusion_, reconstructions_, quality_;
    ConfusionView* confusionView_;
    SmallSheet* sheet_;
    QScrollArea* table_;  // of quality
    std::vector<Figure> tabled_;
    std::map<QString, Card> cards_;  // by the name of the curve
    std::vector<QString> order_;     // as the curves came
    QStringList places_ = cardPlaces.get(), hidden_ = hiddenCards.get();
    QFrame* large_ = nullptr;
    QWidget* controls_ = nullptr;  // of the loss
    std::array<QWidget*, 2> controlHalves_{};
    std::optional<bool> controlsBeside_;
    Segments *drawn_, *scale_;
    QSlider* average_;
    QLabel *averageWords_, *outside_;
    QComboBox* axis_;
    QToolButton* clip_;
    QScrollArea* area_;
    QWidget* inside_;
    QGridLayout* grid_;
    double taken_ = 0, left_ = Chart::nowhere, right_ = Chart::nowhere;
};

}  // namespace daguerre
