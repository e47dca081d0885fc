// The Generate page with a model without a network, for tests.
#pragma once

#include <QPushButton>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "fake_model.h"
#include "ui/session/session.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/history_strip.h"
#include "ui/widgets/notice.h"
#include "ui/work/pictures.h"
#include "ui/workspaces/make_panel.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {

inline constexpr int guard = 60'000;  // ms, against hanging

/// The page with a model without a network, in user data of its own.
struct Page {
    explicit Page(const QString& home = {}) {
        qputenv("DAGUERRE_HOME", (home.isEmpty() ? folder.path() : home).toUtf8());
        previewBudget.set(1);  // every step
        ModelSource source;
        source.use = [] {
            DeviceChoice choice;
            choice.device = "cpu";
            return choice;
        };
        source.list = [] {
            return std::vector<ModelEntry>{{"fake", "", true, "diffusion"},
                                           {"other", "", true, "diffusion"}};
        };
        source.open = [world = world](const std::string& name) {
            return std::make_shared<const FakeModel>(name, world);
        };
        session = std::make_unique<Session>(source);
        widget.reset(makeGenerate(*session));
        widget->resize(1200, 800);
        widget->show();
        session->begin();
        session->actions().setScope(QStringLiteral("generate"));
        session->openModel("fake");
    }
    ~Page() {
        if (world->gate) world->gate->release(100'000);
    }

    template <class T = QWidget>
    T* find(const char* name) const {
        T* found = widget->findChild<T*>(QLatin1String(name));
        if (!found) qFatal("there is no %s", name);
        return found;
    }
    DenoiseView* view() const { return find<DenoiseView>("generate.view"); }
    QPushButton* run() const { return find<QPushButton>("generate.run"); }
    MakePanel* panel() const { return widget->findChild<MakePanel*>(); }
    HistoryStrip* strip() const { return widget->findChild<HistoryStrip*>(); }
    Notice* notice() const { return find<Notice>("generate.notice"); }
    bool idle() const {
        return session->model() && run()->isEnabled() &&
               run()->text() == QLatin1String("Make pictures");
    }
    void set(const char* key, const FieldValue& value) {
        Fields fields = panel()->fields();
        set_field(fields, key, value);
        panel()->setValues(fields);
    }
    FieldValue get(const char* key) const { return find_field(panel()->fields(), key)->value; }
    void hold() { world->gate = &gate; }

    QTemporaryDir folder;
    QSemaphore gate;
    std::shared_ptr<FakeWorld> world = std::make_shared<FakeWorld>();
    std::unique_ptr<Session> session;
    std::unique_ptr<QWidget> widget;
};

/// Presses the button and waits for the pictures.
inline void makeAll(Page& page, int count, int steps) {
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
    page.set("count", std::int64_t(count));
    page.set("steps", std::int64_t(steps));
    QTest::mouseClick(page.run(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(page.idle(), guard);
}

inline std::vector<std::filesystem::path> files() {
    std::vector<std::filesystem::path> all;
    for (const std::filesystem::path& press : presses())
        for (const std::filesystem::path& file : picturesOf(press)) all.push_back(file);
    return all;
}

}  // namespace daguerre
