#include "core/data/problems.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <set>

#include "core/base/error.h"

namespace daguerre {
namespace {

constexpr std::size_t report_every = 256;

using Group = std::vector<std::uint32_t>;

void sort_unique(Group& images) {
    std::sort(images.begin(), images.end());
    images.erase(std::unique(images.begin(), images.end()), images.end());
}

bool equal(const Image& a, const Image& b) {
    return a.width == b.width && a.height == b.height && a.channels == b.channels &&
           a.depth == b.depth && a.pixels == b.pixels;
}

/// Parts images with one print into groups of the same pixels.
std::vector<Group> confirmed(const AllSplits& dataset, Group images) {
    std::vector<Group> groups;
    while (images.size() > 1) {
        Group group, others;
        Image first;
        for (const std::uint32_t image : images) try {
                if (group.empty()) {
                    first = dataset.at(image).image;
                    group.push_back(image);
                } else {
                    (equal(dataset.at(image).image, first) ? group : others).push_back(image);
                }
            } catch (const Error&) {
                continue;  // it can't be read any more
            }
        if (group.size() > 1) groups.push_back(std::move(group));
        images = std::move(others);
    }
    return groups;
}

std::vector<Group> same_images(const AllSplits& dataset, const Survey& survey) {
    std::vector<std::uint32_t> order(survey.images.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto print = [&](std::uint32_t k) { return survey.prints[k].pixels; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return print(a) < print(b); });
    std::vector<Group> groups;
    for (std::size_t from = 0, to = 0; from < order.size(); from = to) {
        Group images;
        for (to = from; to < order.size() && print(order[to]) == print(order[from]); ++to)
            images.push_back(survey.images[order[to]]);
        if (images.size() < 2) continue;
        for (Group& group : confirmed(dataset, std::move(images)))
            groups.push_back(std::move(group));
    }
    std::sort(groups.begin(), groups.end());
    return groups;
}

float distance(const ImagePrint& a, const ImagePrint& b) {
    int far = 0;
    for (std::size_t v = 0; v < a.small.size(); ++v)
        far += std::abs(int(a.small[v]) - int(b.small[v]));
    return float(far) / 64 / 255;
}

/// All pairs, but only those whose looks have about as many bits set: a distance of d needs that.
std::vector<NearPair> near_images(const Survey& survey, const OnProgress& on_progress) {
    std::vector<std::uint32_t> order(survey.images.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto bits = [&](std::uint32_t k) { return std::popcount(survey.prints[k].look); };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return bits(a) < bits(b); });
    std::vector<std::uint64_t> looks;
    for (const std::uint32_t k : order) looks.push_back(survey.prints[k].look);
    std::vector<NearPair> pairs;
    const auto closer = [](const NearPair& a, const NearPair& b) {
        return std::pair(a.distance, a.bits) < std::pair(b.distance, b.bits);
    };
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i % report_every == 0 && on_progress &&
            !on_progress({std::int64_t(i), std::int64_t(order.size()), "image", {}}))
            break;
        const ImagePrint& own = survey.prints[order[i]];
        const int most = std::popcount(own.look) + near_bits;
        for (std::size_t j = i + 1; j < order.size(); ++j) {
            const int differ = std::popcount(looks[i] ^ looks[j]);
            if (differ > near_bits) {
                if (j % report_every == 0 && std::popcount(looks[j]) > most) break;
                continue;
            }
            const ImagePrint& other = survey.prints[order[j]];
            const float far = distance(own, other);
            if (far > near_distance || own.pixels == other.pixels) continue;
            const auto [first, second] =
                std::minmax(survey.images[order[i]], survey.images[order[j]]);
            pairs.push_back({first, second, differ, far});
        }
        if (pairs.size() > 4 * most_near) {
            std::nth_element(pairs.begin(), pairs.begin() + most_near, pairs.end(), closer);
            pairs.resize(most_near);
        }
    }
    std::sort(pairs.begin(), pairs.end(), [&](const NearPair& a, const NearPair& b) {
        if (closer(a, b) || closer(b, a)) return closer(a, b);
        return std::pair(a.first, a.second) < std::pair(b.first, b.second);
    });
    if (pairs.size() > most_near) pairs.resize(most_near);
    return pairs;
}

}  // namespace

Problems find_problems(const AllSplits& dataset, const Survey& survey,
                       const OnProgress& on_progress) {
    Problems problems;
    problems.broken = survey.broken;
    problems.same = same_images(dataset, survey);
    for (const Group& group : problems.same) {
        std::set<int> labels;
        std::set<std::size_t> parts;
        for (const std::uint32_t image : group) {
            labels.insert(dataset.label(image));
            parts.insert(dataset.part_of(image));
        }
        if (labels.size() > 1) problems.two_classes.push_back(group);
        if (parts.size() > 1) problems.leaks.push_back(group);
    }
    problems.near = near_images(survey, on_progress);
    return problems;
}

Marks Problems::marks() const {
    Marks marks;
    for (const BrokenImage& image : broken) marks["broken"].push_back(image.image);
    const auto add = [&](const char* mark, const std::vector<Group>& groups) {
        Group& list = marks[mark];
        for (const Group& group : groups) list.insert(list.end(), group.begin(), group.end());
    };
    add("duplicate", same);
    add("two-classes", two_classes);
    add("leak", leaks);
    for (const NearPair& pair : near)
        for (const std::uint32_t image : {pair.first, pair.second}) marks["near"].push_back(image);
    for (const char* mark : {"broken", "near"}) marks[mark];
    for (auto& [mark, images] : marks) sort_unique(images);
    return marks;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> Problems::pairs(std::string_view mark) const {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
    if (mark == "near")
        for (const NearPair& pair : near) found.emplace_back(pair.first, pair.second);
    const auto* groups = mark == "duplicate"     ? &same
                         : mark == "two-classes" ? &two_classes
                         : mark == "leak"        ? &leaks
                                                 : nullptr;
    if (groups)
        for (const auto& group : *groups)
            for (std::size_t i = 1; i < group.size(); ++i) found.emplace_back(group[0], group[i]);
    return found;
}

std::vector<std::uint32_t> Problems::spare() const {
    Group spare;
    for (const Group& group : same) spare.insert(spare.end(), group.begin() + 1, group.end());
    sort_unique(spare);
    return spare;
}

std::string problems_text(const AllSplits& dataset, const Problems& problems) {
    std::string text;
    const auto image_text = [&](std::uint32_t image) {
        const int label = dataset.label(image);
        const auto& classes = dataset.info().classes;
        return "\t" + dataset.split_name(dataset.part_of(image)) + "/" + dataset.name(image) +
               (label >= 0 && std::size_t(label) < classes.size()
                    ? " (" + classes[std::size_t(label)] + ")"
                    : std::string());
    };
    for (const BrokenImage& image : problems.broken)
        text += "broken" + image_text(image.image) + "\t" + image.file.reason + "\n";
    const auto groups = [&](const char* kind, const std::vector<Group>& all) {
        for (const Group& group : all) {
            text += kind;
            for (const std::uint32_t image : group) text += image_text(image);
            text += '\n';
        }
    };
    groups("same pixels", problems.same);
    groups("in two classes", problems.two_classes);
    groups("in several splits", problems.leaks);
    for (const NearPair& pair : problems.near)
        text += "near" + image_text(pair.first) + image_text(pair.second) + "\n";
    return text;
}

}  // namespace daguerre
