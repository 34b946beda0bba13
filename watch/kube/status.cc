#include "watch/kube/status.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "engine/model/scrub.h"

namespace pawprint::watch::kube {
namespace {

/// "Conflict"; a text that is no such word may be anything, a quoted value too.
std::string reason_word(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  const bool word = text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                    });
  return word ? std::string(text) : std::string();
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
  std::size_t end = std::min(text.size(), limit);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  std::string out(text.substr(0, end));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (end < text.size()) out += "...";
  return out;
}

Status parse_status(std::string_view body) {
  Status status;
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  std::string_view text;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return status;
  if (root["kind"].get(text) != simdjson::SUCCESS || text != "Status") return status;
  std::int64_t code = 0;
  if (root["code"].get(code) == simdjson::SUCCESS && code >= 0 && code < 1000) {
    status.code = static_cast<int>(code);
  }
  if (root["reason"].get(text) == simdjson::SUCCESS) status.reason = reason_word(text);
  if (root["message"].get(text) == simdjson::SUCCESS)
    status.message = one_line(model::scrub_text(text));
  simdjson::dom::array causes;
  if (root["details"]["causes"].get(causes) == simdjson::SUCCESS) {
    for (const auto cause : causes) {
      if (cause["reason"].get(text) == simdjson::SUCCESS && text == "ResourceVersionTooLarge") {
        status.too_new = true;
      }
    }
  }
  return status;
}

std::string describe_briefly(int http_status, std::string_view body) {
  const Status status = parse_status(body);
  if (status.reason.empty()) return fmt::format("HTTP {}", http_status);
  return fmt::format("{} (HTTP {})", status.reason, http_status);
}

std::string describe_answer(int http_status, std::string_view body) {
  const Status status = parse_status(body);
  if (status.reason.empty() && status.message.empty()) return fmt::format("HTTP {}", http_status);
  if (status.message.empty()) return fmt::format("{} (HTTP {})", status.reason, http_status);
  if (status.reason.empty()) return fmt::format("{} (HTTP {})", status.message, http_status);
  return fmt::format("{}: {} (HTTP {})", status.reason, status.message, http_status);
}

}  // namespace pawprint::watch::kube
