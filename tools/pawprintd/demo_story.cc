#include "tools/pawprintd/demo_story.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "engine/reducer.h"
#include "replay/verify.h"
#include "store/log.h"
#include "tools/pawprintd/demo_objects.h"

namespace pawprint::pawprintd {
namespace {

using sandbox::Json;
using sandbox::member;
using sandbox::text;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{30'000};
constexpr const char* kNamespace = "kuma-demo";
constexpr const char* kSystem = "kuma-system";
constexpr const char* kGateways = "gateways.gateway.networking.k8s.io";
constexpr const char* kRoutes = "httproutes.gateway.networking.k8s.io";
constexpr const char* kMeshGateways = "meshgateways.kuma.io";
constexpr const char* kMeshRoutes = "meshhttproutes.kuma.io";

Json find_condition(const Json& conditions, const std::string& type) {
  if (!conditions.is_array()) return nullptr;
  for (const Json& each : conditions) {
    if (text(each, "type") == type) return each;
  }
  return nullptr;
}

long since(steady_clock::time_point began) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began).count();
}

}  // namespace

void Story::title(const std::string& line) {
  fmt::print("\n{}. {}\n", ++step_, line);
  std::fflush(stdout);
}

void Story::say(const std::string& line) {
  fmt::print("   {}\n", line);
  std::fflush(stdout);
}

Result<void> Story::look_now(const std::string& command) {
  auto log = store::Reader::open(stage_.store());
  if (!log) return tl::unexpected(log.error());
  look(command + fmt::format(" --at @{}", (*log)->head().seq));
  return {};
}

void Story::look(const std::string& command) {
  say(fmt::format("> pawprint {} --store {}", command, stage_.store().string()));
}

Result<void> Story::apply(int zone, std::string_view documents, const std::string& manager) {
  auto done = stage_.zone(zone).apply_yaml(documents, manager);
  if (done) return {};
  return fail(ErrorCode::kInternal,
              fmt::format("zone-{} refused an object: {}", zone, done.error().message));
}

Result<void> Story::expect(const std::string& what, const std::function<bool()>& probe) {
  bool alive = true;
  const bool came = wait_until(
      [&] {
        alive = stage_.daemon_runs();
        return !alive || probe();
      },
      kPatience);
  if (!alive)
    return fail(ErrorCode::kInternal,
                "the daemon ended by itself while the demo waited for " + what);
  if (came) return {};
  return fail(ErrorCode::kInternal,
              fmt::format("not within {} s: {}", kPatience.count() / 1000, what));
}

Json Story::object(const char* type, const char* ns, const std::string& name) {
  auto found = stage_.zone(1).get(type, ns, name);
  return found ? *found : Json();
}

/// The name of the MeshHTTPRoute that belongs to an object; the Gateway has one of its own too.
std::string Story::made_for(std::string_view owner) {
  auto made = stage_.zone(1).list(kMeshRoutes, kSystem);
  if (!made) return {};
  for (const Json& each : *made) {
    const Json& labels = member(member(each, "metadata"), "labels");
    if (text(labels, "pawprint.dev/owner") == owner) return text(member(each, "metadata"), "name");
  }
  return {};
}

/// The first rule of the generated MeshHTTPRoute, or null.
Json Story::generated_rule() {
  const Json route = object(kMeshRoutes, kSystem, generated_);
  const Json& to = member(member(route, "spec"), "to");
  if (!to.is_array() || to.empty()) return nullptr;
  const Json& rules = member(to[0], "rules");
  return rules.is_array() && !rules.empty() ? rules[0] : Json();
}

Json Story::condition(const char* route, const char* type) {
  const Json found = object(kRoutes, kNamespace, route);
  const Json& parents = member(member(found, "status"), "parents");
  if (!parents.is_array() || parents.empty()) return nullptr;
  return find_condition(member(parents[0], "conditions"), type);
}

/// Full lists of what the daemon watches and nothing else in this program asks for.
std::size_t Story::lists() {
  std::size_t out = 0;
  for (int number = 1; number <= 2; ++number) {
    for (const char* type : {kGateways, kRoutes, "gatewayclasses.gateway.networking.k8s.io",
                             "services", "namespaces"}) {
      out += stage_.zone(number).count("list", type);
    }
  }
  return out;
}

Result<void> Story::tell() {
  using Step = Result<void> (Story::*)();
  for (const Step step :
       {&Story::open_cluster, &Story::gateway, &Story::route_to_backend, &Story::route_to_db,
        &Story::change_weight, &Story::hand_edit, &Story::crash, &Story::replay}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  return {};
}

Result<void> Story::open_cluster() {
  title("Two zones, one daemon");
  for (int zone = 1; zone <= 2; ++zone) {
    if (auto done = apply(zone, kDemoBase); !done) return done;
  }
  if (auto done = apply(2, kDemoDb); !done) return done;
  say(fmt::format("zone-1 is an API server at {}, zone-2 at {}, both in this process.",
                  stage_.zone(1).url(), stage_.zone(2).url()));
  say("Service backend runs in both zones, Service db only in zone-2.");
  if (auto done = stage_.start_daemon(); !done) return done;
  auto done = expect("the daemon to have read both zones", [&] {
    auto log = store::Reader::open(stage_.store());
    if (!log) return false;
    auto ends = (*log)->of_kind(record::Kind::kSyncEnd);
    return ends && ends->size() >= 30;
  });
  if (!done) return done;
  say("The daemon watches both and has appended everything it saw to one log.");
  look("zones");
  return {};
}

Result<void> Story::gateway() {
  title("A Gateway on port 8080 in zone-1");
  if (auto done = apply(1, kDemoGateway); !done) return done;
  auto done = expect("the Gateway to be programmed with an address", [&] {
    const Json status = member(object(kGateways, kNamespace, "edge"), "status");
    const Json& addresses = member(status, "addresses");
    return text(find_condition(member(status, "conditions"), "Programmed"), "status") == "True" &&
           addresses.is_array() && !addresses.empty();
  });
  if (!done) return done;
  const Json edge = object(kGateways, kNamespace, "edge");
  const Json mesh_gateway = object(kMeshGateways, "", "edge.kuma-demo");
  if (mesh_gateway.is_null())
    return fail(ErrorCode::kInternal, "there is no MeshGateway edge.kuma-demo");
  say(
      fmt::format("Pawprint made MeshGateway edge.kuma-demo and MeshGatewayInstance edge; the "
                  "Gateway is programmed at {}.",
                  text(edge["status"]["addresses"][0], "value")));
  look("get meshgateway edge.kuma-demo -o yaml");
  return {};
}

Result<void> Story::apply_backend_route(int first_weight, int second_weight) {
  std::string refs = fmt::format("{{name: backend, port: 3001, weight: {}}}", first_weight);
  if (second_weight > 0)
    refs += fmt::format(", {{name: backend-v2, port: 3001, weight: {}}}", second_weight);
  return apply(
      1,
      fmt::format(
          "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
          "metadata: {{name: backend, namespace: kuma-demo}}\nspec:\n  parentRefs: [{{name: "
          "edge}}]\n"
          "  rules: [{{matches: [{{path: {{type: PathPrefix, value: /}}}}], backendRefs: [{}]}}]\n",
          refs));
}

Result<void> Story::route_to_backend() {
  title("An HTTPRoute to backend");
  if (auto done = apply_backend_route(1, 0); !done) return done;
  auto done = expect("a MeshHTTPRoute for the HTTPRoute, with true conditions", [&] {
    generated_ = made_for("HTTPRoute.kuma-demo.backend");
    return !generated_.empty() && text(condition("backend", "Accepted"), "status") == "True" &&
           text(condition("backend", "ResolvedRefs"), "status") == "True";
  });
  if (!done) return done;
  const Json rule = generated_rule();
  const Json ref = rule["default"]["backendRefs"][0];
  const std::string zone = text(member(ref, "tags"), "kuma.io/zone");
  if (zone != "zone-1")
    return fail(ErrorCode::kInternal,
                fmt::format("the backend is in zone \"{}\", not in zone-1: {}", zone, ref.dump()));
  say(fmt::format("Pawprint made MeshHTTPRoute {}.", generated_));
  say(
      fmt::format("It sends to {} in {}: a backendRef means the Service of its own zone, although "
                  "zone-2 has one too.",
                  text(ref, "name"), zone));
  return look_now(
      fmt::format("why meshhttproute/{}:.spec.to[0].rules[0].default.backendRefs[0].name -n {}",
                  generated_, kSystem));
}

Result<void> Story::route_to_db() {
  title("An HTTPRoute to db, which only zone-2 has");
  if (auto done = apply(1, kDemoDbRoute); !done) return done;
  auto done = expect("ResolvedRefs=False/BackendNotFound on HTTPRoute db, naming zone-2", [&] {
    const Json resolved = condition("db", "ResolvedRefs");
    return text(resolved, "status") == "False" && text(resolved, "reason") == "BackendNotFound" &&
           text(resolved, "message").find("zone-2") != std::string::npos;
  });
  if (!done) return done;
  say("ResolvedRefs is False, BackendNotFound:");
  say("\"" + text(condition("db", "ResolvedRefs"), "message") + "\"");
  look("get httproute db -n kuma-demo -o yaml");
  return {};
}

Result<void> Story::change_weight() {
  title("A canary: 9 to 1 between backend and backend-v2");
  if (auto done = apply(1, kDemoSecondBackend); !done) return done;
  const auto began = steady_clock::now();
  if (auto done = apply_backend_route(9, 1); !done) return done;
  // The two kinds arrive on watches of their own: the route may be seen before the new Service.
  auto done = expect("weights 9 and 1 in the MeshHTTPRoute, both resolved", [&] {
    const Json refs = member(member(generated_rule(), "default"), "backendRefs");
    return refs.is_array() && refs.size() == 2 && refs[0]["weight"] == 9 &&
           refs[1]["weight"] == 1 && refs[1]["kind"] == "MeshServiceSubset";
  });
  if (!done) return done;
  say(fmt::format("The MeshHTTPRoute had the new weights {} ms after the edit.", since(began)));
  say("Which rule, which field, which event and who wrote it:");
  return look_now(
      fmt::format("why meshhttproute/{}:.spec.to[0].rules[0].default.backendRefs[0].weight -n {}",
                  generated_, kSystem));
}

Result<void> Story::hand_edit() {
  title("Somebody edits the generated MeshHTTPRoute by hand");
  const Json before = member(object(kMeshRoutes, kSystem, generated_), "spec");
  Json edited = object(kMeshRoutes, kSystem, generated_);
  edited["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]["weight"] = 0;
  sandbox::Request request;
  request.method = "PUT";
  request.target = fmt::format(
      "/apis/kuma.io/v1alpha1/namespaces/{}/meshhttproutes/{}?fieldManager=kubectl-edit", kSystem,
      generated_);
  request.content_type = "application/json";
  request.body = edited.dump();
  const auto began = steady_clock::now();
  if (const auto answer = stage_.zone(1).call(request); answer.status != 200) {
    return fail(ErrorCode::kInternal,
                fmt::format("the edit was answered with {}: {}", answer.status, answer.body));
  }
  auto done = expect("the generated object to be as it was", [&] {
    return member(object(kMeshRoutes, kSystem, generated_), "spec") == before;
  });
  if (!done) return done;
  say(fmt::format(
      "Weight 0 was set with kubectl edit; {} ms later the object was as it should be again.",
      since(began)));
  look(fmt::format("log meshhttproute/{} -n {}", generated_, kSystem));
  return {};
}

Result<void> Story::crash() {
  title("The daemon is killed (kill -9), and a route changes while it is dead");
  stage_.kill_daemon();
  if (auto done = apply_backend_route(5, 5); !done) return done;
  const std::size_t lists_before = lists();
  if (auto done = stage_.start_daemon(); !done) return done;
  auto done = expect("weights 5 and 5 after the restart", [&] {
    const Json refs = member(member(generated_rule(), "default"), "backendRefs");
    return refs.is_array() && refs.size() == 2 && refs[0]["weight"] == 5 && refs[1]["weight"] == 5;
  });
  if (!done) return done;
  const std::size_t listed = lists() - lists_before;
  if (listed != 0)
    return fail(
        ErrorCode::kInternal,
        fmt::format("after the restart the daemon listed {} times instead of resuming its watches",
                    listed));
  say("Restarted, it went on watching exactly where its log ends: 0 lists were asked for, and the "
      "change was not missed.");
  look("log --kind Boot");
  return {};
}

Result<void> Story::replay() {
  title("The log is replayed and every decision compared");
  if (auto done = stage_.stop_daemon(); !done) return done;
  auto log = store::Reader::open(stage_.store());
  if (!log) return tl::unexpected(log.error());
  auto begins = (*log)->of_kind(record::Kind::kSyncBegin);
  auto boots = (*log)->of_kind(record::Kind::kBoot);
  if (!begins || !boots || begins->empty() || boots->size() != 2)
    return fail(ErrorCode::kInternal, "the log does not hold two starts");
  if (begins->back() > boots->back())
    return fail(ErrorCode::kInternal,
                fmt::format("record {} is a list after the restart", begins->back()));
  Reducer reducer;
  const store::Head head = (*log)->head();
  auto result = replay::verify(**log, reducer, {}, {head.seq, head.time_ns}, true);
  if (!result) return tl::unexpected(result.error());
  if (!result->divergences.empty() || result->decisions == 0) {
    return fail(ErrorCode::kInternal, fmt::format("{} of {} decisions are computed differently now",
                                                  result->divergences.size(), result->decisions));
  }
  say(fmt::format("{} records, {} decisions, 0 divergences.", result->records, result->decisions));
  say("Output digest " + result->output_digest);
  look("replay --verify");
  fmt::print("\nAll of it held. The store is {}\n", stage_.store().string());
  look("log --oneline");
  look("get httproutes -n kuma-demo --at HEAD~3");
  return {};
}

}  // namespace pawprint::pawprintd
