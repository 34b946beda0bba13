// Random histories over a small universe of names, so that references often meet.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "engine/record/record.h"

namespace pawprint::tests {

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  /// The next event: an object added, changed or deleted.
  record::Record next();
  /// The objects that exist now, by key.
  [[nodiscard]] const std::map<record::ObjectKey, record::Record>& objects() const {
    return objects_;
  }

 private:
  std::mt19937_64 random_;
  std::map<record::ObjectKey, record::Record> objects_;
};

}  // namespace pawprint::tests
