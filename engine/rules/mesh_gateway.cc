#include "engine/rules/mesh_gateway.h"

#include <algorithm>

#include "engine/rules/hostname.h"
#include "engine/rules/labels.h"
#include "engine/rules/names.h"

namespace pawprint::rules {

const Rule kMeshGateway{
    "mesh_gateway/object", "Gateway.metadata", "MeshGateway",
    "One Gateway is one MeshGateway; its service tag names the proxies that the "
    "MeshGatewayInstance runs",
    "oracle/listener-http, oracle/gateway-two"};
const Rule kMeshGatewayListener{
    "mesh_gateway/listener", "Gateway.spec.listeners[]", "MeshGateway .spec.conf.listeners[]",
    "Tags carry the listener's name and port, so that routes can select it",
    "oracle/listener-several, oracle/listener-hostname"};
const Rule kSecretCopy{"mesh_gateway/secret_copy", "Listener.tls.certificateRefs",
                       "Secret of type system.kuma.io/secret in the system namespace",
                       "Kuma's proxies read certificates from Kuma secrets only",
                       "oracle/tls-rsa, oracle/tls-shared-cert"};

const Rule kListenerRoute{
    "mesh_gateway/listener_route", "TLSRoute.spec.hostnames; the oldest route of a listener",
    "MeshGateway .spec.conf.listeners[].hostname and .tags",
    "MeshTCPRoute knows no host names, so each name that a TLSRoute takes is a listener of its "
    "own, "
    "and a tag gives it to exactly one route, whatever the objects are called",
    "conformance/TCPRouteParentRefAttachAll, scenarios/tls-route-hostnames"};

namespace {

template <class T>
std::string copy_name(Context<T>& ctx, const GatewayInput<T>& in, const Certificate<T>& cert) {
  return ctx.quirks().d02_joined_secret_names
             ? kuma_secret_copy_name(cert.ns.view(), cert.name.view())
             : pawprint_secret_copy_name(in.mesh.name.view(), cert.ns.view(), cert.name.view());
}

template <class T>
void write_listener_tls(Context<T>& ctx, const GatewayInput<T>& in,
                        const JudgedListener<T>& listener, Out<T>& out) {
  const bool passthrough =
      listener.spec->protocol.is("TLS") && listener.spec->tls_mode.is("Passthrough");
  if (listener.certificates.empty() && !passthrough) return;
  out.key("tls");
  out.open('{');
  if (passthrough) {
    out.member("mode", "PASSTHROUGH",
               T::by(kMeshGatewayListener, listener.src.at("tls").at("mode")));
    out.close('}');
    return;
  }
  out.key("certificates");
  out.open('[');
  for (const Certificate<T>& cert : listener.certificates) {
    out.open('{');
    out.member("secret", copy_name<T>(ctx, in, cert), T::by(kSecretCopy, cert.src.at("name")));
    out.close('}');
  }
  out.close(']');
  out.member("mode", "TERMINATE", T::by(kMeshGatewayListener, listener.src.at("tls").at("mode")));
  out.close('}');
}

/// One entry of the MeshGateway; `winner` for TCP and TLS listeners that a route has attached to.
template <class T>
void write_listener(Context<T>& ctx, const GatewayInput<T>& in, const JudgedListener<T>& listener,
                    const ListenerWinner* winner, Out<T>& out) {
  const auto by = [&](std::string_view member) {
    return T::by(kMeshGatewayListener, listener.src.at(member));
  };
  const model::Listener& spec = *listener.spec;
  out.open('{');
  if (in.cross_mesh()) {
    out.key("crossMesh");
    out.truth(true, T::by(kInstanceParameters,
                          T::object(*in.parameters.object, ".spec").at("crossMesh")));
  }
  if (winner != nullptr && winner->hostname.set()) {
    out.member("hostname", winner->hostname.view(),
               T::by(kListenerRoute, listener.src.at("hostname"),
                     T::object(*winner->route, ".spec").at("hostnames")));
  } else {
    out.member("hostname", spec.hostname.set() ? spec.hostname.view() : "*", by("hostname"));
  }
  out.key("port");
  out.number(spec.port, by("port"));
  out.member("protocol", spec.protocol.view(), by("protocol"));
  out.key("tags");
  out.open('{');
  out.member("gateways.kuma.io/listener-name", listener.key.view(), by("name"));
  out.member("gateways.kuma.io/listener-port", std::to_string(spec.port), by("port"));
  if (winner != nullptr) {
    out.member(kRouteTag, route_tag(*winner->route),
               T::by(kListenerRoute, T::object(*winner->route, ".metadata").at("creationTimestamp"),
                     T::object(*winner->route, ".metadata").at("name")));
  }
  out.close('}');
  write_listener_tls<T>(ctx, in, listener, out);
  out.close('}');
}

/// Whether a more specific listener of the port owns the host name. Kuma takes each name once on a
/// port, and by the Gateway API a connection belongs to the most specific listener.
template <class T>
bool owned_elsewhere(const GatewayInput<T>& in, const JudgedListener<T>& listener, Sym hostname) {
  if (!hostname.set()) return false;
  return std::any_of(in.listeners.begin(), in.listeners.end(), [&](const auto& other) {
    const Sym owner = other.spec->hostname;
    return other.emitted && other.spec->port == listener.spec->port &&
           more_specific(owner.view(), listener.spec->hostname.view()) &&
           (owner == hostname || more_specific(hostname.view(), owner.view()));
  });
}

/// A listener that connections are routed by host name on becomes one entry for each.
template <class T>
void write_entries(Context<T>& ctx, const GatewayInput<T>& in, const JudgedListener<T>& listener,
                   const std::vector<ListenerWinner>& winners, Out<T>& out) {
  bool written = false;
  for (const ListenerWinner& winner : winners) {
    if (winner.listener != listener.key) continue;
    if (owned_elsewhere<T>(in, listener, winner.hostname)) continue;
    write_listener<T>(ctx, in, listener, &winner, out);
    written = true;
  }
  if (!written) write_listener<T>(ctx, in, listener, nullptr, out);
}

template <class T>
void write_spec(Context<T>& ctx, const GatewayInput<T>& in,
                const std::vector<ListenerWinner>& winners, Out<T>& out) {
  const auto meta = T::object(in.object, ".metadata");
  out.key("spec");
  out.open('{');
  out.key("conf");
  out.open('{');
  out.key("listeners");
  out.open('[');
  for (const JudgedListener<T>& listener : in.listeners) {
    if (listener.emitted) write_entries<T>(ctx, in, listener, winners, out);
  }
  out.close(']');
  out.close('}');
  out.key("selectors");
  out.open('[');
  out.open('{');
  out.key("match");
  out.open('{');
  out.member("kuma.io/service", service_tag(in.object.name.view(), in.object.ns.view()),
             T::by(kMeshGateway, meta.at("name"), meta.at("namespace")));
  out.close('}');
  out.close('}');
  out.close(']');
  out.close('}');
}

template <class T>
Generated print_copy(Context<T>& ctx, const GatewayInput<T>& in, const Certificate<T>& cert) {
  const Object& source = ctx.reads.object(Kind::kSecret, ctx.zone, cert.ns, cert.name);
  Generated made;
  made.kind = Kind::kSecret;
  made.ns = ctx.settings.system_namespace;
  made.name = ctx.intern(copy_name<T>(ctx, in, cert));
  made.secret_ns = cert.ns;
  made.secret_name = cert.name;
  made.secret_digest = cert.digest;
  made.secret_joined = cert.joined;
  Out<T> out;
  out.open('{');
  out.member("apiVersion", "v1", T::by(kSecretCopy, cert.src));
  out.key("data");
  out.open('{');
  out.member(
      "value", cert.digest,
      T::by(kSecretCopy,
            cert.secret.at("facts").at("tls").at(cert.joined ? "joined" : "glued").at("digest")));
  out.close('}');
  out.member("kind", "Secret", T::by(kSecretCopy, cert.src));
  out.key("metadata");
  out.open('{');
  write_labels<T>(out, common_labels<T>(ctx, source, in.mesh, false));
  out.member("name", made.name.view(), T::by(kSecretCopy, cert.src.at("name")));
  out.member("namespace", made.ns.view(), T::by(kSecretCopy, T::setting("systemNamespace")));
  out.close('}');
  out.member("type", "system.kuma.io/secret", T::by(kSecretCopy, cert.src));
  out.close('}');
  made.leaves = std::move(out.leaves());
  made.body = out.take();
  return made;
}

}  // namespace

std::string route_tag(const Object& route) {
  return parts_hash({model::info(route.kind).name, route.ns.view(), route.name.view()});
}

template <class T>
Generated print_mesh_gateway(Context<T>& ctx, const GatewayInput<T>& in,
                             const std::vector<ListenerWinner>& winners) {
  const auto meta = T::object(in.object, ".metadata");
  Generated made;
  made.kind = Kind::kMeshGateway;
  made.name = ctx.intern(mesh_gateway_name(in.object.name.view(), in.object.ns.view()));
  Out<T> out;
  out.open('{');
  write_type<T>(out, Kind::kMeshGateway, T::object(in.object, ""));
  out.member("mesh", in.mesh.name.view(), T::by(kMeshSelection, in.mesh.src));
  out.key("metadata");
  out.open('{');
  write_labels<T>(out, common_labels<T>(ctx, in.object, in.mesh, true));
  out.member("name", made.name.view(), T::by(kMeshGateway, meta.at("name"), meta.at("namespace")));
  out.close('}');
  write_spec<T>(ctx, in, winners, out);
  out.close('}');
  made.leaves = std::move(out.leaves());
  made.body = out.take();
  return made;
}

template <class T>
std::vector<Generated> print_secret_copies(Context<T>& ctx, const GatewayInput<T>& in) {
  std::vector<Generated> out;
  for (const JudgedListener<T>& listener : in.listeners) {
    if (!listener.emitted) continue;
    for (const Certificate<T>& cert : listener.certificates) {
      const bool known = std::any_of(out.begin(), out.end(), [&](const Generated& made) {
        return made.secret_ns == cert.ns && made.secret_name == cert.name;
      });
      if (!known) out.push_back(print_copy<T>(ctx, in, cert));
    }
  }
  return out;
}

template Generated print_mesh_gateway<NoTrace>(Context<NoTrace>&, const GatewayInput<NoTrace>&,
                                               const std::vector<ListenerWinner>&);
template Generated print_mesh_gateway<Tracing>(Context<Tracing>&, const GatewayInput<Tracing>&,
                                               const std::vector<ListenerWinner>&);
template std::vector<Generated> print_secret_copies<NoTrace>(Context<NoTrace>&,
                                                             const GatewayInput<NoTrace>&);
template std::vector<Generated> print_secret_copies<Tracing>(Context<Tracing>&,
                                                             const GatewayInput<Tracing>&);

}  // namespace pawprint::rules
