// The daemon's settings: defaults < file < environment < flags, each with where it came from.
//
// Keys are the dotted paths of the configuration file ("store.path"). What each means is in the
// docs/operations.md. Errors are kInvalid: one line that names file, key and the way
// out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record/bodies.h"
#include "engine/result.h"

namespace pawprint::pawprintd {

struct Value {
  std::string text;
  std::string origin;  ///< "default", "file PATH", "environment PAWPRINT_X" or "flag --x".
};

/// One setting that holds one value.
struct Key {
  std::string_view path;         ///< In the file.
  std::string_view environment;  ///< Empty: not settable there.
  std::string_view flag;         ///< Without dashes; empty: not settable there.
  std::string_view fallback;
  std::string_view help;
  bool effective = true;  ///< False: read and kept, but this version does nothing with it.
};
std::span<const Key> keys();

struct ZoneSettings {
  std::string name, kubeconfig, context, role = "zone";
};

class Settings {
 public:
  Settings();

  /// Reads a configuration file (YAML). kUnreachable when it cannot be read.
  Result<void> read_file(const std::string& path);
  /// `get` is getenv or a fake of it. An empty variable counts as not set.
  Result<void> read_environment(const std::function<const char*(const char*)>& get);
  /// One flag; the last caller wins.
  Result<void> set_flag(std::string_view flag, const std::string& value);
  /// Checks values against each other and brings zones into their final form.
  Result<void> finish();

  [[nodiscard]] const std::string& get(std::string_view path) const;
  [[nodiscard]] const Value& value(std::string_view path) const;
  /// Sorted by name; one zone without a name when nobody named one. After finish().
  [[nodiscard]] const std::vector<ZoneSettings>& zones() const { return zones_; }
  [[nodiscard]] const std::vector<std::string>& secret_namespaces() const {
    return secret_namespaces_;
  }
  [[nodiscard]] std::uint64_t event_bytes() const { return event_bytes_; }
  /// Records between two snapshots; 0: none.
  [[nodiscard]] std::uint64_t snapshot_every() const;
  /// Keys that were set and have no effect in this version.
  [[nodiscard]] std::vector<std::string> without_effect() const;

  /// What the engine is told. `zones` as resolved.
  [[nodiscard]] record::Config config(const std::vector<ZoneSettings>& zones,
                                      bool routes_only) const;
  /// The configuration file that would give the same; with `origin` a comment behind each value.
  [[nodiscard]] std::string yaml(bool origin) const;

 private:
  friend class FileReader;
  Result<void> set(std::string_view path, const std::string& value, const std::string& origin);
  Result<void> place_zone_flags();

  std::map<std::string, Value, std::less<>> values_;
  std::vector<ZoneSettings> zones_;
  std::string zones_origin_ = "default";
  std::vector<std::string> secret_namespaces_;
  std::string secrets_origin_ = "default";
  std::optional<Value> zone_, kubeconfig_, context_;  // From environment or flags.
  std::uint64_t event_bytes_ = 0;
};

/// Splits "127.0.0.1:8420" or "[::1]:8420"; kInvalid for anything else.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(const std::string& text);

}  // namespace pawprint::pawprintd
