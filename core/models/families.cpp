#include "core/models/families.h"

#include "core/models/classifier_family.h"
#include "core/models/diffusion.h"
#include "core/models/gan.h"
#include "core/models/pixelcnn.h"
#include "core/models/vae.h"

namespace daguerre {

const std::vector<Family>& families() {
    static const std::vector<Family> rows{diffusion_family(), gan_family(), vae_family(),
                                          pixelcnn_family(), classifier_family()};
    return rows;
}

}  // namespace daguerre
