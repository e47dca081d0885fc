// The one door to LibTorch. Only core/nn and above include it; precompiled.
#pragma once

#include <torch/torch.h>
