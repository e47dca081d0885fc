// Retouch's files: opening, saving, masks, the clipboard.
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <utility>

#include "core/image/colour.h"
#include "core/image/image_file.h"
#include "core/inpaint/mask.h"
#include "ui/session/recent.h"
#include "ui/session/session.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"
#include "ui/workspaces/file_info.h"
#include "ui/workspaces/open_photo.h"
#include "ui/workspaces/photo_tabs.h"
#include "ui/workspaces/retouch.h"
#include "ui/workspaces/retouch_panel.h"
#include "ui/workspaces/save_page.h"

namespace daguerre {

namespace fs = std::filesystem;

namespace {

QString nameOf(const fs::path& file) { return QString::fromStdString(file.filename().string()); }

}  // namespace

void Retouch::takePhotos() {
    for (const PhotoWish& wish : session_.takePhotos()) open(wish);
}

void Retouch::open(const PhotoWish& wish) {
    if (wish.journal) return openLeft(wish.journal);
    const OpenedPhoto& photo = *wish.photo;
    const bool fits = document() && photo.pixels.size() == document()->size();
    if (!photo.blackAndWhite || !fits || wish.mask.size().width > 0) return openNow(wish);
    notice_->say(tr("“%1” is black and white and has the photo's size.").arg(nameOf(photo.file)),
                 {{tr("Use as mask"), [this, photo = wish.photo] { useAsMask(*photo); }},
                  {tr("Open as photo"), [this, wish] { openNow(wish); }}});
}

void Retouch::openNow(const PhotoWish& wish) {
    const OpenedPhoto& opened = *wish.photo;
    auto photo = std::make_unique<OpenPhoto>();
    photo->document = std::make_unique<Document>(opened.pixels, opened.file);
    photo->openedFile = opened.file;
    photo->sha256 = opened.sha256;
    if (session_.recovery()) session_.recovery()->keep(*photo->document);
    if (wish.mask.size() == opened.pixels.size())
        photo->document->apply(Layer::Mask, wish.mask, tr("Suggested mask"));
    if (!opened.file.empty()) rememberPhoto(opened.file);
    add(std::move(photo));
    if (opened.frames > 1)
        notice_->say(tr("“%1” has %n frames; the first is shown.", nullptr, opened.frames)
                         .arg(nameOf(opened.file)));
    splitAfter_ = wish.fillNow;
    if (wish.fillNow && !job_ && panel_->why().isEmpty())
        startFill(1, panel_->request().seed, false);
}

void Retouch::openLeft(const std::shared_ptr<const JournalContents>& journal) {
    auto photo = std::make_unique<OpenPhoto>();
    photo->document = std::make_unique<Document>(*journal);
    photo->openedFile = journal->file;
    photo->sha256 = journal->sha256;
    photo->fills = FillNotes::from(journal->notes);
    if (!photo->fills.notes.empty()) {
        const FillNote& last = photo->fills.notes.back().fill;
        panel_->setRequest(last.request, last.options);
    }
    session_.recovery()->keep(*photo->document, journal);
    add(std::move(photo));
}

void Retouch::useAsMask(const OpenedPhoto& photo) {
    if (!document() || photo.pixels.size() != document()->size()) return;
    change(Layer::Mask, tr("Use “%1” as mask").arg(nameOf(photo.file)),
           [pixels = photo.pixels](const Tiles&) { return Tiles(mask_from(pixels.image())); });
}

void Retouch::save(bool ask) {
    OpenPhoto* photo = current();
    if (!photo) return;
    if (photo->savedAs.empty() || ask) {
        // One at a time: another's name would be taken for this photo's.
        if (auto* other = findChild<SavePage*>()) other->close();
        auto* page = new SavePage(photo->document->photo(), photo->openedFile,
                                  proposedFile(photo->openedFile), this);
        connect(
            page, &SavePage::wanted, this,
            [this, document = QPointer(photo->document.get())](const fs::path& file, bool record) {
                if (OpenPhoto* still = photoOf(document)) write(*still, file, record);
            });
        return page->show();
    }
    write(*photo, photo->savedAs, photo->record);
}

void Retouch::write(OpenPhoto& photo, const fs::path& file, bool record) {
    photo.record = record;
    const Tiles pixels = photo.document->photo();
    const std::vector<FillNote> fills = photo.fills.upTo(photo.document->history().index());
    const QPointer document(photo.document.get());
    const auto job = makeJob<Errand>(tr("Save “%1”").arg(nameOf(file)),
                                     [=, this](const OnProgress&) -> Errand::Then {
                                         Image image = pixels.image();
                                         renew_thumbnail(image);
                                         if (record)
                                             for (const FillNote& fill : fills)
                                                 add_fill_record(image, fill);
                                         write_image(file, image, {.record = record});
                                         return [=, this] {
                                             rememberPhoto(file);
                                             OpenPhoto* still = photoOf(document);
                                             if (!still) return;
                                             still->savedAs = file;
                                             // Somebody filled meanwhile: then it isn't what was
                                             // saved.
                                             if (changed_area(pixels, document->photo()).width == 0)
                                                 document->setSaved(file);
                                             notice_->say(tr("Saved “%1”.").arg(nameOf(file)));
                                         };
                                     });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.file(job);
}

void Retouch::loadMask() {
    auto* dialog = new QFileDialog(this, tr("Load a mask"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilter(tr("Masks (*.png *.jpg *.jpeg *.webp *.tif *.tiff)"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& file) { loadMaskFrom(file.toStdString()); });
    dialog->open();
}

void Retouch::loadMaskFrom(const fs::path& file) {
    if (!document()) return;
    changeMask(tr("Load mask “%1”").arg(nameOf(file)),
               [file](const Tiles& old) { return Tiles(read_mask(file, old.size())); });
}

void Retouch::saveMask() {
    if (!document()) return;
    const fs::path photo = current()->openedFile;
    const QString stem = photo.empty() ? tr("photo") : QFileInfo(nameOf(photo)).completeBaseName();
    auto* dialog = new QFileDialog(this, tr("Save the mask"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Masks (*.png)"));
    dialog->setDefaultSuffix(QStringLiteral("png"));
    dialog->selectFile(stem + QStringLiteral("-mask.png"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& file) { saveMaskTo(file.toStdString()); });
    dialog->open();
}

void Retouch::saveMaskTo(const fs::path& file) {
    if (!document()) return;
    const auto job = makeJob<Errand>(
        tr("Save “%1”").arg(nameOf(file)),
        [this, file,
         mask = document()->layer(canvas_->layer())](const OnProgress&) -> Errand::Then {
            write_image(file, mask.image());
            return [this, file] { notice_->say(tr("Saved “%1”.").arg(nameOf(file))); };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.file(job);
}

void Retouch::copyPhoto() {
    if (!document()) return;
    const auto job = makeJob<Errand>(
        tr("Copy the photo"), [this, photo = document()->photo()](const OnProgress&) {
            const Image image = to_channels(to_srgb(photo.image()), 3);
            const QImage picture = asQImage(std::make_shared<const Image>(image)).copy();
            return [this, picture] {
                QGuiApplication::clipboard()->setImage(picture);
                notice_->say(tr("The photo is on the clipboard."));
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.file(job);
}

void Retouch::showInfo() {
    OpenPhoto* photo = current();
    if (!photo) return;
    const Tiles& pixels = photo->document->photo();
    Image facts = pixels.crop({0, 0, 1, 1});
    facts.width = pixels.size().width;
    facts.height = pixels.size().height;
    facts.metadata = pixels.metadata();
    const std::vector<FillNote> fills = photo->fills.upTo(photo->document->history().index());
    for (const FillNote& fill : fills) add_fill_record(facts, fill);
    auto* info = new FileInfo(photo->document->name(), facts, this);
    info->setObjectName(QStringLiteral("retouch.info"));
    connect(info, &FileInfo::restoreWanted, this, [this, fills] {
        if (fills.empty()) return;
        panel_->setRequest(fills.back().request, fills.back().options);
    });
    info->show();
}

}  // namespace daguerre
