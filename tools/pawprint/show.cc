// `pawprint show`: one record in full.
#include "replay/record_json.h"
#include "replay/ref.h"
#include "tools/pawprint/clock.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/source.h"

namespace pawprint::cli {
namespace {

struct Options {
  Source source;
  std::string ref = "HEAD";
};

std::string as_table(const Json& record) {
  std::vector<std::pair<std::string, std::string>> rows;
  const auto add = [&](const char* heading, const char* member) {
    const Json& value = member_in(record, member);
    if (!value.is_null()) rows.emplace_back(heading, shown(value));
  };
  rows.emplace_back("Record", "@" + compact(record["seq"]) + ' ' + shown(record["kind"]));
  add("Time", "time");
  add("Zone", "zone");
  add("Event", "event");
  add("Object", "object");
  add("API version", "apiVersion");
  add("UID", "uid");
  add("Resource version", "resourceVersion");
  add("Detail", "detail");
  return facts(rows) + '\n' + yaml(record["body"]);
}

Result<Answer> show(const Options& options, const Common& common) {
  const auto ref = replay::parse_ref(options.ref);
  if (!ref) return tl::unexpected<Error>(ref.error());
  auto log = options.source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  const auto moment = replay::resolve(*ref, **log, wall_clock_ns());
  if (!moment) return tl::unexpected<Error>(moment.error());
  if (moment->seq == 0)
    return fail(ErrorCode::kCoverage, "the log is empty before its first record");
  const auto record = (*log)->get(moment->seq);
  if (!record) return tl::unexpected<Error>(record.error());
  Json answer = replay::answer("Record", moment->seq, moment->time_ns, replay::coverage(**log));
  answer["record"] = replay::record_json(*record);
  return Answer{
      print({answer, nullptr, [&](bool) { return as_table(answer["record"]); }, {}}, common.format),
      kOk};
}

}  // namespace

void add_show(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add("show", "One record or decision in full",
                           "pawprint show @120 -o json --store ./store",
                           [options](const Common& common) { return show(*options, common); });
  app.add_option("REF", options->ref, "@SEQ, HEAD~N, @{10m}, ...; default HEAD");
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
