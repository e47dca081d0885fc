// Every split of a dataset as one row of images, for looking through it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace daguerre {

/// The splits one after the other. Const and safe from any thread, as they are.
class AllSplits : public Dataset {
public:
    /// At least one. Classes are those of the part that has most; size and channels are 0 where the
    /// parts differ; the hash is one over theirs, empty while one has none.
    explicit AllSplits(std::vector<std::shared_ptr<const Dataset>> parts);

    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override;
    int label(std::int64_t i) const override;
    std::string name(std::int64_t i) const override;
    Image glimpse(std::int64_t i, int side) const override;

    const std::vector<std::shared_ptr<const Dataset>>& parts() const { return parts_; }
    /// Which part image i is of, 0 <= i < count.
    std::size_t part_of(std::int64_t i) const;
    /// The number of the first image of a part.
    std::int64_t first_of(std::size_t part) const { return first_[part]; }
    /// "train", "test", "validation"; a set that isn't split is "train".
    const std::string& split_name(std::size_t part) const { return names_[part]; }

private:
    DatasetInfo info_;
    std::vector<std::shared_ptr<const Dataset>> parts_;
    std::vector<std::int64_t> first_;  // and the count at the end
    std::vector<std::string> names_;
};

}  // namespace daguerre
