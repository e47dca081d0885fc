#include "core/data/left_out.h"

#include <algorithm>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/datasets.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t list_limit = 512u << 20;

/// Images of another dataset by number.
class Kept : public Dataset {
public:
    Kept(std::shared_ptr<const Dataset> whole, std::vector<std::int64_t> kept, DatasetInfo info)
        : whole_(std::move(whole)), kept_(std::move(kept)), info_(std::move(info)) {}

    const DatasetInfo& info() const override { return info_; }
    Example at(std::int64_t i) const override { return whole_->at(kept_.at(std::size_t(i))); }
    int label(std::int64_t i) const override { return whole_->label(kept_.at(std::size_t(i))); }
    std::string name(std::int64_t i) const override {
        return whole_->name(kept_.at(std::size_t(i)));
    }
    Image glimpse(std::int64_t i, int side) const override {
        return whole_->glimpse(kept_.at(std::size_t(i)), side);
    }

private:
    std::shared_ptr<const Dataset> whole_;
    std::vector<std::int64_t> kept_;
    DatasetInfo info_;
};

std::string key_of(const std::string& name, const std::string& split) {
    if (!name.starts_with('#')) return name;
    return (split.empty() ? "train" : split) + " " + name;
}

void write(std::string_view name, const std::vector<std::string>& keys) {
    const fs::path file = left_out_file(name);
    if (keys.empty()) {
        std::error_code error;
        fs::remove(file, error);
        if (error)
            throw Error("“{file}” can't be removed: {why}.",
                        {{"file", file}, {"why", error.message()}});
        return;
    }
    std::string text;
    for (const std::string& key : keys) text += key + '\n';
    write_whole(file, text);
}

}  // namespace

fs::path left_out_file(std::string_view name) {
    const std::string id(name.substr(0, name.find(':')));
    const auto& rows = datasets();
    const bool known =
        std::any_of(rows.begin(), rows.end(), [&](const DatasetRow& row) { return row.id == id; });
    if (known || !own_dataset_path(name).empty())
        return home_folder() / "datasets" / (id + ".left-out.txt");
    fs::path place = fs::path(name).lexically_normal();
    if (!place.has_filename()) place = place.parent_path();
    return place.parent_path() / (place.filename().string() + ".left-out.txt");
}

std::string left_out_key(const AllSplits& dataset, std::int64_t i) {
    return key_of(dataset.name(i), dataset.split_name(dataset.part_of(i)));
}

std::vector<std::string> left_out(std::string_view name) {
    const fs::path file = left_out_file(name);
    std::error_code error;
    if (!fs::is_regular_file(file, error)) return {};
    return lines_of(read_file(file, list_limit));
}

void leave_out(std::string_view name, const std::vector<std::string>& keys) {
    std::vector<std::string> all = left_out(name);
    std::unordered_set<std::string> known(all.begin(), all.end());
    for (const std::string& key : keys)
        if (known.insert(key).second) all.push_back(key);
    write(name, all);
}

void take_back(std::string_view name, const std::vector<std::string>& keys) {
    std::vector<std::string> all = left_out(name);
    const std::unordered_set<std::string> back(keys.begin(), keys.end());
    std::erase_if(all, [&](const std::string& key) { return back.contains(key); });
    write(name, all);
}

std::shared_ptr<const Dataset> without_left_out(std::shared_ptr<const Dataset> dataset,
                                                std::string_view name) {
    if (!dataset) return dataset;
    const std::vector<std::string> list = left_out(name);
    if (list.empty()) return dataset;
    const std::unordered_set<std::string> out(list.begin(), list.end());
    DatasetInfo info = dataset->info();
    std::vector<std::int64_t> kept;
    for (std::int64_t i = 0; i < info.count; ++i)
        if (!out.contains(key_of(dataset->name(i), info.split))) kept.push_back(i);
    if (std::int64_t(kept.size()) == info.count) return dataset;
    if (kept.empty())
        throw Error("All images of “{name}” are left out. Remove “{file}” to have them back.",
                    {{"name", info.title}, {"file", left_out_file(name)}});
    info.count = std::int64_t(kept.size());
    std::erase_if(info.left_out, [&](const BrokenFile& file) { return out.contains(file.name); });
    if (!info.sha256.empty()) {
        std::string text = info.sha256;
        for (const std::int64_t i : kept) text += ' ' + std::to_string(i);
        info.sha256 = sha256_of(text);
    }
    return std::make_shared<Kept>(std::move(dataset), std::move(kept), std::move(info));
}

}  // namespace daguerre
