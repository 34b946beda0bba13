#include "tools/sandbox/request.h"

namespace pawprint::sandbox {
namespace {

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string decoded(const std::string& source, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < source.size(); ++i) {
    int high = i + 2 < source.size() ? hex_digit(source[i + 1]) : -1;
    int low = i + 2 < source.size() ? hex_digit(source[i + 2]) : -1;
    if (source[i] == '%' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += source[i] == '+' && plus_is_space ? ' ' : source[i];
    }
  }
  return out;
}

std::vector<std::string> split(const std::string& source, char separator) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin <= source.size()) {
    std::size_t end = source.find(separator, begin);
    if (end == std::string::npos) end = source.size();
    if (end > begin) out.push_back(source.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::string Target::parameter(const std::string& name) const {
  auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

bool Target::flag(const std::string& name) const {
  std::string value = parameter(name);
  return value == "true" || value == "1";
}

Target parse_target(const std::string& target) {
  Target out;
  std::size_t mark = target.find('?');
  for (const std::string& segment : split(target.substr(0, mark), '/')) {
    out.path.push_back(decoded(segment, false));
  }
  if (mark == std::string::npos) return out;
  for (const std::string& pair : split(target.substr(mark + 1), '&')) {
    std::size_t equals = pair.find('=');
    std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
    out.query.try_emplace(decoded(pair.substr(0, equals), true), decoded(value, true));
  }
  return out;
}

Place parse_place(const std::vector<std::string>& path) {
  Place place;
  std::size_t next = 0;
  if (path.size() >= 3 && path[0] == "api") {
    place.version = path[1];
    next = 2;
  } else if (path.size() >= 4 && path[0] == "apis") {
    place.group = path[1];
    place.version = path[2];
    next = 3;
  } else {
    return place;
  }
  // "namespaces/NAME" is the Namespace itself unless a resource below it follows.
  bool below = path.size() > next + 2 && path[next] == "namespaces" &&
               !(path.size() == next + 3 && place.group.empty() && path[next + 2] == "status");
  if (below) {
    place.space = path[next + 1];
    next += 2;
  }
  place.plural = path[next++];
  if (next < path.size()) place.name = path[next++];
  if (next < path.size()) place.subresource = path[next++];
  place.valid = next == path.size();
  return place;
}

}  // namespace pawprint::sandbox
