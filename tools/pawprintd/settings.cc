#include "tools/pawprintd/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/rules/quirks.h"
#include "replay/kind_names.h"
#include "replay/nearest.h"
#include "replay/snapshots.h"
#include "tools/pawprintd/quantity.h"

namespace pawprint::pawprintd {
namespace {

constexpr std::array kKeys{
    Key{"mode", "PAWPRINT_MODE", "mode", "apply", "apply, shadow or dry-run"},
    Key{"profile", "PAWPRINT_PROFILE", "profile", "kuma-2.14",
        "kuma-2.14, kuma-2.14-compat or kuma-3"},
    Key{"controllerName", "PAWPRINT_CONTROLLER_NAME", "controller-name",
        "gateways.kuma.io/controller", "controllerName of the GatewayClasses that are ours"},
    Key{"systemNamespace", "PAWPRINT_SYSTEM_NAMESPACE", "system-namespace", "kuma-system",
        "namespace of Kuma's control plane"},
    Key{"defaultMesh", "PAWPRINT_DEFAULT_MESH", "default-mesh", "default",
        "mesh of what names none"},
    Key{"store.path", "PAWPRINT_STORE", "store", "/var/lib/pawprint", "folder of the log"},
    Key{"store.snapshotEvery", "", "", "20000", "records between snapshots; 0: none"},
    Key{"store.retention.full", "", "", "14d", "how long everything is kept", false},
    Key{"store.retention.thinned", "", "", "90d", "how long a thinned log is kept", false},
    Key{"store.retention.decisions", "", "", "400d", "how long decisions are kept", false},
    Key{"store.retention.maxBytes", "", "", "8Gi", "most bytes on disk", false},
    Key{"http.bind", "PAWPRINT_HTTP", "http", "127.0.0.1:8420", "ADDRESS:PORT, or none"},
    Key{"leaderElection.enabled", "", "", "false", "only false in this version"},
    Key{"leaderElection.leaseDuration", "", "", "15s", "", false},
    Key{"leaderElection.renewDeadline", "", "", "10s", "", false},
    Key{"leaderElection.retryPeriod", "", "", "2s", "", false},
    Key{"limits.eventBytes", "", "", "8Mi", "larger events are quarantined"},
    Key{"limits.deletesHeld.count", "", "", "10", "more deletions at once wait for an operator"},
    Key{"limits.deletesHeld.share", "", "", "20", "the same in percent of what is owned"},
    Key{"log.format", "PAWPRINT_LOG_FORMAT", "log-format", "text", "text or json"},
    Key{"log.level", "PAWPRINT_LOG_LEVEL", "log-level", "info", "debug, info, warn or error"},
};

using Allowed = std::vector<std::string_view>;

Result<void> one_of(std::string_view key, const std::string& value, const Allowed& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return {};
  return fail(ErrorCode::kInvalid,
              fmt::format("{} \"{}\" is unknown{} (allowed: {})", key, value,
                          replay::suggestion(value, known), fmt::join(known, ", ")));
}

Result<void> check(std::string_view path, const std::string& value) {
  const auto bad = [&](const auto& error) -> Result<void> {
    return fail(ErrorCode::kInvalid, fmt::format("{}: {}", path, error.message));
  };
  if (path == "mode") return one_of(path, value, {"apply", "shadow", "dry-run"});
  if (path == "profile")
    return one_of(path, value, {rules::kProfiles.begin(), rules::kProfiles.end()});
  if (path == "log.format") return one_of(path, value, {"text", "json"});
  if (path == "log.level") return one_of(path, value, {"debug", "info", "warn", "error"});
  if (path == "leaderElection.enabled" && value != "false") {
    return fail(ErrorCode::kInvalid,
                "leaderElection.enabled: this version has no leader election; run one replica");
  }
  if (path == "http.bind" && value != "none") {
    if (auto endpoint = parse_endpoint(value); !endpoint) return bad(endpoint.error());
  }
  if (path == "limits.eventBytes" || path == "store.retention.maxBytes") {
    if (auto bytes = parse_bytes(value); !bytes) return bad(bytes.error());
  } else if (path.starts_with("store.retention.") ||
             (path.starts_with("leaderElection.") && value != "false")) {
    if (auto duration = parse_duration(value); !duration) return bad(duration.error());
  } else if (path.starts_with("limits.deletesHeld.") || path == "store.snapshotEvery") {
    if (auto number = parse_number(value); !number) return bad(number.error());
    else if (path.ends_with("share") && *number > 100) {
      return fail(ErrorCode::kInvalid, fmt::format("{}: {} is more than 100 percent", path, value));
    }
  } else if (value.empty()) {
    return fail(ErrorCode::kInvalid, fmt::format("{}: must not be empty", path));
  } else if ((path == "systemNamespace" || path == "defaultMesh") &&
             !replay::is_object_name(value)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{}: \"{}\" is no name of a Kubernetes object", path, value));
  }
  return {};
}

Result<void> check_zones(const std::vector<ZoneSettings>& zones) {
  for (std::size_t i = 0; i < zones.size(); ++i) {
    if (zones[i].name.empty() && zones.size() > 1) {
      return fail(ErrorCode::kInvalid, "zones: with more than one zone each needs a name");
    }
    if (!zones[i].name.empty() && !replay::is_object_name(zones[i].name)) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("zones: \"{}\" is no name of a zone", zones[i].name));
    }
    if (i > 0 && zones[i].name == zones[i - 1].name) {
      return fail(ErrorCode::kInvalid, fmt::format("zones: \"{}\" is there twice", zones[i].name));
    }
    if (auto role = one_of("zones[].role", zones[i].role, {"zone", "global"}); !role) return role;
  }
  return {};
}

}  // namespace

std::span<const Key> keys() { return kKeys; }

Settings::Settings() {
  for (const Key& key : kKeys) {
    values_[std::string(key.path)] = {std::string(key.fallback), "default"};
  }
}

Result<void> Settings::set(std::string_view path, const std::string& value,
                           const std::string& origin) {
  if (auto checked = check(path, value); !checked) {
    return fail(ErrorCode::kInvalid,
                checked.error().message + (origin == "default" ? "" : " (from " + origin + ")"));
  }
  values_[std::string(path)] = {value, origin};
  return {};
}

Result<void> Settings::read_environment(const std::function<const char*(const char*)>& get) {
  const auto variable = [&](std::string_view name) -> std::optional<Value> {
    const char* text = name.empty() ? nullptr : get(std::string(name).c_str());
    if (text == nullptr || *text == '\0') return std::nullopt;
    return Value{text, "environment " + std::string(name)};
  };
  for (const Key& key : kKeys) {
    const auto found = variable(key.environment);
    if (!found) continue;
    if (auto done = set(key.path, found->text, found->origin); !done) return done;
  }
  if (auto found = variable("PAWPRINT_ZONE")) zone_ = found;
  if (auto found = variable("PAWPRINT_KUBECONFIG")) kubeconfig_ = found;
  if (auto found = variable("PAWPRINT_CONTEXT")) context_ = found;
  return {};
}

Result<void> Settings::set_flag(std::string_view flag, const std::string& value) {
  const std::string origin = "flag --" + std::string(flag);
  if (flag == "zone") zone_ = {value, origin};
  if (flag == "kubeconfig") kubeconfig_ = {value, origin};
  if (flag == "context") context_ = {value, origin};
  for (const Key& key : kKeys) {
    if (key.flag == flag) return set(key.path, value, origin);
  }
  return {};
}

Result<void> Settings::place_zone_flags() {
  const auto& first = zone_ ? zone_ : kubeconfig_ ? kubeconfig_ : context_;
  if (!first) return {};
  if (zones_.size() > 1) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} is for one zone, but the configuration names {}", first->origin,
                            zones_.size()));
  }
  ZoneSettings& zone = zones_[0];
  if (zone_) zone.name = zone_->text;
  if (kubeconfig_) zone.kubeconfig = kubeconfig_->text;
  if (context_) zone.context = context_->text;
  zones_origin_ = first->origin;
  return {};
}

Result<void> Settings::finish() {
  if (zones_.empty()) zones_.emplace_back();
  if (auto placed = place_zone_flags(); !placed) return placed;
  std::sort(zones_.begin(), zones_.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (auto checked = check_zones(zones_); !checked) return checked;
  auto bytes = parse_bytes(get("limits.eventBytes"));
  if (!bytes) return tl::unexpected(bytes.error());
  event_bytes_ = *bytes;
  return {};
}

std::uint64_t Settings::snapshot_every() const {
  return parse_number(get("store.snapshotEvery")).value_or(replay::kSnapshotEvery);
}

const Value& Settings::value(std::string_view path) const {
  const auto found = values_.find(path);
  PAWPRINT_CHECK(found != values_.end());
  return found->second;
}

const std::string& Settings::get(std::string_view path) const { return value(path).text; }

std::vector<std::string> Settings::without_effect() const {
  std::vector<std::string> out;
  for (const Key& key : kKeys) {
    if (!key.effective && value(key.path).origin != "default") out.emplace_back(key.path);
  }
  return out;
}

record::Config Settings::config(const std::vector<ZoneSettings>& zones, bool routes_only) const {
  record::Config config;
  config.mode = get("mode");
  config.profile = get("profile");
  config.controller_name = get("controllerName");
  config.system_namespace = get("systemNamespace");
  config.default_mesh = get("defaultMesh");
  for (const ZoneSettings& zone : zones) config.zones.push_back({zone.name, zone.role});
  config.deletes_held_count =
      static_cast<std::int64_t>(parse_number(get("limits.deletesHeld.count")).value_or(10));
  config.deletes_held_share =
      static_cast<std::int64_t>(parse_number(get("limits.deletesHeld.share")).value_or(20));
  config.gateway_routes_only = routes_only;
  return config;
}

Result<Endpoint> parse_endpoint(const std::string& text) {
  const auto bad = [&] {
    return fail(ErrorCode::kInvalid,
                "\"" + text + "\" is no ADDRESS:PORT, such as 127.0.0.1:8420 or [::1]:8420");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad();
  Endpoint out;
  out.address = text.substr(0, colon);
  const bool bracketed = out.address.front() == '[' && out.address.back() == ']';
  if (bracketed) out.address = out.address.substr(1, out.address.size() - 2);
  else if (out.address.find(':') != std::string::npos) return bad();
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, out.port);
  if (error != std::errc{} || stopped != end) return bad();
  return out;
}

}  // namespace pawprint::pawprintd
