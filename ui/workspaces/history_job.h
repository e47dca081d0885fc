// Reads the pictures on disk for the history.
#pragma once

#include <set>
#include <vector>

#include "core/image/image.h"
#include "ui/widgets/history_strip.h"
#include "ui/work/job.h"

namespace daguerre {

/// What the strip shows of a picture. Null: it could not be read.
HistoryItem historyItem(const QString& file, const std::shared_ptr<const Image>& image);

/// Favourites are named by the folder of their press and the file: "000042-fashion/fashion-1.png".
QString favouriteKey(const QString& file);
/// favourites.txt in pictures/: a name a line. Both may throw Error.
std::set<QString> readFavourites();
void writeFavourites(const std::set<QString>& favourites);

/// The newest pictures, press by press, a few at a time.
class HistoryJob : public Job {
    Q_OBJECT
public:
    explicit HistoryJob(int most);

Q_SIGNALS:
    void favouritesRead(const std::set<QString>& favourites);
    void read(const std::vector<daguerre::HistoryItem>& items);

protected:
    void run() override;

private:
    const int most_;
};

}  // namespace daguerre
