#include "core/data/all_splits.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"

namespace daguerre {

AllSplits::AllSplits(std::vector<std::shared_ptr<const Dataset>> parts) : parts_(std::move(parts)) {
    require(!parts_.empty(), "a dataset has at least one split");
    info_ = parts_.front()->info();
    info_.count = 0;
    info_.left_out.clear();
    std::string hashes;
    bool hashed = true;
    for (const auto& part : parts_) {
        const DatasetInfo& own = part->info();
        first_.push_back(info_.count);
        info_.count += own.count;
        names_.push_back(own.split.empty() ? "train" : own.split);
        if (own.classes.size() > info_.classes.size()) info_.classes = own.classes;
        if (own.width != info_.width) info_.width = 0;
        if (own.height != info_.height) info_.height = 0;
        if (own.channels != info_.channels) info_.channels = 0;
        info_.left_out.insert(info_.left_out.end(), own.left_out.begin(), own.left_out.end());
        hashes += own.sha256;
        hashed = hashed && !own.sha256.empty();
    }
    first_.push_back(info_.count);
    info_.split.clear();
    if (parts_.size() > 1) info_.sha256 = hashed ? sha256_of(hashes) : std::string();
}

std::size_t AllSplits::part_of(std::int64_t i) const {
    require(i >= 0 && i < info_.count, "no such image");
    return std::size_t(std::upper_bound(first_.begin(), first_.end() - 1, i) - first_.begin()) - 1;
}

Example AllSplits::at(std::int64_t i) const {
    const std::size_t part = part_of(i);
    return parts_[part]->at(i - first_[part]);
}

int AllSplits::label(std::int64_t i) const {
    const std::size_t part = part_of(i);
    return parts_[part]->label(i - first_[part]);
}

std::string AllSplits::name(std::int64_t i) const {
    const std::size_t part = part_of(i);
    return parts_[part]->name(i - first_[part]);
}

Image AllSplits::glimpse(std::int64_t i, int side) const {
    const std::size_t part = part_of(i);
    return parts_[part]->glimpse(i - first_[part], side);
}

}  // namespace daguerre
