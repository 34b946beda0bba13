// The part of an object's status that Pawprint owns, in one shape for all kinds.
//
// A Status is a list of sections: the object itself, one per listener, one per parent. It has no
// transition times; those are remembered by the reducer, because they depend on history.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record/digest.h"

namespace pawprint::model {

struct Condition {
  std::string_view type, status, reason;  ///< Literals or interned text.
  std::string message;
  std::int64_t generation = 0;  ///< observedGeneration.
  bool operator==(const Condition&) const = default;
};

struct StatusEntry {
  /// "" for the object's own conditions, a listener's name, or a parentRef as canonical JSON.
  std::string section;
  /// Members beside the conditions, canonical JSON without braces: `"attachedRoutes":1,...`.
  std::string members;
  std::vector<Condition> conditions;
  bool operator==(const StatusEntry&) const = default;
};

struct Status {
  std::vector<StatusEntry> entries;
  bool operator==(const Status&) const = default;
};

/// Text that two statuses share exactly when Pawprint would not rewrite one into the other:
/// sections and conditions in sorted order, without transition times.
std::string comparison_text(const Status& status);

/// Time of the last transition, nanoseconds since the epoch; called once per condition.
using TransitionTime = std::function<std::int64_t(const StatusEntry&, const Condition&)>;

/// `[{"lastTransitionTime":..,"message":..,"observedGeneration":..,"reason":..,"status":..,
/// "type":..}]`; without times when `time` is empty.
std::string print_conditions(const StatusEntry& entry, const TransitionTime& time);

/// "2026-01-02T03:04:05Z" of nanoseconds since the epoch, in UTC, whatever the locale.
std::string rfc3339(std::int64_t time_ns);
/// Inverse, to whole seconds; 0 for anything else.
std::int64_t parse_rfc3339(std::string_view text);

}  // namespace pawprint::model
