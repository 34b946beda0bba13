// The state of a reducer at one moment, as what it can be made from again without folding the whole
// log: the records whose facts still hold, and what only the records in between told.
//
// A snapshot holds no derived values. It depends on the reducer version all the same, for when a
// condition flipped is a consequence of the rules; verification never starts from one.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint {

struct Snapshot {
  /// When a condition last flipped, where its object does not say so itself.
  struct Flip {
    record::Seq object = 0;  ///< The record that last changed the object; one of `records`.
    std::string section;     ///< As model::StatusEntry::section.
    std::string type, status;
    std::int64_t time_ns = 0;  ///< Nanoseconds since the epoch.
    bool operator==(const Flip&) const = default;
  };

  record::Seq seq = 0;               ///< The state after this record.
  std::vector<record::Seq> records;  ///< Ascending.
  std::vector<std::string> zones;    ///< Every zone ever named, sorted.
  std::vector<Flip> flips;           ///< By object.
  bool operator==(const Snapshot&) const = default;
};

/// Hands over each of the records (ascending seqs), in that order.
using RecordSource = std::function<Result<void>(std::span<const record::Seq>,
                                                const std::function<void(const record::Record&)>&)>;

}  // namespace pawprint
