// The program from outside: bad input is one line and the right exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "store/log.h"
#include "tests/pawprintd/support.h"

namespace pawprint::pawprintd::tests {
namespace {

using testing::HasSubstr;

struct Ended {
  int code = -1;
  std::string out, err;
};

class ProgramTest : public testing::Test {
 protected:
  /// `arguments` in shell words.
  Ended run(const std::string& arguments, const std::string& environment = "") {
    const std::string err = (scratch_.path() / "err").string();
    const std::string command = "env -u KUBECONFIG HOME=" + scratch_.path().string() + " " +
                                environment + " " + PAWPRINT_DAEMON + " " + arguments + " 2>" + err;
    Ended out;
    FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> part{};
    for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
      out.out.append(part.data(), got);
    const int status = ::pclose(pipe);
    out.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::ifstream in(err);
    out.err.assign(std::istreambuf_iterator<char>(in), {});
    return out;
  }

  void expect_line(const Ended& ended, int code, const std::string& part) {
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_THAT(ended.err, testing::StartsWith("pawprintd"));
    EXPECT_THAT(ended.err, HasSubstr(part));
  }

  std::string kubeconfig(const std::string& server, const std::string& cluster = "") {
    return scratch_.write("kubeconfig",
                          "current-context: c\ncontexts:\n- {name: c, context: {cluster: k, user: "
                          "u}}\nclusters:\n- name: k\n  cluster: {server: \"" +
                              server + "\"" + cluster +
                              "}\nusers:\n- {name: u, user: {token: very-secret-token}}\n");
  }

  Scratch scratch_;
};

TEST_F(ProgramTest, NoArgumentsAreHelp) {
  const Ended ended = run("");
  EXPECT_EQ(ended.code, 0);
  for (const char* verb : {"run", "check", "config", "ctl", "demo"})
    EXPECT_THAT(ended.out, HasSubstr(verb));
  for (const char* verb :
       {"run", "check", "config print", "config validate", "ctl pause", "ctl release", "demo"}) {
    const Ended help = run(std::string(verb) + " --help");
    EXPECT_EQ(help.code, 0) << verb;
    EXPECT_THAT(help.out, HasSubstr("Example:")) << verb;
  }
}

TEST_F(ProgramTest, UnknownWordsNameTheNearestOne) {
  expect_line(run("rnu"), 2, "did you mean run?");
  expect_line(run("run --kubconfig x"), 2, "did you mean --kubeconfig?");
  expect_line(run("run --leader-elect"), 2, "--leader-elect");
  expect_line(run("ctl resum"), 2, "did you mean resume?");
  expect_line(run("ctl release"), 2, "`pawprintd ctl release` wants an OBJECT");
  expect_line(run("run --mode aply"), 2, "did you mean apply?");
  expect_line(run("config validate", "PAWPRINT_PROFILE=kuma-9"), 2, "environment PAWPRINT_PROFILE");
  expect_line(run("config validate --config " + scratch_.write("c.yaml", "mdoe: apply\n")), 2,
              "c.yaml:1: unknown key \"mdoe\"; did you mean mode?");
  expect_line(run("config validate --config /nowhere.yaml"), 2, "/nowhere.yaml");
  expect_line(run("run --config " + scratch_.write("empty.yaml", "\n")), 2, "it is empty");
  expect_line(run("run --config " + scratch_.write("wide.yaml", "\xFF\xFEm")), 2, "no UTF-8");
  expect_line(run("run --config ''"), 2, "--config wants the path");
  expect_line(run("run --config"), 2, "--config needs a value");
  expect_line(run("run --mode apply --mode apply"), 2, "--mode is given twice");
  expect_line(run("config"), 2, "`pawprintd config` wants one of print, validate");
  expect_line(run("ctl"), 2, "`pawprintd ctl` wants one of pause");
  expect_line(run("ctl pause now"), 2, "`pawprintd ctl pause` does not know now");
  expect_line(run("ctl release svc/a:7"), 2, "a:7");
}

TEST_F(ProgramTest, AClusterThatCannotBeReachedIsExitCode3) {
  const std::string store = " --http none --store " + (scratch_.path() / "store").string();
  expect_line(run("run --kubeconfig /nowhere" + store), 3, "/nowhere");
  expect_line(run("run" + store), 3, "kubeconfig");
  expect_line(run("run --kubeconfig " + kubeconfig("http://127.0.0.1:1") + store), 3,
              "127.0.0.1:1");
  const Ended ended = run("check --kubeconfig " + kubeconfig("http://127.0.0.1:1"));
  expect_line(ended, 3, "127.0.0.1:1");
  EXPECT_THAT(ended.err + ended.out, testing::Not(HasSubstr("very-secret-token")));
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "store"))
      << "a store was made without a cluster";
}

TEST_F(ProgramTest, ABadKubeconfigIsExitCode2) {
  expect_line(run("run --http none --kubeconfig " + scratch_.write("bad", "clusters: [")), 2,
              "bad");
  expect_line(
      run("run --http none --context nope --kubeconfig " + kubeconfig("http://127.0.0.1:1")), 2,
      "nope");
}

TEST_F(ProgramTest, AMalformedAuthorityIsOneLine) {
  const Ended ended = run("run --http none --kubeconfig " +
                          kubeconfig("https://127.0.0.1:1", ", certificate-authority-data: AAAA"));
  EXPECT_TRUE(ended.code == 2 || ended.code == 3) << ended.code;
  EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
}

TEST_F(ProgramTest, CtlNeedsARunningDaemon) {
  expect_line(run("ctl pause --store " + scratch_.path().string()), 3, "there is no store at");
  expect_line(run("ctl release nonsense --store " + scratch_.path().string()), 2, "TYPE/NAME");
}

// What can be said without the cluster is said first.
TEST_F(ProgramTest, TheStoreIsLookedAtBeforeTheCluster) {
  const auto store = scratch_.path() / "store";
  const std::string flags = " --http none --kubeconfig /nowhere --store " + store.string();
  {
    auto writer = store::Writer::open(store);
    ASSERT_TRUE(writer) << writer.error().message;
    expect_line(run("run" + flags), 3, "in use by another writer");
  }
  expect_line(run("ctl pause --store " + store.string()), 3, "no daemon runs on the store");
  expect_line(run("run" + flags), 3, "/nowhere");
  std::filesystem::remove(store / "head.anchor");
  expect_line(run("run" + flags), 5, "run `pawprint fsck`");
}

TEST_F(ProgramTest, TheDemoRefusesAStoreThatIsThere) {
  (void)scratch_.write("file", "x");
  expect_line(run("demo --store " + scratch_.path().string()), 2, "not empty");
}

TEST_F(ProgramTest, PrintsWhereEachSettingComesFrom) {
  const Ended ended = run("config print --origin --mode shadow", "PAWPRINT_ZONE=zone-7");
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("mode: shadow  # flag --mode"));
  EXPECT_THAT(ended.out, HasSubstr("name: zone-7"));
  EXPECT_EQ(ended.err, "");
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
