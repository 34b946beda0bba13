// `pawprint import`: watch events or objects into a store; the daemon without a cluster.
#include <sys/stat.h>

#include <optional>
#include <utility>

#include "tools/manifests/manifests.h"
#include "tools/pawprint/clock.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/importer.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/settings.h"

namespace pawprint::cli {
namespace {

struct Options {
  std::string file, store, now;
  bool record_only = false;
  Settings settings;
};

/// Events of a pipe are acknowledged one by one, for nobody knows when the next one comes.
bool is_stream(const std::string& file) {
  struct stat about = {};
  return file == "-" || (::stat(file.c_str(), &about) == 0 && !S_ISREG(about.st_mode));
}

Result<void> prepare(Importer& importer, Settings settings) {
  if (auto started = importer.start(); !started) return started;
  if (importer.settings() != nullptr) settings.keep(*importer.settings());
  const auto config = settings.config("import");
  if (!config) return tl::unexpected<Error>(config.error());
  return importer.configure(*config);
}

/// What is to be imported; the first item may have been read before there was a store.
struct Input {
  manifests::ObjectReader objects;
  std::optional<manifests::Item> first;

  Result<std::optional<manifests::Item>> next() {
    if (first) return std::exchange(first, std::nullopt);
    return objects.next();
  }
};

Result<void> import_all(Input& input, Importer& importer, bool stream) {
  while (true) {
    auto item = input.next();
    if (!item) return tl::unexpected<Error>(item.error());
    if (!*item) break;
    if (auto taken = importer.take(**item); !taken) return taken;
    if (!stream) continue;
    if (auto flushed = importer.flush(); !flushed) return flushed;
  }
  return importer.flush();
}

std::string count_of(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

Answer answer_of(const Importer::Counts& counts, const store::Head& head, const Common& common) {
  Json answer = replay::answer("Import", head.seq, head.time_ns);
  answer["observed"] = counts.observed;
  answer["decisions"] = counts.decisions;
  answer["skipped"] = counts.skipped;
  answer["quarantined"] = counts.quarantined;
  const Printed what{answer, nullptr, [](bool) { return std::string(); }, {}};
  return {print(what, common.format), counts.quarantined > 0 ? kFinding : kOk};
}

/// What a person wants to know; on stderr.
void report(const Importer& importer, const store::Head& head, const Common& common) {
  const Importer::Counts& counts = importer.counts();
  if (counts.quarantined > 0) {
    complain(count_of(counts.quarantined, "event") + " could not be read and " +
             (counts.quarantined == 1 ? "was" : "were") +
             " quarantined; the first: " + importer.first_problem());
  }
  if (common.format != Format::kTable && common.format != Format::kWide &&
      common.format != Format::kName) {
    return;
  }
  note(common, count_of(counts.observed, "event") + " recorded, " +
                   count_of(counts.decisions, "decision") + ", head @" + std::to_string(head.seq));
}

/// The failure, and how far the import came: what was taken before is kept if the store takes it.
Error interrupted(Importer& importer, store::Writer& writer, Error error) {
  const bool flushed = importer.flush().has_value();
  const record::Seq head = writer.reader().head().seq;
  if (flushed) static_cast<void>(writer.close());  // The first failure is the one to report.
  if (importer.counts().observed == 0) return error;
  const std::string before = count_of(importer.counts().observed, "event") + " before it ";
  error.message +=
      flushed ? "; " + before + "recorded, head @" + std::to_string(head)
              : "; some of " + before + "may not be recorded, head @" + std::to_string(head);
  return error;
}

Result<Answer> import_into(Input& input, const Options& options, Importer::Clock clock,
                           const Common& common) {
  auto writer = store::Writer::open(options.store);
  if (!writer) return tl::unexpected<Error>(writer.error());
  Importer importer(**writer, std::move(clock), options.record_only);
  auto done = prepare(importer, options.settings).and_then([&] {
    return import_all(input, importer, is_stream(options.file));
  });
  if (!done) return tl::unexpected<Error>(interrupted(importer, **writer, done.error()));
  const store::Head head = (*writer)->reader().head();
  if (auto closed = (*writer)->close(); !closed) return tl::unexpected<Error>(closed.error());
  report(importer, head, common);
  return answer_of(importer.counts(), head, common);
}

Result<Answer> import(const Options& options, const Common& common) {
  if (options.file.empty()) {
    return fail(ErrorCode::kInvalid, "`pawprint import` needs a FILE, or - for standard input");
  }
  if (options.store.empty())
    return fail(ErrorCode::kInvalid, "`pawprint import` needs --store DIR");
  if (auto checked = options.settings.config("import"); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  Importer::Clock clock = wall_clock_ns;
  if (!options.now.empty()) {
    const auto now = parse_time("--now", options.now);
    if (!now) return tl::unexpected<Error>(now.error());
    clock = [time = *now] { return time; };
  }
  auto objects = manifests::open_objects(options.file);
  if (!objects) return tl::unexpected<Error>(objects.error());
  Input input{std::move(*objects), std::nullopt};
  if (store::holds_store(options.store)) return import_into(input, options, clock, common);
  auto first = input.objects.next();
  if (!first) return tl::unexpected<Error>(first.error());
  if (!*first) {
    note(common, "nothing to import; no store was made");
    return answer_of({}, {}, common);
  }
  input.first = std::move(*first);
  return import_into(input, options, clock, common);
}

}  // namespace

void add_import(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App& app =
      line.add("import", "Watch events or objects into a store",
               "kubectl get -w --output-watch-events --show-managed-fields -o json httproutes -A | "
               "pawprint import - --store ./store",
               [options](const Common& common) { return import(*options, common); });
  app.add_option("FILE", options->file,
                 "Watch events, objects or Lists, JSON or YAML; - for stdin");
  app.add_option("--store", options->store, "Directory of the store; made when missing")
      ->envname("PAWPRINT_STORE");
  app.add_option("--now", options->now, "Time of the records instead of the wall clock");
  app.add_flag("--record-only", options->record_only, "Record the events, decide nothing");
  options->settings.add_flags(app);
}

}  // namespace pawprint::cli
