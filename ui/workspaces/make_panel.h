// The side panel of Generate: what shall be made, the chosen picture, the one button.
#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/fields.h"
#include "core/models/model.h"

class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace daguerre {

class Actions;
class FieldsForm;

/// What the panel says of the chosen picture.
struct PictureFacts {
    int index = 0, count = 0;
    std::uint32_t seed = 0;
    QString imageClass, state;
    bool held = false, finished = false, favourite = false;
};

/// Whether a field can take a value that another model's had.
bool fits(const Field& field, const FieldValue& value);
/// What Model::generate takes beside the request: those of all settings that aren't its own.
Fields ownFields(const Fields& all);
/// Id and title of each sampler.
std::vector<std::pair<QString, QString>> samplerTitles();

class MakePanel : public QWidget {
    Q_OBJECT
public:
    static constexpr int usualCount = 16, mostPictures = 1024;

    explicit MakePanel(Actions& actions, QWidget* parent = nullptr);

    /// The form of a model; values that fit are kept. Null: the form stays, nothing can be made.
    /// classifiers: names of those that may lead it to a class.
    void setModel(const std::shared_ptr<const Model>& model,
                  const std::vector<std::string>& classifiers);
    /// All settings, those of the request first.
    Fields fields() const;
    /// Takes the values of fields that the form has.
    void setValues(const Fields& fields);
    GenerateRequest request() const;
    Fields own() const;  // what Model::generate takes beside the request
    void reset();
    void newSeed();

    void setRunning(bool running);
    /// Comparing has a number of pictures of its own.
    void setComparing(bool comparing);
    /// why: stands above the button while nothing can be made.
    void setPossible(bool possible, const QString& why);
    /// every: there was a preview every so many steps.
    void showCost(const QString& time, const QString& previews, int every = 1);
    void showPicture(const std::optional<PictureFacts>& facts);

Q_SIGNALS:
    void changed();
    void makeWanted();  // or stop, while it runs
    void favouriteWanted();
    void holdWanted();
    void infoWanted();

private:
    QWidget* makeHeading(Actions& actions);
    QWidget* makePicture();
    QWidget* makeFoot();
    void addChooser(const char* key);
    void showFollowed();

    FieldsForm *form_, *more_;
    QToolButton *moreButton_, *favourite_, *hold_, *info_;
    QWidget *picture_, *moreLine_;
    QLabel *pictureTitle_, *seed_, *class_, *state_, *time_, *previews_;
    QPushButton* run_;
    bool running_ = false, comparing_ = false;
};

}  // namespace daguerre
