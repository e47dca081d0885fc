// The pictures on disk behind the history strip.
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/image/image.h"
#include "ui/widgets/history_strip.h"
#include "ui/work/errand.h"
#include "ui/work/jobs.h"

namespace daguerre {

class Session;

/// Reads, marks and removes pictures by jobs of the file worker, and keeps the strip true.
class Library : public QObject {
    Q_OBJECT
public:
    static constexpr int mostRead = 4000;  // the newest pictures; older ones stay on disk

    Library(Session& session, HistoryStrip* strip);

    /// The newest pictures come into the strip as they are read.
    void read();
    void add(const std::vector<Picture>& pictures);
    void toggleFavourite(const QString& file);
    /// To the system's trash; trashed() follows, and undoTrash() brings the last one back.
    void toTrash(const QString& file);
    void undoTrash();
    /// A copy with all it says about itself, in the format of the suffix.
    void saveAs(const std::shared_ptr<const Image>& image, const QString& file);
    /// Writes pictures of these names into the folder `press`, a new one where it is empty.
    void keep(std::vector<Image> images, std::vector<std::string> names, const QString& press,
              const std::string& model);
    /// All pictures of the press that `file` belongs to, read by the worker.
    using Opened = std::function<void(const std::vector<Picture>& pictures)>;
    void openPress(const QString& file, Opened opened);

Q_SIGNALS:
    void trashed(const QString& file);
    void broughtBack(const QString& file);
    void saved(const QString& file);

private:
    void run(const QString& title, Errand::Work work);

    Session& session_;
    HistoryStrip* strip_;
    std::set<QString> favourites_;
    HistoryItem removed_;
    QString inTrash_;
};

}  // namespace daguerre
