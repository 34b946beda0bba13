#include <gtest/gtest.h>

#include <set>

#include "engine/model/kinds.h"
#include "tests/engine/histories.h"
#include "tests/engine/records.h"

namespace pawprint::tests {
namespace {

using nlohmann::json;

const json kHttpListener = json::array({{{"name", "http"}, {"port", 80}, {"protocol", "HTTP"}}});
const json kToWeb =
    json::array({{{"backendRefs", json::array({{{"name", "web"}, {"port", 80}}})}}});
const json kToEdge = json::array({{{"name", "edge"}}});

Folding shop(const std::string& profile) {
  Folding out(profile);
  out.add(gateway_class());
  out.add(gateway("edge", kHttpListener));
  out.add(service("demo", "web"));
  out.add(route("shop", kToEdge, kToWeb));
  return out;
}

json condition(const json& status, const std::string& type) {
  for (const json& each : status) {
    if (each.at("type") == type) return each;
  }
  return nullptr;
}

TEST(Fold, GatewayAndRoute_BecomeMeshObjects) {
  Folding folding = shop("kuma-2.14-compat");
  const json mesh_route = folding.output("MeshHTTPRoute", "kuma-system", "shop-demo-e36f72e9");
  ASSERT_FALSE(mesh_route.is_null());
  const json& backend = mesh_route["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0];
  EXPECT_EQ(backend["name"], "web_demo_svc_80");
  EXPECT_EQ(backend["tags"]["kuma.io/zone"], "zone-1");
  const json status = folding.output("Gateway", "demo", "edge");
  EXPECT_EQ(status["status"]["listeners"][0]["attachedRoutes"], 1);
}

TEST(Fold, DeletingEverything_EmptiesTheOutputs) {
  for (const std::string profile : {"kuma-2.14", "kuma-2.14-compat", "kuma-3"}) {
    Folding folding = shop(profile);
    folding.remove(route("shop", kToEdge, kToWeb));
    folding.remove(service("demo", "web"));
    folding.remove(gateway("edge", kHttpListener));
    folding.remove(gateway_class());
    EXPECT_TRUE(folding.reducer().resources().empty());
    EXPECT_TRUE(folding.reducer().statuses().empty());
    EXPECT_EQ(folding.reducer().output_digest(), std::string(64, '0'));
  }
}

TEST(Fold, UnresolvedShare_KeepsItsWeightAndNamesTheOtherZone) {
  Folding folding = shop("kuma-2.14");
  folding.fold(observed(service("demo", "db"), record::Event::kAdded, "zone-2"));
  folding.add(route(
      "db", kToEdge,
      json::array(
          {{{"backendRefs", json::array({{{"name", "db"}, {"port", 80}, {"weight", 3}}})}}})));
  const json status = folding.output("HTTPRoute", "demo", "db");
  const json resolved = condition(status["status"]["parents"][0]["conditions"], "ResolvedRefs");
  EXPECT_EQ(resolved["reason"], "BackendNotFound");
  EXPECT_NE(resolved["message"].get<std::string>().find("zone-2"), std::string::npos);
}

TEST(Fold, TransitionTime_MovesOnlyWhenTheStatusFlips) {
  Folding folding = shop("kuma-2.14");
  const auto time = [&] {
    const json status = folding.output("HTTPRoute", "demo", "shop");
    return condition(status["status"]["parents"][0]["conditions"],
                     "ResolvedRefs")["lastTransitionTime"];
  };
  const json first = time();
  folding.add(service("demo", "other"));
  json changed = route("shop", kToEdge, kToWeb);
  changed["metadata"]["generation"] = 2;
  folding.add(changed);
  EXPECT_EQ(time(), first);
  folding.remove(service("demo", "web"));
  EXPECT_NE(time(), first);
}

TEST(Fold, NewLog_AdoptsTransitionTimesOfTheCluster) {
  Folding folding("kuma-2.14");
  json stored = gateway_class();
  stored["status"]["conditions"] = json::array({{{"type", "Accepted"},
                                                 {"status", "True"},
                                                 {"reason", "Accepted"},
                                                 {"message", ""},
                                                 {"observedGeneration", 1},
                                                 {"lastTransitionTime", "2026-01-02T03:04:05Z"}}});
  folding.add(stored);
  const json status = folding.output("GatewayClass", "", "kuma");
  EXPECT_EQ(status["status"]["conditions"][0]["lastTransitionTime"], "2026-01-02T03:04:05Z");
}

TEST(Fold, NothingIsDecidedBeforeTheZoneIsSynced) {
  Folding folding("kuma-2.14", false);
  folding.add(gateway_class());
  folding.add(gateway("edge", kHttpListener));
  EXPECT_TRUE(folding.reducer().resources().empty());
  std::vector<std::pair<std::string, std::string>> kinds;
  for (int i = 1; i < model::kKindCount; ++i) {
    const model::KindInfo& info = model::info(static_cast<model::Kind>(i));
    // Secrets and ConfigMaps are read where that is allowed; nothing waits for them.
    if (info.name == "Secret" || info.name == "ConfigMap") continue;
    kinds.emplace_back(info.group, info.name);
  }
  std::size_t done = 0;
  for (const auto& [group, kind] : kinds) {
    record::Record sync;
    sync.kind = record::Kind::kSyncEnd;
    sync.zone = "zone-1";
    sync.body = record::encode(record::Sync{group, kind, "7", "start", 0});
    folding.fold(sync);
    EXPECT_EQ(folding.reducer().resources().empty(), ++done < kinds.size()) << kind;
  }
}

TEST(Fold, Kuma3_DoesWithoutTheKindsOfGateways) {
  for (const std::string profile : {"kuma-2.14", "kuma-3"}) {
    Folding folding(profile, false);
    folding.add(service("demo", "web"));
    const json parent{{"group", ""}, {"kind", "Service"}, {"name", "web"}};
    folding.add(route("canary", json::array({parent}), kToWeb));
    for (int i = 1; i < model::kKindCount; ++i) {
      const model::KindInfo& info = model::info(static_cast<model::Kind>(i));
      const bool gateways = info.name == "MeshGateway" || info.name == "MeshGatewayInstance";
      record::Record sync;
      sync.kind = record::Kind::kSyncEnd;
      sync.zone = "zone-1";
      sync.body = record::encode(record::Sync{std::string(info.group), std::string(info.name), "7",
                                              gateways ? "absent" : "start", 0});
      folding.fold(sync);
    }
    EXPECT_EQ(folding.reducer().resources().empty(), profile == "kuma-2.14") << profile;
  }
}

TEST(Fold, MissingMesh_IsAFaultOnlyWhereKumaHasMeshes) {
  record::Record settings = config_record("kuma-2.14");
  record::Config config = *record::decode_config(settings.body);
  config.assume_mesh = false;
  settings.body = record::encode(config);
  Folding folding("kuma-2.14");
  folding.fold(settings);
  folding.add(gateway_class());
  folding.add(gateway("edge", kHttpListener));
  const auto accepted = [&] {
    return condition(folding.output("Gateway", "demo", "edge")["status"]["conditions"],
                     "Accepted")["status"];
  };
  EXPECT_EQ(accepted(), "True");
  const json payments{
      {"apiVersion", "kuma.io/v1alpha1"}, {"kind", "Mesh"}, {"metadata", {{"name", "payments"}}}};
  folding.add(payments);
  EXPECT_EQ(accepted(), "False");
  folding.remove(payments);
  EXPECT_EQ(accepted(), "True");
}

TEST(Fold, MalformedRoute_FailsClosedAndSaysSo) {
  for (const json& weight : std::vector<json>{"1", -5, 1'000'001, 1.5}) {
    Folding folding = shop("kuma-2.14");
    json rules = kToWeb;
    rules[0]["backendRefs"][0]["weight"] = weight;
    folding.add(route("shop", kToEdge, rules));
    const json status = folding.output("HTTPRoute", "demo", "shop");
    const json accepted = condition(status["status"]["parents"][0]["conditions"], "Accepted");
    EXPECT_EQ(accepted["reason"], "UnsupportedValue") << weight;
    for (const Output& output : folding.reducer().resources()) {
      const bool floor = output.key.name.starts_with("floor-");  // Of the Gateway, not the route.
      EXPECT_FALSE(output.key.kind == "MeshHTTPRoute" && !floor) << weight;
    }
  }
}

json mesh_service(const std::string& name, const std::string& zone) {
  return {{"apiVersion", "kuma.io/v1alpha1"},
          {"kind", "MeshService"},
          {"metadata",
           {{"name", name},
            {"namespace", "demo"},
            {"labels",
             {{"kuma.io/mesh", "default"},
              {"kuma.io/zone", zone},
              {"k8s.kuma.io/namespace", "demo"}}}}},
          {"spec", {{"ports", json::array({{{"port", 80}, {"appProtocol", "http"}}})}}}};
}

json backend_of(Folding& folding) {
  for (const Output& output : folding.reducer().resources()) {
    const json made = json::parse(output.body);
    if (output.key.kind != "MeshHTTPRoute" || output.key.name.starts_with("floor-")) continue;
    return made["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0];
  }
  return nullptr;
}

TEST(Fold, RealReference_ComesAndGoesWithItsMeshService) {
  Folding folding = shop("kuma-2.14");
  json mesh{
      {"apiVersion", "kuma.io/v1alpha1"}, {"kind", "Mesh"}, {"metadata", {{"name", "default"}}}};
  mesh["spec"]["meshServices"]["mode"] = "Exclusive";
  folding.add(mesh);
  EXPECT_EQ(backend_of(folding)["kind"], "MeshServiceSubset");
  folding.add(mesh_service("web", "zone-1"));
  const json real = backend_of(folding);
  EXPECT_EQ(real["kind"], "MeshService");
  EXPECT_EQ(real["labels"]["kuma.io/zone"], "zone-1");
  EXPECT_EQ(real["port"], 80);
  json tcp = mesh_service("web", "zone-1");
  tcp["spec"]["ports"][0]["appProtocol"] = "tcp";
  folding.add(tcp);
  EXPECT_EQ(backend_of(folding)["kind"], "MeshServiceSubset");
  folding.add(mesh_service("web", "zone-2"));  // Not what Kuma made of the Service here.
  EXPECT_EQ(backend_of(folding)["kind"], "MeshServiceSubset");
  folding.add(mesh_service("web", "zone-1"));
  mesh["spec"]["meshServices"]["mode"] = "Disabled";
  folding.add(mesh);
  EXPECT_EQ(backend_of(folding)["kind"], "MeshServiceSubset");
}

TEST(Fold, MeshServiceOfAnotherZone_IsReachedByItsLabels) {
  Folding folding = shop("kuma-2.14");
  folding.add({{"apiVersion", "kuma.io/v1alpha1"},
               {"kind", "Mesh"},
               {"metadata", {{"name", "default"}}},
               {"spec", {{"meshServices", {{"mode", "Everywhere"}}}}}});
  json rules = json::array(
      {{{"backendRefs",
         json::array(
             {{{"group", "kuma.io"}, {"kind", "MeshService"}, {"name", "far"}, {"port", 80}}})}}});
  folding.add(route("shop", kToEdge, rules));
  EXPECT_EQ(backend_of(folding)["name"], "kuma.io/unresolved-backend");
  folding.fold(observed(mesh_service("far", "zone-2"), record::Event::kAdded, "zone-2"));
  const json far = backend_of(folding);
  EXPECT_EQ(far["labels"], (json{{"kuma.io/display-name", "far"},
                                 {"k8s.kuma.io/namespace", "demo"},
                                 {"kuma.io/zone", "zone-2"}}));
  folding.fold(observed(mesh_service("far", "zone-2"), record::Event::kDeleted, "zone-2"));
  EXPECT_EQ(backend_of(folding)["name"], "kuma.io/unresolved-backend");
}

TEST(Fold, GlobalZone_IsReadButNotReconciled) {
  Folding folding("kuma-2.14");
  record::Record config = config_record("kuma-2.14");
  auto settings = record::decode_config(config.body);
  ASSERT_TRUE(settings);
  settings->zones = {{"zone-1", "zone"}, {"hub", "global"}};
  config.body = record::encode(*settings);
  folding.fold(config);
  const json rules = json::array({{{"backendRefs", json::array({{{"group", "kuma.io"},
                                                                 {"kind", "MeshMultiZoneService"},
                                                                 {"name", "all"},
                                                                 {"port", 80}}})}}});
  for (const std::string zone : {"zone-1", "hub"}) {
    for (const json& each :
         {gateway_class(), gateway("edge", kHttpListener), route("shop", kToEdge, rules)}) {
      folding.fold(observed(each, record::Event::kAdded, zone));
    }
  }
  folding.add({{"apiVersion", "kuma.io/v1alpha1"},
               {"kind", "Mesh"},
               {"metadata", {{"name", "default"}}},
               {"spec", {{"meshServices", {{"mode", "Exclusive"}}}}}});
  EXPECT_EQ(backend_of(folding)["name"], "kuma.io/unresolved-backend");
  json all = mesh_service("all", "");
  all["kind"] = "MeshMultiZoneService";
  all["metadata"]["namespace"] = "kuma-system";
  all["metadata"]["labels"] = {{"kuma.io/mesh", "default"}};
  folding.fold(observed(all, record::Event::kAdded, "hub"));
  EXPECT_EQ(backend_of(folding)["kind"], "MeshMultiZoneService");
  for (const Output& made : folding.reducer().resources()) EXPECT_EQ(made.key.zone, "zone-1");
  for (const Output& made : folding.reducer().statuses()) {
    EXPECT_TRUE(made.key.zone == "zone-1" || made.key.kind == "GatewayClass") << made.key.kind;
  }
}

std::size_t rules_of(Folding& folding, const std::string& owner) {
  for (const Output& made : folding.reducer().resources()) {
    const json body = json::parse(made.body);
    if (body["metadata"]["labels"]["pawprint.dev/owner"] == owner) {
      return body["spec"]["to"][0]["rules"].size();
    }
  }
  return 0;
}

TEST(Fold, HostTwins_FollowTheRoutesAroundThem) {
  Folding folding = shop("kuma-2.14");
  json inner = route("inner", kToEdge, kToWeb);
  inner["spec"]["hostnames"] = json::array({"a.example.com"});
  folding.add(inner);
  EXPECT_EQ(rules_of(folding, "HTTPRoute.demo.inner"), 1U);
  json rules = kToWeb;
  rules[0]["matches"] = json::array({{{"path", {{"type", "PathPrefix"}, {"value", "/w"}}}}});
  json wild = route("wild", kToEdge, rules);
  wild["spec"]["hostnames"] = json::array({"*.example.com"});
  folding.add(wild);
  EXPECT_EQ(rules_of(folding, "HTTPRoute.demo.inner"), 2U);
  EXPECT_EQ(rules_of(folding, "HTTPRoute.demo.wild"), 1U);
  wild["spec"]["hostnames"] = json::array({"*.example.org"});
  folding.add(wild);
  EXPECT_EQ(rules_of(folding, "HTTPRoute.demo.inner"), 1U);
  wild["spec"].erase("hostnames");
  folding.add(wild);
  EXPECT_EQ(rules_of(folding, "HTTPRoute.demo.inner"), 2U);
  folding.remove(wild);
  EXPECT_EQ(rules_of(folding, "HTTPRoute.demo.inner"), 1U);
}

TEST(Fold, ServiceFloor_StaysWhileAnyRouteNeedsIt) {
  Folding folding = shop("kuma-2.14");
  const auto floors = [&] {
    std::size_t out = 0;
    for (const Output& each : folding.reducer().resources()) {
      out += each.key.name.starts_with("zz-floor-web") ? 1 : 0;
    }
    return out;
  };
  const json to_web = json::array({{{"group", ""}, {"kind", "Service"}, {"name", "web"}}});
  folding.add(route("one", to_web, kToWeb));
  folding.add(route("two", to_web, kToWeb));
  EXPECT_EQ(floors(), 1u);
  folding.remove(route("one", to_web, kToWeb));
  EXPECT_EQ(floors(), 1u);
  folding.remove(route("two", to_web, kToWeb));
  EXPECT_EQ(floors(), 0u);
}

TEST(Fold, StatusOnlyUpdate_ChangesNothing) {
  Folding folding = shop("kuma-2.14");
  json same = route("shop", kToEdge, kToWeb);
  same["metadata"]["resourceVersion"] = "9";
  same["metadata"]["managedFields"] = json::array({{{"manager", "x"}}});
  const Folded folded = folding.add(same);
  EXPECT_FALSE(folded.outputs_changed);
  EXPECT_TRUE(folded.changed.empty());
}

TEST(Plan, SettlesWhenTheClusterShowsWhatIsDesired) {
  Folding folding = shop("kuma-2.14");
  folding.reducer().enable_plan();
  const auto due = folding.reducer().pending_operations();
  ASSERT_FALSE(due.empty());
  EXPECT_EQ(due.front().verb, plan::Verb::kCreate);
  int version = 100;
  for (const plan::Operation& operation : due) {
    if (operation.verb != plan::Verb::kCreate) continue;
    json object = json::parse(operation.body);
    object["metadata"]["uid"] = "u" + std::to_string(version);
    object["metadata"]["resourceVersion"] = std::to_string(version++);
    object["metadata"]["managedFields"] =
        json::array({{{"manager", "pawprint"}, {"operation", "Apply"}}});
    folding.add(object);
  }
  for (const plan::Operation& operation : folding.reducer().pending_operations()) {
    EXPECT_TRUE(operation.verb == plan::Verb::kStatus || operation.verb == plan::Verb::kFinalizer)
        << operation.object.kind << ' ' << plan::name(operation.verb);
  }
}

TEST(Plan, WhatAnUnreadableKindAskedForStays) {
  Folding folding("kuma-2.14");
  folding.reducer().enable_plan();
  const auto deletions = [&] {
    std::size_t count = 0;
    for (const plan::Operation& each : folding.reducer().pending_operations()) {
      if (each.verb == plan::Verb::kDelete) ++count;
    }
    return count;
  };
  const auto say = [&](const std::string& reason) {
    record::Record sync;
    sync.kind = record::Kind::kSyncEnd;
    sync.zone = "zone-1";
    sync.body = record::encode(record::Sync{"gateway.networking.k8s.io", "TCPRoute",
                                            reason == "absent" ? "" : "7", reason, 0});
    folding.fold(sync);
  };
  folding.add({{"apiVersion", "kuma.io/v1alpha1"},
               {"kind", "MeshTCPRoute"},
               {"metadata",
                {{"name", "left"},
                 {"namespace", "kuma-system"},
                 {"uid", "u1"},
                 {"resourceVersion", "5"},
                 {"labels", {{"pawprint.dev/owner", "TCPRoute.demo.left"}}},
                 {"managedFields", json::array({{{"manager", "pawprint"}}})}}},
               {"spec", json::object()}});
  EXPECT_EQ(deletions(), 1U);
  say("absent");  // Not served, or the right to list it was taken away.
  EXPECT_EQ(deletions(), 0U);
  ASSERT_EQ(folding.reducer().held_operations().size(), 1U);
  EXPECT_NE(folding.reducer().held_operations()[0].second.find("TCPRoute"), std::string::npos);
  say("start");
  EXPECT_EQ(deletions(), 1U);
}

TEST(Plan, HandEdit_IsReplacedAndForeignObjectIsHeld) {
  Folding folding = shop("kuma-2.14");
  folding.reducer().enable_plan();
  json foreign;
  for (const plan::Operation& operation : folding.reducer().pending_operations()) {
    if (operation.object.kind != "MeshHTTPRoute") continue;
    foreign = json::parse(operation.body);
  }
  ASSERT_FALSE(foreign.is_null());
  foreign["spec"]["to"][0]["hostnames"] = json::array({"edited.example.com"});
  foreign["metadata"]["uid"] = "u1";
  foreign["metadata"]["resourceVersion"] = "5";
  foreign["metadata"]["managedFields"] =
      json::array({{{"manager", "kubectl-edit"}}, {{"manager", "pawprint"}}});
  folding.add(foreign);
  bool replaced = false;
  for (const plan::Operation& operation : folding.reducer().pending_operations()) {
    replaced = replaced ||
               (operation.object.kind == "MeshHTTPRoute" && operation.verb == plan::Verb::kReplace);
  }
  EXPECT_TRUE(replaced);
  foreign["metadata"]["managedFields"] = json::array({{{"manager", "kubectl"}}});
  foreign["metadata"]["labels"].erase("pawprint.dev/owner");
  folding.add(foreign);
  EXPECT_EQ(folding.reducer().held_operations().size(), 1u);
}

TEST(Trace, EveryLeafOfEveryObjectHasASource) {
  Folding folding = shop("kuma-2.14");
  for (const Output& output : folding.reducer().resources()) {
    const auto trace = folding.reducer().trace(output.key);
    ASSERT_TRUE(trace.has_value()) << output.key.kind;
    const json flat = json::parse(output.body).flatten();
    EXPECT_EQ(trace->leaves.size(), flat.size()) << output.key.kind;
    for (const auto& leaf : trace->leaves) EXPECT_FALSE(leaf.cause.sources.empty()) << leaf.field;
  }
}

}  // namespace
}  // namespace pawprint::tests
