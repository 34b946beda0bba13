// The daemon on a disk that fails: at every system call of what one change of a route writes, and
// on a real file system that is full or read-only. Nothing is applied that is not on the record,
// reads are served, and it goes on by itself within five seconds after the disk is mended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <random>

#include "tests/faults/calls.h"
#include "tests/pawprintd/loop_fixture.h"

namespace pawprint::pawprintd::tests {
namespace {

using faults::Action;
using faults::Which;
constexpr seconds kResumesWithin{5};

/// A file system of its own below a folder, while it lives; nothing where nobody may mount.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path folder, const char* size) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    const std::string options = std::string("mode=0700,size=") + size;
    mounted_ = ::mount("pawprint-test", folder_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    if (!mounted_) reason_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::string reason() const { return "no file system can be mounted: " + reason_; }
  bool make_read_only() {
    return ::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
  std::string reason_;
};

class DaemonFault : public LoopTest {
 protected:
  void TearDown() override {
    faults::disarm();
    LoopTest::TearDown();
  }

  void begin_settled() {
    start();
    ASSERT_TRUE(wait_for(
        [&] { return server_->get("meshgateways.kuma.io", "", "edge.shop").has_value(); }));
    ASSERT_TRUE(settle());
  }

  /// Everything that another process reads is there, and each object that was made is in a
  /// decision.
  void expect_on_record() {
    std::string decided;
    for (const auto& each : records(record::Kind::kDecision)) decided += each.body;
    for (const Json& each : made()) {
      const std::string name = each["metadata"]["name"];
      EXPECT_NE(decided.find('"' + name + '"'), std::string::npos)
          << name << " was applied and is on no record";
    }
  }

  /// One change with the fault at call `at`; false when it was through before.
  bool change_with(const faults::Plan& plan) {
    const std::string name = "r" + std::to_string(++routes_);
    faults::arm(plan);
    EXPECT_TRUE(server_->apply_yaml(route(name)).has_value());
    const auto accepted = [&] { return condition(name, "Accepted") == "True"; };
    EXPECT_TRUE(wait_for([&] { return faults::fired() > 0 || accepted(); }));
    if (plan.lasting && faults::fired() > 0) {
      EXPECT_TRUE(wait_for([&] { return !loop_->view()->log_writable; }));
      expect_on_record();
      EXPECT_FALSE(loop_->failure().has_value());
    }
    const bool fired = faults::fired() > 0;
    faults::disarm();
    const auto mended = std::chrono::steady_clock::now();
    EXPECT_TRUE(wait_for([&] { return accepted() && loop_->view()->log_writable; }, seconds(20)));
    const auto took = std::chrono::steady_clock::now() - mended;
    EXPECT_LT(took, kResumesWithin);
    slowest_ = std::max(slowest_, std::chrono::duration_cast<std::chrono::milliseconds>(took));
    EXPECT_TRUE(settled());
    return fired;
  }

  /// Until the zone has nothing to do: what follows is not counted with the next change.
  bool settled() {
    return wait_for([&] { return loop_->view()->zones.at(0).state.pending_operations == 0; });
  }

  void every_call(Which which, Action action, int error, bool lasting) {
    ASSERT_NO_FATAL_FAILURE(begin_settled());
    faults::Plan plan;
    plan.directory = store().string();
    plan.which = which;
    plan.action = action;
    plan.error = error;
    plan.lasting = lasting;
    plan.at = 1;
    while (change_with(plan) && !HasFailure()) ++plan.at;
    if (HasFailure()) ADD_FAILURE() << "with the fault at call " << plan.at;
    std::printf("%llu calls, slowest to go on again %lld ms\n",
                static_cast<unsigned long long>(plan.at - 1),
                static_cast<long long>(slowest_.count()));
    EXPECT_GT(plan.at, 3U);
    stop();
    const auto report = store::fsck(store());
    ASSERT_TRUE(report.has_value());
    for (const auto& problem : report->problems) ADD_FAILURE() << problem.what << problem.detail;
    expect_on_record();
    expect_replay();
  }

  /// The store goes onto a file system of its own; false, and why, where nobody may mount.
  bool mount(const char* size) {
    disk_ = std::make_unique<SmallDisk>(scratch_.path() / "disk", size);
    on_disk_ = scratch_.path() / "disk" / "store";
    return disk_->mounted();
  }

  std::unique_ptr<SmallDisk> disk_;
  int routes_ = 0;
  std::chrono::milliseconds slowest_{0};
};

TEST_F(DaemonFault, FullFromEachWriteOn) {
  every_call(Which::kWrites, Action::kFailInside, ENOSPC, true);
}
TEST_F(DaemonFault, EachSyncFails) { every_call(Which::kSyncs, Action::kFail, EIO, false); }
TEST_F(DaemonFault, EachWriteFails) { every_call(Which::kWrites, Action::kFail, EIO, false); }

/// Of 200 KB that no compressor makes vanish.
std::string large_route(const std::string& name) {
  std::mt19937 random(static_cast<std::uint32_t>(std::hash<std::string>()(name)));
  std::string noise(200'000, '0');
  for (char& c : noise) c = "0123456789abcdef"[random() % 16];
  std::string yaml = route(name);
  const std::string at = "namespace: shop}";
  return yaml.replace(yaml.find(at), at.size(),
                      "namespace: shop, annotations: {noise: \"" + noise + "\"}}");
}

/// Takes all space that is left.
void fill(const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  const std::string block(4096, 'f');
  while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
  }
}

TEST_F(DaemonFault, ARealDiskIsFullForAWhile) {
  if (!mount("96m")) GTEST_SKIP() << disk_->reason();
  ASSERT_NO_FATAL_FAILURE(begin_settled());
  const auto filler = scratch_.path() / "disk" / "filler";
  // What is allocated to the open log file can still be written: large changes use it up.
  fill(filler);
  int changes = 0;
  while (loop_->view()->log_writable && changes < 300) {
    ASSERT_TRUE(server_->apply_yaml(large_route("r" + std::to_string(++changes))).has_value());
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(wait_for([&] { return !loop_->view()->log_writable; }));
  ASSERT_FALSE(loop_->view()->log_writable) << "the disk was never full";
  expect_on_record();
  std::filesystem::remove(filler);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(wait_for([&] { return loop_->view()->log_writable; }, seconds(20)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kResumesWithin);
  const std::string last = "r" + std::to_string(changes);
  EXPECT_TRUE(wait_for([&] { return condition(last, "Accepted") == "True"; }, seconds(60)));
  stop();
  expect_on_record();
  expect_replay();
}

/// The program itself, in shell words; what it said on stderr in `complaint`.
int run_program(const std::string& arguments, std::string& complaint) {
  FILE* pipe =
      ::popen((std::string(PAWPRINT_DAEMON) + " " + arguments + " 2>&1 >/dev/null").c_str(), "r");
  char part[4096];
  for (std::size_t got = 0; (got = std::fread(part, 1, sizeof part, pipe)) > 0;) {
    complaint.append(part, got);
  }
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(DaemonFault, AReadOnlyDiskIsOneLineAndReadable) {
  if (!mount("96m")) GTEST_SKIP() << disk_->reason();
  ASSERT_NO_FATAL_FAILURE(begin_settled());
  stop();
  ASSERT_TRUE(disk_->make_read_only());
  std::string complaint;
  const int code = run_program(
      "run --http none --zone zone-1 --kubeconfig " + kubeconfig_ + " --store " + store().string(),
      complaint);
  EXPECT_EQ(code, 3) << complaint;
  // After what it logs of the connection.
  EXPECT_THAT(complaint, testing::ContainsRegex("pawprintd: [^\n]*Read-only file system\n$"));
  EXPECT_EQ(complaint.find("pawprintd:"), complaint.rfind("pawprintd:")) << complaint;
  expect_on_record();
  const auto report = store::fsck(store());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->problems.empty());
}

}  // namespace
}  // namespace pawprint::pawprintd::tests
