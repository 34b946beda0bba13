// MeshService, MeshMultiZoneService and MeshExternalService as targets of a backendRef.
//
// A reference by labels is the only one that reaches other zones and that stays right when inbound
// tags are off. But one that selects nothing sends the rule to its parent on a sidecar, and one to
// a port that speaks no HTTP stops the configuration of a whole gateway (D-47). So it is written
// only for an object that was observed, with that port, and otherwise the legacy name is.
#pragma once

#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kBackendReal;
extern const Rule kBackendKuma;

/// True when MeshServices of the mesh are used at all: its meshServices.mode is not Disabled.
template <class T>
bool uses_mesh_services(Context<T>& ctx, Sym mesh);

/// Makes `out`, a Service of this zone, a real reference if the MeshService that Kuma made of the
/// Service can be selected by it.
template <class T>
void prefer_real(Context<T>& ctx, const RouteInput<T>& route, Backend<T>& out);

/// Why a backendRef to a kind of group kuma.io does not resolve; empty reason when it does.
struct Refusal {
  std::string_view reason;  ///< Of ResolvedRefs=False.
  std::string message;
};
/// Whether these kinds can be resolved at all.
bool is_mesh_service_kind(const model::ObjectRef& ref);
/// Looks for the object in this zone, then in the zone (or global control plane) where it was made.
template <class T>
Refusal resolve_mesh_service(Context<T>& ctx, const RouteInput<T>& route, Sym ns, Backend<T>& out);

}  // namespace pawprint::rules
