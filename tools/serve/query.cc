#include "tools/serve/query.h"

namespace pawprint::serve {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      const int high = text.size() - i > 2 ? digit(text[i + 1]) : -1;
      const int low = high < 0 ? -1 : digit(text[i + 2]);
      if (low < 0) return fail(ErrorCode::kInvalid, "bad percent escape in the request target");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      return fail(ErrorCode::kInvalid, "control character in the request target");
    }
    out += c;
  }
  return out;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  Target out;
  const std::size_t mark = target.find('?');
  auto path = decoded(target.substr(0, mark), false);
  if (!path) return tl::unexpected(path.error());
  out.path = std::move(*path);
  std::string_view rest =
      mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto name = decoded(part.substr(0, equals), true);
    if (!name) return tl::unexpected(name.error());
    auto value = decoded(
        equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1), true);
    if (!value) return tl::unexpected(value.error());
    if (!out.query.emplace(*name, *value).second) {
      return fail(ErrorCode::kInvalid, "parameter \"" + *name + "\" is given twice");
    }
  }
  return out;
}

}  // namespace pawprint::serve
