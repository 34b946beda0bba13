#include "tools/bench/floors.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <simdjson.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "tools/bench/rows.h"

namespace pawprint::bench {

namespace {

namespace ondemand = simdjson::ondemand;

template <class Value>
std::size_t visit(Value value) {
  switch (value.type()) {
    case ondemand::json_type::object: {
      std::size_t seen = 0;
      for (auto field : value.get_object()) seen += visit(field.value().value());
      return seen;
    }
    case ondemand::json_type::array: {
      std::size_t seen = 0;
      for (auto item : value.get_array()) seen += visit(item.value());
      return seen;
    }
    case ondemand::json_type::string:
      return value.get_string().value().size();
    case ondemand::json_type::number:
      return static_cast<std::size_t>(value.get_int64().value() & 1);
    case ondemand::json_type::boolean:
      return value.get_bool().value() ? 1 : 0;
    case ondemand::json_type::null:
      return 0;
  }
  return 0;
}

}  // namespace

SyncedFile::SyncedFile(const std::filesystem::path& folder) : path_(folder / "floor") {
  file_ = open(path_.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
}

SyncedFile::~SyncedFile() {
  close(file_);
  std::filesystem::remove(path_);
}

bool SyncedFile::append(const std::string& bytes) {
  return write(file_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

bool SyncedFile::sync() { return fdatasync(file_) == 0; }

double SyncedFile::append_block_us() {
  static const std::string block(4096, 'x');
  const double before = wall_seconds();
  if (!append(block) || !sync()) return 0;
  return (wall_seconds() - before) * 1e6;
}

double simdjson_visit_us(const std::vector<std::string>& documents) {
  ondemand::parser parser;
  std::vector<simdjson::padded_string> padded;
  for (const std::string& each : documents) padded.emplace_back(each);
  std::size_t seen = 0;
  const double before = cpu_seconds();
  for (const auto& each : padded) {
    ondemand::document document = parser.iterate(each);
    seen += visit(document.get_value().value());
  }
  const double spent = cpu_seconds() - before;
  return seen == 0 ? 0 : spent * 1e6 / static_cast<double>(documents.size());
}

double nlohmann_parse_us(const std::vector<std::string>& documents) {
  std::size_t seen = 0;
  const double before = cpu_seconds();
  for (const std::string& each : documents) seen += nlohmann::json::parse(each).size();
  const double spent = cpu_seconds() - before;
  return seen == 0 ? 0 : spent * 1e6 / static_cast<double>(documents.size());
}

double raw_groups_per_second(const std::filesystem::path& folder,
                             const std::vector<std::string>& documents) {
  SyncedFile file(folder);
  const double before = wall_seconds();
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (!file.append(documents[i])) return 0;
    if (i % 256 == 255 && !file.sync()) return 0;
  }
  if (!file.sync()) return 0;
  return static_cast<double>(documents.size()) / (wall_seconds() - before);
}

RocksDbFloor rocksdb_floor(const std::filesystem::path& directory,
                           const std::vector<std::string>& documents) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = std::size_t{32} << 10;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kZSTD;
  options.write_buffer_size = std::size_t{16} << 20;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, directory.string(), &opened).ok()) return {};
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const double wall = wall_seconds();
  const double cpu = cpu_seconds();
  rocksdb::WriteBatch batch;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    std::string key;
    for (int shift = 56; shift >= 0; shift -= 8)
      key.push_back(static_cast<char>(i >> shift & 0xff));
    if (!batch.Put(key, documents[i]).ok()) return {};
    if (i % 256 != 255 && i + 1 != documents.size()) continue;
    if (!db->Write(synced, &batch).ok()) return {};
    batch.Clear();
  }
  const auto count = static_cast<double>(documents.size());
  RocksDbFloor out{count / (wall_seconds() - wall), (cpu_seconds() - cpu) * 1e6 / count, 0};
  if (!db->Flush(rocksdb::FlushOptions()).ok()) return {};
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".sst") continue;
    out.bytes_per_event += static_cast<double>(entry.file_size()) / count;
  }
  return out;
}

}  // namespace pawprint::bench
