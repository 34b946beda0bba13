// What each path answers. No sockets here.
#pragma once

#include <string>
#include <string_view>

#include "tools/serve/history.h"
#include "tools/serve/source.h"

namespace pawprint::serve {

struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
};

class Api {
 public:
  /// `source` must outlive it. Thread-safe.
  explicit Api(Source& source) : source_(source), history_(source) {}

  /// `target` as in the request line: path and query.
  Reply get(std::string_view target);
  /// True when the answer may take long (it folds or reads the log): not for the I/O thread.
  static bool slow(std::string_view target);

 private:
  [[nodiscard]] Reply ready(bool verbose) const;
  [[nodiscard]] Reply status() const;
  [[nodiscard]] Reply zones(const std::string& name) const;

  Source& source_;
  History history_;
};

/// An answer of kind Error; `status` is the HTTP status.
Reply error_reply(int status, const std::string& message);

}  // namespace pawprint::serve
