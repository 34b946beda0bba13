// `pawprint diff`: what changed between two moments, and which records changed it.
#include "replay/diff.h"

#include <optional>

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

struct Words {
  std::string range;
  std::optional<Named> named;
  Place place;
};

Result<Words> read_words(const Options& options, replay::DiffRequest& request) {
  Words out;
  out.place = options.place;
  std::vector<std::string> object;
  for (const std::string& word : options.words) {
    if (out.range.empty() && replay::is_range(word)) out.range = word;
    else object.push_back(word);
  }
  if (out.range.empty())
    return fail(ErrorCode::kInvalid, "`pawprint diff` wants A..B, like HEAD~1..HEAD");
  if (object.empty()) return out;
  auto named = parse_whole(object, out.place, "diff");
  if (!named) return tl::unexpected<Error>(named.error());
  out.named = std::move(*named);
  request.object = replay::key_of(out.named->kind, out.place.zone, out.place.ns, out.named->name);
  return out;
}

std::string causes_of(const Json& change) {
  std::string out;
  for (const Json& each : change["causes"]) out += (out.empty() ? "@" : " @") + compact(each);
  return out.empty() ? "-" : out;
}

/// "change output MeshHTTPRoute/...", "due: replace MeshHTTPRoute/...".
std::string title_of(const Json& change) {
  if (shown(change["of"]) != "plan") {
    return shown(change["op"]) + ' ' + shown(change["of"]) + ' ' + shown(change["object"]);
  }
  const std::string op = shown(change["op"]);
  const std::string verb = shown(change["verb"]);
  const bool part = verb == "status" || verb == "finalizer";
  return std::string(op == "add"      ? "now due: "
                     : op == "remove" ? "no longer due: "
                                      : "due with other content: ") +
         (part ? "write " + verb + " of" : verb) + ' ' + shown(change["object"]);
}

std::string stat_table(const Json& answer) {
  Table table({"OBJECT", "OF", "OP", "FIELDS", "CAUSED BY"});
  for (const Json& each : answer["changes"]) {
    const std::string verb = text_in(each, "verb");
    table.add({shown(each["object"]), shown(each["of"]) + (verb.empty() ? "" : ' ' + verb),
               shown(each["op"]), std::to_string(each["fields"].size()), causes_of(each)});
  }
  return table.empty() ? std::string() : table.str();
}

std::string full_text(const Json& answer, bool colored) {
  std::string out;
  for (const Json& each : answer["changes"]) {
    out += title_of(each) + "   by " + causes_of(each) + '\n';
    for (const Json& field : each["fields"]) out += "  " + change_line(field, colored) + '\n';
  }
  return out;
}

Result<Answer> diff(const Options& options, const Common& common) {
  replay::DiffRequest request;
  const auto words = read_words(options, request);
  if (!words) return tl::unexpected<Error>(words.error());
  const auto range = replay::parse_range(words->range);
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
  if ((*answer)["changes"].empty() && words->named) {
    auto recorded = check_recorded(*words->named, words->place, **log);
    if (!recorded) return tl::unexpected<Error>(recorded.error());
  }
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
  app.add_option("--profile", options->profile, "As if this profile had been in force")
      ->type_name(kProfileNames);
  options->place.add_flags(app);
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
