// GatewayClass, Gateway and ListenerSet: what carries listeners.
#include "engine/model/decode_gateway.h"

namespace pawprint::model {

namespace {

constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";

LabelSelector read_selector(Reading& in, const JsonObject& selector) {
  LabelSelector out;
  out.match_labels = in.labels(selector, "matchLabels");
  in.each_object(selector, "matchExpressions", [&](const JsonObject& item) {
    out.requirements.push_back(
        {in.text(item, "key"), in.text(item, "operator"), in.texts(item, "values")});
  });
  return out;
}

AllowedNamespaces read_namespaces(Reading& in, const JsonObject& parent,
                                  std::string_view otherwise) {
  AllowedNamespaces out;
  out.from = in.symbols.intern(otherwise);
  JsonObject namespaces;
  if (!in.object(parent, "namespaces", namespaces)) return out;
  out.from = in.text(namespaces, "from", otherwise);
  JsonObject selector;
  out.has_selector = in.object(namespaces, "selector", selector);
  if (out.has_selector) out.selector = read_selector(in, selector);
  return out;
}

void read_allowed_routes(Reading& in, const JsonObject& spec, Listener& out) {
  out.from = in.symbols.intern("Same");
  JsonObject allowed;
  if (!in.object(spec, "allowedRoutes", allowed)) return;
  AllowedNamespaces namespaces = read_namespaces(in, allowed, "Same");
  out.from = namespaces.from;
  out.has_selector = namespaces.has_selector;
  out.selector = std::move(namespaces.selector);
  in.each_object(allowed, "kinds", [&](const JsonObject& kind) {
    out.kinds.push_back({in.text(kind, "group", kGatewayGroup), in.text(kind, "kind")});
  });
  out.has_kinds = !out.kinds.empty();
}

Listener read_listener(Reading& in, const JsonObject& spec) {
  Listener out;
  out.name = in.text(spec, "name");
  out.hostname = in.nonempty(spec, "hostname");
  out.protocol = in.text(spec, "protocol");
  out.port = in.small(spec, "port", 0);
  read_allowed_routes(in, spec, out);
  JsonObject tls;
  out.has_tls = in.object(spec, "tls", tls);
  if (out.has_tls) {
    out.tls_mode = in.text(tls, "mode", "Terminate");
    out.tls_options = !in.labels(tls, "options").empty();
    in.each_object(tls, "certificateRefs", [&](const JsonObject& ref) {
      out.certificates.push_back(read_ref(in, ref, "Secret"));
    });
  }
  return out;
}

void read_infrastructure(Reading& in, const JsonObject& spec, GatewayFact& out) {
  JsonObject infrastructure;
  if (!in.object(spec, "infrastructure", infrastructure)) return;
  out.infrastructure_labels = in.labels(infrastructure, "labels");
  out.infrastructure_annotations = in.labels(infrastructure, "annotations");
  JsonObject ref;
  out.has_parameters = in.object(infrastructure, "parametersRef", ref);
  if (out.has_parameters) out.parameters = read_ref(in, ref, "");
}

/// Whether a tls.frontend entry asks for client certificates.
bool validates(Reading& in, const JsonObject& tls) {
  JsonObject validation;
  return in.object(tls, "validation", validation);
}

void read_gateway_tls(Reading& in, const JsonObject& spec, GatewayFact& out) {
  JsonObject tls;
  if (!in.object(spec, "tls", tls)) return;
  JsonObject backend;
  JsonObject ref;
  out.backend_certificate =
      in.object(tls, "backend", backend) && in.object(backend, "clientCertificateRef", ref);
  JsonObject frontend;
  if (!in.object(tls, "frontend", frontend)) return;
  JsonObject otherwise;
  out.client_validation = in.object(frontend, "default", otherwise) && validates(in, otherwise);
  in.each_object(frontend, "perPort", [&](const JsonObject& entry) {
    JsonObject own;
    const bool checks = in.object(entry, "tls", own) && validates(in, own);
    (checks ? out.validated : out.unvalidated).push_back(in.small(entry, "port", 0));
  });
}

}  // namespace

GatewayClassFact read_gateway_class(Reading& in, const JsonObject& object) {
  GatewayClassFact out;
  out.meta = read_meta(in, object);
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  out.controller = in.text(spec, "controllerName");
  JsonObject ref;
  out.has_parameters = in.object(spec, "parametersRef", ref);
  if (out.has_parameters) {
    out.parameters_group = in.text(ref, "group", "");
    out.parameters_kind = in.text(ref, "kind", "");
    out.parameters_name = in.text(ref, "name", "");
    out.parameters_namespace = in.nonempty(ref, "namespace");
  }
  return out;
}

GatewayFact read_gateway(Reading& in, const JsonObject& object) {
  GatewayFact out;
  out.meta = read_meta(in, object);
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  out.class_name = in.text(spec, "gatewayClassName");
  in.each_object(spec, "listeners", [&](const JsonObject& listener) {
    out.listeners.push_back(read_listener(in, listener));
  });
  JsonObject allowed;
  if (in.object(spec, "allowedListeners", allowed)) {
    out.allowed_sets = read_namespaces(in, allowed, "None");
  } else {
    out.allowed_sets.from = in.symbols.intern("None");
  }
  in.each_object(spec, "addresses", [&](const JsonObject& address) {
    out.addresses.push_back({in.text(address, "type", "IPAddress"), in.nonempty(address, "value")});
  });
  read_infrastructure(in, spec, out);
  read_gateway_tls(in, spec, out);
  out.unsupported = in.present(spec, {"defaultScope"});
  if (!in.problem.empty()) out.malformed = in.symbols.intern(in.problem);
  return out;
}

ListenerSetFact read_listener_set(Reading& in, const JsonObject& object) {
  ListenerSetFact out;
  out.meta = read_meta(in, object);
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  JsonObject parent;
  if (in.object(spec, "parentRef", parent)) {
    out.parent = {in.text(parent, "group", kGatewayGroup), in.text(parent, "kind", "Gateway"),
                  in.text(parent, "name"), in.nonempty(parent, "namespace")};
  }
  in.each_object(spec, "listeners", [&](const JsonObject& listener) {
    out.listeners.push_back(read_listener(in, listener));
  });
  if (!in.problem.empty()) out.malformed = in.symbols.intern(in.problem);
  return out;
}

}  // namespace pawprint::model
