// `pawprint translate`: manifests in, Kuma resources and statuses out; no store, no cluster.
#include "engine/reducer.h"
#include "replay/answer.h"
#include "tools/manifests/manifests.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/conditions.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/inputs.h"
#include "tools/pawprint/settings.h"

namespace pawprint::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string now = "1970-01-01T00:00:00Z";
  bool strict = false;
  Settings settings;
};

Result<Inputs> read(const Options& options) {
  const auto documents = manifests::read_manifests(options.files);
  if (!documents) return tl::unexpected<Error>(documents.error());
  return read_inputs(*documents, options.now, options.settings.zone);
}

/// What was found of the inputs and of what became of them.
Json diagnostics_of(const Reducer& reducer, Inputs& inputs) {
  for (Diagnostic& each : reducer.diagnostics()) inputs.remarks.insert(std::move(each));
  for (const auto& [key, record] : inputs.others) {
    inputs.faults.erase(key);
    inputs.remarks.insert({key, "info", "input/ignored",
                           "Pawprint has no use for " + record.api_version + ' ' + key.kind});
  }
  for (const auto& [key, found] : inputs.faults) {
    inputs.remarks.insert(found.begin(), found.end());
  }
  Json out = Json::array();
  for (const Diagnostic& each : inputs.remarks) {
    out.push_back({{"object", record::display(each.object)},
                   {"severity", each.severity},
                   {"rule", each.rule},
                   {"message", each.message}});
  }
  return out;
}

Json bodies_of(const std::vector<Output>& outputs) {
  Json out = Json::array();
  for (const Output& each : outputs) out.push_back(parsed(each.body));
  return out;
}

std::string as_table(const Json& answer) {
  std::string out;
  Table resources({"KIND", "NAMESPACE", "NAME", "MESH"});
  for (const Json& each : answer["resources"]) {
    resources.add({each["kind"], each["metadata"].value("namespace", "-"), each["metadata"]["name"],
                   each.value("mesh", "-")});
  }
  if (!resources.empty()) out += resources.str();
  Table statuses({"STATUS OF", "SECTION", "CONDITION", "STATUS", "REASON", "MESSAGE"});
  for (const Json& each : answer["statuses"]) add_conditions(statuses, each);
  if (!statuses.empty()) out += (out.empty() ? "" : "\n") + statuses.str();
  Table diagnostics({"SEVERITY", "OBJECT", "RULE", "MESSAGE"});
  for (const Json& each : answer["diagnostics"]) {
    diagnostics.add({each["severity"], each["object"], each["rule"],
                     one_line(each["message"].get<std::string>())});
  }
  if (!diagnostics.empty()) out += (out.empty() ? "" : "\n") + diagnostics.str();
  return out;
}

std::string as_names(const Json& answer) {
  std::string out;
  for (const Json& each : answer["resources"]) {
    out += resource_name(each["kind"].get<std::string>(),
                         record::group_of(each["apiVersion"].get<std::string>()),
                         each["metadata"]["name"].get<std::string>()) +
           '\n';
  }
  return out;
}

std::string as_lines(const Json& answer) {
  std::string out;
  for (const char* list : {"resources", "statuses", "diagnostics"}) {
    for (const Json& each : answer[list]) out += compact(each) + '\n';
  }
  return out;
}

std::string print(const Json& answer, Format format) {
  switch (format) {
    case Format::kTable:
    case Format::kWide:
      return as_table(answer);
    case Format::kName:
      return as_names(answer);
    case Format::kYaml:
      return yaml(answer);
    case Format::kJson:
      return indented(answer);
    case Format::kJsonl:
      return as_lines(answer);
  }
  return {};
}

Result<Answer> translate(const Options& options, const Common& common) {
  if (options.files.empty()) {
    return fail(ErrorCode::kInvalid, "`pawprint translate` needs manifests: -f FILE, DIR or -");
  }
  const auto time_ns = parse_time("--now", options.now);
  if (!time_ns) return tl::unexpected<Error>(time_ns.error());
  const auto config = options.settings.config("translate");
  if (!config) return tl::unexpected<Error>(config.error());
  auto inputs = read(options);
  if (!inputs) return tl::unexpected<Error>(std::move(inputs.error()));

  if (inputs->records.empty() && inputs->others.empty()) note(common, "No objects to translate");

  Reducer reducer;
  fold(reducer, *config, *inputs, *time_ns);
  Json answer = replay::answer("Translation", 0, *time_ns);
  answer["resources"] = bodies_of(reducer.resources());
  answer["statuses"] = bodies_of(reducer.statuses());
  answer["diagnostics"] = diagnostics_of(reducer, *inputs);
  bool errors = false;
  for (const Json& each : answer["diagnostics"]) errors = errors || each["severity"] == "error";
  return Answer{print(answer, common.format), options.strict && errors ? kFinding : kOk};
}

}  // namespace

void add_translate(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add("translate", "Kuma resources and statuses of manifests",
                           "pawprint translate -f gateway.yaml -f routes/ -o yaml",
                           [options](const Common& common) { return translate(*options, common); });
  app.add_option("-f,--filename", options->files, "Manifests: FILE, DIR or - for standard input");
  app.add_option("--now", options->now, "Time of the answer, and of objects without one");
  app.add_flag("--strict", options->strict, "Exit 1 when a diagnostic is an error");
  options->settings.add_flags(app);
}

}  // namespace pawprint::cli
