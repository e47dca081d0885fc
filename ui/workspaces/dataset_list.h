// The datasets there are, and those that can be had.
#pragma once

#include <QListWidget>
#include <filesystem>
#include <string>
#include <vector>

namespace daguerre {

struct DatasetEntry {
    enum class Place { Bundled, Here, Folder, ToGet, ByHand };
    std::string name;  // as open_dataset takes it
    QString title, note;
    Place place = Place::Here;
    std::filesystem::path folder{};  // where it lies; empty: not here
    bool here() const { return place != Place::ToGet && place != Place::ByHand; }
};

/// Those of the table, the user's own, and `folders` that were looked at. Reads the disk.
std::vector<DatasetEntry> knownDatasets(const QStringList& folders);
/// How many bytes a known set is to download; 0: that isn't known.
std::uint64_t downloadBytes(const std::string& id);

class DatasetList : public QListWidget {
    Q_OBJECT
public:
    explicit DatasetList(QWidget* parent = nullptr);

    /// Keeps the current one, where it is still there.
    void setEntries(std::vector<DatasetEntry> entries);
    const std::vector<DatasetEntry>& entries() const { return entries_; }
    const DatasetEntry* entry(const std::string& name) const;  // null: there is none
    const DatasetEntry* current() const;
    void setCurrent(const std::string& name);  // doesn't emit
    /// Says more of one, "70,000, here", once it is open.
    void setNote(const std::string& name, const QString& note);

Q_SIGNALS:
    void chosen(const std::string& name);

private:
    std::vector<DatasetEntry> entries_;
};

}  // namespace daguerre
