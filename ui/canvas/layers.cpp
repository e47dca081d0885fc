#include "ui/canvas/layers.h"

#include <QCoreApplication>
#include <algorithm>

#include "ui/widgets/sentence.h"

namespace daguerre {

const std::vector<LayerRow>& layerRows() {
    static const std::vector<LayerRow> rows{
        {Layer::Mask, "mask", QT_TRANSLATE_NOOP("Layers", "Mask"),
         QT_TRANSLATE_NOOP("Layers", "What shall change, and nothing else."),
         QColor(0xFF, 0x2D, 0x55, 115)},  // 45 %
        {Layer::CopyFrom, "copy-from", QT_TRANSLATE_NOOP("Layers", "Copy from only"),
         QT_TRANSLATE_NOOP("Layers",
                           "Fills take their pieces from here alone. Empty: from everywhere."),
         QColor(0x8B, 0x5C, 0xFF, 105)},
        {Layer::NeverCopy, "never-copy", QT_TRANSLATE_NOOP("Layers", "Never copy from"),
         QT_TRANSLATE_NOOP("Layers", "Fills take no piece from here."),
         QColor(0xFF, 0xC4, 0x2D, 105)}};
    return rows;
}

const LayerRow& rowOf(Layer layer) {
    return *std::ranges::find(layerRows(), layer, &LayerRow::layer);
}

QString stepWords(Layer layer, const QString& what) {
    if (layer == Layer::Mask) return what;
    return QCoreApplication::translate("Layers", "%1: %2").arg(words(rowOf(layer).title), what);
}

}  // namespace daguerre
