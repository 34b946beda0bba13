#include "engine/rules/service_target.h"

#include "engine/rules/names.h"

namespace pawprint::rules {

const Rule kServiceTargetLabels{
    "service_target/labels", "Service and MeshService as parents and backends",
    "MeshHTTPRoute and MeshTCPRoute .spec.to[].targetRef and .backendRefs[], by labels",
    "Kuma 3 selects by kind, labels and sectionName only; without the zone's label a MeshService "
    "of the same name in another zone would be selected too",
    "scenarios/kuma-3-producer, scenarios/kuma-3-consumer"};

template <class T>
void write_clients_ref(Context<T>& ctx, Out<T>& out, Sym route_ns, bool producer,
                       const typename T::Cause& cause) {
  const bool by_label = ctx.quirks().k3_label_references;
  out.open('{');
  if (producer) {
    out.member("kind", "Mesh", cause);
    if (!by_label) {
      // A bare Mesh target would also become routes of every MeshGateway of the mesh.
      out.key("proxyTypes");
      out.open('[');
      out.text("Sidecar", cause);
      out.close(']');
    }
  } else {
    out.member("kind", by_label ? "Dataplane" : "MeshSubset", cause);
    out.key(by_label ? "labels" : "tags");
    out.open('{');
    out.member("k8s.kuma.io/namespace", route_ns.view(), cause);
    out.close('}');
  }
  out.close('}');
}

template <class T>
void write_destination_ref(Context<T>& ctx, Out<T>& out, const Attachment<T>& attachment,
                           const model::ServicePort& port, const DestinationCause<T>& cause) {
  out.open('{');
  out.member("kind", "MeshService", cause.kind);
  if (ctx.quirks().k3_label_references) {
    write_mesh_service_labels<T>(out, attachment.selects, cause.name);
    out.member("sectionName", section_of(port.name, port.port), cause.name);
  } else {
    out.member("name",
               service_tag(attachment.target->name.view(), attachment.target_ns.view(), port.port),
               cause.name);
  }
  out.close('}');
}

std::string section_of(Sym name, std::int32_t port) {
  return name.set() ? std::string(name.view()) : std::to_string(port);
}

template <class T>
void write_mesh_service_labels(Out<T>& out, const MeshServiceLabels& labels,
                               const typename T::Cause& cause) {
  out.key("labels");
  out.open('{');
  out.member("k8s.kuma.io/namespace", labels.ns.view(), cause);
  out.member("kuma.io/display-name", labels.display.view(), cause);
  // An object of the global control plane is in no zone.
  if (labels.zone.set()) out.member("kuma.io/zone", labels.zone.view(), cause);
  out.close('}');
}

template void write_clients_ref<NoTrace>(Context<NoTrace>&, Out<NoTrace>&, Sym, bool,
                                         const NoTrace::Cause&);
template void write_destination_ref<NoTrace>(Context<NoTrace>&, Out<NoTrace>&,
                                             const Attachment<NoTrace>&, const model::ServicePort&,
                                             const DestinationCause<NoTrace>&);
template void write_mesh_service_labels<NoTrace>(Out<NoTrace>&, const MeshServiceLabels&,
                                                 const NoTrace::Cause&);
template void write_clients_ref<Tracing>(Context<Tracing>&, Out<Tracing>&, Sym, bool,
                                         const Tracing::Cause&);
template void write_destination_ref<Tracing>(Context<Tracing>&, Out<Tracing>&,
                                             const Attachment<Tracing>&, const model::ServicePort&,
                                             const DestinationCause<Tracing>&);
template void write_mesh_service_labels<Tracing>(Out<Tracing>&, const MeshServiceLabels&,
                                                 const Tracing::Cause&);

}  // namespace pawprint::rules
