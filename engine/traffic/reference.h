// Where a backendRef leads.
//
// Two forms (docs/traffic.md, "References"): the legacy form is a value of the tag kuma.io/service
// (kind MeshServiceSubset, or MeshService without port and sectionName), the real form names an
// object by labels or by name and namespace, with a port.
#pragma once

#include <cstdint>
#include <string>

#include "engine/traffic/world.h"

namespace pawprint::traffic {

struct Resolved {
  enum class Kind : std::uint8_t {
    kNothing,      ///< Labels that match no object: as if the reference were not there.
    kMissing,      ///< No such object or port.
    kPlaceholder,  ///< kuma.io/unresolved-backend.
    kKnown,
  };
  Kind kind = Kind::kMissing;
  bool legacy = false;
  bool reachable = false;  ///< Endpoints exist; else 503.
  bool served = false;     ///< Legacy: some inbound has the tag, whatever the other tags.
  std::string service;     ///< "ns/name", or the reference's own words.
  Port port;
  std::string cluster;  ///< References with equal clusters lead to the same place.
  std::string freezes;  ///< What a gateway's snapshot fails with (D-47); empty: nothing.
};

/// `policy` is where the reference is written: its mesh, and its namespace for names without one.
Resolved resolve(const World& world, const TargetRef& ref, const Meta& policy);

/// Where a sidecar's own Service leads.
Resolved resolve_service(const World& world, const std::string& mesh, const std::string& ns,
                         const std::string& name, std::int32_t port);

}  // namespace pawprint::traffic
