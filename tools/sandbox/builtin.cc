#include "tools/sandbox/builtin.h"

#include <openssl/evp.h>

namespace pawprint::sandbox {
namespace {

std::string base64(const std::string& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return out;
}

void default_service(Json& spec) {
  std::string type = text(spec, "type");
  bool outside = type == "NodePort" || type == "LoadBalancer";
  if (type != "ExternalName") spec.emplace("internalTrafficPolicy", "Cluster");
  if (outside) spec.emplace("externalTrafficPolicy", "Cluster");
  if (type == "LoadBalancer") spec.emplace("allocateLoadBalancerNodePorts", true);
  auto ports = spec.find("ports");
  if (ports == spec.end() || !ports->is_array()) return;
  for (Json& port : *ports) {
    if (port.is_object() && port.contains("port")) port.emplace("targetPort", port["port"]);
  }
}

void default_secret(Json& object) {
  auto texts = object.find("stringData");
  if (texts == object.end()) return;
  for (auto entry = texts->begin(); texts->is_object() && entry != texts->end(); ++entry) {
    if (entry->is_string()) object["data"][entry.key()] = base64(entry->get<std::string>());
  }
  object.erase("stringData");
}

void allocate_service(Cluster& cluster, Json& object) {
  Json& spec = object["spec"];
  std::string type = text(spec, "type");
  object["status"] = {{"loadBalancer", Json::object()}};
  if (type == "ExternalName") return;
  if (text(spec, "clusterIP").empty()) spec["clusterIP"] = cluster.new_cluster_ip();
  spec.emplace("clusterIPs", Json::array({spec["clusterIP"]}));
  spec.emplace("ipFamilies", Json::array({"IPv4"}));
  spec.emplace("ipFamilyPolicy", "SingleStack");
  if (type == "ClusterIP" || !spec.contains("ports")) return;
  for (Json& port : spec["ports"]) port.emplace("nodePort", cluster.new_node_port());
}

}  // namespace

void default_builtin(const Kind& kind, Json& object) {
  if (!kind.builtin) return;
  if (kind.kind == "Service" && member(object, "spec").is_object()) default_service(object["spec"]);
  if (kind.kind == "Secret") default_secret(object);
  if (kind.kind == "Namespace" && member(object, "metadata").is_object()) {
    Json& metadata = object["metadata"];
    std::string name = text(metadata, "name");
    if (!name.empty()) metadata["labels"]["kubernetes.io/metadata.name"] = name;
  }
}

void allocate_builtin(Cluster& cluster, const Kind& kind, Json& object) {
  if (!kind.builtin) return;
  if (kind.kind == "Service") allocate_service(cluster, object);
  if (kind.kind == "Namespace") {
    object["spec"]["finalizers"] = Json::array({"kubernetes"});
    object["status"]["phase"] = "Active";
  }
}

void keep_allocations(const Kind& kind, const Json& before, Json& after) {
  if (!kind.builtin) return;
  if (kind.kind == "Namespace") after["spec"] = member(before, "spec");
  if (kind.kind != "Service") return;
  const Json& old = member(before, "spec");
  for (const char* name : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
    bool empty = !after["spec"].contains(name) || after["spec"][name].empty();
    if (empty && old.contains(name)) after["spec"][name] = old[name];
  }
}

bool allows_unconditional_update(const Kind& kind) { return kind.builtin && kind.kind != "Lease"; }

}  // namespace pawprint::sandbox
