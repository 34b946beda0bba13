// Flags that become the Config record of `translate` and `import`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/record/bodies.h"
#include "engine/result.h"

namespace pawprint::cli {

/// Values of `--profile`, as help and completion show them.
inline constexpr const char* kProfileNames = "kuma-2.14|kuma-2.14-compat|kuma-3";

struct Settings {
  std::string profile = "kuma-2.14";
  std::string zone = "default";
  std::string mesh = "default";
  std::string controller_name = "gateways.kuma.io/controller";
  std::string system_namespace = "kuma-system";

  void add_flags(CLI::App& app);
  /// Settings that nobody gave become those of `before`; the zone, when `before` has just one.
  void keep(const record::Config& before);
  /// kInvalid names the flag. `mode` is "translate" or "import".
  [[nodiscard]] Result<record::Config> config(std::string_view mode) const;

 private:
  [[nodiscard]] bool given(const char* flag) const;
  CLI::App* app_ = nullptr;
};

/// kInvalid with the nearest known profile.
Result<void> check_profile(const std::string& profile);

/// Nanoseconds since the epoch of `--now`: RFC 3339 in UTC, to whole seconds.
Result<std::int64_t> parse_time(const std::string& flag, const std::string& text);

}  // namespace pawprint::cli
