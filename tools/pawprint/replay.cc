// `pawprint replay`: folds the log again and compares every Decision.
#include <chrono>

#include "replay/overview.h"
#include "replay/verify.h"
#include "tools/pawprint/clock.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/settings.h"
#include "tools/pawprint/source.h"

namespace pawprint::cli {
namespace {

struct Options {
  Source source;
  std::string range, profile;
  bool verify = false, timing = false;
};

std::string as_table(const Json& answer, bool compared) {
  std::vector<std::pair<std::string, std::string>> rows{
      {"Records", compact(answer["records"])},
      {"Decisions",
       compact(answer["decisions"]) +
           (compared ? " compared, " + compact(answer["skipped"]) + " of another reducer skipped"
                     : "")},
      {"Output digest", shown(answer["outputDigest"]) + " at @" + compact(answer["at"]["seq"])}};
  if (compared) rows.emplace_back("Divergences", std::to_string(answer["divergences"].size()));
  if (answer.contains("elapsedMs")) {
    rows.emplace_back("Time", compact(answer["elapsedMs"]) + " ms, " +
                                  compact(answer["recordsPerSecond"]) + " records/s");
  }
  std::string out = facts(rows);
  if (answer["divergences"].empty()) return out;
  Table table({"SEQ", "CLASS", "OBJECT", "PATH", "EXPECTED", "ACTUAL"});
  for (const Json& each : answer["divergences"]) {
    table.add({compact(each["seq"]), shown(each["class"]), shown(each["object"]),
               shown(each["path"]), shown(each["expected"]), shown(each["actual"])});
  }
  return out + '\n' + table.str();
}

Result<Reducer> reducer_of(const Options& options) {
  if (options.profile.empty()) return Reducer();
  if (options.verify) {
    return fail(ErrorCode::kInvalid,
                "--profile asks \"as if\" and cannot be verified; leave out --verify");
  }
  if (auto checked = check_profile(options.profile); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  return Reducer(options.profile);
}

Result<Answer> replay_log(const Options& options, const Common& common) {
  const auto range = replay::parse_range(options.range.empty() ? ".." : options.range);
  if (!range) return tl::unexpected<Error>(range.error());
  auto reducer = reducer_of(options);
  if (!reducer) return tl::unexpected<Error>(reducer.error());
  auto log = options.source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  // A range without beginning begins with what is kept.
  const bool open_start = options.range.empty() || options.range.starts_with("..");
  const auto from = open_start ? Result<replay::Moment>(replay::Moment{})
                               : replay::resolve(range->from, **log, wall_clock_ns());
  if (!from) return tl::unexpected<Error>(from.error());
  const auto to = replay::resolve(range->to, **log, wall_clock_ns());
  if (!to) return tl::unexpected<Error>(to.error());
  if (from->seq > to->seq) {
    return fail(ErrorCode::kInvalid, "the range " + options.range + " goes backwards");
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto result = replay::verify(**log, *reducer, *from, *to, options.profile.empty());
  if (!result) return tl::unexpected<Error>(result.error());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;

  Json answer = replay::replay_answer(*result, *to, replay::coverage(**log));
  if (options.timing) {
    answer["elapsedMs"] =
        static_cast<double>(std::chrono::round<std::chrono::microseconds>(elapsed).count()) /
        1000.0;
    // What was folded, which is everything up to the end of the range.
    const double folded = static_cast<double>(to->seq == 0 ? 0 : to->seq - (*log)->oldest() + 1);
    answer["recordsPerSecond"] =
        static_cast<std::int64_t>(folded / std::max(elapsed.count(), 1e-9));
  }
  const bool compared = options.profile.empty();
  return Answer{
      print({answer, nullptr, [&](bool) { return as_table(answer, compared); }, {}}, common.format),
      result->divergences.empty() ? kOk : kDiverged};
}

}  // namespace

void add_replay(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app =
      line.add("replay", "Fold the log again and compare every decision",
               "pawprint replay --verify --store ./store",
               [options](const Common& common) { return replay_log(*options, common); });
  app.add_option("A..B", options->range, "Compare the decisions of this range; default: all");
  app.add_flag("--verify", options->verify, "Exit 6 when a decision diverges (always on)");
  app.add_flag("--timing", options->timing, "How long it took");
  app.add_option("--profile", options->profile, "The outputs as if this profile had been in force")
      ->type_name(kProfileNames);
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
