// What becomes of a request, and why. JSON form: docs/traffic.md, "The answer".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/traffic/request.h"
#include "engine/traffic/world.h"

namespace pawprint::traffic {

enum class Outcome : std::uint8_t { kForward, kRedirect, kRespond, kNone };

struct Backend {
  std::string service;  ///< "ns/name"; the reference's own words when there is no such Service.
  std::int32_t port = 0;
  std::uint64_t weight = 1;
  std::int32_t status = 0;  ///< What this share is answered with instead; 0: it is reached.
  std::string protocol;     ///< Towards the backend: "HTTP/1.1", "HTTP/2", or "TCP".
};

struct HeaderChanges {
  std::vector<Header> set, add;
  std::vector<std::string> remove;
};

struct Redirect {
  std::string scheme, path;
  std::string query;                ///< With its question mark, where the Location keeps it.
  std::optional<std::string> host;  ///< Unset: that of the request.
  std::int32_t port = 0, status = 302;
};

struct Mirror {
  std::string service;
  std::int32_t port = 0;
  std::string percent = "100";  ///< A decimal number.
  std::int32_t status = 0;      ///< Copies go nowhere.
};

/// A match that did not take the request.
struct Considered {
  Origin origin;
  std::string failed_on;  ///< One of the words of docs/traffic.md, "The answer".
  std::string detail;
};

struct Answer {
  Outcome outcome = Outcome::kNone;
  std::int32_t status = 0;
  std::string reason;  ///< One sentence where no rule answers: what did instead.
  std::string tls;     ///< terminate, passthrough, reject; empty without TLS.
  std::string parent, listener;
  std::optional<Origin> origin;  ///< The match that took the request.
  std::string kuma;              ///< The Kuma route behind it.
  std::vector<Backend> backends;
  std::optional<std::string> host, path;  ///< As the backend sees them; host only when changed.
  bool host_of_backend = false;           ///< The host becomes that of the backend chosen.
  HeaderChanges request, response;
  std::optional<Redirect> redirect;
  std::vector<Mirror> mirrors;
  Json timeouts = Json::object(), retries = Json::object();
  std::vector<Considered> considered;
  std::vector<Remark> remarks;
  /// The proxy keeps its old configuration, for these reasons; the answer is what it gives without
  /// the objects named here.
  std::vector<Remark> frozen;
  bool grpc = false;          ///< grpcStatus is told beside status.
  bool grpc_backend = false;  ///< The route's destinations speak gRPC: their retries count.
};

/// The members of the Route answer, without the envelope.
Json to_json(const Answer& answer);

}  // namespace pawprint::traffic
