#include "tools/pawprintd/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/pawprintd/support.h"
#include "tools/pawprintd/quantity.h"

namespace pawprint::pawprintd::tests {
namespace {

using testing::HasSubstr;
using Environment = std::map<std::string, std::string>;

class SettingsTest : public testing::Test {
 protected:
  Result<void> read(const std::string& text) {
    return settings_.read_file(scratch_.write("config.yaml", text));
  }
  Result<void> environment(const Environment& variables) {
    return settings_.read_environment([&](const char* name) -> const char* {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    });
  }
  static std::string message(const Result<void>& result) {
    return result ? "no error" : result.error().message;
  }

  Scratch scratch_;
  Settings settings_;
};

TEST_F(SettingsTest, DefaultsAreThoseOfTheInterfacesDocument) {
  ASSERT_TRUE(settings_.finish().has_value());
  EXPECT_EQ(settings_.get("mode"), "apply");
  EXPECT_EQ(settings_.get("profile"), "kuma-2.14");
  EXPECT_EQ(settings_.get("controllerName"), "gateways.kuma.io/controller");
  EXPECT_EQ(settings_.get("http.bind"), "127.0.0.1:8420");
  EXPECT_EQ(settings_.event_bytes(), std::uint64_t{8} << 20);
  ASSERT_EQ(settings_.zones().size(), 1U);
  EXPECT_EQ(settings_.zones()[0].name, "");
  const record::Config config = settings_.config({{"z", "", "", "zone"}}, false);
  EXPECT_EQ(config.deletes_held_count, 10);
  EXPECT_EQ(config.deletes_held_share, 20);
}

TEST_F(SettingsTest, FlagsWinOverEnvironmentOverFileOverDefaults) {
  ASSERT_TRUE(
      read("mode: shadow\nprofile: kuma-2.14-compat\nsystemNamespace: mesh-system\n").has_value());
  ASSERT_TRUE(environment({{"PAWPRINT_MODE", "dry-run"}, {"PAWPRINT_PROFILE", ""}}).has_value());
  ASSERT_TRUE(settings_.set_flag("mode", "apply").has_value());
  EXPECT_EQ(settings_.get("mode"), "apply");
  EXPECT_EQ(settings_.value("mode").origin, "flag --mode");
  EXPECT_EQ(settings_.get("profile"), "kuma-2.14-compat") << "an empty variable is not set";
  EXPECT_THAT(settings_.value("profile").origin, HasSubstr("config.yaml:2"));
  EXPECT_EQ(settings_.value("defaultMesh").origin, "default");
}

TEST_F(SettingsTest, TheWholeFileOfTheDocumentIsRead) {
  ASSERT_EQ(message(read(R"(
apiVersion: pawprint.dev/v1alpha1
kind: Config
mode: apply
profile: kuma-2.14
controllerName: gateways.kuma.io/controller
systemNamespace: kuma-system
defaultMesh: default
zones:
- {name: zone-2, kubeconfig: /etc/two.yaml, context: "", role: zone}
- {name: zone-1, kubeconfig: /etc/one.yaml, context: c, role: global}
store: {path: /var/lib/pawprint, snapshotEvery: 20000, retention: {full: 14d, thinned: 90d, decisions: 400d, maxBytes: 8Gi}}
http: {bind: 127.0.0.1:8420}
secrets: {namespaces: [a, b]}
leaderElection: {enabled: false, leaseDuration: 15s, renewDeadline: 10s, retryPeriod: 2s}
limits: {eventBytes: 8Mi, deletesHeld: {count: 10, share: 20}}
)")),
            "no error");
  ASSERT_TRUE(settings_.finish().has_value());
  ASSERT_EQ(settings_.zones().size(), 2U);
  EXPECT_EQ(settings_.zones()[0].name, "zone-1") << "sorted";
  EXPECT_EQ(settings_.zones()[0].role, "global");
  EXPECT_THAT(settings_.secret_namespaces(), testing::ElementsAre("a", "b"));
  EXPECT_THAT(settings_.without_effect(), testing::Contains("store.retention.full"));
}

TEST_F(SettingsTest, WhatItPrintsItReadsAgain) {
  ASSERT_TRUE(read("mode: shadow\nzones: [{name: z, kubeconfig: k}]\nsecrets: {namespaces: [a]}\n")
                  .has_value());
  ASSERT_TRUE(settings_.finish().has_value());
  for (const bool origin : {false, true}) {
    Settings again;
    ASSERT_EQ(message(again.read_file(scratch_.write("again.yaml", settings_.yaml(origin)))),
              "no error");
    ASSERT_TRUE(again.finish().has_value());
    EXPECT_EQ(again.yaml(false), settings_.yaml(false));
  }
  EXPECT_THAT(settings_.yaml(true), HasSubstr("mode: shadow  # file"));
}

struct BadFile {
  std::string text, complaint;
};
class BadFiles : public SettingsTest, public testing::WithParamInterface<BadFile> {};

TEST_P(BadFiles, AreOneLineThatNamesFileAndKey) {
  auto done = read(GetParam().text);
  if (done) done = settings_.finish();
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(done.error().message, HasSubstr(GetParam().complaint));
  EXPECT_EQ(done.error().message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, BadFiles,
    testing::Values(
        BadFile{"store: {pathh: x}",
                "config.yaml:1: unknown key \"store.pathh\"; did you mean path?"},
        BadFile{"\n\nmod: apply", "config.yaml:3: unknown key \"mod\"; did you mean mode?"},
        BadFile{"zones:\n- {nmae: z}",
                "config.yaml:2: unknown key \"zones[].nmae\"; did you mean name?"},
        BadFile{"secrets: {namespace: []}", "unknown key \"secrets.namespace\""},
        BadFile{"mode: aply", "mode \"aply\" is unknown; did you mean apply?"},
        BadFile{"profile: kuma-2.13", "profile \"kuma-2.13\" is unknown"},
        BadFile{"mode: apply\nmode: shadow", "key \"mode\" is there twice"},
        BadFile{"mode: [a]", "mode must be one value"},
        BadFile{"store: x", "store must be a mapping"},
        BadFile{"zones: {name: z}", "zones must be a list"},
        BadFile{"zones: [{name: a}, {name: a}]", "\"a\" is there twice"},
        BadFile{"zones: [{name: a}, {kubeconfig: k}]", "each needs a name"},
        BadFile{"zones: [{name: a, role: boss}]", "\"boss\" is unknown"},
        BadFile{"apiVersion: pawprint.dev/v2", "apiVersion must be pawprint.dev/v1alpha1"},
        BadFile{"http: {bind: '8420'}", "is no ADDRESS:PORT"},
        BadFile{"limits: {eventBytes: 8Mb}", "write it like 8Mi"},
        BadFile{"limits: {deletesHeld: {share: 101}}", "more than 100 percent"},
        BadFile{"leaderElection: {enabled: true}", "no leader election"},
        BadFile{"mode: 'apply", "config.yaml:"}, BadFile{"[]", "is no mapping"}));

TEST_F(SettingsTest, AFileThatCannotBeReadIsRefused) {
  for (const char* path : {"/nowhere/config.yaml", "/tmp", "/dev/null"}) {
    const auto done = settings_.read_file(path);
    ASSERT_FALSE(done.has_value()) << path;
    EXPECT_EQ(done.error().code, ErrorCode::kInvalid) << path;
    EXPECT_NE(done.error().message.find(path), std::string::npos) << done.error().message;
  }
}

TEST_F(SettingsTest, ZoneFlagsAreForOneZone) {
  ASSERT_TRUE(settings_.set_flag("zone", "zone-9").has_value());
  ASSERT_TRUE(environment({{"PAWPRINT_KUBECONFIG", "/k"}}).has_value());
  ASSERT_TRUE(settings_.finish().has_value());
  EXPECT_EQ(settings_.zones()[0].name, "zone-9");
  EXPECT_EQ(settings_.zones()[0].kubeconfig, "/k");
  Settings two;
  ASSERT_TRUE(
      two.read_file(scratch_.write("two.yaml", "zones: [{name: a}, {name: b}]")).has_value());
  ASSERT_TRUE(two.set_flag("zone", "a").has_value());
  EXPECT_THAT(message(two.finish()),
              HasSubstr("flag --zone is for one zone, but the configuration names 2"));
}

TEST(Quantity, ReadsNumbersWithUnits) {
  EXPECT_EQ(*parse_bytes("512Ki"), 512U * 1024);
  EXPECT_EQ(*parse_bytes("1000000"), 1'000'000U);
  EXPECT_EQ(parse_duration("14d")->count(), 14 * 86400);
  for (const char* bad : {"", "x", "-1", "1.5Gi", "8Mb", "99999999999999999999", "9999999999Gi"}) {
    EXPECT_FALSE(parse_bytes(bad).has_value()) << bad;
  }
  for (const char* bad : {"", "5", "5y", "-5s", "99999999999999999d"})
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
}

TEST(Endpoint, IsAnAddressAndAPort) {
  EXPECT_EQ(parse_endpoint("[::1]:80")->address, "::1");
  EXPECT_EQ(parse_endpoint("0.0.0.0:8420")->port, 8420);
  for (const char* bad : {"", "8420", ":8420", "::1:80", "a:", "a:b", "a:70000", "a:80x"}) {
    EXPECT_FALSE(parse_endpoint(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
