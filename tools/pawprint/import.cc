// `pawprint import`: watch events or objects into a store; the daemon without a cluster.
#include <sys/stat.h>

#include "tools/manifests/manifests.h"
#include "tools/pawprint/clock.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/importer.h"
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

Result<void> import_all(manifests::ObjectReader& objects, Importer& importer, bool stream) {
  while (true) {
    auto item = objects.next();
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

Answer answer_of(const Importer& importer, const store::Head& head, const Common& common) {
  const Importer::Counts& counts = importer.counts();
  Json answer = replay::answer("Import", head.seq, head.time_ns);
  answer["observed"] = counts.observed;
  answer["decisions"] = counts.decisions;
  answer["skipped"] = counts.skipped;
  answer["quarantined"] = counts.quarantined;
  if (counts.quarantined > 0) {
    complain(count_of(counts.quarantined, "event") + " could not be read and " +
             (counts.quarantined == 1 ? "was" : "were") +
             " quarantined; the first: " + importer.first_problem());
  }
  Answer out{{}, counts.quarantined > 0 ? kFinding : kOk};
  switch (common.format) {
    case Format::kJson:
      out.text = indented(answer);
      break;
    case Format::kJsonl:
      out.text = compact(answer) + '\n';
      break;
    case Format::kYaml:
      out.text = yaml(answer);
      break;
    case Format::kTable:
    case Format::kWide:
    case Format::kName:
      note(common, count_of(counts.observed, "event") + " recorded, " +
                       count_of(counts.decisions, "decision") + ", head @" +
                       std::to_string(head.seq));
  }
  return out;
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
  auto writer = store::Writer::open(options.store);
  if (!writer) return tl::unexpected<Error>(writer.error());
  Importer importer(**writer, clock, options.record_only);
  auto done = prepare(importer, options.settings).and_then([&] {
    return import_all(*objects, importer, is_stream(options.file));
  });
  if (!done) return tl::unexpected<Error>(done.error());
  const store::Head head = (*writer)->reader().head();
  if (auto closed = (*writer)->close(); !closed) return tl::unexpected<Error>(closed.error());
  return answer_of(importer, head, common);
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
