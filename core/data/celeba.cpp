#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number_list.h"
#include "core/base/table.h"
#include "core/data/archive.h"
#include "core/data/image_set.h"
#include "core/data/rows.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr const char *zip_name = "img_align_celeba.zip", *attributes_name = "list_attr_celeba.txt",
                     *splits_name = "list_eval_partition.txt";
constexpr std::uint64_t list_limit = 256u << 20;

/// Throws UnknownWord with the nearest attribute.
std::vector<std::string> chosen_attributes(const DatasetRow& row, std::string_view text) {
    std::vector<std::string> chosen;
    for (const std::string& word : words_in(std::string(text), ',')) {
        if (std::find(row.attributes.begin(), row.attributes.end(), word) == row.attributes.end()) {
            const std::string close = nearest(word, row.attributes);
            throw UnknownWord("{title} has no attribute “{word}”.{close}",
                              {{"title", row.title},
                               {"word", word},
                               {"close", close.empty() ? "" : " Did you mean “" + close + "”?"}});
        }
        chosen.push_back(word);
    }
    return chosen;
}

/// The name of an image's class by its name: "Smiling", "not Smiling", "Male, not Smiling". The
/// list's first line is a count, its second the attributes, the others a name and 1 or -1 each.
std::unordered_map<std::string, std::string> classes_in(const fs::path& file,
                                                        const std::vector<std::string>& chosen) {
    std::unordered_map<std::string, std::string> classes;
    if (chosen.empty()) return classes;
    const std::vector<std::string> lines = lines_of(read_file(file, list_limit));
    std::vector<std::string> names;
    if (lines.size() > 1) {
        std::istringstream words(lines[1]);
        for (std::string name; words >> name;) names.push_back(name);
    }
    std::vector<std::size_t> columns;
    for (const std::string& attribute : chosen)
        columns.push_back(
            std::size_t(std::find(names.begin(), names.end(), attribute) - names.begin()));
    for (std::size_t k = 2; k < lines.size(); ++k) {
        std::istringstream words(lines[k]);
        std::string image;
        words >> image;
        std::vector<int> values;
        for (int value = 0; words >> value;) values.push_back(value);
        if (values.size() != names.size() || names.empty())
            throw Error(
                "Line {line} of “{file}” has {n} values for {m} attributes.",
                {{"line", k + 1}, {"file", file}, {"n", values.size()}, {"m", names.size()}});
        std::string& name = classes[image];
        for (std::size_t c = 0; c < columns.size(); ++c)
            name += (c ? ", " : "") + std::string(values[columns[c]] > 0 ? "" : "not ") + chosen[c];
    }
    return classes;
}

/// "train", "validation" or "test" by the name of an image: 0, 1 and 2 in the list.
std::unordered_map<std::string, std::string> splits_in(const fs::path& file) {
    std::unordered_map<std::string, std::string> splits;
    for (const std::string& line : lines_of(read_file(file, list_limit))) {
        std::istringstream words(line);
        std::string image;
        int split = -1;
        if (!(words >> image >> split) || split < 0 || split > 2)
            throw Error("“{line}” in “{file}” doesn't say which split an image is of.",
                        {{"line", line.substr(0, 60)}, {"file", file}});
        const char* const names[] = {"train", "validation", "test"};
        splits[image] = names[split];
    }
    return splits;
}

/// The zip as it is, its images sorted into splits and classes by the lists.
std::shared_ptr<const Dataset> open_celeba(const fs::path& folder, const DatasetRow& row,
                                           std::string_view split, std::string_view attributes) {
    const std::vector<std::string> chosen = chosen_attributes(row, attributes);
    const auto archive = std::make_shared<const ZipFile>(folder / zip_name);
    const auto classes = classes_in(folder / attributes_name, chosen);
    const auto splits = splits_in(folder / splits_name);
    std::vector<NamedFile> files;
    const auto entries = std::make_shared<std::vector<std::size_t>>();
    for (std::size_t i = 0; i < archive->entries().size(); ++i) {
        const ZipFile::Entry& entry = archive->entries()[i];
        const std::string image = entry.name.substr(entry.name.rfind('/') + 1);
        const auto of_split = splits.find(image);
        if (of_split == splits.end() || !is_visible_image(entry.name)) continue;
        const auto of_class = classes.find(image);
        const std::string above = of_class == classes.end() ? "" : of_class->second + "/";
        files.push_back({of_split->second + "/" + above + image, entry.bytes});
        entries->push_back(i);
    }
    const auto name = [=](std::size_t i) {
        return (folder / zip_name / archive->entries()[(*entries)[i]].name).string();
    };
    DatasetInfo info = info_of(row);
    if (!attributes.empty()) info.id += ":" + std::string(attributes);
    return image_set(files,
                     {[=](std::size_t i) { return peek(archive->read((*entries)[i]), name(i)); },
                      [=](std::size_t i) {
                          return read_image(archive->read((*entries)[i]), name(i),
                                            dataset_pixel_limit);
                      }},
                     std::move(info), split);
}

}  // namespace

DatasetRow celeba_row() {
    return {
        .id = "celeba",
        .title = "CelebA, aligned",
        .width = 178,
        .height = 218,
        .channels = 3,
        .classes = {},
        .attributes = {"5_o_Clock_Shadow",
                       "Arched_Eyebrows",
                       "Attractive",
                       "Bags_Under_Eyes",
                       "Bald",
                       "Bangs",
                       "Big_Lips",
                       "Big_Nose",
                       "Black_Hair",
                       "Blond_Hair",
                       "Blurry",
                       "Brown_Hair",
                       "Bushy_Eyebrows",
                       "Chubby",
                       "Double_Chin",
                       "Eyeglasses",
                       "Goatee",
                       "Gray_Hair",
                       "Heavy_Makeup",
                       "High_Cheekbones",
                       "Male",
                       "Mouth_Slightly_Open",
                       "Mustache",
                       "Narrow_Eyes",
                       "No_Beard",
                       "Oval_Face",
                       "Pale_Skin",
                       "Pointy_Nose",
                       "Receding_Hairline",
                       "Rosy_Cheeks",
                       "Sideburns",
                       "Smiling",
                       "Straight_Hair",
                       "Wavy_Hair",
                       "Wearing_Earrings",
                       "Wearing_Hat",
                       "Wearing_Lipstick",
                       "Wearing_Necklace",
                       "Wearing_Necktie",
                       "Young"},
        .train_count = 162770,
        .test_count = 19962,
        .licence = "non-commercial research only",
        .source = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        .mirror_safe = true,
        .files = {{zip_name, "46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
                   1443490838},
                  {attributes_name,
                   "f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0", 26721026},
                  {splits_name, "fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7",
                   2836386}},
        .steps = {"Open https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html and read the agreement: "
                  "the pictures are for non-commercial research only.",
                  "Under Downloads, follow “Align&Cropped Images” to the makers' drive.",
                  "Get Img/img_align_celeba.zip (1.4 GB), Anno/list_attr_celeba.txt and "
                  "Eval/list_eval_partition.txt into one folder."},
        .open = open_celeba};
}

}  // namespace daguerre
