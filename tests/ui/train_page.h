// The Train page with a dataset that is here.
#pragma once

#include <QAbstractButton>
#include <QDoubleSpinBox>
#include <filesystem>

#include "studio.h"
#include "tiny_run.h"
#include "ui/workspaces/train.h"
#include "ui/workspaces/train_setup.h"

namespace daguerre {

struct Training : Studio {
    explicit Training(StudioOptions options = {}) : Studio(wished(options)) {
        write_tiny_dataset(data());
        if (!QTest::qWaitFor([this] { return idle(); }, guard)) qFatal("it never came to rest");
        page = static_cast<TrainPage*>(window->workspace());
        setup = page->findChild<TrainSetup*>();
    }
    static StudioOptions wished(StudioOptions options) {
        options.workspace = QStringLiteral("train");
        return options;
    }
    std::filesystem::path data() const { return path("shapes"); }

    void press(const char* name) { find<QAbstractButton>(name)->click(); }
    /// Starts a run with steps held by `steps`.
    void start() {
        setup->begin(data().string());
        QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>("train.start")->isEnabled(), guard);
        press("train.start");
        QTRY_VERIFY_WITH_TIMEOUT(session->training() && training->opened == 1, guard);
    }
    /// The field of the form that can be seen; forms are made anew when the search changes.
    QDoubleSpinBox* number(const char* name) const {
        QDoubleSpinBox* seen = nullptr;
        const bool there = QTest::qWaitFor(
            [&] {
                QCoreApplication::processEvents();
                QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
                for (auto* box : page->findChildren<QDoubleSpinBox*>(QLatin1String(name)))
                    if (box->isVisible()) seen = box;
                return seen != nullptr;
            },
            guard);
        if (!there) qFatal("%s isn't seen", name);
        return seen;
    }
    /// Sets a field of the form, seen or not.
    void set(const std::string& key, const FieldValue& value) const {
        FieldsForm* last = nullptr;  // forms are made anew, older ones go away later
        for (auto* form : setup->findChildren<FieldsForm*>())
            if (find_field(form->fields(), key)) last = form;
        if (!last) qFatal("there is no %s", key.c_str());
        last->setValue(key, value);
    }
    bool given(const std::string& key, const std::string& value) const {
        const auto all = setup->start().settings;
        return std::ranges::find(all, std::pair(key, value)) != all.end();
    }
    TrainStatus::Phase phase() const { return session->trainStatus().phase; }
    bool ended() const { return !session->training(); }
    void end() {
        if (session->training()) session->training()->cancel();
        steps.release(100'000);
        QTRY_VERIFY_WITH_TIMEOUT(ended() && idle(), guard);
    }

    QSemaphore steps;
    TrainPage* page = nullptr;
    TrainSetup* setup = nullptr;
};

}  // namespace daguerre
