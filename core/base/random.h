// Every random number is a pure function of (run seed, stream, number).
#pragma once

#include <cstdint>
#include <vector>

namespace daguerre {

enum class Stream : std::uint64_t {
    Order = 1,
    Flip,
    TrainingNoise,
    Level,
    LabelDrop,
    Latent,
    Augment,
    Dropout,
    Initialisation,
    Preview,
    Masks = 13,  // of the measurements of filling
    Directions,  // of their sliced distances
    Grain
};

/// splitmix64's output function. Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom
/// number generators"; constants by Stafford (variant 13).
std::uint64_t mix(std::uint64_t z);
/// mix(mix(mix(run) ^ stream) ^ n).
std::uint64_t seed_for(std::uint64_t run, Stream stream, std::uint64_t n);
/// [0, 1) from the top 53 bits.
double unit_interval(std::uint64_t bits);
/// A whole number in 0 .. n-1: the high half of bits·n, which is uniform without a division.
std::uint64_t below(std::uint64_t n, std::uint64_t bits);
/// Number n of a list of standard normal ones, from mix(seed + 2n) and mix(seed + 2n + 1).
/// Source: Box and Muller 1958, "A note on the generation of random normal deviates".
double normal(std::uint64_t seed, std::uint64_t n);
/// The order of `count` images in one epoch: Fisher–Yates with seed_for(run, Order, epoch).
/// The same on every platform. count <= 2^32.
std::vector<std::uint32_t> permutation(std::uint64_t run, std::uint64_t epoch, std::uint32_t count);

}  // namespace daguerre
