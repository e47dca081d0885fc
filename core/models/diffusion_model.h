// The diffusion family's Model. Others see model.h; its files share this.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/diffusion/completion.h"
#include "core/diffusion/denoiser.h"
#include "core/image/record.h"
#include "core/models/diffusion.h"
#include "core/models/sampling_reporter.h"
#include "core/models/step_tensors.h"

namespace daguerre {

class DiffusionModel : public Model {
public:
    DiffusionModel(const std::string& id, DiffusionSetup setup, UNet network, Json about,
                   std::string sha256);

    const ModelInfo& info() const override { return info_; }
    Fields generate_fields() const override { return sampling_fields_for(info_, schedule_); }
    /// Half the usual steps: two sheets tell more of a run than one that is a little finer.
    Fields preview_fields() const override;
    Bond bond(const Fields& own) const override {
        return options_from<SamplingOptions>(own).path.frames() ? Bond::Film : Bond::None;
    }
    std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                const OnProgress& on_progress) const override {
        return generate(request, own, nullptr, nullptr, on_progress);
    }
    /// The same from given noise, and with every step kept; either may be null. The start has as
    /// many images as the request. Where one isn't null, the precision auto is fp32.
    std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                const StartTensors* start, StepTensors* steps,
                                const OnProgress& on_progress) const;
    Fields complete_fields() const override { return fields_of<CompletionOptions>(); }
    CompletionCost completion_cost(const Fields& own) const override;
    Image complete(const Image& picture, const Image& hole, const GenerateRequest& request,
                   const Fields& own, const OnProgress& on_progress) const override;
    Likelihood likelihood() const override;
    std::vector<double> bits_per_dimension(const std::vector<Image>& pictures,
                                           const std::vector<int>& labels,
                                           const GenerateRequest& request) const override;
    void save(const std::filesystem::path& folder) const override;

    const DiffusionSetup& setup() const { return setup_; }
    const Json& about() const { return about_; }
    /// The network in fp32 on the processor; shares memory, and isn't changed.
    const UNet& network() const { return network_; }
    /// One for each device and precision, made when it is first asked for.
    UNet network_on(const at::Device& device, const std::string& precision) const;

private:
    // diffusion_plan.h
    struct Plan;
    struct Ends;
    struct Chunk;
    struct Answer;
    struct Group;

    Plan plan_of(const GenerateRequest& request, const Fields& own, const StartTensors* start,
                 bool exact) const;
    void plan_network(Plan& plan, bool exact) const;
    void check_path(const Plan& plan) const;
    /// The way of a request: a plan, and one for each branch.
    std::vector<Plan> stages_of(const GenerateRequest& request, const Fields& own,
                                const StartTensors* start, bool exact) const;
    Ends ends_of(const Plan& plan, Reporter& reporter) const;
    at::Tensor noise_of_photo(Plan plan, const Image& photo, const std::string& of_class,
                              Reporter& reporter) const;
    at::Tensor on_way(const Plan& plan, const Ends& ends, const at::Tensor& noise,
                      std::int64_t first) const;
    at::Tensor fresh_noise(const Plan& plan, const Group& group) const;
    at::Tensor guesses_at(const Plan& plan, const at::Tensor& label, const at::Tensor& x,
                          const std::vector<double>& sigmas) const;
    at::Tensor labels_of(const Plan& plan, std::int64_t first, std::int64_t end) const;
    Group group_of(const Plan& plan, std::int64_t first) const;
    Chunk chunk_of(const Plan& plan, const at::Tensor& labels, std::int64_t first,
                   std::int64_t count) const;
    Answer call(const Plan& plan, const Chunk& chunk, const at::Tensor& x, double t) const;
    Noise noise_for(const Plan& plan, const Group& group) const;
    at::Tensor completed(const Plan& plan, const KnownPart& part, const CompletionOptions& options,
                         const OnProgress& on_progress) const;
    /// All must outlive it. `answer`: gets what the network says at each call.
    Denoiser denoiser_for(const Plan& plan, const Group& group, Reporter& reporter,
                          Answer& answer) const;
    /// Lets `use` have the same with all that guides, leads and limits the guess.
    void with_denoiser(
        const Plan& plan, const Group& group, Reporter& reporter,
        const std::function<void(const Denoiser& denoiser, const Answer& answer)>& use) const;
    std::vector<Image> made(const std::vector<Plan>& stages, const Ends& ends, std::int64_t first,
                            Reporter& reporter, StepTensors* steps) const;
    at::Tensor sampled(const std::vector<Plan>& stages, const Ends& ends, std::int64_t first,
                       Reporter& reporter, StepTensors* steps) const;
    double shown_scale(double sigma) const;
    Record record_of(const Plan& plan, std::int64_t i) const;

    DiffusionSetup setup_;
    NoiseSchedule schedule_;
    Objective objective_;
    UNet network_;
    Json about_;
    ModelInfo info_;
    mutable std::mutex mutex_;
    mutable std::map<std::pair<std::string, std::string>, UNet> networks_;
};

}  // namespace daguerre
