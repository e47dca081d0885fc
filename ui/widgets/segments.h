// A row of buttons of which one is down.
#pragma once

#include <QStringList>
#include <QWidget>

class QButtonGroup;

namespace daguerre {

class Segments : public QWidget {
    Q_OBJECT
public:
    explicit Segments(const QStringList& words, QWidget* parent = nullptr);

    int current() const;
    void setCurrent(int index);  // doesn't emit
    bool possible(int index) const;
    void setPossible(int index, bool possible, const QString& why = {});

Q_SIGNALS:
    /// The user chose another one.
    void chosen(int index);

private:
    QButtonGroup* group_;
};

}  // namespace daguerre
