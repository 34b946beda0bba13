#include "engine/traffic/source.h"

#include <algorithm>
#include <optional>

#include "engine/traffic/world.h"

namespace pawprint::traffic {
namespace {

constexpr const char* kOwner = "pawprint.dev/owner";
constexpr const char* kKumaOwner = "gateways.kuma.io/gateway.networking.k8s.io-owner";

bool is_hex(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// `Kind.ns.name`. A value that was cut ends in a hash and is too long to be read back.
std::optional<std::string> pawprint_owner(const std::string& value) {
  constexpr std::size_t kLongest = 63;
  const auto first = value.find('.');
  if (first == std::string::npos || value.size() >= kLongest) return std::nullopt;
  const auto second = value.find('.', first + 1);
  if (second == std::string::npos || second + 1 == value.size()) return std::nullopt;
  return value.substr(0, first) + '/' + value.substr(first + 1, second - first - 1) + '/' +
         value.substr(second + 1);
}

/// Kuma's `ns_name-xxxxxxxx`, whose first part is cut at 54 characters.
std::optional<std::string> kuma_owner(const std::string& value) {
  constexpr std::size_t kHash = 8, kCut = 54;
  const auto dash = value.rfind('-');
  if (dash >= kCut || value.size() - dash - 1 != kHash || !is_hex(value.substr(dash + 1))) {
    return std::nullopt;
  }
  const auto under = value.find('_');
  if (under == std::string::npos || under > dash) return std::nullopt;
  return "HTTPRoute/" + value.substr(0, under) + '/' + value.substr(under + 1, dash - under - 1);
}

}  // namespace

bool has_owner(const Meta& meta) {
  return !meta.label(kOwner).empty() || !meta.label(kKumaOwner).empty();
}

Origin origin_of(const SourceTable& table, const Meta& meta, const KumaMatch& match) {
  if (const auto found = table.find(match); found != table.end()) return found->second;
  std::optional<std::string> owner = pawprint_owner(meta.label(kOwner));
  if (!owner) owner = kuma_owner(meta.label(kKumaOwner));
  return {owner.value_or(meta.object()), match.rule, match.match, false};
}

}  // namespace pawprint::traffic
