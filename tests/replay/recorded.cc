#include "tests/replay/recorded.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/reducer.h"
#include "store/secret_facts.h"

namespace pawprint::test {
namespace {

using Json = nlohmann::json;

Json read_case(const std::string& name) {
  std::ifstream file(std::filesystem::path(PAWPRINT_ORACLE_CASES) / (name + ".json"));
  EXPECT_TRUE(file.is_open()) << name;
  return Json::parse(file);
}

record::Record observed(const Json& object, record::Event event) {
  record::Record out;
  out.kind = record::Kind::kObserved;
  out.event = event;
  out.zone = "zone-1";
  out.api_version = object["apiVersion"];
  const Json& meta = object["metadata"];
  out.object = {out.zone, std::string(record::group_of(out.api_version)), object["kind"],
                meta.value("namespace", ""), meta["name"]};
  out.body = object.dump();
  if (out.object.kind == "Secret") {
    const auto facts = store::secret_facts(out.body, {});
    EXPECT_TRUE(facts.has_value());
    out.encoding = record::Encoding::kSecretFacts;
    out.body = facts.value_or("{}");
  }
  return out;
}

void add_step(std::vector<record::Record>& out, const Json& step,
              std::map<record::ObjectKey, Json>& known) {
  for (const Json& object : step.value("apply", Json::array())) {
    record::Record record = observed(object, record::Event::kAdded);
    if (known.contains(record.object)) record.event = record::Event::kModified;
    known[record.object] = object;
    out.push_back(std::move(record));
  }
  for (const Json& patch : step.value("patch", Json::array())) {
    for (auto& [key, object] : known) {
      if (key.kind != patch["kind"] || key.name != patch["name"]) continue;
      object.merge_patch(patch["mergePatch"]);
      out.push_back(observed(object, record::Event::kModified));
    }
  }
  for (const Json& gone : step.value("delete", Json::array())) {
    for (auto found = known.begin(); found != known.end(); ++found) {
      if (found->first.kind != gone["kind"] || found->first.name != gone["name"]) continue;
      out.push_back(observed(found->second, record::Event::kDeleted));
      known.erase(found);
      break;
    }
  }
}

}  // namespace

Scratch::Scratch() {
  static std::atomic<int> counter{0};
  path_ = std::filesystem::temp_directory_path() /
          ("pawprint-replay-" + std::to_string(::getpid()) + '-' + std::to_string(++counter));
  std::filesystem::create_directories(path_);
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

record::Record config_record(const std::string& profile) {
  record::Config config;
  config.mode = "import";
  config.profile = profile;
  config.zones = {{"zone-1", "zone"}};
  config.assume_synced = true;
  config.assume_mesh = true;
  record::Record out;
  out.kind = record::Kind::kConfig;
  out.body = record::encode(config);
  return out;
}

std::vector<record::Record> history_of(const std::vector<std::string>& names,
                                       const std::string& profile) {
  std::vector<record::Record> out{config_record(profile)};
  std::map<record::ObjectKey, Json> known;
  for (const std::string& name : names) {
    const Json recorded = read_case(name);
    if (recorded.contains("steps")) {
      for (const Json& step : recorded["steps"]) add_step(out, step, known);
    } else {
      add_step(out, {{"apply", recorded["input"]}}, known);
    }
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].time_ns = kStart + static_cast<std::int64_t>(i) * kSecond;
  }
  number(out);
  return out;
}

void number(std::vector<record::Record>& records) {
  record::Seq seq = 0;
  for (record::Record& each : records) each.seq = ++seq;
}

std::vector<record::Record> decided(const std::vector<record::Record>& records) {
  std::vector<record::Record> out;
  Reducer reducer;
  for (record::Record record : records) {
    record::Decision decision;
    decision.digest_before = reducer.output_digest();
    record.seq = out.size() + 1;
    const Folded folded = reducer.fold(record);
    out.push_back(record);
    if (!folded.outputs_changed) continue;
    decision.upto = record.seq;
    decision.triggers = {record.seq};
    decision.digest_after = reducer.output_digest();
    decision.changed = folded.changed;
    decision.reducer = kReducerVersion;
    record::Record verdict;
    verdict.kind = record::Kind::kDecision;
    verdict.seq = record.seq + 1;
    verdict.time_ns = record.time_ns;
    verdict.body = record::encode(decision);
    reducer.fold(verdict);
    out.push_back(verdict);
  }
  return out;
}

void write_store(const std::filesystem::path& directory, std::vector<record::Record> records) {
  auto writer = store::Writer::open(directory);
  ASSERT_TRUE(writer.has_value()) << writer.error().message;
  const auto head = (*writer)->append(records);
  ASSERT_TRUE(head.has_value()) << head.error().message;
  ASSERT_TRUE((*writer)->close().has_value());
}

}  // namespace pawprint::test
