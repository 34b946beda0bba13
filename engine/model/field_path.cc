#include "engine/model/field_path.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace pawprint::model {
namespace {

bool is_name_start(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '-'; }

bool is_plain_name(std::string_view name) {
  return !name.empty() && is_name_start(name[0]) &&
         std::all_of(name.begin(), name.end(), is_name_part);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<FieldStep>> parse() {
    if (!text_.empty() && text_[0] == '$') ++at_;
    while (at_ < text_.size()) {
      const bool ok = text_[at_] == '.' ? read_name() : read_bracket();
      if (!ok) return fail(ErrorCode::kInvalid, message());
    }
    return std::move(steps_);
  }

 private:
  bool read_name() {
    const std::size_t begin = ++at_;
    if (at_ == text_.size() || !is_name_start(text_[at_])) {
      return expect("a name after '.' (other names are written ['a.b/c'])");
    }
    while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    steps_.emplace_back(std::string(text_.substr(begin, at_ - begin)));
    return true;
  }

  bool read_bracket() {
    if (text_[at_] != '[') return expect("'.' or '['");
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      if (!read_quoted()) return false;
    } else if (!read_index()) {
      return false;
    }
    if (at_ == text_.size() || text_[at_] != ']') return expect("']'");
    ++at_;
    return true;
  }

  bool read_quoted() {
    const char quote = text_[at_++];
    std::string name;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && ++at_ == text_.size()) break;
      name += text_[at_++];
    }
    if (at_ == text_.size()) return expect("the closing quote");
    ++at_;
    steps_.emplace_back(std::move(name));
    return true;
  }

  bool read_index() {
    std::size_t index = 0;
    const char* end = text_.data() + text_.size();
    const auto read = std::from_chars(text_.data() + at_, end, index);
    if (read.ec != std::errc{}) return expect("an index or a quoted name");
    at_ = static_cast<std::size_t>(read.ptr - text_.data());
    steps_.emplace_back(index);
    return true;
  }

  bool expect(std::string_view what) {
    expected_ = what;
    return false;
  }

  [[nodiscard]] std::string message() const {
    return "field '" + std::string(text_) + "': expected " + std::string(expected_) +
           " at character " + std::to_string(at_ + 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<FieldStep> steps_;
  std::string_view expected_;
};

}  // namespace

Result<FieldPath> FieldPath::parse(std::string_view text) {
  auto steps = Parser(text).parse();
  if (!steps) return tl::unexpected<Error>(std::move(steps.error()));
  return FieldPath(std::move(*steps));
}

std::string FieldPath::str() const {
  std::string out;
  for (const FieldStep& step : steps_) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      append_member(out, *name);
    } else {
      append_item(out, std::get<std::size_t>(step));
    }
  }
  return out;
}

FieldPath FieldPath::member(std::string_view name) const {
  FieldPath longer = *this;
  longer.steps_.emplace_back(std::string(name));
  return longer;
}

FieldPath FieldPath::item(std::size_t index) const {
  FieldPath longer = *this;
  longer.steps_.emplace_back(index);
  return longer;
}

FieldPath FieldPath::parent() const {
  FieldPath shorter = *this;
  if (!shorter.steps_.empty()) shorter.steps_.pop_back();
  return shorter;
}

bool FieldPath::contains(const FieldPath& other) const {
  return steps_.size() <= other.steps_.size() &&
         std::equal(steps_.begin(), steps_.end(), other.steps_.begin());
}

const nlohmann::json* FieldPath::find(const nlohmann::json& root) const {
  const nlohmann::json* at = &root;
  for (const FieldStep& step : steps_) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      if (!at->is_object()) return nullptr;
      const auto member = at->find(*name);
      if (member == at->end()) return nullptr;
      at = &*member;
    } else {
      const std::size_t index = std::get<std::size_t>(step);
      if (!at->is_array() || index >= at->size()) return nullptr;
      at = &(*at)[index];
    }
  }
  return at;
}

void append_member(std::string& path, std::string_view name) {
  if (is_plain_name(name)) {
    path += '.';
    path += name;
    return;
  }
  path += "['";
  for (const char c : name) {
    if (c == '\'' || c == '\\') path += '\\';
    path += c;
  }
  path += "']";
}

void append_item(std::string& path, std::size_t index) {
  path += '[';
  path += std::to_string(index);
  path += ']';
}

}  // namespace pawprint::model
