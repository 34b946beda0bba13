// `pawprint fsck` and `pawprint copy`: a store as files.
#include "replay/answer.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/source.h"

namespace pawprint::cli {
namespace {

std::string fsck_table(const Json& answer) {
  if (answer["problems"].empty()) {
    return compact(answer["records"]) + " records, head @" + compact(answer["head"]["seq"]) +
           ", no problems\n";
  }
  Table table({"SEQ", "WHAT", "DETAIL"});
  for (const Json& each : answer["problems"]) {
    table.add({compact(each["seq"]), shown(each["what"]), shown(each["detail"])});
  }
  return table.str();
}

std::string summary(const std::vector<store::Problem>& problems) {
  const store::Problem& first = problems.front();
  std::string out = first.seq == 0 ? "" : "seq " + std::to_string(first.seq) + ": ";
  out += first.detail;
  if (problems.size() == 1) return out;
  return out + ", and " + std::to_string(problems.size() - 1) + " more";
}

struct FsckOptions {
  Source source;
  std::string checkpoint, key;
};

/// The head that was kept elsewhere; kDenied when it has not the signature that it should have.
Result<store::TreeHead> kept_head(const FsckOptions& options) {
  auto note = store::read_note(options.checkpoint);
  if (!note) return tl::unexpected<Error>(note.error());
  if (!options.key.empty()) {
    auto is_signed = store::check_signature(*note, options.key);
    if (!is_signed && is_signed.error().code == ErrorCode::kDenied) {
      return fail(ErrorCode::kInvalid, options.checkpoint + ": " + is_signed.error().message);
    }
    if (!is_signed) return tl::unexpected<Error>(is_signed.error());
  }
  auto head = store::parse_checkpoint(*note);
  if (!head) return fail(ErrorCode::kInvalid, options.checkpoint + ": " + head.error().message);
  return head;
}

/// Compares the log with a head that was kept elsewhere.
void hold_to(const store::TreeHead& head, const std::string& directory,
             std::vector<store::Problem>& problems) {
  auto log = store::Reader::open(directory);
  auto found = log ? store::compare(**log, head)
                   : std::vector<store::Problem>{{0, "checkpoint", log.error().message}};
  problems.insert(problems.end(), found.begin(), found.end());
}

Result<Answer> fsck(const FsckOptions& options, const Common& common) {
  const auto directory = options.source.directory();
  if (!directory) return tl::unexpected<Error>(directory.error());
  if (options.checkpoint.empty() && !options.key.empty()) {
    return fail(ErrorCode::kInvalid, "--key goes with --checkpoint FILE");
  }
  const auto kept = options.checkpoint.empty() ? Result<store::TreeHead>{} : kept_head(options);
  if (!kept) return tl::unexpected<Error>(kept.error());
  auto report = store::fsck(*directory);
  if (!report) return tl::unexpected<Error>(report.error());
  if (!options.checkpoint.empty()) hold_to(*kept, *directory, report->problems);
  Json answer = replay::answer("Fsck", report->head.seq, report->head.time_ns);
  answer["records"] = report->records;
  answer["head"] = {{"seq", report->head.seq}, {"hash", record::hex(report->head.hash)}};
  answer["problems"] = Json::array();
  for (const store::Problem& each : report->problems) {
    answer["problems"].push_back({{"seq", each.seq}, {"what", each.what}, {"detail", each.detail}});
  }
  if (!report->problems.empty()) {
    answer["coverage"] = "partial";
    complain("store " + *directory + " is damaged: " + summary(report->problems));
  }
  return Answer{
      print({answer, "problems", [&](bool) { return fsck_table(answer); }, {}}, common.format),
      report->problems.empty() ? kOk : kDamaged};
}

Result<Answer> copy(const Source& source, const std::string& to, const Common& common) {
  if (to.empty()) return fail(ErrorCode::kInvalid, "`pawprint copy` needs --to DIR");
  const auto directory = source.directory();
  if (!directory) return tl::unexpected<Error>(directory.error());
  const auto head = store::copy(*directory, to);
  if (!head) return tl::unexpected<Error>(head.error());
  Json answer = replay::answer("Copy", head->seq, head->time_ns);
  answer["to"] = to;
  answer["head"] = {{"seq", head->seq}, {"hash", record::hex(head->hash)}};
  const auto table = [&](bool) {
    return "copied up to @" + std::to_string(head->seq) + " to " + one_line(to) + '\n';
  };
  return Answer{print({answer, nullptr, table, {}}, common.format), kOk};
}

struct CopyOptions {
  Source source;
  std::string to;
};

}  // namespace

void add_fsck(CommandLine& line) {
  auto options = std::make_shared<FsckOptions>();
  CLI::App& app = line.add("fsck", "Check chain, anchor and indexes of a store",
                           "pawprint fsck --store ./store",
                           [options](const Common& common) { return fsck(*options, common); });
  app.add_option("--checkpoint", options->checkpoint,
                 "A checkpoint kept elsewhere that the log must begin with");
  app.add_option("--key", options->key, "Ed25519 public key (PEM) that must have signed it");
  options->source.add_flags(app);
}

void add_copy(CommandLine& line) {
  auto options = std::make_shared<CopyOptions>();
  CLI::App& app = line.add(
      "copy", "A consistent copy of a store, also of a running daemon's",
      "pawprint copy --store /var/lib/pawprint --to ./copy",
      [options](const Common& common) { return copy(options->source, options->to, common); });
  app.add_option("--to", options->to, "A directory that is empty or does not exist");
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
