#include "watch/apply/applier.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/record/bodies.h"
#include "engine/record/digest.h"
#include "watch/apply/body.h"
#include "watch/reflect/observe.h"

namespace pawprint::watch::apply {
namespace {

using kube::Clock;

constexpr kube::Millis kGrace{1000};              ///< For what is in flight at stop().
constexpr std::chrono::seconds kTroubleEvery{5};  ///< A webhook that is down fails every write.

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

Applier::Applier(const ZoneOptions& options, std::shared_ptr<kube::Access> access,
                 const kube::Catalog& catalog, const SecretFunctions& secrets, Sink& sink,
                 kube::Pace pace)
    : options_(options),
      access_(std::move(access)),
      catalog_(catalog),
      secrets_(secrets),
      sink_(sink),
      pace_(pace) {
  const int count = options.read_only ? 0 : std::max(1, options.writers);
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this] { work(stop_.get_token()); });
  }
}

Applier::~Applier() { stop(); }

void Applier::submit(std::vector<plan::Operation> operations) {
  for (auto& operation : operations) {
    if (options_.read_only) {
      Job job;
      job.operation = std::move(operation);
      report_unfinished(job, "dry-run", "nothing is sent in this mode");
      continue;
    }
    for (const Job& over : queue_.push(std::move(operation))) {
      report_unfinished(over, "superseded", "a newer operation took its place");
    }
  }
}

void Applier::stop() {
  stopping_ = true;
  for (const Job& job : queue_.close()) {
    report_unfinished(job, job.sent ? "unknown" : "failed", "stopped before it was done");
  }
  queue_.drain(kGrace);
  stop_.request_stop();
  threads_.clear();
}

void Applier::work(const std::stop_token& stop) {
  kube::Client client(access_, {.stop = stop});
  while (auto job = queue_.take(stop)) {
    // One backoff per try keeps jobs independent: its step follows from the job's own count.
    kube::Backoff backoff(pace_, kube::fresh_seed());
    for (std::uint32_t i = 0; i < std::min(job->attempt, 16U); ++i) backoff.next(Clock::now());
    step(client, backoff, std::move(*job));
  }
}

void Applier::step(kube::Client& client, kube::Backoff& backoff, Job job) {
  if (job.attempt == 0) job.began_ns = steady_ns();
  ++job.attempt;
  Answer answer = attempt({client, catalog_, options_, secrets_}, job.operation);
  if (!answer.outcome.empty()) {
    report(job, answer);
    queue_.finish(job);
    return;
  }
  job.sent = job.sent || (answer.sent && answer.status == 0);
  job.last_reason = answer.reason;
  job.last_status = answer.status;
  const auto wait = backoff.next(Clock::now(), answer.retry_after);
  trouble(job, wait);
  if (const auto over = queue_.retry(std::move(job), wait)) {
    const char* outcome = over->sent ? "unknown" : stopping_ ? "failed" : "superseded";
    report_unfinished(*over, outcome, over->last_reason.c_str());
  }
}

void Applier::report_unfinished(const Job& job, const char* outcome, const char* reason) {
  Answer answer;
  answer.outcome = outcome;
  answer.reason = reason;
  answer.status = job.last_status;
  report(job, answer);
}

void Applier::report(const Job& job, const Answer& answer) {
  const plan::Operation& operation = job.operation;
  record::Applied applied;
  applied.operation = operation.id;
  applied.verb = verb_text(operation.verb);
  applied.object = operation.object;
  applied.attempt = job.attempt;
  // Handed back as planned, so that the engine knows its own write again.
  applied.digest = operation.digest;
  applied.status = answer.status;
  applied.outcome = answer.outcome;
  applied.reason = answer.reason;
  applied.resource_version = answer.resource_version;
  applied.uid = answer.uid;
  applied.latency_us = job.began_ns == 0 ? 0 : (steady_ns() - job.began_ns) / 1000;

  std::vector<Notice> notices(1);
  Notice& notice = notices[0];
  notice.notice = NoticeKind::kApplied;
  notice.zone = options_.zone;
  notice.group = operation.object.group;
  notice.kind = operation.object.kind;
  notice.reason = answer.reason;
  notice.record.kind = record::Kind::kApplied;
  notice.record.time_ns = reflect::wall_clock_ns();
  notice.record.zone = options_.zone;
  notice.record.body = record::encode(applied);
  if (answer.fresh) notices.push_back(*answer.fresh);
  sink_.deliver(std::move(notices));
}

void Applier::trouble(const Job& job, kube::Millis wait) {
  {
    const std::lock_guard lock(trouble_mutex_);
    if (stopping_ || Clock::now() - last_trouble_ < kTroubleEvery) return;
    last_trouble_ = Clock::now();
  }
  Notice notice;
  notice.notice = NoticeKind::kTrouble;
  notice.zone = options_.zone;
  notice.group = job.operation.object.group;
  notice.kind = job.operation.object.kind;
  notice.reason = fmt::format("{} of {} failed, next try in {:.1f} s: {}",
                              verb_text(job.operation.verb), record::display(job.operation.object),
                              static_cast<double>(wait.count()) / 1000.0, job.last_reason);
  notice.record.time_ns = reflect::wall_clock_ns();
  sink_.deliver({std::move(notice)});
}

}  // namespace pawprint::watch::apply
