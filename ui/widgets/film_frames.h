// Recorded steps as the frames of a film.
#pragma once

#include <QSize>
#include <QString>
#include <filesystem>
#include <vector>

#include "core/image/image.h"
#include "core/image/progress.h"
#include "core/image/record.h"
#include "ui/widgets/frames.h"

namespace daguerre {

enum class FilmHalves { Both, Noise, Guess };

/// What a film or sheet shall show.
struct FilmChoice {
    enum class Form { Gif, Apng, Mp4, Sheet, Steps } form = Form::Gif;
    FilmHalves halves = FilmHalves::Both;
    std::vector<int> pictures;  // rising; of the Frames
    int columns = 1;            // of the pictures in a frame; a sheet has one row a picture
    int scale = 4;              // 1 to 16, nearest neighbour
    int side = 0;               // px of a picture's longer side, made smaller; 0: scale counts
    int sheetSteps = 0;         // of a sheet, evenly spaced; 0: all
    double framesPerSecond = 10;
    double holdSeconds = 1.5;
    bool caption = true;              // step and σ under the pictures, or
    std::vector<QString> captions{};  // what is said of each step; empty: those
};

/// The steps a film has frames of: all that are kept, or so many evenly spaced ones, first and last
/// among them, that their pixels stay under half a gigabyte.
std::vector<int> filmSteps(const Frames& frames, const FilmChoice& choice);
/// Size of a frame, of the whole sheet for a sheet. Both numbers are even, as video wants it.
QSize filmSize(const Frames& frames, const FilmChoice& choice);
/// One frame, 8-bit RGB. May be called on any thread.
Image filmFrame(const Frames& frames, const FilmChoice& choice, int step);
/// All steps of a sheet in one image: a row a picture and half, a column a step.
Image filmSheet(const Frames& frames, const FilmChoice& choice);

/// Writes what was chosen; blocks. `file`: of the film or sheet; a folder for Form::Steps, which
/// gets a number where there is one of that name. record: what the files shall say of themselves;
/// may be null. false: it was stopped, and nothing is left behind. Throws Error.
bool writeFilm(const Frames& frames, const FilmChoice& choice, const std::filesystem::path& file,
               const Record* record, const OnProgress& onProgress);

}  // namespace daguerre
