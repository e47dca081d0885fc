#include "core/metrics/subsets.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "core/base/files.h"
#include "core/base/random.h"
#include "core/image/record.h"

namespace daguerre {
namespace {

std::string lower(std::string text) {
    for (char& c : text) c = char(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// Some images of a dataset, with labels by name.
class Some : public Dataset {
public:
    Some(const Dataset& all, std::int64_t count, const std::vector<std::string>& classes)
        : all_(all), info_(all.info()), classes_(classes) {
        chosen_ = some_places(info_.count, count > 0 ? count : info_.count);
        info_.count = std::int64_t(chosen_.size());
        for (const std::string& name : info_.classes) places_.push_back(place_of(name, classes));
    }

    const DatasetInfo& info() const override { return info_; }

    Example at(std::int64_t i) const override {
        Example example = all_.at(chosen_[std::size_t(i)]);
        if (example.label >= 0)
            example.label = places_[std::size_t(example.label)];
        else if (const auto record = record_of(example.image.metadata))
            example.label = place_of(record->title, classes_);
        return example;
    }

private:
    const Dataset& all_;
    DatasetInfo info_;
    std::vector<std::string> classes_;
    std::vector<std::int64_t> chosen_;
    std::vector<int> places_;  // of the dataset's classes among the others
};

class Half : public Dataset {
public:
    Half(std::shared_ptr<const Dataset> all, bool other)
        : all_(std::move(all)), info_(all_->info()) {
        const std::vector<std::int64_t> first = some_places(info_.count, (info_.count + 1) / 2);
        if (other) {
            for (std::int64_t i = 0; i < info_.count; ++i)
                if (!std::ranges::binary_search(first, i)) chosen_.push_back(i);
        } else {
            chosen_ = first;
        }
        info_.count = std::int64_t(chosen_.size());
        info_.sha256 = sha256_of(info_.sha256 + (other ? " other half" : " half"));
    }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override { return all_->at(chosen_[std::size_t(i)]); }

private:
    std::shared_ptr<const Dataset> all_;
    DatasetInfo info_;
    std::vector<std::int64_t> chosen_;
};

}  // namespace

int place_of(const std::string& name, const std::vector<std::string>& classes) {
    for (std::size_t i = 0; i < classes.size(); ++i)
        if (lower(classes[i]) == lower(name)) return int(i);
    return -1;
}

std::vector<std::int64_t> some_places(std::int64_t all, std::int64_t count) {
    if (count >= all) {
        std::vector<std::int64_t> places(static_cast<std::size_t>(all));
        std::iota(places.begin(), places.end(), std::int64_t(0));
        return places;
    }
    const auto order = permutation(0, 0, std::uint32_t(all));
    std::vector<std::int64_t> places(order.begin(), order.begin() + count);
    std::ranges::sort(places);
    return places;
}

std::shared_ptr<const Dataset> some_of(const Dataset& dataset, std::int64_t count,
                                       const std::vector<std::string>& classes) {
    return std::make_shared<Some>(dataset, count, classes);
}

std::shared_ptr<const Dataset> half_of(std::shared_ptr<const Dataset> dataset, bool other) {
    return std::make_shared<Half>(std::move(dataset), other);
}

}  // namespace daguerre
