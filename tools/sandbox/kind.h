// The kinds that a sandbox serves: custom resources from CustomResourceDefinitions and the built-in
// ones from builtin.yaml, in one form.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/sandbox/schema.h"

namespace pawprint::sandbox {

/// A column of a printed table, from additionalPrinterColumns.
struct Column {
  std::string name, type;
  std::string path;  ///< JSONPath, ".spec.x"
  int priority = 0;  ///< above 0: only in wide output
};

/// One served version of a kind.
struct KindVersion {
  std::string name;  ///< "v1"
  SchemaPtr schema;  ///< of the whole object, metadata included
  bool status_subresource = false;
  std::vector<Column> columns;  ///< without the name; never empty
};

struct Kind {
  std::string group;  ///< "" for the core group
  std::string plural, singular, kind, list_kind;
  bool namespaced = true;
  bool builtin = false;
  std::vector<std::string> short_names, categories;
  std::vector<KindVersion> versions;  ///< most preferred first

  /// "httproutes.gateway.networking.k8s.io", "services": how errors and counters name it.
  std::string resource() const { return group.empty() ? plural : plural + "." + group; }
  /// "HTTPRoute.gateway.networking.k8s.io": how Invalid errors name it.
  std::string qualified() const { return group.empty() ? kind : kind + "." + group; }
  /// "gateway.networking.k8s.io/v1"
  std::string api_version(const KindVersion& version) const {
    return group.empty() ? version.name : group + "/" + version.name;
  }
  const KindVersion* version(const std::string& name) const;
};
using KindPtr = std::shared_ptr<const Kind>;

/// Reads one definition (a CustomResourceDefinition as JSON). Versions that are not served are left
/// out. kInvalid names the definition and the place.
Result<KindPtr> parse_definition(const Json& definition, bool builtin);

/// All kinds, by resource name. Not thread-safe; the API server guards it.
class Catalogue {
 public:
  void add(KindPtr kind) { kinds_[kind->resource()] = std::move(kind); }
  /// Returns the kind that was removed, or null.
  KindPtr remove(const std::string& resource);
  KindPtr by_resource(const std::string& resource) const;
  /// By group, version and plural, null when that version is not served.
  KindPtr by_plural(const std::string& group, const std::string& version,
                    const std::string& plural) const;
  /// By apiVersion and kind as objects carry them.
  KindPtr by_kind(const std::string& api_version, const std::string& kind) const;
  const std::map<std::string, KindPtr>& all() const { return kinds_; }

 private:
  std::map<std::string, KindPtr> kinds_;
};

/// The definitions compiled into the program: Gateway API and Kuma, and the built-in kinds.
Result<std::vector<KindPtr>> builtin_kinds();
Result<std::vector<KindPtr>> embedded_custom_kinds();
/// Those of all YAML files below `directory`. kNotFound when there is none.
Result<std::vector<KindPtr>> read_custom_kinds(const std::string& directory);

/// "v1" before "v2beta1" before "v1beta1" before "v1alpha1": Kubernetes' order of preference.
bool preferred_before(const std::string& left, const std::string& right);

/// "group/version" or "version" split into group and version.
std::pair<std::string, std::string> split_api_version(const std::string& api_version);

}  // namespace pawprint::sandbox
