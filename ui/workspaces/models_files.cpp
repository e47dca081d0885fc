// Models in and out, under another name, into the trash and back.
#include <QDesktopServices>
#include <QFileDialog>
#include <QInputDialog>
#include <QUrl>

#include "core/base/error.h"
#include "core/models/model_library.h"
#include "ui/session/session.h"
#include "ui/widgets/notice.h"
#include "ui/work/trash.h"
#include "ui/workspaces/models.h"

namespace daguerre {
namespace fs = std::filesystem;

void Models::askFolder(bool link) {
    auto* dialog =
        new QFileDialog(this, link ? tr("Link a model folder") : tr("Import a model folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, link](const QString& folder) { import(folder.toStdString(), link); });
    dialog->open();
}

void Models::askFile() {
    auto* dialog = new QFileDialog(this, tr("Import a model from one file"), QString(),
                                   tr("Weights (*.safetensors *.bin *.pt *.pth *.ckpt)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& file) { import(file.toStdString(), false); });
    dialog->open();
}

void Models::import(const fs::path& folder, bool link) {
    run(
        tr("Import “%1”").arg(QString::fromStdString(folder.filename().string())),
        [=, this](const OnProgress& on_progress) -> Errand::Then {
            const std::string id = import_model(folder, link, on_progress);
            if (id.empty()) return {};
            return [this, id] {
                search_->clear();
                list_->clearSelection();
                say(tr("“%1” was checked and is among your models now.")
                        .arg(QString::fromStdString(id)));
                session_.listModels();
            };
        },
        true);
}

void Models::askExport() {
    const ModelRow* row = current();
    if (!row) return;
    auto* dialog = new QFileDialog(this, tr("Export into a new folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);
    dialog->selectFile(QString::fromStdString(row->entry.id));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { exportTo(folder.toStdString()); });
    dialog->open();
}

void Models::exportTo(const fs::path& folder) {
    const ModelRow* row = current();
    if (!row) return;
    run(
        tr("Export %1").arg(QString::fromStdString(row->entry.id)),
        [=, this, entry = row->entry,
         open = session_.source().open](const OnProgress& on_progress) -> Errand::Then {
            const auto model = open(nameInCommands(entry));
            const int alike = export_model(*model, folder, on_progress);
            if (alike == 0) return {};
            return [=, this] {
                notice_->say(tr("Written and read back: %n test picture(s) alike.", nullptr, alike),
                             tr("Show in folder"), [folder] {
                                 QDesktopServices::openUrl(
                                     QUrl::fromLocalFile(QString::fromStdString(folder.string())));
                             });
            };
        },
        true);
}

void Models::askName() {
    const ModelRow* row = current();
    if (!row) return;
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Rename %1").arg(QString::fromStdString(row->entry.id)));
    dialog->setLabelText(tr("Name"));
    dialog->setTextValue(QString::fromStdString(row->entry.id));
    dialog->setOkButtonText(tr("Rename"));
    connect(dialog, &QInputDialog::textValueSelected, this, &Models::rename);
    dialog->open();
}

void Models::rename(const QString& name) {
    const ModelRow* row = current();
    if (!row) return;
    run(
        tr("Rename %1").arg(QString::fromStdString(row->entry.id)),
        [=, this, id = row->entry.id](const OnProgress&) -> Errand::Then {
            rename_model(id, name.trimmed().toStdString());
            return [this] { session_.listModels(); };
        },
        false);
}

void Models::toTrash() {
    const ModelRow* row = current();
    if (!row) return;
    const QString name = QString::fromStdString(row->entry.id);
    run(
        tr("Move “%1” to the trash").arg(name),
        [=, this, entry = row->entry](const OnProgress&) -> Errand::Then {
            require_own(entry);
            const QString folder = QString::fromStdString(entry.folder.string());
            if (fs::is_symlink(entry.folder)) {
                fs::remove(entry.folder);
                return [=, this] {
                    say(tr("The link “%1” was taken away; the model stays where it lies.")
                            .arg(name));
                    session_.listModels();
                };
            }
            const QString where = moveToTrash(folder);
            return [=, this] {
                session_.listModels();
                notice_->say(tr("“%1” is in the trash.").arg(name), tr("Undo"), [=, this] {
                    run(
                        tr("Bring “%1” back").arg(name),
                        [=, this](const OnProgress&) -> Errand::Then {
                            bringBack(where, folder);
                            return [this] { session_.listModels(); };
                        },
                        false);
                });
            };
        },
        false);
}

}  // namespace daguerre
