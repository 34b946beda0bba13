// The record: the only input of the engine, and the only thing that the log stores.
//
// A record is a plain value. It knows nothing of disk, sockets or rules. Source of the kinds:
// docs/architecture.md, section "Records".
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawprint::record {

/// Position in the log: gap-free, first 1, assigned by the store's single writer. 0 means "none".
using Seq = std::uint64_t;

/// Numbers are stored on disk: never renumber, only append.
enum class Kind : std::uint8_t {
  kBoot = 1,
  kConfig = 2,
  kDiscovery = 3,
  kSyncBegin = 4,
  kSyncEnd = 5,
  kObserved = 6,
  kVanished = 7,
  kQuarantined = 8,
  kDecision = 9,
  kApplied = 10,
  kTick = 11,
  kLeader = 12,
  kOperator = 13,
  kSnapshot = 14,
  kCompaction = 15,
  kErasure = 16,
};

/// How `Record::body` is to be read. Numbers are stored on disk.
enum class Encoding : std::uint8_t {
  kJson = 1,         ///< A JSON document, for Observed and Vanished exactly the bytes received
                     ///< (ConfigMaps are cut: model/config_map.h).
  kSecretFacts = 2,  ///< The facts of a Secret (store/secret_facts.h); never its data.
  kRaw = 3,          ///< Bytes that could not be decoded (Quarantined).
};

/// What the API server said about an object. Numbers are stored on disk.
enum class Event : std::uint8_t { kNone = 0, kAdded = 1, kModified = 2, kDeleted = 3 };

/// Names one object of one zone. Ordered by zone, group, kind, namespace, name, bytewise.
struct ObjectKey {
  std::string zone;
  std::string group;  ///< Empty for the core group.
  std::string kind;   ///< As in manifests: "HTTPRoute".
  std::string ns;     ///< Empty for cluster-scoped objects.
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;
  bool operator==(const ObjectKey&) const = default;
};

/// One entry of the log. The fields after `body` are set for Observed, Vanished and Quarantined
/// (as far as they could be read) and empty otherwise.
struct Record {
  Seq seq = 0;               ///< Set by the store.
  Kind kind = Kind::kTick;   ///< What it is.
  std::int64_t time_ns = 0;  ///< Wall clock as read by the writer, nanoseconds since the epoch.
  std::uint32_t boot = 0;    ///< Number of the daemon start that wrote it; set by the store.
  std::string zone;          ///< Empty for records of the whole log (Boot, Config, Decision).
  Encoding encoding = Encoding::kJson;
  std::string body;

  Event event = Event::kNone;
  ObjectKey object;         ///< `object.zone` equals `zone`.
  std::string api_version;  ///< As received or as listed: "gateway.networking.k8s.io/v1".
  std::string uid;
  std::string resource_version;  ///< Opaque; compare only with compare_resource_versions.

  bool operator==(const Record&) const = default;
};

/// "Observed", "SyncBegin", ... for people and JSON.
std::string_view name(Kind kind);
/// "ADDED", "MODIFIED", "DELETED" or "".
std::string_view name(Event event);
/// Inverse of name(Kind); false if `text` names no kind.
bool parse_kind(std::string_view text, Kind& out);
/// Inverse of name(Event); false for anything else (BOOKMARK and ERROR are no object events).
bool parse_event(std::string_view text, Event& out);

/// "Kind/namespace/name", or "Kind/name" when cluster-scoped: how objects are named in answers.
std::string display(const ObjectKey& key);

/// Group of an apiVersion: "gateway.networking.k8s.io/v1" -> "gateway.networking.k8s.io", "v1" ->
/// "".
std::string_view group_of(std::string_view api_version);

/// Kubernetes' own order of resource versions: digits only, shorter is smaller, then lexical.
/// Only meaningful within one resource type of one server. Malformed text sorts before every
/// number.
std::strong_ordering compare_resource_versions(std::string_view a, std::string_view b);

}  // namespace pawprint::record
