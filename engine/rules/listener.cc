#include "engine/rules/listener.h"

#include <algorithm>

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
const Rule kListenerKinds{"listener/kinds",
                          "Listener.allowedRoutes.kinds; ResolvedRefs/InvalidRouteKinds", "-",
                          "Only HTTPRoute can be translated", "oracle/listener-kinds-mixed"};
const Rule kListenerAccepted{"listener/accepted", "Listener status conditions", "-",
                             "A listener without faults will be configured",
                             "oracle/listener-http"};

namespace {

using model::Listener;

bool supported(const Listener& listener, bool cross_mesh) {
  return listener.protocol.is("HTTP") || (!cross_mesh && listener.protocol.is("HTTPS"));
}

bool http_route(const model::RouteKind& kind) {
  return kind.kind.is("HTTPRoute") && kind.group.is("gateway.networking.k8s.io");
}

/// What makes a listener conflict with others of its Gateway.
struct Conflict {
  std::string_view reason;  ///< Empty: none.
  std::string message;
  std::size_t with = 0;  ///< Index of one other party.
};

/// Kuma: every party of a conflict is rejected, and listeners of unsupported protocols count for
/// equal host names (D-32).
Conflict kuma_conflict(const std::vector<Listener>& all, std::size_t index, bool cross_mesh) {
  const Listener& self = all[index];
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != index && self.hostname.set() && all[i].hostname == self.hostname &&
        all[i].port == self.port) {
      return {"HostnameConflict",
              "multiple listeners for " + std::string(self.hostname.view()) + ':' +
                  std::to_string(self.port),
              i};
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != index && all[i].port == self.port && supported(all[i], cross_mesh) &&
        all[i].protocol != self.protocol) {
      return {"ProtocolConflict",
              "multiple listeners on " + std::to_string(self.port) + " with conflicting protocols",
              i};
    }
  }
  return {};
}

/// The Gateway API: the first listener of the list keeps the port or host name, later ones yield.
Conflict first_wins(const std::vector<Listener>& all, std::size_t index, bool cross_mesh) {
  const Listener& self = all[index];
  for (std::size_t i = 0; i < index; ++i) {
    if (all[i].port != self.port || !supported(all[i], cross_mesh)) continue;
    if (all[i].protocol != self.protocol) {
      return {"ProtocolConflict",
              "port " + std::to_string(self.port) + " already carries " +
                  std::string(all[i].protocol.view()) + " for listener " +
                  std::string(all[i].name.view()),
              i};
    }
    if (all[i].hostname == self.hostname) {
      return {"HostnameConflict",
              "listener " + std::string(all[i].name.view()) +
                  " already has this host name on port " + std::to_string(self.port),
              i};
    }
  }
  return {};
}

template <class T>
std::optional<Verdict<T>> judge_kinds(const JudgedListener<T>& listener) {
  std::string offending;
  for (const model::RouteKind& kind : listener.spec->kinds) {
    if (http_route(kind)) continue;
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
  if (!quirks.d31_always_programmed) {
    out.verdicts.push_back(verdict<T>("Accepted", false, conflict.reason, conflict.message, cause));
  }
  out.verdicts.push_back(verdict<T>("Programmed", false, "Invalid", "conflicts found", cause));
}

/// HTTPS needs at least one certificate and, in MeshGateway, at most two.
template <class T>
std::optional<Verdict<T>> judge_tls_shape(const JudgedListener<T>& listener) {
  if (!listener.spec->protocol.is("HTTPS")) return std::nullopt;
  const auto cause = T::by(kTlsReference, listener.src.at("tls"));
  if (!listener.spec->has_tls || listener.spec->certificates.empty()) {
    return verdict<T>("ResolvedRefs", false, "InvalidCertificateRef",
                      "an HTTPS listener needs tls.certificateRefs", cause);
  }
  if (listener.spec->certificates.size() > 2) {
    return verdict<T>("ResolvedRefs", false, "InvalidCertificateRef",
                      "Kuma takes at most 2 certificates per listener", cause);
  }
  return std::nullopt;
}

template <class T>
void judge_survivor(Context<T>& ctx, const Object& gateway, JudgedListener<T>& out) {
  auto unresolved = judge_kinds<T>(out);
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
                      takes_http_routes(*out.spec);
  out.programmed = serves;
  out.verdicts.push_back(
      serves ? verdict<T>("Programmed", true, "Programmed", "", cause)
             : verdict<T>("Programmed", false, "Invalid", "unable to resolve refs", cause));
}

}  // namespace

bool takes_http_routes(const Listener& listener) {
  if (!listener.has_kinds) return true;
  return std::any_of(listener.kinds.begin(), listener.kinds.end(), http_route);
}

std::size_t http_route_entries(const Listener& listener) {
  if (!listener.has_kinds) return 1;
  return static_cast<std::size_t>(
      std::count_if(listener.kinds.begin(), listener.kinds.end(), http_route));
}

template <class T>
std::vector<JudgedListener<T>> judge_listeners(Context<T>& ctx, const Object& gateway,
                                               const model::GatewayFact& fact, bool cross_mesh) {
  std::vector<JudgedListener<T>> out;
  const auto listeners = T::object(gateway, ".spec").at("listeners");
  for (std::size_t i = 0; i < fact.listeners.size(); ++i) {
    JudgedListener<T>& judged = out.emplace_back();
    judged.spec = &fact.listeners[i];
    judged.index = i;
    judged.src = listeners.at(i);
    if (!supported(*judged.spec, cross_mesh)) {
      refuse_protocol<T>(judged, cross_mesh);
      continue;
    }
    const Conflict conflict = ctx.quirks().d32_conflicts_kill_all
                                  ? kuma_conflict(fact.listeners, i, cross_mesh)
                                  : first_wins(fact.listeners, i, cross_mesh);
    if (!conflict.reason.empty()) {
      refuse_conflict<T>(ctx.quirks(), judged, conflict, listeners.at(conflict.with));
      continue;
    }
    judge_survivor<T>(ctx, gateway, judged);
  }
  return out;
}

template std::vector<JudgedListener<NoTrace>> judge_listeners<NoTrace>(Context<NoTrace>&,
                                                                       const Object&,
                                                                       const model::GatewayFact&,
                                                                       bool);
template std::vector<JudgedListener<Tracing>> judge_listeners<Tracing>(Context<Tracing>&,
                                                                       const Object&,
                                                                       const model::GatewayFact&,
                                                                       bool);

}  // namespace pawprint::rules
