#include "engine/traffic/route.h"

#include <algorithm>

#include "engine/traffic/gateway.h"
#include "engine/traffic/sidecar.h"
#include "engine/traffic/take.h"

namespace pawprint::traffic {
namespace {

template <class T>
void sort_unique(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void remark_grpc(bool gateway, Answer& answer) {
  const std::string who = gateway ? "the gateway calls " : "the sidecar calls ";
  const std::string why = gateway ? " (D-52)" : "; its appProtocol is neither grpc nor http2";
  for (const Backend& each : answer.backends) {
    if (each.protocol != "HTTP/1.1" || each.status != 0) continue;
    std::string text = who;
    text.append(each.service).append(" with HTTP/1.1, which gRPC servers do not take").append(why);
    answer.remarks.push_back({answer.kuma, "warning", "route/grpc", std::move(text)});
  }
}

}  // namespace

Answer route(const World& world, const Request& request) {
  Answer answer;
  answer.grpc = request.scheme == Scheme::kGrpc;
  answer.remarks = world.remarks;
  if (request.gateway.empty()) {
    route_at_sidecar(world, request, answer);
  } else if (const MeshGateway* gateway = find_gateway(world, request.gateway);
             gateway != nullptr) {
    route_at_gateway(world, *gateway, request, answer);
  } else {
    answer.parent = "Gateway/" + request.gateway;
    refuse("there is no MeshGateway for Gateway " + request.gateway, answer);
  }
  if (answer.grpc) remark_grpc(!request.gateway.empty(), answer);
  if (!world.services_known) {
    answer.remarks.push_back({answer.parent, "info", "route/assumed",
                              "no Service is known; every one that is named is believed to be "
                              "served over HTTP"});
  }
  sort_unique(answer.remarks);
  sort_unique(answer.frozen);
  return answer;
}

}  // namespace pawprint::traffic
