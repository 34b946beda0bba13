#include "tools/sandbox/metadata.h"

#include <fmt/format.h>

namespace pawprint::sandbox {
namespace {

struct NameRule {
  const char* pattern;
  std::size_t longest;
  const char* message;
};

constexpr NameRule kSubdomain = {
    R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)", 253,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"};

constexpr NameRule kLabel = {
    R"([a-z0-9]([-a-z0-9]*[a-z0-9])?)", 63,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must "
    "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"};

constexpr NameRule kService = {
    R"([a-z]([-a-z0-9]*[a-z0-9])?)", 63,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"};

const NameRule& rule_of(const Kind& kind) {
  if (kind.builtin && kind.kind == "Namespace") return kLabel;
  if (kind.builtin && kind.kind == "Service") return kService;
  return kSubdomain;
}

void refuse_value(std::vector<Cause>& causes, const std::string& field, const std::string& value,
                  const std::string& why) {
  causes.push_back(
      {"FieldValueInvalid", fmt::format("Invalid value: {}: {}", Json(value).dump(), why), field});
}

void check_name(const Kind& kind, const std::string& name, std::vector<Cause>& causes) {
  const NameRule& rule = rule_of(kind);
  if (name.empty()) {
    causes.push_back({"FieldValueRequired", "Required value: name or generateName is required",
                      "metadata.name"});
    return;
  }
  if (name.size() > rule.longest) {
    refuse_value(causes, "metadata.name", name,
                 fmt::format("must be no more than {} characters", rule.longest));
  }
  if (!RE2::FullMatch(name, rule.pattern))
    refuse_value(causes, "metadata.name", name, rule.message);
}

/// A label key or annotation key: [DNS subdomain "/"] name of at most 63.
bool is_qualified_name(const std::string& key) {
  static const RE2 kName(R"(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])");
  static const RE2 kPrefix(kSubdomain.pattern);
  std::size_t slash = key.find('/');
  if (slash == std::string::npos) return RE2::FullMatch(key, kName);
  return slash <= 253 && RE2::FullMatch(key.substr(0, slash), kPrefix) &&
         RE2::FullMatch(key.substr(slash + 1), kName);
}

/// Labels and annotations map texts to texts; false when what is there is no map at all.
bool check_map(const Json& value, const std::string& field, std::vector<Cause>& causes) {
  if (value.is_null()) return false;
  if (!value.is_object()) {
    causes.push_back({"FieldValueTypeInvalid", "Invalid value: must be a map of texts", field});
    return false;
  }
  for (auto entry = value.begin(); entry != value.end(); ++entry) {
    if (entry->is_string()) continue;
    causes.push_back(
        {"FieldValueTypeInvalid",
         fmt::format("Invalid value: the value of {} must be a text", Json(entry.key()).dump()),
         field});
  }
  return true;
}

void check_labels(const Json& labels, std::vector<Cause>& causes) {
  if (!check_map(labels, "metadata.labels", causes)) return;
  static const RE2 kValue(R"((([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?)");
  for (auto entry = labels.begin(); entry != labels.end(); ++entry) {
    if (!is_qualified_name(entry.key())) {
      refuse_value(
          causes, "metadata.labels", entry.key(),
          "name part must consist of alphanumeric characters, '-', '_' or '.', and must "
          "start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
          "'123-abc', regex used for validation is "
          "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
    if (!entry->is_string()) continue;
    std::string value = *entry;
    if (value.size() > 63) {
      refuse_value(causes, "metadata.labels", value, "must be no more than 63 characters");
    }
    if (!RE2::FullMatch(value, kValue)) {
      refuse_value(causes, "metadata.labels", value,
                   "a valid label must be an empty string or consist of alphanumeric characters, "
                   "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
                   "'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                   "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    }
  }
}

}  // namespace

std::vector<Cause> check_metadata(const Kind& kind, const Json& object) {
  std::vector<Cause> causes;
  const Json& metadata = member(object, "metadata");
  check_name(kind, text(metadata, "name"), causes);
  check_labels(member(metadata, "labels"), causes);
  std::size_t bytes = 0;
  const Json& annotations = member(metadata, "annotations");
  if (!check_map(annotations, "metadata.annotations", causes)) return causes;
  for (auto entry = annotations.begin(); entry != annotations.end(); ++entry) {
    bytes +=
        entry.key().size() + (entry->is_string() ? entry->get_ref<const std::string&>().size() : 0);
    if (!is_qualified_name(entry.key())) {
      refuse_value(
          causes, "metadata.annotations", entry.key(),
          "name part must consist of alphanumeric characters, '-', '_' or '.', and must "
          "start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
          "'123-abc', regex used for validation is "
          "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
  }
  if (bytes > std::size_t{256} * 1024) {
    causes.push_back({"FieldValueTooLong", "Too long: may not be more than 262144 bytes",
                      "metadata.annotations"});
  }
  return causes;
}

}  // namespace pawprint::sandbox
