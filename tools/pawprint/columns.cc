#include "tools/pawprint/columns.h"

#include <span>
#include <string_view>

#include "replay/ref.h"

namespace pawprint::cli {
namespace {

using model::Kind;

using Cell = std::string (*)(const Json& object);
struct Column {
  std::string_view heading;
  bool wide;
  Cell cell;
};

const Json& spec(const Json& object) { return member_in(object, "spec"); }
const Json& status(const Json& object) { return member_in(object, "status"); }

std::string shown(const Json& value) {
  if (value.is_null()) return {};
  return one_line(value.is_string() ? value.get<std::string>() : compact(value));
}

/// Texts of a list, or of one member of its objects, joined by commas.
std::string joined(const Json& list, const char* member = nullptr) {
  std::string out;
  for (const Json& each : list) {
    const std::string text = shown(member == nullptr ? each : member_in(each, member));
    if (!text.empty()) out += (out.empty() ? "" : ",") + text;
  }
  return out;
}

std::string condition(const Json& holder, std::string_view type) {
  for (const Json& each : member_in(holder, "conditions")) {
    if (text_in(each, "type") == type) return shown(member_in(each, "status"));
  }
  return {};
}

/// False when it is so for one of the parents.
std::string of_parents(const Json& object, std::string_view type) {
  std::string out;
  for (const Json& parent : member_in(status(object), "parents")) {
    const std::string value = condition(parent, type);
    if (out.empty() || value != "True") out = value;
  }
  return out;
}

std::string attached(const Json& object) {
  std::string out;
  for (const Json& each : member_in(status(object), "listeners")) {
    out += (out.empty() ? "" : ",") + shown(member_in(each, "name")) + ':' +
           shown(member_in(each, "attachedRoutes"));
  }
  return out;
}

std::string ports(const Json& object) {
  std::string out;
  for (const Json& each : member_in(spec(object), "ports")) {
    const std::string protocol = text_in(each, "protocol");
    out += (out.empty() ? "" : ",") + shown(member_in(each, "port")) + '/' +
           (protocol.empty() ? "TCP" : one_line(protocol));
  }
  return out;
}

std::string to_targets(const Json& object) {
  std::string out;
  for (const Json& each : member_in(spec(object), "to")) {
    const Json& ref = member_in(each, "targetRef");
    out += (out.empty() ? "" : ",") + shown(member_in(ref, "kind"));
    const std::string name = shown(member_in(ref, "name"));
    if (!name.empty()) out += '/' + name;
  }
  return out;
}

const Json& listeners_of(const Json& gateway) {
  return member_in(member_in(spec(gateway), "conf"), "listeners");
}

constexpr Column kClass[] = {
    {"CONTROLLER", false,
     [](const Json& o) { return shown(member_in(spec(o), "controllerName")); }},
    {"ACCEPTED", false, [](const Json& o) { return condition(status(o), "Accepted"); }},
    {"PARAMETERS", true,
     [](const Json& o) { return shown(member_in(member_in(spec(o), "parametersRef"), "name")); }}};
constexpr Column kGateway[] = {
    {"CLASS", false, [](const Json& o) { return shown(member_in(spec(o), "gatewayClassName")); }},
    {"ADDRESS", false,
     [](const Json& o) { return joined(member_in(status(o), "addresses"), "value"); }},
    {"PROGRAMMED", false, [](const Json& o) { return condition(status(o), "Programmed"); }},
    {"ATTACHED", true, attached}};
constexpr Column kRoute[] = {
    {"HOSTNAMES", false, [](const Json& o) { return joined(member_in(spec(o), "hostnames")); }},
    {"ACCEPTED", false, [](const Json& o) { return of_parents(o, "Accepted"); }},
    {"RESOLVEDREFS", false, [](const Json& o) { return of_parents(o, "ResolvedRefs"); }},
    {"PARENTS", true,
     [](const Json& o) { return joined(member_in(spec(o), "parentRefs"), "name"); }}};
constexpr Column kService[] = {
    {"TYPE", false, [](const Json& o) { return shown(member_in(spec(o), "type")); }},
    {"PORT(S)", false, ports}};
constexpr Column kSecret[] = {
    {"TYPE", false, [](const Json& o) { return shown(member_in(o, "type")); }},
    {"DATA", false, [](const Json& o) { return std::to_string(member_in(o, "data").size()); }}};
constexpr Column kMeshGateway[] = {
    {"MESH", false, [](const Json& o) { return shown(member_in(o, "mesh")); }},
    {"PORTS", false, [](const Json& o) { return joined(listeners_of(o), "port"); }},
    {"HOSTNAMES", true, [](const Json& o) { return joined(listeners_of(o), "hostname"); }}};
constexpr Column kInstance[] = {
    {"TYPE", false, [](const Json& o) { return shown(member_in(spec(o), "serviceType")); }},
    {"REPLICAS", false, [](const Json& o) { return shown(member_in(spec(o), "replicas")); }}};
constexpr Column kMeshRoute[] = {
    {"TARGETREF KIND", false,
     [](const Json& o) { return shown(member_in(member_in(spec(o), "targetRef"), "kind")); }},
    {"TARGETREF NAME", false,
     [](const Json& o) { return shown(member_in(member_in(spec(o), "targetRef"), "name")); }},
    {"TO", true, to_targets}};

std::span<const Column> columns(Kind kind) {
  switch (kind) {
    case Kind::kGatewayClass:
      return kClass;
    case Kind::kGateway:
      return kGateway;
    case Kind::kHttpRoute:
    case Kind::kGrpcRoute:
    case Kind::kTlsRoute:
    case Kind::kTcpRoute:
    case Kind::kUdpRoute:
      return kRoute;
    case Kind::kService:
      return kService;
    case Kind::kSecret:
      return kSecret;
    case Kind::kMeshGateway:
      return kMeshGateway;
    case Kind::kMeshGatewayInstance:
      return kInstance;
    case Kind::kMeshHttpRoute:
    case Kind::kMeshTcpRoute:
      return kMeshRoute;
    case Kind::kNone:
    case Kind::kListenerSet:
    case Kind::kReferenceGrant:
    case Kind::kBackendTlsPolicy:
    case Kind::kConfigMap:
    case Kind::kNamespace:
    case Kind::kMesh:
    case Kind::kMeshGatewayConfig:
    case Kind::kExternalService:
    case Kind::kMeshService:
    case Kind::kMeshMultiZoneService:
    case Kind::kMeshExternalService:
    case Kind::kMeshTimeout:
    case Kind::kMeshRetry:
      break;
  }
  return {};
}

std::string age_of(const Json& object, std::int64_t at_ns) {
  const auto created =
      replay::parse_instant(text_in(member_in(object, "metadata"), "creationTimestamp"));
  return created ? age(at_ns - *created) : std::string("-");
}

}  // namespace

std::string age(std::int64_t elapsed_ns) {
  const std::int64_t seconds = elapsed_ns > 0 ? elapsed_ns / 1'000'000'000 : 0;
  const auto pair = [](std::int64_t big, char big_unit, std::int64_t small, char small_unit) {
    std::string out = std::to_string(big) + big_unit;
    return small == 0 ? out : out + std::to_string(small) + small_unit;
  };
  if (seconds < 120) return std::to_string(seconds) + 's';
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return std::to_string(minutes) + 'm';
  const std::int64_t hours = minutes / 60;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return std::to_string(hours) + 'h';
  const std::int64_t days = hours / 24;
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  return std::to_string(days) + 'd';
}

std::vector<std::string> headings(Kind kind, bool wide) {
  std::vector<std::string> out;
  for (const Column& each : columns(kind)) {
    if (wide || !each.wide) out.emplace_back(each.heading);
  }
  out.emplace_back("AGE");
  return out;
}

std::vector<std::string> cells(Kind kind, bool wide, const Json& object, std::int64_t at_ns) {
  std::vector<std::string> out;
  for (const Column& each : columns(kind)) {
    if (!wide && each.wide) continue;
    std::string text = each.cell(object);
    out.push_back(text.empty() ? "-" : std::move(text));
  }
  out.push_back(age_of(object, at_ns));
  return out;
}

}  // namespace pawprint::cli
