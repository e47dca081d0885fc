#include "core/data/rows.h"

namespace daguerre {
DatasetRow imagenet_row() {
    return {.id = "imagenet",
            .title = "ImageNet, ILSVRC 2012",
            .channels = 3,
            .classes = {},
            .train_count = 1281167,
            .test_count = 0,
            .licence = "non-commercial research only",
            .source = "https://image-net.org/download.php",
            .mirror_safe = true,
            .steps = {
                "Make an account at https://image-net.org and ask for access, or join the "
                "“ImageNet Object Localization Challenge” at https://www.kaggle.com.",
                "Get the images of ILSVRC 2012 (about 150 GB) and unpack them into one folder: "
                "train/n01440764/… and so on, one folder a synset.",
                "Put LOC_synset_mapping.txt or synset_words.txt beside, which names the classes."}};
}

}  // namespace daguerre
