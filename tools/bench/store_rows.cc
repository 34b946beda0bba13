#include <algorithm>

#include "engine/reducer.h"
#include "store/log.h"
#include "tools/bench/floors.h"
#include "tools/bench/measure.h"
#include "tools/bench/workload.h"

namespace pawprint::bench {

namespace {

constexpr int kRoutes = 1000;
constexpr std::size_t kGroup = 256;
constexpr int kLone = 300;

double lone_append_us(store::Writer& writer) {
  std::vector<double> samples;
  for (int i = 0; i < kLone; ++i) {
    std::vector<record::Record> one{route_record(i % kRoutes, kRoutes, 2)};
    const double before = wall_seconds();
    if (!writer.append(one)) return 0;
    samples.push_back((wall_seconds() - before) * 1e6);
  }
  return quantile(samples, 0.5);
}

/// Events per second in groups, and CPU microseconds per event.
std::pair<double, double> group_appends(store::Writer& writer, std::vector<record::Record> events) {
  const double wall = wall_seconds();
  const double cpu = cpu_seconds();
  for (std::size_t i = 0; i < events.size(); i += kGroup) {
    const std::size_t size = std::min(kGroup, events.size() - i);
    if (!writer.append(std::span(events).subspan(i, size))) return {};
  }
  const auto count = static_cast<double>(events.size());
  return {count / (wall_seconds() - wall), (cpu_seconds() - cpu) * 1e6 / count};
}

double replay_per_second(store::Reader& reader) {
  Reducer reducer;
  std::uint64_t records = 0;
  const double before = wall_seconds();
  const auto scanned =
      reader.scan(reader.oldest(), reader.head().seq, [&](const record::Record& each) {
        reducer.fold(each);
        ++records;
        return true;
      });
  if (!scanned) return 0;
  return static_cast<double>(records) / (wall_seconds() - before);
}

}  // namespace

std::vector<Row> store_rows(const std::filesystem::path& folder, int events) {
  std::vector<Row> out;
  auto writer = store::Writer::open(folder / "store");
  if (!writer) return out;
  std::vector<record::Record> base = base_records(kRoutes);
  if (!(*writer)->append(base)) return out;
  std::vector<record::Record> stream;
  std::vector<std::string> bodies;
  for (int i = 0; i < events; ++i) {
    stream.push_back(route_record(i % kRoutes, kRoutes, 3 + i / kRoutes));
    bodies.push_back(stream.back().body);
  }
  const double floor = append_fdatasync_us(folder, kLone);
  out.push_back({"append_lone_p50", lone_append_us(**writer), "us", floor, 2.0, true});
  const double before = static_cast<double>((*writer)->reader().disk().log_bytes);
  const auto [rate, cpu] = group_appends(**writer, stream);
  out.push_back({"append_groups_of_256", rate, "events/s", raw_groups_per_second(folder, bodies), 0,
                 true, true});
  out.push_back({"append_cpu_per_event", cpu, "us cpu", 0, 15});
  const double stored = static_cast<double>((*writer)->reader().disk().log_bytes) - before;
  out.push_back({"stored_bytes_per_event", stored / events, "bytes",
                 static_cast<double>(bodies.front().size())});
  out.push_back({"replay_full_reduce", replay_per_second((*writer)->reader()), "records/s", 0,
                 100'000, false, true});
  return out;
}

}  // namespace pawprint::bench
