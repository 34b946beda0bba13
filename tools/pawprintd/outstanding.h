// Operations that are on the record without an end: after a crash nobody knows what became of them.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/record/bodies.h"
#include "engine/record/record.h"

namespace pawprint::pawprintd {

class Outstanding {
 public:
  /// In the order of the log.
  void note(const record::Record& record);
  /// An Applied record of outcome "unknown" for each, stamped `time_ns`.
  [[nodiscard]] std::vector<record::Record> unknown(std::int64_t time_ns) const;

 private:
  /// A newer operation on the same part of an object stands for the older ones.
  using Key = std::tuple<record::ObjectKey, std::string>;
  std::map<Key, record::Decision::Op> open_;
};

}  // namespace pawprint::pawprintd
