#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/watch/certificates.h"
#include "tests/watch/scratch.h"
#include "watch/kube/access.h"
#include "watch/kube/base64.h"
#include "watch/kube/target.h"

namespace pawprint::watch::kube {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tests::Scratch;

constexpr const char* kTwo = R"(
apiVersion: v1
kind: Config
current-context: one
contexts:
- name: one
  context: {cluster: a, user: admin, namespace: shop}
- name: two
  context: {cluster: b, user: robot}
- name: nobody
  context: {cluster: a, user: ghost}
clusters:
- name: a
  cluster: {server: "https://10.0.0.1:6443", certificate-authority: pki/ca.pem, tls-server-name: api.test}
- name: b
  cluster: {server: "https://[fd00::1]/prefix/", insecure-skip-tls-verify: true}
users:
- name: admin
  user: {client-certificate: pki/c.pem, client-key: /abs/k.pem}
- name: robot
  user: {token: abc, as: someone, as-groups: [g1, g2]}
)";

/// Loads `text` and expects a refusal that names the file; returns the message.
std::string refused(const std::string& text, const std::string& context = {}) {
  const Scratch scratch;
  const auto file = scratch.write("config", text);
  const auto target = load_target(file, context);
  EXPECT_FALSE(target) << text;
  if (target) return {};
  EXPECT_EQ(target.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(target.error().message, HasSubstr(file));
  EXPECT_EQ(target.error().message.find('\n'), std::string::npos);
  return target.error().message;
}

TEST(Kubeconfig, CurrentContextAndRelativePaths) {
  const Scratch scratch;
  const auto file = scratch.write("deep/config", kTwo);
  const auto target = load_target(file, "");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->host, "10.0.0.1");
  EXPECT_EQ(target->port, "6443");
  EXPECT_TRUE(target->tls);
  EXPECT_EQ(target->tls_server_name, "api.test");
  EXPECT_EQ(target->ca.file, (scratch.path() / "deep/pki/ca.pem").string());
  EXPECT_EQ(target->client_certificate.file, (scratch.path() / "deep/pki/c.pem").string());
  EXPECT_EQ(target->client_key.file, "/abs/k.pem");
  EXPECT_EQ(target->default_namespace, "shop");
}

TEST(Kubeconfig, NamedContext) {
  const Scratch scratch;
  const auto target = load_target(scratch.write("config", kTwo), "two");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->host, "fd00::1");
  EXPECT_EQ(target->port, "443");
  EXPECT_EQ(target->base_path, "/prefix");
  EXPECT_TRUE(target->insecure);
  EXPECT_EQ(target->token.reveal(), "abc");
  EXPECT_EQ(target->as_user, "someone");
  EXPECT_THAT(target->as_groups, ::testing::ElementsAre("g1", "g2"));
}

TEST(Kubeconfig, DataWinsOverFile) {
  const Scratch scratch;
  const auto file = scratch.kubeconfig(
      "https://h", "    certificate-authority: nowhere.pem\n    certificate-authority-data: " +
                       base64_encode("PEM") + "\n");
  const auto target = load_target(file, "");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->ca.text.reveal(), "PEM");
  EXPECT_EQ(target->ca.file, "");
}

TEST(Kubeconfig, RefusalsNameTheMember) {
  EXPECT_THAT(refused(kTwo, "three"),
              HasSubstr("contexts has no entry \"three\"; it has: one, two, nobody"));
  EXPECT_THAT(refused(kTwo, "nobody"), HasSubstr("users has no entry \"ghost\""));
  EXPECT_THAT(refused("contexts: []\n"), HasSubstr("current-context"));
  EXPECT_THAT(refused("- a\n"), HasSubstr("not a kubeconfig"));
  EXPECT_THAT(refused(""), HasSubstr("not a kubeconfig"));
  EXPECT_THAT(refused("current-context: c\ncontexts: {c: 1}\n"),
              HasSubstr("contexts: must be a list"));
}

TEST(Kubeconfig, RefusalsOfClusterAndUser) {
  const auto with = [](const std::string& server, const std::string& cluster,
                       const std::string& user) {
    const Scratch scratch;
    const auto target = load_target(scratch.kubeconfig(server, cluster, user), "");
    EXPECT_FALSE(target) << server << cluster << user;
    return target ? std::string{} : target.error().message;
  };
  const std::string token = "    token: t\n";
  EXPECT_THAT(with("ftp://h", "", token), HasSubstr("must start with https://"));
  EXPECT_THAT(with("https://h:99999", "", token), HasSubstr("bad port"));
  EXPECT_THAT(with("https://", "", token), HasSubstr("no host"));
  EXPECT_THAT(with("https://u:s3cret@h", "", token),
              AllOf(HasSubstr("no password"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(with("https://s3/cret@h", "", token),
              AllOf(HasSubstr("no password"), Not(HasSubstr("s3"))));
  EXPECT_THAT(with("https://u:s3cret", "", token),
              AllOf(HasSubstr("bad port"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(with("https://h", "    proxy-url: http://p\n", token),
              HasSubstr("clusters[k].cluster.proxy-url"));
  EXPECT_THAT(with("https://h", "    certificate-authority-data: '!'\n", token),
              HasSubstr("certificate-authority-data is not base64"));
  EXPECT_THAT(with("https://h",
                   "    insecure-skip-tls-verify: true\n    certificate-authority: x\n", token),
              HasSubstr("exclude each other"));
  EXPECT_THAT(with("https://h", "", "    exec: {command: aws}\n"), HasSubstr("users[u].user.exec"));
  EXPECT_THAT(with("https://h", "", "    client-certificate: a\n"), HasSubstr("belong together"));
}

TEST(Kubeconfig, BadYamlShowsThePlaceAndNoCredential) {
  const auto message = refused("users:\n- name: u\n  user: {token: s3cret, : [\n");
  EXPECT_THAT(message, HasSubstr("not valid YAML"));
  EXPECT_THAT(message, Not(HasSubstr("s3cret")));
}

TEST(Kubeconfig, MissingFileIsNamed) {
  const auto target = load_target("/no/such/kubeconfig", "");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, ErrorCode::kUnreachable);
  EXPECT_THAT(target.error().message, HasSubstr("/no/such/kubeconfig does not exist"));
}

TEST(Kubeconfig, ListOfFilesIsMerged) {
  const Scratch scratch;
  const auto first = scratch.write(
      "a/config",
      "current-context: one\nclusters:\n- name: a\n  cluster: {server: 'https://first'}\n");
  const auto second = scratch.write("b/config", kTwo);
  setenv("KUBECONFIG", ("/missing:" + first + ":" + second).c_str(), 1);
  const auto target = load_target("", "");
  unsetenv("KUBECONFIG");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->host, "first");
  EXPECT_EQ(target->client_certificate.file, (scratch.path() / "b/pki/c.pem").string());
}

TEST(InCluster, ReadsTheVolumeAndFailsClosed) {
  const Scratch scratch;
  scratch.write("token", "tok\n");
  const auto ca = tests::make_authority("ca");
  const auto missing = load_in_cluster("10.96.0.1", "443", scratch.path());
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("ca.crt"));
  scratch.write("ca.crt", ca.certificate);
  scratch.write("namespace", "kuma-system\n");
  const auto target = load_in_cluster("fd00::1", "443", scratch.path());
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->server, "https://[fd00::1]:443");
  EXPECT_EQ(target->default_namespace, "kuma-system");
  scratch.write("token", " \n");
  EXPECT_FALSE(load_in_cluster("10.96.0.1", "443", scratch.path()));
}

TEST(Access, TokenFileIsReadAgainAfterARefusal) {
  const Scratch scratch;
  const auto file = scratch.write("token", "first\n");
  auto target = load_target(
      scratch.kubeconfig("http://h", "", "    token: fallback\n    tokenFile: token\n"), "");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->token_file, file);
  auto access = Access::create(*target);
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ((*access)->headers().at(0).second.reveal(), "Bearer first");
  EXPECT_FALSE((*access)->reload_token());
  scratch.write("token", "second");
  EXPECT_EQ((*access)->headers().at(0).second.reveal(), "Bearer first");
  EXPECT_TRUE((*access)->reload_token());
  EXPECT_EQ((*access)->headers().at(0).second.reveal(), "Bearer second");
  scratch.write("token", "");
  EXPECT_FALSE((*access)->reload_token());
  EXPECT_EQ((*access)->headers().at(0).second.reveal(), "Bearer second");
}

TEST(Access, UnusablePemIsNamed) {
  const Scratch scratch;
  auto target =
      load_target(scratch.kubeconfig("https://h", "    certificate-authority: ca.pem\n"), "");
  ASSERT_TRUE(target);
  auto access = Access::create(*target);
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().code, ErrorCode::kUnreachable);
  EXPECT_THAT(access.error().message, HasSubstr("ca.pem"));
  scratch.write("ca.pem", "not pem");
  access = Access::create(*target);
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(access.error().message, HasSubstr("certificate-authority holds no usable PEM"));
}

}  // namespace
}  // namespace pawprint::watch::kube
