#include "tools/pawprintd/control.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/pawprintd/support.h"
#include "tools/pawprintd/operator_command.h"

namespace pawprint::pawprintd::tests {
namespace {

TEST(Control, CarriesACommandAndItsAnswer) {
  const Scratch scratch;
  record::Operator got;
  auto server = ControlServer::start(scratch.path(),
                                     [&](const record::Operator& command) -> Result<record::Seq> {
                                       got = command;
                                       if (command.what == "pause") return 42;
                                       return fail(ErrorCode::kNotFound, "nothing is held");
                                     });
  ASSERT_TRUE(server.has_value());
  struct stat status {};
  ASSERT_EQ(::stat((scratch.path() / "ctl.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto seq = send_command(scratch.path(), "pause", "");
  ASSERT_TRUE(seq.has_value()) << seq.error().message;
  EXPECT_EQ(*seq, 42U);
  EXPECT_FALSE(got.who.empty());
  const auto refused = send_command(scratch.path(), "release", "Gateway/shop/edge");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "nothing is held");
  EXPECT_EQ(got.object, "Gateway/shop/edge");
  server->reset();
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "ctl.sock"));
}

TEST(Control, WithoutADaemonItIsNotReachable) {
  const Scratch scratch;
  const auto answer = send_command(scratch.path(), "pause", "");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnreachable);
}

TEST(Control, ALeftoverSocketIsReplaced) {
  const Scratch scratch;
  (void)scratch.write("ctl.sock", "");
  auto server = ControlServer::start(
      scratch.path(), [](const record::Operator&) -> Result<record::Seq> { return 1; });
  ASSERT_TRUE(server.has_value());
  EXPECT_TRUE(send_command(scratch.path(), "pause", "").has_value());
}

TEST(OperatorCommand, ObjectsAreNamedAsInKubectl) {
  EXPECT_EQ(*object_argument("meshhttproute/x", "kuma-system"), "MeshHTTPRoute/kuma-system/x");
  EXPECT_EQ(*object_argument("MeshHTTPRoute/kuma-system/x", ""), "MeshHTTPRoute/kuma-system/x");
  EXPECT_EQ(*object_argument("meshgateway/edge.shop", "shop"), "MeshGateway/edge.shop");
  EXPECT_EQ(*object_argument("deletions", ""), "deletions");
  for (const char* bad : {"", "x", "meshhttproute/", "nokind/x"})
    EXPECT_FALSE(object_argument(bad, "").has_value()) << bad;
}

TEST(OperatorCommand, ReleaseNeedsSomethingHeld) {
  serve::View view;
  EXPECT_FALSE(check_command({"", "release", "Gateway/a/b", ""}, view).has_value());
  view.held = {{"MeshGateway/x", "another writer"}};
  EXPECT_TRUE(check_command({"", "release", "MeshGateway/x", ""}, view).has_value());
  EXPECT_TRUE(check_command({"", "release", "deletions", ""}, view).has_value());
  EXPECT_FALSE(check_command({"", "release", "MeshGateway/y", ""}, view).has_value());
  EXPECT_TRUE(check_command({"", "pause", "", ""}, view).has_value());
  EXPECT_FALSE(check_command({"", "resume", "", ""}, view).has_value());
  EXPECT_FALSE(check_command({"", "stop", "", ""}, view).has_value());
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
