// The demo is a promise: it plays to its end, and what it says of the log is so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "replay/fold.h"
#include "store/log.h"
#include "tests/pawprintd/support.h"

namespace pawprint::pawprintd::tests {
namespace {

using testing::HasSubstr;

/// What a command prints.
std::string output_of(const std::string& command, int& status) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string out;
  std::array<char, 4096> part{};
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    out.append(part.data(), got);
  status = ::pclose(pipe);
  return out;
}

/// The moment that the demo gives to the first command with `words`.
record::Seq moment_of(const std::string& out, const std::string& words) {
  const std::size_t at = out.find(" --at @", out.find(words));
  return at == std::string::npos ? 0 : std::stoull(out.substr(at + 7));
}

/// The weight of the generated route's first backend, as the engine says of that moment.
nlohmann::json weight_at(const std::filesystem::path& store, record::Seq seq) {
  auto log = store::Reader::open(store);
  EXPECT_TRUE(log) << log.error().message;
  const auto past = replay::past_at(**log, {seq, 0});
  EXPECT_TRUE(past) << past.error().message;
  for (const Output& output : past->reducer.resources()) {
    if (output.key.kind != "MeshHTTPRoute" ||
        output.key.name.find("backend-kuma-demo") == std::string::npos)
      continue;
    const auto body = nlohmann::json::parse(output.body);
    return body["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]["weight"];
  }
  return nullptr;
}

TEST(Demo, PlaysToItsEndAndLeavesAWholeStore) {
  const Scratch scratch;
  const std::filesystem::path store = scratch.path() / "store";
  int status = 0;
  const std::string out =
      output_of(std::string(PAWPRINT_DAEMON) + " demo --store " + store.string(), status);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << out;
  for (const char* said :
       {"backend runs in both zones", "in zone-1", "zone-2", "BackendNotFound",
        "0 lists were asked for", "0 divergences", "> pawprint why meshhttproute/"}) {
    EXPECT_THAT(out, HasSubstr(said));
  }
  EXPECT_THAT(out, HasSubstr(store.string()));
  const auto report = store::fsck(store);
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->problems.empty());
  EXPECT_GT(report->records, 100U);
  // The canary's weight, although the story goes on and changes it.
  EXPECT_EQ(weight_at(store, moment_of(out, "backendRefs[0].weight")), 9);
  EXPECT_EQ(weight_at(store, report->head.seq), 5);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 1)
      << "something is left beside the store";
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
