// What a film of the recorded steps shall look like, and how far it is.
#pragma once

#include <QDialog>
#include <memory>

#include "ui/widgets/film_frames.h"

class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace daguerre {

class Segments;

/// Not modal. It writes nothing itself: wanted() says what shall be written, and what became of it
/// is told by showProgress() and showEnd().
class FilmDialog : public QDialog {
    Q_OBJECT
public:
    /// chosen: the picture that “one picture” means, -1: none. name: proposed for the file, without
    /// suffix.
    FilmDialog(std::shared_ptr<const Frames> frames, int chosen, int columns, const QString& name,
               QWidget* parent);

    /// The frames have no noisy half, and captions of their own, one a step; `words` stand beside
    /// the box for them.
    void setCaptions(std::vector<QString> captions, const QString& words);
    FilmChoice choice() const;
    /// Asks for it, as the button does once a file was named. A folder for FilmChoice::Form::Steps.
    void write(const QString& file);
    void showProgress(qint64 done, qint64 total);
    /// trouble: the sentence of a failure; empty: it was written.
    void showEnd(bool written, const QString& trouble);
    const std::shared_ptr<const Frames>& frames() const { return frames_; }

Q_SIGNALS:
    void wanted(const daguerre::FilmChoice& choice, const QString& file);
    void stopWanted();

protected:
    void closeEvent(QCloseEvent*) override;

private:
    int longerSide() const;  // px of a picture
    bool shrinks() const;    // its pictures are large: the size is told in pixels
    QWidget* makeForm();
    void connectForm();
    void makeFoot(QVBoxLayout* column);
    void refresh();
    void ask();
    void setRunning(bool running);

    const std::shared_ptr<const Frames> frames_;
    const int chosen_, columns_;
    const QString name_;
    std::vector<QString> captions_;
    QString file_;
    bool running_ = false;
    Segments *form_, *pictures_, *halves_;
    QSpinBox *scale_, *rate_, *sheetSteps_;
    QDoubleSpinBox* hold_;
    QCheckBox* caption_;
    QLabel *preview_, *size_, *end_;
    QProgressBar* progress_;
    QPushButton *save_, *close_;
    QWidget* controls_;
};

}  // namespace daguerre
