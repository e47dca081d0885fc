// What is on the clipboard, opened as if it were dropped.
#pragma once

namespace daguerre {

class Session;

/// Files, or a picture, which becomes a photo without a file. Says so when there is neither.
void pasteInto(Session& session);

}  // namespace daguerre
