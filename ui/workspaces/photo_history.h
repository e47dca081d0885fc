// The steps of a photo, of which one is where it stands.
#pragma once

#include <QPointer>
#include <QWidget>

class QLabel;
class QUndoStack;
class QUndoView;

namespace daguerre {

class Actions;
class Document;

/// Follows the history as it grows; a click goes to a step, also to one that was taken back.
class PhotoHistory : public QWidget {
    Q_OBJECT
public:
    explicit PhotoHistory(Actions& actions, QWidget* parent = nullptr);

    /// null: none is open.
    void setDocument(Document* document);

private:
    void count();

    QUndoView* steps_;
    QLabel* count_;
    QPointer<QUndoStack> history_;
};

}  // namespace daguerre
