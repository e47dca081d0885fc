// The sets of digits, clothes and letters that come as IDX files.
#include "core/data/rows.h"
#include "core/data/sources.h"

namespace daguerre {
namespace {

std::shared_ptr<const Dataset> open_known(const std::filesystem::path& folder,
                                          const DatasetRow& row, std::string_view split,
                                          std::string_view) {
    return as_published(open_idx(folder, info_of(row), split), folder, row);
}

}  // namespace

DatasetRow mnist_row() {
    return {.id = "mnist",
            .title = "MNIST",
            .width = 28,
            .height = 28,
            .channels = 1,
            .classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
            .train_count = 60000,
            .test_count = 10000,
            .licence = "CC-BY-SA-3.0",
            .source = "http://yann.lecun.com/exdb/mnist",
            .mirror_safe = false,
            .files = {{"train-images-idx3-ubyte.gz",
                       "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422},
                      {"train-labels-idx1-ubyte.gz",
                       "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881},
                      {"t10k-images-idx3-ubyte.gz",
                       "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877},
                      {"t10k-labels-idx1-ubyte.gz",
                       "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542}},
            .mirrors = {"https://storage.googleapis.com/cvdf-datasets/mnist/",
                        "https://ossci-datasets.s3.amazonaws.com/mnist/"},
            .open = open_known};
}

DatasetRow fashion_mnist_row() {
    return {
        .id = "fashion-mnist",
        .title = "Fashion-MNIST",
        .width = 28,
        .height = 28,
        .channels = 1,
        .classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                    "Sneaker", "Bag", "Ankle boot"},
        .train_count = 60000,
        .test_count = 10000,
        .licence = "MIT",
        .source = "https://github.com/zalandoresearch/fashion-mnist",
        .mirror_safe = false,
        .files = {{"train-images-idx3-ubyte.gz",
                   "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26421880},
                  {"train-labels-idx1-ubyte.gz",
                   "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29515},
                  {"t10k-images-idx3-ubyte.gz",
                   "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4422102},
                  {"t10k-labels-idx1-ubyte.gz",
                   "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148}},
        .mirrors = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"},
        .open = open_known};
}

DatasetRow kmnist_row() {
    return {
        .id = "kmnist",
        .title = "Kuzushiji-MNIST",
        .width = 28,
        .height = 28,
        .channels = 1,
        .classes = {"お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"},
        .train_count = 60000,
        .test_count = 10000,
        .licence = "CC-BY-SA-4.0",
        .source = "http://codh.rois.ac.jp/kmnist/",
        .mirror_safe = false,
        .files = {{"train-images-idx3-ubyte.gz",
                   "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", 18165135},
                  {"train-labels-idx1-ubyte.gz",
                   "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", 29497},
                  {"t10k-images-idx3-ubyte.gz",
                   "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", 3041136},
                  {"t10k-labels-idx1-ubyte.gz",
                   "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", 5120}},
        .mirrors = {"http://codh.rois.ac.jp/kmnist/dataset/kmnist/"},
        .open = open_known};
}

}  // namespace daguerre
