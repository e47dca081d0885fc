#include "ui/session/recovery.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "ui/work/errand.h"

namespace daguerre {

namespace fs = std::filesystem;

fs::path recoveryFolder() { return home_folder() / "recovery"; }

Recovery::Recovery(fs::path folder, QObject* parent)
    : QObject(parent),
      folder_(std::move(folder)),
      worker_(std::make_unique<Worker>(QStringLiteral("journal"))) {}

Recovery::~Recovery() {
    worker_.reset();  // joins; what waited is written here
    closeAll();
}

void Recovery::closeAll() {
    for (const auto& [document, line] : lines_) ended_.push_back(line);
    for (const std::shared_ptr<Line>& line : ended_) {
        try {
            if (line->begin) line->writer = std::exchange(line->begin, nullptr)();
            if (!line->writer) continue;
            for (std::size_t i = line->written - line->first; i < line->records.size(); ++i)
                line->writer->write(line->records[i]);
            line->writer->close();
        } catch (const Error&) {
            continue;  // nobody is left to be told; what is on disk is whole
        }
    }
}

fs::path Recovery::newFolder() {
    // The folder itself decides between programs that begin at once.
    std::error_code error;
    fs::create_directories(folder_, error);
    for (int number = 1;; ++number) {
        const std::string digits = std::to_string(number);
        const fs::path folder =
            folder_ / (std::string(6 - std::min<std::size_t>(digits.size(), 6), '0') + digits);
        if (fs::create_directory(folder, error) || error) return folder;
    }
}

void Recovery::keep(Document& document) {
    const fs::path folder = newFolder(), file = document.file();
    follow(document, folder, [folder, file, photo = document.opened()] {
        return std::make_unique<JournalWriter>(folder, file, photo);
    });
}

void Recovery::keep(Document& document, const std::shared_ptr<const JournalContents>& from) {
    follow(document, from->folder, [from] { return std::make_unique<JournalWriter>(*from); });
}

void Recovery::follow(Document& document, const fs::path& folder, Begin begin) {
    const auto line = std::make_shared<Line>();
    line->folder = folder;
    line->begin = std::move(begin);
    line->document = &document;
    lines_[&document] = line;
    connect(&document, &Document::recorded, this,
            [this, line](const JournalRecord& record) { write(line, record); });
    connect(&document, &QObject::destroyed, this, [this, key = &document] {
        const auto found = lines_.find(key);
        if (found == lines_.end()) return;
        const auto ended = lines_.extract(found).mapped();
        ended_.push_back(ended);
        // After what waits: then somebody may reopen it.
        worker_->run(makeJob<Errand>(tr("Close a journal"), [ended](const OnProgress&) {
            if (const auto writer = std::move(ended->writer)) writer->close();
            return Errand::Then();
        }));
    });
    const auto job = makeJob<Errand>(tr("Begin a journal"), [line](const OnProgress&) {
        line->writer = std::exchange(line->begin, nullptr)();
        return Errand::Then();
    });
    connect(job.get(), &Job::finished, this, [this, line](Outcome outcome, const Sentence& why) {
        told(line, outcome == Outcome::Failed ? &why : nullptr);
    });
    worker_->run(job);
}

void Recovery::write(const std::shared_ptr<Line>& line, const JournalRecord& record) {
    line->records.push_back(record);
    const auto job =
        makeJob<Errand>(tr("Write a step"), [line, record](const OnProgress&) -> Errand::Then {
            ++line->written;               // one that fails waits in the writer
            if (!line->writer) return {};  // it could not be begun, and that was told
            const std::vector<JournalWriter::Kept> kept = line->writer->write(record);
            return [line, kept] {
                if (line->document) line->document->keep(line->folder, kept);
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this, line](Outcome outcome, const Sentence& why) {
        for (; line->first < line->written && !line->records.empty(); ++line->first)
            line->records.pop_front();
        told(line, outcome == Outcome::Failed ? &why : nullptr);
    });
    worker_->run(job);
}

void Recovery::told(const std::shared_ptr<Line>& line, const Sentence* why) {
    if (why && !line->troubled) Q_EMIT failed(*why);
    line->troubled = why != nullptr;
}

bool Recovery::settled() const {
    return std::ranges::all_of(lines_,
                               [](const auto& entry) { return entry.second->records.empty(); });
}

void Recovery::forget(const Document& document) {
    const auto found = lines_.find(&document);
    if (found == lines_.end()) return;
    const std::shared_ptr<Line> line = lines_.extract(found).mapped();
    document.disconnect(this);
    worker_->run(makeJob<Errand>(tr("Delete a journal"), [line](const OnProgress&) {
        line->writer.reset();
        std::error_code error;
        fs::remove_all(line->folder, error);
        return Errand::Then();
    }));
}

void Recovery::look() {
    const auto job =
        makeJob<Errand>(tr("Look for photos"), [this, folder = folder_](const OnProgress&) {
            const std::vector<JournalSummary> left = abandoned_journals(folder);
            return [this, left] { Q_EMIT found(left); };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    worker_->run(job);
}

void Recovery::reopen(const fs::path& journal) {
    const auto job = makeJob<Errand>(
        tr("Reopen “%1”").arg(QString::fromStdString(journal.filename().string())),
        [this, journal](const OnProgress&) {
            const auto contents = std::make_shared<const JournalContents>(read_journal(journal));
            return [this, contents] { Q_EMIT reopened(contents); };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Failed) Q_EMIT failed(why);
    });
    worker_->run(job);
}

void Recovery::discard(const fs::path& journal) {
    worker_->run(makeJob<Errand>(tr("Delete a journal"), [journal](const OnProgress&) {
        std::error_code error;
        fs::remove_all(journal, error);
        return Errand::Then();
    }));
}

}  // namespace daguerre
