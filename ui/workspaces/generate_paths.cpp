// Generate's other ways: branches from a step, films between two seeds or classes, photos that come
// back from noise.
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/image/record.h"
#include "core/models/sampling_path.h"
#include "ui/widgets/denoise_canvas.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/change_dialog.h"
#include "ui/workspaces/generate.h"
#include "ui/workspaces/make_panel.h"
#include "ui/workspaces/model_compare.h"
#include "ui/workspaces/restore.h"
#include "ui/workspaces/view_bar.h"

namespace daguerre {
namespace {

/// What may change on the way, beside the noise.
constexpr std::array changeable{"class", "guidance", "sampler", "schedule", "steps"};
/// What a film between two pictures asks for.
constexpr std::array betweenKeys{"seed", "to_seed", "class", "to_class", "walk", "count"};
constexpr std::int64_t usualFrames = 48, mostFrames = 240;
constexpr char noiseKey[] = "noise";

QString value(const Field& field) {
    return field.choices.empty() ? QString::fromStdString(text_of(field.value)) : titleOf(field);
}

QString textOf(const Fields& fields, const char* key) {
    const Field* field = find_field(fields, key);
    return field ? QString::fromStdString(text_of(field->value)) : QString();
}

/// The class that the last branch leads to.
std::optional<std::string> lastClass(const Fields& fields) {
    const Field* branch = find_field(fields, "branch");
    if (!branch) return std::nullopt;
    try {
        const auto branches = branches_of(text_of(branch->value), ownFields(fields));
        return branches.empty() ? std::nullopt : branches.back().image_class;
    } catch (const Error&) {  // making will say it
        return std::nullopt;
    }
}

}  // namespace

std::shared_ptr<Result> Generate::newResult(const Model& model, const Fields& fields) const {
    auto result = std::make_shared<Result>();
    const ModelInfo& info = model.info();
    auto request = options_from<GenerateRequest>(fields);
    if (const auto last = lastClass(fields)) request.image_class = *last;
    const auto count = int(request.count);
    const Bond bond = model.bond(ownFields(fields));
    const bool together = bond != Bond::None;
    result->walk = bond == Bond::Film;
    result->frames = std::make_shared<Frames>(count);
    result->model = info.id;
    result->fields = fields;
    result->files.resize(std::size_t(count));
    const bool toClass = !textOf(fields, "to_class").isEmpty();
    for (int i = 0; i < count; ++i) {
        const int own = together ? 0 : i;
        // Of a film of a mix, or between two classes, no frame is of one class; nor is a map.
        const int place = together && (request.image_class.empty() || toClass)
                              ? -1
                              : class_of(info, request, own);
        result->classes.push_back(
            place < 0 ? QString() : QString::fromStdString(info.classes[std::size_t(place)]));
        result->seeds.push_back(seed_of(request, own));
    }
    if (const Field* spacing = find_field(result->fields, "schedule"))
        result->spacing = titleOf(*spacing);
    return result;
}

/// Why nothing can branch off now; empty: it can.
QString Generate::whyNoBranch() const {
    if (job_) return tr("wait until the pictures are made");
    if (!shown_ || shown_->frames->steps() == 0) return tr("make pictures first");
    if (!session_.model() || session_.model()->info().id != shown_->model)
        return tr("open the model of these pictures first");
    if (shown_->fields.empty()) return tr("these were made earlier; make them again first");
    if (!find_field(shown_->fields, "branch")) return tr("this model has no steps to branch from");
    if (view_->step() >= shown_->frames->steps()) return tr("go to an earlier step first");
    return {};
}

void Generate::branch() {
    if (!whyNoBranch().isEmpty()) return;
    const std::shared_ptr<Result> parent = shown_;
    const int step = view_->step();
    Fields fields;
    for (const char* key : changeable)
        if (const Field* field = find_field(parent->fields, key)) fields.push_back(*field);
    Field noise;
    noise.key = noiseKey;
    noise.label = tr("Fresh noise").toStdString();
    noise.help = tr("the clean guess with fresh noise of this seed; -1 keeps the noise that is "
                    "there")
                     .toStdString();
    noise.value = noise.standard = std::int64_t(-1);
    noise.min = -1;
    noise.max = 4294967295.0;
    fields.push_back(noise);
    auto* dialog = new ChangeDialog(
        QStringLiteral("branch"), tr("Branch after step %1").arg(step),
        tr("The pictures go the same way for %n step(s). What changes then?", nullptr, step),
        fields, tr("Change at least one setting."), this);
    connect(dialog, &QDialog::accepted, this, [=, this] {
        if (!job_) makeBranch(parent, step, dialog->changes());
    });
    dialog->open();
}

void Generate::makeBranch(const std::shared_ptr<Result>& parent, int step, const Fields& changes) {
    QStringList settings, titles;
    for (const Field& field : changes) {
        const QString text = QString::fromStdString(text_of(field.value));
        settings += QString::fromStdString(field.key) + QLatin1Char('=') + text;
        titles += QString::fromStdString(field.label).toLower() + QLatin1Char(' ') + value(field);
    }
    Fields fields = parent->fields;
    set_field(fields, "branch",
              with_branch(text_of(find_field(fields, "branch")->value), step,
                          settings.join(QStringLiteral(", ")).toStdString()));
    const QString title = tr("%1 ▸ %2: %3")
                              .arg(parent->title.isEmpty() ? tr("1") : parent->title)
                              .arg(step)
                              .arg(titles.join(QStringLiteral(", ")));
    if (std::ranges::count(kin_, parent) == 0) kin_ = {parent};
    make(fields, title, parent);
}

void Generate::makeKinRow() {
    kinRow_ = new QWidget(this);
    kinTabs_ = new QTabBar;
    kinTabs_->setObjectName(QStringLiteral("generate.branches"));
    kinTabs_->setAccessibleName(tr("Branches"));
    kinTabs_->setExpanding(false);
    kinTabs_->setDrawBase(false);
    besideParent_ = new QToolButton;
    besideParent_->setObjectName(QStringLiteral("generate.beside"));
    besideParent_->setText(tr("Beside its parent"));
    besideParent_->setToolTip(
        tr("The clean guesses of what it branched from on the left, its own on the right"));
    besideParent_->setCheckable(true);
    auto* row = new QHBoxLayout(kinRow_);
    row->setContentsMargins(0, 0, gap3, 0);
    row->addWidget(kinTabs_, 1);
    row->addWidget(besideParent_);
    kinRow_->hide();
}

/// The way that was begun with and its branches, a tab each, where there are any.
void Generate::showKin() {
    if (std::ranges::count(kin_, shown_) == 0) kin_.clear();
    const QSignalBlocker quiet(kinTabs_);
    while (kinTabs_->count() > 0) kinTabs_->removeTab(0);
    for (const std::shared_ptr<Result>& result : kin_) {
        const int tab = kinTabs_->addTab(result->title.isEmpty() ? tr("1") : result->title);
        if (result == shown_) kinTabs_->setCurrentIndex(tab);
    }
    kinRow_->setVisible(kin_.size() > 1 && compare_->isHidden());
    showParent();
}

/// Beside a branch, where that is wanted, what it left.
void Generate::showParent() {
    const std::shared_ptr<Result> parent = shown_ ? shown_->parent.lock() : nullptr;
    besideParent_->setVisible(parent != nullptr);
    DenoiseCanvas::Beside beside;
    if (parent && besideParent_->isChecked()) {
        beside = {parent->frames, parent->title.isEmpty() ? tr("1") : parent->title, shown_->title};
        bar_->showSplit();
    }
    view_->canvas()->setBeside(beside);
}

/// The same step of another branch.
void Generate::kinChosen(int tab) {
    if (tab < 0 || tab >= int(kin_.size())) return;
    const int step = view_->step();
    const bool last = shown_ && step == shown_->frames->steps();
    show(kin_[std::size_t(tab)], -1);
    if (last)
        view_->toLast();
    else
        view_->setStep(step);
}

QString Generate::whyNoFilm() const {
    if (job_) return tr("wait until the pictures are made");
    if (!session_.model()) return tr("open a model first");
    const Fields fields = panel_->fields();
    if (!find_field(fields, "to_seed") && !find_field(fields, "walk"))
        return tr("this model can't go from one picture to another");
    return {};
}

/// From the chosen picture to another.
void Generate::between() {
    if (!whyNoFilm().isEmpty()) return;
    Fields all = panel_->fields(), asked;
    const int chosen = this->chosen();
    if (shown_ && chosen >= 0 && shown_->model == session_.model()->info().id)
        set_field(all, "seed", std::int64_t(shown_->seeds[std::size_t(chosen)]));
    const auto seed = std::get<std::int64_t>(find_field(all, "seed")->value);
    set_field(all, "count", usualFrames);
    if (find_field(all, "to_seed")) set_field(all, "to_seed", (seed + 1) % 4294967296);
    if (find_field(all, "walk")) set_field(all, "walk", std::int64_t(1));
    for (const char* key : betweenKeys)
        if (const Field* field = find_field(all, key)) asked.push_back(*field);
    Field& count = *find_field(asked, "count");
    count.label = tr("Frames").toStdString();
    count.min = 2;
    count.max = mostFrames;
    auto* dialog = new ChangeDialog(
        QStringLiteral("between"), tr("A film between two pictures"),
        tr("The pictures become frames on the way from one to the other."), asked, {}, this);
    connect(dialog, &QDialog::accepted, this, [=, this] {
        if (job_) return;
        Fields fields = all;
        for (const Field& field : dialog->fields()) set_field(fields, field.key, field.value);
        make(fields);
    });
    dialog->open();
}

/// An image file that one picture is to start from.
void Generate::takeStart() {
    if (auto start = session_.takeStart()) waitingStart_ = std::move(start);
    if (!waitingStart_ || !session_.model()) return;
    const Session::Start start = *std::exchange(waitingStart_, std::nullopt);
    const ModelInfo& info = session_.model()->info();
    Fields fields = panel_->fields();
    if (!find_field(fields, "from") || !find_field(fields, "branch"))
        return notice_->say(tr("%1 can't start from a photo; choose a diffusion model.")
                                .arg(QString::fromStdString(info.id)));
    set_field(fields, "from", start.photo.string());
    set_field(fields, "count", std::int64_t(1));
    if (std::ranges::count(info.classes, start.imageClass) > 0)
        set_field(fields, "class", start.imageClass);
    panel_->setValues(fields);
    notice_->say(tr("The picture starts from “%1”, run back to noise: From photo, under More "
                    "settings. Branch on its way to change it.")
                     .arg(QFileInfo(QString::fromStdString(start.photo.string())).fileName()));
}

/// How near a photo came back from its noise.
void Generate::tellPhoto(const Picture& picture) {
    const auto record = record_of(picture.image->metadata);
    if (!record) return;
    for (const auto& [name, off] : record->parameters)
        if (name == "Off the photo")
            notice_->say(tr("The photo “%1” came back from noise; it is off by %2 of 255 (root "
                            "mean square).")
                             .arg(QFileInfo(textOf(making_->fields, "from")).fileName(),
                                  QString::fromStdString(off)));
}

}  // namespace daguerre
