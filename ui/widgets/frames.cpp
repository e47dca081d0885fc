#include "ui/widgets/frames.h"

#include <algorithm>

namespace daguerre {
namespace {

std::size_t bytesOf(const Preview& preview) {
    std::size_t bytes = 0;
    for (const std::vector<Image>* half : {&preview.x, &preview.denoised})
        for (const Image& image : *half) bytes += image.pixels.size();
    return bytes;
}

int pictures(const Preview& preview) {
    return int(std::max(preview.x.size(), preview.denoised.size()));
}

std::shared_ptr<const Image> shared(const std::shared_ptr<const Preview>& group,
                                    const std::vector<Image>& half, int image) {
    const auto place = std::size_t(image - group->first);
    return place < half.size() ? std::shared_ptr<const Image>(group, &half[place]) : nullptr;
}

}  // namespace

Frames::Frames(int count, int steps, std::size_t limit)
    : count_(count), steps_(steps), limit_(limit), newestOf_(std::size_t(count), -1) {}

void Frames::add(std::shared_ptr<const Preview> preview) {
    if (preview->first < 0 || preview->step < 0 || preview->step >= preview->steps ||
        preview->first + pictures(*preview) > count_)
        return;
    steps_ = preview->steps;
    hasNoise_ = hasNoise_ || !preview->x.empty();
    levels_[preview->step] = {preview->sigma, preview->t};
    store(std::move(preview));
}

void Frames::finish(int first, std::vector<Image> images) {
    if (images.empty() || first < 0 || first + int(images.size()) > count_) return;
    steps_ = std::max(steps_, 1);
    Preview last;
    last.first = first;
    last.step = last.steps = steps_;
    last.denoised = std::move(images);
    store(std::make_shared<const Preview>(std::move(last)));
    sweep();
}

void Frames::store(Group group) {
    const int step = group->step, first = group->first, end = first + pictures(*group);
    const int before = first < end ? newestOf_[std::size_t(first)] : -1;
    if (size_.isEmpty() && !group->denoised.empty())
        size_ = {group->denoised.front().width, group->denoised.front().height};
    std::fill(newestOf_.begin() + first, newestOf_.begin() + end, step);
    newest_ = step;
    drop(step, first);
    bytes_ += bytesOf(*group);
    groups_[step][first] = std::move(group);
    if (before >= 0 && before != step && !stays(before, first)) drop(before, first);
    while (bytes_ > limit_ && every_ < steps_) {
        every_ *= 2;
        sweep();
    }
}

void Frames::drop(int step, int first) {
    const auto groups = groups_.find(step);
    if (groups == groups_.end()) return;
    const auto group = groups->second.find(first);
    if (group == groups->second.end()) return;
    bytes_ -= bytesOf(*group->second);
    groups->second.erase(group);
    if (groups->second.empty()) groups_.erase(groups);
}

bool Frames::stays(int step, int first) const {
    return step % every_ == 0 || step == newestOf_[std::size_t(first)];
}

void Frames::sweep() {
    std::vector<std::pair<int, int>> gone;
    for (const auto& [step, groups] : groups_)
        for (const auto& [first, group] : groups)
            if (!stays(step, first)) gone.emplace_back(step, first);
    for (const auto& [step, first] : gone) drop(step, first);
}

std::vector<int> Frames::kept() const {
    std::vector<int> steps;
    for (const auto& [step, groups] : groups_) steps.push_back(step);
    return steps;
}

int Frames::keptBelow(int step) const {
    if (groups_.empty()) return -1;
    const auto after = groups_.upper_bound(step);
    return after == groups_.begin() ? after->first : std::prev(after)->first;
}

int Frames::keptAfter(int step) const {
    if (groups_.empty()) return -1;
    const auto after = groups_.upper_bound(step);
    return after == groups_.end() ? groups_.rbegin()->first : after->first;
}

int Frames::atMost(int image, int step) const {
    step = std::min(step, newest(image));
    for (auto at = groups_.upper_bound(step); step >= 0 && at != groups_.begin();)
        if (groupOf(image, (--at)->first)) return at->first;
    return -1;
}

Frames::Group Frames::groupOf(int image, int step) const {
    const auto groups = groups_.find(step);
    if (groups == groups_.end()) return nullptr;
    auto group = groups->second.upper_bound(image);
    if (group == groups->second.begin()) return nullptr;
    --group;
    return image < group->first + pictures(*group->second) ? group->second : nullptr;
}

std::shared_ptr<const Image> Frames::noisy(int image, int step) const {
    const Group group = groupOf(image, step);
    if (!group) return nullptr;
    return shared(group, step == steps_ ? group->denoised : group->x, image);
}

std::shared_ptr<const Image> Frames::guess(int image, int step) const {
    const Group group = groupOf(image, step);
    return group ? shared(group, group->denoised, image) : nullptr;
}

double Frames::sigma(int step) const {
    const auto level = levels_.find(step);
    return level == levels_.end() ? 0 : level->second.sigma;
}

double Frames::t(int step) const {
    const auto level = levels_.find(step);
    return level == levels_.end() ? 0 : level->second.t;
}

}  // namespace daguerre
