// `pawprint diff`: what changed between two moments, and which records changed it.
#include "replay/diff.h"

#include "replay/kind_names.h"
#include "replay/ref.h"
#include "tools/pawprint/clock.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/fields.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/settings.h"
#include "tools/pawprint/source.h"
#include "tools/pawprint/target.h"

namespace pawprint::cli {
namespace {

struct Options {
  Source source;
  Place place;
  std::vector<std::string> words;
  std::string profile;
  bool inputs = false, outputs = false, status = false, plan = false, stat = false;
};

unsigned sides(const Options& options) {
  using replay::Side;
  unsigned out = 0;
  if (options.inputs) out |= static_cast<unsigned>(Side::kInputs);
  if (options.outputs) out |= static_cast<unsigned>(Side::kOutputs);
  if (options.status) out |= static_cast<unsigned>(Side::kStatus);
  if (options.plan) out |= static_cast<unsigned>(Side::kPlan);
  if (out != 0) return out;
  return static_cast<unsigned>(Side::kOutputs) | static_cast<unsigned>(Side::kStatus);
}

Result<std::string> read_words(const Options& options, replay::DiffRequest& request) {
  std::string range;
  std::vector<std::string> object;
  for (const std::string& word : options.words) {
    if (range.empty() && replay::is_range(word)) range = word;
    else object.push_back(word);
  }
  if (range.empty())
    return fail(ErrorCode::kInvalid, "`pawprint diff` wants A..B, like HEAD~1..HEAD");
  if (object.empty()) return range;
  Place place = options.place;
  const auto named = parse_named(object, place, "diff");
  if (!named) return tl::unexpected<Error>(named.error());
  request.object = replay::key_of(named->kind, place.zone, place.ns, named->name);
  return range;
}

std::string causes_of(const Json& change) {
  std::string out;
  for (const Json& each : change["causes"]) out += (out.empty() ? "@" : " @") + compact(each);
  return out.empty() ? "-" : out;
}

std::string stat_table(const Json& answer) {
  Table table({"OBJECT", "OF", "OP", "FIELDS", "CAUSED BY"});
  for (const Json& each : answer["changes"]) {
    table.add({shown(each["object"]), shown(each["of"]), shown(each["op"]),
               std::to_string(each["fields"].size()), causes_of(each)});
  }
  return table.empty() ? std::string() : table.str();
}

std::string full_text(const Json& answer, bool colored) {
  std::string out;
  for (const Json& each : answer["changes"]) {
    out += shown(each["op"]) + ' ' + shown(each["of"]) + ' ' + shown(each["object"]) + "   by " +
           causes_of(each) + '\n';
    for (const Json& field : each["fields"]) out += "  " + change_line(field, colored) + '\n';
  }
  return out;
}

Result<Answer> diff(const Options& options, const Common& common) {
  replay::DiffRequest request;
  const auto text = read_words(options, request);
  if (!text) return tl::unexpected<Error>(text.error());
  const auto range = replay::parse_range(*text);
  if (!range) return tl::unexpected<Error>(range.error());
  if (!options.profile.empty()) {
    if (auto checked = check_profile(options.profile); !checked) {
      return tl::unexpected<Error>(checked.error());
    }
  }
  auto log = options.source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  const auto from = replay::resolve(range->from, **log, wall_clock_ns());
  if (!from) return tl::unexpected<Error>(from.error());
  const auto to = replay::resolve(range->to, **log, wall_clock_ns());
  if (!to) return tl::unexpected<Error>(to.error());
  request.from = *from;
  request.to = *to;
  request.sides = sides(options);
  request.profile = options.profile;
  const auto answer = replay::diff_answer(**log, request);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto table = [&](bool) {
    return options.stat ? stat_table(*answer) : full_text(*answer, common.colored);
  };
  const auto names = [&] {
    std::string out;
    for (const Json& each : (*answer)["changes"]) out += shown(each["object"]) + '\n';
    return out;
  };
  return Answer{print({*answer, "changes", table, names}, common.format),
                (*answer)["changes"].empty() ? kOk : kFinding};
}

}  // namespace

void add_diff(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add("diff", "What changed between two moments, and by which records",
                           "pawprint diff HEAD~1..HEAD --store ./store",
                           [options](const Common& common) { return diff(*options, common); });
  app.add_option("A..B", options->words, "The two moments, and an object: A..B [TYPE/NAME]");
  app.add_flag("--inputs", options->inputs, "Observed objects");
  app.add_flag("--outputs", options->outputs, "Generated objects (default, with --status)");
  app.add_flag("--status", options->status, "Statuses");
  app.add_flag("--plan", options->plan, "Operations that are due");
  app.add_flag("--stat", options->stat, "Only how much changed");
  app.add_option("--profile", options->profile, "As if this profile had been in force");
  options->place.add_flags(app);
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
