#include "engine/traffic/backends.h"

#include <algorithm>

namespace pawprint::traffic {
namespace {

constexpr std::int32_t kUnresolved = 500, kUnavailable = 503;

struct Share {
  std::string cluster;
  Backend backend;
};

Share* find(std::vector<Share>& shares, const std::string& cluster) {
  const auto found = std::find_if(shares.begin(), shares.end(),
                                  [&](const Share& each) { return each.cluster == cluster; });
  return found == shares.end() ? nullptr : &*found;
}

std::vector<Backend> with_weight(std::vector<Share> shares) {
  std::vector<Backend> out;
  for (Share& each : shares) {
    if (each.backend.weight > 0) out.push_back(std::move(each.backend));
  }
  return out;
}

std::vector<Share> gateway_shares(const World& world, const MergedRule& rule) {
  std::vector<Share> out;
  if (rule.refs == nullptr) return out;
  for (const BackendRef& each : *rule.refs) {
    const Resolved resolved = resolve(world, each.target, rule.refs_from.policy->meta);
    Backend backend = backend_of(resolved, each.weight, Proxy::kGateway);
    if (Share* same = find(out, resolved.cluster); same != nullptr) {
      same->backend.weight = each.weight;
    } else {
      out.push_back({resolved.cluster, std::move(backend)});
    }
  }
  return out;
}

std::uint64_t total(const std::vector<Share>& shares) {
  std::uint64_t out = 0;
  for (const Share& each : shares) out += each.backend.weight;
  return out;
}

/// A sidecar forwards to it.
bool usable(const Resolved& resolved) {
  if (resolved.kind != Resolved::Kind::kKnown || !resolved.port.http()) return false;
  return !resolved.legacy || resolved.served;
}

}  // namespace

Backend backend_of(const Resolved& resolved, std::uint64_t weight, Proxy proxy) {
  Backend out;
  out.service = resolved.service;
  out.port = resolved.port.port;
  out.weight = weight;
  const bool known = resolved.kind == Resolved::Kind::kKnown;
  if (!known || !resolved.freezes.empty()) out.status = kUnresolved;
  else if (!resolved.reachable) out.status = kUnavailable;
  // D-52: behind a gateway a legacy reference is called with HTTP/1.1, whatever its protocol.
  const bool http2 = resolved.port.http2() && (proxy == Proxy::kSidecar || !resolved.legacy);
  out.protocol = http2 ? "HTTP/2" : "HTTP/1.1";
  return out;
}

std::vector<Backend> gateway_backends(const World& world, const MergedRule& rule) {
  std::vector<Share> shares = gateway_shares(world, rule);
  // A lone backend gets everything, whatever its weight.
  if (shares.size() == 1 && shares.front().backend.weight == 0) shares.front().backend.weight = 1;
  return with_weight(std::move(shares));
}

std::optional<Freeze> gateway_freeze(const World& world, const MergedRule& rule) {
  if (rule.refs == nullptr) return std::nullopt;
  std::optional<Freeze> out;
  for (const BackendRef& each : *rule.refs) {
    const Resolved resolved = resolve(world, each.target, rule.refs_from.policy->meta);
    if (resolved.freezes.empty()) continue;
    if (resolved.kind != Resolved::Kind::kKnown) return Freeze{resolved.freezes, false};
    out = Freeze{resolved.freezes, true};
  }
  if (rule.refs->size() > 1 && total(gateway_shares(world, rule)) == 0) {
    return Freeze{"Envoy rejects the routes: the weights of a rule add up to 0", false};
  }
  return out;
}

std::optional<std::vector<Backend>> sidecar_backends(const World& world, const MergedRule& rule,
                                                     const Resolved& parent) {
  std::vector<Share> shares;
  bool any = false;
  const auto add = [&](const Resolved& resolved, std::uint64_t weight) {
    if (!usable(resolved) || weight == 0) return;
    if (Share* same = find(shares, resolved.cluster); same != nullptr) {
      same->backend.weight += weight;
    } else {
      shares.push_back({resolved.cluster, backend_of(resolved, weight, Proxy::kSidecar)});
    }
  };
  if (rule.refs != nullptr) {
    for (const BackendRef& each : *rule.refs) {
      const Resolved resolved = resolve(world, each.target, rule.refs_from.policy->meta);
      if (resolved.kind == Resolved::Kind::kNothing) continue;
      any = true;
      add(resolved, each.weight);
    }
  }
  if (!any) return std::vector<Backend>{backend_of(parent, 1, Proxy::kSidecar)};
  if (shares.empty()) return std::nullopt;
  return with_weight(std::move(shares));
}

std::vector<Backend> stream_backends(const World& world, const MergedRule& rule) {
  std::vector<Backend> out;
  if (rule.refs == nullptr) return out;
  for (const BackendRef& each : *rule.refs) {
    const Resolved resolved = resolve(world, each.target, rule.refs_from.policy->meta);
    Backend backend = backend_of(resolved, each.weight, Proxy::kGateway);
    if (resolved.kind == Resolved::Kind::kKnown) {
      backend.status = resolved.reachable ? 0 : kUnavailable;
    }
    backend.protocol = "TCP";
    if (each.weight > 0) out.push_back(std::move(backend));
  }
  return out;
}

std::vector<Mirror> mirrors_to(const World& world, const MergedRule& rule, Proxy proxy,
                               std::string& freeze) {
  std::vector<Mirror> out;
  if (rule.filters == nullptr) return out;
  for (const MirrorFilter& each : mirrors_of(*rule.filters, proxy)) {
    const Resolved resolved = resolve(world, each.target, rule.filters_from.policy->meta);
    const bool known = resolved.legacy && resolved.kind == Resolved::Kind::kKnown;
    if (!known || (proxy == Proxy::kSidecar && !usable(resolved))) {
      freeze = "could not find cluster for the mirror's backendRef " + resolved.service;
    }
    out.push_back({resolved.service, resolved.port.port, each.percent,
                   resolved.reachable ? 0 : kUnavailable});
  }
  return out;
}

}  // namespace pawprint::traffic
