// A line that says what happened, with a button that helps.
#pragma once

#include <QFrame>
#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace daguerre {

/// A bar above the work, hidden while there is nothing to say. A new sentence replaces the old one.
class Notice : public QFrame {
    Q_OBJECT
public:
    explicit Notice(QWidget* parent = nullptr);

    void say(const QString& sentence);
    void say(const QString& sentence, const QString& button, std::function<void()> onButton);
    /// Several ways to go on.
    struct Choice {
        QString words;
        std::function<void()> act;
    };
    void say(const QString& sentence, const std::vector<Choice>& choices);
    QString sentence() const;

private:
    QLabel* sentence_;
    QHBoxLayout* row_;
    std::vector<QPushButton*> buttons_;
};

}  // namespace daguerre
