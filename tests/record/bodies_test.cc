#include "engine/record/bodies.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

namespace pawprint::record {
namespace {

/// JSON holds text, not bytes: what is not UTF-8 would come back changed.
std::string text() { return *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127)); }

ObjectKey any_key() { return {text(), text(), text(), text(), text()}; }

template <class T, class Decode>
void comes_back(const T& value, const Decode& decode) {
  const std::string body = encode(value);
  const auto decoded = decode(body);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == value);
  RC_ASSERT(nlohmann::json::parse(body).dump() == body);  // Canonical: sorted keys, no spaces.
}

TEST(Bodies, SmallOnesComeBack) {
  EXPECT_TRUE(rc::check("Boot, Sync, Operator", [] {
    comes_back(Boot{text(), text(), *rc::gen::arbitrary<Seq>(), *rc::gen::arbitrary<bool>()},
               decode_boot);
    comes_back(Sync{text(), text(), text(), text(), *rc::gen::arbitrary<std::uint64_t>()},
               decode_sync);
    comes_back(Operator{text(), text(), text(), text()}, decode_operator);
  }));
}

TEST(Bodies, SettingsComeBack) {
  EXPECT_TRUE(rc::check("Config, Discovery", [] {
    Config config;
    config.mode = text();
    config.profile = text();
    config.controller_name = text();
    config.system_namespace = text();
    config.default_mesh = text();
    config.zones = {{text(), text()}, {text(), text()}};
    config.deletes_held_count = *rc::gen::arbitrary<std::int64_t>();
    config.deletes_held_share = *rc::gen::arbitrary<std::int64_t>();
    config.assume_synced = *rc::gen::arbitrary<bool>();
    config.assume_mesh = *rc::gen::arbitrary<bool>();
    config.gateway_routes_only = *rc::gen::arbitrary<bool>();
    comes_back(config, decode_config);
    comes_back(Discovery{{{text(), text(), text(), text(), *rc::gen::arbitrary<bool>()}}, text()},
               decode_discovery);
  }));
}

TEST(Bodies, DecisionsAndAnswersComeBack) {
  EXPECT_TRUE(rc::check("Decision, Applied", [] {
    Decision decision;
    decision.upto = *rc::gen::arbitrary<Seq>();
    decision.triggers = *rc::gen::arbitrary<std::vector<Seq>>();
    decision.digest_before = text();
    decision.digest_after = text();
    decision.changed = {any_key(), any_key()};
    decision.operations = {{text(), text(), any_key(), text()}};
    decision.reducer = text();
    comes_back(decision, decode_decision);
    Applied applied{text(),
                    text(),
                    any_key(),
                    *rc::gen::arbitrary<std::uint32_t>(),
                    text(),
                    *rc::gen::arbitrary<std::int32_t>(),
                    text(),
                    text(),
                    text(),
                    text(),
                    *rc::gen::arbitrary<std::int64_t>()};
    comes_back(applied, decode_applied);
  }));
}

TEST(Bodies, UnknownMembersAreIgnoredAndMissingOnesHaveDefaults) {
  const auto boot = decode_boot(R"({"build":"1.2","later":{"x":[1]}})");
  ASSERT_TRUE(boot.has_value());
  EXPECT_EQ(boot->build, "1.2");
  EXPECT_TRUE(boot->clean);
  const auto config = decode_config("{}");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(*config, Config{});
}

void refused(const Error& error, const std::string& member) {
  EXPECT_EQ(error.code, ErrorCode::kDamaged);
  EXPECT_NE(error.message.find(member), std::string::npos) << error.message;
}

TEST(Bodies, WrongTypesAreNamed) {
  refused(decode_boot(R"({"previousSeq":-1})").error(), "previousSeq");
  refused(decode_boot(R"({"previousSeq":1.5})").error(), "previousSeq");
  refused(decode_boot(R"({"clean":"yes"})").error(), "clean");
  refused(decode_config(R"({"zones":{"name":"a"}})").error(), "zones");
  refused(decode_config(R"({"zones":[{"name":1}]})").error(), "name");
  refused(decode_decision(R"({"triggers":[1,"2"]})").error(), "triggers");
  refused(decode_decision(R"({"operations":[{"object":{"namespace":3}}]})").error(), "namespace");
  refused(decode_applied(R"({"status":4294967296})").error(), "status");
  refused(decode_applied(R"({"attempt":-1})").error(), "attempt");
  refused(decode_operator("[]").error(), "document");
}

TEST(Bodies, TextThatIsNoJsonIsRefused) {
  for (const char* bad : {"", "{", "{} {}", "{\"a\":\xff}", "nul"}) {
    EXPECT_FALSE(decode_sync(bad).has_value()) << bad;
  }
  // Deep enough to overflow a stack that recursed.
  const std::string deep =
      "{\"who\":" + std::string(1000000, '[') + std::string(1000000, ']') + "}";
  refused(decode_operator(deep).error(), "deep");
  EXPECT_TRUE(decode_operator(R"({"who":"[[[[\"[[","text":")" + std::string(1000, '{') + "\"}"));
}

TEST(Bodies, BytesThatAreNoUtf8AreReplacedAlwaysAlike) {
  Applied applied;
  applied.reason = "bad \xff byte";
  const auto decoded = decode_applied(encode(applied));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->reason, "bad \xef\xbf\xbd byte");
}

}  // namespace
}  // namespace pawprint::record
