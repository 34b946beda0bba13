// What a client in the mesh gets: which rules survive at its sidecar.
#include <gtest/gtest.h>

#include "tests/traffic/graph.h"

namespace pawprint::traffic {
namespace {

Graph world() {
  Graph graph;
  graph.service("p").service("v1").service("v2").service("raw", "tcp");
  return graph;
}

std::string ref(const std::string& more) { return "{'kind': 'MeshService', " + more + "}"; }

TEST(Sidecar, WithoutRoutesTheServiceAnswers) {
  EXPECT_EQ(short_answer(world().call("/")), "demo/p");
  Graph empty;
  empty.service("other");
  EXPECT_EQ(empty.call("/").outcome, Outcome::kNone);
}

TEST(Sidecar, SmallerNameWins) {
  Graph graph = world();
  graph.on_sidecars("a", '[' + rule(prefix("/"), to("v1")) + ']')
      .on_sidecars("z", '[' + rule(prefix("/"), to("v2")) + ']');
  EXPECT_EQ(short_answer(graph.call("/")), "demo/v1");
}

TEST(Sidecar, RulesWithoutAUsableBackendAreNotThere) {
  for (const std::string& bad :
       {kUnresolved, to("nobody"), to("raw"), to("v1", 0), ref("'name': 'v1', 'port': 80"),
        ref("'labels': {'kuma.io/display-name': 'v1'}")}) {
    Graph graph = world();
    graph.on_sidecars("a", '[' + rule(prefix("/a"), bad) + ']');
    Answer answer = graph.call("/a");
    EXPECT_EQ(short_answer(answer), "demo/p") << bad;
    EXPECT_EQ(answer.considered.at(0).failed_on, "backends") << bad;
    graph.on_sidecars("b", '[' + rule(prefix("/"), to("v2")) + ']');
    EXPECT_EQ(short_answer(graph.call("/a")), "demo/v2") << bad;
  }
}

TEST(Sidecar, LabelsThatMatchNothingMeanTheService) {
  Graph graph = world();
  const std::string nothing = ref("'labels': {'kuma.io/display-name': 'v1'}, 'port': 80");
  graph.on_sidecars("a", '[' + rule(prefix("/a"), nothing) + ',' + rule(prefix("/"), to("v2")) +
                             ',' + rule(prefix("/m"), nothing + ',' + to("v1")) + ']');
  EXPECT_EQ(short_answer(graph.call("/a")), "demo/p");
  EXPECT_EQ(short_answer(graph.call("/m")), "demo/v1");
}

TEST(Sidecar, SharesOfWhatIsLeft) {
  Graph graph = world();
  graph.on_sidecars(
      "a", '[' + rule(prefix("/m"), kUnresolved + ',' + to("v2")) + ',' +
               rule(prefix("/e"), to("v1", 1) + ',' + to("v1", 3) + ',' + to("v2", 4)) + ',' +
               rule(prefix("/none"), "") + ']');
  EXPECT_EQ(short_answer(graph.call("/m")), "demo/v2");
  EXPECT_EQ(short_answer(graph.call("/e")), "demo/v1=4 demo/v2=4");
  EXPECT_EQ(short_answer(graph.call("/none")), "demo/p");
  EXPECT_EQ(graph.call("/none").origin->rule, 2U);
}

TEST(Sidecar, CatchAllWithoutBackend) {
  Graph alone = world();
  alone.on_sidecars("a", '[' + rule(prefix("/"), kUnresolved) + ']');
  EXPECT_EQ(alone.call("/").outcome, Outcome::kNone);
  Graph beside = world();
  beside.on_sidecars(
      "a", '[' + rule(prefix("/"), kUnresolved) + ',' + rule(exact("/x"), to("v1")) + ']');
  EXPECT_EQ(short_answer(beside.call("/")), "404");
  EXPECT_EQ(short_answer(beside.call("/x")), "demo/v1");
}

TEST(Sidecar, TagsThatNobodyHas) {
  Graph graph = world();
  graph.on_sidecars("a", "[" +
                             rule(prefix("/"),
                                  "{'kind': 'MeshServiceSubset', 'name': "
                                  "'p_demo_svc_80', 'tags': {'x': 'y'}}") +
                             ']');
  EXPECT_EQ(short_answer(graph.call("/")), "demo/p!503");
}

TEST(Sidecar, ConsumersOnly) {
  const std::string target =
      "[{'targetRef': {'kind': 'MeshService', 'name': 'p_demo_svc_80'}, 'rules': [" +
      rule(prefix("/"), to("v1")) + "]}]";
  for (const char* top : {"{'kind': 'MeshSubset', 'tags': {'k8s.kuma.io/namespace': 'web'}}",
                          "{'kind': 'Dataplane', 'labels': {'k8s.kuma.io/namespace': "
                          "'web'}}"}) {
    Graph graph = world();
    graph.policy("MeshHTTPRoute", "a", top, target);
    EXPECT_EQ(short_answer(graph.call("/", "web")), "demo/v1");
    EXPECT_EQ(short_answer(graph.call("/", "demo")), "demo/p");
    EXPECT_EQ(graph.call("/", "demo").considered.at(0).failed_on, "client");
  }
}

/// A route in a namespace of its own: the role decides who reads it.
Graph& in_namespace(Graph& graph, const std::string& ns, const std::string& target) {
  return graph.add("{'kind': 'MeshHTTPRoute', 'metadata': {'namespace': '" + ns +
                   "', 'name': 'r'}, 'spec': {'targetRef': {'kind': 'Mesh'}, 'to': [{'targetRef': "
                   "{'kind': 'MeshService', " +
                   target + "}, 'rules': [" + rule(prefix("/"), to("v1")) + "]}]}}");
}

TEST(Sidecar, Roles) {
  const std::string labels =
      "'labels': {'kuma.io/display-name': 'p', 'k8s.kuma.io/namespace': 'demo'}";
  const auto answers = [&](const std::string& ns, const std::string& target) {
    Graph graph = world();
    in_namespace(graph.mesh_services(), ns, target);
    return short_answer(graph.call("/", "demo")) + ' ' + short_answer(graph.call("/", "web"));
  };
  EXPECT_EQ(answers("demo", "'name': 'p'"), "demo/v1 demo/v1");
  EXPECT_EQ(answers("demo", labels), "demo/v1 demo/p");
  EXPECT_EQ(answers("web", labels), "demo/p demo/v1");
  EXPECT_EQ(answers("web", "'name': 'p', 'namespace': 'demo'"), "demo/p demo/v1");
}

TEST(Sidecar, SectionNamesAreNamesOfPorts) {
  const auto answer = [](const std::string& section) {
    Graph graph = world();
    in_namespace(graph.mesh_services(), "demo", "'name': 'p', 'sectionName': '" + section + "'");
    return short_answer(graph.call("/"));
  };
  EXPECT_EQ(answer("main"), "demo/v1");
  EXPECT_EQ(answer("80"), "demo/p");
}

TEST(Sidecar, OtherMeshesZonesAndShadows) {
  for (const char* labels : {"{'kuma.io/mesh': 'other'}", "{'kuma.io/effect': 'shadow'}",
                             "{'kuma.io/origin': 'zone', 'kuma.io/zone': 'zone-2'}"}) {
    Graph graph = world();
    graph.policy("MeshHTTPRoute", "a", "{'kind': 'Mesh'}",
                 "[{'targetRef': {'kind': 'MeshService', 'name': 'p_demo_svc_80'}, 'rules': [" +
                     rule(prefix("/"), to("v1")) + "]}]",
                 labels);
    EXPECT_EQ(short_answer(graph.call("/")), "demo/p") << labels;
  }
}

TEST(Sidecar, RealReferencesWithoutEndpointsFail) {
  Graph graph = world();
  graph.mesh_services()
      .add(
          "{'kind': 'MeshService', 'metadata': {'namespace': 'kuma-system', 'name': 'hole'}, "
          "'spec': {'selector': {'dataplaneTags': {'kuma.io/service': 'hole'}}, 'ports': "
          "[{'port': 80, 'appProtocol': 'http'}]}}")
      .on_sidecars("a", '[' +
                            rule(prefix("/a"),
                                 ref("'labels': {'kuma.io/display-name': 'hole'}, 'port': 80") +
                                     ',' + to("v1")) +
                            ']');
  EXPECT_EQ(short_answer(graph.call("/a")), "kuma-system/hole=1!503 demo/v1=1");
}

TEST(Sidecar, HttpRoutesDoNothingOnTcpPorts) {
  Graph graph;
  graph.service("p", "tcp").service("v1").on_sidecars("a", '[' + rule(prefix("/"), to("v1")) + ']');
  const Answer answer = graph.call("/");
  EXPECT_EQ(short_answer(answer), "demo/p");
  EXPECT_EQ(answer.considered.at(0).failed_on, "protocol");
}

TEST(Sidecar, EndpointsFromSlicesOrDataplanes) {
  const std::string slice =
      "{'kind': 'EndpointSlice', 'metadata': {'namespace': 'demo', 'name': 's', 'labels': "
      "{'kubernetes.io/service-name': 'v1'}}, 'endpoints': [{'conditions': {'ready': true}}]}";
  const std::string dataplane =
      "{'kind': 'Dataplane', 'mesh': 'default', 'metadata': {'namespace': 'demo', 'name': 'd'}, "
      "'spec': {'networking': {'inbound': [{'tags': {'kuma.io/service': 'v1_demo_svc_80', "
      "'kuma.io/protocol': 'http'}}]}}}";
  for (const std::string& evidence : {slice, dataplane}) {
    Graph graph = world();
    graph.add(evidence).on_sidecars(
        "a", '[' + rule(prefix("/a"), "{'kind': 'MeshServiceSubset', 'name': 'v1_demo_svc_80'}") +
                 ',' + rule(prefix("/b"), to("v2")) + ']');
    EXPECT_EQ(short_answer(graph.call("/a")), "demo/v1");
    // v2 has none: the rule is not there, and the Service itself has none either.
    EXPECT_EQ(short_answer(graph.call("/b")), "demo/p!503");
  }
}

TEST(Sidecar, RoutesTellTheMeshOfAnUnknownNamespace) {
  Graph graph = world();
  for (const char* mesh : {"default", "other"}) {
    graph.add(std::string("{'kind': 'Mesh', 'metadata': {'name': '") + mesh + "'}}");
  }
  graph.policy("MeshHTTPRoute", "a", "{'kind': 'Mesh'}",
               "[{'targetRef': {'kind': 'MeshService', 'name': 'p_demo_svc_80'}, 'rules': [" +
                   rule(prefix("/"), to("v1")) + "]}]",
               "{'kuma.io/mesh': 'other'}");
  EXPECT_EQ(short_answer(graph.call("/")), "demo/v1");
  graph.add("{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'demo'}}");
  EXPECT_EQ(short_answer(graph.call("/")), "demo/p");
}

TEST(Sidecar, AnUnknownWorldIsBelieved) {
  Graph graph;
  graph.on_sidecars("a", '[' + rule(prefix("/"), to("v1")) + ']');
  const Answer answer = graph.call("/");
  EXPECT_EQ(short_answer(answer), "demo/v1");
  EXPECT_EQ(answer.remarks.at(0).rule, "route/assumed");
}

}  // namespace
}  // namespace pawprint::traffic
