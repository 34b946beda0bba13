// Vocabulary of the engine's tests: records made of a few words.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engine/record/bodies.h"
#include "engine/record/record.h"
#include "engine/reducer.h"

namespace pawprint::tests {

/// A Config record as import writes it: every kind counts as synced.
record::Record config_record(const std::string& profile, bool assume_synced = true);

/// An Observed record of a manifest; zone "zone-1" unless given.
record::Record observed(const nlohmann::json& object, record::Event event = record::Event::kAdded,
                        const std::string& zone = "zone-1");

/// Hands out seqs and times, one second apart, and folds.
class Folding {
 public:
  explicit Folding(const std::string& profile, bool assume_synced = true);
  Folded fold(record::Record record);
  Folded add(const nlohmann::json& object) { return fold(observed(object)); }
  Folded remove(const nlohmann::json& object) {
    return fold(observed(object, record::Event::kDeleted));
  }
  Reducer& reducer() { return reducer_; }
  /// The desired object or status, parsed; null when there is none.
  nlohmann::json output(const std::string& kind, const std::string& ns, const std::string& name);

 private:
  Reducer reducer_;
  record::Seq next_ = 1;
};

nlohmann::json gateway_class(const std::string& name = "kuma");
nlohmann::json gateway(const std::string& name, nlohmann::json listeners);
nlohmann::json service(const std::string& ns, const std::string& name, int port = 80);
nlohmann::json route(const std::string& name, nlohmann::json parents, nlohmann::json rules);

}  // namespace pawprint::tests
