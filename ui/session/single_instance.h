// One program at a time: a second start hands its files to the first.
#pragma once

#include <QLocalServer>
#include <QObject>
#include <QStringList>

namespace daguerre {

/// The first program of this user and this user data listens; later ones are heard and end.
class SingleInstance : public QObject {
    Q_OBJECT
public:
    explicit SingleInstance(QObject* parent = nullptr);

    /// Hands these files, and the workspace to show ("": none), to a program that runs already.
    /// false: there is none, and from now on this one listens. Waits for a running program, at most
    /// a second.
    bool handOver(const QStringList& files, const QString& workspace);

Q_SIGNALS:
    /// A second start: its files, or none, and its workspace, or "".
    void called(const QStringList& files, const QString& workspace);

private:
    void listen();

    const QString name_;
    QLocalServer server_{this};
};

}  // namespace daguerre
