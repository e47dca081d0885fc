#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedLayout>
#include <filesystem>
#include <utility>

#include "ui/session/session.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/gallery.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/step_strip.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/history_job.h"
#include "ui/workspaces/recovery_card.h"
#include "ui/workspaces/repair_card.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {

namespace {

constexpr int pictureCount = 16, pictureSeed = 1, stepCount = 20, mostRecent = 60;
/// The height of the card that makes without its pictures, and of what lies around the cards
/// without the gallery. px
constexpr int makingHeight = 212, frameHeight = 84, stripWidth = 220;
/// Heights from which there is room for the lessons, and for a second row of larger pictures. px
constexpr int teachingFrom = 800, tallFrom = 980;

QLabel* label(const QString& text, Type type = Type::Words) {
    auto* result = new QLabel(text);
    result->setFont(font(type));
    return result;
}

QLabel* dimLabel(const QString& text, Type type = Type::Words) {
    QLabel* result = label(text, type);
    result->setForegroundRole(dimRole);
    return result;
}

class Home : public QWidget {
    Q_OBJECT
public:
    explicit Home(Session& session);

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    QFrame* makeCard();
    QFrame* makeMaking();
    QHBoxLayout* makeButtons();
    QFrame* makeTeaching();
    QLayout* makeRecent();
    void addLook(QHBoxLayout* row);

    void modelChanged();
    void listModels();
    void makeOrStop();
    void make();
    void ended(Outcome outcome);
    void openInGenerate();
    void showStep(int step, int steps, double sigma);
    void readRecent();

    Session& session_;
    QFrame *makingCard_ = nullptr, *teaching_ = nullptr;
    DenoiseView* view_ = nullptr;
    StepStrip* strip_ = nullptr;
    Gallery* recent_ = nullptr;
    QLabel *sentence_ = nullptr, *recentHint_ = nullptr;
    QPushButton *make_ = nullptr, *folder_ = nullptr, *open_ = nullptr;
    QComboBox* models_ = nullptr;
    std::vector<Thumbnail> thumbnails_;
    std::shared_ptr<GenerateJob> job_, made_;  // running; the last one that is finished
    std::vector<std::filesystem::path> files_;
};

Home::Home(Session& session) : session_(session) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(gap5, gap4, gap5, gap4);
    grid->setHorizontalSpacing(gap4);
    grid->setVerticalSpacing(gap4);
    grid->addWidget(new RecoveryCard(session), 0, 0, 1, 2);
    grid->addWidget(makeMaking(), 1, 0);
    grid->addWidget(new RepairCard(session), 1, 1);
    grid->addWidget(makeTeaching(), 2, 0, 1, 2);
    grid->addLayout(makeRecent(), 3, 0, 1, 2);
    grid->setColumnStretch(0, 776);
    grid->setColumnStretch(1, 523);
    grid->setRowStretch(1, 1);

    connect(&session, &Session::modelChanged, this, &Home::modelChanged);
    connect(&session, &Session::modelsListed, this, &Home::listModels);
    connect(&session, &Session::deviceChosen, this, &Home::modelChanged);
    connect(&session, &Session::deviceChosen, this, &Home::readRecent);
    connect(&session, &Session::picturesAdded, this, &Home::readRecent);
    Actions& actions = session.actions();
    connect(actions["make"], &QAction::triggered, this, [this] {
        if (isVisible() && !job_) makeOrStop();
    });
    connect(actions["stop"], &QAction::triggered, this, [this] {
        if (isVisible() && job_) makeOrStop();
    });
    listModels();
    modelChanged();
    if (session.device()) readRecent();
}

QFrame* Home::makeCard() {
    auto* card = new QFrame;
    card->setFrameShape(QFrame::StyledPanel);
    setMark(card, Mark::Card);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(gap5, gap4, gap5, gap4);
    column->setSpacing(gap3);
    return card;
}

QFrame* Home::makeMaking() {
    QFrame* card = makingCard_ = makeCard();
    auto* column = static_cast<QVBoxLayout*>(card->layout());
    column->addWidget(label(tr("Turn noise into pictures"), Type::Heading));
    view_ = new DenoiseView(DenoiseView::Form::Compact);
    view_->setObjectName(QStringLiteral("home.view"));
    view_->transport()->slider()->setObjectName(QStringLiteral("home.scrub"));
    view_->setFrames(std::make_shared<Frames>(pictureCount));
    view_->transport()->setEnabled(false);
    column->addWidget(view_, 1);
    sentence_ = dimLabel({});
    sentence_->setObjectName(QStringLiteral("home.sentence"));
    sentence_->setWordWrap(true);
    column->addWidget(sentence_);
    column->addLayout(makeButtons());
    connect(view_, &DenoiseView::stepShown, this, &Home::showStep);
    return card;
}

QHBoxLayout* Home::makeButtons() {
    make_ = new QPushButton;
    make_->setObjectName(QStringLiteral("home.make"));
    setMark(make_, Mark::Primary);
    models_ = new QComboBox;
    models_->setObjectName(QStringLiteral("home.model"));
    models_->setAccessibleName(tr("Model"));
    models_->setToolTip(tr("The network that makes the pictures"));
    models_->setMinimumSize(112, 28);
    models_->setMaximumWidth(240);
    models_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    folder_ = new QPushButton(tr("Open a model folder…"));
    folder_->setObjectName(QStringLiteral("home.folder"));
    folder_->setIcon(icon("folder2-open"));
    open_ = new QPushButton(tr("Open in Generate"));
    open_->setObjectName(QStringLiteral("home.generate"));
    open_->setIcon(icon("stars"));
    open_->setFlat(true);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap2);
    row->addWidget(make_);
    row->addWidget(models_);
    row->addWidget(folder_);
    row->addStretch();
    row->addWidget(open_);
    connect(make_, &QPushButton::clicked, this, &Home::makeOrStop);
    connect(folder_, &QPushButton::clicked, session_.actions()["open-folder"], &QAction::trigger);
    connect(open_, &QPushButton::clicked, this, [this] { openInGenerate(); });
    connect(models_, &QComboBox::activated, this, [this](int index) {
        session_.openModel(models_->itemData(index).toString().toStdString());
    });
    return row;
}

QFrame* Home::makeTeaching() {
    const std::pair<QString, QString> lessons[]{
        {tr("It begins with noise"),
         tr("Pure noise, drawn from a seed. The same seed gives the same picture.")},
        {tr("The network guesses"),
         tr("It says what the picture might be without the noise: the clean guess.")},
        {tr("The sampler takes a step"),
         tr("It goes a part of the way there, so that the noise level σ falls.")},
        {tr("And again"),
         tr("After the last step no noise is left, and the guess is the picture.")},
    };
    QFrame* card = teaching_ = makeCard();
    auto* column = static_cast<QVBoxLayout*>(card->layout());
    column->setContentsMargins(gap5, gap3, gap5, gap3);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap5);
    int number = 0;
    for (const auto& [title, text] : lessons) {
        auto* lesson = new QGridLayout;
        lesson->setHorizontalSpacing(gap2);
        lesson->setVerticalSpacing(2);
        lesson->setColumnStretch(1, 1);
        lesson->setRowStretch(1, 1);
        QLabel* count = label(locale().toString(++number), Type::Section);
        count->setForegroundRole(accentRole);
        QLabel* words = dimLabel(text, Type::Caption);
        words->setWordWrap(true);
        words->setAlignment(Qt::AlignTop | Qt::AlignLeading);
        lesson->addWidget(count, 0, 0);
        lesson->addWidget(label(title, Type::Section), 0, 1);
        lesson->addWidget(words, 1, 1);
        row->addLayout(lesson, 1);
    }
    strip_ = new StepStrip;
    strip_->setObjectName(QStringLiteral("home.steps"));
    strip_->setFixedWidth(stripWidth);
    row->addWidget(strip_);
    column->addLayout(row);
    card->setFixedHeight(strip_->heightForWidth(stripWidth) + 2 * gap3);
    connect(strip_, &StepStrip::stepWanted, view_, &DenoiseView::setStep);
    return card;
}

QLayout* Home::makeRecent() {
    auto* heading = new QHBoxLayout;
    heading->setSpacing(gap2);
    heading->addWidget(label(tr("Your pictures"), Type::Section));
    recentHint_ = dimLabel(tr("Each one is kept here, with the settings that made it."));
    heading->addWidget(recentHint_);
    heading->addStretch();
    addLook(heading);
    recent_ = new Gallery;
    recent_->setObjectName(QStringLiteral("home.recent"));
    recent_->setAccessibleName(tr("Your pictures, newest first"));
    connect(recent_, &Gallery::chosen, this,
            [this](const QString& file) { session_.openFile(file.toStdString()); });
    auto* column = new QVBoxLayout;
    column->setSpacing(gap2);
    column->addLayout(heading);
    column->addWidget(recent_);
    return column;
}

void Home::addLook(QHBoxLayout* row) {
    QLabel* words = dimLabel(tr("Look"));
    auto* look = new QComboBox;
    look->setObjectName(QStringLiteral("home.look"));
    look->setAccessibleName(tr("Look"));
    const std::vector<const char*> ids{"look-dark", "look-light", "look-desktop"};
    for (const char* id : ids) {
        QAction* action = session_.actions()[id];
        look->addItem(action->text());
        const int index = look->count() - 1;
        if (action->isChecked()) look->setCurrentIndex(index);
        connect(action, &QAction::toggled, look, [look, index](bool on) {
            if (on) look->setCurrentIndex(index);
        });
    }
    connect(look, &QComboBox::activated, this,
            [this, ids](int index) { session_.actions()[ids[std::size_t(index)]]->trigger(); });
    words->setBuddy(look);
    row->addWidget(words);
    row->addWidget(look);
}

void Home::resizeEvent(QResizeEvent*) {
    const bool tall = height() >= tallFrom;
    recent_->setShape(tall ? 2 : 1, tall ? 84 : 56);
    // As wide as the largest whole zoom needs that is high enough.
    const int wide = width() - 2 * gap5 - gap4 - RepairCard::leastWidth;
    teaching_->setVisible(height() >= teachingFrom);
    const int taught = height() >= teachingFrom ? teaching_->sizeHint().height() + gap4 : 0;
    const int high = height() - recent_->height() - makingHeight - frameHeight - taught;
    int most = 0;
    for (int zoom = 2; zoom <= 8; ++zoom) {
        const int grid = 4 * 28 * zoom + 12, needed = 2 * grid + 26 + 2 * gap5;
        if (zoom == 2 || (needed <= wide && grid <= high)) most = needed;
    }
    makingCard_->setMinimumWidth(most);
}

void Home::listModels() {
    models_->clear();
    for (const ModelEntry& entry : session_.models())
        models_->addItem(QString::fromStdString(entry.id), QString::fromStdString(entry.id));
    modelChanged();
}

void Home::modelChanged() {
    const QString name = QString::fromStdString(session_.modelName());
    if (!name.isEmpty() && models_->findData(name) < 0)
        models_->addItem(name.section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty), name);
    models_->setCurrentIndex(models_->findData(name));
    const bool none = session_.device() && name.isEmpty();
    models_->setVisible(!none);
    folder_->setVisible(none);
    make_->setVisible(!none);
    make_->setEnabled(job_ || session_.model());
    const bool loading = !session_.model() && session_.modelTrouble().isEmpty() && !none;
    make_->setText(job_             ? tr("Stop")
                   : !loading       ? tr("Make pictures")
                   : name.isEmpty() ? tr("Starting…")
                                    : tr("Loading %1…").arg(shortened(models_->currentText())));
    make_->setIcon(loading ? QIcon() : icon(job_ ? "stop-fill" : "play-fill", Token::OnAccent));
    make_->setToolTip(session_.actions().tip(job_ ? "stop" : "make"));
    if (none)
        sentence_->setText(
            tr("No bundled model was found. Open a model folder, or train one with "
               "the command “daguerre train”."));
    else if (!session_.modelTrouble().isEmpty())
        sentence_->setText(session_.modelTrouble());
    else if (view_->frames()->steps() == 0)
        sentence_->setText(tr("Press the button, and sixteen pictures come out of pure noise."));
}

void Home::makeOrStop() {
    if (job_)
        job_->cancel();
    else if (session_.model())
        make();
}

void Home::make() {
    GenerateRequest request;
    request.count = pictureCount;
    request.seed = pictureSeed;
    Fields own = session_.model()->generate_fields();
    if (find_field(own, "steps")) set_field(own, "steps", std::int64_t(stepCount));
    job_ = makeJob<GenerateJob>(session_.model(), request, own, previewBudget.get());
    made_ = nullptr;
    files_.clear();
    view_->transport()->setEnabled(true);
    view_->begin(pictureCount);
    strip_->setFrames(view_->frames(), 0);
    connect(job_.get(), &GenerateJob::previewed, this, [this](const GenerateJob::Previews& all) {
        for (const auto& preview : all) view_->add(preview);
    });
    connect(job_.get(), &GenerateJob::made, this,
            [this](int first, const std::vector<Picture>& pictures) {
                std::vector<Image> images;
                for (const Picture& picture : pictures) {
                    images.push_back(*picture.image);
                    files_.push_back(picture.file);
                }
                view_->finish(first, std::move(images));
            });
    connect(job_.get(), &Job::finished, this, &Home::ended);
    session_.make(job_);
    modelChanged();
}

void Home::openInGenerate() {
    if (!made_) return session_.showWorkspace(QStringLiteral("generate"));
    session_.carry({made_, view_->frames(), files_});
}

void Home::ended(Outcome outcome) {
    if (outcome == Outcome::Done) made_ = job_;
    job_ = nullptr;
    view_->end();
    modelChanged();
}

void Home::showStep(int step, int steps, double sigma) {
    strip_->showStep(step);
    if (steps == 0) return;
    sentence_->setText(
        step == steps   ? tr("Finished. The pictures are kept with the settings that made them.")
        : sigma >= 8    ? tr("Almost only noise: the network guesses the average shape.")
        : sigma >= 1.5  ? tr("Something shows through: the network settles what each one becomes.")
        : sigma >= 0.15 ? tr("Outlines stand; from here the network decides details.")
                        : tr("Only fine grain is left to take away."));
}

void Home::readRecent() {
    const auto job = makeJob<HistoryJob>(mostRecent);
    thumbnails_.clear();
    connect(job.get(), &HistoryJob::read, this, [this](const std::vector<HistoryItem>& items) {
        for (const HistoryItem& item : items)
            if (!item.thumbnail.isNull())
                thumbnails_.push_back({item.file, HistoryStrip::describe(item), item.thumbnail});
        recent_->setThumbnails(thumbnails_);
        if (!thumbnails_.empty())
            recentHint_->setText(tr("Click one, or drop one here, to get its settings back."));
    });
    session_.file(job);
}

}  // namespace

QWidget* makeHome(Session& session) { return new Home(session); }

}  // namespace daguerre

#include "home.moc"
