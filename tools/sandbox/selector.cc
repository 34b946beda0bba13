#include "tools/sandbox/selector.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace pawprint::sandbox {
namespace {

std::string trimmed(const std::string& source) {
  std::size_t begin = source.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return source.substr(begin, source.find_last_not_of(' ') - begin + 1);
}

/// Splits at commas that are not inside parentheses.
std::vector<std::string> split_terms(const std::string& source) {
  std::vector<std::string> out;
  std::string term;
  int depth = 0;
  for (char c : source) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0) {
      out.push_back(trimmed(term));
      term.clear();
    } else {
      term += c;
    }
  }
  if (!trimmed(term).empty()) out.push_back(trimmed(term));
  return out;
}

}  // namespace

Answer<Selector::Requirement> Selector::parse_label(const std::string& source) {
  static const RE2 kEquality(R"(([A-Za-z0-9_./-]+)\s*(==|=|!=)\s*([A-Za-z0-9_.-]*))");
  static const RE2 kSet(R"(([A-Za-z0-9_./-]+)\s+(in|notin)\s*\(([^)]*)\))");
  static const RE2 kPresence(R"((!?)\s*([A-Za-z0-9_./-]+))");
  Requirement out;
  std::string how, value;
  if (RE2::FullMatch(source, kEquality, &out.key, &how, &value)) {
    out.test = how == "!=" ? Test::kNotIn : Test::kIn;
    out.values = {value};
    return out;
  }
  if (RE2::FullMatch(source, kSet, &out.key, &how, &value)) {
    out.test = how == "notin" ? Test::kNotIn : Test::kIn;
    for (const std::string& one : split_terms(value)) out.values.insert(one);
    return out;
  }
  if (RE2::FullMatch(source, kPresence, &how, &out.key)) {
    out.test = how == "!" ? Test::kAbsent : Test::kExists;
    return out;
  }
  return bad_request("unable to parse requirement: " + source);
}

Answer<Selector> Selector::parse(const std::string& labels, const std::string& fields,
                                 bool builtin) {
  Selector out;
  for (const std::string& term : split_terms(labels)) {
    auto requirement = parse_label(term);
    if (!requirement) return tl::unexpected(requirement.error());
    out.labels_.push_back(std::move(*requirement));
  }
  for (const std::string& term : split_terms(fields)) {
    auto requirement = parse_label(term);
    if (!requirement || requirement->values.empty()) {
      return bad_request(fmt::format("invalid selector: '{0}'; can't understand '{0}'", term));
    }
    bool known = requirement->key == "metadata.name" || requirement->key == "metadata.namespace" ||
                 (builtin && requirement->key == "type");
    if (!known) return bad_request("field label not supported: " + requirement->key);
    out.fields_.push_back(std::move(*requirement));
  }
  return out;
}

bool Selector::holds(const Requirement& requirement, const Json& value) {
  bool listed = value.is_string() && requirement.values.contains(value.get<std::string>());
  switch (requirement.test) {
    case Test::kIn:
      return listed;
    case Test::kNotIn:
      return !listed;
    case Test::kExists:
      return value.is_string();
    case Test::kAbsent:
      return !value.is_string();
  }
  return false;
}

bool Selector::matches(const Json& object) const {
  const Json& metadata = member(object, "metadata");
  for (const Requirement& requirement : labels_) {
    if (!holds(requirement, member(member(metadata, "labels"), requirement.key))) return false;
  }
  for (const Requirement& requirement : fields_) {
    const Json& value = requirement.key == "type" ? member(object, "type")
                                                  : member(metadata, requirement.key.substr(9));
    if (!holds(requirement, value)) return false;
  }
  return true;
}

}  // namespace pawprint::sandbox
