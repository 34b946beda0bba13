#include <map>
#include <nlohmann/json.hpp>

#include "engine/rules/labels.h"
#include "engine/rules/mesh_gateway.h"

namespace pawprint::rules {

const Rule kMeshGatewayInstance{
    "mesh_gateway_instance/object", "Gateway.metadata", "MeshGatewayInstance",
    "Kuma runs the proxies of a MeshGateway from an instance of the Gateway's own name",
    "oracle/listener-http"};
const Rule kInstanceParameters{"mesh_gateway_instance/parameters",
                               "GatewayClass.spec.parametersRef", "MeshGatewayInstance .spec",
                               "MeshGatewayConfig customises what Kuma deploys",
                               "oracle/config-full, oracle/doc-customization"};

const Rule kInstanceInfrastructure{
    "mesh_gateway_instance/infrastructure", "Gateway.spec.infrastructure",
    "MeshGatewayInstance .spec.podTemplate and .spec.serviceTemplate .metadata",
    "What Kuma deploys for the Gateway carries the Gateway owner's labels and annotations",
    "conformance/GatewayInfrastructure"};
const Rule kInstanceAddress{
    "mesh_gateway_instance/address", "Gateway.spec.addresses",
    "MeshGatewayInstance .spec.serviceTemplate.spec.loadBalancerIP",
    "A load balancer can be asked for one address; whether it gave it is in Programmed",
    "scenarios/gateway-static-address"};

namespace {

using Json = nlohmann::json;

/// Writes a JSON value leaf by leaf; the sources mirror the value's own paths.
template <class T>
void write_json(Out<T>& out, const Json& value, const typename T::Src& src) {
  const auto cause = T::by(kInstanceParameters, src);
  if (value.is_object() && !value.empty()) {
    out.open('{');
    for (const auto& [key, member] : value.items()) {
      out.key(key);
      write_json<T>(out, member, src.at(key));
    }
    out.close('}');
  } else if (value.is_array() && !value.empty()) {
    out.open('[');
    for (std::size_t i = 0; i < value.size(); ++i) write_json<T>(out, value[i], src.at(i));
    out.close(']');
  } else if (value.is_string()) {
    out.text(value.get_ref<const std::string&>(), cause);
  } else {
    out.raw(value.dump(), cause);
  }
}

/// A map of the metadata of a template: what the config says, then what the Gateway says.
template <class T>
void write_metadata_map(Out<T>& out, std::string_view name, const Json& given,
                        const typename T::Src& given_src, const model::Labels& more,
                        const typename T::Src& more_src) {
  std::map<std::string, std::pair<std::string, typename T::Cause>> all;
  if (given.is_object()) {
    for (const auto& [key, value] : given.items()) {
      if (!value.is_string()) continue;
      all[key] = {static_cast<std::string>(value), T::by(kInstanceParameters, given_src.at(key))};
    }
  }
  for (const model::Label& each : more) {
    all[std::string(each.key.view())] = {
        std::string(each.value.view()),
        T::by(kInstanceInfrastructure, more_src.at(each.key.view()))};
  }
  if (all.empty()) return;
  out.key(name);
  out.open('{');
  for (const auto& [key, value] : all) out.member(key, value.first, value.second);
  out.close('}');
}

/// Labels that generated workloads of the Gateway carry, when it asks for any.
template <class T>
model::Labels workload_labels(Context<T>& ctx, const GatewayInput<T>& in) {
  model::Labels out = in.fact.infrastructure_labels;
  const bool asked = !out.empty() || !in.fact.infrastructure_annotations.empty();
  constexpr std::size_t kMaxLabelValue = 63;
  if (asked && in.object.name.view().size() <= kMaxLabelValue) {
    out.push_back({ctx.intern("gateway.networking.k8s.io/gateway-name"), in.object.name});
  }
  return out;
}

/// The first address that the Gateway asks for; Kuma can ask for one.
std::string_view requested_address(const model::GatewayFact& fact) {
  for (const model::Address& address : fact.addresses) {
    if (address.value.set()) return address.value.view();
  }
  return {};
}

template <class T>
void write_template_spec(Out<T>& out, const Json& given, const typename T::Src& src,
                         std::string_view address, const typename T::Src& address_src) {
  if (address.empty() && (!given.is_object() || given.empty())) return;
  out.key("spec");
  out.open('{');
  bool written = address.empty();
  const auto write_address = [&] {
    out.member("loadBalancerIP", address, T::by(kInstanceAddress, address_src));
    written = true;
  };
  if (given.is_object()) {
    for (const auto& [key, member] : given.items()) {
      if (!written && key >= "loadBalancerIP") write_address();
      if (key == "loadBalancerIP" && !address.empty()) continue;
      out.key(key);
      write_json<T>(out, member, src.at(key));
    }
  }
  if (!written) write_address();
  out.close('}');
}

/// podTemplate or serviceTemplate of the config with what the Gateway itself asks for.
template <class T>
void write_template(Context<T>& ctx, const GatewayInput<T>& in, Out<T>& out, std::string_view name,
                    const std::string& json, const typename T::Src& config) {
  const bool service = name == "serviceTemplate";
  const model::Labels labels = workload_labels<T>(ctx, in);
  const model::Labels& annotations = in.fact.infrastructure_annotations;
  const std::string_view address = service ? requested_address(in.fact) : std::string_view{};
  Json value = json.empty() ? Json::object() : Json::parse(json, nullptr, false);
  if (!value.is_object()) value = Json::object();
  if (value.empty() && labels.empty() && annotations.empty() && address.empty()) return;
  const auto src = config.at(name);
  const auto infrastructure = T::object(in.object, ".spec").at("infrastructure");
  out.key(name);
  out.open('{');
  const Json metadata = value.value("metadata", Json::object());
  if (!metadata.empty() || !labels.empty() || !annotations.empty()) {
    out.key("metadata");
    out.open('{');
    write_metadata_map<T>(out, "annotations", metadata.value("annotations", Json::object()),
                          src.at("metadata").at("annotations"), annotations,
                          infrastructure.at("annotations"));
    write_metadata_map<T>(out, "labels", metadata.value("labels", Json::object()),
                          src.at("metadata").at("labels"), labels, infrastructure.at("labels"));
    out.close('}');
  }
  write_template_spec<T>(out, value.value("spec", Json::object()), src.at("spec"), address,
                         T::object(in.object, ".spec").at("addresses"));
  out.close('}');
}

/// Writes a template member of the config, when it says anything.
template <class T>
void write_member(Out<T>& out, std::string_view name, const std::string& json,
                  const typename T::Src& config) {
  if (json.empty()) return;
  const Json value = Json::parse(json, nullptr, false);
  if (value.is_discarded() || value.empty()) return;
  out.key(name);
  write_json<T>(out, value, config.at(name));
}

template <class T>
void write_owner_reference(Context<T>& ctx, const GatewayInput<T>& in, Out<T>& out) {
  const auto meta = T::object(in.object, ".metadata");
  const auto by = [&](std::string_view member) {
    return T::by(kMeshGatewayInstance, meta.at(member));
  };
  out.key("ownerReferences");
  out.open('[');
  out.open('{');
  out.member("apiVersion",
             ctx.quirks().kuma_labels ? "gateway.networking.k8s.io/v1beta1"
                                      : "gateway.networking.k8s.io/v1",
             by("name"));
  out.key("blockOwnerDeletion");
  out.truth(true, by("name"));
  out.key("controller");
  out.truth(true, by("name"));
  out.member("kind", "Gateway", by("name"));
  out.member("name", in.object.name.view(), by("name"));
  if (in.fact.meta.uid.set()) out.member("uid", in.fact.meta.uid.view(), by("uid"));
  out.close('}');
  out.close(']');
}

template <class T>
void write_instance_spec(Context<T>& ctx, const GatewayInput<T>& in, Out<T>& out) {
  static const model::MeshGatewayConfigFact kDefaults{};
  const bool given = in.parameters.config != nullptr;
  const model::MeshGatewayConfigFact& config = given ? *in.parameters.config : kDefaults;
  const auto src = given ? T::object(*in.parameters.object, ".spec")
                         : T::object(in.gateway_class, ".spec").at("parametersRef");
  const auto by = [&](std::string_view member) {
    return T::by(kInstanceParameters, given ? src.at(member) : src);
  };
  out.key("spec");
  out.open('{');
  const bool own = !ctx.quirks().d36_http_only;
  if (own) write_template<T>(ctx, in, out, "podTemplate", config.pod_template, src);
  else write_member<T>(out, "podTemplate", config.pod_template, src);
  out.key("replicas");
  out.number(config.replicas, by("replicas"));
  write_member<T>(out, "resources", config.resources, src);
  if (own) write_template<T>(ctx, in, out, "serviceTemplate", config.service_template, src);
  else write_member<T>(out, "serviceTemplate", config.service_template, src);
  const std::string_view type = config.cross_mesh ? "ClusterIP"
                                : given           ? config.service_type.view()
                                                  : "LoadBalancer";
  out.member("serviceType", type, by(config.cross_mesh ? "crossMesh" : "serviceType"));
  if (!config.tags.empty()) {
    out.key("tags");
    out.open('{');
    for (const model::Label& tag : config.tags) {
      out.member(tag.key.view(), tag.value.view(),
                 T::by(kInstanceParameters, src.at("tags").at(tag.key.view())));
    }
    out.close('}');
  }
  out.close('}');
}

}  // namespace

template <class T>
Generated print_instance(Context<T>& ctx, const GatewayInput<T>& in) {
  const auto meta = T::object(in.object, ".metadata");
  Generated made;
  made.kind = Kind::kMeshGatewayInstance;
  made.ns = in.object.ns;
  made.name = in.object.name;
  Out<T> out;
  out.open('{');
  write_type<T>(out, Kind::kMeshGatewayInstance, T::object(in.object, ""));
  out.key("metadata");
  out.open('{');
  write_labels<T>(out, common_labels<T>(ctx, in.object, in.mesh, false));
  out.member("name", made.name.view(), T::by(kMeshGatewayInstance, meta.at("name")));
  out.member("namespace", made.ns.view(), T::by(kMeshGatewayInstance, meta.at("namespace")));
  write_owner_reference<T>(ctx, in, out);
  out.close('}');
  write_instance_spec<T>(ctx, in, out);
  out.close('}');
  made.leaves = std::move(out.leaves());
  made.body = out.take();
  return made;
}

template Generated print_instance<NoTrace>(Context<NoTrace>&, const GatewayInput<NoTrace>&);
template Generated print_instance<Tracing>(Context<Tracing>&, const GatewayInput<Tracing>&);

}  // namespace pawprint::rules
