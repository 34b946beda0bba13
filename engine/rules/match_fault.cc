#include "engine/rules/match_fault.h"

#include <re2/re2.h>

#include <algorithm>

#include "engine/rules/names.h"

namespace pawprint::rules {

namespace {

constexpr std::size_t kLongestHeaderName = 256;

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

std::string path_fault(const model::Match& match) {
  const std::string_view path = match.path_value.view();
  if (path.empty()) return "a path must not be empty";
  if (!match.path_type.is("RegularExpression") && !path.starts_with('/')) {
    return "a path must be absolute";
  }
  // One trailing slash of a prefix is removed; a second one would be refused.
  if (match.path_type.is("PathPrefix") && path.size() > 2 && path.ends_with("//")) {
    return "a path prefix must not end in more than one slash";
  }
  return {};
}

std::string twice_fault(const model::Match& match) {
  for (std::size_t i = 0; i < match.query.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (match.query[i].name == match.query[k].name) {
        return "query parameter " + std::string(match.query[i].name.view()) + " is matched twice";
      }
    }
  }
  return {};
}

std::string type_fault(const model::Match& match) {
  static constexpr std::string_view kMethods[] = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS",
                                                  "PATCH",   "POST",   "PUT", "TRACE"};
  const Sym type = match.path_type;
  if (!type.is("Exact") && !type.is("PathPrefix") && !type.is("RegularExpression")) {
    return "path type " + std::string(type.view()) + " is not known";
  }
  if (match.method.set() && std::find(std::begin(kMethods), std::end(kMethods),
                                      match.method.view()) == std::end(kMethods)) {
    return "method " + std::string(match.method.view()) + " is not known";
  }
  return {};
}

std::string value_fault(const std::vector<model::ValueMatch>& values, std::string_view what) {
  for (const model::ValueMatch& each : values) {
    const std::string name = std::string(what) + ' ' + std::string(each.name.view());
    if (!each.type.is("Exact") && !each.type.is("RegularExpression")) {
      return name + ": type " + std::string(each.type.view()) + " is not known";
    }
    if (each.type.is("RegularExpression") && !valid_expression(each.value.view())) {
      return name + ": the regular expression is not valid";
    }
  }
  return {};
}

/// D-25: a gateway keeps the last regular expression only, and takes exact values for expressions
/// as soon as there is one.
std::string query_fault(const model::Match& match) {
  const auto regex = std::count_if(match.query.begin(), match.query.end(), [](const auto& each) {
    return each.type.is("RegularExpression");
  });
  if (regex > 1) return "Kuma 2.14's gateways check one regular expression of the query only";
  if (regex == 0) return {};
  for (const model::ValueMatch& each : match.query) {
    if (!each.type.is("Exact")) continue;
    const std::string value(each.value.view());
    const RE2 expression(value, quiet());
    if (!expression.ok() || !RE2::FullMatch(value, expression)) {
      return "query parameter " + std::string(each.name.view()) +
             ": beside a regular expression Kuma 2.14's gateways take the exact value for one";
    }
  }
  return {};
}

}  // namespace

bool valid_expression(std::string_view text) {
  return RE2(re2::StringPiece(text.data(), text.size()), quiet()).ok();
}

bool header_name(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  if (text.empty() || text.size() > kLongestHeaderName) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string match_fault(const Quirks& quirks, ParentKind parent, const model::Match& match) {
  if (std::string fault = path_fault(match); !fault.empty()) return fault;
  if (std::string fault = twice_fault(match); !fault.empty()) return fault;
  if (quirks.d28_rules_as_given) return {};
  if (std::string fault = type_fault(match); !fault.empty()) return fault;
  if (match.path_type.is("RegularExpression") && !valid_expression(match.path_value.view())) {
    return "the regular expression of the path is not valid";
  }
  if (std::string fault = value_fault(match.headers, "header"); !fault.empty()) return fault;
  if (std::string fault = value_fault(match.query, "query parameter"); !fault.empty()) return fault;
  for (const model::ValueMatch& each : match.query) {
    if (each.name.view().empty()) return "a query parameter has no name";
  }
  for (const model::ValueMatch& each : match.headers) {
    if (!header_name(each.name.view())) {
      return '"' + std::string(each.name.view()) + "\" is no header name";
    }
  }
  if (parent == ParentKind::kGateway && !quirks.d25_regex_queries_as_given) {
    return query_fault(match);
  }
  return {};
}

}  // namespace pawprint::rules
