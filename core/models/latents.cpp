#include "core/models/latents.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/json.h"

namespace daguerre {
namespace {

constexpr double least_sine = 1e-3;  // of the angle: beyond it the weights would lose their digits

}  // namespace

at::Tensor latent_of(std::uint32_t seed, std::int64_t size) {
    return at::randn({size}, at::detail::createCPUGenerator(seed), at::kFloat);
}

at::Tensor slerp(const at::Tensor& a, const at::Tensor& b, double u) {
    require(a.dim() == 1 && a.sizes() == b.sizes(), "slerp: 1-D tensors of one size");
    if (u <= 0) return a;
    if (u >= 1) return b;
    const double lengths = (a.norm() * b.norm()).item<double>();
    const double cosine = lengths > 0 ? a.dot(b).item<double>() / lengths : 1;
    const double angle = std::acos(std::clamp(cosine, -1.0, 1.0)), sine = std::sin(angle);
    if (sine < least_sine) return a * (1 - u) + b * u;
    return a * (std::sin((1 - u) * angle) / sine) + b * (std::sin(u * angle) / sine);
}

WalkPlace walk_place(std::int64_t walk, std::int64_t i, std::int64_t count) {
    require(walk >= 1 && i >= 0 && i < count, "walk_place: a frame of a walk");
    const bool closes = walk > 1;
    const std::int64_t ways = closes ? walk + 1 : 1;
    const std::int64_t frames = std::max<std::int64_t>(closes ? count : count - 1, 1);
    const std::int64_t from = std::min(i * ways / frames, ways - 1);
    return {from, (from + 1) % (walk + 1), double(i * ways - from * frames) / double(frames)};
}

at::Tensor latent_of_image(const GenerateRequest& request, std::int64_t walk, std::int64_t i,
                           std::int64_t size) {
    if (walk == 0) return latent_of(seed_of(request, i), size);
    const WalkPlace place = walk_place(walk, i, request.count);
    return slerp(latent_of(seed_of(request, place.from), size),
                 latent_of(seed_of(request, place.to), size), place.along);
}

Field walk_field() {
    return {.key = "walk",
            .label = "Walk",
            .help =
                "the pictures become frames of a walk that visits this many seeds beyond the "
                "first; from 2 on it returns to its start; 0: no walk",
            .max = 1000};
}

void say_frame(Record& record, const GenerateRequest& request, std::int64_t i) {
    Json json = Json::parse(record.daguerre);
    json["request"]["count"] = request.count;
    json["request"]["seed"] = seed_of(request, 0);
    json["frame"] = i;
    if (request.image_class.empty()) {
        json["request"].erase("class");
        record.title.clear();
        std::erase_if(record.parameters, [](const auto& pair) { return pair.first == "Class"; });
    }
    for (auto& [name, value] : record.parameters)
        if (name == "Seed") value = std::to_string(seed_of(request, 0));
    record.parameters.insert(
        record.parameters.begin(),
        {"Frame", std::to_string(i + 1) + " of " + std::to_string(request.count)});
    record.daguerre = json.dump();
}

void say_walk(Record& record, const GenerateRequest& request, std::int64_t walk, std::int64_t i) {
    if (walk == 0) return;
    say_frame(record, request, i);
    Json json = Json::parse(record.daguerre);
    json["request"]["walk"] = walk;
    record.daguerre = json.dump();
    std::erase_if(record.parameters, [](const auto& pair) { return pair.first == "Walk"; });
    record.parameters.insert(record.parameters.begin(), {"Walk", std::to_string(walk)});
}

}  // namespace daguerre
