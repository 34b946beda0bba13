#include "tools/pawprint/settings.h"

#include <array>
#include <utility>

#include "engine/model/status.h"
#include "engine/rules/quirks.h"
#include "replay/kind_names.h"

namespace pawprint::cli {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

Result<void> check_profile(const std::string& profile) {
  rules::Quirks ignored;
  if (rules::quirks_of(profile, ignored)) return {};
  std::string known;
  for (const std::string_view each : rules::kProfiles) {
    if (!known.empty()) known += each == rules::kProfiles.back() ? " and " : ", ";
    known += each;
  }
  return fail(ErrorCode::kInvalid, "unknown profile " + profile + "; there are " + known);
}

Result<std::int64_t> parse_time(const std::string& flag, const std::string& text) {
  const std::int64_t seconds = model::parse_rfc3339(text);
  const std::int64_t time_ns = seconds * kNsPerSecond;
  const bool in_range = seconds > INT64_MIN / kNsPerSecond && seconds < INT64_MAX / kNsPerSecond;
  if (!in_range || model::rfc3339(time_ns) != text) {
    return fail(ErrorCode::kInvalid,
                flag + " wants a time like 2026-01-02T03:04:05Z, not '" + text + "'");
  }
  return time_ns;
}

void Settings::add_flags(CLI::App& app) {
  app_ = &app;
  app.add_option("--profile", profile,
                 "What to print for: the Gateway API's text, or what Kuma does; default: kuma-2.14")
      ->type_name(kProfileNames)
      ->envname("PAWPRINT_PROFILE");
  app.add_option("--zone", zone, "Zone of all objects")->envname("PAWPRINT_ZONE");
  app.add_option("--mesh", mesh, "Mesh of objects that name none");
  app.add_option("--controller-name", controller_name, "GatewayClasses to implement");
  app.add_option("--system-namespace", system_namespace, "Where Kuma's own objects live");
}

bool Settings::given(const char* flag) const { return app_ != nullptr && app_->count(flag) > 0; }

void Settings::keep(const record::Config& before) {
  if (!given("--profile")) profile = before.profile;
  if (!given("--zone") && before.zones.size() == 1) zone = before.zones.front().name;
  if (!given("--mesh")) mesh = before.default_mesh;
  if (!given("--controller-name")) controller_name = before.controller_name;
  if (!given("--system-namespace")) system_namespace = before.system_namespace;
}

Result<record::Config> Settings::config(std::string_view mode) const {
  if (auto checked = check_profile(profile); !checked) {
    return tl::unexpected<Error>(std::move(checked.error()));
  }
  const std::array<std::pair<std::string_view, const std::string*>, 4> required{
      {{"--zone", &zone},
       {"--mesh", &mesh},
       {"--controller-name", &controller_name},
       {"--system-namespace", &system_namespace}}};
  for (const auto& [flag, value] : required) {
    if (value->empty()) return fail(ErrorCode::kInvalid, std::string(flag) + " must not be empty");
    if (flag != "--controller-name" && !replay::is_object_name(*value)) {
      return fail(ErrorCode::kInvalid,
                  std::string(flag) + ": '" + *value + "' is no name of a Kubernetes object");
    }
  }
  record::Config out;
  out.mode = mode;
  out.profile = profile;
  out.default_mesh = mesh;
  out.controller_name = controller_name;
  out.system_namespace = system_namespace;
  out.zones.push_back({zone, "zone"});
  out.assume_synced = true;
  out.assume_mesh = true;
  return out;
}

}  // namespace pawprint::cli
