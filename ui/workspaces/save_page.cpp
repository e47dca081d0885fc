#include "ui/workspaces/save_page.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardPaths>
#include <QVBoxLayout>
#include <algorithm>

#include "core/image/image_file.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace fs = std::filesystem;

namespace {

/// What a format can hold, by the id of its row.
struct Holds {
    const char* id;
    bool deep, alpha, exact;
};
constexpr Holds formats[]{{"png", true, true, true},
                          {"tiff", true, true, true},
                          {"webp", false, true, true},
                          {"jpeg", false, false, false}};

const ImageFormat* formatOf(const QString& name) {
    const std::string suffix = '.' + QFileInfo(name).suffix().toLower().toStdString();
    for (const ImageFormat& format : image_formats())
        if (std::find(format.suffixes.begin(), format.suffixes.end(), suffix) !=
            format.suffixes.end())
            return &format;
    return nullptr;
}

QLabel* dimLabel(const QString& text) {
    auto* label = new QLabel(text);
    label->setForegroundRole(dimRole);
    label->setWordWrap(true);
    return label;
}

fs::path writableFolder(const fs::path& opened) {
    const fs::path folder = opened.parent_path();
    if (!folder.empty() && QFileInfo(QString::fromStdString(folder.string())).isWritable())
        return folder;
    return QStandardPaths::writableLocation(QStandardPaths::PicturesLocation).toStdString();
}

}  // namespace

fs::path proposedFile(const fs::path& opened) {
    const std::string stem = opened.empty() ? "photo" : opened.stem().string();
    const std::string suffix =
        has_image_suffix(opened) ? opened.extension().string() : std::string(".png");
    const fs::path folder = writableFolder(opened);
    fs::path file = folder / (stem + "-retouched" + suffix);
    for (int n = 2; fs::exists(file); ++n)
        file = folder / (stem + "-retouched-" + std::to_string(n) + suffix);
    return file;
}

SavePage::SavePage(const Tiles& photo, const fs::path& opened, const fs::path& proposed,
                   QWidget* parent)
    : QDialog(parent), photo_(photo), opened_(opened) {
    setObjectName(QStringLiteral("retouch.save-page"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Save photo"));
    setMinimumWidth(460);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap4, gap4, gap4);
    column->setSpacing(gap3);
    auto* form = new QGridLayout;
    form->setHorizontalSpacing(gap3);
    form->setVerticalSpacing(gap2);
    name_ = new QLineEdit(QString::fromStdString(proposed.filename().string()));
    name_->setObjectName(QStringLiteral("save.name"));
    name_->setAccessibleName(tr("Name"));
    folder_ = new QLineEdit(QString::fromStdString(proposed.parent_path().string()));
    folder_->setObjectName(QStringLiteral("save.folder"));
    folder_->setAccessibleName(tr("Folder"));
    auto* browse = new QPushButton(tr("Other folder…"));
    browse->setIcon(icon("folder2-open"));
    form->addWidget(dimLabel(tr("Name")), 0, 0);
    form->addWidget(name_, 0, 1, 1, 2);
    form->addWidget(dimLabel(tr("Folder")), 1, 0);
    form->addWidget(folder_, 1, 1);
    form->addWidget(browse, 1, 2);
    form->setColumnStretch(1, 1);
    column->addLayout(form);
    auto* title = new QLabel(tr("What the file keeps"));
    title->setFont(daguerre::font(Type::Section));
    column->addWidget(title);
    kept_ = new QGridLayout;
    kept_->setHorizontalSpacing(gap2);
    kept_->setVerticalSpacing(gap1);
    kept_->setColumnStretch(1, 1);
    column->addLayout(kept_);
    sentence_ = dimLabel({});
    sentence_->setObjectName(QStringLiteral("save.sentence"));
    column->addWidget(sentence_);
    record_ = new QCheckBox(tr("Write into the file how it was made"));
    record_->setObjectName(QStringLiteral("save.record"));
    record_->setChecked(true);
    column->addWidget(record_);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(gap2);
    auto* cancel = new QPushButton(tr("Cancel"));
    save_ = new QPushButton(tr("Save"));
    save_->setObjectName(QStringLiteral("save.write"));
    save_->setIcon(icon("download", Token::OnAccent));
    setMark(save_, Mark::Primary);
    save_->setDefault(true);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(save_);
    column->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::close);
    connect(browse, &QPushButton::clicked, this, &SavePage::browse);
    connect(name_, &QLineEdit::textChanged, this, &SavePage::refresh);
    connect(folder_, &QLineEdit::textChanged, this, &SavePage::refresh);
    connect(save_, &QPushButton::clicked, this, [this] {
        Q_EMIT wanted(file(), record_->isChecked());
        close();
    });
    refresh();
    name_->setFocus();
    name_->setSelection(0, int(QFileInfo(name_->text()).completeBaseName().size()));
}

fs::path SavePage::file() const {
    return fs::path(folder_->text().toStdString()) / name_->text().toStdString();
}

void SavePage::browse() {
    auto* dialog = new QFileDialog(this, tr("Folder for the photo"), folder_->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, folder_, &QLineEdit::setText);
    dialog->open();
}

void SavePage::addKept(const QString& what, const QString& whyNot) {
    auto* sign = new QLabel;
    const bool kept = whyNot.isEmpty();
    sign->setPixmap(icon(kept ? "check-lg" : "x-lg", kept ? Token::Good : Token::Warn)
                        .pixmap(QSize(iconSize, iconSize), devicePixelRatioF()));
    auto* words = new QLabel(kept ? what : tr("%1: %2").arg(what, whyNot));
    words->setWordWrap(true);
    kept_->addWidget(sign, rows_, 0);
    kept_->addWidget(words, rows_++, 1);
}

void SavePage::refresh() {
    while (QLayoutItem* item = kept_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    rows_ = 0;
    const ImageFormat* format = formatOf(name_->text());
    const Holds* holds = nullptr;
    for (const Holds& row : formats)
        if (format && format->id == row.id) holds = &row;
    std::error_code missing;
    QString trouble;
    if (!holds)
        trouble = tr("Choose a name that ends in .png, .tif, .webp or .jpg.");
    else if (!opened_.empty() && fs::equivalent(file(), opened_, missing))
        trouble =
            tr("This is the photo you opened. Daguerre leaves originals alone; choose "
               "another name.");
    else if (fs::exists(file(), missing))
        trouble = tr("There is a file of this name already. Choose another one.");
    save_->setEnabled(trouble.isEmpty());
    sentence_->setVisible(!trouble.isEmpty() || (holds && !holds->exact));
    sentence_->setText(!trouble.isEmpty()
                           ? trouble
                           : tr("JPEG encodes every pixel anew. PNG, TIFF or lossless WebP keeps "
                                "the rest exact."));
    if (!holds) return;
    const Metadata& metadata = photo_.metadata();
    const QString title = QString::fromStdString(format->title);
    if (!metadata.exif.empty()) addKept(tr("EXIF"), {});
    if (!metadata.icc.empty()) addKept(tr("Colour profile"), {});
    if (!metadata.xmp.empty()) addKept(tr("XMP"), {});
    if (photo_.depth() == 16)
        addKept(tr("16 bit"), holds->deep ? QString() : tr("%1 has 8 bits a colour").arg(title));
    if (photo_.channels() == 4)
        addKept(tr("Transparency"),
                holds->alpha ? QString() : tr("%1 has none; black comes in its place").arg(title));
    addKept(tr("Every pixel outside the mask"),
            holds->exact ? QString() : tr("about, not byte for byte"));
}

}  // namespace daguerre
