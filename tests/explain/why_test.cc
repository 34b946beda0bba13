#include "engine/explain/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace pawprint::explain {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;

/// A history written by hand: the time of each record is its seq, in seconds.
class TestHistory : public History {
 public:
  void add(const record::ObjectKey& object, record::Seq seq, std::string body) {
    objects_[object].push_back({seq, false, std::move(body)});
  }
  void remove(const record::ObjectKey& object, record::Seq seq, std::string body) {
    objects_[object].push_back({seq, true, std::move(body)});
  }
  void config(record::Seq seq, std::string body) {
    configs_.push_back({seq, false, std::move(body)});
  }

  Result<void> versions(const record::ObjectKey& object, record::Seq upto,
                        const Visit& visit) override {
    walk(objects_[object], upto, visit);
    return {};
  }
  Result<void> configs(record::Seq upto, const Visit& visit) override {
    walk(configs_, upto, visit);
    return {};
  }

  int visits = 0;

 private:
  struct Entry {
    record::Seq seq;
    bool gone;
    std::string body;
  };
  void walk(const std::vector<Entry>& entries, record::Seq upto, const Visit& visit) {
    for (auto each = entries.rbegin(); each != entries.rend(); ++each) {
      if (each->seq > upto) continue;
      ++visits;
      const auto time = static_cast<std::int64_t>(each->seq) * kSecond;
      if (!visit({each->seq, time, each->gone, each->body})) return;
    }
  }

  std::map<record::ObjectKey, std::vector<Entry>> objects_;
  std::vector<Entry> configs_;
};

const record::ObjectKey kRoute{"zone-1", "gateway.networking.k8s.io", "HTTPRoute", "shop", "cart"};
const record::ObjectKey kService{"zone-1", "", "Service", "shop", "web"};
const record::ObjectKey kSecret{"zone-1", "", "Secret", "shop", "tls"};
const record::ObjectKey kOutput{"zone-1", "kuma.io", "MeshHTTPRoute", "kuma-system", "cart-shop"};

json entry(const std::string& manager, const std::string& time, const json& fields) {
  return {{"manager", manager}, {"operation", "Update"}, {"time", time}, {"fieldsV1", fields}};
}

/// A route whose rules are atomic, as in the Gateway API. `weight` null: not written.
std::string route(const json& weight, const std::string& label, const json& managers) {
  json ref{{"name", "web"}, {"port", 80}};
  if (!weight.is_null()) ref["weight"] = weight;
  json object{{"apiVersion", "gateway.networking.k8s.io/v1"},
              {"kind", "HTTPRoute"},
              {"metadata", {{"name", "cart"}, {"namespace", "shop"}, {"labels", {{"l", label}}}}},
              {"spec", {{"rules", json::array({{{"backendRefs", json::array({ref})}}})}}}};
  if (!managers.is_null()) object["metadata"]["managedFields"] = managers;
  return object.dump();
}

json rules_by(const std::string& manager, const std::string& time) {
  return json::array({entry(manager, time, {{"f:spec", {{"f:rules", json::object()}}}}),
                      entry("labeller", "2024-01-01T00:00:09Z",
                            {{"f:metadata", {{"f:labels", {{"f:l", json::object()}}}}}})});
}

const std::string kWeight = ".spec.rules[0].backendRefs[0].weight";
const std::string kConfigBody = R"({"systemNamespace":"kuma-system","profile":"kuma-2.14"})";

ObjectTrace trace_of(std::vector<Leaf> leaves, std::vector<Cause> gates = {}) {
  return {kOutput, false, std::move(leaves), std::move(gates)};
}

Source field(const record::ObjectKey& object, const std::string& path) {
  return {object, path, {}};
}
Source setting(const std::string& member) { return {{}, {}, member}; }

/// The answer about leaf `.w`, whose only source is given.
json ask(History& history, const Source& source, record::Seq upto = 1000) {
  const auto trace = trace_of({{".w", "5", {"backend_reference/weight", {source}}}});
  const auto answer = why(trace, R"({"w":5})", *model::FieldPath::parse(".w"), history, upto);
  EXPECT_TRUE(answer.has_value()) << answer.error().message;
  return answer.value_or(json());
}

json only_cause(History& history, const Source& source, record::Seq upto = 1000) {
  const json answer = ask(history, source, upto);
  EXPECT_EQ(answer["causes"].size(), 1U);
  return answer["causes"][0];
}

class Why : public ::testing::Test {
 protected:
  Why() {
    history.config(1, kConfigBody);
    history.add(kRoute, 10, route(90, "a", rules_by("alice", "2024-01-01T00:00:10Z")));
    history.add(kRoute, 20, route(5, "a", rules_by("bob", "2024-01-01T00:00:20Z")));
    history.add(kRoute, 30, route(5, "b", rules_by("bob", "2024-01-01T00:00:20Z")));
  }
  TestHistory history;
};

TEST_F(Why, NamesRuleFieldRecordAndWriter) {
  const json answer = ask(history, field(kRoute, kWeight));
  EXPECT_EQ(answer, json::parse(R"({
    "object": "MeshHTTPRoute/kuma-system/cart-shop", "zone": "zone-1", "field": ".w", "value": 5,
    "rule": "backend_reference/weight", "gates": [],
    "causes": [{"rule": "backend_reference/weight", "object": "HTTPRoute/shop/cart", "zone": "zone-1",
      "field": ".spec.rules[0].backendRefs[0].weight", "value": 5, "origin": "field", "seq": 20,
      "time": "1970-01-01T00:00:20Z", "causes": [],
      "writer": {"manager": "bob", "operation": "Update", "time": "2024-01-01T00:00:20Z"}}]})"));
}

TEST_F(Why, AnswersAsOfAMoment) {
  const json cause = only_cause(history, field(kRoute, kWeight), 15);
  EXPECT_EQ(cause["value"], 90);
  EXPECT_EQ(cause["seq"], 10);
  EXPECT_EQ(cause["writer"]["manager"], "alice");
}

TEST_F(Why, ReadsNoFurtherThanTheChange) {
  only_cause(history, field(kRoute, ".metadata.labels.l"));
  EXPECT_EQ(history.visits, 2);  // Records 30 and 20.
}

TEST_F(Why, AValueThatComesBackIsNew) {
  history.add(kRoute, 40, route(90, "b", rules_by("carol", "2024-01-01T00:00:40Z")));
  const json cause = only_cause(history, field(kRoute, kWeight));
  EXPECT_EQ(cause["seq"], 40);
  EXPECT_EQ(cause["writer"]["manager"], "carol");
}

TEST_F(Why, WithoutManagedFieldsTheWriterIsNull) {
  history.add(kRoute, 40, route(7, "b", nullptr));
  const json cause = only_cause(history, field(kRoute, kWeight));
  EXPECT_EQ(cause["seq"], 40);
  EXPECT_EQ(cause["origin"], "field");
  EXPECT_TRUE(cause["writer"].is_null());
}

TEST_F(Why, ListsAllWhoMayHaveDoneIt) {
  json managers = rules_by("bob", "2024-01-01T00:00:40Z");
  managers.push_back(
      entry("dave", "2024-01-01T00:00:41Z", {{"f:spec", {{"f:rules", json::object()}}}}));
  history.add(kRoute, 40, route(8, "b", managers));
  const json cause = only_cause(history, field(kRoute, kWeight));
  EXPECT_EQ(cause["writer"]["manager"], "dave");
  ASSERT_EQ(cause["writers"].size(), 2U);
  EXPECT_EQ(cause["writers"][1]["manager"], "bob");
}

TEST_F(Why, ApiDefaultsHaveNoWriter) {
  // Not in the bytes: import of a manifest.
  history.add(kRoute, 40, route(nullptr, "b", rules_by("erin", "2024-01-01T00:00:40Z")));
  json cause = only_cause(history, field(kRoute, kWeight));
  EXPECT_EQ(cause["value"], 1);
  EXPECT_EQ(cause["seq"], 40);
  EXPECT_EQ(cause["origin"], "api default");
  EXPECT_TRUE(cause["writer"].is_null());
  cause = only_cause(history, field(kRoute, ".spec.rules[0].matches[0].path.type"));
  EXPECT_EQ(cause["value"], "PathPrefix");
  EXPECT_EQ(cause["seq"], 10);
  EXPECT_EQ(cause["origin"], "api default");
}

TEST_F(Why, DefaultsThatTheServerFilledInHaveNoWriterEither) {
  const auto service = [](const std::string& protocol) {
    return json{
        {"apiVersion", "v1"},
        {"kind", "Service"},
        {"metadata",
         {{"name", "web"},
          {"managedFields", json::array({entry("kubectl", "2024-01-01T00:00:01Z",
                                               {{"f:spec", {{"f:selector", json::object()}}}})})}}},
        {"spec", {{"ports", json::array({{{"port", 80}, {"protocol", protocol}}})}}}}
        .dump();
  };
  history.add(kService, 50, service("TCP"));
  EXPECT_EQ(only_cause(history, field(kService, ".spec.ports[0].protocol"))["origin"],
            "api default");
  EXPECT_EQ(only_cause(history, field(kService, ".spec.ports[0].port"))["origin"], "field");
  history.add(kService, 60, service("UDP"));
  EXPECT_EQ(only_cause(history, field(kService, ".spec.ports[0].protocol"))["origin"], "field");
}

TEST_F(Why, AbsentFieldsAreCausesWithNull) {
  const json cause = only_cause(history, field(kRoute, ".spec.hostnames"));
  EXPECT_TRUE(cause["value"].is_null());
  EXPECT_EQ(cause["origin"], "absent");
  EXPECT_EQ(cause["seq"], 10);
  EXPECT_TRUE(cause["writer"].is_null());
}

TEST_F(Why, DeletedObjectsAreAbsentSinceTheirDeletion) {
  history.remove(kRoute, 40, route(5, "b", nullptr));
  json cause = only_cause(history, field(kRoute, kWeight));
  EXPECT_TRUE(cause["value"].is_null());
  EXPECT_EQ(cause["seq"], 40);
  history.add(kRoute, 50, route(5, "b", nullptr));
  cause = only_cause(history, field(kRoute, kWeight));
  EXPECT_EQ(cause["value"], 5);
  EXPECT_EQ(cause["seq"], 50);
}

TEST_F(Why, ObjectsNeverSeenAreAbsentSinceTheConfiguration) {
  const json cause = only_cause(history, field(kService, ""));
  EXPECT_TRUE(cause["value"].is_null());
  EXPECT_EQ(cause["origin"], "absent");
  EXPECT_EQ(cause["object"], "Service/shop/web");
  EXPECT_EQ(cause["seq"], 1);
}

TEST_F(Why, ExistenceAndNamesComeFromTheCreator) {
  json cause = only_cause(history, field(kRoute, ""));
  EXPECT_EQ(cause["value"], "present");
  EXPECT_EQ(cause["seq"], 10);
  cause = only_cause(history, field(kRoute, ".metadata.name"));
  EXPECT_EQ(cause["value"], "cart");
  EXPECT_EQ(cause["seq"], 10);
  EXPECT_EQ(cause["writer"]["manager"], "alice");
}

TEST_F(Why, SettingsResolveToTheConfigThatSetThem) {
  history.config(5, R"({"systemNamespace":"mesh","profile":"kuma-2.14"})");
  history.config(25, R"({"systemNamespace":"mesh","profile":"kuma-2.14-compat"})");
  json cause = only_cause(history, setting("systemNamespace"));
  EXPECT_EQ(cause["object"], "Config");
  EXPECT_EQ(cause["field"], ".systemNamespace");
  EXPECT_EQ(cause["value"], "mesh");
  EXPECT_EQ(cause["seq"], 5);
  EXPECT_EQ(cause["origin"], "setting");
  EXPECT_TRUE(cause["writer"].is_null());
  EXPECT_EQ(only_cause(history, setting("profile"))["seq"], 25);
  EXPECT_EQ(only_cause(history, setting("profile"), 24)["seq"], 1);
}

TEST_F(Why, ConstantsPointAtTheConfigurationInForce) {
  history.config(25, kConfigBody);
  const json cause = only_cause(history, setting(""));
  EXPECT_EQ(cause["origin"], "constant");
  EXPECT_EQ(cause["value"], 5);  // The value that the rule wrote.
  EXPECT_EQ(cause["seq"], 25);
}

TEST_F(Why, SecretsAreExplainedByTheirDigests) {
  history.add(kSecret, 60, R"({"metadata":{"name":"tls"},"facts":{"data":{"tls.crt":"hmac:01"}}})");
  history.add(kSecret, 61, R"({"metadata":{"name":"tls"},"facts":{"data":{"tls.crt":"hmac:02"}}})");
  const json cause = only_cause(history, field(kSecret, ".data['tls.crt']"));
  EXPECT_EQ(cause["value"], "hmac:02");
  EXPECT_EQ(cause["seq"], 61);
  EXPECT_EQ(cause["field"], ".data['tls.crt']");
}

TEST_F(Why, GatesTellWhatHadToHold) {
  const Cause gate{"attachment/class_controller", {field(kRoute, kWeight), setting("profile")}};
  const auto trace = trace_of({{".w", "5", {"r", {field(kRoute, kWeight)}}}}, {gate, gate});
  const auto answer = why(trace, R"({"w":5})", *model::FieldPath::parse(".w"), history, 1000);
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ((*answer)["gates"].size(), 2U);  // Each once.
  EXPECT_EQ((*answer)["gates"][0]["rule"], "attachment/class_controller");
  EXPECT_EQ((*answer)["gates"][0]["object"], "HTTPRoute/shop/cart");
  EXPECT_EQ((*answer)["gates"][0]["seq"], 20);
  EXPECT_EQ((*answer)["gates"][1]["field"], ".profile");
}

TEST_F(Why, InnerFieldsGiveTheirLeaves) {
  const auto trace = trace_of({{".a.w", "5", {"one", {field(kRoute, kWeight), setting("")}}},
                               {".a.l[0]", "\"b\"", {"two", {field(kRoute, ".metadata.labels.l")}}},
                               {".z", "1", {"three", {setting("profile")}}}});
  const std::string body = R"({"a":{"w":5,"l":["b"]},"z":1})";
  const auto answer = why(trace, body, *model::FieldPath::parse(".a"), history, 1000);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ((*answer)["value"], json::parse(R"({"w":5,"l":["b"]})"));
  EXPECT_EQ((*answer)["causes"].size(), 3U);
  ASSERT_EQ((*answer)["fields"].size(), 2U);
  EXPECT_EQ((*answer)["fields"][1]["field"], ".a.l[0]");
  EXPECT_EQ((*answer)["fields"][1]["value"], "b");
  EXPECT_EQ((*answer)["fields"][1]["causes"][0]["seq"], 30);
  EXPECT_EQ(why(trace, body, {}, history, 1000)->at("fields").size(), 3U);
}

TEST_F(Why, UnknownFieldsAreNotFound) {
  const auto trace = trace_of({{".w", "5", {"r", {setting("")}}}});
  for (const auto* path : {".x", ".w.x", ".w[0]"}) {
    const auto answer = why(trace, R"({"w":5})", *model::FieldPath::parse(path), history, 1000);
    ASSERT_FALSE(answer.has_value()) << path;
    EXPECT_EQ(answer.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(answer.error().message, HasSubstr("MeshHTTPRoute/kuma-system/cart-shop"));
  }
}

TEST_F(Why, BodiesThatCannotBeReadHaveNoFields) {
  history.add(kRoute, 70, std::string(2000, '['));
  const json cause = only_cause(history, field(kRoute, kWeight));
  EXPECT_TRUE(cause["value"].is_null());
  EXPECT_EQ(cause["seq"], 70);
}

}  // namespace
}  // namespace pawprint::explain
