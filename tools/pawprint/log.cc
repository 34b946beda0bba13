// `pawprint log`: the records of a range.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "replay/kind_names.h"
#include "replay/log_entries.h"
#include "replay/nearest.h"
#include "replay/ref.h"
#include "tools/pawprint/clock.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/fields.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/source.h"
#include "tools/pawprint/target.h"

namespace pawprint::cli {
namespace {

constexpr auto kFollowPause = std::chrono::milliseconds(200);

struct Options {
  Source source;
  Place place;
  std::vector<std::string> words;
  std::string kind, writer, since;
  std::string most;
  bool one_line = false, patches = false, follow = false;
};

/// What the words name, in any order: an object, a range.
struct Words {
  std::string range = "..";
  std::optional<Named> named;
  Place place;
};

Result<Words> read_words(const Options& options, replay::LogRequest& request) {
  Words out;
  out.place = options.place;
  std::vector<std::string> object;
  bool ranged = false;
  for (const std::string& word : options.words) {
    if (!replay::is_range(word)) {
      object.push_back(word);
      continue;
    }
    if (ranged) return fail(ErrorCode::kInvalid, "`pawprint log` takes one range A..B");
    ranged = true;
    out.range = word;
  }
  if (object.empty()) return out;
  auto named = parse_whole(object, out.place, "log");
  if (!named) return tl::unexpected<Error>(named.error());
  out.named = std::move(*named);
  request.object = replay::key_of(out.named->kind, out.place.zone, out.place.ns, out.named->name);
  return out;
}

/// A kind of record ("Decision") or of object ("httproutes").
Result<void> read_kind(const std::string& text, replay::LogRequest& request) {
  if (text.empty()) return {};
  record::Kind kind{};
  if (record::parse_kind(text, kind)) {
    request.kind = kind;
    return {};
  }
  if (const auto object_kind = replay::parse_kind(text)) {
    request.object_kind = *object_kind;
    return {};
  }
  std::vector<std::string_view> known;
  for (int number = 0; number <= UINT8_MAX; ++number) {
    const std::string_view name = record::name(static_cast<record::Kind>(number));
    if (!name.empty()) known.push_back(name);
  }
  for (const replay::KindName& each : replay::kind_names()) known.push_back(each.plural);
  return fail(ErrorCode::kInvalid, "--kind: '" + text + "' is no kind of record or object" +
                                       replay::suggestion(text, known));
}

Result<void> read_since(const std::string& text, replay::LogRequest& request) {
  if (text.empty()) return {};
  if (const auto time = replay::parse_instant(text)) {
    request.since_ns = *time;
    return {};
  }
  const auto ago = replay::parse_duration(text);
  if (!ago) {
    return fail(ErrorCode::kInvalid, "--since: '" + text +
                                         "' is no time like 2026-01-02T03:04:05Z and no duration "
                                         "like 10m or 2d");
  }
  request.since_ns = wall_clock_ns() - *ago;
  return {};
}

Result<void> read_most(const std::string& text, replay::LogRequest& request) {
  if (text.empty()) return {};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, request.most);
  if (error == std::errc{} && stopped == end && request.most > 0) return {};
  return fail(ErrorCode::kInvalid, "--max wants a number above 0, not '" + text + "'");
}

std::string writers(const Json& entry) {
  std::string out;
  for (const Json& each : member_in(entry, "writers"))
    out += (out.empty() ? "" : ",") + shown(each);
  return out;
}

std::string patch(const Json& entry, bool colored) {
  std::string out;
  for (const Json& each : member_in(entry, "fields"))
    out += "    " + change_line(each, colored) + '\n';
  for (const Json& each : member_in(entry, "changes")) {
    out += "    " + shown(each["op"]) + ' ' + shown(each["object"]) + '\n';
    for (const Json& field : each["fields"]) out += "      " + change_line(field, colored) + '\n';
  }
  return out;
}

std::string line_of(const Json& entry, bool brief) {
  std::string out = "@" + compact(entry["seq"]) + ' ';
  if (!brief) out += shown(entry["time"]) + ' ';
  out += shown(entry["kind"]);
  const std::string zone = text_in(entry, "zone");
  if (!zone.empty() && !brief) out += " [" + one_line(zone) + ']';
  const std::string detail = text_in(entry, "detail");
  if (!detail.empty()) out += ' ' + one_line(detail);
  const std::string by = writers(entry);
  return by.empty() || brief ? out : out + " by " + by;
}

std::string lines_of(const std::vector<Json>& entries, const Options& options,
                     const Common& common) {
  std::string out;
  for (const Json& each : entries) {
    if (common.format == Format::kJsonl) out += compact(each) + '\n';
    else out += line_of(each, options.one_line) + '\n' + patch(each, common.colored);
  }
  return out;
}

Result<Answer> follow(const Options& options, replay::LogRequest request, store::Reader& log,
                      const Common& common) {
  const Format format = common.format;
  if (format != Format::kTable && format != Format::kWide && format != Format::kJsonl) {
    return fail(ErrorCode::kInvalid, "-f prints lines: -o table or jsonl");
  }
  while (true) {
    const auto entries = replay::log_entries(log, request);
    if (!entries) return tl::unexpected<Error>(entries.error());
    const std::string text = lines_of(*entries, options, common);
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (!written || std::fflush(stdout) != 0) return Answer{};
    request.from = request.to;
    std::this_thread::sleep_for(kFollowPause);
    if (auto refreshed = log.refresh(); !refreshed) {
      return tl::unexpected<Error>(refreshed.error());
    }
    request.to = log.head().seq;
  }
}

Result<Answer> show_log(const Options& options, const Common& common) {
  replay::LogRequest request;
  const auto words = read_words(options, request);
  if (!words) return tl::unexpected<Error>(words.error());
  auto read = read_kind(options.kind, request)
                  .and_then([&] { return read_since(options.since, request); })
                  .and_then([&] { return read_most(options.most, request); });
  if (!read) return tl::unexpected<Error>(read.error());
  const std::string& range_text = words->range;
  const auto range = replay::parse_range(range_text);
  if (!range) return tl::unexpected<Error>(range.error());
  auto log = options.source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  const auto to = replay::resolve(range->to, **log, wall_clock_ns());
  if (!to) return tl::unexpected<Error>(to.error());
  if (!range_text.starts_with("..")) {
    const auto from = replay::resolve(range->from, **log, wall_clock_ns());
    if (!from) return tl::unexpected<Error>(from.error());
    request.from = from->seq;
  }
  if (request.from > to->seq) {
    return fail(ErrorCode::kInvalid, "the range " + range_text + " goes backwards");
  }
  request.to = to->seq;
  request.writer = options.writer;
  request.patches = options.patches;
  if (options.follow) return follow(options, request, **log, common);

  auto entries = replay::log_entries(**log, request);
  if (!entries) return tl::unexpected<Error>(entries.error());
  if (entries->empty() && words->named) {
    auto recorded = check_recorded(*words->named, words->place, **log);
    if (!recorded) return tl::unexpected<Error>(recorded.error());
  }
  if (entries->empty()) note(common, "No records");
  std::reverse(entries->begin(), entries->end());  // The latest first, as in `git log`.
  Json answer = replay::answer("Log", to->seq, to->time_ns, replay::coverage(**log));
  answer["entries"] = *entries;
  const auto table = [&](bool) { return lines_of(*entries, options, common); };
  const auto names = [&] {
    std::string out;
    for (const Json& each : *entries) out += "@" + compact(each["seq"]) + '\n';
    return out;
  };
  return Answer{print({answer, "entries", table, names}, common.format), kOk};
}

}  // namespace

void add_log(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app = line.add("log", "The records of a range, the latest first",
                           "pawprint log httproute/shop -n demo -p --store ./store",
                           [options](const Common& common) { return show_log(*options, common); });
  app.add_option("OBJECT", options->words, "TYPE/NAME, and A..B for a range");
  app.add_flag("--oneline", options->one_line, "Only seq, kind and what happened");
  app.add_flag("-p,--patch", options->patches, "With the fields that changed");
  app.add_option("--kind", options->kind, "Kind of record (Decision) or of object (httproutes)");
  app.add_option("--writer", options->writer, "Only what this field manager changed");
  app.add_option("--since", options->since, "Not before this time or duration (10m)");
  app.add_option("--max", options->most, "At most this many, the latest");
  app.add_flag("-f,--follow", options->follow, "Go on with what is appended; the oldest first");
  options->place.add_flags(app);
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
