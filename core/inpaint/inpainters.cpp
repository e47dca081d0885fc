#include "core/inpaint/inpainter.h"

namespace daguerre {
namespace {

/// Its maker is in core/models/diffusion_fill.h, which knows networks.
InpainterRow model_row() {
    InpainterRow row;
    row.id = "model";
    row.title = "A model";
    row.sentence = "Imagines what is missing with a network; good at what it was trained on.";
    row.source =
        "DDNM: Wang et al. 2022 (arXiv:2212.00490); RePaint: Lugmayr et al. 2022 "
        "(arXiv:2201.09865)";
    row.varies = row.watchable = row.copies = true;
    return row;
}

}  // namespace

const std::vector<InpainterRow>& inpainters() {
    static const std::vector<InpainterRow> rows{preview_inpainter(), telea_inpainter(),
                                                ns_inpainter(),      heal_inpainter(),
                                                dream_inpainter(),   model_row()};
    return rows;
}

}  // namespace daguerre
