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

void Dispatcher::add(std::vector<plan::Operation> operations) {
  for (plan::Operation& operation : operations) {
    Zone& zone = zones_[operation.object.zone];
    zone.waiting.emplace(++order_, std::move(operation));
  }
}

void Dispatcher::next_of(Zone& zone, const StandingOf& standing, Clock::time_point now,
                         Dispatch& out) {
  for (auto each = zone.waiting.begin(); each != zone.waiting.end() && zone.in_flight < limit_;) {
    plan::Operation& operation = each->second;
    const plan::Standing now_is = standing(operation);
    if (now_is == plan::Standing::kGone) {
      repeats_.erase(operation.id);
      each = zone.waiting.erase(each);
      continue;
    }
    const auto until = wait_until(operation, now);
    if (now_is == plan::Standing::kWaits || until) {
      if (until && (!out.wake || *until < *out.wake)) out.wake = until;
      ++each;
      continue;
    }
    note_sent(operation, now);
    ++zone.in_flight;
    out.by_zone[operation.object.zone].push_back(operation);
    const std::string id = operation.id;
    sent_.insert_or_assign(id, Sent{each->first, std::move(operation)});
    each = zone.waiting.erase(each);
  }
}

Dispatch Dispatcher::next(const StandingOf& standing, const Connected& connected,
                          Clock::time_point now) {
  Dispatch out;
  for (auto& [name, zone] : zones_) {
    if (connected(name)) next_of(zone, standing, now, out);
  }
  if (now >= forget_at_) {
    forget_old(now);
    forget_at_ = now + kPatience;
  }
  return out;
}

void Dispatcher::ended(const record::Applied& applied, Clock::time_point now) {
  const auto found = sent_.find(applied.operation);
  if (found == sent_.end()) return;
  Sent sent = std::move(found->second);
  sent_.erase(found);
  if (const auto recent = recent_.find(sent.operation.object); recent != recent_.end()) {
    --recent->second.in_flight;
    if (applied.outcome == "done") recent->second.version = applied.resource_version;
  }
  // Should the engine still want the very same: not at once. Else next() drops it.
  Repeat& repeat = repeats_[applied.operation];
  const auto pause = kFirstRepeat * (1 << std::min(repeat.failures++, 6));
  repeat.due = now + std::min<milliseconds>(pause, kLongestRepeat);
  Zone& zone = zones_[sent.operation.object.zone];
  --zone.in_flight;
  zone.waiting.emplace(sent.order, std::move(sent.operation));
}

std::size_t Dispatcher::in_flight(const std::string& zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? 0 : found->second.in_flight;
}

}  // namespace pawprint::pawprintd
