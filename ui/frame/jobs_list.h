// The list of jobs that opens upward from the status bar.
#pragma once

#include <QFrame>

#include "ui/session/session.h"

class QVBoxLayout;

namespace daguerre {

/// Running, waiting and ended jobs, newest on top, each with what can be done about it.
class JobsList : public QFrame {
    Q_OBJECT
public:
    JobsList(Session& session, QWidget* parent);

    void refresh();

private:
    QWidget* makeRow(const JobEntry& entry);

    Session& session_;
    QWidget* rows_ = nullptr;
    QString shown_;  // what the rows say of the jobs, to know when they must be made anew
};

/// "step 12 of 20 · about 6 s left" of a running job, "done in 2.1 s" and the like of others.
QString stateWords(const JobEntry& entry);
/// 0 to 1; -1: unknown.
double shareOf(const JobEntry& entry);

}  // namespace daguerre
