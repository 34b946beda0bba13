#include "watch/kube/paths.h"

#include <fmt/format.h>

namespace pawprint::watch::kube {

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string group_path(std::string_view group, std::string_view version) {
  if (group.empty()) return fmt::format("/api/{}", version);
  return fmt::format("/apis/{}/{}", group, version);
}

std::string resource_path(const record::Discovery::Resource& resource, std::string_view ns,
                          std::string_view name) {
  std::string path = group_path(resource.group, resource.version);
  if (resource.namespaced && !ns.empty()) path += "/namespaces/" + percent_encode(ns);
  path += "/" + resource.plural;
  if (!name.empty()) path += "/" + percent_encode(name);
  return path;
}

std::string query(const std::vector<std::pair<std::string_view, std::string>>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    out += out.empty() ? '?' : '&';
    out += name;
    out += '=';
    out += percent_encode(value);
  }
  return out;
}

std::string api_version(const record::Discovery::Resource& resource) {
  if (resource.group.empty()) return resource.version;
  return resource.group + "/" + resource.version;
}

}  // namespace pawprint::watch::kube
