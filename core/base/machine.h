// What this machine has: cores, memory, processor features.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/fields.h"

namespace daguerre {

/// Cores this process may run on, at least 1.
int core_count();
/// Bytes of memory: of the machine (or its cgroup, where that is less), free for use now, used by
/// this process, and the most this process has used.
std::uint64_t memory_total();
std::uint64_t memory_available();
std::uint64_t memory_used();
std::uint64_t memory_peak();
/// Gives freed memory back and lets memory_peak() begin anew from what is used now; does nothing
/// where the system can't.
void forget_memory_peak();
/// Whether the processor multiplies bf16 faster than float32: AMX, or AMD's avx512_bf16.
bool has_fast_bf16();
/// Lets memory that was freed stay with the process, up to 1 GiB, instead of going back to the
/// system and being cleared by it before each use: networks free and take hundreds of MB in every
/// call. For the first line of a program, since it concerns threads that are started later.
void keep_freed_memory();
/// "AMD EPYC 9B14", or the architecture when the name isn't known.
std::string processor_name();

/// The fields by which requests say how and where they are computed: auto, fp32 or bf16; auto, cpu,
/// cuda or cuda:N; threads, 0 for all cores.
Field precision_field();
Field device_field();
Field threads_field();

}  // namespace daguerre
