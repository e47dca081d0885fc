// A diffusion model that learned nothing, and what tests ask it for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/base/torch.h"
#include "core/models/diffusion.h"

namespace daguerre {

/// A network that answers something that hangs on all of its input.
inline std::shared_ptr<const Model> model_of(int classes, bool null_class, int size = 12,
                                             int channels = 1, bool learned_variance = false,
                                             bool edm = false) {
    DataShape shape{.size = size, .channels = channels, .classes = {}, .dataset = {}};
    Json about{{"title", "Tiny"},
               {"images_seen", 640},
               {"run", "tiny-1"},
               {"classes", Json::array()},
               {"dataset", {{"id", "shapes"}, {"sha256", "abc"}}}};
    for (int i = 0; i < classes; ++i) {
        shape.classes.push_back("shape " + std::to_string(i));
        about["classes"].push_back(shape.classes.back());
    }
    DiffusionOptions options;
    options.multiples = "1,2";
    options.attention = "6";
    options.groups = 4;
    options.label_drop = null_class ? 0.1 : 0;
    DiffusionSetup setup;
    setup.network = diffusion_network(options, 8, shape);
    setup.noise_schedule.id = edm ? "edm" : "squaredcos_cap_v2";
    setup.objective = edm ? "edm" : "v";
    setup.learned_variance = learned_variance;
    if (learned_variance) setup.network.out_channels *= 2;
    UNet network(setup.network);
    initialise(network, 3);
    const torch::NoGradGuard no_grad;
    const at::Generator generator = at::detail::createCPUGenerator(5);
    for (const auto& item : network->named_parameters())
        if (item.value().abs().max().item<float>() == 0) item.value().normal_(0, 0.1, generator);
    return make_diffusion_model("tiny", setup, network, about, std::string(64, 'a'));
}

inline GenerateRequest request_of(std::int64_t count, std::int64_t seed) {
    GenerateRequest request;
    request.count = count;
    request.seed = seed;
    request.precision = "fp32";
    return request;
}

/// Where a call holds four images.
inline GenerateRequest on_cpu(GenerateRequest request) {
    request.device = "cpu";
    return request;
}

inline Fields with(const Model& model, const std::string& key, const FieldValue& value) {
    Fields fields = model.generate_fields();
    set_field(fields, key, value);
    return fields;
}

inline std::vector<Image> made(const Model& model, const GenerateRequest& request,
                               const Fields& fields) {
    return model.generate(request, fields, {});
}

}  // namespace daguerre
