// Keeps the journals of open documents, and offers what a crash or a closing left.
#pragma once

#include <QObject>
#include <QPointer>
#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "core/image/journal.h"
#include "ui/canvas/document.h"
#include "ui/work/worker.h"

namespace daguerre {

/// recovery/ of the user data.
std::filesystem::path recoveryFolder();

/// Of the window's thread; all writing and reading is done on a worker of its own, so that a step
/// is on disk soon whatever else is going on. The destructor writes what still waits.
class Recovery : public QObject {
    Q_OBJECT
public:
    explicit Recovery(std::filesystem::path folder = recoveryFolder(), QObject* parent = nullptr);
    ~Recovery() override;

    /// From now on each change of a document goes into a journal: a new one, for which the photo's
    /// file is copied, or the one that the document came from. The journal stays when the document
    /// or the program ends, until forget().
    void keep(Document& document);
    void keep(Document& document, const std::shared_ptr<const JournalContents>& from);
    /// The document is closed for good, or saved and closed: its journal goes.
    void forget(const Document& document);
    /// Whether all changes of all documents are on disk.
    bool settled() const;

    /// Looks for journals that no living program holds; found() tells.
    void look();
    /// Reads one; reopened() or failed() tells. Then make a Document of it and keep() it.
    void reopen(const std::filesystem::path& journal);
    /// Deletes one that look() found.
    void discard(const std::filesystem::path& journal);

Q_SIGNALS:
    /// Newest first.
    void found(const std::vector<daguerre::JournalSummary>& left);
    void reopened(const std::shared_ptr<const daguerre::JournalContents>& journal);
    /// A journal can't be written or read. After a failed writing it is tried again with the next
    /// change, and told again only when it had worked in between.
    void failed(const daguerre::Sentence& why);

private:
    using Begin = std::function<std::unique_ptr<JournalWriter>()>;
    /// One document. begin (null once called) and writer: of the worker. written: how many of all
    /// records are done.
    struct Line {
        std::filesystem::path folder;
        Begin begin;
        std::unique_ptr<JournalWriter> writer;
        std::atomic<std::size_t> written = 0;
        std::deque<JournalRecord> records;  // from the first that isn't known to be written
        std::size_t first = 0;              // its number
        QPointer<Document> document;
        bool troubled = false;
    };

    std::filesystem::path newFolder();
    void follow(Document& document, const std::filesystem::path& folder, Begin begin);
    void write(const std::shared_ptr<Line>& line, const JournalRecord& record);
    void told(const std::shared_ptr<Line>& line, const Sentence* why);
    void closeAll();

    const std::filesystem::path folder_;
    std::map<const Document*, std::shared_ptr<Line>> lines_;
    std::vector<std::shared_ptr<Line>> ended_;  // of documents that are gone
    std::unique_ptr<Worker> worker_;
};

}  // namespace daguerre
