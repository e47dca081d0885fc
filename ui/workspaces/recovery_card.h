// Home's card after a crash: what was open, to be opened again.
#pragma once

#include <QFrame>
#include <filesystem>
#include <vector>

#include "core/image/journal.h"

class QCheckBox;
class QPushButton;
class QVBoxLayout;

namespace daguerre {

class Session;

/// Hidden while nothing is left.
class RecoveryCard : public QFrame {
    Q_OBJECT
public:
    explicit RecoveryCard(Session& session, QWidget* parent = nullptr);

private:
    void offer(const std::vector<JournalSummary>& left);
    void addRow(const JournalSummary& summary);
    std::vector<JournalSummary> ticked() const;
    void open();
    void ask();
    void discard();
    void showButtons();

    Session& session_;
    QVBoxLayout* rows_;
    QPushButton *open_, *delete_;
    std::vector<JournalSummary> left_;
    std::vector<QCheckBox*> ticks_;  // one a summary
};

}  // namespace daguerre
