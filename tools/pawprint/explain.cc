// `pawprint explain` and `pawprint version`: what the program itself knows.
#include <algorithm>

#include "engine/reducer.h"
#include "engine/rules/quirks.h"
#include "engine/rules/rule.h"
#include "replay/nearest.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"

namespace pawprint::cli {
namespace {

Json rule_json(const rules::Rule& rule) {
  return {{"id", rule.id},
          {"gatewayAPI", rule.gateway_api},
          {"kuma", rule.kuma},
          {"why", rule.why},
          {"scenario", rule.scenario}};
}

std::string rule_text(const Json& rule) {
  return facts({{"Rule", shown(rule["id"])},
                {"From", shown(rule["gatewayAPI"])},
                {"To", shown(rule["kuma"])},
                {"Why", shown(rule["why"])},
                {"Shown by", shown(rule["scenario"])}});
}

std::string rules_table(const Json& answer, bool wide) {
  Table table(wide ? std::vector<std::string>{"RULE", "FROM", "TO", "WHY"}
                   : std::vector<std::string>{"RULE", "FROM", "TO"});
  for (const Json& each : answer["rules"]) {
    std::vector<std::string> row{shown(each["id"]), shown(each["gatewayAPI"]), shown(each["kuma"])};
    if (wide) row.push_back(shown(each["why"]));
    table.add(std::move(row));
  }
  return table.str();
}

Result<Answer> explain(const std::string& wanted, const Common& common) {
  // A file's name stands for all its rules: "attachment" for "attachment/hostname" and its kin.
  Json answer{{"apiVersion", "pawprint/v1"}, {"kind", "Rules"}, {"rules", Json::array()}};
  std::vector<std::string_view> known;
  for (const rules::Rule* rule : rules::all_rules()) {
    known.push_back(rule->id);
    const bool in_file = rule->id.starts_with(wanted + '/');
    if (wanted.empty() || rule->id == wanted || in_file)
      answer["rules"].push_back(rule_json(*rule));
  }
  if (answer["rules"].empty()) {
    return fail(
        ErrorCode::kInvalid,
        "unknown rule " + wanted + replay::suggestion(wanted, known) +
            (replay::nearest(wanted, known).empty() ? "; `pawprint explain` lists them" : ""));
  }
  const auto table = [&](bool wide) {
    return answer["rules"].size() == 1 ? rule_text(answer["rules"][0]) : rules_table(answer, wide);
  };
  const auto names = [&] {
    std::string out;
    for (const Json& each : answer["rules"]) out += shown(each["id"]) + '\n';
    return out;
  };
  return Answer{print({answer, "rules", table, names}, common.format), kOk};
}

Result<Answer> version(const Common& common) {
  const Json answer{{"apiVersion", "pawprint/v1"},
                    {"kind", "Version"},
                    {"version", PAWPRINT_VERSION},
                    {"reducer", kReducerVersion},
                    {"profiles", rules::kProfiles}};
  const auto table = [&](bool) {
    return "pawprint " + shown(answer["version"]) + ", reducer " + shown(answer["reducer"]) + '\n';
  };
  return Answer{print({answer, nullptr, table, {}}, common.format), kOk};
}

}  // namespace

void add_explain(CommandLine& line) {
  auto rule = std::make_shared<std::string>();
  CLI::App& app = line.add("explain", "A rule: what it reads, what it writes, and why",
                           "pawprint explain backend_reference/weight",
                           [rule](const Common& common) { return explain(*rule, common); });
  app.add_option("RULE", *rule, "A rule's id or its file; none: all rules");
}

void add_version(CommandLine& line) {
  line.add("version", "Version of the program and of its rules", "pawprint version -o json",
           [](const Common& common) { return version(common); });
}

}  // namespace pawprint::cli
