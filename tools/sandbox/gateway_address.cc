#include "tools/sandbox/gateway_address.h"

#include "tools/sandbox/managed_fields.h"

namespace pawprint::sandbox {
namespace {

constexpr const char* kInstances = "meshgatewayinstances.kuma.io";

bool has_address(const Json& object) {
  return !member(member(member(object, "status"), "loadBalancer"), "ingress").empty();
}

void assign(Cluster& cluster, const Kind& kind, const std::string& key, const Json& before) {
  const KindVersion& version = kind.versions.front();
  Json after = before;
  after["status"]["loadBalancer"]["ingress"] = Json::array({{{"ip", cluster.new_gateway_ip()}}});
  Terrain terrain{version.schema.get(), {}};
  terrain.reset.insert({"f:spec"});
  Ownership ownership = Ownership::read(member(before["metadata"], "managedFields"));
  ownership.note_update(terrain, before, after,
                        {"kuma-cp", kind.api_version(version), "status", cluster.now()});
  after["metadata"]["managedFields"] = ownership.write();
  cluster.store.put(kInstances, key, std::move(after));
}

}  // namespace

void assign_gateway_addresses(Cluster& cluster, const Kind& kind) {
  if (!cluster.assign_addresses || kind.resource() != kInstances) return;
  Objects objects = cluster.store.table(kInstances).objects;
  for (const auto& [key, object] : objects) {
    if (!has_address(*object)) assign(cluster, kind, key, *object);
  }
}

}  // namespace pawprint::sandbox
