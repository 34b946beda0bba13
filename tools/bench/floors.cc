#include "tools/bench/floors.h"

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

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

/// A file that is gone when the measurement is over.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& folder) : path_(folder / "floor") {
    file_ = open(path_.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  }
  ~ScratchFile() {
    close(file_);
    std::filesystem::remove(path_);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  bool append(const std::string& bytes) {
    return write(file_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  }
  bool sync() { return fdatasync(file_) == 0; }

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace

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

double append_fdatasync_us(const std::filesystem::path& folder, int times) {
  ScratchFile file(folder);
  const std::string block(4096, 'x');
  std::vector<double> samples;
  for (int i = 0; i < times; ++i) {
    const double before = wall_seconds();
    if (!file.append(block) || !file.sync()) return 0;
    samples.push_back((wall_seconds() - before) * 1e6);
  }
  return quantile(samples, 0.5);
}

double raw_groups_per_second(const std::filesystem::path& folder,
                             const std::vector<std::string>& documents) {
  ScratchFile file(folder);
  const double before = wall_seconds();
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (!file.append(documents[i])) return 0;
    if (i % 256 == 255 && !file.sync()) return 0;
  }
  if (!file.sync()) return 0;
  return static_cast<double>(documents.size()) / (wall_seconds() - before);
}

}  // namespace pawprint::bench
