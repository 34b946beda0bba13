#include "engine/rules/route_remarks.h"

#include <algorithm>

#include "engine/rules/backend_reference.h"

namespace pawprint::rules {

const Rule kRouteIgnored{"http_route/ignored",
                         "RouteRule.name; hostnames on Service parents; useDefaultGateways", "-",
                         "The Gateway API lets these be without effect, but nobody should wonder",
                         "scenarios/route-ignored-members"};

namespace {

std::string listed(const std::vector<Sym>& names) {
  std::string out;
  for (const Sym name : names) {
    if (!out.empty()) out += ", ";
    out += name.view();
  }
  return out;
}

}  // namespace

std::vector<Remark> route_remarks(const model::HttpRouteFact& fact, bool service) {
  std::vector<Remark> out;
  if (service && !fact.hostnames.empty()) {
    out.push_back({"info", kRouteIgnored.id,
                   "spec.hostnames have no effect on Service parents: " + listed(fact.hostnames)});
  }
  for (std::size_t i = 0; i < fact.rules.size(); ++i) {
    if (!fact.rules[i].name.set()) continue;
    out.push_back({"info", kRouteIgnored.id,
                   "spec.rules[" + std::to_string(i) + "].name \"" +
                       std::string(fact.rules[i].name.view()) +
                       "\" has no effect: Kuma's rules have no names"});
  }
  for (const Sym member : fact.unsupported) {
    out.push_back({"warning", kRouteIgnored.id,
                   "spec." + std::string(member.view()) + " is not supported and has no effect"});
  }
  return out;
}

template <class T>
std::vector<Remark> port_remarks(const Attachment<T>& attachment) {
  std::vector<Remark> out;
  for (const model::ServicePort& port : attachment.ports) {
    const Sym protocol = port.kuma_protocol;
    if (!protocol.set() || protocol.is("http") || protocol.is("http2") || protocol.is("grpc")) {
      continue;
    }
    out.push_back({"warning", kRouteIgnored.id,
                   "port " + std::to_string(port.port) + " of " +
                       std::string(model::info(attachment.target->kind).name) + " \"" +
                       std::string(attachment.target_ns.view()) + '/' +
                       std::string(attachment.target->name.view()) + "\" speaks " +
                       std::string(protocol.view()) +
                       " to Kuma, so the route does nothing there; set its appProtocol to http, "
                       "http2 or grpc"});
  }
  return out;
}

template <class T>
std::vector<Remark> backend_remarks(const std::vector<RulePlan<T>>& plans) {
  std::vector<Remark> out;
  const auto add = [&](const Backend<T>& backend) {
    if (backend.caution.empty()) return;
    Remark remark{"warning", kBackendTarget.id, backend.caution};
    if (std::find(out.begin(), out.end(), remark) == out.end()) out.push_back(std::move(remark));
  };
  for (const RulePlan<T>& plan : plans) {
    if (!plan.fault.empty()) continue;
    for (const Backend<T>& each : plan.backends) add(each);
    for (const FilterPlan<T>& each : plan.filters) {
      if (each.mirror && !each.dropped) add(*each.mirror);
    }
  }
  return out;
}

template std::vector<Remark> port_remarks<NoTrace>(const Attachment<NoTrace>&);
template std::vector<Remark> port_remarks<Tracing>(const Attachment<Tracing>&);

template std::vector<Remark> backend_remarks<NoTrace>(const std::vector<RulePlan<NoTrace>>&);
template std::vector<Remark> backend_remarks<Tracing>(const std::vector<RulePlan<Tracing>>&);

}  // namespace pawprint::rules
