// A stream of edits as people make them: HTTPRoutes of some 4 KB as a cluster keeps them, with
// managed fields and status, of which each edit changes a few words; and what Pawprint writes about
// such an edit.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/record/record.h"
#include "engine/reducer.h"

namespace pawprint::bench {

/// Seeded; equal arguments give equal records.
class EditStream {
 public:
  explicit EditStream(int routes);
  /// Config, Gateways, Services, then every route as ADDED.
  [[nodiscard]] std::vector<record::Record> initial();
  /// The next edit: weights of a rule, of all rules, a header's value or a path, with all that an
  /// API server changes along with it.
  [[nodiscard]] record::Record next();
  /// What an API server sends after `operation`: the written object, or the route with its status.
  [[nodiscard]] record::Record written(const plan::Operation& operation);
  /// Nanoseconds since the epoch; goes on by an arbitrary step.
  [[nodiscard]] std::int64_t now();
  [[nodiscard]] std::string next_version();

 private:
  std::uint64_t random();
  record::Record observed(const nlohmann::json& object, record::Event event);
  void edit(nlohmann::json& route);
  std::string timestamp();

  int routes_count_;
  std::vector<nlohmann::json> routes_;
  std::map<record::ObjectKey, nlohmann::json>
      others_;  // All but the routes, as the server has them.
  std::uint64_t state_ = 88172645463325252ULL;
  std::int64_t time_ns_ = 1'764'000'000'123'456'789;
  std::uint64_t version_ = 4'000'000;
};

/// Everything that edits add to the log when Pawprint runs: the edit, the Decision, and for each
/// operation the Applied record and what the API server then sends. One group for each step.
class EditLog {
 public:
  explicit EditLog(int routes);
  /// The records before the first edit.
  [[nodiscard]] std::vector<std::vector<record::Record>> initial();
  [[nodiscard]] std::vector<std::vector<record::Record>> next();

 private:
  void take(std::vector<record::Record> group, std::vector<std::vector<record::Record>>& out);
  void settle(std::vector<std::vector<record::Record>>& out);

  EditStream stream_;
  Reducer reducer_;
  record::Seq seq_ = 0;
  std::string digest_;
  std::vector<record::Seq> triggers_;
  std::vector<record::ObjectKey> changed_;
};

}  // namespace pawprint::bench
