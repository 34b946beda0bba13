#include "tests/sandbox/both_servers.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tools/sandbox/sandbox.h"

namespace pawprint::sandbox::test {
namespace {

constexpr const char* kApplyPatch = "application/apply-patch+yaml";
constexpr const char* kMergePatch = "application/merge-patch+json";

Sandbox& shared_sandbox() {
  static std::unique_ptr<Sandbox> sandbox = [] {
    auto started = Sandbox::start({});
    if (!started) std::abort();
    return std::move(*started);
  }();
  return *sandbox;
}

Endpoint real_endpoint() {
  std::stringstream text;
  text << std::ifstream(std::getenv("PAWPRINT_APISERVER_KUBECONFIG")).rdbuf();
  return read_kubeconfig(text.str());
}

std::string with_name(const std::string& path, const std::string& name) {
  return name.empty() ? path : path + "/" + name;
}

/// A DNS label from the running test's name, different in every run.
std::string fresh_namespace() {
  static std::atomic<int> counter = 0;
  std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  name = name.substr(0, name.find('/'));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto now = std::chrono::system_clock::now().time_since_epoch().count() % 1'000'000'000;
  return name.substr(0, 30) + "-" + std::to_string(getpid()) + "-" + std::to_string(now) + "-" +
         std::to_string(++counter);
}

}  // namespace

std::string name_of(const ::testing::TestParamInfo<ServerKind>& info) {
  return info.param == ServerKind::kReal ? "Real" : "Sandbox";
}

std::vector<ServerKind> servers_to_test() {
  std::vector<ServerKind> servers = {ServerKind::kSandbox};
  if (std::getenv("PAWPRINT_APISERVER_KUBECONFIG") != nullptr) servers.push_back(ServerKind::kReal);
  return servers;
}

void BothServers::SetUp() {
  bool real = GetParam() == ServerKind::kReal;
  endpoint_ = real ? real_endpoint() : read_kubeconfig(shared_sandbox().kubeconfig());
  space_ = fresh_namespace();
  Json space = {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", space_}}}};
  Reply made = post("/api/v1/namespaces", space);
  ASSERT_EQ(made.status, 201) << made.text;
}

Reply BothServers::post(const std::string& path, const Json& body) {
  return send(endpoint_, {"POST", path, body.dump()});
}

Reply BothServers::put(const std::string& path, const Json& body) {
  return send(endpoint_, {"PUT", path, body.dump()});
}

Reply BothServers::merge(const std::string& path, const Json& patch) {
  return send(endpoint_, {"PATCH", path, patch.dump(), kMergePatch});
}

Reply BothServers::apply(const std::string& path, const Json& object, const std::string& manager,
                         bool force) {
  std::string query = "?fieldManager=" + manager + (force ? "&force=true" : "");
  return send(endpoint_, {"PATCH", path + query, object.dump(), kApplyPatch});
}

Reply BothServers::remove(const std::string& path, const Json& options) {
  return send(endpoint_, {"DELETE", path, options.is_null() ? "" : options.dump()});
}

Watch BothServers::watch(const std::string& path, const std::string& query) {
  return Watch(endpoint_, path + "?watch=1&timeoutSeconds=30" + query);
}

std::string BothServers::gateway_path(const std::string& plural, const std::string& name) const {
  return with_name("/apis/gateway.networking.k8s.io/v1/namespaces/" + space_ + "/" + plural, name);
}

std::string BothServers::core_path(const std::string& plural, const std::string& name) const {
  return with_name("/api/v1/namespaces/" + space_ + "/" + plural, name);
}

std::string BothServers::kuma_path(const std::string& plural, const std::string& name) const {
  return with_name("/apis/kuma.io/v1alpha1/namespaces/" + space_ + "/" + plural, name);
}

Json BothServers::object(const std::string& api_version, const std::string& kind,
                         const std::string& name, const Json& spec) const {
  Json out = {{"apiVersion", api_version}, {"kind", kind}, {"metadata", {{"name", name}}}};
  if (!spec.is_null()) out["spec"] = spec;
  return out;
}

Json BothServers::route(const std::string& name, const std::string& hostname) const {
  Json backend = {{"name", "svc"}, {"port", 80}};
  Json rule = {{"backendRefs", Json::array({backend})}};
  return object("gateway.networking.k8s.io/v1", "HTTPRoute", name,
                {{"hostnames", Json::array({hostname})}, {"rules", Json::array({rule})}});
}

Json BothServers::parent_status(const std::string& controller) {
  Json condition = {{"type", "Accepted"},
                    {"status", "True"},
                    {"reason", "Accepted"},
                    {"message", ""},
                    {"lastTransitionTime", "2024-01-01T00:00:00Z"}};
  return {{"controllerName", controller},
          {"parentRef", {{"name", "gateway"}}},
          {"conditions", Json::array({condition})}};
}

Json managed_entry(const Json& object, const std::string& manager, const std::string& operation) {
  for (const Json& entry : member(member(object, "metadata"), "managedFields")) {
    if (text(entry, "manager") == manager && text(entry, "operation") == operation) return entry;
  }
  return nullptr;
}

}  // namespace pawprint::sandbox::test
