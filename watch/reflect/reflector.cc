#include "watch/reflect/reflector.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "watch/kube/paths.h"

namespace pawprint::watch::reflect {

using kube::Clock;

namespace {

std::vector<std::string> or_all(const std::vector<std::string>& namespaces) {
  return namespaces.empty() ? std::vector<std::string>{""} : namespaces;
}

}  // namespace

Reflector::Reflector(const Shared& shared, Assignment assignment, std::stop_token stop)
    : shared_(shared),
      assignment_(std::move(assignment)),
      stop_(std::move(stop)),
      client_(shared.access, {.stop = stop_}),
      backoff_(shared.timing.pace, kube::fresh_seed()),
      origin_{shared.zone, assignment_.group, assignment_.kind, {}, &shared.secrets},
      last_version_(assignment_.cursor) {}

void Reflector::say(NoticeKind kind, const std::string& reason) {
  Notice notice;
  notice.notice = kind;
  notice.zone = shared_.zone;
  notice.group = assignment_.group;
  notice.kind = assignment_.kind;
  notice.reason = reason;
  notice.resource_version = kind == NoticeKind::kResumed ? last_version_ : "";
  notice.record.time_ns = wall_clock_ns();
  shared_.sink.deliver({std::move(notice)});
}

void Reflector::run() {
  if (!shared_.turns.wait(assignment_.index, stop_)) return;
  const auto resource = shared_.catalog.find(assignment_.group, assignment_.kind);
  bool ready = false;
  if (!assignment_.cursor.empty() && resource && assignment_.namespaces.empty()) {
    origin_.api_version = kube::api_version(*resource);
    namespaces_ = {""};
    versions_ = {assignment_.cursor};
    say(NoticeKind::kResumed, "");
    ready = true;
  }
  while (!stop_.stop_requested()) {
    if (!ready) ready = list();
    shared_.turns.done(assignment_.index);
    if (ready) {
      watch();
      ready = false;
    } else if (!kube::pause(stop_, pause_)) {
      break;
    }
  }
  shared_.turns.done(assignment_.index);
}

void Reflector::not_served(const std::string& why) {
  if (!absent_) say(NoticeKind::kAbsent, why);
  absent_ = true;
  doubted_ = false;
  last_version_.clear();
  reason_ = "start";
  pause_ = shared_.timing.absent_poll;
}

void Reflector::missing() {
  // A server that has just started may not know all its kinds yet: what was there before is only
  // believed to be gone when it is missing twice.
  if (last_version_.empty() || doubted_) return not_served("the API server does not serve it");
  doubted_ = true;
  pause_ = backoff_.next(Clock::now());
}

void Reflector::list_trouble(const std::string& why) {
  say(NoticeKind::kTrouble, fmt::format("list of {}: {}", assignment_.kind, why));
}

bool Reflector::list() {
  auto resource = shared_.catalog.find(assignment_.group, assignment_.kind);
  if (!resource) {
    // At the first look discovery is fresh; later a kind may have come.
    auto refreshed = absent_ || doubted_ ? shared_.catalog.refresh(client_) : Result<void>{};
    if (!refreshed) {
      say(NoticeKind::kTrouble, fmt::format("discovery: {}", refreshed.error().message));
      pause_ = backoff_.next(Clock::now());
      return false;
    }
    resource = shared_.catalog.find(assignment_.group, assignment_.kind);
    if (!resource) {
      missing();
      return false;
    }
  }
  origin_.api_version = kube::api_version(*resource);
  origin_.whole = assignment_.namespaces.empty();
  const std::string at_least = quorum_ ? "" : last_version_;
  ListRequest request{*resource, or_all(assignment_.namespaces), reason_, at_least,
                      assignment_.optional_access};
  if (!shared_.gate.enter(stop_)) return false;
  Listed listed = list_all(client_, shared_, origin_, request);
  shared_.gate.leave();
  if (stop_.stop_requested()) return false;
  if (listed.outcome != ListOutcome::kDone) {
    recover(listed, at_least);
    return false;
  }
  accept(std::move(listed));
  return true;
}

void Reflector::accept(Listed listed) {
  absent_ = quorum_ = doubted_ = false;
  lagging_since_.reset();
  namespaces_.clear();
  for (const auto& ns : or_all(assignment_.namespaces)) {
    if (std::find(listed.denied.begin(), listed.denied.end(), ns) == listed.denied.end()) {
      namespaces_.push_back(ns);
    }
  }
  versions_ = std::move(listed.versions);
  if (!listed.denied.empty() && listed.denied != denied_) list_trouble(listed.why);
  denied_ = std::move(listed.denied);
  if (!last_version_.empty() &&
      record::compare_resource_versions(versions_[0], last_version_) < 0) {
    list_trouble(
        fmt::format("resourceVersion went back from {} to {}", last_version_, versions_[0]));
  }
  last_version_ = versions_[0];
}

void Reflector::recover(const Listed& listed, const std::string& at_least) {
  pause_ = kube::Millis{0};
  if (listed.outcome == ListOutcome::kAbsent) {
    const auto refreshed = shared_.catalog.refresh(client_);
    if (refreshed && !shared_.catalog.find(assignment_.group, assignment_.kind)) return missing();
  }
  if (listed.outcome == ListOutcome::kDenied && !assignment_.fallback.empty()) {
    list_trouble(listed.why + "; only some namespaces will be read");
    assignment_.namespaces.swap(assignment_.fallback);
    assignment_.fallback.clear();
    return;
  }
  if (listed.outcome == ListOutcome::kDenied && assignment_.optional_access) {
    if (!absent_) list_trouble(listed.why);
    return not_served(listed.why);
  }
  if (listed.outcome == ListOutcome::kGone && !at_least.empty()) {
    quorum_ = true;  // Not even NotOlderThan: take whatever is newest, at once.
    return;
  }
  if (listed.outcome == ListOutcome::kLagging) {
    if (!lagging_since_) lagging_since_ = Clock::now();
    quorum_ = Clock::now() - *lagging_since_ >= shared_.timing.lagging;
  }
  list_trouble(listed.why);
  pause_ = backoff_.next(Clock::now(), listed.retry_after);
}

void Reflector::watch() {
  const WatchEnd end = several() ? watch_namespaces() : [this] {
    const auto resource = shared_.catalog.find(assignment_.group, assignment_.kind);
    if (!resource) return WatchEnd::kAbsent;
    Watcher watcher(shared_, origin_, *resource, namespaces_[0], stop_);
    const WatchEnd why = watcher.run(client_, versions_[0]);
    last_version_ = watcher.version();
    if (why != WatchEnd::kStopped && why != WatchEnd::kGone) {
      say(NoticeKind::kTrouble, fmt::format("watch of {}: {}", assignment_.kind, watcher.why()));
    }
    return why;
  }();
  switch (end) {
    case WatchEnd::kStopped:
      return;
    case WatchEnd::kGone:
      reason_ = "gone";
      break;
    case WatchEnd::kBroken:
    case WatchEnd::kAbsent:
    case WatchEnd::kDenied:
      reason_ = "error";
      // The list that follows finds out more; but never in a tight loop.
      kube::pause(stop_, backoff_.next(Clock::now()));
      break;
  }
}

WatchEnd Reflector::watch_namespaces() {
  const auto resource = shared_.catalog.find(assignment_.group, assignment_.kind);
  if (!resource) return WatchEnd::kAbsent;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::optional<WatchEnd> first;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < namespaces_.size(); ++i) {
    threads.emplace_back([&, i](const std::stop_token& own) {
      kube::Client client(shared_.access, {.stop = own});
      Watcher watcher(shared_, origin_, *resource, namespaces_[i], own);
      const WatchEnd end = watcher.run(client, versions_[i]);
      const std::lock_guard lock(mutex);
      if (end != WatchEnd::kStopped && !first) first = end;
      wake.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  while (!stop_.stop_requested() && !first) {
    wake.wait_for(lock, stop_, shared_.timing.absent_poll, [&] { return first.has_value(); });
    if (first || denied_.empty() || stop_.stop_requested()) continue;
    lock.unlock();
    const bool allowed = probe_denied();
    lock.lock();
    if (allowed) first = WatchEnd::kGone;  // Permission came: list all of them again.
  }
  lock.unlock();
  for (auto& thread : threads) thread.request_stop();
  threads.clear();
  return stop_.stop_requested() ? WatchEnd::kStopped : first.value_or(WatchEnd::kBroken);
}

bool Reflector::probe_denied() {
  const auto resource = shared_.catalog.find(assignment_.group, assignment_.kind);
  if (!resource) return false;
  for (const auto& ns : denied_) {
    auto response = client_.get(kube::resource_path(*resource, ns) + "?limit=1");
    if (response && response->ok()) return true;
  }
  return false;
}

}  // namespace pawprint::watch::reflect
