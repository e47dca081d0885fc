#include "ui/workspaces/train_timeline.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/image/image_file.h"
#include "ui/widgets/curve_math.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/sheet.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int sheetsKept = 256, images = 16;
constexpr int across = 8, down = 2, cellGap = 4, most = 76, speedWidth = 84;
constexpr std::array speeds{2, 5, 10, 30};
enum Weights { Raw, Averaged };

/// The place of the last preview at this many images or fewer; the first where there is none.
int placeOf(const std::vector<PreviewFile>& previews, std::int64_t seen) {
    const auto after = std::ranges::upper_bound(previews, seen, {}, &PreviewFile::images);
    return std::max(int(after - previews.begin()) - 1, 0);
}

}  // namespace

SheetLoader::SheetLoader(Session& session, QObject* parent) : QObject(parent), session_(session) {}

QImage SheetLoader::sheet(const std::filesystem::path& file) {
    if (const auto found = sheets_.find(file); found != sheets_.end()) return found->second;
    if (!asked_.insert(file).second) return {};
    const auto job =
        makeJob<Errand>(tr("Read a preview"), [this, file](const OnProgress&) -> Errand::Then {
            const QImage image = asQImage(std::make_shared<const Image>(read_image(file))).copy();
            return [this, file, image] {
                sheets_[file] = image;
                order_.push_back(file);
                asked_.erase(file);
                if (order_.size() > sheetsKept) {
                    sheets_.erase(order_.front());
                    order_.erase(order_.begin());
                }
                Q_EMIT came();
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
    return {};
}

SheetView::SheetView(SheetLoader& loader, QWidget* parent) : QWidget(parent), loader_(loader) {
    setMinimumSize(200, 2 * 36 + cellGap);
    connect(&loader, &SheetLoader::came, this, qOverload<>(&QWidget::update));
}

void SheetView::setPreviews(std::vector<PreviewFile> previews) {
    previews_ = std::move(previews);
    update();
}

void SheetView::setCurrent(int index) {
    current_ = index;
    setAccessibleName(
        index < 0
            ? tr("No previews yet")
            : tr("Previews at %1 images").arg(countWords(previews_[std::size_t(index)].images)));
    update();
}

void SheetView::follow(int image) {
    followed_ = image == followed_ ? -1 : image;
    update();
    Q_EMIT followedChanged();
}

/// The sheet at the left; beside it, where one is followed, that image at ten times on a
/// logarithmic scale, since most happens early.
std::vector<SheetView::Cell> SheetView::cells() const {
    std::vector<Cell> all;
    if (current_ < 0) return all;
    const bool follows = followed_ >= 0 && previews_.size() > 1;
    const int columns = follows ? across + across / 2 + 1 : across;
    const int side = std::clamp(
        std::min((width() - columns * cellGap) / columns, (height() - cellGap) / down), 20, most);
    const auto where = [&](int column, int row, int left) {
        return QRect(left + column * (side + cellGap), row * (side + cellGap), side, side);
    };
    for (int i = 0; i < images; ++i) all.push_back({where(i % across, i / across, 0), i, -1});
    if (!follows) return all;
    const int left = across * (side + cellGap) + gap4;
    const int room = std::max((width() - left) / (side + cellGap), 1) * down;
    const int count = std::min<int>(room, int(previews_.size()));
    const int last = int(previews_.size()) - 1;
    for (int i = 0; i < count; ++i) {
        const int index =
            count == int(previews_.size()) ? i : int(std::lround(double(i) * last / (count - 1)));
        all.push_back({where(i % (room / down), i / (room / down), left), followed_, index});
    }
    return all;
}

void SheetView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (current_ < 0) {
        painter.setPen(colour(Token::Dim));
        painter.drawText(rect(), Qt::AlignCenter, tr("The first preview comes after one step."));
        return;
    }
    painter.setFont(daguerre::font(Type::Caption));
    for (const Cell& cell : cells()) {
        const int index = cell.preview < 0 ? current_ : cell.preview;
        const QImage sheet = loader_.sheet(previews_[std::size_t(index)].file);
        painter.fillRect(cell.where, colour(Token::Surround));
        if (sheet.isNull()) continue;
        const QRect part = sheetPart(sheet.size(), cell.image);
        if (part.isEmpty()) continue;
        painter.setRenderHint(QPainter::SmoothPixmapTransform, part.width() > cell.where.width());
        painter.drawImage(cell.where, sheet, part);
        const bool chosen = cell.preview < 0 ? cell.image == followed_ : cell.preview == current_;
        if (chosen) {
            painter.setPen(QPen(colour(Token::Accent), 2));
            painter.drawRect(cell.where.adjusted(1, 1, -1, -1));
        }
        if (cell.preview < 0) continue;
        const QString words = shortNumber(double(previews_[std::size_t(index)].images));
        QRect label = painter.fontMetrics().boundingRect(words).adjusted(-3, -1, 3, 1);
        label.moveBottomRight(cell.where.bottomRight() - QPoint(2, 2));
        painter.fillRect(label, QColor(0, 0, 0, 170));
        painter.setPen(Qt::white);
        painter.drawText(label, Qt::AlignCenter, words);
    }
}

void SheetView::mousePressEvent(QMouseEvent* event) {
    for (const Cell& cell : cells()) {
        if (!cell.where.contains(event->position().toPoint())) continue;
        if (cell.preview < 0) return follow(cell.image);
        return Q_EMIT wanted(cell.preview);
    }
}

Timeline::Timeline(Session& session, QWidget* parent)
    : QFrame(parent), loader_(session), sheet_(new SheetView(loader_, this)) {
    setObjectName(QStringLiteral("train.timeline"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap3, gap2, gap3, gap2);
    column->setSpacing(gap2);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap2);
    auto* title = new QLabel(tr("Previews"), this);
    title->setFont(daguerre::font(Type::Section));
    row->addWidget(title);
    weights_ = new Segments({tr("Raw"), tr("EMA")}, this);
    weights_->setObjectName(QStringLiteral("train.weights"));
    weights_->setCurrent(Averaged);
    weights_->setToolTip(tr("By the weights of the last step, or by those averaged over many"));
    row->addWidget(weights_);
    auto* first = button("skip-start-fill", tr("First preview"), {});
    row->addWidget(first);
    play_ = button("play-fill", tr("Play"), QStringLiteral("Space"));
    play_->setObjectName(QStringLiteral("train.play"));
    row->addWidget(play_);
    slider_ = new StepSlider(this);
    slider_->setObjectName(QStringLiteral("train.scrub"));
    slider_->setAccessibleName(tr("Preview"));
    row->addWidget(slider_, 1);
    at_ = new QLabel(this);
    at_->setFont(fixedFont());
    at_->setToolTip(tr("Images seen"));
    row->addWidget(at_);
    speed_ = new QComboBox(this);
    for (const int speed : speeds) speed_->addItem(tr("%1 / s").arg(speed), speed);
    speed_->setCurrentIndex(2);
    speed_->setMinimumWidth(speedWidth);
    speed_->setToolTip(tr("Previews a second while they play"));
    speed_->setAccessibleName(speed_->toolTip());
    row->addWidget(speed_);
    film_ = button("film", tr("Film…"), {});
    film_->setObjectName(QStringLiteral("train.film"));
    row->addWidget(film_);
    column->addLayout(row);
    column->addWidget(sheet_, 1);
    note_ = new QLabel(this);
    note_->setFont(daguerre::font(Type::Caption));
    note_->setForegroundRole(dimRole);
    column->addWidget(note_);
    connect(weights_, &Segments::chosen, this, &Timeline::choose);
    connect(slider_, &QSlider::sliderMoved, this, &Timeline::setCurrent);
    connect(first, &QToolButton::clicked, this, [this] { setCurrent(0); });
    connect(film_, &QToolButton::clicked, this, &Timeline::filmWanted);
    connect(play_, &QToolButton::clicked, this, &Timeline::play);
    connect(sheet_, &SheetView::followedChanged, this, &Timeline::showPlace);
    connect(sheet_, &SheetView::wanted, this, &Timeline::setCurrent);
    connect(&timer_, &QTimer::timeout, this, &Timeline::tick);
    setPreviews({});
}

QToolButton* Timeline::button(const char* name, const QString& words, const QString& key) {
    auto* button = new QToolButton(this);
    button->setAutoRaise(true);
    button->setFixedSize(28, 28);
    setIconOnly(button, name, words, key);
    return button;
}

const std::vector<PreviewFile>& Timeline::previews() const { return sheet_->previews(); }
int Timeline::current() const { return sheet_->current(); }

void Timeline::setPreviews(const std::vector<PreviewFile>& averaged,
                           const std::vector<PreviewFile>& raw) {
    averaged_ = averaged;
    raw_ = raw;
    weights_->setPossible(Raw, !raw.empty(),
                          tr("This run was started without raw previews: see Optimiser."));
    if (raw.empty()) weights_->setCurrent(Averaged);
    const auto& previews = weights_->current() == Raw ? raw : averaged;
    const auto& before = sheet_->previews();
    const int count = int(previews.size());
    const bool same = !before.empty() && !previews.empty() &&
                      before.front().file.parent_path() == previews.front().file.parent_path();
    if (same && int(before.size()) == count) return;
    const bool follows = !same || current() == int(before.size()) - 1;
    const int kept = follows ? count - 1 : std::min(current(), count - 1);
    look(previews, kept);
}

/// The same moment by the other weights.
void Timeline::choose(int weights) {
    const auto& previews = weights == Raw ? raw_ : averaged_;
    if (current() < 0 || previews.empty()) return;
    const std::int64_t seen = this->previews()[std::size_t(current())].images;
    look(previews, placeOf(previews, seen));
}

void Timeline::look(const std::vector<PreviewFile>& previews, int index) {
    const int count = int(previews.size());
    sheet_->setPreviews(previews);
    slider_->setRange(0, std::max(count - 1, 0));
    slider_->setEnabled(count > 1);
    film_->setEnabled(count > 0);
    sheet_->setCurrent(index);
    showPlace();
}

void Timeline::setCurrent(int index) {
    const int last = int(previews().size()) - 1;
    sheet_->setCurrent(std::clamp(index, std::min(last, 0), last));
    showPlace();
    if (current() >= 0) Q_EMIT moved(double(previews()[std::size_t(current())].images));
}

void Timeline::showPlace() {
    const int index = current();
    if (slider_->value() != index && index >= 0) slider_->setValue(index);
    at_->setText(index < 0 ? QString()
                           : tr("at %1").arg(countWords(previews()[std::size_t(index)].images)));
    const int followed = sheet_->followed();
    note_->setText(
        index < 0 ? QString()
        : followed < 0
            ? tr("Seeds 0 to 15, %n preview(s). Click one to follow it through time.", nullptr,
                 int(previews().size()))
            : tr("Seed %1 through time, images seen. Click it again for all.").arg(followed));
}

void Timeline::play() {
    if (timer_.isActive()) {
        timer_.stop();
    } else if (previews().size() > 1) {
        if (current() == int(previews().size()) - 1) setCurrent(0);
        timer_.start(1000 / speed_->currentData().toInt());
    }
    setIconOnly(play_, playing() ? "pause-fill" : "play-fill", playing() ? tr("Pause") : tr("Play"),
                QStringLiteral("Space"));
}

void Timeline::tick() {
    setCurrent(current() + 1);
    if (current() == int(previews().size()) - 1) play();
}

}  // namespace daguerre
