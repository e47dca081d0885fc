// The engine `model`: a hole filled with what a trained model knows.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/inpaint/fill_files.h"
#include "core/models/model.h"

namespace daguerre {

/// The model sees the largest square around the hole that lies in the area, brought to its own size
/// by area; a pixel of it is known where all that it covers is. Where the hole is longer than the
/// area is wide, the square reaches over the area, and what lies there counts as missing. A picture
/// of nearly the square's resolution goes into the hole without a seam and with the photo's grain;
/// a smaller one decides the layout, and `heal` copies the detail from the photo. request: class
/// (none, where the model knows that, and none is named), device, precision, threads; own: of
/// model->complete_fields(). Throws Error when the model can't complete pictures; the engine throws
/// Error before it starts for why_not_filled(), and when the network wouldn't fit into the memory
/// that is free (estimated; on the processor only).
Inpainter model_inpainter(std::shared_ptr<const Model> model, GenerateRequest request, Fields own);

/// Why a model can't fill a photo of so many channels: its family doesn't complete pictures, or it
/// knows only grey and the photo is in colour. Nothing where it can.
std::optional<Sentence> why_not_filled(const ModelInfo& info, int photo_channels);

/// How the engine `model` fills, with all that a record says of it: `own` and the class, where one
/// was named. Throws as model_inpainter.
FillSettings model_settings(const std::shared_ptr<const Model>& model, const FillRequest& fill,
                            const GenerateRequest& request, const Fields& own);

/// The model that a request for the engine `model` names, opened for this thread. Throws Error when
/// it names none, and as open_model and use_device.
std::shared_ptr<const Model> model_to_fill_with(const std::string& name,
                                                const GenerateRequest& request);

}  // namespace daguerre
