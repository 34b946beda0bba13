// The Merkle tree over a log: roots of any part of it, from segments and from records.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "store/database.h"
#include "store/decoder.h"
#include "store/merkle.h"
#include "store/tail.h"

namespace pawprint::store {

/// Reads each segment's leaves or root once. Borrows both arguments; for one question.
class LogTree {
 public:
  LogTree(const Database& database, Decoder& decoder) : database_(database), decoder_(decoder) {}

  /// MTH of the records begin+1 .. end; those must be in the log. kDamaged when a record or a
  /// segment that it takes cannot be read.
  Result<record::Hash> root(std::uint64_t begin, std::uint64_t end);

 private:
  Result<record::Hash> leaf(std::uint64_t index);

  const Database& database_;
  Decoder& decoder_;
  std::map<std::uint64_t, std::vector<record::Hash>> leaves_;  // By number of the segment.
};

}  // namespace pawprint::store
