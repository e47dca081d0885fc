#include "ui/widgets/film_dialog.h"

#include <QCheckBox>
#include <QCloseEvent>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QStandardPaths>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "ui/widgets/icons.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int previewSide = 260;                // px
constexpr double largestSheet = 100e6;          // pixels
constexpr int usualSide = 480, usualScale = 4;  // px a frame shall have at least
constexpr int leastSide = 64;                   // px of a picture made smaller

const char* suffixOf(FilmChoice::Form form) {
    constexpr const char* suffixes[]{".gif", ".apng", ".mp4", ".png", ""};
    return suffixes[int(form)];
}

QSpinBox* spin(int low, int high, int value, const QString& suffix, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setRange(low, high);
    box->setValue(value);
    box->setSuffix(suffix);
    return box;
}

QPixmap pixmapOf(const Image& frame) {
    return QPixmap::fromImage(QImage(reinterpret_cast<const uchar*>(frame.pixels.data()),
                                     frame.width, frame.height, int(frame.row_bytes()),
                                     QImage::Format_RGB888));
}

}  // namespace

FilmDialog::FilmDialog(std::shared_ptr<const Frames> frames, int chosen, int columns,
                       const QString& name, QWidget* parent)
    : QDialog(parent), frames_(std::move(frames)), chosen_(chosen), columns_(columns), name_(name) {
    setWindowTitle(tr("Film"));
    setObjectName(QStringLiteral("film"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap4, gap4, gap4);
    column->setSpacing(gap3);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap5);
    preview_ = new QLabel(this);
    preview_->setFixedSize(previewSide, previewSide);
    preview_->setAlignment(Qt::AlignCenter);
    preview_->setAccessibleName(tr("How a frame looks"));
    row->addWidget(preview_, 0, Qt::AlignTop);
    row->addWidget(controls_ = makeForm(), 1, Qt::AlignTop);
    column->addLayout(row);
    makeFoot(column);
    refresh();
}

QWidget* FilmDialog::makeForm() {
    auto* form = new QWidget(this);
    auto* rows = new QFormLayout(form);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(gap2);
    form_ = new Segments({tr("GIF"), tr("APNG"), tr("MP4"), tr("Sheet"), tr("PNG steps")}, form);
    pictures_ = new Segments(
        {tr("All"), chosen_ < 0 ? tr("One") : tr("Picture %1").arg(chosen_ + 1)}, form);
    pictures_->setPossible(1, chosen_ >= 0, tr("Choose a picture in the grid first."));
    halves_ = new Segments({tr("Both"), tr("Noise"), tr("Guess")}, form);
    if (shrinks()) {
        scale_ = spin(leastSide, longerSide(), usualSide, tr(" px"), form);
        scale_->setSingleStep(leastSide / 2);
    } else {
        const int width = std::max(frames_->size().width() * columns_, 1);
        scale_ =
            spin(1, 16, std::clamp(usualSide / width, 1, usualScale), QStringLiteral("×"), form);
    }
    rate_ = spin(1, 60, 10, tr(" frames/s"), form);
    hold_ = new QDoubleSpinBox(form);
    hold_->setRange(0, 10);
    hold_->setSingleStep(0.5);
    hold_->setDecimals(1);
    hold_->setValue(1.5);
    hold_->setSuffix(tr(" s"));
    const int kept = int(frames_->kept().size());
    sheetSteps_ = spin(1, std::max(kept, 1), std::min(kept, 11), {}, form);
    sheetSteps_->setSuffix(tr(" of %1").arg(kept));
    caption_ = new QCheckBox(tr("Step and σ under the pictures"), form);
    caption_->setChecked(true);
    rows->addRow(tr("As"), form_);
    rows->addRow(tr("Pictures"), pictures_);
    rows->addRow(tr("Halves"), halves_);
    rows->addRow(tr("Size"), scale_);
    rows->addRow(tr("Speed"), rate_);
    rows->addRow(tr("Hold the last"), hold_);
    rows->addRow(tr("Steps"), sheetSteps_);
    rows->addRow(QString(), caption_);
    for (QWidget* field : findChildren<QWidget*>())
        if (QWidget* label = rows->labelForField(field)) label->setMinimumHeight(controlHeight);
    for (Segments* segments : {form_, pictures_, halves_})
        segments->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connectForm();
    return form;
}

void FilmDialog::connectForm() {
    for (Segments* segments : {form_, pictures_, halves_})
        connect(segments, &Segments::chosen, this, &FilmDialog::refresh);
    for (QSpinBox* box : {scale_, rate_, sheetSteps_})
        connect(box, &QSpinBox::valueChanged, this, &FilmDialog::refresh);
    connect(hold_, &QDoubleSpinBox::valueChanged, this, &FilmDialog::refresh);
    connect(caption_, &QCheckBox::toggled, this, &FilmDialog::refresh);
}

void FilmDialog::makeFoot(QVBoxLayout* column) {
    size_ = new QLabel(this);
    size_->setForegroundRole(dimRole);
    end_ = new QLabel(this);
    end_->setWordWrap(true);
    end_->hide();
    progress_ = new QProgressBar(this);
    progress_->hide();
    column->addWidget(size_);
    column->addWidget(end_);
    column->addWidget(progress_);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap2);
    save_ = new QPushButton(icon("film", Token::OnAccent), tr("Save film…"), this);
    save_->setObjectName(QStringLiteral("film.save"));
    setMark(save_, Mark::Primary);
    save_->setDefault(true);
    close_ = new QPushButton(tr("Close"), this);
    close_->setObjectName(QStringLiteral("film.close"));
    row->addStretch();
    row->addWidget(close_);
    row->addWidget(save_);
    column->addLayout(row);
    connect(save_, &QPushButton::clicked, this, &FilmDialog::ask);
    connect(close_, &QPushButton::clicked, this, &FilmDialog::close);
}

void FilmDialog::setCaptions(std::vector<QString> captions, const QString& words) {
    captions_ = std::move(captions);
    caption_->setText(words);
    halves_->setCurrent(int(FilmHalves::Guess));
    auto* rows = static_cast<QFormLayout*>(controls_->layout());
    rows->labelForField(halves_)->hide();
    halves_->hide();
    refresh();
}

int FilmDialog::longerSide() const {
    return std::max(frames_->size().width(), frames_->size().height());
}

bool FilmDialog::shrinks() const { return longerSide() > usualSide; }

FilmChoice FilmDialog::choice() const {
    FilmChoice choice;
    choice.form = FilmChoice::Form(form_->current());
    choice.halves = FilmHalves(halves_->current());
    if (pictures_->current() == 1) {
        choice.pictures = {chosen_};
    } else {
        choice.pictures.resize(std::size_t(frames_->count()));
        std::iota(choice.pictures.begin(), choice.pictures.end(), 0);
    }
    choice.columns = pictures_->current() == 1 ? 1 : columns_;
    (shrinks() ? choice.side : choice.scale) = scale_->value();
    choice.sheetSteps = sheetSteps_->value();
    choice.framesPerSecond = rate_->value();
    choice.holdSeconds = hold_->value();
    choice.caption = caption_->isChecked();
    choice.captions = captions_;
    return choice;
}

void FilmDialog::refresh() {
    FilmChoice now = choice();
    const bool moves = now.form < FilmChoice::Form::Sheet;
    const bool sheet = now.form == FilmChoice::Form::Sheet;
    rate_->setEnabled(moves);
    hold_->setEnabled(moves);
    sheetSteps_->setEnabled(sheet);
    save_->setText(moves ? tr("Save film…") : sheet ? tr("Save sheet…") : tr("Save steps…"));
    const QSize size = filmSize(*frames_, now);
    const QLocale locale;
    const int count = int(filmSteps(*frames_, now).size());
    QString words =
        tr("%1 × %2 px").arg(locale.toString(size.width()), locale.toString(size.height()));
    if (!sheet) words += tr(", %1 frames").arg(locale.toString(count));
    if (moves)
        words += tr(", %1 s").arg(
            locale.toString(count / now.framesPerSecond + now.holdSeconds, 'f', 1));
    const bool tooLarge = double(size.width()) * size.height() > largestSheet;
    if (tooLarge) words += tr(": too large; choose a smaller size or fewer pictures");
    size_->setText(words);
    save_->setEnabled(!tooLarge && !frames_->size().isEmpty());

    const double most = previewSide / std::max<double>(size.width(), size.height());
    int& length = shrinks() ? now.side : now.scale;
    length = std::clamp(int(length * std::min(1., most * 2)), 1, length);
    now.form = FilmChoice::Form::Gif;
    const int middle = frames_->keptBelow(frames_->steps() / 2);
    const double ratio = devicePixelRatioF();
    QPixmap pixmap = pixmapOf(filmFrame(*frames_, now, std::max(middle, 0)))
                         .scaled(QSize(previewSide, previewSide) * ratio, Qt::KeepAspectRatio,
                                 Qt::SmoothTransformation);
    pixmap.setDevicePixelRatio(ratio);
    preview_->setPixmap(pixmap);
}

void FilmDialog::ask() {
    const FilmChoice::Form form = choice().form;
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    if (form == FilmChoice::Form::Steps) {
        const QString above = QFileDialog::getExistingDirectory(
            this, tr("Where a folder with the steps shall be made"), folder);
        if (!above.isEmpty()) write(QStringLiteral("%1/%2-steps").arg(above, name_));
        return;
    }
    const QString suffix = QLatin1String(suffixOf(form));
    QString file = QFileDialog::getSaveFileName(
        this, windowTitle(), QStringLiteral("%1/%2%3").arg(folder, name_, suffix),
        QStringLiteral("*%1").arg(suffix));
    if (file.isEmpty()) return;
    if (!file.endsWith(suffix, Qt::CaseInsensitive)) file += suffix;
    write(file);
}

void FilmDialog::write(const QString& file) {
    file_ = file;
    end_->hide();
    progress_->setRange(0, 0);
    setRunning(true);
    Q_EMIT wanted(choice(), file);
}

void FilmDialog::setRunning(bool running) {
    running_ = running;
    controls_->setEnabled(!running);
    save_->setEnabled(!running);
    progress_->setVisible(running);
    close_->setText(running ? tr("Stop") : tr("Close"));
}

void FilmDialog::showProgress(qint64 done, qint64 total) {
    progress_->setRange(0, int(total));
    progress_->setValue(int(done));
}

void FilmDialog::showEnd(bool written, const QString& trouble) {
    setRunning(false);
    end_->setText(written             ? tr("Written: “%1”").arg(QFileInfo(file_).fileName())
                  : trouble.isEmpty() ? tr("Stopped; nothing was written.")
                                      : trouble);
    end_->show();
}

void FilmDialog::closeEvent(QCloseEvent* event) {
    if (!running_) return QDialog::closeEvent(event);
    Q_EMIT stopWanted();
    event->ignore();
}

}  // namespace daguerre
