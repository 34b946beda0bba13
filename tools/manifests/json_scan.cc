#include "tools/manifests/json_scan.h"

#include "engine/model/canonical.h"

namespace pawprint::manifests {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '+' || c == '.';
}

/// First position behind the value that begins at `at`; the text is valid JSON.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (text[at] != '{' && text[at] != '[' && text[at] != '"') {
    while (at < text.size() && is_word(text[at])) ++at;
    return at;
  }
  std::size_t depth = 0;
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
    if (!in_string && depth == 0) return at + 1;
  }
  return at;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_space(text[at]) || text[at] == ',')) ++at;
  return at;
}

}  // namespace

JsonScan::State JsonScan::broken(std::string_view fault) {
  fault_ = fault;
  return State::kBroken;
}

JsonScan::State JsonScan::take(char c) {
  if (want_ == Want::kString) return take_string(c);
  if (want_ == Want::kWord) {
    if (is_word(c)) return State::kOpen;
    want_ = Want::kCommaOrEnd;
  }
  if (is_space(c)) return State::kOpen;
  switch (want_) {
    case Want::kValue:
    case Want::kValueOrEnd:
      return take_value(c);
    case Want::kNameOrEnd:
    case Want::kName:
      if (c == '}' && want_ == Want::kNameOrEnd) return take_end(c);
      if (c != '"') return broken("expected a member name in double quotes");
      want_ = Want::kString;
      name_ = true;
      return State::kOpen;
    case Want::kColon:
      if (c != ':') return broken("expected ':'");
      want_ = Want::kValue;
      return State::kOpen;
    case Want::kCommaOrEnd:
      if (c != ',') return take_end(c);
      want_ = open_.back() == '{' ? Want::kName : Want::kValue;
      return State::kOpen;
    case Want::kString:
    case Want::kWord:
      break;
  }
  return broken("unexpected byte");
}

JsonScan::State JsonScan::take_string(char c) {
  if (static_cast<unsigned char>(c) < 0x20) return broken("a string is not closed on its line");
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    want_ = name_ ? Want::kColon : Want::kCommaOrEnd;
    name_ = false;
  }
  return State::kOpen;
}

JsonScan::State JsonScan::take_value(char c) {
  if (c == '{' || c == '[') return open(c);
  if (open_.empty()) return broken("expected an object");
  if (c == ']' && want_ == Want::kValueOrEnd) return take_end(c);
  if (c == '"') {
    want_ = Want::kString;
  } else if (is_word(c)) {
    want_ = Want::kWord;
  } else {
    return broken("expected a value");
  }
  return State::kOpen;
}

JsonScan::State JsonScan::open(char c) {
  if (open_.size() == model::kMaxDepth) return broken("nested too deeply");
  open_.push_back(c);
  want_ = c == '{' ? Want::kNameOrEnd : Want::kValueOrEnd;
  return State::kOpen;
}

JsonScan::State JsonScan::take_end(char c) {
  const char opened = open_.back();
  if (c != (opened == '{' ? '}' : ']')) {
    return broken(opened == '{' ? "expected ',' or '}'" : "expected ',' or ']'");
  }
  open_.pop_back();
  want_ = Want::kCommaOrEnd;
  return open_.empty() ? State::kComplete : State::kOpen;
}

std::vector<Member> members_of(std::string_view object) {
  std::vector<Member> members;
  std::size_t at = skip_space(object, 0);
  if (at == object.size() || object[at] != '{') return members;
  at = skip_space(object, at + 1);
  while (at < object.size() && object[at] == '"') {
    Member member;
    const std::size_t name_end = end_of_value(object, at);
    member.name = object.substr(at + 1, name_end - at - 2);
    at = skip_space(object, object.find(':', name_end) + 1);
    const std::size_t value_end = end_of_value(object, at);
    member.value = object.substr(at, value_end - at);
    members.push_back(member);
    at = skip_space(object, value_end);
  }
  return members;
}

std::vector<std::string_view> items_of(std::string_view array) {
  std::vector<std::string_view> items;
  std::size_t at = skip_space(array, 0);
  if (at == array.size() || array[at] != '[') return items;
  at = skip_space(array, at + 1);
  while (at < array.size() && array[at] != ']') {
    const std::size_t end = end_of_value(array, at);
    items.push_back(array.substr(at, end - at));
    at = skip_space(array, end);
  }
  return items;
}

std::string_view member_of(std::string_view object, std::string_view name) {
  for (const Member& member : members_of(object)) {
    if (member.name == name) return member.value;
  }
  return {};
}

std::string_view plain_string(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.find('\\') != std::string_view::npos) {
    return {};
  }
  return value.substr(1, value.size() - 2);
}

}  // namespace pawprint::manifests
