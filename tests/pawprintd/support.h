// What the daemon's tests have in common.
#pragma once

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "engine/record/bodies.h"
#include "engine/record/record.h"
#include "engine/result.h"
#include "watch/notice.h"

namespace pawprint::pawprintd::tests {

/// A folder that is gone when the test ends.
class Scratch {
 public:
  Scratch() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "pawprint-daemon-XXXXXX").string();
    PAWPRINT_CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

inline bool wait_for(const std::function<bool()>& probe,
                     std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!probe()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// A Service of zone-1, namespace shop, as the edge observes it.
inline record::Record service(const std::string& name, const std::string& uid,
                              const std::string& version,
                              record::Event event = record::Event::kAdded) {
  record::Record record;
  record.kind = record::Kind::kObserved;
  record.time_ns = 1'000'000'000;
  record.zone = "zone-1";
  record.event = event;
  record.object = {"zone-1", "", "Service", "shop", name};
  record.api_version = "v1";
  record.uid = uid;
  record.resource_version = version;
  record.body = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + name +
                R"(","namespace":"shop","uid":")" + uid + R"(","resourceVersion":")" + version +
                R"("},"spec":{"ports":[{"port":80}]}})";
  return record;
}

inline watch::Notice notice(watch::NoticeKind kind, const std::string& name = "Service",
                            const std::string& group = "") {
  watch::Notice out;
  out.notice = kind;
  out.zone = "zone-1";
  out.group = group;
  out.kind = name;
  out.record.time_ns = 2'000'000'000;
  return out;
}

inline watch::Notice notice(watch::NoticeKind kind, record::Record record) {
  watch::Notice out = notice(kind, record.object.kind, record.object.group);
  out.record = std::move(record);
  return out;
}

inline record::Config config_of_zone(const std::string& zone = "zone-1") {
  record::Config config;
  config.zones = {{zone, "zone"}};
  return config;
}

}  // namespace pawprint::pawprintd::tests
