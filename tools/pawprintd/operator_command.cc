#include "tools/pawprintd/operator_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "replay/kind_names.h"
#include "replay/nearest.h"

namespace pawprint::pawprintd {
namespace {

constexpr std::array<std::string_view, 4> kVerbs{"pause", "resume", "release", "reconcile"};
constexpr std::string_view kDeletions = "deletions";

}  // namespace

Result<std::string> object_argument(const std::string& text, const std::string& ns) {
  if (text == kDeletions) return text;
  const std::size_t first = text.find('/');
  if (first == std::string::npos || first + 1 == text.size()) {
    return fail(ErrorCode::kInvalid, "\"" + text + "\" is no TYPE/NAME, like meshhttproute/shop");
  }
  const auto kind = replay::parse_kind(text.substr(0, first));
  if (!kind) return tl::unexpected(kind.error());
  std::string name = text.substr(first + 1);
  std::string space = ns;
  if (const std::size_t second = name.find('/'); second != std::string::npos) {
    space = name.substr(0, second);
    name = name.substr(second + 1);
  }
  if (space.empty()) space = "default";
  for (const std::string& each : {name, space}) {
    if (replay::is_object_name(each)) continue;
    return fail(ErrorCode::kInvalid, "\"" + each + "\" is no name of an object or a namespace");
  }
  return record::display(replay::key_of(*kind, "", space, name));
}

Result<void> check_command(const record::Operator& command, const serve::View& view) {
  if (std::find(kVerbs.begin(), kVerbs.end(), command.what) == kVerbs.end()) {
    return fail(ErrorCode::kInvalid, fmt::format("unknown command \"{}\"{}", command.what,
                                                 replay::suggestion(command.what, kVerbs)));
  }
  if (command.what == "pause" && view.paused)
    return fail(ErrorCode::kConflict, "it is paused already");
  if (command.what == "resume" && !view.paused)
    return fail(ErrorCode::kConflict, "it is not paused");
  if (command.what != "release") return {};
  if (view.held.empty()) return fail(ErrorCode::kNotFound, "nothing is held");
  const bool held = std::any_of(view.held.begin(), view.held.end(), [&](const auto& each) {
    return command.object == kDeletions || each.first == command.object;
  });
  if (held) return {};
  return fail(
      ErrorCode::kNotFound,
      fmt::format("{} is not held; held is {}{}", command.object, view.held[0].first,
                  view.held.size() > 1 ? fmt::format(" and {} more", view.held.size() - 1) : ""));
}

}  // namespace pawprint::pawprintd
