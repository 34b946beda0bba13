// One line of a watch stream: {"type":...,"object":...}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint::watch::reflect {

enum class LineType { kObject, kBookmark, kError, kBad };

struct WatchLine {
  LineType type = LineType::kBad;
  record::Event event = record::Event::kNone;  ///< For kObject.
  std::string_view object;                     ///< As received, a view into the line.
  std::string reason;                          ///< For kBad: why.
};

/// Cuts the line apart; the object itself is not judged.
WatchLine parse_watch_line(std::string_view line);

/// The same for a line that is damaged or cut off: as far as it can be read.
WatchLine guess_watch_line(std::string_view line);

/// One page of a list, as views into `body`.
struct ListPage {
  std::string_view api_version;
  std::string resource_version, next;  ///< `next`: the continue token, empty at the end.
  std::vector<std::string_view> items;
};

/// kInvalid when `body` is no list.
Result<ListPage> parse_list_page(std::string_view body);

}  // namespace pawprint::watch::reflect
