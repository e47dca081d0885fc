#include "core/metrics/subsets.h"

#include <algorithm>
#include <cctype>

#include "core/base/files.h"
#include "core/image/record.h"

namespace daguerre {
namespace {

std::string lower(std::string text) {
    for (char& c : text) c = char(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// Some images of a dataset at equal distances, with labels by name.
class Spaced : public Dataset {
public:
    Spaced(const Dataset& all, std::int64_t count, const std::vector<std::string>& classes)
        : all_(all), info_(all.info()), classes_(classes) {
        if (count > 0) info_.count = std::min(count, info_.count);
        for (const std::string& name : info_.classes) places_.push_back(place_of(name, classes));
    }

    const DatasetInfo& info() const override { return info_; }

    Example at(std::int64_t i) const override {
        Example example = all_.at(i * all_.info().count / info_.count);
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
    std::vector<int> places_;
};

/// Every second image of a dataset.
class EverySecond : public Dataset {
public:
    EverySecond(std::shared_ptr<const Dataset> all, int first)
        : all_(std::move(all)), info_(all_->info()), first_(first) {
        info_.count = (info_.count + 1 - first) / 2;
        info_.sha256 = sha256_of(info_.sha256 + " every second from " + std::to_string(first));
    }
    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override { return all_->at(2 * i + first_); }

private:
    std::shared_ptr<const Dataset> all_;
    DatasetInfo info_;
    int first_;
};

}  // namespace

int place_of(const std::string& name, const std::vector<std::string>& classes) {
    for (std::size_t i = 0; i < classes.size(); ++i)
        if (lower(classes[i]) == lower(name)) return int(i);
    return -1;
}

std::shared_ptr<const Dataset> spaced(const Dataset& dataset, std::int64_t count,
                                      const std::vector<std::string>& classes) {
    return std::make_shared<Spaced>(dataset, count, classes);
}

std::shared_ptr<const Dataset> every_second(std::shared_ptr<const Dataset> dataset, int first) {
    return std::make_shared<EverySecond>(std::move(dataset), first);
}

}  // namespace daguerre
