#include <algorithm>

#include "engine/traffic/catalogue.h"
#include "engine/traffic/hostname.h"
#include "engine/traffic/route.h"

namespace pawprint::traffic {
namespace {

bool speaks(const Listener& listener, Scheme scheme) {
  switch (scheme) {
    case Scheme::kHttp:
      return listener.protocol == "HTTP" || listener.protocol == "TCP";
    case Scheme::kHttps:
      return listener.protocol == "HTTPS" || listener.protocol == "TLS";
    case Scheme::kGrpc:
      return listener.protocol == "HTTP" || listener.protocol == "HTTPS";
    case Scheme::kTcp:
      return listener.protocol == "TCP" || listener.protocol == "TLS";
    case Scheme::kUdp:
      return false;
  }
  return false;
}

bool answers(const MeshGateway& gateway, const Request& request) {
  const std::string host = request.scheme == Scheme::kHttps ? request.sni : request.host();
  return std::any_of(gateway.listeners.begin(), gateway.listeners.end(), [&](const Listener& each) {
    return each.port == request.port && speaks(each, request.scheme) &&
           host_matches(each.hostname, host);
  });
}

/// "ns/name" of the Gateway that a MeshGateway `name.ns` stands for; the bare name otherwise.
std::string gateway_name(const MeshGateway& gateway) {
  const std::string& name = gateway.meta.display;
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return name;
  return name.substr(dot + 1) + '/' + name.substr(0, dot);
}

/// `host` is a name by which Pods call the Service.
bool called(const Service& service, const std::string& host) {
  const std::string with_ns = service.name + '.' + service.ns;
  for (const char* suffix : {"", ".svc", ".svc.cluster.local", ".mesh"}) {
    if (host == with_ns + suffix) return true;
  }
  return host == service.name;
}

}  // namespace

std::vector<Parent> parents_of(const World& world, const Request& request) {
  std::vector<Parent> out;
  for (const MeshGateway& each : world.gateways) {
    if (answers(each, request)) out.push_back({true, gateway_name(each)});
  }
  const std::string host = request.host();
  for (const Service& each : world.services) {
    if (called(each, host) && find_port(each.ports, request.port) != nullptr) {
      out.push_back({false, each.ns + '/' + each.name});
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace pawprint::traffic
