// Objects as they are or were: a fold of the log of its own, apart from the decide thread's.
//
// Kept at the head by folding what was appended since the last question; an earlier moment is
// folded from the start. Costs its memory only once somebody asks.
#pragma once

#include <memory>
#include <mutex>

#include "engine/reducer.h"
#include "engine/result.h"
#include "store/log.h"
#include "tools/serve/query.h"
#include "tools/serve/source.h"

namespace pawprint::serve {

class History {
 public:
  explicit History(Source& source) : source_(source) {}
  /// /api/v1/get: parameters type, name, namespace (or n), zone, observed, at. The JSON of
  /// `pawprint get -o json`. Errors as there: kInvalid, kNotFound, kCoverage. Thread-safe; one
  /// question at a time.
  Result<std::string> get(const Target& target);

 private:
  Result<void> follow();

  Source& source_;
  std::mutex mutex_;
  std::unique_ptr<store::Reader> log_;
  std::unique_ptr<Reducer> head_;
};

}  // namespace pawprint::serve
