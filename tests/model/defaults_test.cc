#include "engine/model/defaults.h"

#include "engine/model/api_defaults.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <nlohmann/json.hpp>

namespace pawprint::model {
namespace {

using Table = std::map<std::string, std::string>;  // Path -> JSON text of the default.

nlohmann::json json_of(const YAML::Node& node) {
  auto out = nlohmann::json::object();
  if (node.IsMap()) {
    for (const auto& member : node) out[member.first.Scalar()] = json_of(member.second);
    return out;
  }
  if (node.IsSequence()) {
    out = nlohmann::json::array();
    for (const auto& item : node) out.push_back(json_of(item));
    return out;
  }
  const std::string text = node.Scalar();
  const bool plain = node.Tag() != "!" && !text.empty();
  if (plain && text.find_first_not_of("0123456789") == std::string::npos) return std::stoi(text);
  return text;
}

/// Every `default:` below a schema, named by its path; lists and maps add nothing to the name of
/// what they hold, except that maps are marked, for the table has none.
void collect(const YAML::Node& schema, const std::string& path, Table& found) {
  if (schema["default"]) found[path] = json_of(schema["default"]).dump();
  for (const auto& property : schema["properties"]) {
    collect(property.second, path + "." + property.first.Scalar(), found);
  }
  if (schema["items"]) collect(schema["items"], path, found);
  const YAML::Node values = schema["additionalProperties"];
  if (values && values.IsMap()) collect(values, path + "{}", found);
}

void collect(const DefaultNode& node, const std::string& path, Table& found) {
  if (!node.value.empty()) found[path] = std::string(node.value);
  for (const DefaultNode& child : node.children) {
    collect(child, path + "." + std::string(child.member), found);
  }
}

/// Defaults below `spec`, in every version of the definition.
Table defaults_of_crd(const std::string& file, const std::string& kind) {
  const YAML::Node crd = YAML::LoadFile(std::string(PAWPRINT_TEST_CRDS) + "/" + file);
  EXPECT_EQ(crd["spec"]["names"]["kind"].Scalar(), kind);
  Table first;
  bool seen = false;
  for (const YAML::Node& version : crd["spec"]["versions"]) {
    Table found;
    collect(version["schema"]["openAPIV3Schema"]["properties"]["spec"], ".spec", found);
    if (seen) {
      EXPECT_EQ(found, first) << "the versions of " << kind << " differ";
    }
    first = found;
    seen = true;
  }
  EXPECT_TRUE(seen);
  return first;
}

struct Kind {
  std::string file, kind;
  std::size_t defaults;
};

std::string name_of(const ::testing::TestParamInfo<Kind>& each) { return each.param.kind; }

class GeneratedKind : public ::testing::TestWithParam<Kind> {};

TEST_P(GeneratedKind, TableHoldsWhatTheDefinitionSays) {
  const Table of_crd = defaults_of_crd(GetParam().file, GetParam().kind);
  EXPECT_EQ(of_crd.size(), GetParam().defaults);
  Table of_table;
  if (const DefaultNode* root = spec_defaults(GetParam().kind)) collect(*root, ".spec", of_table);
  EXPECT_EQ(of_table, of_crd);
}

INSTANTIATE_TEST_SUITE_P(
    Defaults, GeneratedKind,
    ::testing::Values(Kind{"kuma-2.14/kuma.io_meshhttproutes.yaml", "MeshHTTPRoute", 4},
                      Kind{"kuma-2.14/kuma.io_meshtcproutes.yaml", "MeshTCPRoute", 1},
                      Kind{"kuma-2.14/kuma.io_meshretries.yaml", "MeshRetry", 3},
                      Kind{"kuma-2.14/kuma.io_meshtimeouts.yaml", "MeshTimeout", 0},
                      Kind{"kuma-2.14/kuma.io_meshgateways.yaml", "MeshGateway", 0},
                      Kind{"kuma-2.14/kuma.io_meshgatewayinstances.yaml", "MeshGatewayInstance",
                           2}),
    name_of);

class InputKind : public ::testing::TestWithParam<Kind> {};

TEST_P(InputKind, TableHoldsWhatTheDefinitionSays) {
  const Table of_crd = defaults_of_crd(GetParam().file, GetParam().kind);
  EXPECT_EQ(of_crd.size(), GetParam().defaults);
  Table of_table;
  const std::string group =
      GetParam().file.starts_with("kuma") ? "kuma.io" : "gateway.networking.k8s.io";
  if (const DefaultNode* root = object_defaults(group, GetParam().kind))
    collect(*root, "", of_table);
  EXPECT_EQ(of_table, of_crd);
}

INSTANTIATE_TEST_SUITE_P(
    Defaults, InputKind,
    ::testing::Values(
        Kind{"gateway-api-v1.6.1/gateway.networking.k8s.io_gatewayclasses.yaml", "GatewayClass", 0},
        Kind{"gateway-api-v1.6.1/gateway.networking.k8s.io_gateways.yaml", "Gateway", 14},
        Kind{"gateway-api-v1.6.1/gateway.networking.k8s.io_httproutes.yaml", "HTTPRoute", 22},
        Kind{"gateway-api-v1.6.1/gateway.networking.k8s.io_referencegrants.yaml", "ReferenceGrant",
             0},
        Kind{"kuma-2.14/kuma.io_meshgatewayconfigs.yaml", "MeshGatewayConfig", 2},
        Kind{"kuma-2.14/kuma.io_meshes.yaml", "Mesh", 0},
        Kind{"kuma-2.14/kuma.io_externalservices.yaml", "ExternalService", 0}),
    name_of);

TEST(FillDefaults, ReachesIntoLists) {
  const auto filled = fill_defaults("MeshHTTPRoute", R"({"to":[{"rules":[{
      "matches":[{"headers":[{"name":"a","value":"b"},{"name":"c","type":"Present"}]}],
      "default":{"backendRefs":[{"kind":"MeshService","name":"x"},{"kind":"MeshService","weight":0}],
        "filters":[{"type":"RequestRedirect","requestRedirect":{}},
          {"type":"RequestMirror","requestMirror":{"backendRef":{"kind":"MeshService"}}}]}}]}]})");
  ASSERT_TRUE(filled.has_value()) << filled.error().message;
  const auto rule = nlohmann::json::parse(*filled)["to"][0]["rules"][0];
  EXPECT_EQ(rule["matches"][0]["headers"][0]["type"], "Exact");
  EXPECT_EQ(rule["matches"][0]["headers"][1]["type"], "Present");
  EXPECT_EQ(rule["default"]["backendRefs"][0]["weight"], 1);
  EXPECT_EQ(rule["default"]["backendRefs"][1]["weight"], 0);
  EXPECT_EQ(rule["default"]["filters"][0]["requestRedirect"]["statusCode"], 302);
  EXPECT_EQ(rule["default"]["filters"][1]["requestMirror"]["backendRef"]["weight"], 1);
}

TEST(FillDefaults, InventsNoParents) {
  EXPECT_EQ(*fill_defaults("MeshHTTPRoute", R"({"to":[]})"), R"({"to":[]})");
  EXPECT_EQ(*fill_defaults("MeshHTTPRoute", R"({"to":[{"rules":[{"default":{}}]}]})"),
            R"({"to":[{"rules":[{"default":{}}]}]})");
  EXPECT_EQ(*fill_defaults("MeshGatewayInstance", "{}"),
            R"({"replicas":1,"serviceType":"LoadBalancer"})");
  EXPECT_EQ(*fill_defaults("MeshGateway", R"({"conf":{},"a":1})"), R"({"a":1,"conf":{}})");
}

TEST(NormaliseForCompare, MakesDesiredAndStoredEqual) {
  const auto desired = normalise_for_compare("MeshGatewayInstance", R"({
      "apiVersion":"kuma.io/v1alpha1","kind":"MeshGatewayInstance",
      "metadata":{"name":"edge","namespace":"demo"},"spec":{"replicas":3}})");
  const auto stored = normalise_for_compare("MeshGatewayInstance", R"({
      "apiVersion":"kuma.io/v1alpha1","kind":"MeshGatewayInstance",
      "metadata":{"name":"edge","namespace":"demo","resourceVersion":"7","generation":1},
      "spec":{"podTemplate":{"metadata":{},"spec":{"container":{"securityContext":{}}}},
              "serviceType":"LoadBalancer","replicas":3,"tags":null},
      "status":{"conditions":[],"share":0.1234567}})");
  ASSERT_TRUE(desired.has_value() && stored.has_value());
  EXPECT_EQ(*desired, *stored);
  EXPECT_EQ(*desired, R"({"spec":{"replicas":3,"serviceType":"LoadBalancer"}})");
}

TEST(NormaliseForCompare, KeepsTheMeshAndDifferences) {
  EXPECT_EQ(*normalise_for_compare("MeshGateway", R"({"mesh":"a","spec":{"x":[{}]},"kind":"K"})"),
            R"({"mesh":"a","spec":{"x":[{}]}})");
  EXPECT_NE(*normalise_for_compare("MeshGateway", R"({"mesh":"a","spec":{}})"),
            *normalise_for_compare("MeshGateway", R"({"mesh":"b","spec":{}})"));
  EXPECT_EQ(*normalise_for_compare("Secret", R"({"type":"t","data":{"value":"eA=="}})"),
            R"({"type":"t"})");
  EXPECT_FALSE(normalise_for_compare("MeshGateway", "{").has_value());
}

}  // namespace
}  // namespace pawprint::model
