#include "engine/rules/labels.h"

#include <algorithm>

#include "engine/rules/names.h"

namespace pawprint::rules {

const Rule kOwnerLabel{
    "labels/owner", "metadata.name and .namespace of the source object",
    "label pawprint.dev/owner; Kuma's own key in the compat profile",
    "What Pawprint created must be recognisable after a lost log, and nothing else may be deleted",
    "oracle/listener-http"};
const Rule kZoneLabels{
    "labels/zone", "-", "labels kuma.io/origin and kuma.io/zone",
    "A federated zone's admission refuses policies in the system namespace without the origin, and "
    "a wrong zone makes them silently inactive",
    "scenarios/labels"};
const Rule kGatewayLabels{
    "labels/gateway", "Gateway API: generated resources carry gateway-name and gateway-class-name",
    "labels gateway.networking.k8s.io/gateway-name and -class-name",
    "The Gateway API asks for them on every generated resource", "scenarios/labels"};
const Rule kObjectKind{"labels/type", "kind of the source object", "apiVersion and kind",
                       "Each source kind has one target kind", "oracle/listener-http"};

namespace {
constexpr std::size_t kMaxLabelValue = 63;
}

template <class T>
std::vector<LabelValue<T>> common_labels(Context<T>& ctx, const Object& source, const Mesh<T>& mesh,
                                         bool kuma_owner_label) {
  std::vector<LabelValue<T>> out;
  const auto meta = T::object(source, ".metadata");
  out.push_back({"kuma.io/mesh", std::string(mesh.name.view()), T::by(kMeshSelection, mesh.src)});
  if (ctx.quirks().kuma_labels) {
    if (kuma_owner_label) {
      out.push_back({kKumaOwnerKey, kuma_owner(source.ns.view(), source.name.view()),
                     T::by(kOwnerLabel, meta.at("namespace"), meta.at("name"))});
    }
    return out;
  }
  out.push_back(
      {kOwnerKey,
       pawprint_owner(model::info(source.kind).name, source.ns.view(), source.name.view()),
       T::by(kOwnerLabel, meta.at("namespace"), meta.at("name"))});
  out.push_back({"kuma.io/origin", "zone", T::by(kZoneLabels, T::setting("zones"))});
  out.push_back(
      {"kuma.io/zone", std::string(ctx.zone.view()), T::by(kZoneLabels, T::setting("zones"))});
  if (const auto* gateway = source.template as<model::GatewayFact>()) {
    if (source.name.view().size() <= kMaxLabelValue) {
      out.push_back({"gateway.networking.k8s.io/gateway-name", std::string(source.name.view()),
                     T::by(kGatewayLabels, meta.at("name"))});
    }
    if (gateway->class_name.view().size() <= kMaxLabelValue) {
      out.push_back({"gateway.networking.k8s.io/gateway-class-name",
                     std::string(gateway->class_name.view()),
                     T::by(kGatewayLabels, T::object(source, ".spec").at("gatewayClassName"))});
    }
  }
  return out;
}

template <class T>
void write_labels(Out<T>& out, std::vector<LabelValue<T>> labels) {
  std::sort(labels.begin(), labels.end(),
            [](const LabelValue<T>& a, const LabelValue<T>& b) { return a.key < b.key; });
  out.key("labels");
  out.open('{');
  for (const LabelValue<T>& label : labels) out.member(label.key, label.value, label.cause);
  out.close('}');
}

template <class T>
void write_type(Out<T>& out, Kind kind, const typename T::Src& source) {
  const model::KindInfo& info = model::info(kind);
  out.member("apiVersion", info.api_version, T::by(kObjectKind, source.at("kind")));
  out.member("kind", info.name, T::by(kObjectKind, source.at("kind")));
}

template std::vector<LabelValue<NoTrace>> common_labels<NoTrace>(Context<NoTrace>&, const Object&,
                                                                 const Mesh<NoTrace>&, bool);
template std::vector<LabelValue<Tracing>> common_labels<Tracing>(Context<Tracing>&, const Object&,
                                                                 const Mesh<Tracing>&, bool);
template void write_labels<NoTrace>(Out<NoTrace>&, std::vector<LabelValue<NoTrace>>);
template void write_labels<Tracing>(Out<Tracing>&, std::vector<LabelValue<Tracing>>);
template void write_type<NoTrace>(Out<NoTrace>&, Kind, const NoTrace::Src&);
template void write_type<Tracing>(Out<Tracing>&, Kind, const Tracing::Src&);

}  // namespace pawprint::rules
