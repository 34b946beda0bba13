#include "tools/pawprint/format.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pawprint::cli {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 6> kFormats{{{"table", Format::kTable},
                                                                       {"wide", Format::kWide},
                                                                       {"name", Format::kName},
                                                                       {"yaml", Format::kYaml},
                                                                       {"json", Format::kJson},
                                                                       {"jsonl", Format::kJsonl}}};
constexpr int kIndent = 2;

std::string dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// Code points, as an approximation of columns.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool parse_format(std::string_view text, Format& out) {
  for (const auto& [name, format] : kFormats) {
    if (name != text) continue;
    out = format;
    return true;
  }
  return false;
}

std::string compact(const Json& value) { return dump(value, -1); }
std::string indented(const Json& value) { return dump(value, kIndent) + '\n'; }

std::string Table::str() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - columns(row[i]) + 3, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

std::string resource_name(std::string_view kind, std::string_view group, std::string_view name) {
  std::string out;
  for (const char c : kind) out += lower(c);
  if (!group.empty()) out += '.' + std::string(group);
  return out + '/' + std::string(name);
}

namespace {

/// True when the text means itself in YAML 1.1 and 1.2 without quotes.
bool is_plain(std::string_view text) {
  if (text.empty() || !(is_letter(text[0]) || text[0] == '/' || text[0] == '_')) return false;
  if (text.back() == ' ' || text.back() == ':') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool colon = c == ':' && text[i + 1] != ' ';
    if (!is_letter(c) && !is_digit(c) && !colon &&
        std::string_view("._/-+=@ (),").find(c) == std::string_view::npos) {
      return false;
    }
  }
  std::string folded;
  for (const char c : text) folded += lower(c);
  constexpr std::array<std::string_view, 9> kWords{"true", "false", "yes", "no", "on",
                                                   "off",  "null",  "y",   "n"};
  return std::find(kWords.begin(), kWords.end(), folded) == kWords.end();
}

std::string scalar(const Json& value) {
  if (!value.is_string() || !is_plain(value.get_ref<const std::string&>())) return compact(value);
  return value.get<std::string>();
}

std::string key_text(const std::string& key) { return is_plain(key) ? key : compact(Json(key)); }

void write_yaml(std::string& out, const Json& value, std::size_t depth, bool in_line);

void write_members(std::string& out, const Json& object, std::size_t depth, bool in_line) {
  for (const auto& [key, member] : object.items()) {
    if (!in_line) out.append(depth * kIndent, ' ');
    in_line = false;
    out += key_text(key) + ':';
    if (member.is_structured() && !member.empty()) {
      out += '\n';
      // Items of a list stand under the key without indentation, as kubectl prints them.
      write_yaml(out, member, member.is_array() ? depth : depth + 1, false);
    } else {
      out += ' ' + scalar(member) + '\n';
    }
  }
}

void write_yaml(std::string& out, const Json& value, std::size_t depth, bool in_line) {
  if (value.is_object() && !value.empty()) return write_members(out, value, depth, in_line);
  if (value.is_array() && !value.empty()) {
    for (const Json& item : value) {
      if (!in_line) out.append(depth * kIndent, ' ');
      in_line = false;
      out += "- ";
      write_yaml(out, item, depth + 1, true);
    }
    return;
  }
  out += scalar(value) + '\n';
}

}  // namespace

std::string yaml(const Json& value) {
  std::string out;
  write_yaml(out, value, 0, false);
  return out;
}

}  // namespace pawprint::cli
