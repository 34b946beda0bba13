// What the rules may know of an object: typed, interned, with API defaults filled in.
//
// A fact holds exactly what some rule reads. Two versions of an object with equal facts are the
// same object to the engine, which is how status-only and managedFields-only updates cost nothing.
// Defaults are those of the Gateway API v1.6.1 CRDs (deploy/crds has them).
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/model/symbols.h"
#include "engine/record/digest.h"

namespace pawprint::model {

struct Label {
  Sym key, value;
  bool operator==(const Label&) const = default;
};
using Labels = std::vector<Label>;  ///< Sorted by key text.

/// The value of `key`, or an absent Sym.
Sym find_label(const Labels& labels, std::string_view key);

/// Metadata that rules read.
struct Meta {
  std::int64_t generation = 1;  ///< 1 when the object has none (manifests).
  std::int64_t created_s = 0;   ///< Seconds since the epoch; 0 when absent.
  Sym mesh_label, mesh_annotation;
  Sym uid;
  bool deleting = false;
  bool operator==(const Meta&) const = default;
};

struct GatewayClassFact {
  Meta meta;
  Sym controller;
  bool has_parameters = false;
  Sym parameters_group, parameters_kind, parameters_name, parameters_namespace;
  bool operator==(const GatewayClassFact&) const = default;
};

struct Requirement {
  Sym key, op;
  std::vector<Sym> values;
  bool operator==(const Requirement&) const = default;
};
struct LabelSelector {
  Labels match_labels;
  std::vector<Requirement> requirements;
  bool operator==(const LabelSelector&) const = default;
};

struct RouteKind {
  Sym group, kind;
  bool operator==(const RouteKind&) const = default;
};
struct ObjectRef {
  Sym group, kind, name, ns;  ///< `ns` absent when unset.
  bool operator==(const ObjectRef&) const = default;
};

struct Listener {
  Sym name, hostname, protocol;  ///< `hostname` absent when unset or empty.
  std::int32_t port = 0;
  Sym from;  ///< All, Same, Selector.
  bool has_selector = false;
  LabelSelector selector;
  bool has_kinds = false;
  std::vector<RouteKind> kinds;
  bool has_tls = false;
  Sym tls_mode;
  bool tls_options = false;
  std::vector<ObjectRef> certificates;
  bool operator==(const Listener&) const = default;
};

/// From which namespaces something may come: routes to a listener, ListenerSets to a Gateway.
struct AllowedNamespaces {
  Sym from;  ///< All, Same, Selector, None.
  bool has_selector = false;
  LabelSelector selector;
  bool operator==(const AllowedNamespaces&) const = default;
};

struct Address {
  Sym type, value;  ///< `value` absent in a request for any address of that type.
  bool operator==(const Address&) const = default;
};

struct GatewayFact {
  Meta meta;
  Sym class_name;
  std::vector<Listener> listeners;
  AllowedNamespaces allowed_sets;
  std::vector<Address> addresses;
  Labels infrastructure_labels, infrastructure_annotations;
  bool has_parameters = false;  ///< infrastructure.parametersRef.
  ObjectRef parameters;
  bool client_validation = false;         ///< tls.frontend.default validates clients.
  std::vector<std::int32_t> validated;    ///< Ports whose tls.frontend.perPort validates clients.
  std::vector<std::int32_t> unvalidated;  ///< Ports whose tls.frontend.perPort does not.
  bool backend_certificate = false;       ///< tls.backend.clientCertificateRef.
  /// Top-level spec members that have no effect: defaultScope, if set.
  std::vector<Sym> unsupported;
  Sym malformed;  ///< What could not be read, if anything; the Gateway is not used then.
  bool operator==(const GatewayFact&) const = default;
};

/// More listeners for a Gateway, owned by somebody else.
struct ListenerSetFact {
  Meta meta;
  ObjectRef parent;
  std::vector<Listener> listeners;
  Sym malformed;  ///< As in GatewayFact.
  bool operator==(const ListenerSetFact&) const = default;
};

struct ParentRef {
  Sym group, kind, name, ns, section;  ///< `ns` and `section` absent when unset.
  std::int32_t port = 0;               ///< 0 when unset.
  bool operator==(const ParentRef&) const = default;
};

struct ValueMatch {
  Sym name, type, value;
  bool operator==(const ValueMatch&) const = default;
};
struct Match {
  Sym path_type, path_value, method;  ///< `method` absent when unset.
  std::vector<ValueMatch> headers, query;
  bool operator==(const Match&) const = default;
};

struct BackendRef {
  ObjectRef ref;
  std::int32_t port = 0;  ///< 0 when unset.
  std::int64_t weight = 1;
  bool has_filters = false;
  bool operator==(const BackendRef&) const = default;
};

struct Header {
  Sym name, value;
  bool operator==(const Header&) const = default;
};
struct PathModifier {
  bool present = false;
  Sym type, value;  ///< `value` of the member that `type` names; absent when missing.
  bool operator==(const PathModifier&) const = default;
};
struct Filter {
  Sym type;
  std::vector<Header> set, add;
  std::vector<Sym> remove;
  Sym scheme, hostname;   ///< Redirect and rewrite; absent when unset.
  std::int32_t port = 0;  ///< Redirect; 0 when unset.
  std::int32_t status_code = 302;
  PathModifier path;
  BackendRef mirror;
  std::int32_t mirror_percent = -1;  ///< -1 when unset.
  std::int32_t mirror_numerator = -1, mirror_denominator = 100;
  bool operator==(const Filter&) const = default;
};

struct Timeouts {
  Sym request, backend_request;  ///< As given (GEP-2257); absent when unset.
  bool operator==(const Timeouts&) const = default;
};
struct Retry {
  bool present = false;
  std::vector<std::int32_t> codes;
  std::int32_t attempts = -1;  ///< -1 when unset.
  Sym backoff;                 ///< As given (GEP-2257); absent when unset.
  bool operator==(const Retry&) const = default;
};

struct HttpRule {
  Sym name;
  std::vector<Match> matches;
  std::vector<Filter> filters;
  std::vector<BackendRef> backends;
  Timeouts timeouts;
  Retry retry;
  std::vector<Sym> unsupported;  ///< Members that are set and that Kuma cannot express.
  bool operator==(const HttpRule&) const = default;
};

/// A status.parents entry of another controller that counts for attachedRoutes in Kuma (D-30).
struct ForeignParent {
  ParentRef parent;
  bool accepted = false;
  bool operator==(const ForeignParent&) const = default;
};

/// A route of any of the five kinds. A GRPCRoute is given as the HTTP that it is on the wire (POST,
/// path, headers); TLSRoute, TCPRoute and UDPRoute have backends only.
struct HttpRouteFact {
  Meta meta;
  std::vector<ParentRef> parents;
  std::vector<Sym> hostnames;
  std::vector<HttpRule> rules;
  std::vector<Sym> unsupported;  ///< Top level: useDefaultGateways.
  std::vector<ForeignParent> foreign;
  Sym malformed;                ///< What could not be read, if anything; the route fails closed.
  std::string foreign_entries;  ///< JSON of foreign status.parents entries, comma separated.
  bool operator==(const HttpRouteFact&) const = default;
};

struct GrantFact {
  struct From {
    Sym group, kind, ns;
    bool operator==(const From&) const = default;
  };
  struct To {
    Sym group, kind, name;
    bool operator==(const To&) const = default;
  };
  std::vector<From> from;
  std::vector<To> to;
  bool operator==(const GrantFact&) const = default;
};

struct PolicyTarget {
  Sym group, kind, name, section;  ///< `section` absent when unset.
  bool operator==(const PolicyTarget&) const = default;
};
struct SubjectAltName {
  Sym type, value;
  bool operator==(const SubjectAltName&) const = default;
};
struct BackendTlsPolicyFact {
  Meta meta;
  std::vector<PolicyTarget> targets;
  std::vector<ObjectRef> authorities;  ///< validation.caCertificateRefs.
  Sym well_known, hostname;
  std::vector<SubjectAltName> names;
  bool options = false;
  Sym malformed;
  std::vector<Sym> foreign_controllers;  ///< One per foreign status.ancestors entry.
  std::string foreign_entries;           ///< Those entries as JSON, comma separated.
  bool operator==(const BackendTlsPolicyFact&) const = default;
};

/// A ConfigMap that may hold certificate authorities.
struct ConfigMapFact {
  std::string authorities;  ///< data["ca.crt"] when it holds PEM certificates, else empty.
  bool operator==(const ConfigMapFact&) const = default;
};

struct NamespaceFact {
  Labels labels;
  Sym mesh_annotation;
  bool operator==(const NamespaceFact&) const = default;
};

struct ServicePort {
  Sym name, protocol, app_protocol;
  std::int32_t port = 0;
  Sym kuma_protocol{};  ///< appProtocol if Kuma knows it, else the port's annotation, else tcp.
  bool operator==(const ServicePort&) const = default;
};
struct ServiceFact {
  std::vector<ServicePort> ports;
  bool headless = false;
  Sym mesh_label, mesh_annotation;  ///< kuma.io/mesh; what its Namespace says is not here.
  bool operator==(const ServiceFact&) const = default;
};

struct PemBlock {
  Sym type, key;  ///< `key`: rsa, ecdsa, ed25519, other, invalid.
  bool operator==(const PemBlock&) const = default;
};
struct SecretFact {
  Meta meta;
  Sym type;
  bool has_tls = false;
  std::string glued_digest, joined_digest, value_digest;  ///< As printed; see store/secret_facts.h.
  std::vector<PemBlock> glued, joined;
  bool matches_key = true, has_certificate = false;
  Labels labels;  ///< For copies: what the plan compares and owns by.
  bool managed = false;
  bool operator==(const SecretFact&) const = default;
};

struct MeshFact {
  Sym mesh_services_mode;
  bool mtls = false, zone_egress = false;  ///< Both: MeshExternalServices can be reached.
  bool operator==(const MeshFact&) const = default;
};

struct MeshGatewayConfigFact {
  bool cross_mesh = false;
  std::int64_t replicas = 1;
  Sym service_type;
  Labels tags;
  /// Canonical JSON of the member, empty when absent.
  std::string resources, service_template, pod_template;
  bool operator==(const MeshGatewayConfigFact&) const = default;
};

struct ExternalServiceFact {
  Sym mesh, service;
  bool operator==(const ExternalServiceFact&) const = default;
};

struct MeshServicePort {
  Sym name, app_protocol;
  std::int32_t port = 0;
  bool operator==(const MeshServicePort&) const = default;
};

/// A MeshService, MeshMultiZoneService or MeshExternalService: what a real backend reference can
/// select. Objects of other zones and of the global control plane are copied under hashed names;
/// these members say what they were called where they came from.
struct MeshServiceFact {
  Sym mesh;
  Sym display, ns;  ///< Name and namespace at its origin; its own unless labels say otherwise.
  Sym zone;         ///< Label kuma.io/zone; absent when it belongs to no zone.
  std::vector<MeshServicePort> ports;
  /// MeshExternalService: what the plan compares, for Pawprint makes some of them.
  record::Hash spec{};
  Labels labels;
  bool managed = false;
  bool operator==(const MeshServiceFact&) const = default;
};

/// A generated object as seen in the cluster: what the plan compares and what rules read of it.
struct GeneratedFact {
  Sym mesh;             ///< Top-level `mesh`, else label kuma.io/mesh.
  record::Hash spec{};  ///< Digest of what normalise_for_compare prints.
  Labels labels;
  bool managed = false;            ///< Our field manager is among metadata.managedFields.
  std::string value_digest;        ///< Copied Secret: digest of data.value.
  std::vector<Address> addresses;  ///< MeshGatewayInstance: status.loadBalancer.ingress.
  bool operator==(const GeneratedFact&) const = default;
};

using Fact = std::variant<std::monostate, GatewayClassFact, GatewayFact, ListenerSetFact,
                          HttpRouteFact, BackendTlsPolicyFact, ConfigMapFact, GrantFact,
                          NamespaceFact, ServiceFact, SecretFact, MeshFact, MeshGatewayConfigFact,
                          ExternalServiceFact, MeshServiceFact, GeneratedFact>;

/// A condition of ours as last seen in the cluster; lets a new log keep transition times.
struct SeenCondition {
  Sym section;  ///< As StatusEntry::section (engine/model/status.h).
  Sym type, status;
  std::int64_t time_s = 0;
  bool operator==(const SeenCondition&) const = default;
};

/// What is observed of an object but is no input of any rule.
struct Seen {
  record::Hash status{};       ///< Digest of our part of its status, without transition times.
  bool has_status = false;     ///< Our part of the status is there at all.
  bool has_finalizer = false;  ///< GatewayClass: gateway-exists-finalizer.
  std::vector<Sym> finalizers;
  std::string
      foreign_conditions;  ///< JSON of conditions of types that we do not write, with commas.
  std::vector<SeenCondition> conditions;
};

}  // namespace pawprint::model
