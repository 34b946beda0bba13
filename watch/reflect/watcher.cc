#include "watch/reflect/watcher.h"

#include <fmt/format.h>

#include <random>

#include "watch/kube/paths.h"
#include "watch/kube/status.h"
#include "watch/reflect/line_splitter.h"
#include "watch/reflect/object_head.h"
#include "watch/reflect/watch_event.h"

namespace pawprint::watch::reflect {

using kube::Clock;
using kube::Millis;

namespace {

constexpr int kInternalErrors = 3;  ///< ERROR 500 events in a row before listing again.

Millis random_between(Millis low, Millis high) {
  std::minstd_rand random(kube::fresh_seed());
  return Millis{std::uniform_int_distribution<Millis::rep>(low.count(), high.count())(random)};
}

}  // namespace

/// State of one stream: turns lines into notices, delivered piece by piece.
struct Watcher::Stream {
  Watcher& watcher;
  LineSplitter splitter;
  std::vector<Notice> batch;
  std::int64_t arrived_ns = 0;
  std::uint64_t lines = 0;
  std::optional<Next> error;

  explicit Stream(Watcher& owner)
      : watcher(owner),
        splitter(
            owner.shared_.event_bytes, [this](std::string_view line) { on_line(line); },
            [this](const OversizeLine& line) {
              add(quarantine_oversize(watcher.origin_, line, watcher.shared_.event_bytes,
                                      arrived_ns));
            }) {}

  void add(Notice notice) {
    ++lines;
    if (const auto& now = notice.record.resource_version; !now.empty()) watcher.version_ = now;
    batch.push_back(std::move(notice));
  }

  void on_bookmark(std::string_view object) {
    ++lines;
    const std::string version = guess_head(object).resource_version;
    watcher.seen_bookmark_ = true;
    if (version.empty() || version == watcher.version_) return;
    watcher.version_ = version;
    if (!watcher.origin_.whole) return;
    Notice notice;
    notice.notice = NoticeKind::kBookmark;
    notice.zone = watcher.origin_.zone;
    notice.group = watcher.origin_.group;
    notice.kind = watcher.origin_.kind;
    notice.resource_version = version;
    notice.record.time_ns = arrived_ns;
    batch.push_back(std::move(notice));
  }

  void on_line(std::string_view line) {
    if (error) return;  // Nothing after an ERROR event counts.
    const WatchLine parts = parse_watch_line(line);
    switch (parts.type) {
      case LineType::kObject:
        add(observe(watcher.origin_, NoticeKind::kEvent, parts.event, parts.object, arrived_ns));
        break;
      case LineType::kBookmark:
        on_bookmark(parts.object);
        break;
      case LineType::kError:
        error = watcher.on_error(parts.object);
        break;
      case LineType::kBad:
        add(quarantine_line(watcher.origin_, line, parts.reason, arrived_ns));
        break;
    }
  }

  void feed(std::string_view bytes) {
    arrived_ns = wall_clock_ns();
    splitter.feed(bytes);
    if (batch.empty()) return;
    std::vector<Notice> ready;
    ready.swap(batch);
    watcher.shared_.sink.deliver(std::move(ready));
  }
};

Watcher::Watcher(const Shared& shared, Origin origin, record::Discovery::Resource resource,
                 std::string ns, std::stop_token stop)
    : shared_(shared),
      origin_(std::move(origin)),
      resource_(std::move(resource)),
      ns_(std::move(ns)),
      stop_(std::move(stop)),
      backoff_(shared.timing.pace, kube::fresh_seed()) {}

void Watcher::trouble(const std::string& why) {
  Notice notice;
  notice.notice = NoticeKind::kTrouble;
  notice.zone = origin_.zone;
  notice.group = origin_.group;
  notice.kind = origin_.kind;
  notice.reason = fmt::format("watch of {}: {}", origin_.kind, why);
  notice.record.time_ns = wall_clock_ns();
  shared_.sink.deliver({std::move(notice)});
}

WatchEnd Watcher::run(kube::Client& client, std::string version) {
  version_ = std::move(version);
  while (!stop_.stop_requested()) {
    why_.clear();
    const Next next = one_watch(client);
    if (stop_.stop_requested()) break;
    if (next.end) return *next.end;
    if (!next.failed) continue;  // Normal end: go on from the cursor at once.
    trouble(why_);
    if (!kube::pause(stop_, backoff_.next(Clock::now(), next.retry_after))) break;
  }
  return WatchEnd::kStopped;
}

Watcher::Next Watcher::one_watch(kube::Client& client) {
  const Millis asked = random_between(shared_.timing.watch_min, shared_.timing.watch_max);
  kube::Request request;
  const auto seconds = std::max<Millis::rep>(1, asked.count() / 1000);
  request.target = kube::resource_path(resource_, ns_) +
                   kube::query({{"watch", "1"},
                                {"allowWatchBookmarks", "true"},
                                {"resourceVersion", version_},
                                {"timeoutSeconds", std::to_string(seconds)}});
  auto response = client.stream(request);
  if (!response) {
    why_ = response.error().message;
    return {std::nullopt, true, std::nullopt};
  }
  if (!response->ok()) return refused(*response);
  return read(client, asked);
}

Watcher::Next Watcher::refused(const kube::Response& response) {
  why_ = describe(origin_, response.status, response.body);
  if (response.status == 410) return {WatchEnd::kGone, false, {}};
  if (response.status == 404) return {WatchEnd::kAbsent, false, {}};
  if (response.status == 403) return {WatchEnd::kDenied, false, {}};
  if (response.status == 401 || kube::asks_retry(response.status)) {
    return {std::nullopt, true, response.retry_after};
  }
  return {WatchEnd::kBroken, false, {}};
}

Watcher::Next Watcher::read(kube::Client& client, Millis asked) {
  Stream stream(*this);
  const auto began = Clock::now();
  const auto deadline = began + asked + shared_.timing.watch_grace;
  // A server that sends no bookmarks may rightly be silent for the whole time.
  const Millis silence =
      learned_silence_ ? asked + shared_.timing.watch_grace : shared_.timing.silence;
  while (true) {
    auto piece = client.connection().read_some(std::min(deadline, Clock::now() + silence));
    if (stop_.stop_requested()) return {WatchEnd::kStopped, false, {}};
    if (!piece) {
      why_ = piece.error().message;
      return {std::nullopt, true, {}};
    }
    if (!piece->bytes.empty()) stream.feed(piece->bytes);
    if (stream.error) {
      client.connection().close();
      return *stream.error;
    }
    if (stream.lines > 0) internal_errors_ = 0;
    if (piece->timed_out) {
      learned_silence_ = learned_silence_ || !seen_bookmark_;
      return {};
    }
    if (!piece->end) continue;
    if (stream.lines == 0 && Clock::now() - began < shared_.timing.short_watch) {
      why_ = "ended at once without an event";
      return {std::nullopt, true, {}};
    }
    return {};
  }
}

Watcher::Next Watcher::on_error(std::string_view object) {
  const auto status = kube::parse_status(object);
  why_ = describe(origin_, status.code, object);
  if (status.code == 410 || status.reason == "Expired" || status.reason == "Gone") {
    return {WatchEnd::kGone, false, {}};
  }
  if (status.code == 429 || status.too_new) return {std::nullopt, true, {}};
  if (status.code >= 500 && ++internal_errors_ <= kInternalErrors) return {std::nullopt, true, {}};
  internal_errors_ = 0;
  return {WatchEnd::kBroken, false, {}};
}

}  // namespace pawprint::watch::reflect
