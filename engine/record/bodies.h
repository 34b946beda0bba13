// Typed bodies of the records that Pawprint writes about itself. Each is a canonical JSON document:
// sorted keys, no spaces, so that equal values give equal bytes.
//
// Decoders are tolerant of unknown members (a newer build may have added some) and strict about
// the types of those they know: kDamaged names the member.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record/record.h"
#include "engine/result.h"

namespace pawprint::record {

struct Boot {
  std::string build;     ///< Version and commit of the program.
  std::string reducer;   ///< Reducer version; Decisions of another one are not compared.
  Seq previous_seq = 0;  ///< Head found at start.
  bool clean = true;     ///< False after a crash.
  bool operator==(const Boot&) const = default;
};

struct ZoneConfig {
  std::string name;
  std::string role = "zone";  ///< "zone" or "global".
  bool operator==(const ZoneConfig&) const = default;
};

/// The settings that the engine may read. Defaults are those of docs/operations.md.
struct Config {
  std::string mode = "apply";  ///< apply, shadow, dry-run, import, translate.
  std::string profile = "kuma-2.14";
  std::string controller_name = "gateways.kuma.io/controller";
  std::string system_namespace = "kuma-system";
  std::string default_mesh = "default";
  std::vector<ZoneConfig> zones;  ///< Sorted by name.
  std::int64_t deletes_held_count = 10;
  std::int64_t deletes_held_share = 20;  ///< Percent.
  bool assume_synced = false;  ///< True for import and translate: every kind counts as synced.
  bool assume_mesh = false;    ///< translate: Mesh `default` exists unless one is given.
  bool gateway_routes_only =
      false;  ///< Leave Service parents to a live kuma-cp (own controllerName).
  bool operator==(const Config&) const = default;
};

struct Discovery {
  struct Resource {
    std::string group, version, kind, plural;
    bool namespaced = false;
    bool operator==(const Resource&) const = default;
  };
  std::vector<Resource> resources;  ///< Those Pawprint uses, sorted by group, kind.
  std::string bundle_version;       ///< Gateway API bundle version annotation, or empty.
  bool operator==(const Discovery&) const = default;
};

/// Body of SyncBegin and SyncEnd.
struct Sync {
  std::string group, kind;
  std::string resource_version;  ///< SyncEnd: where the watch goes on from.
  std::string reason;            ///< start, gone, error, absent (the kind is not served).
  std::uint64_t items = 0;       ///< SyncEnd: objects listed.
  bool operator==(const Sync&) const = default;
};

struct Decision {
  struct Op {
    std::string id, verb;  ///< As plan::Operation.
    ObjectKey object;
    std::string digest;  ///< Hex SHA-256 of the body to be sent; empty for deletions.
    bool operator==(const Op&) const = default;
  };
  Seq upto = 0;               ///< Last record that was folded.
  std::vector<Seq> triggers;  ///< Records since the last Decision that changed an output.
  std::string digest_before, digest_after;
  std::vector<ObjectKey> changed;  ///< Sorted.
  std::vector<Op> operations;
  std::string reducer;
  bool operator==(const Decision&) const = default;
};

struct Applied {
  std::string operation;  ///< Operation id.
  std::string verb;
  ObjectKey object;
  std::uint32_t attempt = 1;
  std::string digest;            ///< Hex SHA-256 of the body sent.
  std::int32_t status = 0;       ///< HTTP status; 0 when there was no answer.
  std::string outcome;           ///< done, conflict, refused, failed, superseded, unknown, dry-run.
  std::string reason;            ///< Kubernetes reason or message, one line, no Secret bytes.
  std::string resource_version;  ///< As returned.
  std::string uid;
  std::int64_t latency_us = 0;
  bool operator==(const Applied&) const = default;
};

struct Operator {
  std::string who, what, object, text;  ///< what: pause, resume, release, reconcile, pin, note.
  bool operator==(const Operator&) const = default;
};

/// Says that the content of a snapshot lies beside the log: of the state after the record before.
struct Snapshot {
  std::string reducer;        ///< Reducer version that it is of.
  std::string output_digest;  ///< Of that state.
  std::string content;        ///< Hex SHA-256 of the content.
  std::uint64_t records = 0;  ///< How many records the state is made from.
  bool operator==(const Snapshot&) const = default;
};

std::string encode(const Boot&);
std::string encode(const Config&);
std::string encode(const Discovery&);
std::string encode(const Sync&);
std::string encode(const Decision&);
std::string encode(const Applied&);
std::string encode(const Operator&);
std::string encode(const Snapshot&);

Result<Boot> decode_boot(std::string_view body);
Result<Config> decode_config(std::string_view body);
Result<Discovery> decode_discovery(std::string_view body);
Result<Sync> decode_sync(std::string_view body);
Result<Decision> decode_decision(std::string_view body);
Result<Applied> decode_applied(std::string_view body);
Result<Operator> decode_operator(std::string_view body);
Result<Snapshot> decode_snapshot(std::string_view body);

}  // namespace pawprint::record
