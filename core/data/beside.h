// Files beside images that say more of them than their folders do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace daguerre {

/// dataset.json as EDM and StyleGAN write it, {"labels": [["00000/img00000000.png", 6], …]}; the
/// words of ImageNet's synsets, "n01440764 tench, Tinca tinca" a line; and the synsets of its
/// images for validation, which lie in one folder: "ILSVRC2012_val_00000001,n01440764 85 1 499 272"
/// a line.
struct Beside {
    std::string labels, labels_folder;  // text; what its names are relative to: "" or "a/b/"
    std::string synsets, solution;      // text
};

/// A label that can't be one.
inline constexpr int impossible_label = -2;

/// Whether a file of this name is one of these: dataset.json, synset_words.txt,
/// LOC_synset_mapping.txt, LOC_val_solution.csv.
bool is_beside(std::string_view name);
/// Keeps the text of such a file, the one highest up winning. `name`: as the images' names are.
void keep_beside(Beside& beside, std::string_view name, std::string text);

/// Label by name of the file; nullopt: nothing beside says any. Labels of several numbers count as
/// none, those that can't be one are impossible_label. Throws Error naming `title` when the text
/// isn't such JSON.
std::optional<std::unordered_map<std::string, int>> labels_beside(const Beside& beside,
                                                                  std::string_view title);
/// Synset by name of the image without folder and suffix, of the solution; empty without one.
std::unordered_map<std::string, std::string> solved_synsets(const Beside& beside);
/// Replaces classes that are synsets by the first of their words, "tench"; where two share it, the
/// synset follows: "crane (n03126707)".
void name_synsets(std::vector<std::string>& classes, const Beside& beside);
/// Whether a name has the form of a synset, "n01440764".
bool is_synset(std::string_view name);

}  // namespace daguerre
