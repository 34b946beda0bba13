// `pawprint status` and `pawprint zones`: the state of a store, and of each zone.
#include "replay/overview.h"
#include "replay/verify.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/source.h"

namespace pawprint::cli {
namespace {

std::string bytes(const Json& count) {
  return std::to_string((count.get<std::uint64_t>() + 1023) / 1024) + " KiB";
}

std::string joined(const Json& names) {
  std::string out;
  for (const Json& each : names) out += (out.empty() ? "" : ", ") + shown(each);
  return out.empty() ? "none" : out;
}

std::string status_table(const Json& answer) {
  const Json& head = answer["head"];
  const Json& oldest = answer["oldest"];
  const Json& verified = answer["verified"];
  return facts({{"Head", "@" + compact(head["seq"]) + "  " + shown(head["time"])},
                {"Oldest", "@" + compact(oldest["seq"]) + "  " + shown(oldest["time"])},
                {"Chain", shown(head["hash"])},
                {"Records", compact(answer["records"])},
                {"Decisions", compact(answer["decisions"])},
                {"Output digest", shown(answer["outputDigest"])},
                {"Verified", "up to @" + compact(verified["seq"]) + ", " +
                                 compact(verified["divergences"]) + " divergences"},
                {"Profile", shown(answer["profile"])},
                {"Mode", shown(answer["mode"])},
                {"Zones", joined(answer["zones"])},
                {"Disk", bytes(answer["disk"]["log"]) + " log, " +
                             bytes(answer["disk"]["snapshots"]) + " snapshots"}});
}

Result<Answer> status(const Source& source, const Common& common) {
  auto log = source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  Reducer reducer;
  reducer.enable_plan();
  const replay::Moment head{(*log)->head().seq, (*log)->head().time_ns};
  const auto checked = replay::verify(**log, reducer, {}, head, true);
  if (!checked) return tl::unexpected<Error>(checked.error());
  const auto answer = replay::status_answer(**log, reducer, *checked);
  if (!answer) return tl::unexpected<Error>(answer.error());
  return Answer{
      print({*answer, nullptr, [&](bool) { return status_table(*answer); }, {}}, common.format),
      kOk};
}

std::string zones_table(const Json& answer, bool one) {
  Table table({"NAME", "ROLE", "SYNCED", "GATEWAYS", "LISTENERS", "ROUTES", "SERVICES", "PENDING",
               "LAST ERROR"});
  for (const Json& each : answer["zones"]) {
    table.add({shown(each["name"]), shown(each["role"]), shown(each["synced"]),
               compact(each["gateways"]), compact(each["listeners"]), compact(each["routes"]),
               compact(each["services"]), compact(each["pendingOperations"]),
               shown(each["lastError"])});
  }
  if (!one) return table.str();
  Table kinds({"KIND", "OBJECTS", "SYNCED", "RESOURCEVERSION"});
  for (const Json& each : answer["zones"][0]["kinds"]) {
    kinds.add({shown(each["kind"]), compact(each["objects"]), shown(each["synced"]),
               shown(each["resourceVersion"])});
  }
  return table.str() + (kinds.empty() ? "" : '\n' + kinds.str());
}

Result<Answer> zones(const SourceAt& source, const std::string& name, const Common& common) {
  auto opened = source.open();
  if (!opened) return tl::unexpected<Error>(opened.error());
  opened->past.reducer.enable_plan();  // Counts the operations that are due.
  const auto answer = replay::zones_answer(opened->past, name);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto names = [&] {
    std::string out;
    for (const Json& each : (*answer)["zones"]) out += shown(each["name"]) + '\n';
    return out;
  };
  return Answer{
      print({*answer, "zones", [&](bool) { return zones_table(*answer, !name.empty()); }, names},
            common.format),
      kOk};
}

struct ZonesOptions {
  SourceAt source;
  std::string name;
};

}  // namespace

void add_status(CommandLine& line) {
  auto source = std::make_shared<Source>();
  CLI::App& app = line.add("status", "Head, digest, verification, zones and size of a store",
                           "pawprint status --store ./store",
                           [source](const Common& common) { return status(*source, common); });
  source->add_flags(app);
}

void add_zones(CommandLine& line) {
  auto options = std::make_shared<ZonesOptions>();
  CLI::App& app = line.add(
      "zones", "The state of each zone", "pawprint zones zone-1 --store ./store",
      [options](const Common& common) { return zones(options->source, options->name, common); });
  app.add_option("NAME", options->name, "Only this zone, with its kinds");
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
