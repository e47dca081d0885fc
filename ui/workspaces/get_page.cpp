#include "ui/workspaces/get_page.h"

#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/files.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "ui/session/session.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/dataset_jobs.h"
#include "ui/workspaces/dataset_list.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr int pageWidth = 560, listHeight = 140;
constexpr double tellAfterSeconds = 3;

std::uint64_t freeBytes() {
    std::error_code error;
    fs::path folder = home_folder();
    while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
    const fs::space_info space = fs::space(folder, error);
    return error ? 0 : space.available;
}

/// A name that a dataset may have, from that of a folder or file.
QString plainName(const fs::path& from) {
    const fs::path whole = from.has_filename() ? from : from.parent_path();
    QString name = QString::fromStdString(whole.stem().string());
    name.replace(QRegularExpression(QStringLiteral("[^A-Za-z0-9_-]+")), QStringLiteral("-"));
    return name;
}

}  // namespace

GetPage::GetPage(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    build();
}

GetPage::~GetPage() {
    if (job_) job_->cancel();
}

void GetPage::build() {
    setObjectName(QStringLiteral("datasets.get-page"));
    auto* inside = new QWidget;
    inside->setMaximumWidth(pageWidth);
    const auto label = [&](Type type, const char* name) {
        auto* made = new QLabel(inside);
        made->setObjectName(QLatin1String(name));
        made->setFont(daguerre::font(type));
        made->setWordWrap(true);
        made->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse);
        made->setOpenExternalLinks(true);
        return made;
    };
    const auto button = [&](const QString& words, const char* name) {
        auto* made = new QPushButton(words, inside);
        made->setObjectName(QLatin1String(name));
        return made;
    };
    title_ = label(Type::Heading, "datasets.get-title");
    title_->setTextFormat(Qt::PlainText);
    intro_ = label(Type::Words, "datasets.get-intro");
    intro_->setForegroundRole(dimRole);
    steps_ = label(Type::Words, "datasets.get-steps");
    progressWords_ = label(Type::Words, "datasets.get-progress");
    name_ = new QLineEdit(inside);
    name_->setObjectName(QStringLiteral("datasets.get-name"));
    name_->setAccessibleName(tr("Name of the dataset"));
    rows_ = new QFormLayout;
    rows_->setHorizontalSpacing(gap4);
    rows_->setVerticalSpacing(gap2);
    get_ = button({}, "datasets.get");
    setMark(get_, Mark::Primary);
    file_ = button(tr("From a file I have…"), "datasets.from-file");
    look_ = button(tr("Look at it where it lies"), "datasets.look");
    bar_ = new QProgressBar(inside);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(gap2);
    bar_->setAccessibleName(tr("How much is there"));
    notTaken_ = new QListWidget(inside);
    notTaken_->setObjectName(QStringLiteral("datasets.not-taken"));
    notTaken_->setAccessibleName(tr("Files that were not taken"));
    notTaken_->setFixedHeight(listHeight);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(gap2);
    for (QPushButton* one : {get_, look_, file_}) buttons->addWidget(one);
    buttons->addStretch();
    auto* column = new QVBoxLayout(inside);
    column->setSpacing(gap3);
    for (QWidget* part : std::initializer_list<QWidget*>{title_, intro_}) column->addWidget(part);
    column->addLayout(rows_);
    column->addWidget(name_);
    column->addWidget(steps_);
    column->addLayout(buttons);
    for (QWidget* part : std::initializer_list<QWidget*>{bar_, progressWords_, notTaken_})
        column->addWidget(part);
    auto* page = new QWidget;
    auto* across = new QHBoxLayout(page);
    across->setContentsMargins(gap5, gap5, gap5, gap5);
    across->addStretch(1);
    across->addWidget(inside, 4, Qt::AlignTop);
    across->addStretch(1);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scrolling(page, this));
    connect(get_, &QPushButton::clicked, this, &GetPage::startOrPause);
    auto* ways = new QMenu(file_);
    ways->addAction(tr("One file…"), this, [this] { choose(QFileDialog::ExistingFile); });
    ways->addAction(tr("The folder with the files…"), this,
                    [this] { choose(QFileDialog::Directory); });
    file_->setMenu(ways);
    connect(look_, &QPushButton::clicked, this,
            [this] { Q_EMIT lookWanted(QString::fromStdString(own_.string())); });
}

void GetPage::addRow(const QString& name, const QString& value) {
    auto* label = new QLabel(name, this);
    label->setForegroundRole(dimRole);
    auto* words = new QLabel(value, this);
    words->setWordWrap(true);
    words->setTextFormat(Qt::PlainText);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    rows_->addRow(label, words);
}

void GetPage::showKnown(const std::string& id) {
    const bool same = id == id_;
    if (job_ && !same) return;  // it goes on being shown until it ends
    if (!same) begun_ = false;
    id_ = id;
    own_.clear();
    const DatasetRow& row = row_named(datasets(), id, "dataset");
    title_->setText(QString::fromStdString(row.title));
    while (rows_->rowCount() > 0) rows_->removeRow(0);
    const std::uint64_t bytes = downloadBytes(id);
    intro_->setText(row.mirrors.empty()
                        ? tr("Its makers want an account, so Daguerre can't download it. It takes "
                             "the files once you have them.")
                        : tr("It isn't on this machine yet. Nothing is downloaded unasked."));
    if (bytes > 0) addRow(tr("To download"), bytesWords(bytes));
    addRow(tr("Images"), QLocale().toString(qlonglong(row.train_count + row.test_count)));
    addRow(tr("Licence"), QString::fromStdString(row.licence));
    addRow(tr("Source"), QString::fromStdString(row.source));
    addRow(tr("Will lie in"), QString::fromStdString((home_folder() / "datasets" / id).string()));
    addRow(tr("Free there"), bytesWords(freeBytes()));
    QStringList steps;
    for (std::size_t i = 0; i < row.steps.size(); ++i)
        steps << tr("%1. %2").arg(i + 1).arg(QString::fromStdString(row.steps[i]));
    if (!steps.isEmpty())
        steps << tr("%1. Press “From a file I have…” and choose the file, or the folder with the "
                    "files.")
                     .arg(steps.size() + 1);
    steps_->setText(steps.join(QLatin1Char('\n')));
    begun_ = begun_ || fs::exists(home_folder() / "datasets" / ("." + id + ".part"));
    notTaken_->hide();
    progressWords_->clear();
    bar_->setValue(0);
    showState();
}

void GetPage::showOwn(const fs::path& from) {
    if (job_) return;
    id_.clear();
    own_ = from;
    begun_ = false;
    title_->setText(
        tr("Import “%1”")
            .arg(QString::fromStdString(
                (from.has_filename() ? from : from.parent_path()).filename().string())));
    intro_->setText(
        tr("Sub-folders are classes; “train” and “test” above them are splits. Look "
           "through the images where they lie, or take a copy that stays when they go. "
           "The files themselves are never touched."));
    while (rows_->rowCount() > 0) rows_->removeRow(0);
    addRow(tr("Lies in"), QString::fromStdString(from.string()));
    addRow(tr("A copy lies in"), QString::fromStdString((home_folder() / "datasets").string()));
    addRow(tr("Free there"), bytesWords(freeBytes()));
    name_->setText(plainName(from));
    name_->setPlaceholderText(tr("Name of the copy"));
    steps_->clear();
    notTaken_->hide();
    progressWords_->clear();
    bar_->setValue(0);
    showState();
}

void GetPage::showState() {
    const bool own = !own_.empty();
    const bool hand = !own && !id_.empty() && row_named(datasets(), id_, "dataset").mirrors.empty();
    get_->setVisible(!hand || job_);
    get_->setText(job_     ? (own || hand ? tr("Stop") : tr("Pause"))
                  : own    ? tr("Import a copy")
                  : begun_ ? tr("Resume")
                           : tr("Get"));
    get_->setIcon(icon(job_  ? (own ? "stop-fill" : "pause-fill")
                       : own ? "collection"
                             : "download",
                       Token::OnAccent));
    file_->setVisible(!own);
    file_->setEnabled(!job_);
    look_->setVisible(own);
    look_->setEnabled(!job_);
    name_->setVisible(own);
    name_->setEnabled(!job_);
    steps_->setVisible(!steps_->text().isEmpty());
    bar_->setVisible(job_ != nullptr || bar_->value() > 0);
    progressWords_->setVisible(!progressWords_->text().isEmpty());
}

void GetPage::startOrPause() {
    if (job_) return job_->cancel();
    start(own_.string());
}

void GetPage::choose(int mode) {
    auto* dialog = new QFileDialog(
        this, mode == QFileDialog::Directory ? tr("The folder with the files") : tr("The file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::FileMode(mode));
    connect(dialog, &QFileDialog::fileSelected, this, &GetPage::importFrom);
    dialog->open();
}

void GetPage::importFrom(const QString& path) {
    if (!job_) start(path.toStdString());
}

void GetPage::start(const std::string& from) {
    const std::string id = own_.empty() ? id_ : name_->text().trimmed().toStdString();
    job_ = makeJob<GetDatasetJob>(id, from);
    startMs_ = 0;
    const GetDatasetJob* job = job_.get();
    connect(job, &Job::advanced, this,
            [this](const Advance& at) { showProgress(at.done, at.total, at.what); });
    connect(job, &GetDatasetJob::taken, this,
            [this](qint64 images, const std::vector<BrokenFile>& notTaken) {
                notTaken_->clear();
                for (const BrokenFile& file : notTaken)
                    notTaken_->addItem(tr("%1: %2").arg(QString::fromStdString(file.name),
                                                        QString::fromStdString(file.reason)));
                notTaken_->setVisible(!notTaken.empty());
                const QString count = QLocale().toString(images);
                progressWords_->setText(
                    notTaken.empty() ? tr("%1 images are here.").arg(count)
                                     : tr("%1 images are here; %n file(s) were not taken:", nullptr,
                                          int(notTaken.size()))
                                           .arg(count));
            });
    connect(job, &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        ended(outcome == Outcome::Done, outcome == Outcome::Stopped, words(why));
    });
    progressWords_->setText(tr("Starting…"));
    session_.fetch(job_);
    showState();
}

void GetPage::showProgress(qint64 done, qint64 total, const QString& what) {
    const qint64 now = Session::nowMs();
    if (startMs_ == 0 || done < startDone_) {
        startMs_ = now;
        startDone_ = done;
    }
    const double seconds = double(now - startMs_) / 1000;
    const double rate = seconds > 0 ? double(done - startDone_) / seconds : 0;
    bar_->setRange(0, total > 0 ? 1000 : 0);
    if (total > 0) bar_->setValue(int(1000 * double(done) / double(total)));
    begun_ = true;
    QStringList parts;
    if (what == QLatin1String("byte")) {
        parts << (total > 0
                      ? tr("%1 of %2")
                            .arg(bytesWords(std::uint64_t(done)), bytesWords(std::uint64_t(total)))
                      : bytesWords(std::uint64_t(done)));
        if (rate > 0) parts << tr("%1/s").arg(bytesWords(std::uint64_t(rate)));
    } else {
        parts << (total > 0 ? tr("file %1 of %2").arg(done).arg(total) : tr("file %1").arg(done));
    }
    if (rate > 0 && total > done && seconds >= tellAfterSeconds)
        parts << tr("about %1 left").arg(spanWords(double(total - done) / rate));
    progressWords_->setText(parts.join(QStringLiteral(" · ")));
    showState();
}

void GetPage::ended(bool done, bool stopped, const QString& why) {
    const std::string id = job_->id();
    job_ = nullptr;
    if (stopped)
        progressWords_->setText(own_.empty()
                                    ? tr("Paused. What has come stays; Resume goes on from there.")
                                    : tr("Stopped. Nothing was changed."));
    else if (!done)
        progressWords_->setText(why);
    bar_->setRange(0, 1000);
    if (done) bar_->setValue(1000);
    showState();
    if (done) Q_EMIT got(id);
}

}  // namespace daguerre
