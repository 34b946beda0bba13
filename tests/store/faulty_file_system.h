// A file system that fails at the n-th write, sync or creation, as full and broken disks do.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <rocksdb/file_system.h>

namespace pawprint::store {

/// When and how to fail; shared with the files that were made.
struct FaultPlan {
  enum class How : std::uint8_t {
    kNothingDone,  ///< The call fails and did nothing.
    kHalfDone,     ///< A write puts half of its bytes.
    kDone,         ///< The call did everything, and reports a failure.
  };

  std::int64_t at = -1;   ///< Number of the call that fails, from 0; negative: none.
  bool lasting = false;   ///< All later calls fail too, until heal().
  bool no_space = false;  ///< ENOSPC; otherwise EIO.
  How how = How::kNothingDone;
  std::atomic<std::int64_t> calls{0};
  std::atomic<bool> armed{false};
  std::atomic<std::int64_t> fired{0};

  void heal() { armed = false; }
  bool due() {
    if (!armed) return false;
    const auto number = calls++;
    const bool now = number == at || (lasting && number > at);
    if (now) ++fired;
    return now;
  }
  [[nodiscard]] rocksdb::IOStatus failure() const {
    return no_space ? rocksdb::IOStatus::NoSpace("injected")
                    : rocksdb::IOStatus::IOError("injected");
  }
};

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::shared_ptr<FaultPlan> plan)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)), plan_(std::move(plan)) {}

  using Base = rocksdb::FSWritableFileOwnerWrapper;

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (!plan_->due()) return Base::Append(data, options, debug);
    if (plan_->how == FaultPlan::How::kHalfDone) {
      auto half = Base::Append(rocksdb::Slice(data.data(), data.size() / 2), options, debug);
      if (!half.ok()) return half;
    }
    if (plan_->how == FaultPlan::How::kDone) {
      auto done = Base::Append(data, options, debug);
      if (!done.ok()) return done;
    }
    return plan_->failure();
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& /*info*/,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    return plan_->due() ? plan_->failure() : Base::Sync(options, debug);
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return plan_->due() ? plan_->failure() : Base::Fsync(options, debug);
  }

 private:
  std::shared_ptr<FaultPlan> plan_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(std::shared_ptr<FaultPlan> plan)
      : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()), plan_(std::move(plan)) {}

  [[nodiscard]] const char* Name() const override { return "PawprintFaulty"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (plan_->due()) return plan_->failure();
    std::unique_ptr<rocksdb::FSWritableFile> made;
    auto status = target()->NewWritableFile(path, options, &made, debug);
    if (status.ok()) *file = std::make_unique<FaultyFile>(std::move(made), plan_);
    return status;
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    return plan_->due() ? plan_->failure() : target()->RenameFile(from, to, options, debug);
  }

 private:
  std::shared_ptr<FaultPlan> plan_;
};

}  // namespace pawprint::store
