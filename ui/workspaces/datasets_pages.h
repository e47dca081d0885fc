// The pages in the middle of Datasets.
#pragma once

namespace daguerre {

inline constexpr int emptyPage = 0, gridPage = 1, loupePage = 2, getPage = 3;

/// The pages of its side panel.
inline constexpr int numbersPage = 1, problemsPage = 2, networkPage = 3;

}  // namespace daguerre
