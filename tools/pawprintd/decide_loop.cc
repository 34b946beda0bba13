#include "tools/pawprintd/decide_loop.h"

#include <fmt/format.h>

#include <future>
#include <utility>

#include "tools/pawprintd/event_log.h"
#include "tools/pawprintd/meters.h"

namespace pawprint::pawprintd {
namespace {

constexpr std::chrono::milliseconds kPublishEvery{250};
constexpr std::chrono::seconds kDiskRetry{1};
constexpr std::chrono::seconds kAnswerWithin{5};
constexpr std::chrono::hours kIdle{1};

std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

record::Record as_record(record::Kind kind, std::string body) {
  record::Record record;
  record.kind = kind;
  record.time_ns = wall_ns();
  record.body = std::move(body);
  return record;
}

}  // namespace

DecideLoop::DecideLoop(std::filesystem::path directory, std::unique_ptr<Ledger> ledger)
    : directory_(std::move(directory)), ledger_(std::move(ledger)) {
  secret_key_ = Redacted(ledger_->writer().secret_key());
  after_crash_ = ledger_->crashed();
  declare_meters(metrics_);
}

Result<std::unique_ptr<DecideLoop>> DecideLoop::open(std::filesystem::path directory,
                                                     const record::Config& config,
                                                     const std::string& build,
                                                     std::uint64_t snapshot_every) {
  auto ledger = Ledger::open(directory, snapshot_every);
  if (!ledger) return tl::unexpected(ledger.error());
  std::unique_ptr<DecideLoop> loop(new DecideLoop(std::move(directory), std::move(*ledger)));
  auto cursors = loop->ledger_->writer().reader().cursors();
  if (!cursors) return tl::unexpected(cursors.error());
  loop->cursors_ = std::move(*cursors);
  // A disk that is full at start is an error; later it is waited for.
  Group group = loop->ledger_->opening(config, build, wall_ns());
  while (!group.empty()) {
    if (auto written = loop->ledger_->write(group); !written)
      return tl::unexpected(written.error());
    loop->ledger_->fold(group);
    loop->count(group);
    loop->dispatcher_.add(loop->ledger_->take_operations());
    group = loop->ledger_->decide(wall_ns()).value_or(Group{});
  }
  loop->publish(true);
  return loop;
}

DecideLoop::~DecideLoop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

std::vector<watch::ResumePoint> DecideLoop::cursors(const std::string& zone) const {
  std::vector<watch::ResumePoint> out;
  for (const store::Cursor& cursor : cursors_) {
    if (cursor.zone == zone) out.push_back({cursor.group, cursor.kind, cursor.resource_version});
  }
  return out;
}

void DecideLoop::attach(const std::string& zone, watch::Edge& edge) {
  {
    const std::lock_guard lock(mutex_);
    edges_[zone] = &edge;
  }
  // What was due before the zone was there is sent now.
  queue_.post([this] { stale_ = true; });
}

void DecideLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void DecideLoop::run() {
  queue_.adopt_consumer();
  for (;;) {
    Batch batch = queue_.take(std::min(wake_, Clock::now() + kIdle));
    for (const Task& task : batch.tasks) task();
    Group group;
    for (watch::Notice& notice : batch.notices) {
      note_notice(notice);
      ledger_->intake().take(std::move(notice), group);
    }
    if (!group.empty() && !commit(std::move(group))) break;
    wake_ = Clock::time_point::max();
    dispatch();
    publish(false);
    if (batch.closed) break;
  }
  queue_.close();
  publish(true);
}

bool DecideLoop::commit(Group group) {
  if (!write(group)) return false;
  ledger_->fold(group);
  note_ended(group);
  stale_ = true;
  if (auto decision = ledger_->decide(wall_ns())) {
    if (!write(*decision)) return false;
    ledger_->fold(*decision);
    dispatcher_.add(ledger_->take_operations());
    log(Level::kDebug, "decision", {{"seq", decision->records[0].seq}});
  }
  take_snapshot();
  return true;
}

void DecideLoop::take_snapshot() {
  if (const auto taken = ledger_->take_snapshot(wall_ns()); !taken) {
    log(Level::kWarn, "snapshot_failed", {{"reason", taken.error().message}});
  }
}

bool DecideLoop::write(Group& group) {
  for (;;) {
    const auto began = Clock::now();
    const auto written = ledger_->write(group);
    metrics_.observe("pawprint_log_append_seconds",
                     std::chrono::duration<double>(Clock::now() - began).count());
    if (written) {
      count(group);
      if (!log_writable_) log(Level::kInfo, "log_writable_again", {{"head", written->seq}});
      log_writable_ = true;
      log_error_.clear();
      return true;
    }
    if (!wait_for_disk(written.error())) return false;
  }
}

bool DecideLoop::wait_for_disk(const Error& error) {
  metrics_.add("pawprint_log_append_errors_total");
  log_writable_ = false;
  log_error_ = error.message;
  stale_ = true;
  publish(true);
  log(Level::kError, "log_append_failed", {{"reason", error.message}});
  if (error.code != ErrorCode::kExhausted) {
    const std::lock_guard lock(mutex_);
    failure_ = error;
    return false;
  }
  const auto retry_at = Clock::now() + kDiskRetry;
  while (Clock::now() < retry_at) {
    const Batch batch = queue_.take_tasks(retry_at);
    for (const Task& task : batch.tasks) task();
    if (!batch.closed) continue;
    // Shutting down with a full disk: what was not acknowledged is seen again at the next start.
    const std::lock_guard lock(mutex_);
    failure_ = error;
    return false;
  }
  return true;
}

void DecideLoop::note_notice(const watch::Notice& notice) {
  using watch::NoticeKind;
  auto& trouble = trouble_[notice.zone];
  switch (notice.notice) {
    case NoticeKind::kListBegin:
      metrics_.add("pawprint_lists_total", {{"zone", notice.zone}, {"kind", notice.kind}});
      log(Level::kInfo, "list_begin",
          {{"zone", notice.zone}, {"kind", notice.kind}, {"reason", notice.reason}});
      return;
    case NoticeKind::kListEnd:
      trouble.erase(notice.kind);
      log(Level::kInfo, "list_end",
          {{"zone", notice.zone},
           {"kind", notice.kind},
           {"items", notice.items},
           {"resourceVersion", notice.resource_version}});
      return;
    case NoticeKind::kResumed:
      metrics_.add("pawprint_resumed_watches_total",
                   {{"zone", notice.zone}, {"kind", notice.kind}});
      log(Level::kInfo, "watch_resumed",
          {{"zone", notice.zone},
           {"kind", notice.kind},
           {"resourceVersion", notice.resource_version}});
      return;
    case NoticeKind::kAbsent:
      log(Level::kWarn, "kind_absent",
          {{"zone", notice.zone}, {"kind", notice.kind}, {"reason", notice.reason}});
      return;
    case NoticeKind::kTrouble:
      trouble[notice.kind] = notice.reason;
      stale_ = true;
      log(Level::kWarn, "trouble",
          {{"zone", notice.zone}, {"kind", notice.kind}, {"reason", notice.reason}});
      return;
    case NoticeKind::kEvent:
    case NoticeKind::kBookmark:
      trouble.erase(notice.kind);
      return;
    case NoticeKind::kDiscovery:
    case NoticeKind::kListItem:
    case NoticeKind::kApplied:
    case NoticeKind::kFresh:
      return;
  }
}

void DecideLoop::note_ended(const Group& group) {
  for (const record::Record& record : group.records) {
    if (record.kind != record::Kind::kApplied) continue;
    const auto applied = record::decode_applied(record.body);
    if (!applied) continue;
    dispatcher_.ended(*applied, Clock::now());
    const bool well = applied->outcome == "done" || applied->outcome == "dry-run" ||
                      applied->outcome == "superseded" || applied->outcome == "conflict";
    log(well ? Level::kDebug : Level::kWarn, "operation_ended",
        {{"zone", record.zone},
         {"verb", applied->verb},
         {"object", record::display(applied->object)},
         {"outcome", applied->outcome},
         {"reason", applied->reason},
         {"seq", record.seq}});
  }
}

void DecideLoop::dispatch() {
  if (!applying_.load()) return;
  const auto now = Clock::now();
  Dispatch work = dispatcher_.next(
      [this](const plan::Operation& operation) { return ledger_->reducer().standing(operation); },
      [this](const std::string& zone) {
        const std::lock_guard lock(mutex_);
        return edges_.contains(zone);
      },
      now);
  if (work.wake) wake_ = std::min(wake_, *work.wake);
  for (auto& [zone, operations] : work.by_zone) {
    stale_ = true;
    watch::Edge* edge = nullptr;
    {
      const std::lock_guard lock(mutex_);
      edge = edges_.at(zone);
    }
    edge->submit(std::move(operations));
  }
}

void DecideLoop::publish(bool now) {
  if (!stale_ && !now) return;
  const auto due = published_at_ + kPublishEvery;
  if (!now && Clock::now() < due) {
    wake_ = std::min(wake_, due);
    return;
  }
  auto fresh = make_view();
  update_gauges(*fresh);
  published_at_ = Clock::now();
  stale_ = false;
  const std::lock_guard lock(mutex_);
  view_ = std::move(fresh);
}

bool DecideLoop::ask(const std::function<void()>& task) {
  auto done = std::make_shared<std::promise<void>>();
  auto future = done->get_future();
  if (!thread_.joinable() || !queue_.post([task, done] {
        task();
        done->set_value();
      })) {
    return false;
  }
  done.reset();
  try {
    if (future.wait_for(kAnswerWithin) != std::future_status::ready) return false;
    future.get();
    return true;
  } catch (const std::future_error&) {
    return false;  // The thread ended before the task's turn.
  }
}

Result<record::Seq> DecideLoop::command(const record::Operator& command) {
  auto answer = std::make_shared<Result<record::Seq>>(
      fail(ErrorCode::kUnreachable, "the daemon is stopping or busy; nothing was confirmed"));
  const bool answered = ask([this, command, answer] {
    if (!log_writable_) {
      *answer = fail(ErrorCode::kExhausted, "the log cannot be written: " + log_error_);
      return;
    }
    Group group;
    group.records.push_back(as_record(record::Kind::kOperator, record::encode(command)));
    if (!commit(group)) return;
    publish(true);  // Whoever commands next is judged by what this one did.
    *answer = ledger_->reducer().head();
  });
  if (!answered)
    return fail(ErrorCode::kUnreachable, "the daemon is stopping or busy; nothing was confirmed");
  return *answer;
}

Result<void> DecideLoop::configure(const record::Config& config) {
  const bool answered = ask([this, config] {
    if (!log_writable_ || ledger_->reducer().config() == config) return;
    Group group;
    group.records.push_back(as_record(record::Kind::kConfig, record::encode(config)));
    commit(std::move(group));
  });
  if (!answered) return fail(ErrorCode::kUnreachable, "the decide thread does not answer");
  return {};
}

void DecideLoop::stop_applying() {
  applying_ = false;
  ask([this] { stale_ = true; });
}

Result<void> DecideLoop::stop() {
  applying_ = false;
  queue_.close();
  if (thread_.joinable()) thread_.join();
  if (auto error = failure()) return tl::unexpected(std::move(*error));
  return ledger_->writer().close();
}

std::optional<Error> DecideLoop::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace pawprint::pawprintd
