// Rows of the program's tables, found by id.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace daguerre {

/// The ids of a table, in its order.
template <class Row>
std::vector<std::string> ids(const std::vector<Row>& rows) {
    std::vector<std::string> result;
    for (const Row& row : rows) result.push_back(row.id);
    return result;
}

/// The row with this id. `kind` names the table in the sentence: "sampler".
/// Throws UnknownWord with the nearest known id.
template <class Row>
const Row& row_named(const std::vector<Row>& rows, std::string_view id, const char* kind) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](auto& row) { return row.id == id; });
    if (found != rows.end()) return *found;
    const std::vector<std::string> known = ids(rows);
    const std::string close = nearest(id, known);
    if (!close.empty())
        throw UnknownWord("There is no {kind} “{id}”. Did you mean “{close}”?",
                          {{"kind", kind}, {"id", id}, {"close", close}});
    std::string list;
    for (const std::string& word : known) list += (list.empty() ? "" : ", ") + word;
    throw UnknownWord("There is no {kind} “{id}”. There are: {list}.",
                      {{"kind", kind}, {"id", id}, {"list", list}});
}

}  // namespace daguerre
