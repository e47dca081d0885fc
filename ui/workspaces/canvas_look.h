// How Retouch's canvas looks: the colour of the mask and what is around the photo.
#pragma once

namespace daguerre {

class Actions;
class Canvas;

/// The look that was chosen last, and from now on the one that the actions choose.
void followLook(Canvas* canvas, const Actions& actions);

}  // namespace daguerre
