// Names, labels and service tags of generated objects. Pure text functions.
//
// Source of Kuma's forms: Kuma 2.14.3, common/reconcile.go and http_route_controller.go; the
// vectors in tests/rules/names_test.cc were computed and observed. The profile kuma-2.14 has names
// of its own, because Kuma's are not injective (D-02, D-12, D-17, D-39).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/model/facts.h"
#include "engine/rules/route_order.h"

namespace pawprint::rules {

/// FNV-1 (not 1a), 32 bits, eight lower-case hex digits.
std::string fnv1_hex(std::string_view bytes);
/// First 16 hex digits of the SHA-256 of the parts, each preceded by its length: injective in
/// practice, whatever the parts contain.
std::string parts_hash(std::initializer_list<std::string_view> parts);

/// Kuma's owner label value: `<ns>_<name>` cut to 54, `-`, hash of the unseparated names.
std::string kuma_owner(std::string_view ns, std::string_view name);
/// Ours: `<Kind>.<ns>.<name>`, cut and hashed when longer than a label value may be.
std::string pawprint_owner(std::string_view kind, std::string_view ns, std::string_view name);

/// `<name>_<ns>_svc` and, with a port, `_<port>`.
std::string service_tag(std::string_view name, std::string_view ns, std::int32_t port = 0);
/// `<name>.<ns>`.
std::string mesh_gateway_name(std::string_view name, std::string_view ns);

/// MeshHTTPRoute of a Gateway parent in Kuma; `parent_ns` is already defaulted.
std::string kuma_gateway_route_name(std::string_view route, std::string_view route_ns,
                                    const model::ParentRef& parent, std::string_view parent_ns);
/// MeshHTTPRoute of a Service parent in Kuma.
std::string kuma_gamma_route_name(std::string_view route, std::string_view route_ns,
                                  std::string_view service, std::string_view service_ns);
/// What tells the objects of our own profiles that come from one route apart.
struct RouteNameParts {
  std::int64_t created_s = 0;
  std::string_view route, route_ns;
  const model::ParentRef& parent;
  std::string_view parent_ns;  ///< Already defaulted.
  std::string_view listener;   ///< When the object is for one listener only.
  std::string_view group;      ///< What its rules share, see TrafficConf::key.
  std::size_t run = 0;         ///< Which part of the rules it holds, counted from the first one.
};
/// `<order><run>-<route>-<ns>-<hash>`, at most 253 characters, a valid DNS subdomain; `order` is
/// what Kuma's order by name turns into the Gateway API's precedence (D-28).
std::string pawprint_route_name(NameOrder order, const RouteNameParts& parts);
/// The object that answers what no route of a MeshGateway or Service does. Of a Service it sorts
/// behind every name of pawprint_route_name, so that any route wins over it on a sidecar.
std::string pawprint_gateway_floor_name(std::string_view gateway, std::string_view ns);
std::string pawprint_service_floor_name(std::string_view service, std::string_view service_ns,
                                        std::initializer_list<std::string_view> parts);
/// A policy about a MeshHTTPRoute, beside the one that has the route's own name.
std::string pawprint_policy_name(std::string_view route, std::string_view shape);
/// Copied Secret: Kuma's `gapi-<ns>-<name>`, ours `gapi-<hash of mesh, ns, name>`.
std::string kuma_secret_copy_name(std::string_view ns, std::string_view name);
std::string pawprint_secret_copy_name(std::string_view mesh, std::string_view ns,
                                      std::string_view name);

/// What Kuma's validators take as the name of a target: lower-case letters, digits, '-', '.', '_'.
bool kuma_name(std::string_view text);
/// Lower-case ASCII; what Kuma does to header names.
std::string lower(std::string_view text);
/// True for a DNS-1035 label of at most 63 characters.
bool dns1035_label(std::string_view text);

}  // namespace pawprint::rules
