#include "engine/model/decode.h"

#include <algorithm>

#include "engine/model/canonical.h"
#include "engine/model/decode_gateway.h"
#include "engine/model/defaults.h"
#include "engine/model/json_read.h"

namespace pawprint::model {

namespace {

constexpr std::string_view kFinalizer = "gateway-exists-finalizer.gateway.networking.k8s.io";
constexpr std::string_view kFieldManager = "pawprint";

NamespaceFact read_namespace(Reading& in, const JsonObject& object) {
  NamespaceFact out;
  JsonObject meta;
  if (!in.object(object, "metadata", meta)) return out;
  out.labels = in.labels(meta, "labels");
  // The API server always sets this label; manifests leave it out.
  const Sym key = in.symbols.intern("kubernetes.io/metadata.name");
  if (!find_label(out.labels, key.view()).set()) {
    out.labels.push_back({key, in.text(meta, "name")});
    std::sort(out.labels.begin(), out.labels.end(),
              [](const Label& a, const Label& b) { return a.key.view() < b.key.view(); });
  }
  JsonObject annotations;
  if (in.object(meta, "annotations", annotations)) {
    out.mesh_annotation = in.nonempty(annotations, "kuma.io/mesh");
  }
  return out;
}

/// The protocol if Kuma knows that name; it compares without case.
Sym known_protocol(Reading& in, Sym given) {
  std::string lower(given.view());
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const std::string_view known : {"http", "http2", "grpc", "tcp", "tls", "kafka", "mysql"}) {
    if (lower == known) return in.symbols.intern(known);
  }
  return {};
}

ServiceFact read_service(Reading& in, const JsonObject& object) {
  ServiceFact out;
  JsonObject meta;
  JsonObject annotations;
  const bool annotated =
      in.object(object, "metadata", meta) && in.object(meta, "annotations", annotations);
  if (annotated) out.mesh_annotation = in.nonempty(annotations, "kuma.io/mesh");
  JsonObject labels;
  if (in.object(meta, "labels", labels)) out.mesh_label = in.nonempty(labels, "kuma.io/mesh");
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  out.headless = in.text(spec, "clusterIP").is("None");
  in.each_object(spec, "ports", [&](const JsonObject& port) {
    ServicePort& read = out.ports.emplace_back();
    read.name = in.nonempty(port, "name");
    read.protocol = in.text(port, "protocol", "TCP");
    read.app_protocol = in.nonempty(port, "appProtocol");
    read.port = in.small(port, "port", 0);
    read.kuma_protocol = known_protocol(in, read.app_protocol);
    if (!read.kuma_protocol.set() && annotated) {
      const std::string key = std::to_string(read.port) + ".service.kuma.io/protocol";
      read.kuma_protocol = known_protocol(in, in.nonempty(annotations, key));
    }
    if (!read.kuma_protocol.set()) read.kuma_protocol = in.symbols.intern("tcp");
  });
  return out;
}

MeshFact read_mesh(Reading& in, const JsonObject& object) {
  MeshFact out;
  out.mesh_services_mode = in.symbols.intern("Disabled");
  JsonObject spec;
  JsonObject services;
  if (!in.object(object, "spec", spec)) return out;
  if (in.object(spec, "meshServices", services)) {
    out.mesh_services_mode = in.text(services, "mode", "Disabled");
  }
  JsonObject part;
  if (in.object(spec, "mtls", part)) out.mtls = in.nonempty(part, "enabledBackend").set();
  if (in.object(spec, "routing", part)) out.zone_egress = in.truth(part, "zoneEgress");
  return out;
}

std::string canonical_of(const JsonObject& parent, std::string_view member) {
  JsonValue value;
  if (parent[member].get(value) != simdjson::SUCCESS || value.is_null()) return {};
  return canonical_json(simdjson::minify(value)).value_or(std::string{});
}

MeshGatewayConfigFact read_config(Reading& in, const JsonObject& object) {
  MeshGatewayConfigFact out;
  out.service_type = in.symbols.intern("LoadBalancer");
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  out.cross_mesh = in.truth(spec, "crossMesh");
  out.replicas = in.number(spec, "replicas", 1);
  out.service_type = in.text(spec, "serviceType", "LoadBalancer");
  out.tags = in.labels(spec, "tags");
  out.resources = canonical_of(spec, "resources");
  out.service_template = canonical_of(spec, "serviceTemplate");
  out.pod_template = canonical_of(spec, "podTemplate");
  return out;
}

ExternalServiceFact read_external_service(Reading& in, const JsonObject& object) {
  ExternalServiceFact out;
  out.mesh = in.text(object, "mesh", "default");
  JsonObject spec;
  JsonObject tags;
  if (in.object(object, "spec", spec) && in.object(spec, "tags", tags)) {
    out.service = in.text(tags, "kuma.io/service", "");
  }
  return out;
}

MeshServicePort read_mesh_port(Reading& in, const JsonObject& port, std::string_view protocol) {
  return {in.nonempty(port, "name"), in.text(port, protocol, "tcp"), in.small(port, "port", 0)};
}

MeshServiceFact read_mesh_service(Reading& in, const JsonObject& object) {
  MeshServiceFact out;
  JsonObject meta;
  if (in.object(object, "metadata", meta)) {
    const Labels labels = in.labels(meta, "labels");
    out.mesh = find_label(labels, "kuma.io/mesh");
    out.zone = find_label(labels, "kuma.io/zone");
    out.display = find_label(labels, "kuma.io/display-name");
    out.ns = find_label(labels, "k8s.kuma.io/namespace");
    JsonObject annotations;
    if (out.display.empty() && in.object(meta, "annotations", annotations)) {
      out.display = in.nonempty(annotations, "kuma.io/display-name");
    }
    if (out.display.empty()) out.display = in.text(meta, "name");
    if (out.ns.empty()) out.ns = in.text(meta, "namespace");
  }
  if (out.mesh.empty()) out.mesh = in.symbols.intern("default");
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  in.each_object(spec, "ports", [&](const JsonObject& port) {
    out.ports.push_back(read_mesh_port(in, port, "appProtocol"));
  });
  JsonObject match;
  if (in.object(spec, "match", match)) out.ports.push_back(read_mesh_port(in, match, "protocol"));
  return out;
}

bool managed_by_us(Reading& in, const JsonObject& meta) {
  bool found = false;
  in.each_object(meta, "managedFields", [&](const JsonObject& entry) {
    found = found || in.text(entry, "manager").is(kFieldManager);
  });
  return found;
}

std::vector<Address> read_addresses(Reading& in, const JsonObject& object) {
  std::vector<Address> out;
  JsonObject status;
  JsonObject balancer;
  if (!in.object(object, "status", status) || !in.object(status, "loadBalancer", balancer)) {
    return out;
  }
  in.each_object(balancer, "ingress", [&](const JsonObject& ingress) {
    const Sym ip = in.nonempty(ingress, "ip");
    const Sym host = in.nonempty(ingress, "hostname");
    if (ip.set()) out.push_back({in.symbols.intern("IPAddress"), ip});
    if (host.set()) out.push_back({in.symbols.intern("Hostname"), host});
  });
  return out;
}

GeneratedFact read_generated(Reading& in, Kind kind, const JsonObject& object,
                             std::string_view bytes) {
  GeneratedFact out;
  JsonObject meta;
  if (in.object(object, "metadata", meta)) {
    out.labels = in.labels(meta, "labels");
    out.managed = managed_by_us(in, meta);
  }
  out.mesh = in.nonempty(object, "mesh");
  if (!out.mesh.set()) out.mesh = find_label(out.labels, "kuma.io/mesh");
  if (auto text = normalise_for_compare(info(kind).name, bytes)) out.spec = record::sha256(*text);
  if (kind == Kind::kMeshGatewayInstance) out.addresses = read_addresses(in, object);
  return out;
}

/// One of ours, or one that people made: what rules and what the plan read of it.
MeshServiceFact read_mesh_external_service(Reading& in, const JsonObject& object,
                                           std::string_view bytes) {
  MeshServiceFact out = read_mesh_service(in, object);
  GeneratedFact compared = read_generated(in, Kind::kMeshExternalService, object, bytes);
  out.spec = compared.spec;
  out.labels = std::move(compared.labels);
  out.managed = compared.managed;
  return out;
}

std::vector<PemBlock> read_blocks(Reading& in, const JsonObject& form) {
  std::vector<PemBlock> out;
  in.each_object(form, "blocks", [&](const JsonObject& block) {
    out.push_back({in.text(block, "type", ""), in.text(block, "key", "")});
  });
  return out;
}

SecretFact read_secret(Reading& in, const JsonObject& object) {
  SecretFact out;
  out.meta = read_meta(in, object);
  out.type = in.text(object, "type", "Opaque");
  JsonObject meta;
  if (in.object(object, "metadata", meta)) {
    out.labels = in.labels(meta, "labels");
    out.managed = managed_by_us(in, meta);
  }
  JsonObject facts;
  if (!in.object(object, "facts", facts)) return out;
  JsonObject data;
  if (in.object(facts, "data", data)) out.value_digest = in.text(data, "value").view();
  JsonObject tls;
  out.has_tls = in.object(facts, "tls", tls);
  if (!out.has_tls) return out;
  JsonObject form;
  if (in.object(tls, "glued", form)) {
    out.glued_digest = in.text(form, "digest").view();
    out.glued = read_blocks(in, form);
  }
  if (in.object(tls, "joined", form)) {
    out.joined_digest = in.text(form, "digest").view();
    out.joined = read_blocks(in, form);
  }
  JsonObject certificate;
  out.has_certificate = in.object(tls, "certificate", certificate);
  out.matches_key = out.has_certificate && in.truth(certificate, "matchesKey");
  return out;
}

void read_finalizers(Reading& in, const JsonObject& object, Seen& seen) {
  JsonObject meta;
  if (!in.object(object, "metadata", meta)) return;
  seen.finalizers = in.texts(meta, "finalizers");
  for (const Sym finalizer : seen.finalizers) {
    seen.has_finalizer = seen.has_finalizer || finalizer.is(kFinalizer);
  }
}

/// The two kinds whose status and finalizers matter beside their spec.
Fact read_with_status(Reading& in, Kind kind, const JsonObject& object, Seen& seen) {
  read_status(in, object, seen);
  if (kind == Kind::kGateway) return read_gateway(in, object);
  read_finalizers(in, object, seen);
  return read_gateway_class(in, object);
}

Fact read_route_fact(Reading& in, Kind kind, const JsonObject& object, std::string_view controller,
                     Seen& seen) {
  HttpRouteFact route = read_route(in, kind, object);
  read_route_status(in, object, controller, route, seen);
  return route;
}

Fact read_policy_fact(Reading& in, const JsonObject& object, std::string_view controller,
                      Seen& seen) {
  BackendTlsPolicyFact policy = read_backend_tls_policy(in, object);
  read_policy_status(in, object, controller, policy, seen);
  return policy;
}

Fact read_fact(Reading& in, Kind kind, const JsonObject& object, std::string_view bytes,
               std::string_view controller, Seen& seen) {
  switch (kind) {
    case Kind::kGatewayClass:
    case Kind::kGateway:
      return read_with_status(in, kind, object, seen);
    case Kind::kListenerSet: {
      Fact set = read_listener_set(in, object);
      read_status(in, object, seen);
      return set;
    }
    case Kind::kHttpRoute:
    case Kind::kGrpcRoute:
    case Kind::kTlsRoute:
    case Kind::kTcpRoute:
    case Kind::kUdpRoute:
      return read_route_fact(in, kind, object, controller, seen);
    case Kind::kReferenceGrant:
      return read_grant(in, object);
    case Kind::kBackendTlsPolicy:
      return read_policy_fact(in, object, controller, seen);
    case Kind::kConfigMap:
      return read_config_map(in, object);
    case Kind::kNamespace:
      return read_namespace(in, object);
    case Kind::kService:
      return read_service(in, object);
    case Kind::kSecret:
      return read_secret(in, object);
    case Kind::kMesh:
      return read_mesh(in, object);
    case Kind::kMeshGatewayConfig:
      return read_config(in, object);
    case Kind::kExternalService:
      return read_external_service(in, object);
    case Kind::kMeshService:
    case Kind::kMeshMultiZoneService:
      return read_mesh_service(in, object);
    case Kind::kMeshExternalService:
      return read_mesh_external_service(in, object, bytes);
    case Kind::kMeshGateway:
    case Kind::kMeshGatewayInstance:
    case Kind::kMeshHttpRoute:
    case Kind::kMeshTcpRoute:
    case Kind::kMeshTimeout:
    case Kind::kMeshRetry:
      return read_generated(in, kind, object, bytes);
    case Kind::kNone:
      break;
  }
  return {};
}

}  // namespace

struct Decoder::Parser {
  simdjson::dom::parser dom;
};

Decoder::Decoder(Symbols& symbols) : parser_(std::make_unique<Parser>()), symbols_(symbols) {}
Decoder::~Decoder() = default;

Decoded Decoder::decode(Kind kind, const record::Record& record, std::string_view controller) {
  Decoded out;
  JsonObject object;
  JsonValue document;
  if (parser_->dom.parse(record.body).get(document) != simdjson::SUCCESS ||
      document.get(object) != simdjson::SUCCESS) {
    out.problem = "the object is not a JSON object";
    return out;
  }
  Reading in{symbols_, {}};
  out.fact = read_fact(in, kind, object, record.body, controller, out.seen);
  out.problem = std::move(in.problem);
  return out;
}

}  // namespace pawprint::model
