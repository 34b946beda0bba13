// Every leaf of every object and status that the recorded cases give is explained down to a record.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "engine/explain/why.h"
#include "engine/model/kinds.h"
#include "engine/reducer.h"
#include "store/secret_facts.h"
#include "tests/explain/log_in_memory.h"

namespace pawprint::explain {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

record::Record observed(const json& object, record::Event event) {
  record::Record out;
  out.kind = record::Kind::kObserved;
  out.zone = "zone-1";
  out.event = event;
  out.api_version = object.at("apiVersion").get<std::string>();
  const json& names = object.contains("metadata") ? object.at("metadata") : object;
  out.object = {out.zone, std::string(record::group_of(out.api_version)),
                object.at("kind").get<std::string>(), names.value("namespace", ""),
                names.at("name").get<std::string>()};
  out.body = object.dump();
  if (out.object.kind == "Secret" && object.contains("metadata")) {
    const auto facts = store::secret_facts(out.body, {"test key"});
    EXPECT_TRUE(facts.has_value());
    out.body = facts.value_or("{}");
    out.encoding = record::Encoding::kSecretFacts;
  }
  return out;
}

record::Record config(const std::string& profile) {
  record::Config settings;
  settings.mode = "import";
  settings.profile = profile;
  settings.zones = {{"zone-1", "zone"}};
  settings.assume_synced = true;
  settings.assume_mesh = true;
  record::Record out;
  out.kind = record::Kind::kConfig;
  out.body = record::encode(settings);
  return out;
}

/// Paths of all scalars and empty containers.
void leaves_of(const json& value, const model::FieldPath& path, std::set<std::string>& found) {
  if (!value.is_structured() || value.empty()) {
    found.insert(path.str());
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) leaves_of(value[i], path.item(i), found);
  } else {
    for (const auto& [name, member] : value.items()) leaves_of(member, path.member(name), found);
  }
}

class EveryLeaf : public ::testing::TestWithParam<std::string> {
 protected:
  void fold(record::Record record) { reducer_.fold(log_.append(std::move(record))); }

  void check_all() {
    for (const auto& output : reducer_.resources()) check(output);
    for (const auto& output : reducer_.statuses()) check(output);
  }

  std::size_t checked = 0;

 private:
  void check(const Output& output) {
    SCOPED_TRACE(record::display(output.key));
    const auto trace = reducer_.trace(output.key);
    ASSERT_TRUE(trace.has_value());
    const auto answer = why(*trace, output.body, {}, log_, log_.head());
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    std::set<std::string> explained;
    for (const json& field : answer->at("fields")) {
      const auto path = field.at("field").get<std::string>();
      EXPECT_TRUE(explained.insert(path).second) << path << " is explained twice";
      check_causes(path, field);
      ++checked;
    }
    std::set<std::string> present;
    leaves_of(json::parse(output.body), {}, present);
    EXPECT_EQ(explained, present);
    for (const json& gate : answer->at("gates")) check_record(gate);
  }

  void check_causes(const std::string& path, const json& field) {
    ASSERT_FALSE(field.at("causes").empty()) << path;
    for (const json& cause : field.at("causes")) {
      EXPECT_FALSE(cause.at("rule").get<std::string>().empty()) << path;
      check_record(cause);
    }
  }

  void check_record(const json& cause) {
    const auto kind = log_.kind_at(cause.at("seq").get<record::Seq>());
    EXPECT_TRUE(kind == record::Kind::kObserved || kind == record::Kind::kConfig) << cause;
  }

  LogInMemory log_;
  Reducer reducer_;
};

TEST_P(EveryLeaf, EndsInARecord) {
  const fs::path path = fs::path(PAWPRINT_ORACLE_CASES) / (GetParam() + ".json");
  const json recording = json::parse(std::ifstream(path));
  fold(config("kuma-2.14-compat"));
  std::set<record::ObjectKey> known;
  const json steps =
      recording.value("steps", json::array({{{"apply", recording.value("input", json())}}}));
  for (const json& step : steps) {
    for (const json& object : step.value("apply", json::array())) {
      auto record = observed(object, record::Event::kAdded);
      if (!known.insert(record.object).second) record.event = record::Event::kModified;
      fold(std::move(record));
    }
    for (const json& object : step.value("delete", json::array())) {
      fold(observed(object, record::Event::kDeleted));
    }
    check_all();
  }
  for (const char* profile : {"kuma-2.14", "kuma-3"}) {
    fold(config(profile));
    check_all();
  }
  if (!recording.contains("kuma") || !recording["kuma"].empty()) {
    EXPECT_GT(checked, 0U);
  }
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(PAWPRINT_ORACLE_CASES)) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& each) {
  std::string name = each.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Recordings, EveryLeaf, ::testing::ValuesIn(cases()), test_name);

}  // namespace
}  // namespace pawprint::explain
