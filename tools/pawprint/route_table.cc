#include "tools/pawprint/route_table.h"

#include "tools/pawprint/print.h"

namespace pawprint::cli {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string outcome_line(const Json& answer) {
  const std::string outcome = answer["outcome"];
  const std::string status = answer.contains("status") ? shown(answer["status"]) : "";
  if (outcome == "forward") return "forwarded" + (status.empty() ? "" : ", answers " + status);
  if (outcome == "redirect") return "redirected with " + status;
  if (outcome == "respond") return "answered with " + status;
  return answer.value("tls", "") == "reject" ? "TLS is rejected" : "nobody answers";
}

/// Share in percent, to one decimal place.
std::string percent(std::uint64_t weight, std::uint64_t total) {
  constexpr std::uint64_t kPerMille = 1000;
  const std::uint64_t tenths = total == 0 ? 0 : (weight * kPerMille + total / 2) / total;
  const std::string rest = tenths % 10 == 0 ? "" : '.' + std::to_string(tenths % 10);
  return std::to_string(tenths / 10) + rest + '%';
}

std::string at_port(const Json& each) {
  std::string out = shown(each["service"]);
  if (each.contains("port")) out += ':' + shown(each["port"]);
  if (each.contains("status")) out += " (fails with " + shown(each["status"]) + ")";
  return out;
}

void add_backends(const Json& answer, Rows& rows) {
  std::uint64_t total = 0;
  for (const Json& each : answer["backends"]) total += each["weight"].get<std::uint64_t>();
  const char* name = "backends";
  for (const Json& each : answer["backends"]) {
    rows.emplace_back(name, percent(each["weight"].get<std::uint64_t>(), total) + " to " +
                                at_port(each) + ", " + shown(each.value("protocol", Json(""))));
    name = "";
  }
  name = "mirrors";
  for (const Json& each : answer["mirrors"]) {
    rows.emplace_back(name, shown(each["percent"]) + "% to " + at_port(each));
    name = "";
  }
}

void add_headers(const char* name, const Json& headers, Rows& rows) {
  for (const Json& each : headers.value("remove", Json::array())) {
    rows.emplace_back(name, "remove header " + shown(each));
  }
  for (const char* how : {"set", "add"}) {
    for (const Json& each : headers.value(how, Json::array())) {
      rows.emplace_back(
          name, std::string(how) + " header " + shown(each["name"]) + ": " + shown(each["value"]));
    }
  }
}

void add_changes(const Json& answer, Rows& rows) {
  const Json& request = answer["request"];
  if (request.contains("host")) rows.emplace_back("request", "host " + shown(request["host"]));
  if (request.contains("path")) rows.emplace_back("request", "path " + shown(request["path"]));
  add_headers("request", request["headers"], rows);
  add_headers("response", answer["response"]["headers"], rows);
  if (!answer.contains("redirect")) return;
  const Json& to = answer["redirect"];
  std::string location = shown(to["scheme"]) + "://" + shown(to.value("host", Json("(same host)")));
  location += ':' + shown(to["port"]) + shown(to["path"]);
  if (to.contains("query")) location += '?' + shown(to["query"]);
  rows.emplace_back("location", location);
}

void add_conf(const char* name, const Json& conf, Rows& rows) {
  std::string out;
  for (const auto& [key, value] : conf.items()) {
    if (key == "policy") continue;
    out += (out.empty() ? "" : ", ") + key + ' ' + shown(value);
  }
  rows.emplace_back(name, out + " (" + shown(conf.value("policy", Json(""))) + ")");
}

std::string rule_of(const Json& each) {
  return shown(each["route"]) + " rule " + shown(each["ruleIndex"]) + " match " +
         shown(each["matchIndex"]);
}

std::string remarks(const Json& list) {
  if (list.empty()) return {};
  Table table({"SEVERITY", "OBJECT", "RULE", "MESSAGE"});
  for (const Json& each : list) {
    table.add({shown(each["severity"]), shown(each["object"]), shown(each["rule"]),
               shown(each["message"])});
  }
  return '\n' + table.str();
}

std::string considered(const Json& list) {
  if (list.empty()) return {};
  Table table({"NOT TAKEN", "RULE", "MATCH", "FAILED ON", "BECAUSE"});
  for (const Json& each : list) {
    table.add({shown(each["route"]), shown(each["ruleIndex"]), shown(each["matchIndex"]),
               shown(each["failedOn"]), shown(each["detail"])});
  }
  return '\n' + table.str();
}

}  // namespace

std::string route_table(const Json& answer, bool wide) {
  Rows rows{{"outcome", outcome_line(answer)}};
  if (answer.contains("reason")) rows.emplace_back("because", shown(answer["reason"]));
  rows.emplace_back(
      "at", shown(answer["parent"]) +
                (answer.contains("listener") ? ", listener " + shown(answer["listener"]) : ""));
  if (answer.contains("route")) rows.emplace_back("route", rule_of(answer));
  if (wide && answer.contains("kumaRoute")) rows.emplace_back("kuma", shown(answer["kumaRoute"]));
  add_backends(answer, rows);
  add_changes(answer, rows);
  if (answer.contains("timeouts")) add_conf("timeouts", answer["timeouts"], rows);
  if (answer.contains("retries")) add_conf("retries", answer["retries"], rows);
  return facts(rows) + considered(answer["considered"]) + remarks(answer["frozen"]) +
         remarks(answer["diagnostics"]);
}

}  // namespace pawprint::cli
