// Looks for needles in files, and in the decoded records of the stores among them.
//
//   canary_scan NEEDLES PATH...
//
// NEEDLES: one needle a line, "LABEL TAB HEX". A path that is a directory is walked; one that holds
// a store is also read through store::Reader, record by record, because blocks of RocksDB are
// compressed. Any 12 bytes of a needle in a row are a hit, so that a part of a value is found too.
// Prints "HIT LABEL WHERE" for each needle and place once, then what was read. Exit 1 with hits, 2
// when something cannot be read.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/log.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWindow = 12;

std::uint64_t eight_bytes(const char* at) {
  std::uint64_t out = 0;
  std::memcpy(&out, at, sizeof out);
  return out;
}

std::string from_hex(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

class Scan {
 public:
  bool load(const char* path) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      const auto tab = line.find('\t');
      if (tab == std::string::npos) return false;
      add(line.substr(0, tab), from_hex(line.substr(tab + 1)));
    }
    return !windows_.empty();
  }

  void look(std::string_view bytes, const std::string& where) {
    bytes_ += bytes.size();
    for (std::size_t i = 0; i + kWindow <= bytes.size(); ++i) {
      const std::uint64_t head = eight_bytes(bytes.data() + i);
      if (!filter_[slot(head)]) continue;
      const auto [from, to] = windows_.equal_range(head);
      for (auto it = from; it != to; ++it) {
        if (std::string_view(it->second.tail) == bytes.substr(i + 8, kWindow - 8)) {
          hits_.insert({labels_[it->second.label], where});
        }
      }
    }
  }

  bool file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return false;
    std::stringstream bytes;
    bytes << in.rdbuf();
    look(bytes.str(), path.string());
    ++files_;
    return true;
  }

  bool records(const fs::path& directory) {
    auto reader = pawprint::store::Reader::open(directory);
    if (!reader) {
      std::fprintf(stderr, "%s: %s\n", directory.c_str(), reader.error().message.c_str());
      return false;
    }
    const auto head = (*reader)->head().seq;
    const auto done = (*reader)->scan((*reader)->oldest(), head, [&](const auto& record) {
      ++records_;
      const std::string where = directory.string() + " @" + std::to_string(record.seq);
      for (const std::string* part : {&record.zone, &record.api_version, &record.object.group,
                                      &record.object.kind, &record.object.ns, &record.object.name,
                                      &record.uid, &record.resource_version, &record.body}) {
        look(*part, where);
      }
      return true;
    });
    return done.has_value();
  }

  bool path(const fs::path& path) {
    if (!fs::is_directory(path)) return file(path);
    bool read = true;
    if (pawprint::store::holds_store(path)) read = records(path);
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.is_directory() || entry.is_regular_file()) read = this->path(entry.path()) && read;
    }
    return read;
  }

  int report() const {
    for (const auto& [label, where] : hits_) {
      std::printf("HIT %s %s\n", label.c_str(), where.c_str());
    }
    std::printf("read %llu files, %llu records, %llu bytes\n",
                static_cast<unsigned long long>(files_), static_cast<unsigned long long>(records_),
                static_cast<unsigned long long>(bytes_));
    return hits_.empty() ? 0 : 1;
  }

 private:
  struct Window {
    std::string tail;
    std::size_t label;
  };

  static std::size_t slot(std::uint64_t head) {
    return static_cast<std::size_t>((head * 0x9E3779B97F4A7C15ULL) >> 40U);
  }

  void add(const std::string& label, const std::string& needle) {
    labels_.push_back(label);
    for (std::size_t i = 0; i + kWindow <= needle.size(); ++i) {
      const std::uint64_t head = eight_bytes(needle.data() + i);
      filter_[slot(head)] = true;
      windows_.emplace(head, Window{needle.substr(i + 8, kWindow - 8), labels_.size() - 1});
    }
  }

  std::vector<std::string> labels_;
  std::unordered_multimap<std::uint64_t, Window> windows_;
  std::vector<bool> filter_ = std::vector<bool>(std::size_t{1} << 24U);
  std::set<std::pair<std::string, std::string>> hits_;
  std::uint64_t files_ = 0, records_ = 0, bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Scan scan;
  if (argc < 3 || !scan.load(argv[1])) {
    std::fprintf(stderr, "usage: canary_scan NEEDLES PATH...\n");
    return 2;
  }
  bool read = true;
  for (int i = 2; i < argc; ++i) read = scan.path(argv[i]) && read;
  const int code = scan.report();
  return read ? code : 2;
}
