// Where a retouched photo is saved, and what the file will keep.
#pragma once

#include <QDialog>
#include <filesystem>

#include "core/image/tiles.h"

class QCheckBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace daguerre {

/// "dune-retouched.tif": the first such name that isn't there. Where the folder can't be written,
/// one in the folder of pictures.
std::filesystem::path proposedFile(const std::filesystem::path& opened);

/// Not modal; writes nothing itself.
class SavePage : public QDialog {
    Q_OBJECT
public:
    SavePage(const Tiles& photo, const std::filesystem::path& opened,
             const std::filesystem::path& proposed, QWidget* parent);

    std::filesystem::path file() const;

Q_SIGNALS:
    void wanted(const std::filesystem::path& file, bool record);

private:
    void refresh();
    void browse();
    void addKept(const QString& what, const QString& whyNot);

    const Tiles photo_;
    const std::filesystem::path opened_;
    QLineEdit *name_, *folder_;
    QGridLayout* kept_;
    QLabel* sentence_;
    QCheckBox* record_;
    QPushButton* save_;
    int rows_ = 0;
};

}  // namespace daguerre
