// A batch worked through in parts that fit into memory.
#pragma once

#include <cstdint>
#include <functional>

namespace daguerre {

/// How many images a step works on at once: what was asked for, and less from the step on that ran
/// out of memory with more.
class BatchParts {
public:
    /// at_once: 0, the whole batch.
    explicit BatchParts(std::int64_t at_once) : at_once_(at_once) {}

    /// Calls `work` with the size of a part for a batch of `count` images. When it runs out of
    /// memory it is called again with half of it, until it comes through; it must bear to begin
    /// anew. Gives the size. Throws what ran out when not even one image fits; what else `work`
    /// throws.
    std::int64_t run(std::int64_t count, const std::function<void(std::int64_t part)>& work);

private:
    std::int64_t at_once_;
};

}  // namespace daguerre
