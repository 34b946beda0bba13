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
void write_instance_spec(const GatewayInput<T>& in, Out<T>& out) {
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
  write_member<T>(out, "podTemplate", config.pod_template, src);
  out.key("replicas");
  out.number(config.replicas, by("replicas"));
  write_member<T>(out, "resources", config.resources, src);
  write_member<T>(out, "serviceTemplate", config.service_template, src);
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
  write_instance_spec<T>(in, out);
  out.close('}');
  made.leaves = std::move(out.leaves());
  made.body = out.take();
  return made;
}

template Generated print_instance<NoTrace>(Context<NoTrace>&, const GatewayInput<NoTrace>&);
template Generated print_instance<Tracing>(Context<Tracing>&, const GatewayInput<Tracing>&);

}  // namespace pawprint::rules
