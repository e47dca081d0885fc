#include "core/image/threads.h"

#include <opencv2/core.hpp>

#include "core/base/error.h"
#include "core/base/machine.h"

namespace daguerre {

void use_pixel_threads(int count) {
    if (count < 0 || count > 1024)
        throw Error("{n} threads are not possible. Choose 0 to 1024.", {{"n", count}});
    cv::setNumThreads(count > 0 ? count : core_count());
}

}  // namespace daguerre
