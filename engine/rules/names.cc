#include "engine/rules/names.h"

#include "engine/record/digest.h"

namespace pawprint::rules {

namespace {

constexpr std::size_t kOwnerPrefix = 54;
constexpr std::size_t kRoutePrefix = 244;
constexpr std::size_t kLabelValue = 63;
constexpr std::size_t kObjectName = 253;
constexpr std::size_t kHashDigits = 16;

std::string text(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/// Cuts to `size` and then drops whatever may not stand at the end of a name (D-39).
std::string cut(std::string name, std::size_t size) {
  if (name.size() > size) name.resize(size);
  while (!name.empty() && !alphanumeric(name.back())) name.pop_back();
  return name;
}

}  // namespace

std::string fnv1_hex(std::string_view bytes) {
  std::uint32_t hash = 0x811c9dc5u;
  for (const char c : bytes) {
    hash *= 0x01000193u;
    hash ^= static_cast<unsigned char>(c);
  }
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(8, '0');
  for (std::size_t i = 8; i-- > 0; hash >>= 4) out[i] = kHex[hash & 15u];
  return out;
}

std::string parts_hash(std::initializer_list<std::string_view> parts) {
  std::string bytes;
  for (const std::string_view part : parts) {
    bytes += std::to_string(part.size());
    bytes += ':';
    bytes += part;
  }
  return record::hex(record::sha256(bytes)).substr(0, kHashDigits);
}

std::string kuma_owner(std::string_view ns, std::string_view name) {
  std::string prefix = text({ns, "_", name});
  if (prefix.size() > kOwnerPrefix) prefix.resize(kOwnerPrefix);
  return prefix + '-' + fnv1_hex(text({ns, name}));
}

std::string pawprint_owner(std::string_view kind, std::string_view ns, std::string_view name) {
  std::string full = text({kind, ".", ns, ".", name});
  if (full.size() <= kLabelValue) return full;
  return cut(full, kLabelValue - kHashDigits - 1) + '-' + parts_hash({kind, ns, name});
}

std::string service_tag(std::string_view name, std::string_view ns, std::int32_t port) {
  std::string out = text({name, "_", ns, "_svc"});
  if (port != 0) out += '_' + std::to_string(port);
  return out;
}

std::string mesh_gateway_name(std::string_view name, std::string_view ns) {
  return text({name, ".", ns});
}

std::string kuma_gateway_route_name(std::string_view route, std::string_view route_ns,
                                    const model::ParentRef& parent, std::string_view parent_ns) {
  std::string prefix = text({route, "-", route_ns});
  if (prefix.size() > kRoutePrefix) prefix.resize(kRoutePrefix);
  if (prefix.ends_with('-')) prefix.pop_back();
  const std::string port = std::to_string(parent.port);
  return prefix + '-' +
         fnv1_hex(text({port, parent.section.view(), parent.name.view(), parent_ns,
                        parent.kind.view(), parent.group.view()}));
}

std::string kuma_gamma_route_name(std::string_view route, std::string_view route_ns,
                                  std::string_view service, std::string_view service_ns) {
  return text({route, "-", route_ns, "-", service, ".", service_ns});
}

std::string pawprint_route_name(NameOrder order, const RouteNameParts& parts) {
  const model::ParentRef& parent = parts.parent;
  const std::string port = std::to_string(parent.port);
  const std::string hash = parts_hash({parts.route, parts.route_ns, parent.group.view(),
                                       parent.kind.view(), parts.parent_ns, parent.name.view(),
                                       parent.section.view(), port, parts.listener, parts.group});
  const std::string code =
      order_code(order, parts.created_s, parts.route_ns, parts.route) + run_code(order, parts.run);
  return cut(text({code, "-", parts.route, "-", parts.route_ns}), kObjectName - kHashDigits - 1) +
         '-' + hash;
}

std::string pawprint_gateway_floor_name(std::string_view gateway, std::string_view ns) {
  return cut(text({"floor-", gateway, "-", ns}), kObjectName - kHashDigits - 1) + '-' +
         parts_hash({"floor", gateway, ns});
}

std::string pawprint_service_floor_name(std::string_view service, std::string_view service_ns,
                                        std::initializer_list<std::string_view> parts) {
  std::string key;
  for (const std::string_view part : parts)
    key += std::to_string(part.size()) + ':' + std::string(part);
  return cut(text({"zz-floor-", service, "-", service_ns}), kObjectName - kHashDigits - 1) + '-' +
         parts_hash({"floor", service, service_ns, key});
}

std::string pawprint_policy_name(std::string_view route, std::string_view shape) {
  return cut(std::string(route), kObjectName - kHashDigits - 1) + '-' + parts_hash({route, shape});
}

std::string kuma_secret_copy_name(std::string_view ns, std::string_view name) {
  return text({"gapi-", ns, "-", name});
}

std::string pawprint_secret_copy_name(std::string_view mesh, std::string_view ns,
                                      std::string_view name) {
  return "gapi-" + parts_hash({mesh, ns, name});
}

bool kuma_name(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '.' && c != '_') return false;
  }
  return true;
}

std::string lower(std::string_view value) {
  std::string out(value);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool dns1035_label(std::string_view value) {
  if (value.empty() || value.size() > 63 || !(value.front() >= 'a' && value.front() <= 'z')) {
    return false;
  }
  for (const char c : value) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return value.back() != '-';
}

}  // namespace pawprint::rules
