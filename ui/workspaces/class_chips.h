// The classes of a dataset with their counts, of which several can be chosen.
#pragma once

#include <QFrame>
#include <QWidget>
#include <cstdint>
#include <set>
#include <vector>

class QListWidget;
class QToolButton;

namespace daguerre {

class ClassChips : public QWidget {
    Q_OBJECT
public:
    explicit ClassChips(QWidget* parent = nullptr);

    /// counts: by label; at the end those without a class. Keeps what is chosen while the names
    /// stay.
    void setClasses(const QStringList& names, const std::vector<std::int64_t>& counts);
    /// Labels, -1 for images without a class; empty: none is chosen, all are shown.
    const std::set<int>& chosen() const { return chosen_; }
    void setChosen(std::set<int> labels);  // doesn't emit

    /// The muted colour of a class, for cells without a picture.
    static QColor colourOf(int label);

Q_SIGNALS:
    void changed();

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    QString textOf(std::size_t place) const;
    int labelOf(std::size_t place) const;
    void choose(int label, bool on);
    void layOut();
    void openAll();

    QStringList names_;
    std::vector<std::int64_t> counts_;
    std::set<int> chosen_;
    std::vector<QToolButton*> chips_;  // as many as classes, 64 at most
    QToolButton* more_;
};

}  // namespace daguerre
