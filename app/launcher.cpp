// What `daguerre` and `daguerre-studio` start: finds LibTorch, tells the loader where it is, and
// becomes the real program of the same name. Needs nothing but the standard library, so that a
// missing LibTorch is a sentence and not a loader's error.

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string env(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

fs::path env_folder(const char* name, const char* in_home) {
    const std::string value = env(name);
    return value.empty() ? fs::path(env("HOME")) / in_home : fs::path(value);
}

bool is_libtorch(const fs::path& folder) {
    std::error_code error;
    return fs::exists(folder / "lib" / "libtorch_cpu.so", error);
}

/// The folder that holds lib/libtorch_cpu.so, or an empty path.
fs::path find_libtorch() {
    const fs::path version = "libtorch-" DAGUERRE_LIBTORCH_VERSION;
    const fs::path own = env("DAGUERRE_HOME").empty()
                             ? env_folder("XDG_DATA_HOME", ".local/share") / "daguerre"
                             : fs::path(env("DAGUERRE_HOME"));
    const std::vector<fs::path> places{
        env("DAGUERRE_LIBTORCH"), DAGUERRE_LIBTORCH_BUILT_WITH,
        env_folder("XDG_CACHE_HOME", ".cache") / "daguerre" / version / "torch",
        own / version / "torch"};
    for (const fs::path& place : places)
        if (!place.empty() && is_libtorch(place)) return place;
    return {};
}

void prepend(const char* name, const fs::path& folder) {
    const std::string before = env(name);
    ::setenv(name, (folder.string() + (before.empty() ? "" : ":" + before)).c_str(), 1);
}

int fail(std::string_view sentence) {
    std::cerr << sentence << "\n";
    return 1;
}

}  // namespace

int main(int, char** arguments) {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    const fs::path program =
        self.parent_path().parent_path() / "libexec" / "daguerre" / DAGUERRE_PROGRAM;
    if (!fs::exists(program, error))
        return fail("“" + program.string() +
                    "” is missing. Install Daguerre again, or build it: ./run.");

    const std::string wished = env("DAGUERRE_LIBTORCH");
    if (!wished.empty() && !is_libtorch(wished))
        return fail("DAGUERRE_LIBTORCH names “" + wished +
                    "”, where there is no lib/libtorch_cpu.so. Let it name the folder that holds "
                    "LibTorch's include and lib.");
    const fs::path libtorch = find_libtorch();
    if (libtorch.empty())
        return fail(
            "LibTorch " DAGUERRE_LIBTORCH_VERSION
            " was not found. ./run in Daguerre's source fetches it; or let DAGUERRE_LIBTORCH "
            "name the folder of one that you have.");
    prepend("LD_LIBRARY_PATH", libtorch.parent_path() / "nvidia" / "cu13" / "lib");
    prepend("LD_LIBRARY_PATH", libtorch / "lib");

    // Threads that spin while they wait would take the cores from the window. libgomp reads this
    // only while it is loaded.
    if (std::string_view(DAGUERRE_PROGRAM) == "daguerre-studio")
        ::setenv("OMP_WAIT_POLICY", "PASSIVE", 0);

    ::execv(program.c_str(), arguments);
    return fail("“" + program.string() + "” could not be started: " + std::strerror(errno) + ".");
}
