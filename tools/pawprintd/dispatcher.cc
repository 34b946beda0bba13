#include "tools/pawprintd/dispatcher.h"

#include <algorithm>
#include <utility>

namespace pawprint::pawprintd {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstInterval{500}, kLongestInterval{2000};
constexpr milliseconds kPatience{
    2000};  // For an answer, or for the watch to show what was written.
constexpr milliseconds kFirstRepeat{1000}, kLongestRepeat{60'000};

bool damps(const plan::Operation& operation) {
  return operation.verb == plan::Verb::kStatus && operation.object.kind == "Gateway";
}

}  // namespace

std::optional<Clock::time_point> Dispatcher::wait_until(const plan::Operation& operation,
                                                        Clock::time_point now) const {
  std::optional<Clock::time_point> until;
  const auto later = [&](Clock::time_point time) {
    if (time > now && (!until || time > *until)) until = time;
  };
  if (const auto found = repeats_.find(operation.id); found != repeats_.end())
    later(found->second.due);
  if (damps(operation)) {
    const auto damped = damped_.find(operation.object);
    if (damped != damped_.end()) later(damped->second.last + damped->second.interval);
  }
  if (const auto found = recent_.find(operation.object); found != recent_.end()) {
    const Recent& recent = found->second;
    const bool unseen =
        !operation.resource_version.empty() && !recent.version.empty() &&
        record::compare_resource_versions(operation.resource_version, recent.version) < 0;
    if (recent.in_flight > 0 || unseen) later(recent.sent + kPatience);
  }
  return until;
}

void Dispatcher::note_sent(const plan::Operation& operation, Clock::time_point now) {
  sent_[operation.id] = {operation.object};
  Recent& recent = recent_[operation.object];
  recent.sent = now;
  recent.version.clear();
  ++recent.in_flight;
  if (!damps(operation)) return;
  const auto [found, first] = damped_.try_emplace(operation.object);
  Damped& state = found->second;
  const bool busy = !first && now - state.last < 2 * state.interval;
  state.interval = busy ? std::min<Clock::duration>(2 * state.interval, kLongestInterval)
                        : Clock::duration(kFirstInterval);
  state.last = now;
}

void Dispatcher::forget_old(Clock::time_point now) {
  std::erase_if(recent_, [&](const auto& each) {
    return each.second.in_flight == 0 && each.second.sent + kPatience < now;
  });
  std::erase_if(damped_,
                [&](const auto& each) { return each.second.last + 2 * kLongestInterval < now; });
}

Dispatch Dispatcher::next(std::vector<plan::Operation> due,
                          const std::function<bool(const std::string& zone)>& connected,
                          Clock::time_point now) {
  Dispatch out;
  std::map<std::string, Repeat> kept;
  for (plan::Operation& operation : due) {
    if (const auto found = repeats_.find(operation.id); found != repeats_.end())
      kept.insert(*found);
    if (sent_.contains(operation.id) || !connected(operation.object.zone)) continue;
    if (const auto until = wait_until(operation, now)) {
      if (!out.wake || *until < *out.wake) out.wake = until;
      continue;
    }
    note_sent(operation, now);
    auto& list = out.by_zone[operation.object.zone];
    list.push_back(std::move(operation));
  }
  repeats_ = std::move(kept);
  if (now >= forget_at_) {
    forget_old(now);
    forget_at_ = now + kPatience;
  }
  return out;
}

void Dispatcher::ended(const record::Applied& applied, Clock::time_point now) {
  const auto found = sent_.find(applied.operation);
  if (found == sent_.end()) return;
  const Sent sent = std::move(found->second);
  sent_.erase(found);
  if (const auto recent = recent_.find(sent.object); recent != recent_.end()) {
    --recent->second.in_flight;
    if (applied.outcome == "done") recent->second.version = applied.resource_version;
  }
  // Should the engine still want the very same: not at once.
  Repeat& repeat = repeats_[applied.operation];
  const auto pause = kFirstRepeat * (1 << std::min(repeat.failures++, 6));
  repeat.due = now + std::min<milliseconds>(pause, kLongestRepeat);
}

std::size_t Dispatcher::in_flight(const std::string& zone) const {
  return static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), [&](const auto& each) {
    return each.second.object.zone == zone;
  }));
}

}  // namespace pawprint::pawprintd
