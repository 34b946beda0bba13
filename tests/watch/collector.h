// A Sink that keeps what it gets, and lets a test wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/record/digest.h"
#include "watch/edge.h"
#include "watch/notice.h"

namespace pawprint::watch::tests {

class Collector final : public Sink {
 public:
  void deliver(std::vector<Notice> notices) override {
    const std::lock_guard lock(mutex_);
    batches_.push_back(notices.size());
    for (auto& notice : notices) notices_.push_back(std::move(notice));
    wake_.notify_all();
  }

  [[nodiscard]] std::vector<Notice> all() const {
    const std::lock_guard lock(mutex_);
    return notices_;
  }
  [[nodiscard]] std::vector<Notice> of(NoticeKind kind) const {
    std::vector<Notice> found;
    for (auto& notice : all()) {
      if (notice.notice == kind) found.push_back(notice);
    }
    return found;
  }
  [[nodiscard]] std::vector<std::size_t> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

  /// Until `ready` holds for the notices so far; false after `limit`.
  bool wait(const std::function<bool(const std::vector<Notice>&)>& ready,
            std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, limit, [&] { return ready(notices_); });
  }
  /// Until there are `count` notices of `kind`.
  bool wait_for(NoticeKind kind, int count = 1,
                std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    return wait(
        [&](const std::vector<Notice>& notices) {
          int found = 0;
          for (const auto& notice : notices) found += notice.notice == kind ? 1 : 0;
          return found >= count;
        },
        limit);
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Notice> notices_;
  std::vector<std::size_t> batches_;
};

/// Facts that name no byte of the Secret, and a digest.
inline SecretFunctions test_secret_functions() {
  return {[](std::string_view object) -> Result<std::string> {
            return "{\"facts\":\"" + record::hex(record::sha256(object)) + "\"}";
          },
          [](std::string_view bytes) { return "test:" + record::hex(record::sha256(bytes)); }};
}

}  // namespace pawprint::watch::tests
