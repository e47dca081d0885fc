#include "core/inpaint/inpainter.h"

namespace daguerre {

const std::vector<InpainterRow>& inpainters() {
    static const std::vector<InpainterRow> rows{preview_inpainter(), telea_inpainter(),
                                                ns_inpainter(), heal_inpainter(),
                                                dream_inpainter()};
    return rows;
}

}  // namespace daguerre
