// The real program, started as a user starts it, and small things to feed it.
#pragma once

#include <csignal>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <functional>

#include "core/image/image.h"
#include "tiny_data.h"

struct Ran {
    int status = -1;  // -1: crashed or killed
    QByteArray out, err;

    /// The objects of stdout; a line that is none makes an empty object.
    QList<QJsonObject> json() const {
        QList<QJsonObject> objects;
        for (const QByteArray& line : out.split('\n'))
            if (!line.isEmpty()) objects.append(QJsonDocument::fromJson(line).object());
        return objects;
    }
};

/// A folder of its own: the program works there and has its user data below it.
class Bench {
public:
    QString path(const QString& name) const { return folder_.filePath(name); }

    /// What a test prepares before the program starts.
    using Prepare = std::function<void(QProcess&)>;

    void start(QProcess& process, const QStringList& words, const Prepare& prepare = {}) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("DAGUERRE_HOME"), path(QStringLiteral("home")));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(folder_.path());
        if (prepare) prepare(process);
        process.start(QStringLiteral(DAGUERRE_PROGRAM), words);
    }

    static Ran finished(QProcess& process) {
        Ran ran;
        process.waitForFinished(-1);
        ran.out = process.readAllStandardOutput();
        ran.err = process.readAllStandardError();
        if (process.exitStatus() == QProcess::NormalExit) ran.status = process.exitCode();
        return ran;
    }

    Ran run(const QStringList& words, const Prepare& prepare = {}) const {
        QProcess process;
        start(process, words, prepare);
        return finished(process);
    }

    /// Starts with --json, sends `signal` when the n-th event of this name comes, waits.
    Ran interrupted(const QStringList& words, const QByteArray& event, int n, int signal) const {
        QProcess process;
        start(process, words);
        const QByteArray sought = "{\"event\":\"" + event + "\"";
        QByteArray out;
        int seen = 0;
        while (seen < n && process.waitForReadyRead(-1)) {
            process.setReadChannel(QProcess::StandardOutput);
            while (process.canReadLine()) {
                const QByteArray line = process.readLine();
                seen += line.startsWith(sought);
                out += line;
            }
        }
        if (process.state() == QProcess::Running) ::kill(pid_t(process.processId()), signal);
        Ran ran = finished(process);
        ran.out = out + ran.out;
        return ran;
    }

    /// Every file and folder of the bench but user data, hidden ones too, with the sizes of files.
    QStringList listing() const {
        QStringList found;
        QDirIterator each(folder_.path(), QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                          QDirIterator::Subdirectories);
        while (each.hasNext()) {
            const QFileInfo info(each.next());
            found.append(info.filePath() + QLatin1Char(' ') +
                         QString::number(info.isFile() ? info.size() : 0));
        }
        found.sort();
        return found;
    }

    void write(const QString& name, const QByteArray& bytes) const {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }

    QByteArray read(const QString& name) const {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private:
    QTemporaryDir folder_;
};

inline QStringList words(const char* line) {
    return QString::fromUtf8(line).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

inline QByteArray big_endian(std::uint32_t n) {
    QByteArray bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(n >> shift);
    return bytes;
}

/// Shapes of tiny_data.h in the middle of 28 x 28, as an IDX pair in the folder `name`.
inline void write_idx(const Bench& bench, const QString& name, int count = 32) {
    QByteArray images =
        big_endian(0x803) + big_endian(std::uint32_t(count)) + big_endian(28) + big_endian(28);
    QByteArray labels = big_endian(0x801) + big_endian(std::uint32_t(count));
    const auto shapes = tiny_dataset(count);
    for (int i = 0; i < count; ++i) {
        const daguerre::Example example = shapes->at(i);
        QByteArray pixels(28 * 28, '\0');
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 16; ++x)
                pixels[(y + 6) * 28 + x + 6] =
                    char(example.image.row<std::uint8_t>(y)[std::size_t(x)]);
        images += pixels;
        labels += char(example.label);
    }
    bench.write(name + QStringLiteral("/train-images-idx3-ubyte"), images);
    bench.write(name + QStringLiteral("/train-labels-idx1-ubyte"), labels);
}

/// `daguerre train` of the smallest network on these shapes, `images` in all.
inline QStringList training_words(const QString& run, int images, const QStringList& more = {}) {
    return words(
               "train shapes --family diffusion --threads 1 --precision fp32 --set preset=nano-28"
               " --set base_channels=8 --set batch=8 --images") +
           QStringList{QString::number(images), QStringLiteral("--out"), run} + more;
}
