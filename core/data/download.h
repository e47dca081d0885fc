// One file from the network: tried at several addresses, gone on with, checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/image/progress.h"

namespace daguerre {

/// How long a download waits before it gives up.
struct Patience {
    int connect_ms = 15'000;  // for a server to answer at all
    int stall_seconds = 30;   // without a byte
    int rounds = 4;           // through all addresses, without one that brought anything new
    int pause_ms = 1'000;     // after the first round; each following one is twice as long
};

struct Download {
    std::vector<std::string> addresses;  // http or https, tried in this order
    std::filesystem::path file;
    std::string sha256;       // empty: not known
    std::uint64_t bytes = 0;  // 0: not known
    Patience patience{};
};

/// Downloads to `file`, by way of `file`.part, which stays when it is broken off and is gone on
/// with next time, where the server can: always when the SHA-256 is known, else when address and
/// version are the same. http_proxy, https_proxy, no_proxy and SSL_CERT_FILE of the environment
/// count. A file that is there already is checked and not fetched again. Blocks.
/// on_progress: "byte", ten times a second and more, on the calling thread; false stops, and false
/// comes back. Throws Error: how far it came and why it didn't go on; a file that isn't the right
/// one (which is not kept); a full disk.
bool download(const Download& what, const OnProgress& on_progress);

}  // namespace daguerre
