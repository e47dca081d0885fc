// The threads that loops over pixels use.
#pragma once

namespace daguerre {

/// For the whole program, until it is set again; the results of no function depend on it. 0: one
/// for each core. Throws Error outside 0 to 1024.
void use_pixel_threads(int count);

}  // namespace daguerre
