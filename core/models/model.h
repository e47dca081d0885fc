// What can make images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/base/machine.h"
#include "core/image/image.h"
#include "core/image/progress.h"
#include "core/image/record.h"

namespace daguerre {

struct ModelInfo {
    std::string id, title;  // id: bundled id or folder name
    std::string family;     // id of families()
    int width = 0, height = 0, channels = 0;
    std::vector<std::string> classes;  // empty: unconditional
    bool null_class = false;           // knows "no class", so guidance works
    bool makes_images = true;          // false: a classifier
    std::int64_t parameters = 0, images_seen = 0;
    std::string dataset, dataset_sha256, licence;
    std::string sha256;                // of the weights
    std::string run;                   // name of the run it came from, or empty
    std::vector<std::string> remarks;  // what was guessed or left out while opening
};

/// What every family needs to know to make images.
struct GenerateRequest {
    std::int64_t count = 1;
    std::int64_t seed = 1;           // of image 0; image i has seed + i mod 2^32
    std::string image_class{};       // "": seed mod classes; a number, a name or "none"
    std::string precision = "auto";  // auto, fp32, bf16
    std::string device = "auto";
    int threads = 0;  // 0: all cores

    void each(auto&& visit) {
        visit(count, {.key = "count",
                      .label = "Pictures",
                      .help = "how many images to make",
                      .min = 1,
                      .max = 1'000'000});
        visit(seed,
              {.key = "seed",
               .label = "Seed",
               .help = "image number i is made from seed + i; the same seed gives the same image",
               .min = 0,
               .max = 4294967295.0});
        visit(image_class,
              {.key = "class",
               .label = "Class",
               .help = "number or name of a class, or none; default: seed mod classes"});
        visit(precision, precision_field());
        visit(device, device_field());
        visit(threads, threads_field());
    }
};

/// How the images of a request belong together.
enum class Bond {
    None,  // image i hangs on its seed alone; in the others also on how many there are
    Film,  // frames, in their order
    Grid,  // cells of a square
};

/// What completing one picture takes.
struct CompletionCost {
    std::int64_t calls = 0;   // of the network
    double macs = 0;          // multiply-adds of one call
    std::uint64_t bytes = 0;  // of memory beside the model; estimated
};

/// What bits_per_dimension tells of pictures.
struct Likelihood {
    std::string kind{};         // "Exact" or "At most"; empty: it tells nothing
    std::string detail{};       // a sentence on how it is found, or empty
    std::string why_not{};      // where it tells nothing though its family may: the reason
    std::int64_t at_once = 64;  // pictures to ask of between two words of progress
};

/// Immutable and shared; every call is safe from any thread that called use_device().
class Model {
public:
    virtual ~Model() = default;
    virtual const ModelInfo& info() const = 0;
    /// What generate takes beside the request, with defaults for this model: steps, sampler, ...
    virtual Fields generate_fields() const = 0;
    /// The same for a look at what training has taught it: quick, and with nothing that shows a
    /// part of what it makes as the whole.
    virtual Fields preview_fields() const { return generate_fields(); }
    /// Makes the images; blocks. 8 bit, each with its Record. on_progress comes as "step" with a
    /// preview after each sampler step of a group of images, and as "call" without one before each
    /// network call; when it answers false, what is finished is returned.
    /// Throws Error before work starts when the request can't be met.
    virtual std::vector<Image> generate(const GenerateRequest&, const Fields&,
                                        const OnProgress&) const = 0;
    virtual Bond bond(const Fields&) const { return Bond::None; }
    /// What complete takes beside the request; empty: this model can't complete pictures.
    virtual Fields complete_fields() const { return {}; }
    virtual CompletionCost completion_cost(const Fields&) const { return {}; }
    /// A picture whose missing part is filled with what the model knows. picture: 8 bit, of the
    /// model's size and channels. hole: a mask of that size; what it keeps comes back as it is.
    /// request: its seed, class, device, precision and threads count. Blocks. on_progress: "step"
    /// with a preview after each network call, of which `total` will be made, and "call" without
    /// one before it; after it answered false the image has width 0. Throws Error as generate, and
    /// when the model can't.
    virtual Image complete(const Image& picture, const Image& hole, const GenerateRequest& request,
                           const Fields&, const OnProgress&) const;
    /// What the model makes of real pictures, 8 bit, of its size and channels, one each; empty: it
    /// can't. request: its device, precision and threads count. Blocks.
    virtual std::vector<Image> reconstruct(const std::vector<Image>& pictures,
                                           const GenerateRequest& request) const {
        (void)pictures, (void)request;
        return {};
    }
    virtual Likelihood likelihood() const { return {}; }
    /// What real pictures cost under the model, in bits per dimension: one number each, as
    /// likelihood() says; empty where that tells nothing. pictures: 8 bit, of the model's size and
    /// channels. labels: [pictures] indices into info().classes, -1: none. request: its seed is
    /// that of the first picture's noise, where noise is needed; device, precision and threads
    /// count. Blocks.
    virtual std::vector<double> bits_per_dimension(const std::vector<Image>& pictures,
                                                   const std::vector<int>& labels,
                                                   const GenerateRequest& request) const {
        (void)pictures, (void)labels, (void)request;
        return {};
    }
    /// Writes the model folder (product.md 3). Throws Error.
    virtual void save(const std::filesystem::path& folder) const = 0;
};

/// The class of image i of a request as an index into info.classes, or -1 for none.
/// Throws Error: "fashion knows 10 classes; “cat” isn't one of them."
int class_of(const ModelInfo& info, const GenerateRequest& request, std::int64_t i);
/// Seed of image i: (seed + i) mod 2^32.
std::uint32_t seed_of(const GenerateRequest& request, std::int64_t i);

}  // namespace daguerre
