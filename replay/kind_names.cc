#include "replay/kind_names.h"

#include <algorithm>
#include <array>

#include "replay/nearest.h"

namespace pawprint::replay {
namespace {

using model::Kind;

constexpr std::array<KindName, model::kKindCount - 1> kNames{{
    {Kind::kGatewayClass, "gatewayclasses", "gatewayclass", "gc"},
    {Kind::kGateway, "gateways", "gateway", "gtw"},
    {Kind::kListenerSet, "listenersets", "listenerset", "lset"},
    {Kind::kHttpRoute, "httproutes", "httproute", ""},
    {Kind::kGrpcRoute, "grpcroutes", "grpcroute", ""},
    {Kind::kTlsRoute, "tlsroutes", "tlsroute", ""},
    {Kind::kTcpRoute, "tcproutes", "tcproute", ""},
    {Kind::kUdpRoute, "udproutes", "udproute", ""},
    {Kind::kReferenceGrant, "referencegrants", "referencegrant", "refgrant"},
    {Kind::kBackendTlsPolicy, "backendtlspolicies", "backendtlspolicy", "btlspolicy"},
    {Kind::kNamespace, "namespaces", "namespace", "ns"},
    {Kind::kService, "services", "service", "svc"},
    {Kind::kSecret, "secrets", "secret", ""},
    {Kind::kConfigMap, "configmaps", "configmap", "cm"},
    {Kind::kMesh, "meshes", "mesh", "m"},
    {Kind::kMeshGatewayConfig, "meshgatewayconfigs", "meshgatewayconfig", ""},
    {Kind::kExternalService, "externalservices", "externalservice", ""},
    {Kind::kMeshService, "meshservices", "meshservice", "msvc"},
    {Kind::kMeshMultiZoneService, "meshmultizoneservices", "meshmultizoneservice", "mzsvc"},
    {Kind::kMeshExternalService, "meshexternalservices", "meshexternalservice", "extsvc"},
    {Kind::kMeshGateway, "meshgateways", "meshgateway", "mgw"},
    {Kind::kMeshGatewayInstance, "meshgatewayinstances", "meshgatewayinstance", ""},
    {Kind::kMeshHttpRoute, "meshhttproutes", "meshhttproute", "mhttpr"},
    {Kind::kMeshTcpRoute, "meshtcproutes", "meshtcproute", ""},
    {Kind::kMeshTimeout, "meshtimeouts", "meshtimeout", "mt"},
    {Kind::kMeshRetry, "meshretries", "meshretry", "mr"},
}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// "group" or "version.group" behind the plural.
bool is_group(std::string_view suffix, std::string_view group) {
  if (suffix == group) return true;
  const std::size_t dot = suffix.find('.');
  return dot != std::string_view::npos && suffix.starts_with('v') &&
         suffix.substr(dot + 1) == group;
}

}  // namespace

std::span<const KindName> kind_names() { return kNames; }

const KindName& name_of(Kind kind) {
  const auto found = std::find_if(kNames.begin(), kNames.end(),
                                  [kind](const KindName& each) { return each.kind == kind; });
  PAWPRINT_CHECK(found != kNames.end());
  return *found;
}

Result<Kind> parse_kind(std::string_view text) {
  const std::string folded = lower(text);
  const std::size_t dot = std::min(folded.find('.'), folded.size());
  const std::string_view word = std::string_view(folded).substr(0, dot);
  std::vector<std::string_view> known;
  for (const KindName& each : kNames) {
    known.push_back(each.plural);
    known.push_back(each.singular);
    const bool named = word == each.plural || word == each.singular ||
                       (!each.short_name.empty() && word == each.short_name);
    if (named && (dot == folded.size() || is_group(std::string_view(folded).substr(dot + 1),
                                                   model::info(each.kind).group))) {
      return each.kind;
    }
  }
  const std::string what = text.empty() ? "a type is missing" : "unknown type " + std::string(text);
  std::string hint = suggestion(word, known);
  if (hint.empty()) {
    for (const KindName& each : kNames) {
      hint += (hint.empty() ? "; there are " : ", ") + std::string(each.plural);
    }
  }
  return fail(ErrorCode::kInvalid, what + hint);
}

Result<std::vector<Kind>> parse_kinds(std::string_view text) {
  std::vector<Kind> out;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto kind = parse_kind(text.substr(0, comma));
    if (!kind) return tl::unexpected<Error>(kind.error());
    if (std::find(out.begin(), out.end(), *kind) == out.end()) out.push_back(*kind);
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

bool is_object_name(std::string_view text) {
  constexpr std::size_t kLongest = 253;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kLongest && plain(text.front()) && plain(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return plain(c) || c == '-' || c == '.'; });
}

bool is_generated(Kind kind) { return model::info(kind).generated && kind != Kind::kSecret; }

record::ObjectKey key_of(Kind kind, std::string_view zone, std::string_view ns,
                         std::string_view name) {
  const model::KindInfo& info = model::info(kind);
  return {std::string(zone), std::string(info.group), std::string(info.name),
          info.namespaced ? std::string(ns) : std::string(), std::string(name)};
}

}  // namespace pawprint::replay
