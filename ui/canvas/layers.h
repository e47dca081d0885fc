// The layers that tools paint on.
#pragma once

#include <QColor>
#include <QString>
#include <string>
#include <vector>

#include "core/image/journal.h"

namespace daguerre {

struct LayerRow {
    Layer layer;
    const char* id;     // of its action: "layer-" + id
    std::string title;  // for people
    const char* hint;   // one sentence: what it is for
    QColor colour;      // over the photo
};

/// What shall change; what alone may be copied; what is never copied.
const std::vector<LayerRow>& layerRows();
const LayerRow& rowOf(Layer layer);

/// What a step says that did `what` to a layer: of the mask just that, else its title first.
QString stepWords(Layer layer, const QString& what);

}  // namespace daguerre
