#include "ui/workspaces/confused_list.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>

#include "ui/session/session.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"
#include "ui/workspaces/train_views.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int side = 84, cellSide = side + gap4;  // px
constexpr QSize usual(560, 420);

/// Small pictures keep their pixels, and those that are chosen their greys.
QIcon pictureOf(const Image& image) {
    if (image.width == 0) return {};
    const QImage whole = asQImage(std::make_shared<const Image>(image));
    const QPixmap picture =
        QPixmap::fromImage(whole.scaled(side, side, Qt::KeepAspectRatio, Qt::FastTransformation));
    QIcon icon(picture);
    icon.addPixmap(picture, QIcon::Selected);
    return icon;
}

}  // namespace

ConfusedList::ConfusedList(Session& session, QWidget* parent) : QDialog(parent), session_(session) {
    setObjectName(QStringLiteral("confused"));
    setWindowTitle(tr("Held-out images"));
    resize(usual);
    heading_ = new QLabel(this);
    heading_->setObjectName(QStringLiteral("confused.heading"));
    heading_->setFont(daguerre::font(Type::Name));
    heading_->setWordWrap(true);
    images_ = new QListWidget(this);
    images_->setObjectName(QStringLiteral("confused.images"));
    images_->setAccessibleName(tr("Images of this cell"));
    images_->setViewMode(QListView::IconMode);
    images_->setMovement(QListView::Static);
    images_->setResizeMode(QListView::Adjust);
    images_->setUniformItemSizes(true);
    images_->setIconSize({side, side});
    images_->setGridSize({cellSide, cellSide + fontMetrics().height() + gap1});
    state_ = caption(this);
    state_->setObjectName(QStringLiteral("confused.state"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap4, gap4, gap4);
    column->setSpacing(gap3);
    column->addWidget(heading_);
    column->addWidget(images_, 1);
    column->addWidget(state_);
    column->addStretch();  // where there is nothing to list
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

ConfusedList::~ConfusedList() { stop(); }

void ConfusedList::hideEvent(QHideEvent* event) {
    stop();
    QDialog::hideEvent(event);
}

void ConfusedList::stop() {
    ++number_;
    if (reading_) reading_->cancel();
    reading_.reset();
}

void ConfusedList::list(const std::filesystem::path& run, const Confusion& confusion, int shows,
                        int taken) {
    stop();
    if (run != run_ || confusion.images != measured_) judged_.reset();
    run_ = run;
    measured_ = confusion.images;
    heading_->setText(cellWords(confusion, shows, taken));
    images_->clear();
    images_->show();
    state_->setText(tr("The newest weights judge the held-out images…"));
    show();
    raise();
    const int number = number_;
    reading_ = makeJob<Errand>(
        tr("Judge held-out images"),
        [=, this, judged = judged_](const OnProgress& on_progress) -> Errand::Then {
            const auto all = judged ? judged : judge_held_out(run, on_progress);
            if (!all) return {};
            const auto images = confused_images(*all, shows, taken, side, on_progress);
            return [=, this] {
                if (number != number_) return;
                judged_ = all;
                take(images);
                say(confusion, shows, taken);
            };
        });
    connect(reading_.get(), &Errand::ready, this, Errand::call);
    connect(reading_.get(), &Job::advanced, this, [this, number](const Advance& advance) {
        if (number == number_ && advance.total > 0)
            state_->setText(tr("Judging image %1 of %2…").arg(advance.done).arg(advance.total));
    });
    connect(reading_.get(), &Job::finished, this,
            [this, number](Outcome outcome, const Sentence& why) {
                if (number != number_) return;
                if (outcome == Outcome::Failed) state_->setText(words(why));
                if (outcome == Outcome::Stopped) state_->setText(tr("Stopped."));
            });
    session_.make(reading_);
}

/// What the list is of, where that isn't plain.
void ConfusedList::say(const Confusion& confusion, int shows, int taken) {
    images_->setVisible(images_->count() > 0);
    QStringList lines;
    if (images_->count() == 0)
        lines += tr("No held-out image of “%1” was taken for “%2”.")
                     .arg(QString::fromStdString(confusion.classes[std::size_t(shows)]),
                          QString::fromStdString(confusion.classes[std::size_t(taken)]));
    else
        lines += tr("By their number in the split “%1” of %2, from 0.")
                     .arg(QString::fromStdString(judged_->images->info().split),
                          QString::fromStdString(judged_->images->info().title));
    if (judged_->images_seen != confusion.images)
        lines += tr("By the weights of %1 images; the matrix is of those of %2.")
                     .arg(countWords(judged_->images_seen), countWords(confusion.images));
    if (judged_->noisy) lines += tr("Judged without noise, which the matrix has.");
    state_->setText(lines.join(QLatin1Char(' ')));
}

void ConfusedList::take(const std::vector<ConfusedImage>& images) {
    for (const ConfusedImage& image : images) {
        const QString number = QString::number(image.place);
        auto* item = new QListWidgetItem(pictureOf(image.thumbnail), number, images_);
        const bool readable = image.thumbnail.width > 0;
        item->setToolTip(
            readable ? QString::fromStdString(image.name)
                     : tr("“%1” can't be read any more.").arg(QString::fromStdString(image.name)));
        item->setTextAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    }
    images_->setCurrentRow(0);
}

}  // namespace daguerre
