#include "engine/rules/listener.h"

#include <algorithm>

#include "engine/rules/hostname.h"
#include "engine/rules/tls_reference.h"

namespace pawprint::rules {

const Rule kListenerProtocol{
    "listener/protocol", "Listener.protocol; Accepted/UnsupportedProtocol",
    "MeshGateway .spec.conf.listeners[].protocol",
    "Kuma's cross-mesh gateways speak plain HTTP only; others HTTP and HTTPS",
    "oracle/listener-unsupported-mixed, oracle/config-cross-mesh-https"};
const Rule kListenerConflict{
    "listener/conflict", "Listener.hostname, .port, .protocol; Conflicted", "-",
    "One port carries one protocol, and one host name once",
    "oracle/listener-hostname-conflict, oracle/listener-protocol-conflict"};
const Rule kListenerKinds{
    "listener/kinds", "Listener.allowedRoutes.kinds; ResolvedRefs/InvalidRouteKinds", "-",
    "A listener takes the kinds that its protocol can carry", "oracle/listener-kinds-mixed"};
const Rule kListenerAccepted{"listener/accepted", "Listener status conditions", "-",
                             "A listener without faults will be configured",
                             "oracle/listener-http"};

const Rule kListenerAddress{
    "listener/address", "Listener.hostname and .port; Accepted/UnsupportedValue, PortUnavailable",
    "MeshGateway .spec.conf.listeners[].hostname and .port",
    "Kuma refuses a MeshGateway with a host name of long labels or an IP address (D-09)",
    "scenarios/validators-mesh-gateway"};

const Rule kListenerOverlap{
    "listener/overlap", "Listener condition OverlappingTLSConfig", "-",
    "A client that reuses a connection may reach another listener than its host name says",
    "scenarios/listener-overlap"};
const Rule kListenerClientValidation{
    "listener/client_validation", "Gateway.spec.tls.frontend", "-",
    "MeshGateway cannot ask clients for certificates, so such a listener must not serve at all",
    "scenarios/gateway-client-validation"};

namespace {

using model::Listener;

constexpr std::string_view kNoKinds = "\"supportedKinds\":[]";
constexpr std::int32_t kLastPort = 65535;
constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";

bool supported(const Quirks& quirks, const Listener& listener, bool cross_mesh) {
  if (quirks.k3_no_gateways) return false;
  if (listener.protocol.is("HTTP")) return true;
  if (cross_mesh) return false;
  if (listener.protocol.is("HTTPS")) return true;
  return !quirks.d36_http_only && (listener.protocol.is("TLS") || listener.protocol.is("TCP"));
}

bool http_route(const model::RouteKind& kind) {
  return kind.kind.is("HTTPRoute") && kind.group.is(kGatewayGroup);
}

bool carries(const Quirks& quirks, const Listener& listener, const model::RouteKind& kind) {
  if (quirks.d36_http_only) return http_route(kind);
  if (!kind.group.is(kGatewayGroup)) return false;
  const std::vector<Kind> kinds = kinds_of_protocol(listener.protocol.view());
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](Kind each) { return kind.kind.is(model::info(each).name); });
}

/// What makes a listener conflict with others of its Gateway.
struct Conflict {
  std::string_view reason;  ///< Empty: none.
  std::string message;
  std::size_t with = 0;  ///< Index of one other party.
};

std::string port_text(const Listener& listener) { return std::to_string(listener.port); }

/// Kuma: every party of a conflict is rejected, and listeners of unsupported protocols count for
/// equal host names (D-32).
template <class T>
Conflict kuma_conflict(const Quirks& quirks, const std::vector<JudgedListener<T>>& all,
                       std::size_t index, bool cross_mesh) {
  const Listener& self = *all[index].spec;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Listener& other = *all[i].spec;
    if (i != index && self.hostname.set() && other.hostname == self.hostname &&
        other.port == self.port) {
      return {"HostnameConflict",
              "multiple listeners for " + std::string(self.hostname.view()) + ':' + port_text(self),
              i};
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Listener& other = *all[i].spec;
    if (i != index && other.port == self.port && supported(quirks, other, cross_mesh) &&
        other.protocol != self.protocol) {
      return {"ProtocolConflict",
              "multiple listeners on " + port_text(self) + " with conflicting protocols", i};
    }
  }
  return {};
}

/// What counts between listeners of different names, close together: a Gateway with all its
/// ListenerSets has over a thousand listeners.
struct Claim {
  std::int32_t port = 0;
  bool supported = false;   ///< One that is not conflicts with nobody.
  bool of_gateway = false;  ///< Else of a ListenerSet.
  bool lost = false;        ///< To another one, so that it takes nothing from later ones.
  Sym protocol, hostname;
};

/// What keeps two listeners of one port from being told apart; empty: nothing.
std::string_view conflict_reason(const Claim& self, const Claim& other) {
  if (self.protocol != other.protocol) return "ProtocolConflict";
  const bool equal = self.hostname == other.hostname || self.protocol.is("TCP");
  return equal ? std::string_view("HostnameConflict") : std::string_view();
}

/// The Gateway API: listeners of one Gateway that cannot be told apart are all refused. Of
/// different owners the one with precedence wins, and in one ListenerSet the first (the text leaves
/// that open). Earlier listeners have been judged when this is called.
template <class T>
Conflict gateway_conflict(const std::vector<JudgedListener<T>>& all,
                          const std::vector<Claim>& claims, std::size_t index) {
  const Claim& self = claims[index];
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Claim& other = claims[i];
    const bool both_of_gateway = other.of_gateway && self.of_gateway;
    if (!both_of_gateway && i > index) break;  // The Gateway's own come first.
    if (i == index || other.port != self.port || !other.supported) continue;
    if (!both_of_gateway && other.lost) continue;
    const std::string_view reason = conflict_reason(self, other);
    if (reason.empty()) continue;
    const std::string who = "listener " + std::string(all[i].key.view());
    const std::string port = "port " + std::to_string(self.port);
    return {reason,
            reason == "ProtocolConflict"
                ? port + " carries " + std::string(other.protocol.view()) + " for " + who
                : who + " has this host name on " + port,
            i};
  }
  return {};
}

template <class T>
std::optional<Verdict<T>> judge_kinds(const Quirks& quirks, const JudgedListener<T>& listener) {
  std::string offending;
  for (const model::RouteKind& kind : listener.spec->kinds) {
    if (carries(quirks, *listener.spec, kind)) continue;
    if (!offending.empty()) offending += ", ";
    offending += std::string(kind.kind.view()) + '.' + std::string(kind.group.view());
  }
  if (offending.empty()) return std::nullopt;
  return verdict<T>("ResolvedRefs", false, "InvalidRouteKinds",
                    "unexpected RouteGroupKind \"" + offending + '"',
                    T::by(kListenerKinds, listener.src.at("allowedRoutes").at("kinds")));
}

template <class T>
void refuse_protocol(JudgedListener<T>& out, bool cross_mesh) {
  const auto cause = T::by(kListenerProtocol, out.src.at("protocol"));
  out.verdicts.push_back(verdict<T>("Accepted", false, "UnsupportedProtocol",
                                    "unsupported protocol " +
                                        std::string(out.spec->protocol.view()) +
                                        (cross_mesh ? " with cross-mesh" : ""),
                                    cause));
  out.verdicts.push_back(verdict<T>("Programmed", false, "Invalid", "detached", cause));
}

template <class T>
void refuse_conflict(const Quirks& quirks, JudgedListener<T>& out, const Conflict& conflict,
                     const typename T::Src& other) {
  const auto cause = T::by(kListenerConflict, out.src.at("port"), other.at("port"));
  out.verdicts.push_back(verdict<T>("Conflicted", true, conflict.reason, conflict.message, cause));
  if (quirks.d31_always_programmed) {
    out.verdicts.push_back(verdict<T>("Programmed", false, "Invalid", "conflicts found", cause));
    return;
  }
  for (const std::string_view type : {"Accepted", "Programmed"}) {
    out.verdicts.push_back(verdict<T>(type, false, conflict.reason, conflict.message, cause));
  }
}

/// HTTPS and terminated TLS need at least one certificate and, in MeshGateway, at most two.
template <class T>
std::optional<Verdict<T>> judge_tls_shape(const JudgedListener<T>& listener) {
  const bool tls = listener.spec->protocol.is("TLS");
  if (!tls && !listener.spec->protocol.is("HTTPS")) return std::nullopt;
  if (tls && listener.spec->tls_mode.is("Passthrough")) return std::nullopt;
  const auto cause = T::by(kTlsReference, listener.src.at("tls"));
  if (!listener.spec->has_tls || listener.spec->certificates.empty()) {
    return verdict<T>("ResolvedRefs", false, "InvalidCertificateRef",
                      tls ? "a TLS listener that terminates needs tls.certificateRefs"
                          : "an HTTPS listener needs tls.certificateRefs",
                      cause);
  }
  if (listener.spec->certificates.size() > 2) {
    return verdict<T>("ResolvedRefs", false, "InvalidCertificateRef",
                      "Kuma takes at most 2 certificates per listener", cause);
  }
  return std::nullopt;
}

/// Client certificates are asked for (Gateway.spec.tls.frontend) and cannot be had.
template <class T>
bool refuse_client_validation(const model::GatewayFact& gateway, const Object& object,
                              JudgedListener<T>& out) {
  if (!out.spec->protocol.is("HTTPS")) return false;
  const auto named = [&](const std::vector<std::int32_t>& ports) {
    return std::find(ports.begin(), ports.end(), out.spec->port) != ports.end();
  };
  const bool validated =
      named(gateway.validated) || (gateway.client_validation && !named(gateway.unvalidated));
  if (!validated) return false;
  const auto cause =
      T::by(kListenerClientValidation, T::object(object, ".spec").at("tls").at("frontend"));
  static constexpr std::string_view kText =
      "Kuma 2.14 cannot ask clients for certificates, so the listener is not served";
  for (const std::string_view type : {"Accepted", "Programmed"}) {
    const bool accepted = type == "Accepted";
    out.verdicts.push_back(verdict<T>(type, false, accepted ? "UnsupportedValue" : "Invalid",
                                      std::string(kText), cause));
  }
  return true;
}

/// The CRD forbids it; an older one may not.
template <class T>
bool refuse_passthrough(JudgedListener<T>& out) {
  if (!out.spec->protocol.is("HTTPS") || !out.spec->has_tls ||
      !out.spec->tls_mode.is("Passthrough")) {
    return false;
  }
  const auto cause = T::by(kTlsReference, out.src.at("tls").at("mode"));
  static constexpr std::string_view kText = "an HTTPS listener terminates TLS";
  out.verdicts.push_back(
      verdict<T>("Accepted", false, "UnsupportedValue", std::string(kText), cause));
  out.verdicts.push_back(verdict<T>("Programmed", false, "Invalid", std::string(kText), cause));
  return true;
}

/// Host names and ports that Kuma's admission would refuse, and the whole MeshGateway with them.
template <class T>
bool refuse_address(JudgedListener<T>& out) {
  const model::Listener& spec = *out.spec;
  const bool port = spec.port >= 1 && spec.port <= kLastPort;
  if (port && (!spec.hostname.set() || listener_hostname(spec.hostname.view()))) return false;
  const auto cause = T::by(kListenerAddress, out.src.at(port ? "hostname" : "port"));
  const std::string text =
      port ? '"' + std::string(spec.hostname.view()) + "\" is no host name that Kuma takes"
           : "port " + port_text(spec) + " is out of range";
  out.verdicts.push_back(
      verdict<T>("Accepted", false, port ? "UnsupportedValue" : "PortUnavailable", text, cause));
  out.verdicts.push_back(verdict<T>("Programmed", false, "Invalid", text, cause));
  return true;
}

template <class T>
void judge_overlap(std::vector<JudgedListener<T>>& all) {
  struct Secure {
    JudgedListener<T>* listener;
    std::string_view hostname;
    bool wide;  ///< No host name or a wildcard: only such a one overlaps with another.
  };
  std::vector<Secure> secure;
  for (JudgedListener<T>& each : all) {
    const bool tls = each.spec->protocol.is("HTTPS") || each.spec->protocol.is("TLS");
    const std::string_view hostname = each.spec->hostname.view();
    if (!each.emitted || !tls) continue;
    secure.push_back({&each, hostname, hostname.empty() || hostname.starts_with("*.")});
  }
  for (const Secure& self : secure) {
    for (const Secure& other : secure) {
      if (self.listener == other.listener || (!self.wide && !other.wide) ||
          self.listener->spec->port != other.listener->spec->port) {
        continue;
      }
      const bool meets = self.hostname.empty() || other.hostname.empty() ||
                         hostnames_intersect(self.hostname, other.hostname);
      if (!meets) continue;
      self.listener->verdicts.push_back(verdict<T>(
          "OverlappingTLSConfig", true, "OverlappingHostnames",
          "host name overlaps with that of listener " + std::string(other.listener->key.view()),
          T::by(kListenerOverlap, self.listener->src.at("hostname"),
                other.listener->src.at("hostname"))));
      break;
    }
  }
}

template <class T>
void judge_survivor(Context<T>& ctx, JudgedListener<T>& out) {
  const Object& gateway = *out.owner;
  auto unresolved = judge_kinds<T>(ctx.quirks(), out);
  const bool kinds_good = !unresolved.has_value();
  bool tls_good = true;
  if (!ctx.quirks().d09_refused_output_stuck) {
    if (auto shape = judge_tls_shape<T>(out)) {
      tls_good = false;
      if (!unresolved) unresolved = std::move(shape);
    }
  }
  if (tls_good && out.spec->has_tls) {
    if (auto failed = resolve_certificates<T>(ctx, gateway, out)) {
      tls_good = false;
      if (!unresolved) unresolved = std::move(failed);
    }
  }
  const auto fine = T::by(kListenerAccepted, out.src.at("name"));
  out.emitted = tls_good;
  out.verdicts.push_back(verdict<T>("Accepted", true, "Accepted", "", fine));
  out.verdicts.push_back(verdict<T>("Conflicted", false, "NoConflicts", "", fine));
  if (!unresolved) {
    out.verdicts.push_back(verdict<T>("ResolvedRefs", true, "ResolvedRefs", "", fine));
    out.verdicts.push_back(verdict<T>("Programmed", true, "Programmed", "", fine));
    out.programmed = true;
    return;
  }
  const auto cause = unresolved->cause;
  out.verdicts.push_back(std::move(*unresolved));
  // A listener that serves although one of its route kinds is unknown is programmed all the same.
  const bool serves = !ctx.quirks().d31_always_programmed && tls_good && !kinds_good &&
                      supported_kinds(ctx.quirks(), *out.spec) != kNoKinds;
  out.programmed = serves;
  out.verdicts.push_back(
      serves ? verdict<T>("Programmed", true, "Programmed", "", cause)
             : verdict<T>("Programmed", false, "Invalid", "unable to resolve refs", cause));
}

}  // namespace

std::string listener_key(const Object& owner, const Listener& listener) {
  std::string out(listener.name.view());
  if (owner.kind != Kind::kListenerSet) return out;
  return std::string(owner.ns.view()) + '/' + std::string(owner.name.view()) + '/' + out;
}

std::vector<Kind> kinds_of_protocol(std::string_view protocol) {
  if (protocol == "HTTP" || protocol == "HTTPS") return {Kind::kGrpcRoute, Kind::kHttpRoute};
  if (protocol == "TLS") return {Kind::kTlsRoute};
  if (protocol == "TCP") return {Kind::kTcpRoute};
  if (protocol == "UDP") return {Kind::kUdpRoute};
  return {};
}

bool takes_routes(const Listener& listener, Kind route) {
  const std::vector<Kind> kinds = kinds_of_protocol(listener.protocol.view());
  if (std::find(kinds.begin(), kinds.end(), route) == kinds.end()) return false;
  return !listener.has_kinds ||
         std::any_of(listener.kinds.begin(), listener.kinds.end(), [&](const auto& kind) {
           return kind.group.is(kGatewayGroup) && kind.kind.is(model::info(route).name);
         });
}

std::string supported_kinds(const Quirks& quirks, const Listener& listener) {
  std::string out = "\"supportedKinds\":[";
  const auto add = [&](std::string_view kind) {
    if (out.back() != '[') out += ',';
    out += R"({"group":"gateway.networking.k8s.io","kind":")" + std::string(kind) + "\"}";
  };
  if (quirks.d36_http_only) {
    // Kuma repeats what the listener lists; normally that is HTTPRoute once or not at all.
    if (!listener.has_kinds) add("HTTPRoute");
    for (const model::RouteKind& kind : listener.kinds) {
      if (http_route(kind)) add("HTTPRoute");
    }
    return out + ']';
  }
  if (!supported(quirks, listener, false)) return out + ']';
  for (const Kind kind : kinds_of_protocol(listener.protocol.view())) {
    if (takes_routes(listener, kind)) add(model::info(kind).name);
  }
  return out + ']';
}

template <class T>
std::vector<JudgedListener<T>> judge_listeners(Context<T>& ctx,
                                               const std::vector<ListenerOwner<T>>& owners,
                                               const model::GatewayFact& gateway, bool cross_mesh) {
  std::vector<JudgedListener<T>> out;
  std::vector<Claim> claims;
  for (const ListenerOwner<T>& owner : owners) {
    const auto listeners = T::object(*owner.object, ".spec").at("listeners");
    for (std::size_t i = 0; i < owner.listeners->size(); ++i) {
      JudgedListener<T>& judged = out.emplace_back();
      judged.spec = &(*owner.listeners)[i];
      judged.owner = owner.object;
      judged.key = ctx.intern(listener_key(*owner.object, *judged.spec));
      judged.src = listeners.at(i);
      claims.push_back({judged.spec->port, supported(ctx.quirks(), *judged.spec, cross_mesh),
                        owner.object == owners.front().object, false, judged.spec->protocol,
                        judged.spec->hostname});
    }
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    JudgedListener<T>& judged = out[i];
    if (!claims[i].supported) {
      refuse_protocol<T>(judged, cross_mesh);
      continue;
    }
    if (!ctx.quirks().d09_refused_output_stuck && refuse_address<T>(judged)) continue;
    const Conflict conflict = ctx.quirks().d32_conflicts_kill_all
                                  ? kuma_conflict<T>(ctx.quirks(), out, i, cross_mesh)
                                  : gateway_conflict<T>(out, claims, i);
    if (!conflict.reason.empty()) {
      claims[i].lost = true;
      refuse_conflict<T>(ctx.quirks(), judged, conflict, out[conflict.with].src);
      continue;
    }
    if (!ctx.quirks().d36_http_only &&
        refuse_client_validation<T>(gateway, *owners.front().object, judged)) {
      continue;
    }
    if (!ctx.quirks().d36_http_only && refuse_passthrough<T>(judged)) continue;
    judge_survivor<T>(ctx, judged);
  }
  if (!ctx.quirks().d36_http_only) judge_overlap<T>(out);
  return out;
}

#define PAWPRINT_INSTANTIATE(T)                               \
  template std::vector<JudgedListener<T>> judge_listeners<T>( \
      Context<T>&, const std::vector<ListenerOwner<T>>&, const model::GatewayFact&, bool);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
