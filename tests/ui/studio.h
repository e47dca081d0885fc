// The whole window with a model without a network, in user data of its own.
#pragma once

#include <QApplication>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <memory>

#include "core/image/image_file.h"
#include "fake_model.h"
#include "fake_run.h"
#include "ui/main_window.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/notice.h"

namespace daguerre {

inline constexpr int guard = 240'000;  // ms, against hanging

struct StudioOptions {
    QString home{}, workspace{};  // home: "": a new one
    bool models = true;           // false: nothing is bundled
    bool colour = false;          // one more model, `colour`, which knows colour
    bool held = false;            // each network call waits for `gate`
    bool fakeRuns = true;         // training needs no network
    bool realModels = false;      // models are opened from their folders
};

class Studio {
public:
    explicit Studio(const StudioOptions& options = {}) {
        qputenv("DAGUERRE_HOME", (options.home.isEmpty() ? folder.path() : options.home).toUtf8());
        previewBudget.set(1);  // every step
        if (options.held) world->gate = &gate;
        ModelSource source;
        source.use = [] {
            DeviceChoice choice;
            choice.device = "cpu";
            choice.threads = 2;
            choice.brief = {"no NVIDIA GPU", {}};
            return choice;
        };
        source.list = [options] {
            if (!options.models) return std::vector<ModelEntry>{};
            std::vector<ModelEntry> models{{"fake", "", true}, {"other", "", true}};
            if (options.colour) models.push_back({"colour", "", true});
            return models;
        };
        source.peek = [](const std::string& name) {
            return FakeModel(std::filesystem::path(name).filename().string()).info();
        };
        source.open = [world = world](const std::string& name) -> std::shared_ptr<const Model> {
            if (name == "broken")
                throw Error("“{file}” isn't whole: “conv_in.weight” is missing.", {{"file", name}});
            return std::make_shared<const FakeModel>(
                std::filesystem::path(name).filename().string(), world);
        };
        if (options.realModels) {
            source.peek = peek_model;
            source.open = [](const std::string& name) -> std::shared_ptr<const Model> {
                if (std::filesystem::exists(name)) return open_model(name);
                return std::make_shared<const FakeModel>(name);
            };
        }
        if (options.fakeRuns)
            source.train = [training = training](const RunStart& start) {
                return std::make_unique<FakeRun>(start, training);
            };
        session = std::make_unique<Session>(source);
        window = std::make_unique<MainWindow>(*session, options.workspace);
        window->show();
        session->begin();
    }
    ~Studio() { gate.release(1'000'000); }

    template <class T = QWidget>
    T* find(const char* name) const {
        T* found = window->findChild<T*>(QLatin1String(name));
        if (!found) qFatal("there is no %s", name);
        return found;
    }
    QAction* action(std::string_view id) const { return session->actions()[id]; }
    QString notice() const {
        // Generate has one of its own below it.
        for (const Notice* notice : window->findChildren<Notice*>())
            if (notice->isVisible()) return notice->sentence();
        return {};
    }
    /// The settings of the page that is shown.
    Fields form() const {
        Fields fields;
        for (const FieldsForm* form : window->workspace()->findChildren<FieldsForm*>())
            for (const Field& field : form->fields()) fields.push_back(field);
        return fields;
    }
    /// Whether it can still make pictures.
    bool lives() const {
        window->showWorkspace(QStringLiteral("home"));
        const int before = world->calls;
        find<QPushButton>("home.make")->click();
        return QTest::qWaitFor([&] { return idle(); }, guard) && world->calls > before;
    }
    /// Whether the device and a model are there, and no job is open.
    bool idle() const {
        for (const JobEntry& entry : session->jobs())
            if (entry.job) return false;
        return session->device() && !session->opening();
    }
    std::filesystem::path path(const char* name) const {
        return std::filesystem::path(folder.path().toStdString()) / name;
    }
    /// A picture as this program writes it, with its record; its seed is 77.
    std::filesystem::path ownPicture() const {
        const FakeModel model("fake");
        GenerateRequest request;
        request.seed = 77;
        request.image_class = "three";
        Fields own = model.generate_fields();
        set_field(own, "steps", std::int64_t(9));
        write_image(path("own.png"),
                    model.generate(request, own, [](const Progress&) { return true; }).front());
        return path("own.png");
    }

    QTemporaryDir folder;
    QSemaphore gate;
    std::shared_ptr<FakeWorld> world = std::make_shared<FakeWorld>();
    std::shared_ptr<FakeTraining> training = std::make_shared<FakeTraining>();
    std::unique_ptr<Session> session;
    std::unique_ptr<MainWindow> window;
};

}  // namespace daguerre
