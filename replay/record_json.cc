#include "replay/record_json.h"

#include "engine/model/status.h"
#include "engine/record/bodies.h"

namespace pawprint::replay {
namespace {

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::string of_decision(const record::Record& record) {
  const auto decision = record::decode_decision(record.body);
  if (!decision) return decision.error().message;
  std::string out = counted(decision->changed.size(), "object") + " changed, " +
                    counted(decision->operations.size(), "operation");
  if (!decision->triggers.empty()) out += ", by @" + std::to_string(decision->triggers.front());
  if (decision->triggers.size() > 1) out += " to @" + std::to_string(decision->triggers.back());
  return out;
}

std::string of_applied(const record::Record& record) {
  const auto applied = record::decode_applied(record.body);
  if (!applied) return applied.error().message;
  std::string out =
      applied->verb + ' ' + record::display(applied->object) + ": " + applied->outcome;
  if (applied->status != 0) out += " (" + std::to_string(applied->status) + ')';
  return applied->reason.empty() ? out : out + ' ' + applied->reason;
}

std::string of_config(const record::Record& record) {
  const auto config = record::decode_config(record.body);
  if (!config) return config.error().message;
  std::string out = config->mode + ' ' + config->profile;
  for (const record::ZoneConfig& zone : config->zones) out += ' ' + zone.name;
  return out;
}

std::string of_sync(const record::Record& record) {
  const auto sync = record::decode_sync(record.body);
  if (!sync) return sync.error().message;
  std::string out = sync->kind + ' ' + sync->reason;
  if (record.kind == record::Kind::kSyncEnd) out += ", " + counted(sync->items, "object");
  return out;
}

std::string of_boot(const record::Record& record) {
  const auto boot = record::decode_boot(record.body);
  if (!boot) return boot.error().message;
  return boot->build + ", reducer " + boot->reducer + (boot->clean ? "" : ", after a crash");
}

std::string of_operator(const record::Record& record) {
  const auto command = record::decode_operator(record.body);
  if (!command) return command.error().message;
  std::string out = command->who + ": " + command->what;
  for (const std::string* part : {&command->object, &command->text}) {
    if (!part->empty()) out += ' ' + *part;
  }
  return out;
}

/// What stands in for bytes that are not kept says how many they were, and why they could not be
/// read; null when the bytes themselves are kept.
Json stand_in(const record::Record& record) {
  if (!record.body.starts_with(R"({"bytes":)")) return {};
  Json body = parsed(record.body);
  const bool whole = member_in(body, "bytes").is_number_unsigned() &&
                     member_in(body, "reason").is_string() && body.contains("digest");
  return whole ? body : Json();
}

std::string of_quarantined(const record::Record& record) {
  const Json body = stand_in(record);
  const std::size_t bytes = body.is_null() ? record.body.size() : body["bytes"].get<std::size_t>();
  std::string out = counted(bytes, "byte") + " that could not be read";
  if (!record.object.name.empty()) out += ", of " + record::display(record.object);
  if (body.is_null()) return out;
  const std::string origin = text_in(body, "origin");
  return out + (origin.empty() ? "" : " (" + origin + ")") + ": " + text_in(body, "reason");
}

std::string detail(const record::Record& record) {
  switch (record.kind) {
    case record::Kind::kObserved:
    case record::Kind::kVanished:
      return (record.event == record::Event::kNone ? std::string()
                                                   : std::string(name(record.event)) + ' ') +
             record::display(record.object);
    case record::Kind::kQuarantined:
      return of_quarantined(record);
    case record::Kind::kDecision:
      return of_decision(record);
    case record::Kind::kApplied:
      return of_applied(record);
    case record::Kind::kConfig:
      return of_config(record);
    case record::Kind::kSyncBegin:
    case record::Kind::kSyncEnd:
      return of_sync(record);
    case record::Kind::kBoot:
      return of_boot(record);
    case record::Kind::kOperator:
      return of_operator(record);
    case record::Kind::kDiscovery:
    case record::Kind::kTick:
    case record::Kind::kLeader:
    case record::Kind::kSnapshot:
    case record::Kind::kCompaction:
    case record::Kind::kErasure:
      break;
  }
  return {};
}

}  // namespace

Json record_head(const record::Record& record) {
  Json out{{"seq", record.seq},
           {"kind", name(record.kind)},
           {"time", model::rfc3339(record.time_ns)},
           {"boot", record.boot},
           {"detail", detail(record)}};
  if (!record.zone.empty()) out["zone"] = record.zone;
  if (record.event != record::Event::kNone) out["event"] = name(record.event);
  if (!record.object.kind.empty()) out["object"] = record::display(record.object);
  if (!record.api_version.empty()) out["apiVersion"] = record.api_version;
  if (!record.uid.empty()) out["uid"] = record.uid;
  if (!record.resource_version.empty()) out["resourceVersion"] = record.resource_version;
  return out;
}

Json record_json(const record::Record& record) {
  Json out = record_head(record);
  const bool raw = record.encoding == record::Encoding::kRaw;
  const Json body = raw ? stand_in(record) : parsed(record.body);
  if (body.is_null() || body.is_discarded()) out["body"] = record.body;
  else out["body"] = body;
  if (record.encoding == record::Encoding::kSecretFacts) out["encoding"] = "secretFacts";
  return out;
}

}  // namespace pawprint::replay
