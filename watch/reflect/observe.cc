#include "watch/reflect/observe.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "engine/model/config_map.h"
#include "engine/model/unreadable.h"
#include "watch/kube/status.h"
#include "watch/reflect/json_span.h"
#include "watch/reflect/object_head.h"
#include "watch/reflect/watch_event.h"

namespace pawprint::watch::reflect {
namespace {

bool is_config_map(const Origin& origin) {
  return origin.group.empty() && origin.kind == "ConfigMap";
}

bool is_secret(const Origin& origin) { return origin.group.empty() && origin.kind == "Secret"; }

Notice blank(const Origin& origin, NoticeKind kind, std::int64_t time_ns) {
  Notice notice;
  notice.notice = kind;
  notice.zone = origin.zone;
  notice.group = origin.group;
  notice.kind = origin.kind;
  notice.record.zone = origin.zone;
  notice.record.time_ns = time_ns;
  notice.record.api_version = origin.api_version;
  notice.record.object = {origin.zone, origin.group, origin.kind, {}, {}};
  return notice;
}

void set_head(Notice& notice, const Origin& origin, const ObjectHead& head) {
  record::Record& record = notice.record;
  record.object.ns = head.ns;
  record.object.name = head.name;
  if (!head.api_version.empty()) record.api_version = head.api_version;
  record.uid = head.uid;
  record.resource_version = head.resource_version;
  if (origin.whole) notice.resource_version = head.resource_version;
}

std::string stand_in(std::uint64_t bytes, const std::string& digest, const std::string& reason) {
  return nlohmann::json{{"bytes", bytes}, {"digest", digest}, {"reason", reason}}.dump();
}

/// Marks `notice` as quarantined. Bytes that may be of a Secret or ConfigMap are replaced by their
/// keyed digest.
void quarantine(Notice& notice, const Origin& origin, std::string_view bytes,
                const std::string& reason) {
  notice.reason = reason;
  notice.record.kind = record::Kind::kQuarantined;
  notice.record.encoding = record::Encoding::kRaw;
  if (!model::may_hold_secret(bytes, origin.kind)) {
    notice.record.body = bytes;
    return;
  }
  const std::string digest = origin.secrets != nullptr ? origin.secrets->digest(bytes) : "";
  notice.record.body = stand_in(bytes.size(), digest, reason);
}

std::string mismatch(const Origin& origin, const ObjectHead& head) {
  if (head.name.empty()) return "has no metadata.name";
  if (!head.kind.empty() && head.kind != origin.kind) {
    return fmt::format("is not of kind {}", origin.kind);
  }
  return {};
}

}  // namespace

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Notice observe(const Origin& origin, NoticeKind kind, record::Event event, std::string_view object,
               std::int64_t time_ns) {
  Notice notice = blank(origin, kind, time_ns);
  notice.record.event = event;
  const auto head = read_head(object);
  std::string reason = head ? mismatch(origin, *head) : head.error().message;
  set_head(notice, origin, head ? *head : guess_head(object));
  if (!reason.empty()) {
    quarantine(notice, origin, object, reason);
    return notice;
  }
  notice.record.kind = record::Kind::kObserved;
  if (is_config_map(origin)) {
    notice.record.encoding = record::Encoding::kJson;
    notice.record.body = model::config_map_on_record(object).value_or("{}");
    return notice;
  }
  if (!is_secret(origin)) {
    notice.record.encoding = record::Encoding::kJson;
    notice.record.body = object;
    return notice;
  }
  auto facts = origin.secrets->facts(object);
  if (!facts) {
    quarantine(notice, origin, object, "its facts cannot be read");
    return notice;
  }
  notice.record.encoding = record::Encoding::kSecretFacts;
  notice.record.body = std::move(*facts);
  return notice;
}

std::string describe(const Origin& origin, int http_status, std::string_view body) {
  return is_secret(origin) ? kube::describe_briefly(http_status, body)
                           : kube::describe_answer(http_status, body);
}

Notice quarantine_line(const Origin& origin, std::string_view line, const std::string& reason,
                       std::int64_t time_ns) {
  Notice notice = blank(origin, NoticeKind::kEvent, time_ns);
  const WatchLine parts = guess_watch_line(line);
  notice.record.event = parts.event;
  set_head(notice, origin, guess_head(parts.object));
  quarantine(notice, origin, line, reason);
  return notice;
}

Notice quarantine_oversize(const Origin& origin, const OversizeLine& line, std::uint64_t limit,
                           std::int64_t time_ns) {
  const std::string reason =
      fmt::format("event of {} bytes is over the limit of {}", line.bytes, limit);
  Notice notice = quarantine_line(origin, line.start, reason, time_ns);
  // A Secret's digest must be keyed, and the whole line was never held: it gets none.
  const std::string digest = is_secret(origin) ? "" : "sha256:" + record::hex(line.digest);
  notice.record.body = stand_in(line.bytes, digest, reason);
  return notice;
}

Notice gone(const Origin& origin, const record::ObjectKey& key, const std::string& uid) {
  Notice notice = blank(origin, NoticeKind::kFresh, wall_clock_ns());
  record::Record& record = notice.record;
  record.kind = record::Kind::kObserved;
  record.event = record::Event::kDeleted;
  record.object = key;
  record.uid = uid;
  nlohmann::json body{
      {"apiVersion", origin.api_version}, {"kind", key.kind}, {"metadata", {{"name", key.name}}}};
  if (!key.ns.empty()) body["metadata"]["namespace"] = key.ns;
  if (!uid.empty()) body["metadata"]["uid"] = uid;
  record.body = body.dump();
  record.encoding = is_secret(origin) ? record::Encoding::kSecretFacts : record::Encoding::kJson;
  return notice;
}

}  // namespace pawprint::watch::reflect
