#include "engine/record/record.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pawprint::record {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 16> kKindNames{{
    {Kind::kBoot, "Boot"},
    {Kind::kConfig, "Config"},
    {Kind::kDiscovery, "Discovery"},
    {Kind::kSyncBegin, "SyncBegin"},
    {Kind::kSyncEnd, "SyncEnd"},
    {Kind::kObserved, "Observed"},
    {Kind::kVanished, "Vanished"},
    {Kind::kQuarantined, "Quarantined"},
    {Kind::kDecision, "Decision"},
    {Kind::kApplied, "Applied"},
    {Kind::kTick, "Tick"},
    {Kind::kLeader, "Leader"},
    {Kind::kOperator, "Operator"},
    {Kind::kSnapshot, "Snapshot"},
    {Kind::kCompaction, "Compaction"},
    {Kind::kErasure, "Erasure"},
}};

constexpr std::array<std::pair<Event, std::string_view>, 3> kEventNames{{
    {Event::kAdded, "ADDED"},
    {Event::kModified, "MODIFIED"},
    {Event::kDeleted, "DELETED"},
}};

/// A resource version that has an order: digits, no leading zero (so "0" has none).
bool ordered_version(std::string_view text) {
  if (text.empty() || text.front() == '0') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view name(Kind kind) {
  for (const auto& [value, text] : kKindNames) {
    if (value == kind) return text;
  }
  return "";
}

std::string_view name(Event event) {
  for (const auto& [value, text] : kEventNames) {
    if (value == event) return text;
  }
  return "";
}

bool parse_kind(std::string_view text, Kind& out) {
  for (const auto& [value, known] : kKindNames) {
    if (known == text) {
      out = value;
      return true;
    }
  }
  return false;
}

bool parse_event(std::string_view text, Event& out) {
  for (const auto& [value, known] : kEventNames) {
    if (known == text) {
      out = value;
      return true;
    }
  }
  return false;
}

std::string display(const ObjectKey& key) {
  std::string text = key.kind;
  if (!key.ns.empty()) {
    text += '/';
    text += key.ns;
  }
  text += '/';
  text += key.name;
  return text;
}

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

std::strong_ordering compare_resource_versions(std::string_view a, std::string_view b) {
  const bool a_ordered = ordered_version(a);
  const bool b_ordered = ordered_version(b);
  if (a_ordered != b_ordered) return a_ordered <=> b_ordered;
  if (a_ordered && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace pawprint::record
