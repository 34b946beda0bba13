// What explain/ needs to know about the past. Implemented over the log by those who own one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint::explain {

/// One record about an object, or one Config record.
struct Version {
  record::Seq seq = 0;
  std::int64_t time_ns = 0;  ///< Nanoseconds since the epoch.
  bool gone = false;         ///< Deleted or vanished: the object does not exist from here on.
  std::string_view body;     ///< JSON (facts of a Secret); valid during the visit.
};

class History {
 public:
  /// Return false to hear no more.
  using Visit = std::function<bool(const Version&)>;

  virtual ~History() = default;

  /// Records about one object with seq <= upto, newest first. None is not an error.
  virtual Result<void> versions(const record::ObjectKey& object, record::Seq upto,
                                const Visit& visit) = 0;
  /// Config records with seq <= upto, newest first.
  virtual Result<void> configs(record::Seq upto, const Visit& visit) = 0;
};

}  // namespace pawprint::explain
