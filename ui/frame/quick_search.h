// One field for every action, setting and model.
#pragma once

#include <QFrame>
#include <QIcon>
#include <QLineEdit>
#include <functional>
#include <vector>

#include "ui/session/session.h"

class QLabel;
class QListWidget;

namespace daguerre {

/// A thing that can be found.
struct SearchHit {
    QIcon icon{};
    QString words{}, detail{};  // detail: key or value; why it can't be done now
    bool possible = true;
    std::function<void()> act{};
};

/// How well `typed` fits: 0 not at all; more is better. A beginning of a word, a part of one, or
/// the initials ("gm" finds "Grow mask").
int fitOf(const QString& typed, const QString& words);

class QuickSearch : public QLineEdit {
    Q_OBJECT
public:
    /// `settings` gives those of the pages that are open.
    QuickSearch(Session& session, std::function<std::vector<SearchHit>()> settings,
                QWidget* parent);

    /// Takes the focus and shows what there is.
    void open();
    const std::vector<SearchHit>& found() const { return found_; }

protected:
    bool event(QEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void focusInEvent(QFocusEvent*) override;
    void focusOutEvent(QFocusEvent*) override;
    void paintEvent(QPaintEvent*) override;

private:
    std::vector<SearchHit> all() const;
    void refresh();
    void close();
    void choose(int row);

    Session& session_;
    const std::function<std::vector<SearchHit>()> settings_;
    std::vector<SearchHit> found_;
    QListWidget* list_;
};

}  // namespace daguerre
