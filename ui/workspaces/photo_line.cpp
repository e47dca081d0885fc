#include "ui/workspaces/photo_line.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>

#include "core/image/colour.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int lineHeight = 28, roomyFrom = 860;

QString keptText(const Metadata& metadata) {
    QStringList kept;
    if (!metadata.exif.empty()) kept += PhotoLine::tr("EXIF");
    if (!metadata.xmp.empty()) kept += PhotoLine::tr("XMP");
    return kept.isEmpty() ? QString()
                          : PhotoLine::tr("%1 kept").arg(kept.join(QStringLiteral(", ")));
}

}  // namespace

PhotoLine::PhotoLine(QWidget* parent) : QWidget(parent) {
    setFixedHeight(lineHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(gap3, 0, gap3, 0);
    row->setSpacing(gap3);
    const auto caption = [&] {
        auto* label = new QLabel(this);
        label->setFont(daguerre::font(Type::Caption));
        label->setForegroundRole(dimRole);
        row->addWidget(label);
        return label;
    };
    zoom_ = caption();
    zoom_->setFont(fixedFont());
    zoom_->setForegroundRole(QPalette::WindowText);
    zoom_->setMinimumWidth(zoom_->fontMetrics().horizontalAdvance(QStringLiteral("1600 %")));
    size_ = caption();
    depth_ = caption();
    profile_ = caption();
    kept_ = caption();
    row->addStretch();
    sign_ = caption();
    sign_->setFixedSize(iconSize, iconSize);
    proof_ = caption();
    proof_->setObjectName(QStringLiteral("retouch.proof"));
    when_ = caption();
    when_->setText(tr("checked after the last fill"));
    showPhoto({});
    showProof(0, -1);
}

void PhotoLine::showPhoto(const Tiles& photo) {
    const Size size = photo.size();
    const bool open = size.width > 0;
    for (QLabel* label : {zoom_, size_, depth_, profile_, kept_}) label->setVisible(open);
    if (!open) return;
    size_->setText(
        tr("%1 × %2").arg(locale().toString(size.width), locale().toString(size.height)));
    depth_->setText(tr("%1 bit").arg(photo.depth()));
    const QString title = QString::fromStdString(profile_title(photo.metadata().icc));
    profile_->setText(photo.metadata().icc.empty() ? tr("no profile")
                      : title.isEmpty()            ? tr("own profile")
                                                   : title);
    profile_->setToolTip(photo.metadata().icc.empty() ? tr("Shown as sRGB") : QString());
    kept_->setText(keptText(photo.metadata()));
}

void PhotoLine::showZoom(double zoom) { zoom_->setText(tr("%1 %").arg(qRound(zoom * 100))); }

void PhotoLine::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showProof(changed_, of_);
}

void PhotoLine::resizeEvent(QResizeEvent*) { when_->setVisible(of_ >= 0 && width() >= roomyFrom); }

void PhotoLine::showProof(std::int64_t changed, std::int64_t of) {
    changed_ = changed;
    of_ = of;
    for (QLabel* label : {sign_, proof_}) label->setVisible(of >= 0);
    when_->setVisible(of >= 0 && width() >= roomyFrom);
    if (of < 0) return proof_->setText({});
    const bool kept = changed == 0;
    QPalette ink;
    ink.setColor(QPalette::WindowText, colour(kept ? Token::Good : Token::Bad));
    proof_->setForegroundRole(QPalette::WindowText);
    proof_->setPalette(ink);
    sign_->setPixmap(
        icon(kept ? "check-circle-fill" : "exclamation-triangle", kept ? Token::Good : Token::Bad)
            .pixmap(QSize(iconSize, iconSize), devicePixelRatioF()));
    proof_->setText(
        tr("Outside the mask: %1 of %2 bytes changed")
            .arg(locale().toString(qlonglong(changed)), locale().toString(qlonglong(of))));
}

}  // namespace daguerre
