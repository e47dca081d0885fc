#include "ui/workspaces/network_panel.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/random.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/gallery.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int pictureSide = 168, drawSide = 56, drawRows = 4;

}  // namespace

NetworkViews networkViews(const Image& image, std::uint32_t number, const ViewSettings& settings,
                          int count) {
    const Image view = network_view(image, settings.shape().size, settings.shape().channels);
    NetworkViews views;
    views.least = 1;
    views.most = -1;
    for (const std::byte byte : view.pixels) {
        const double value = double(byte) / 127.5 - 1;
        views.least = std::min(views.least, value);
        views.most = std::max(views.most, value);
        views.mean += value / double(view.pixels.size());
    }
    for (int i = 0; i < count; ++i) {
        const std::uint64_t bits = seed_for(
            0, Stream::Flip, std::uint64_t(number) * std::uint64_t(count) + std::uint64_t(i));
        const bool flip = settings.flips && bits >> 63 != 0;
        views.draws.push_back(flip ? mirror(view) : view);
    }
    return views;
}

NetworkPanel::NetworkPanel(QWidget* parent) : QWidget(parent) {
    form_ = new FieldsForm(QStringLiteral("datasets.view"), this);
    form_->setFields(fields_of(ViewSettings()));
    title_ = new QLabel(tr("Choose an image in the grid."), this);
    title_->setWordWrap(true);
    title_->setTextFormat(Qt::PlainText);
    picture_ = new QLabel(this);
    picture_->setObjectName(QStringLiteral("datasets.view"));
    numbers_ = new QLabel(this);
    numbers_->setObjectName(QStringLiteral("datasets.view-numbers"));
    numbers_->setFont(daguerre::font(Type::Caption));
    numbers_->setForegroundRole(dimRole);
    numbers_->setWordWrap(true);
    draws_ = new Gallery(this);
    draws_->setObjectName(QStringLiteral("datasets.draws"));
    draws_->setAccessibleName(tr("Draws of this image"));
    draws_->setShape(drawRows, drawSide);
    export_ = new QPushButton(tr("Export as seen…"), this);
    export_->setObjectName(QStringLiteral("datasets.export-seen"));
    export_->setToolTip(
        tr("Writes the images of the grid, or the chosen ones, as the network gets them: into a "
           "folder, or a zip. Where they are mirrored, both forms are written."));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap2, gap4, gap3);
    column->setSpacing(gap2);
    column->addWidget(form_);
    column->addWidget(title_);
    column->addWidget(picture_);
    column->addWidget(numbers_);
    column->addWidget(draws_);
    column->addWidget(export_);
    column->addStretch();
    draws_->hide();
    export_->hide();
    connect(export_, &QPushButton::clicked, this, &NetworkPanel::exportWanted);
    connect(form_, &FieldsForm::changed, this, &NetworkPanel::changed);
}

void NetworkPanel::setSettings(const ViewSettings& settings) {
    form_->setFields(fields_of(settings));
    Q_EMIT changed();
}

ViewSettings NetworkPanel::settings() const { return options_from<ViewSettings>(form_->fields()); }

void NetworkPanel::show(const NetworkViews& views, const QString& name) {
    title_->setText(name);
    std::vector<Thumbnail> thumbnails;
    for (const Image& draw : views.draws)
        thumbnails.push_back({{}, name, asQImage(std::make_shared<const Image>(draw))});
    if (thumbnails.empty()) return;
    const QImage& first = thumbnails.front().image;
    const bool larger = first.width() > pictureSide;
    picture_->setPixmap(QPixmap::fromImage(
        first.scaled(pictureSide, pictureSide, Qt::KeepAspectRatio,
                     larger ? Qt::SmoothTransformation : Qt::FastTransformation)));
    picture_->setAccessibleName(tr("%1 as the network gets it").arg(name));
    numbers_->setText(tr("%1 × %1, values %2 to %3 of -1 to 1, mean %4")
                          .arg(first.width())
                          .arg(views.least, 0, 'f', 2)
                          .arg(views.most, 0, 'f', 2)
                          .arg(views.mean, 0, 'f', 2));
    draws_->setThumbnails(std::move(thumbnails));
    draws_->show();
    export_->show();
}

}  // namespace daguerre
