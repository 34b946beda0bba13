// Records that are a function of their seq, so that any process can say what the log must hold.
#pragma once

#include <string>
#include <vector>

#include "engine/record/record.h"
#include "store/log.h"

namespace pawprint::store {

/// Without seq and boot. Times jump back now and then; bodies are 0 to a few thousand bytes.
inline record::Record sample(record::Seq seq) {
  record::Record record;
  record.time_ns = static_cast<std::int64_t>(1000 * seq - (seq % 7 == 0 ? 5000 : 0));
  record.zone = seq % 3 == 0 ? "zone-2" : "zone-1";
  if (seq % 5 == 0) {
    record.kind = record::Kind::kDecision;
    record.zone.clear();
    record.body = "{\"upto\":" + std::to_string(seq - 1) + "}";
    return record;
  }
  record.kind = seq % 11 == 0 ? record::Kind::kVanished : record::Kind::kObserved;
  record.event = record::Event::kModified;
  record.api_version = "gateway.networking.k8s.io/v1";
  record.object = {record.zone, "gateway.networking.k8s.io", "HTTPRoute", "shop",
                   "route-" + std::to_string(seq % 4)};
  record.uid = "uid-" + std::to_string(seq % 4);
  record.resource_version = std::to_string(10 * seq);
  record.body = std::string((seq * 7919) % 3000, static_cast<char>('a' + seq % 26));
  return record;
}

/// `count` records that follow `head`, and the cursor that belongs to the last one.
inline std::vector<record::Record> sample_group(record::Seq head, std::size_t count) {
  std::vector<record::Record> group;
  for (std::size_t i = 1; i <= count; ++i) group.push_back(sample(head + i));
  return group;
}

inline Cursor sample_cursor(record::Seq seq) {
  return {"zone-1", "gateway.networking.k8s.io", "HTTPRoute", std::to_string(seq)};
}

}  // namespace pawprint::store
