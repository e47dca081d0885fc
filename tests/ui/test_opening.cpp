#include <QDropEvent>
#include <QLocalSocket>
#include <QMimeData>
#include <QUrl>
#include <fstream>

#include "studio.h"
#include "ui/canvas/canvas.h"
#include "ui/frame/drop_hint.h"
#include "ui/session/single_instance.h"

using namespace daguerre;

namespace {

/// A person drags this over the window and lets go.
void drop(const Studio& studio, const std::filesystem::path& file) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QString::fromStdString(file.string()))});
    const QPoint middle = studio.window->rect().center();
    QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(studio.window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QVERIFY(studio.window->findChild<DropHint*>()->isVisible());
    QDropEvent event(middle, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(studio.window.get(), &event);
    QVERIFY(!studio.window->findChild<DropHint*>()->isVisible());
}

}  // namespace

/// Files that come by a drop, from the command line, or from a second start.
class TestOpening : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyLook(Look::Dark); }

    void our_own_picture_restores_its_settings_and_starts_nothing() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        drop(studio, studio.ownPicture());
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->workspace()->objectName(),
                                  QStringLiteral("generate"), guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        const Fields fields = studio.form();
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "seed")->value), std::int64_t(77));
        QCOMPARE(std::get<std::int64_t>(find_field(fields, "steps")->value), std::int64_t(9));
        QVERIFY(studio.notice().contains(QLatin1String("nothing was started")));
        QCOMPARE(studio.world->calls.load(), 0);
    }

    void a_model_folder_is_opened() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        const auto folder = studio.path("mine");
        std::filesystem::create_directories(folder);
        std::ofstream(folder / "daguerre.json") << R"({"family":"diffusion"})";
        drop(studio, folder);
        QTRY_COMPARE_WITH_TIMEOUT(studio.session->modelName(), folder.string(), guard);
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        QVERIFY(studio.session->model());
        QCOMPARE(studio.window->workspace()->objectName(), QStringLiteral("generate"));
        QVERIFY(studio.lives());
    }

    /// While a large JPEG is read one sees it already.
    void a_large_photo_shows_a_glance_first() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        const auto file = studio.path("large.jpg");
        write_image(file, Image::blank(3600, 2400, 1));
        std::vector<Size> seen;
        connect(studio.session.get(), &Session::glanceChanged, studio.session.get(), [&] {
            seen.push_back(studio.session->glance().size());
            QCOMPARE(studio.window->workspace()->objectName(), QStringLiteral("retouch"));
        });
        drop(studio, file);
        QTRY_VERIFY_WITH_TIMEOUT(seen.size() == 2, guard);
        QCOMPARE(seen[0], (Size{1800, 1200}));
        QCOMPARE(seen[1], Size{});
        QCOMPARE(studio.find<Canvas>("retouch.canvas")->document()->size(), (Size{3600, 2400}));
        QVERIFY(studio.find<Canvas>("retouch.canvas")->isVisible());
    }

    void anything_else_is_a_sentence_and_the_window_lives_on() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        std::filesystem::create_directories(studio.path("empty folder"));
        std::ofstream(studio.path("words.txt")) << "words";
        std::ofstream(studio.path("nothing.png"));
        std::ofstream(studio.path("cut.png"))
            << "\x89PNG\r\n\x1a\n"
            << std::string("\0\0\0\rIHDR\0\1\x86\xa0\0\1\x86\xa0\x08\0\0\0\0", 21);
        for (const char* name :
             {"empty folder", "words.txt", "nothing.png", "cut.png", "not there.png"}) {
            drop(studio, studio.path(name));
            QTRY_VERIFY_WITH_TIMEOUT(studio.notice().contains(QLatin1String(name)), guard);
            QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        }
        QVERIFY(studio.lives());
    }

    void a_photo_opens_in_retouch() {
        Studio studio;
        QTRY_VERIFY_WITH_TIMEOUT(studio.idle(), guard);
        write_image(studio.path("photo.png"), Image::blank(8, 8, 3));
        drop(studio, studio.path("photo.png"));
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->workspace()->objectName(),
                                  QStringLiteral("retouch"), guard);
        QTRY_VERIFY_WITH_TIMEOUT(
            studio.window->windowTitle().startsWith(QLatin1String("photo.png")), guard);
        // Over Retouch a picture with settings is a photo too.
        drop(studio, studio.ownPicture());
        QTRY_VERIFY_WITH_TIMEOUT(studio.window->windowTitle().startsWith(QLatin1String("own.png")),
                                 guard);
    }

    void what_is_no_file_is_not_taken() {
        Studio studio;
        QMimeData words;
        words.setText(QStringLiteral("words"));
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &words, Qt::LeftButton, {});
        QApplication::sendEvent(studio.window.get(), &enter);
        QVERIFY(!enter.isAccepted());
    }

    void a_second_start_hands_its_files_over() {
        QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        SingleInstance first;
        QVERIFY(!first.handOver({QStringLiteral("/not/sent")}, {}));
        QStringList files;
        QString workspace;
        int calls = 0;
        connect(&first, &SingleInstance::called, this,
                [&](const QStringList& sent, const QString& id) {
                    files = sent;
                    workspace = id;
                    ++calls;
                });
        SingleInstance second;
        QVERIFY(second.handOver({QStringLiteral("/a b.png"), QStringLiteral("/ü")},
                                QStringLiteral("generate")));
        QTRY_COMPARE_WITH_TIMEOUT(calls, 1, guard);
        QCOMPARE(files, QStringList({QStringLiteral("/a b.png"), QStringLiteral("/ü")}));
        QCOMPARE(workspace, QStringLiteral("generate"));
        // With user data of its own a program is another one.
        QTemporaryDir other;
        qputenv("DAGUERRE_HOME", other.path().toUtf8());
        SingleInstance third;
        QVERIFY(!third.handOver({}, {}));
    }

    void whatever_calls_itself_a_second_start_does_no_harm() {
        QTemporaryDir home;
        qputenv("DAGUERRE_HOME", home.path().toUtf8());
        SingleInstance first;
        QVERIFY(!first.handOver({}, {}));
        int calls = 0;
        connect(&first, &SingleInstance::called, this,
                [&](const QStringList& files, const QString&) {
                    QVERIFY(files.isEmpty());
                    ++calls;
                });
        for (const QByteArray& bytes :
             {QByteArray(), QByteArray("\xff\xff\xff\xf0 words"), QByteArray(2 << 20, '\x7f')}) {
            QLocalSocket socket;
            socket.connectToServer(first.findChild<QLocalServer*>()->serverName());
            QVERIFY(socket.waitForConnected(guard));
            socket.write(bytes);
            socket.flush();
            socket.disconnectFromServer();
            const int before = calls;
            QTRY_COMPARE_WITH_TIMEOUT(calls, before + 1, guard);
        }
    }
};

QTEST_MAIN(TestOpening)
#include "test_opening.moc"
