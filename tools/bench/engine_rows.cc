#include "engine/reducer.h"
#include "tools/bench/floors.h"
#include "tools/bench/measure.h"
#include "tools/bench/workload.h"

namespace pawprint::bench {

namespace {

constexpr int kEdits = 5000;
constexpr int kChunk = 50;

/// CPU microseconds per record, one sample per chunk: a single fold is shorter than the clock.
std::vector<double> fold_all(Reducer& reducer, const std::vector<record::Record>& records) {
  std::vector<double> out;
  for (std::size_t i = 0; i + kChunk <= records.size(); i += kChunk) {
    const double before = cpu_seconds();
    for (std::size_t k = i; k < i + kChunk; ++k) reducer.fold(records[k]);
    out.push_back((cpu_seconds() - before) * 1e6 / kChunk);
  }
  return out;
}

int victim(int edit, int routes) { return static_cast<int>(edit * 7919LL % routes); }

}  // namespace

std::vector<Row> engine_rows(int routes) {
  const std::string at = "@" + std::to_string(routes);
  std::vector<Row> out;
  Reducer reducer;
  for (const record::Record& each : base_records(routes)) reducer.fold(each);
  const double empty = resident_bytes();
  double cold = 0;
  for (int i = 0; i < routes; ++i) {
    const record::Record route = route_record(i, routes, 1);
    const double before = cpu_seconds();
    reducer.fold(route);
    cold += cpu_seconds() - before;
  }
  const double per_route = (resident_bytes() - empty) / routes;
  std::vector<record::Record> edits;
  std::vector<record::Record> touches;
  std::vector<std::string> bodies;
  for (int i = 0; i < kEdits; ++i) {
    edits.push_back(route_record(victim(i, routes), routes, 2 + i % 50));
    bodies.push_back(edits.back().body);
  }
  std::vector<double> edit_us = fold_all(reducer, edits);
  for (int i = 0; i < kEdits; ++i) {
    touches.push_back(touched_record(victim(i, routes), routes, 2 + i % 50, i));
  }
  // The last edit of a route is what its touches repeat.
  fold_all(reducer, touches);
  std::vector<double> touch_us = fold_all(reducer, touches);
  const double visit = simdjson_visit_us(bodies);
  out.push_back({"fold_route_edit_p50" + at, quantile(edit_us, 0.5), "us cpu", visit, 10});
  out.push_back({"fold_route_edit_p99" + at, quantile(edit_us, 0.99), "us cpu", visit, 50});
  out.push_back({"fold_unchanged_p50" + at, quantile(touch_us, 0.5), "us cpu", visit});
  out.push_back({"nlohmann_parse" + at, nlohmann_parse_us(bodies), "us cpu", visit});
  out.push_back({"cold_start" + at, cold, "s cpu", visit * 1e-6 * routes});
  out.push_back({"memory_per_route" + at, per_route, "bytes",
                 static_cast<double>(bodies.front().size()), 4096});
  return out;
}

}  // namespace pawprint::bench
