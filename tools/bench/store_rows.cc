#include <algorithm>
#include <numeric>

#include "engine/reducer.h"
#include "store/log.h"
#include "tools/bench/edits.h"
#include "tools/bench/floors.h"
#include "tools/bench/measure.h"

namespace pawprint::bench {

namespace {

/// So few that each has a hundred versions in the short run: cycles of versions come round.
constexpr int kRoutes = 200;
constexpr std::size_t kGroup = 256;
constexpr int kLone = 1000;
constexpr int kUserEdits = 2000;
constexpr int kOpens = 5;

/// Medians of a lone append and of 4 KiB and a sync, taken in turn: the disk has its moods.
std::pair<double, double> lone_append_us(store::Writer& writer, EditStream& edits,
                                         const std::filesystem::path& folder) {
  std::vector<double> appends;
  std::vector<double> floors;
  SyncedFile file(folder);
  for (int i = 0; i < kLone; ++i) {
    std::vector<record::Record> one{edits.next()};
    const double before = wall_seconds();
    if (!writer.append(one)) return {};
    appends.push_back((wall_seconds() - before) * 1e6);
    floors.push_back(file.append_block_us());
  }
  return {quantile(appends, 0.5), quantile(floors, 0.5)};
}

struct Appended {
  double per_second = 0, cpu_us = 0;
};
Appended group_appends(store::Writer& writer, std::vector<record::Record> events) {
  const double wall = wall_seconds();
  const double cpu = cpu_seconds();
  for (std::size_t i = 0; i < events.size(); i += kGroup) {
    const std::size_t size = std::min(kGroup, events.size() - i);
    if (!writer.append(std::span(events).subspan(i, size))) return {};
  }
  const auto count = static_cast<double>(events.size());
  return {count / (wall_seconds() - wall), (cpu_seconds() - cpu) * 1e6 / count};
}

/// Bytes of the table files of a store that was closed: all families, so indexes too.
double table_bytes(const std::filesystem::path& directory) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".sst") bytes += static_cast<double>(entry.file_size());
  }
  return bytes;
}

/// What `groups` add to a store that has `before`, per `count`; -1 when something fails.
double bytes_added(const std::filesystem::path& directory,
                   std::vector<std::vector<record::Record>> before,
                   std::vector<std::vector<record::Record>> groups, double count) {
  double bytes = 0;
  for (auto* part : {&before, &groups}) {
    auto writer = store::Writer::open(directory);
    if (!writer) return -1;
    for (auto& group : *part) {
      if (!(*writer)->append(group)) return -1;
    }
    if (!(*writer)->close()) return -1;
    bytes = table_bytes(directory) - bytes;
  }
  return bytes / count;
}

double user_edit_bytes(const std::filesystem::path& directory, double& records) {
  EditLog log(kRoutes);
  auto before = log.initial();
  std::vector<std::vector<record::Record>> groups;
  for (int i = 0; i < kUserEdits; ++i) {
    for (auto& group : log.next()) groups.push_back(std::move(group));
  }
  records = static_cast<double>(groups.size()) / kUserEdits;
  return bytes_added(directory, std::move(before), std::move(groups), kUserEdits);
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

double open_seconds(const std::filesystem::path& directory) {
  std::vector<double> samples;
  for (int i = 0; i < kOpens; ++i) {
    const double before = wall_seconds();
    if (!store::Reader::open(directory)) return 1e9;
    samples.push_back(wall_seconds() - before);
  }
  return quantile(samples, 0.5);
}

double random_get_us(store::Reader& reader) {
  constexpr int kGets = 2000;
  std::uint64_t seed = 1;
  const double before = wall_seconds();
  for (int i = 0; i < kGets; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    if (!reader.get(1 + (seed >> 33) % reader.head().seq)) return 1e9;
  }
  return (wall_seconds() - before) * 1e6 / kGets;
}

}  // namespace

std::vector<Row> store_rows(const std::filesystem::path& folder, int events) {
  std::vector<Row> out;
  EditStream edits(kRoutes);
  std::vector<record::Record> stream;
  std::vector<std::string> bodies;
  std::vector<std::vector<record::Record>> initial{edits.initial()};
  for (int i = 0; i < events; ++i) {
    stream.push_back(edits.next());
    bodies.push_back(stream.back().body);
  }
  auto writer = store::Writer::open(folder / "store");
  if (!writer || !(*writer)->append(initial[0])) return out;
  const Appended appended = group_appends(**writer, stream);
  const RocksDbFloor rocks = rocksdb_floor(folder / "rocksdb", bodies);
  const double raw = raw_groups_per_second(folder, bodies);
  const auto [lone, lone_floor] = lone_append_us(**writer, edits, folder);
  if (!(*writer)->close()) return out;
  out.push_back({"append_lone_p50", lone, "us", lone_floor, 2.0, true});
  out.push_back(
      {"append_groups_of_256", appended.per_second, "events/s", rocks.per_second, 1.2, true, true});
  out.push_back({"append_groups_to_raw_file", appended.per_second, "events/s", raw, 0, true, true});
  out.push_back({"append_cpu_per_event", appended.cpu_us, "us cpu", rocks.cpu_us, 15});

  std::vector<std::vector<record::Record>> groups;
  for (std::size_t i = 0; i < stream.size(); i += kGroup) {
    const auto first = stream.begin() + static_cast<std::ptrdiff_t>(i);
    groups.emplace_back(first,
                        first + static_cast<std::ptrdiff_t>(std::min(kGroup, stream.size() - i)));
  }
  const double body = std::accumulate(bodies.begin(), bodies.end(), 0.0,
                                      [](double sum, const std::string& text) {
                                        return sum + static_cast<double>(text.size());
                                      }) /
                      events;
  const double stored =
      bytes_added(folder / "sizes", std::move(initial), std::move(groups), events);
  out.push_back({"modified_event_received", body, "bytes"});
  out.push_back({"stored_bytes_per_event", stored, "bytes", rocks.bytes_per_event, 180});
  out.push_back(
      {"stored_bytes_to_rocksdb_zstd", stored, "bytes", rocks.bytes_per_event, 0.7, true});
  double records = 0;
  const double edit = user_edit_bytes(folder / "edits", records);
  out.push_back({"records_per_user_edit", records, "records"});
  out.push_back({"stored_bytes_per_user_edit", edit, "bytes", 0, 1200});

  auto reader = store::Reader::open(folder / "store");
  if (!reader) return out;
  out.push_back({"store_open_p50", open_seconds(folder / "store"), "s", 0, 1});
  out.push_back({"get_random_record", random_get_us(**reader), "us"});
  out.push_back(
      {"replay_full_reduce", replay_per_second(**reader), "records/s", 0, 100'000, false, true});
  return out;
}

}  // namespace pawprint::bench
