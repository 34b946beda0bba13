#include "tools/pawprint/selector.h"

#include <algorithm>

namespace pawprint::cli {
namespace {

std::string trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// Parts between commas that are not inside parentheses.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t depth = 0;
  std::string part;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')' && depth > 0) --depth;
    if (c == ',' && depth == 0) {
      parts.push_back(trim(part));
      part.clear();
    } else {
      part += c;
    }
  }
  parts.push_back(trim(part));
  return parts;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.find_first_of(" =!(),\t") == std::string_view::npos;
}

tl::unexpected<Error> bad(std::string_view text) {
  return fail(ErrorCode::kInvalid, "-l: '" + std::string(text) + "' is no label selector");
}

}  // namespace

Result<Selector::Term> Selector::parse_set(std::string_view text, std::size_t open) {
  const std::string head = trim(text.substr(0, open));
  const std::size_t space = head.rfind(' ');
  if (space == std::string::npos || !text.ends_with(')')) return bad(text);
  const std::string word = head.substr(space + 1);
  Term term;
  term.label = trim(head.substr(0, space));
  if (!is_label(term.label) || (word != "in" && word != "notin")) return bad(text);
  term.kind = word == "in" ? Term::Kind::kIn : Term::Kind::kNotIn;
  term.values = split(text.substr(open + 1, text.size() - open - 2));
  return term;
}

Result<Selector::Term> Selector::parse_term(std::string_view text) {
  if (const std::size_t open = text.find('('); open != std::string_view::npos) {
    return parse_set(text, open);
  }
  Term term;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    const bool absent = text.starts_with('!');
    term.kind = absent ? Term::Kind::kAbsent : Term::Kind::kExists;
    term.label = trim(text.substr(absent ? 1 : 0));
    return is_label(term.label) ? Result<Term>(term) : bad(text);
  }
  const bool negated = equals > 0 && text[equals - 1] == '!';
  const bool doubled = text.substr(equals).starts_with("==");
  term.kind = negated ? Term::Kind::kNotIn : Term::Kind::kIn;
  term.label = trim(text.substr(0, equals - (negated ? 1 : 0)));
  term.values = {trim(text.substr(equals + (doubled ? 2 : 1)))};
  if (!is_label(term.label) || term.values[0].find_first_of(" =!()") != std::string::npos) {
    return bad(text);
  }
  return term;
}

Result<Selector> Selector::parse(std::string_view text) {
  Selector out;
  if (trim(text).empty()) return out;
  for (const std::string& part : split(text)) {
    auto term = parse_term(part);
    if (!term) return tl::unexpected<Error>(term.error());
    out.terms_.push_back(std::move(*term));
  }
  return out;
}

bool Selector::selects(const Json& object) const {
  const Json& labels = member_in(member_in(object, "metadata"), "labels");
  return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
    const Json& value = member_in(labels, term.label.c_str());
    const bool present = value.is_string();
    switch (term.kind) {
      case Term::Kind::kExists:
        return present;
      case Term::Kind::kAbsent:
        return !present;
      case Term::Kind::kIn:
      case Term::Kind::kNotIn:
        break;
    }
    const bool listed = present && std::find(term.values.begin(), term.values.end(),
                                             value.get<std::string>()) != term.values.end();
    return listed == (term.kind == Term::Kind::kIn);
  });
}

}  // namespace pawprint::cli
