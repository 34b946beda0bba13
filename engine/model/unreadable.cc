#include "engine/model/unreadable.h"

#include <algorithm>
#include <array>

#include "engine/model/kinds.h"

namespace pawprint::model {
namespace {

/// `\u` may spell any of the others.
constexpr std::array<std::string_view, 5> kTelling{"\"data\"", "\"stringData\"", "\"binaryData\"",
                                                   "PRIVATE KEY", "\\u"};

bool is_confidential(std::string_view kind) { return kind == "Secret" || kind == "ConfigMap"; }

bool is_known(std::string_view kind) {
  constexpr std::array<std::string_view, 3> kGroups{"", "gateway.networking.k8s.io", "kuma.io"};
  return std::any_of(kGroups.begin(), kGroups.end(),
                     [&](std::string_view group) { return kind_of(group, kind) != Kind::kNone; });
}

/// The text of the string that follows a member name; empty when there is none that ends.
std::string_view string_behind(std::string_view text) {
  const std::size_t open = text.find_first_not_of(" \t\r\n:");
  if (open == std::string_view::npos || text[open] != '"') return {};
  const std::size_t close = text.find('"', open + 1);
  return close == std::string_view::npos ? std::string_view()
                                         : text.substr(open + 1, close - open - 1);
}

}  // namespace

bool may_hold_secret(std::string_view text, std::string_view asked) {
  constexpr std::string_view kKind = "\"kind\"";
  const bool telling = std::any_of(kTelling.begin(), kTelling.end(), [&](std::string_view each) {
    return text.find(each) != std::string_view::npos;
  });
  if (telling || is_confidential(asked)) return true;
  std::size_t at = text.find(kKind);
  if (at == std::string_view::npos) {
    return asked.empty() || text.find("\"metadata\"") == std::string_view::npos;
  }
  for (; at != std::string_view::npos; at = text.find(kKind, at + 1)) {
    const std::string_view kind = string_behind(text.substr(at + kKind.size()));
    if (!is_known(kind) || is_confidential(kind)) return true;
  }
  return false;
}

}  // namespace pawprint::model
