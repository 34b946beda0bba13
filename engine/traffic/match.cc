#include "engine/traffic/match.h"

#include <re2/re2.h>

#include "engine/traffic/hostname.h"

#include <algorithm>
#include <tuple>

namespace pawprint::traffic {
namespace {

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

bool matches_whole(const std::string& expression, const std::string& text) {
  const RE2 compiled(expression, quiet());
  return compiled.ok() && RE2::FullMatch(text, compiled);
}

const std::string* find(const std::vector<Header>& list, const std::string& name) {
  for (const Header& each : list) {
    if (each.name == name) return &each.value;
  }
  return nullptr;
}

bool value_matches(const ValueMatch& match, const std::string* value) {
  switch (match.kind) {
    case ValueMatch::Kind::kAbsent:
      return value == nullptr;
    case ValueMatch::Kind::kPresent:
      return value != nullptr;
    case ValueMatch::Kind::kExact:
      return value != nullptr && *value == match.value;
    case ValueMatch::Kind::kPrefix:
      return value != nullptr && value->starts_with(match.value);
    case ValueMatch::Kind::kRegex:
      return value != nullptr && matches_whole(match.value, *value);
  }
  return false;
}

std::string seen(const std::string* value) {
  return value == nullptr ? "it is absent" : "it is \"" + *value + "\"";
}

std::string wanted(const ValueMatch& match) {
  switch (match.kind) {
    case ValueMatch::Kind::kAbsent:
      return "must be absent";
    case ValueMatch::Kind::kPresent:
      return "must be present";
    case ValueMatch::Kind::kExact:
      return "must be \"" + match.value + "\"";
    case ValueMatch::Kind::kPrefix:
      return "must begin with \"" + match.value + "\"";
    case ValueMatch::Kind::kRegex:
      return "must match " + match.value;
  }
  return {};
}

std::string path_failure(const Match& match, const std::string& path, const MatchRules& rules) {
  switch (match.kind) {
    case Match::Path::kExact:
      return path == match.path ? "" : path + " is not " + match.path;
    case Match::Path::kRegex:
      return matches_whole(match.path, path) ? "" : path + " does not match " + match.path;
    case Match::Path::kPrefix:
      break;
  }
  if (match.path == "/") return "";
  if (path == match.path) {
    const bool shadowed =
        std::find(rules.shadowed.begin(), rules.shadowed.end(), path) != rules.shadowed.end();
    return shadowed ? path + " itself belongs to an Exact match of it (D-49)" : "";
  }
  const std::string below = match.path.ends_with('/') ? match.path : match.path + '/';
  return path.starts_with(below) ? "" : path + " is not below " + match.path;
}

/// The query parameters that a gateway really checks (D-25).
std::vector<ValueMatch> collapsed(const std::vector<ValueMatch>& query) {
  std::vector<ValueMatch> out, repeated;
  const ValueMatch* last = nullptr;
  for (const ValueMatch& each : query) {
    if (each.kind == ValueMatch::Kind::kRegex) {
      last = &each;
      continue;
    }
    out.push_back(each);
    if (each.kind == ValueMatch::Kind::kExact) {
      repeated.push_back({each.name, each.value, ValueMatch::Kind::kRegex});
    }
  }
  if (last == nullptr) return out;
  out.insert(out.end(), repeated.begin(), repeated.end());
  out.push_back(*last);
  return out;
}

Failure values_failure(const char* what, const std::vector<ValueMatch>& wants,
                       const std::vector<Header>& have) {
  for (const ValueMatch& each : wants) {
    const std::string* value = find(have, each.name);
    if (!value_matches(each, value)) {
      return {std::string(what) + ' ' + each.name, wanted(each) + ", " + seen(value)};
    }
  }
  return {};
}

int path_rank(const Match& match) {
  switch (match.kind) {
    case Match::Path::kExact:
      return 0;
    case Match::Path::kPrefix:
      return 1;
    case Match::Path::kRegex:
      return 2;
  }
  return 2;
}

std::string kind_name(Match::Path kind) {
  switch (kind) {
    case Match::Path::kExact:
      return "Exact";
    case Match::Path::kPrefix:
      return "PathPrefix";
    case Match::Path::kRegex:
      return "RegularExpression";
  }
  return {};
}

void add_header(std::vector<Header>& headers, const std::string& name, const std::string& value) {
  for (Header& each : headers) {
    if (each.name != name) continue;
    each.value += ',' + value;
    return;
  }
  headers.push_back({name, value});
}

}  // namespace

Sight sight_of(const Request& request) {
  Sight out;
  out.method = request.method;
  const auto mark = request.path.find('?');
  out.path = request.path.substr(0, mark);
  for (const Header& each : request.headers) add_header(out.headers, lower(each.name), each.value);
  if (!request.authority.empty()) {
    out.headers.push_back({"host", request.authority});
    out.headers.push_back({":authority", request.authority});
  }
  if (mark == std::string::npos) return out;
  std::string rest = request.path.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string pair = rest.substr(0, end);
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
    const auto equal = pair.find('=');
    const std::string name = pair.substr(0, equal);
    // Envoy looks at the first value of a name.
    if (find(out.query, name) != nullptr) continue;
    out.query.push_back({name, equal == std::string::npos ? "" : pair.substr(equal + 1)});
  }
  return out;
}

Failure match_failure(const Match& match, const Sight& sight, const MatchRules& rules) {
  if (std::string detail = path_failure(match, sight.path, rules); !detail.empty()) {
    return {"path", std::move(detail)};
  }
  if (!match.method.empty() && match.method != sight.method) {
    return {"method", sight.method + " is not " + match.method};
  }
  Failure out = values_failure("header", match.headers, sight.headers);
  if (!out.on.empty()) return out;
  const auto query = rules.query_expressions_collapse ? collapsed(match.query) : match.query;
  return values_failure("query", query, sight.query);
}

bool before(const Match& a, const Match& b) {
  // Exact matches are equal among themselves: two that take one request have the same path.
  const auto length = [](const Match& m) {
    return m.kind == Match::Path::kExact ? 0 : -static_cast<std::int64_t>(m.path.size());
  };
  const auto key = [&](const Match& m) {
    return std::tuple(path_rank(m), length(m), m.method.empty(),
                      -static_cast<std::int64_t>(m.headers.size()),
                      -static_cast<std::int64_t>(m.query.size()));
  };
  return key(a) < key(b);
}

std::string bad_expression(const Match& match) {
  const auto bad = [](const std::string& text) { return !RE2(text, quiet()).ok(); };
  if (match.kind == Match::Path::kRegex && bad(match.path)) return match.path;
  for (const auto* list : {&match.headers, &match.query}) {
    for (const ValueMatch& each : *list) {
      if (each.kind == ValueMatch::Kind::kRegex && bad(each.value)) return each.value;
    }
  }
  return {};
}

std::string describe(const Match& match) {
  std::string out = match.has_path ? kind_name(match.kind) + ' ' + match.path : "";
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (!match.method.empty()) add(match.method);
  for (const ValueMatch& each : match.headers) add("header " + each.name + ' ' + wanted(each));
  for (const ValueMatch& each : match.query) add("query " + each.name + ' ' + wanted(each));
  return out.empty() ? "everything" : out;
}

}  // namespace pawprint::traffic
