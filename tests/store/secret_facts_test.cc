// Facts of Secrets: what rules need is there, what a Secret hides is not.
#include "store/secret_facts.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/store/tls_material.h"

namespace pawprint::store {
namespace {

using Json = nlohmann::json;

const DigestKey kKey{std::string(32, 'k')};

Json secret(const Json& data) {
  return Json{{"apiVersion", "v1"},
              {"kind", "Secret"},
              {"type", "kubernetes.io/tls"},
              {"metadata", {{"name", "cert"}, {"namespace", "demo"}, {"uid", "u-1"}}},
              {"data", data}};
}

Json tls_secret(const std::string& key, const std::string& certificate) {
  return secret({{"tls.key", base64(key)}, {"tls.crt", base64(certificate)}});
}

Json facts_of(const Json& object) {
  const auto facts = secret_facts(object.dump(), kKey);
  EXPECT_TRUE(facts) << facts.error().message;
  return facts ? Json::parse(*facts) : Json();
}

Json blocks(const Json& facts, const char* form) {
  return facts.at("facts").at("tls").at(form).at("blocks");
}

TEST(SecretFacts, DigestsAreKeyed) {
  EXPECT_EQ(secret_digest("abc", {}),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  EXPECT_EQ(secret_digest("what do ya want for nothing?", {"Jefe"}),
            "hmac:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(SecretFacts, EveryValueHasADigestAndStringDataWins) {
  Json object = secret({{"a", base64("one")}, {"b", base64("two")}, {"empty", nullptr}});
  object["stringData"] = {{"b", "three"}, {"c", "four"}};
  const Json facts = facts_of(object);
  EXPECT_EQ(facts.at("facts").at("data"), (Json{{"a", secret_digest("one", kKey)},
                                                {"b", secret_digest("three", kKey)},
                                                {"c", secret_digest("four", kKey)},
                                                {"empty", secret_digest("", kKey)}}));
  EXPECT_FALSE(facts.at("facts").contains("tls"));
  EXPECT_FALSE(facts.contains("data"));
  EXPECT_FALSE(facts.contains("stringData"));
  EXPECT_EQ(facts.at("type"), "kubernetes.io/tls");
  EXPECT_EQ(facts.at("kind"), "Secret");
}

TEST(SecretFacts, SameBytesInTheSameOrderWhateverTheInputLooksLike) {
  const auto a =
      secret_facts(R"({"kind":"Secret","type":"t","data":{"x":"QQ==","y":"Qg=="}})", kKey);
  const auto b =
      secret_facts(R"( {"data": {"y":"Qg==","x":"Q\u0051=="}, "type":"t","kind":"Secret"})", kKey);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(*a, *b);
}

TEST(SecretFacts, RsaKeyAndCertificate) {
  const auto pair = make_pair(KeyKind::kRsa);
  const Json facts = facts_of(tls_secret(pair.key, pair.certificate));
  const Json expected = {{{"type", "PRIVATE KEY"}, {"key", "rsa"}}, {{"type", "CERTIFICATE"}}};
  EXPECT_EQ(blocks(facts, "glued"), expected);
  EXPECT_EQ(blocks(facts, "joined"), expected);
  const Json& tls = facts.at("facts").at("tls");
  EXPECT_EQ(tls.at("glued").at("digest"), secret_digest(pair.key + pair.certificate, kKey));
  EXPECT_EQ(tls.at("joined"), tls.at("glued"));
  EXPECT_EQ(tls.at("certificate"), (Json{{"subject", "CN=shop.example.com,O=Shop"},
                                         {"dnsNames", {"shop.example.com", "*.shop.example.com"}},
                                         {"notAfter", "2035-01-02T03:04:05Z"},
                                         {"keyType", "rsa"},
                                         {"matchesKey", true}}));
}

TEST(SecretFacts, AKeyWithoutALineEndIsLostWhenGluedAndFoundWhenJoined) {
  const auto pair = make_pair(KeyKind::kEcdsa);
  std::string key = pair.key;
  key.pop_back();
  const Json facts = facts_of(tls_secret(key, pair.certificate));
  EXPECT_EQ(blocks(facts, "glued"), Json::array());
  EXPECT_EQ(blocks(facts, "joined"),
            (Json{{{"type", "PRIVATE KEY"}, {"key", "ecdsa"}}, {{"type", "CERTIFICATE"}}}));
  const Json& tls = facts.at("facts").at("tls");
  EXPECT_EQ(tls.at("glued").at("digest"), secret_digest(key + pair.certificate, kKey));
  EXPECT_EQ(tls.at("joined").at("digest"), secret_digest(key + "\n" + pair.certificate, kKey));
  EXPECT_TRUE(tls.at("certificate").at("matchesKey"));
}

TEST(SecretFacts, KindsOfKeys) {
  const auto kind = [](const std::string& key) {
    return blocks(facts_of(tls_secret(key, "")), "glued").at(0).at("key").get<std::string>();
  };
  EXPECT_EQ(kind(make_pair(KeyKind::kRsa).key), "rsa");
  EXPECT_EQ(kind(make_pair(KeyKind::kEcdsa).key), "ecdsa");
  EXPECT_EQ(kind(make_pair(KeyKind::kEd25519).key), "ed25519");
  EXPECT_EQ(kind(make_pair(KeyKind::kOtherCurve).key), "other");
  EXPECT_EQ(kind(traditional(make_pair(KeyKind::kRsa).key)), "rsa");
  EXPECT_EQ(kind(traditional(make_pair(KeyKind::kEcdsa).key)), "ecdsa");
  EXPECT_EQ(kind("-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n"), "invalid");
  EXPECT_EQ(kind("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"), "invalid");
  // Numbers that do not belong together are no key.
  EXPECT_EQ(kind(inconsistent_rsa(make_pair(KeyKind::kRsa).key)), "invalid");
}

TEST(SecretFacts, AKeyThatDoesNotBelongToTheCertificate) {
  const auto one = make_pair(KeyKind::kEcdsa);
  const auto other = make_pair(KeyKind::kEcdsa);
  const Json facts = facts_of(tls_secret(other.key, one.certificate));
  EXPECT_FALSE(facts.at("facts").at("tls").at("certificate").at("matchesKey"));
  EXPECT_EQ(facts.at("facts").at("tls").at("certificate").at("keyType"), "ecdsa");
}

TEST(SecretFacts, MaterialThatIsNoneIsAFactToo) {
  const Json facts = facts_of(tls_secret("no key\n", "no certificate\n"));
  const Json& tls = facts.at("facts").at("tls");
  EXPECT_EQ(tls.at("glued").at("blocks"), Json::array());
  EXPECT_FALSE(tls.contains("certificate"));
  const Json broken =
      facts_of(tls_secret("", "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"));
  EXPECT_EQ(blocks(broken, "joined"), (Json{{{"type", "CERTIFICATE"}}}));
  EXPECT_FALSE(broken.at("facts").at("tls").contains("certificate"));
}

/// Identity, ownership and blame; nothing that people write into free text.
TEST(SecretFacts, OfMetadataOnlyWhatIsNeeded) {
  const std::string value = "canary-value-0123456789";
  Json object = secret(
      {{"a", base64(value)}, {"b", base64("first line of the value\nsecond line of the value\n")}});
  object["metadata"] = {
      {"name", "cert"},
      {"namespace", "demo"},
      {"uid", "u-1"},
      {"resourceVersion", "17"},
      {"generation", 3},
      {"creationTimestamp", "2026-01-01T00:00:00Z"},
      {"labels", {{"kuma.io/mesh", "default"}}},
      {"finalizers", {"a/b"}},
      {"ownerReferences", {{{"kind", "X"}, {"name", "x"}}}},
      {"managedFields",
       {{{"manager", "kubectl"}, {"fieldsV1", {{"f:data", {{"f:a", Json::object()}}}}}}}}};
  Json expected = object["metadata"];
  object["metadata"]["generateName"] = "cert-";
  object["metadata"]["managedFields"][0]["fieldsV1"]["v:\"" + value + "\""] = Json::object();
  object["metadata"]["managedFields"][0]["note"] = value;
  object["metadata"]["finalizers"].push_back(value);
  expected["finalizers"].push_back(secret_digest(value, kKey));
  for (const std::string& text : {std::string("shop"), value, hexadecimal(value)}) {
    object["metadata"]["labels"]["app"] = text;
    expected["labels"]["app"] = secret_digest(text, kKey);
    EXPECT_EQ(facts_of(object).at("metadata"), expected);
  }
  object["metadata"]["labels"]["kuma.io/mesh"] = value;
  expected["labels"]["kuma.io/mesh"] = secret_digest(value, kKey);
  Json& annotations = object["metadata"]["annotations"];
  annotations["keep"] = "me";
  annotations["kubectl.kubernetes.io/last-applied-configuration"] = "{}";
  annotations["kapp.k14s.io/original"] = "anything";
  annotations["example.com/manifest"] = R"({"kind":"Secret","data":{"a":"eA=="}})";
  annotations["example.com/encoded"] = "x" + base64(value) + "y";
  annotations["example.com/raw"] = "it is " + value;
  annotations["example.com/yaml"] = "data: |\n    first line of the value\n    second";
  EXPECT_EQ(facts_of(object).at("metadata"), expected);
}

TEST(SecretFacts, AValueInAPlaceOfSomethingElseIsNotKept) {
  const std::string value = "canary-value-0123456789";
  Json object = tls_secret(
      "-----BEGIN " + value + "-----\nQUJD\n-----END " + value + "-----\n",
      "-----BEGIN " + value + " CERTIFICATE-----\nQUJD\n-----END " + value + " CERTIFICATE-----\n");
  object["data"]["password"] = base64(value);
  object["type"] = "x/" + value;
  const auto facts = secret_facts(object.dump(), kKey);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->find(value), std::string::npos) << *facts;
  EXPECT_EQ(Json::parse(*facts).at("type"), "other");
  EXPECT_EQ(blocks(Json::parse(*facts), "glued"),
            (Json{{{"type", "OTHER"}}, {{"type", "OTHER CERTIFICATE"}}}));

  object["data"] = {{value + " !", "QQ=="}};
  const auto refused = secret_facts(object.dump(), kKey);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find(value), std::string::npos);
}

/// Values planted everywhere that a Secret has room for them; none may come out in any form.
TEST(SecretFacts, NoCanaryComesThrough) {
  for (int i = 0; i < 200; ++i) {
    std::string canary = "canaryXyZ";
    canary += std::to_string(i * 7919);
    const auto pair = i % 20 == 0 ? make_pair(KeyKind::kEcdsa) : TlsPair{canary + "\n", "x"};
    Json object = tls_secret(pair.key + canary, canary + pair.certificate);
    object["data"]["password"] = base64(canary);
    object["stringData"] = {{"more", canary + canary}};
    object["metadata"]["annotations"] = {
        {"kubectl.kubernetes.io/last-applied-configuration", object.dump()},
        {"other-tool/last-applied", base64(object.dump())},
        {"note", canary}};
    const auto facts = secret_facts(object.dump(), i % 2 == 0 ? kKey : DigestKey{});
    ASSERT_TRUE(facts) << facts.error().message;
    for (const std::string& form : {canary, base64(canary), hexadecimal(canary), pair.key}) {
      ASSERT_EQ(facts->find(form), std::string::npos) << form;
    }
  }
}

TEST(SecretFacts, ErrorsNeverQuote) {
  const std::string canary = "canary0123456789";
  for (const std::string& bad : {
           canary,
           "{\"data\":{\"a\":\"" + canary + "!\"}}",
           "{\"data\":\"" + canary + "\"}",
           "{\"data\":{\"" + canary + "\":[\"" + canary + "\"]}}",
           "{\"stringData\":{\"a\":{\"" + canary + "\":1}}}",
           "{\"data\":{\"a\":\"" + canary,
           "[\"" + canary + "\"]",
           "\"" + canary + "\"",
           std::string(100000, '[') + canary,
           "{\"a\":" + std::string(100, '[') + "\"" + canary + "\"" + std::string(100, ']') + "}",
       }) {
    const auto facts = secret_facts(bad, kKey);
    ASSERT_FALSE(facts) << bad.substr(0, 60);
    EXPECT_EQ(facts.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(facts.error().message.find("canary"), std::string::npos) << facts.error().message;
    EXPECT_EQ(facts.error().message.find('\n'), std::string::npos);
  }
}

TEST(SecretFacts, AnySmallChangeOfAnInputIsSafe) {
  const auto pair = make_pair(KeyKind::kRsa);
  const std::string whole = tls_secret(pair.key, pair.certificate).dump();
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto facts = secret_facts(changed, kKey);
    EXPECT_TRUE(!facts || Json::parse(*facts).contains("facts"));
  }
}

}  // namespace
}  // namespace pawprint::store
