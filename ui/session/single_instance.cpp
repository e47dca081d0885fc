#include "ui/session/single_instance.h"

#include <QCryptographicHash>
#include <QDataStream>
#include <QLocalSocket>

#include "core/base/files.h"

namespace daguerre {

namespace {

constexpr int patienceMs = 1000;
constexpr qint64 mostBytes = 1 << 20;

/// Its own for each user's data, so that DAGUERRE_HOME parts programs.
QString serverName() {
    const QByteArray home = QByteArray::fromStdString(home_folder().string());
    return QStringLiteral("daguerre-") +
           QString::fromLatin1(
               QCryptographicHash::hash(home, QCryptographicHash::Sha256).toHex().left(16));
}

}  // namespace

SingleInstance::SingleInstance(QObject* parent) : QObject(parent), name_(serverName()) {
    server_.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&server_, &QLocalServer::newConnection, this, &SingleInstance::listen);
}

bool SingleInstance::handOver(const QStringList& files, const QString& workspace) {
    QLocalSocket socket;
    socket.connectToServer(name_);
    if (socket.waitForConnected(patienceMs)) {
        QDataStream stream(&socket);
        stream << files << workspace;
        if (socket.waitForBytesWritten(patienceMs)) {
            socket.disconnectFromServer();
            return true;
        }
    }
    QLocalServer::removeServer(name_);  // left by a program that was killed
    server_.listen(name_);
    return false;
}

void SingleInstance::listen() {
    QLocalSocket* socket = server_.nextPendingConnection();
    connect(socket, &QLocalSocket::disconnected, this, [this, socket] {
        const QByteArray bytes =
            socket->bytesAvailable() <= mostBytes ? socket->readAll() : QByteArray();
        QStringList files;
        QDataStream stream(bytes);
        QString workspace;
        stream >> files >> workspace;
        socket->deleteLater();
        if (stream.status() != QDataStream::Ok) return Q_EMIT called({}, {});
        Q_EMIT called(files, workspace);
    });
}

}  // namespace daguerre
