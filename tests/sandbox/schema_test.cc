// What CRD schemas do to objects: defaults, pruning, refusals with causes.
#include <algorithm>

#include "tests/sandbox/both_servers.h"

namespace pawprint::sandbox::test {
namespace {

class SchemaTest : public BothServers {
 protected:
  /// The cause for a field, or null. Real servers add one more for CEL rules they skipped.
  static Json cause(const Reply& reply, const std::string& field) {
    for (const Json& cause : member(member(reply.body, "details"), "causes")) {
      if (text(cause, "field") == field) return cause;
    }
    return nullptr;
  }

  void expect_cause(const Reply& reply, const std::string& field, const std::string& reason,
                    const std::string& message) {
    Json found = cause(reply, field);
    EXPECT_EQ(text(found, "reason"), reason) << field << " in " << reply.text;
    EXPECT_EQ(text(found, "message"), message) << field;
  }

  Json gateway(const std::string& name, const Json& listeners) const {
    return object("gateway.networking.k8s.io/v1", "Gateway", name,
                  {{"gatewayClassName", "c"}, {"listeners", listeners}});
  }
};
PAWPRINT_ON_BOTH_SERVERS(SchemaTest);

TEST_P(SchemaTest, DefaultsFillTheWholeTree) {
  Reply made = post(routes(), route("a"));
  ASSERT_EQ(made.status, 201) << made.text;
  Json path = {{"type", "PathPrefix"}, {"value", "/"}};
  Json match = {{"path", path}};
  Json backend = {{"group", ""}, {"kind", "Service"}, {"name", "svc"}, {"port", 80}, {"weight", 1}};
  Json rule = {{"backendRefs", Json::array({backend})}, {"matches", Json::array({match})}};
  EXPECT_EQ(made.body["spec"]["rules"], Json::array({rule}));
}

TEST_P(SchemaTest, UnknownFieldsArePrunedWithAWarning) {
  Json body = route("a");
  body["spec"]["nobody"] = 1;
  body["spec"]["rules"][0]["knows"] = "this";
  Reply made = post(routes(), body);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_FALSE(made.body["spec"].contains("nobody"));
  EXPECT_FALSE(made.body["spec"]["rules"][0].contains("knows"));
  EXPECT_NE(made.headers["warning"].find("unknown field \\\"spec.nobody\\\""), std::string::npos)
      << made.headers["warning"];
}

TEST_P(SchemaTest, StrictValidationRefusesUnknownFields) {
  Json body = route("a");
  body["spec"]["nobody"] = 1;
  Reply reply = post(routes() + "?fieldValidation=Strict", body);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body["message"],
            "HTTPRoute in version \"v1\" cannot be handled as a HTTPRoute: strict decoding error: "
            "unknown field \"spec.nobody\"");
  EXPECT_EQ(get(routes("a")).status, 404);
}

TEST_P(SchemaTest, EveryViolationIsACause) {
  Json body = route("a");
  body["spec"] = Json::parse(R"({"parentRefs": [{"port": 70000}], "hostnames": ["A_b"],
    "rules": [{"matches": [{"path": {"type": "Foo", "value": 5}}],
               "backendRefs": [{"name": "", "weight": -1, "port": "http"}]}]})");
  Reply reply = post(routes(), body);
  ASSERT_EQ(reply.status, 422) << reply.text;
  EXPECT_EQ(reply.body["reason"], "Invalid");
  EXPECT_EQ(reply.body["details"]["kind"], "HTTPRoute");
  expect_cause(reply, "spec.parentRefs[0].name", "FieldValueRequired", "Required value");
  expect_cause(reply, "spec.parentRefs[0].port", "FieldValueInvalid",
               "Invalid value: 70000: spec.parentRefs[0].port in body should be less than or equal "
               "to 65535");
  const std::string rule = "spec.rules[0].";
  expect_cause(reply, rule + "matches[0].path.type", "FieldValueNotSupported",
               "Unsupported value: \"Foo\": supported values: \"Exact\", \"PathPrefix\", "
               "\"RegularExpression\"");
  expect_cause(reply, rule + "matches[0].path.value", "FieldValueTypeInvalid",
               "Invalid value: \"integer\": spec.rules[0].matches[0].path.value in body must be of "
               "type string: \"integer\"");
  expect_cause(
      reply, rule + "backendRefs[0].name", "FieldValueInvalid",
      "Invalid value: \"\": spec.rules[0].backendRefs[0].name in body should be at least 1 "
      "chars long");
  expect_cause(reply, rule + "backendRefs[0].weight", "FieldValueInvalid",
               "Invalid value: -1: spec.rules[0].backendRefs[0].weight in body should be greater "
               "than or equal to 0");
  EXPECT_FALSE(cause(reply, "spec.hostnames[0]").is_null());
}

TEST_P(SchemaTest, ListsHaveLimits) {
  Json body = route("a");
  body["spec"]["hostnames"] = Json::array();
  for (int i = 0; i < 17; ++i) {
    body["spec"]["hostnames"].push_back("h" + std::to_string(i) + ".example.com");
  }
  Reply reply = post(routes(), body);
  ASSERT_EQ(reply.status, 422) << reply.text;
  expect_cause(reply, "spec.hostnames", "FieldValueTooMany",
               "Too many: 17: must have at most 16 items");
}

TEST_P(SchemaTest, KeysOfListMapsAreUnique) {
  Json one = {{"name", "http"}, {"port", 80}, {"protocol", "HTTP"}};
  Json two = {{"name", "http"}, {"port", 81}, {"protocol", "HTTP"}};
  Reply reply = post(gateway_path("gateways"), gateway("g", Json::array({one, two})));
  ASSERT_EQ(reply.status, 422) << reply.text;
  expect_cause(reply, "spec.listeners[1]", "FieldValueDuplicate",
               "Duplicate value: {\"name\":\"http\"}");
}

TEST_P(SchemaTest, NamesAreDnsSubdomains) {
  Reply reply = post(routes(), route("Not_A_Name"));
  ASSERT_EQ(reply.status, 422);
  EXPECT_EQ(text(cause(reply, "metadata.name"), "reason"), "FieldValueInvalid");
  Reply missing = post(routes(), {{"apiVersion", "gateway.networking.k8s.io/v1"},
                                  {"kind", "HTTPRoute"},
                                  {"spec", Json::object()}});
  EXPECT_EQ(missing.status, 422);
  EXPECT_EQ(text(cause(missing, "metadata.name"), "reason"), "FieldValueRequired");
}

TEST_P(SchemaTest, LabelsAreChecked) {
  Json body = route("a");
  body["metadata"]["labels"] = {{"good", std::string(64, 'x')}};
  EXPECT_EQ(post(routes(), body).status, 422);
  body["metadata"]["labels"] = {{"bad key", "x"}};
  EXPECT_EQ(post(routes(), body).status, 422);
  body["metadata"]["labels"] = {{"pawprint.dev/owner", "HTTPRoute.ns.name_1"}};
  EXPECT_EQ(post(routes(), body).status, 201);
}

TEST_P(SchemaTest, OpenPartsKeepWhatTheyGet) {
  std::string name = space_ + "-mg";
  Json spec = Json::parse(R"({"conf": {"listeners": [{"port": 80, "any": {"thing": [1, 2.5]}}]}})");
  Json gateway = object("kuma.io/v1alpha1", "MeshGateway", name, spec);
  gateway["mesh"] = "default";
  Reply made = post("/apis/kuma.io/v1alpha1/meshgateways", gateway);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.body["spec"], spec);
  EXPECT_EQ(made.body["mesh"], "default");
  EXPECT_EQ(remove("/apis/kuma.io/v1alpha1/meshgateways/" + name).status, 200);
}

TEST_P(SchemaTest, GarbageIsABadRequest) {
  auto raw = [&](const std::string& body, const std::string& type) {
    return send(endpoint_, {"POST", routes(), body, type}).status;
  };
  EXPECT_EQ(raw("{not json", "application/json"), 400);
  EXPECT_EQ(raw("{}", "application/json"), 400);
  EXPECT_EQ(raw("{}", "text/plain"), 415);
  std::string deep;
  for (int i = 0; i < 20000; ++i) deep += "[";
  EXPECT_EQ(raw("{\"kind\":" + deep, "application/json"), 400);
  Json gateway_body = gateway("g", Json::array());
  EXPECT_EQ(post(routes(), gateway_body).status, 422);
}

TEST_P(SchemaTest, YamlBodiesWork) {
  std::string yaml =
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\n"
      "spec:\n  hostnames: ['a.example.com']\n  rules:\n  - backendRefs:\n    - {name: svc, port: "
      "80}\n";
  Reply made = send(endpoint_, {"POST", routes(), yaml, "application/yaml"});
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.body["spec"]["rules"][0]["backendRefs"][0]["port"], 80);
}

}  // namespace
}  // namespace pawprint::sandbox::test
