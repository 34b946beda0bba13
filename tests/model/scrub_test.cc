// What looks like a credential goes, and nothing else does.
#include "engine/model/scrub.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pawprint::model {
namespace {

using Json = nlohmann::json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Scrub, NamesOfCredentials) {
  for (const char* name :
       {"Authorization",        "authorization", "Proxy-Authorization", "Cookie",
        "Set-Cookie",           "X-Api-Key",     "x-api-key",           "apiKey",
        "X-Auth-Token",         "token",         "access_token",        "password",
        "db.password",          "clientSecret",  "client-secret",       "CLIENT_SECRET",
        "x-amz-security-token", "private-key",   "session-token",       "X-Shop-Secret",
        "credentials",          "oauth2-token"}) {
    EXPECT_TRUE(names_credential(name)) << name;
  }
  for (const char* name :
       {"", "x-request-id", "secretName", "tokenFile", "passwordRef", "secret-namespace", "author",
        "authority", "key", "monkey", "keyType", "tokenizer", "secretary", "content-type",
        "certificateRefs", "accept", "user-agent", "tokens-url", "X-Token-Type"}) {
    EXPECT_FALSE(names_credential(name)) << name;
  }
}

TEST(Scrub, ShapesInText) {
  const std::string jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
  for (const auto& [given, expected] : Pairs{
           {"Authorization: Bearer abc.def1", "Authorization: [scrubbed]"},
           {"refused: token=abc123 again", "refused: token=[scrubbed] again"},
           {"password=a,b;c&d)e", "password=[scrubbed]"},
           {"password: 'a b c' and more", "password: '[scrubbed]' and more"},
           {R"({"password": "a\"b", "x": "y"})", R"({"password": "[scrubbed]", "x": "y"})"},
           {R"(got {\"token\":\"abc\",\"x\":1})", R"(got {\"token\":\"[scrubbed]\",\"x\":1})"},
           {"with Bearer abcDEF123 in it", "with Bearer [scrubbed] in it"},
           {"Basic dXNlcjpwYXNz", "Basic [scrubbed]"},
           {"see " + jwt + ".", "see [scrubbed]."},
           {"https://user:pa/ss@host:1/x", "https://[scrubbed]@host:1/x"},
           {"https://tok3n@host/x", "https://[scrubbed]@host/x"},
           {"GET /x?access_token=abc&y=1", "GET /x?access_token=[scrubbed]"},
           {"a -----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY----- b",
            "a [scrubbed] b"},
           {"cut -----BEGIN PRIVATE KEY-----\\nAAAA", "cut [scrubbed]"},
           {"is LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCkFBQUE= here", "is [scrubbed] here"},
           {"Set-Cookie: id=abc; Path=/\nnext", "Set-Cookie: [scrubbed]\nnext"},
           {"spec.password=", "spec.password="},
       }) {
    EXPECT_EQ(scrub_text(given), expected);
    EXPECT_EQ(scrub_text(scrub_text(given)), scrub_text(given)) << "not idempotent";
  }
}

/// What the programs really say.
TEST(Scrub, PlainTextStays) {
  for (const char* text : {
           "",
           "list of Secret: Forbidden (HTTP 403)",
           "invalid reference to \"Secret\" \"shop/cert\"",
           "ResolvedRefs=False/InvalidCertificateRef: malformed secret",
           "Conflict: Operation cannot be fulfilled on secrets \"x\" (HTTP 409)",
           "secrets is forbidden: User \"system:serviceaccount:a:b\" cannot list resource",
           "basic authentication is needed; bearer authentication too",
           "time=2026-03-01T10:00:00Z kind=HTTPRoute secretName=cert tokenFile=/var/run/token",
           "https://127.0.0.1:6443: cannot connect: Connection refused",
           "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
           "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n",
           "mail a@b.c about http://host/path",
       }) {
    EXPECT_EQ(scrub_text(text), text);
  }
}

/// Values may go to the end of a text; with a cost of the square of its length this would not end.
TEST(Scrub, LongTextsAreNoTrap) {
  constexpr std::size_t kBytes = 4'000'000;
  for (const std::string part : {"a:", "a=\"", "x://", "token://", "x://a:b", "a:\\", "-----BEGIN ",
                                 "eyJaaaaaaaa", "a@", "bearer ", "'a':'"}) {
    std::string text;
    while (text.size() < kBytes) text += part;
    EXPECT_EQ(scrub_text(text), text) << part;
  }
  std::string tokens;
  while (tokens.size() < kBytes) tokens += "token:";
  EXPECT_EQ(scrub_text(tokens), "token:[scrubbed]");
}

TEST(Scrub, HeadersOfFiltersAndMatches) {
  Json route = Json::parse(R"({"spec":{"rules":[{
    "filters":[{"requestHeaderModifier":{"set":[{"name":"X-Api-Key","value":"k1"},
      {"name":"x-plain","value":"v1"}],"add":[{"name":"Authorization","value":"Basic x"}],
      "remove":["cookie"]}}],
    "matches":[{"headers":[{"type":"Exact","name":"cookie","value":"s=1"}],
      "queryParams":[{"name":"token","value":"t1"}]}],
    "backendRefs":[{"name":"token","port":80,"weight":1}]}]}})");
  const Json before = route;
  scrub(route);
  Json expected = before;
  Json& rule = expected["spec"]["rules"][0];
  rule["filters"][0]["requestHeaderModifier"]["set"][0]["value"] = kScrubbed;
  rule["filters"][0]["requestHeaderModifier"]["add"][0]["value"] = kScrubbed;
  rule["matches"][0]["headers"][0]["value"] = kScrubbed;
  rule["matches"][0]["queryParams"][0]["value"] = kScrubbed;
  EXPECT_EQ(route, expected);
}

TEST(Scrub, AnnotationsAndManifestsInThem) {
  Json object{{"metadata",
               {{"annotations",
                 {{"example.com/api-token", "abc"},
                  {"note", "see password=abc"},
                  {"plain", "text"},
                  {"deep", std::string(100'000, '[')},
                  {"kubectl.kubernetes.io/last-applied-configuration",
                   R"({"spec":{"x":[{"name":"Cookie","value":"abc"}]}})"}}}}}};
  Json expected = object;
  Json& annotations = expected["metadata"]["annotations"];
  annotations["example.com/api-token"] = kScrubbed;
  annotations["note"] = "see password=[scrubbed]";
  annotations["kubectl.kubernetes.io/last-applied-configuration"] =
      R"({"spec":{"x":[{"name":"Cookie","value":"[scrubbed]"}]}})";
  scrub(object);
  EXPECT_EQ(object, expected);
}

TEST(Scrub, InlineBytesOfKeys) {
  Json object = Json::parse(R"({"tls":{"clientKey":{"inline":"QUJD"},"caCert":{"inline":"QUJD"},
    "clientSecret":{"inlineString":"abc"}},"conf":{"certificates":[{"secret":"gapi-1"}]}})");
  scrub(object);
  EXPECT_EQ(object["tls"]["caCert"]["inline"], "QUJD");
  EXPECT_EQ(object["tls"]["clientSecret"]["inlineString"], kScrubbed);
  EXPECT_EQ(object["tls"]["clientKey"]["inline"], kScrubbed);
  EXPECT_EQ(object["conf"]["certificates"][0]["secret"], "gapi-1");
}

}  // namespace
}  // namespace pawprint::model
