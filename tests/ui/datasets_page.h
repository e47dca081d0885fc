// Datasets in the whole window, over small sets of the test's own.
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "dataset_files.h"
#include "studio.h"
#include "ui/widgets/picture_grid.h"
#include "ui/widgets/sentence.h"
#include "ui/workspaces/class_chips.h"
#include "ui/workspaces/dataset_list.h"
#include "ui/workspaces/datasets.h"

namespace daguerre {

struct DatasetsPage : Studio {
    explicit DatasetsPage(const QString& home = {})
        : Studio({.home = home, .workspace = QStringLiteral("datasets")}) {
        window->resize(1440, 900);
    }

    Datasets* page() const { return find<Datasets>("datasets"); }
    PictureGrid* grid() const { return find<PictureGrid>("datasets.grid"); }
    QLineEdit* search() const { return find<QLineEdit>("datasets.search"); }
    QString line() const { return find<QLabel>("datasets.line")->text(); }
    DatasetList* list() const { return find<DatasetList>("datasets.list"); }
    bool settled() const { return idle() && page()->settled(); }

    /// A folder of plain images, cat 0 to 3 and dog 0 to 2, larger by one pixel each.
    std::filesystem::path pets(const char* name = "pets") const {
        for (int i = 0; i < 7; ++i) {
            Image image = Image::blank(20 + i, 20, 3);
            std::fill(image.pixels.begin(), image.pixels.end(), std::byte(30 * i + 10));
            image.pixels[0] = std::byte(255);
            const std::string file = i < 4 ? "cat/cat" + std::to_string(i) + ".png"
                                           : "dog/dog" + std::to_string(i - 4) + ".png";
            std::filesystem::create_directories((path(name) / file).parent_path());
            write_image(path(name) / file, image);
        }
        return path(name);
    }
};

/// A person opens a folder, as the dialog of Import does.
inline void openFolder(DatasetsPage& studio, const std::filesystem::path& folder) {
    QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
    studio.page()->openFolder(QString::fromStdString(folder.string()));
    QTRY_VERIFY_WITH_TIMEOUT(studio.settled(), guard);
}

}  // namespace daguerre
