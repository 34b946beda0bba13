#include "watch/reflect/json_span.h"

namespace pawprint::watch::reflect {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// End of the string that starts at text[at] == '"'.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return kNone;
}

std::size_t scalar_end(std::string_view text, std::size_t at) {
  std::size_t i = at;
  while (i < text.size() && !is_space(text[i]) &&
         std::string_view(",]}{[\":").find(text[i]) == kNone)
    ++i;
  return i == at ? kNone : i;
}

std::size_t bracket_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (std::size_t i = at; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      i = string_end(text, i);
      if (i == kNone) return kNone;
      continue;
    }
    if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return kNone;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
    ++i;
  }
  return kNone;
}

}  // namespace

std::size_t value_end(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kNone;
  const char c = text[at];
  if (c == '"') return string_end(text, at);
  if (c == '{' || c == '[') return bracket_end(text, at);
  return scalar_end(text, at);
}

Members::Members(std::string_view text) : text_(text) {
  skip_space();
  if (at_ >= text_.size()) return;
  if (text_[at_] == '{') close_ = '}';
  if (text_[at_] == '[') close_ = ']';
  if (close_ != 0) ++at_;
}

void Members::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool Members::read_key(std::string_view& key) {
  const std::size_t end = at_ < text_.size() && text_[at_] == '"' ? string_end(text_, at_) : kNone;
  if (end == kNone) return false;
  key = text_.substr(at_ + 1, end - at_ - 2);
  at_ = end;
  skip_space();
  if (at_ >= text_.size() || text_[at_] != ':') return false;
  ++at_;
  skip_space();
  return true;
}

bool Members::next(std::string_view& key, std::string_view& value) {
  if (close_ == 0 || complete_ || cut_) return false;
  skip_space();
  if (at_ >= text_.size()) return false;
  if (text_[at_] == close_) {
    ++at_;
    complete_ = true;
    return false;
  }
  if (!first_) {
    if (text_[at_] != ',') return false;
    ++at_;
    skip_space();
  }
  first_ = false;
  key = {};
  if (close_ == '}' && !read_key(key)) return false;
  const std::size_t end = value_end(text_, at_);
  cut_ = end == kNone;
  value = text_.substr(at_, cut_ ? kNone : end - at_);
  if (cut_) return !value.empty();
  at_ = end;
  return true;
}

std::string_view Members::rest() const {
  std::size_t at = at_;
  while (at < text_.size() && is_space(text_[at])) ++at;
  return text_.substr(at);
}

std::string_view plain_string(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return {};
  raw = raw.substr(1, raw.size() - 2);
  return raw.find('\\') == kNone ? raw : std::string_view{};
}

}  // namespace pawprint::watch::reflect
