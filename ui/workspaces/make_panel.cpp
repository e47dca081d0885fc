#include "ui/workspaces/make_panel.h"

#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/diffusion/samplers.h"
#include "ui/session/actions.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int panelWidth = 300;
/// What stands in the form before “More settings”, in this order.
constexpr std::array first{"count", "seed", "class", "sampler", "schedule", "steps", "guidance"};

QLabel* label(QWidget* parent, QPalette::ColorRole role, const QFont& font) {
    auto* label = new QLabel(parent);
    label->setForegroundRole(role);
    label->setFont(font);
    return label;
}

QToolButton* wordButton(const char* name, const QString& words, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setIcon(icon(name));
    button->setText(words);
    return button;
}

/// Words for a class become a choice, where the model knows classes.
void offerClasses(Field& field, const ModelInfo& info) {
    field.choices = {""};
    field.titles = {
        (field.key == "class" ? MakePanel::tr("a mix") : MakePanel::tr("the same")).toStdString()};
    for (const std::string& name : info.classes) {
        field.choices.push_back(name);
        field.titles.push_back(name);
    }
    if (!info.null_class) return;
    field.choices.push_back("none");
    field.titles.push_back(MakePanel::tr("none").toStdString());
}

/// So do those that may lead to a class.
void offerClassifiers(Field& field, const std::vector<std::string>& classifiers) {
    field.choices = {""};
    field.titles = {MakePanel::tr("none").toStdString()};
    for (const std::string& name : classifiers) {
        field.choices.push_back(name);
        field.titles.push_back(name);
    }
}

Fields fieldsFor(const Model& model, const std::vector<std::string>& classifiers) {
    const ModelInfo& info = model.info();
    Fields fields = fields_of<GenerateRequest>();
    // The window has chosen its device and threads before.
    std::erase_if(fields, [&](const Field& field) {
        return field.key == "device" || field.key == "threads" ||
               (field.key == "class" && info.classes.empty());
    });
    find_field(fields, "count")->max = MakePanel::mostPictures;
    set_field(fields, "count", std::int64_t(MakePanel::usualCount));
    for (const Field& field : model.generate_fields()) fields.push_back(field);
    for (const char* key : {"class", "to_class"})
        if (Field* field = find_field(fields, key)) offerClasses(*field, info);
    if (Field* field = find_field(fields, "classifier")) offerClassifiers(*field, classifiers);
    return fields;
}

}  // namespace

bool fits(const Field& field, const FieldValue& value) {
    Fields alone{field};
    try {
        set_field(alone, field.key, value);
        return true;
    } catch (const Error&) {
        return false;
    }
}

Fields ownFields(const Fields& all) {
    const Fields shared = fields_of<GenerateRequest>();
    Fields own = all;
    std::erase_if(own, [&](const Field& field) { return find_field(shared, field.key); });
    return own;
}

std::vector<std::pair<QString, QString>> samplerTitles() {
    std::vector<std::pair<QString, QString>> all;
    for (const Sampler& sampler : samplers())
        all.emplace_back(QString::fromStdString(sampler.id), QString::fromStdString(sampler.title));
    return all;
}

MakePanel::MakePanel(Actions& actions, QWidget* parent) : QWidget(parent) {
    setFixedWidth(panelWidth);
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(gap4, 0, gap4, gap3);
    column->setSpacing(gap3);
    form_ = new FieldsForm(QStringLiteral("generate"), inside);
    more_ = new FieldsForm(QStringLiteral("generate"), inside);
    more_->hide();
    moreLine_ = hairline(inside);
    moreLine_->hide();
    moreButton_ = wordButton("chevron-right", tr("More settings"), inside);
    moreButton_->setObjectName(QStringLiteral("generate.more"));
    moreButton_->hide();
    connect(moreButton_, &QToolButton::clicked, this, [this] {
        const bool open = more_->isHidden();
        more_->setVisible(open);
        moreButton_->setIcon(icon(open ? "chevron-down" : "chevron-right"));
    });
    column->addWidget(form_);
    column->addWidget(moreLine_);
    auto* moreRow = new QHBoxLayout;
    moreRow->addSpacing(-gap3);  // its arrow stands under the labels
    moreRow->addWidget(moreButton_, 0, Qt::AlignLeft);
    column->addLayout(moreRow);
    column->addWidget(more_);
    column->addWidget(picture_ = makePicture());
    column->addStretch();
    for (FieldsForm* form : {form_, more_})
        connect(form, &FieldsForm::changed, this, [this](const QString& key) {
            if (key == QLatin1String("sampler")) showFollowed();
            Q_EMIT changed();
        });

    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(makeHeading(actions));
    all->addWidget(scrolling(inside, this), 1);
    all->addWidget(hairline(this));
    all->addWidget(makeFoot());
    showPicture({});
}

QWidget* MakePanel::makeHeading(Actions& actions) {
    auto* heading = new QWidget(this);
    auto* row = new QHBoxLayout(heading);
    row->setContentsMargins(gap4, gap2, gap2, gap2);
    row->setSpacing(gap1);
    auto* title = label(heading, QPalette::WindowText, daguerre::font(Type::Section));
    title->setText(tr("Make"));
    auto* reset = new QToolButton(heading);
    reset->setAutoRaise(true);
    reset->setObjectName(QStringLiteral("generate.reset"));
    setIconOnly(reset, "arrow-counterclockwise", tr("All settings to their defaults"));
    connect(reset, &QToolButton::clicked, this, &MakePanel::reset);
    QList<QAction*> rows;
    for (const char* id : {"copy-command", "copy", "save", "film", "between", "pictures-folder"})
        rows += actions[id];
    auto* more = menuButton(rows, heading);
    more->setObjectName(QStringLiteral("generate.menu"));
    row->addWidget(title);
    row->addStretch();
    row->addWidget(reset);
    row->addWidget(more);
    return heading;
}

QWidget* MakePanel::makePicture() {
    auto* picture = new QWidget;
    auto* column = new QVBoxLayout(picture);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap2);
    column->addWidget(hairline(picture));
    pictureTitle_ = label(picture, QPalette::WindowText, daguerre::font(Type::Section));
    pictureTitle_->setObjectName(QStringLiteral("picture.title"));
    column->addWidget(pictureTitle_);
    auto* rows = new QFormLayout;
    rows->setHorizontalSpacing(gap3);
    rows->setVerticalSpacing(gap2);
    const auto row = [&](const QString& words, const QFont& font) {
        auto* name = label(picture, dimRole, daguerre::font(Type::Words));
        name->setText(words);
        name->setMinimumWidth(76);
        auto* value = label(picture, QPalette::WindowText, font);
        rows->addRow(name, value);
        return value;
    };
    seed_ = row(tr("Seed"), fixedFont());
    class_ = row(tr("Class"), daguerre::font(Type::Words));
    state_ = row(tr("State"), daguerre::font(Type::Words));
    column->addLayout(rows);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(gap1);
    favourite_ = wordButton("star", tr("Favourite"), picture);
    favourite_->setObjectName(QStringLiteral("generate.favourite"));
    hold_ = wordButton("pause-fill", tr("Hold"), picture);
    hold_->setObjectName(QStringLiteral("generate.hold"));
    info_ = wordButton("info-circle", tr("File info"), picture);
    info_->setObjectName(QStringLiteral("generate.info"));
    for (QToolButton* button : {favourite_, hold_, info_}) buttons->addWidget(button);
    buttons->addStretch();
    column->addLayout(buttons);
    connect(favourite_, &QToolButton::clicked, this, &MakePanel::favouriteWanted);
    connect(hold_, &QToolButton::clicked, this, &MakePanel::holdWanted);
    connect(info_, &QToolButton::clicked, this, &MakePanel::infoWanted);
    return picture;
}

QWidget* MakePanel::makeFoot() {
    auto* foot = new QWidget(this);
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(gap4, gap3, gap4, gap4);
    column->setSpacing(gap2);
    auto* cost = new QHBoxLayout;
    time_ = label(foot, dimRole, daguerre::font(Type::Caption));
    time_->setWordWrap(true);
    previews_ = label(foot, dimRole, daguerre::font(Type::Caption));
    cost->addWidget(time_, 1);
    cost->addWidget(previews_);
    column->addLayout(cost);
    run_ = new QPushButton(foot);
    run_->setObjectName(QStringLiteral("generate.run"));
    setMark(run_, Mark::Primary);
    column->addWidget(run_);
    connect(run_, &QPushButton::clicked, this, &MakePanel::makeWanted);
    setRunning(false);
    return foot;
}

void MakePanel::setModel(const std::shared_ptr<const Model>& model,
                         const std::vector<std::string>& classifiers) {
    form_->setEnabled(model != nullptr);
    more_->setEnabled(model != nullptr);
    if (!model) return;
    const Fields before = fields();
    Fields all = fieldsFor(*model, classifiers), top, rest;
    for (const char* key : first)
        if (const Field* field = find_field(all, key)) top.push_back(*field);
    for (const Field& field : all)
        if (!find_field(top, field.key)) rest.push_back(field);
    form_->setFields(top, {"sampler"});
    more_->setFields(rest);
    if (QHBoxLayout* row = form_->row("seed")) {
        auto* dice = new QToolButton(form_);
        dice->setAutoRaise(true);
        dice->setObjectName(QStringLiteral("generate.dice"));
        setIconOnly(dice, "dice-5", tr("New seed"), QStringLiteral("N"));
        connect(dice, &QToolButton::clicked, this, &MakePanel::newSeed);
        row->addWidget(dice);
    }
    for (const char* key : {"from", "to"}) addChooser(key);
    showFollowed();
    moreButton_->setVisible(!rest.empty());
    moreLine_->setVisible(!rest.empty());
    setValues(before);
    Q_EMIT changed();
}

/// A button that chooses the image file of a field.
void MakePanel::addChooser(const char* key) {
    QHBoxLayout* row = more_->row(key);
    if (!row) return;
    auto* choose = new QToolButton(more_);
    choose->setAutoRaise(true);
    choose->setObjectName(QStringLiteral("generate.choose-") + QLatin1String(key));
    setIconOnly(choose, "folder2-open", tr("Choose an image file"), {});
    connect(choose, &QToolButton::clicked, this, [this, key] {
        auto* dialog = new QFileDialog(this, tr("Choose an image file"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setNameFilter(tr("Images (*.png *.jpg *.jpeg *.webp *.tif *.tiff)"));
        connect(dialog, &QFileDialog::fileSelected, this,
                [this, key](const QString& file) { more_->setValue(key, file.toStdString()); });
        dialog->open();
    });
    row->addWidget(choose);
}

void MakePanel::setComparing(bool comparing) {
    comparing_ = comparing;
    showFollowed();
}

/// Options that the chosen sampler, or comparing, doesn't follow are out of the way.
void MakePanel::showFollowed() {
    const Field* chosen = find_field(form_->fields(), "sampler");
    const auto& rows = samplers();
    const auto sampler =
        std::ranges::find(rows, chosen ? text_of(chosen->value) : std::string(), &Sampler::id);
    const auto followed = [&](const std::string& key) {
        if (key == "count") return !comparing_;
        return sampler == rows.end() || followers(key).empty() || sampler->follows(key);
    };
    for (FieldsForm* form : {form_, more_})
        for (const Field& field : form->fields())
            form->setRowVisible(field.key, followed(field.key));
}

Fields MakePanel::fields() const {
    Fields all = form_->fields();
    all.insert(all.end(), more_->fields().begin(), more_->fields().end());
    return all;
}

void MakePanel::setValues(const Fields& fields) {
    for (const Field& field : fields)
        for (FieldsForm* form : {form_, more_}) {
            const Field* own = find_field(form->fields(), field.key);
            if (own && own->value != field.value && fits(*own, field.value))
                form->setValue(field.key, field.value);
        }
}

GenerateRequest MakePanel::request() const { return options_from<GenerateRequest>(fields()); }

Fields MakePanel::own() const { return ownFields(fields()); }

void MakePanel::reset() {
    form_->reset();
    more_->reset();
    if (find_field(form_->fields(), "count")) form_->setValue("count", std::int64_t(usualCount));
}

void MakePanel::newSeed() {
    if (find_field(form_->fields(), "seed"))
        form_->setValue("seed", std::int64_t(QRandomGenerator::global()->bounded(1'000'000)));
}

void MakePanel::setRunning(bool running) {
    running_ = running;
    run_->setText(running ? tr("Stop") : tr("Make pictures"));
    run_->setIcon(icon(running ? "stop-fill" : "play-fill", Token::OnAccent));
    run_->setToolTip(running ? tr("Stop (Esc)") : tr("Make pictures (Ctrl+Enter)"));
}

void MakePanel::setPossible(bool possible, const QString& why) {
    run_->setEnabled(possible);
    if (!why.isEmpty()) showCost(why, {});
}

void MakePanel::showCost(const QString& time, const QString& previews, int every) {
    time_->setText(time);
    previews_->setText(previews);
    previews_->setToolTip(
        every == 1
            ? QString()
            : tr("One step in %1 is shown, so that looking on takes little time.").arg(every));
}

void MakePanel::showPicture(const std::optional<PictureFacts>& facts) {
    picture_->setVisible(facts.has_value());
    if (!facts) return;
    pictureTitle_->setText(tr("Picture %1 of %2").arg(facts->index + 1).arg(facts->count));
    seed_->setText(QString::number(facts->seed));
    class_->setText(facts->imageClass.isEmpty() ? tr("none") : facts->imageClass);
    state_->setText(facts->state);
    favourite_->setEnabled(facts->finished);
    favourite_->setIcon(facts->favourite ? icon("star-fill", Token::Focus) : icon("star"));
    favourite_->setToolTip(facts->favourite ? tr("No favourite any more (F)")
                                            : tr("Favourite (F)"));
    hold_->setText(facts->held ? tr("Go on") : tr("Hold"));
    hold_->setIcon(icon(facts->held ? "play-fill" : "pause-fill"));
    hold_->setToolTip(tr("Let this picture stand while the others play (right click)"));
    info_->setEnabled(facts->finished);
}

}  // namespace daguerre
