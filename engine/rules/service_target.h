// Whose requests a route of a Service takes, and to which destination: the two target references
// that MeshHTTPRoutes and MeshTCPRoutes of Service parents share.
#pragma once

#include "engine/rules/route_input.h"

namespace pawprint::rules {

extern const Rule kServiceTargetLabels;

/// All clients in a mesh, if the route lives in the Service's namespace (`producer`), or those of
/// the route's namespace.
template <class T>
void write_clients_ref(Context<T>& ctx, Out<T>& out, Sym route_ns, bool producer,
                       const typename T::Cause& cause);

/// The leaves of a destination that come from its kind and from its name and port.
template <class T>
struct DestinationCause {
  typename T::Cause kind, name;
};

/// One port of a Service: by its legacy name, or a MeshService by labels and section.
template <class T>
void write_destination_ref(Context<T>& ctx, Out<T>& out, const Attachment<T>& attachment,
                           const model::ServicePort& port, const DestinationCause<T>& cause);

/// `sectionName` of a MeshService's port: its name, or its number when it has none.
std::string section_of(Sym name, std::int32_t port);

/// Labels that select a MeshService. The zone keeps a Service of the same name elsewhere out.
template <class T>
void write_mesh_service_labels(Out<T>& out, const MeshServiceLabels& labels,
                               const typename T::Cause& cause);

}  // namespace pawprint::rules
