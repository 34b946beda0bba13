// The state of one sandbox and what handlers need beside it: time, identifiers, addresses.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

#include "tools/sandbox/api_error.h"
#include "tools/sandbox/request.h"
#include "tools/sandbox/store.h"

namespace pawprint::sandbox {

/// Not thread-safe; the API server guards it.
struct Cluster {
  Cluster(std::string zone_name, std::size_t window,
          std::function<std::int64_t()> unix_nanoseconds);

  std::string zone;
  bool assign_addresses = true;
  Catalogue catalogue;
  Store store;

  /// The present in RFC 3339, whole seconds, and as Unix time.
  std::string now() const;
  std::int64_t seconds() const { return clock_() / 1'000'000'000; }
  /// A version 4 UUID; the sequence depends on the zone's name alone, so that runs repeat.
  std::string new_uid();
  /// The next free address of the range of cluster IPs, 10.96.0.0/16.
  std::string new_cluster_ip();
  std::int64_t new_node_port() { return next_node_port_++; }
  /// An address for a gateway's load balancer: 10.89.<zone>.<counter>.
  std::string new_gateway_ip();

 private:
  std::function<std::int64_t()> clock_;
  std::mt19937_64 random_;
  unsigned next_cluster_ip_ = 1;
  unsigned next_gateway_ip_ = 1;
  std::int64_t next_node_port_ = 30000;
};

/// How a client wants to see objects, by its Accept header: whole, their metadata alone, or
/// printed.
enum class View : std::uint8_t { kObject, kMetadata, kTable };

/// One request to a resource, with what its path resolved to.
struct Call {
  const Request* request = nullptr;  ///< null in a watch, which outlives its request
  Target target;
  Place place;
  KindPtr kind;
  const KindVersion* version = nullptr;
  View view = View::kObject;

  std::string key() const { return object_key(place.space, place.name); }
  std::string api_version() const { return kind->api_version(*version); }
};

/// The object as this call shows it: in its own apiVersion, or metadata alone (for View::kTable the
/// whole object; tables are made by table_of).
Json shown_object(const Call& call, const Json& object);

Response json_response(int status, const Json& body);

}  // namespace pawprint::sandbox
