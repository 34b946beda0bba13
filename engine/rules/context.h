// What every rule function receives, and what it returns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/derive/reads.h"
#include "engine/model/status.h"
#include "engine/rules/quirks.h"
#include "engine/rules/trace.h"

namespace pawprint::rules {

using derive::Reads;
using model::Kind;
using model::Sym;
using world::Object;

/// The Config record, interned. Changes make every node look again.
struct Settings {
  std::string profile;
  Quirks quirks;
  Sym controller, system_namespace, default_mesh;
  std::vector<Sym> zones;         ///< All known zones, sorted by name.
  std::vector<Sym> global_zones;  ///< Those with role global: nothing is reconciled there.
  /// Version of the Gateway API's CRDs per zone, where known; in the order of `zones`.
  std::vector<std::string> bundle_versions;
  bool assume_mesh = false;          ///< Mesh `default` exists unless one is given.
  bool assume_address = false;       ///< No instance status known: take one address as assigned.
  bool gateway_routes_only = false;  ///< Service parents belong to a live kuma-cp.
};

template <class T>
struct Context {
  Reads& reads;
  const Settings& settings;
  Sym zone;

  [[nodiscard]] const Quirks& quirks() const { return settings.quirks; }
  [[nodiscard]] Sym intern(std::string_view text) const { return reads.intern(text); }
};

/// One condition to be, with its cause.
template <class T>
struct Verdict {
  model::Condition condition;
  typename T::Cause cause;
};

template <class T>
Verdict<T> verdict(std::string_view type, bool status, std::string_view reason, std::string message,
                   typename T::Cause cause) {
  return {{type, status ? "True" : "False", reason, std::move(message), 0}, std::move(cause)};
}

/// One section of a status, see model::StatusEntry.
template <class T>
struct Section {
  std::string section, members;
  std::vector<Verdict<T>> verdicts;
  std::vector<typename T::Cause> member_causes;  ///< In the order of the leaves of `members`.
};

template <class T>
const Verdict<T>* find_verdict(const std::vector<Verdict<T>>& verdicts, std::string_view type) {
  for (const Verdict<T>& each : verdicts) {
    if (each.condition.type == type) return &each;
  }
  return nullptr;
}

/// An object that shall exist. `body` is canonical JSON, as it would be sent.
struct Generated {
  Kind kind = Kind::kNone;
  Sym ns, name;
  std::string body;
  /// Copied Secrets only, see plan::Operation.
  Sym secret_ns, secret_name;
  std::string secret_digest;
  bool secret_joined = false;
  /// With Tracing only.
  std::vector<explain::Leaf> leaves;
  std::vector<explain::Cause> gates;
  std::vector<explain::RuleOrigin> rules;  ///< MeshHTTPRoutes of our own profiles.
};

/// Something a person should know of `object` that no condition can carry.
struct Remark {
  std::string_view severity;  ///< error, warning, info.
  std::string_view rule;
  std::string message;
  bool operator==(const Remark&) const = default;
};

}  // namespace pawprint::rules
