// The engines to choose from: what each is good for, and what it would cost.
#pragma once

#include <QAbstractButton>
#include <map>
#include <string>
#include <vector>

class QButtonGroup;

namespace daguerre {

/// A row: title and cost; one sentence while it is chosen, or why it can't be.
class EngineButton : public QAbstractButton {
    Q_OBJECT
public:
    EngineButton(const QString& title, const QString& sentence, QWidget* parent = nullptr);

    void setSentence(const QString& sentence);
    void setCost(const QString& cost);
    /// possible false: greyed, and `why` stands in place of the sentence.
    void setPossible(bool possible, const QString& why = {});

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent*) override;

private:
    QString words() const { return !isEnabled() ? why_ : isChecked() ? sentence_ : QString(); }
    void showWords();

    QString sentence_, cost_, why_;
};

/// One is chosen. The engines are the core's table, the default first, those that can't be used
/// last.
class EngineList : public QWidget {
    Q_OBJECT
public:
    explicit EngineList(QWidget* parent = nullptr);

    const std::string& current() const { return current_; }
    /// Without effect for one that isn't in the list or can't be used.
    void setCurrent(const std::string& id);
    EngineButton* button(const std::string& id) const;
    const std::vector<std::string>& order() const { return order_; }

Q_SIGNALS:
    void chosen(const std::string& id);

private:
    QButtonGroup* group_;
    std::map<std::string, EngineButton*> buttons_;
    std::vector<std::string> order_;
    std::string current_;
};

}  // namespace daguerre
