// The fixture of tests that run against the sandbox and, when PAWPRINT_APISERVER_KUBECONFIG names
// the kubeconfig of a real kube-apiserver with the project's CRDs, against that one as well.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/sandbox/client.h"

namespace pawprint::sandbox::test {

enum class ServerKind : std::uint8_t { kSandbox, kReal };

/// Names the instances of a test: ".../Sandbox" and ".../Real".
std::string name_of(const ::testing::TestParamInfo<ServerKind>& info);
/// kSandbox, and kReal when one is there.
std::vector<ServerKind> servers_to_test();

/// Each test has a namespace of its own. The sandbox is started once for the program.
class BothServers : public ::testing::TestWithParam<ServerKind> {
 protected:
  void SetUp() override;

  Reply get(const std::string& path) { return send(endpoint_, {"GET", path, ""}); }
  Reply post(const std::string& path, const Json& body);
  Reply put(const std::string& path, const Json& body);
  Reply merge(const std::string& path, const Json& patch);
  Reply apply(const std::string& path, const Json& object, const std::string& manager,
              bool force = false);
  Reply remove(const std::string& path, const Json& options = nullptr);
  Watch watch(const std::string& path, const std::string& query = "");

  /// "/apis/gateway.networking.k8s.io/v1/namespaces/<own>/PLURAL[/NAME]"
  std::string gateway_path(const std::string& plural, const std::string& name = "") const;
  std::string routes(const std::string& name = "") const {
    return gateway_path("httproutes", name);
  }
  std::string core_path(const std::string& plural, const std::string& name = "") const;
  std::string kuma_path(const std::string& plural, const std::string& name = "") const;

  /// An HTTPRoute with one rule to Service "svc".
  Json route(const std::string& name, const std::string& hostname = "a.example.com") const;
  /// A valid status.parents entry.
  static Json parent_status(const std::string& controller);
  Json object(const std::string& api_version, const std::string& kind, const std::string& name,
              const Json& spec = nullptr) const;

  Endpoint endpoint_;
  std::string space_;
};

/// The managedFields entry of a manager and operation, or null.
Json managed_entry(const Json& object, const std::string& manager, const std::string& operation);

}  // namespace pawprint::sandbox::test

/// Runs a suite on every server there is.
#define PAWPRINT_ON_BOTH_SERVERS(suite)                                                       \
  INSTANTIATE_TEST_SUITE_P(On, suite,                                                         \
                           ::testing::ValuesIn(::pawprint::sandbox::test::servers_to_test()), \
                           ::pawprint::sandbox::test::name_of)
