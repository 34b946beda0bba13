// `pawprint checkpoint` and `pawprint prove`: what others can hold a log to.
#include "replay/answer.h"
#include "replay/ref.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "tools/pawprint/clock.h"
#include "tools/pawprint/commands.h"
#include "tools/pawprint/exit_code.h"
#include "tools/pawprint/print.h"
#include "tools/pawprint/source.h"

namespace pawprint::cli {
namespace {

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

Json hashes(const std::vector<record::Hash>& path) {
  Json out = Json::array();
  for (const record::Hash& each : path) out.push_back(record::hex(each));
  return out;
}

void describe(const store::TreeHead& head, Json& answer) {
  answer["origin"] = head.origin;
  answer["size"] = head.size;
  answer["root"] = record::hex(head.root);
  answer["chain"] = record::hex(head.chain);
}

struct CheckpointOptions {
  Source source;
  std::string key;
};

Result<Answer> checkpoint(const CheckpointOptions& options, const Common& common) {
  auto log = options.source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  const store::Head head = (*log)->head();
  const auto tree = (*log)->tree_head(head.seq);
  if (!tree) return tl::unexpected<Error>(tree.error());
  auto note = options.key.empty() ? Result<std::string>(store::checkpoint_text(*tree))
                                  : store::signed_checkpoint(*tree, options.key);
  if (!note) return tl::unexpected<Error>(note.error());
  Json answer = replay::answer("Checkpoint", head.seq, head.time_ns);
  describe(*tree, answer);
  answer["note"] = *note;
  return Answer{print({answer, nullptr, [&](bool) { return *note; }, {}}, common.format), kOk};
}

struct ProveOptions {
  Source source;
  std::string ref;
  record::Seq from = 0, size = 0;
};

Result<void> prove_growth(store::Reader& log, record::Seq from, record::Seq size, Json& answer) {
  const auto before = log.tree_head(from);
  if (!before) return tl::unexpected<Error>(before.error());
  const auto path = log.prove_growth(from, size);
  if (!path) return tl::unexpected<Error>(path.error());
  answer["growth"] = {{"from", from}, {"root", record::hex(before->root)}, {"path", hashes(*path)}};
  return {};
}

std::string proof_table(const Json& answer) {
  std::string out = "@" + compact(answer["seq"]) + " is record " + compact(answer["seq"]) + " of " +
                    compact(answer["size"]) + " of " + shown(answer["origin"]) + ", root " +
                    shown(answer["root"]) + ": " + std::to_string(answer["path"].size()) +
                    " hashes\n";
  if (!answer.contains("growth")) return out;
  return out + "the log of " + compact(answer["growth"]["from"]) + " records, root " +
         shown(answer["growth"]["root"]) +
         ", is its beginning: " + std::to_string(answer["growth"]["path"].size()) + " hashes\n";
}

Result<Answer> prove(const ProveOptions& options, const Common& common) {
  if (options.ref.empty())
    return fail(ErrorCode::kInvalid, "`pawprint prove` needs a record: @SEQ");
  const auto ref = replay::parse_ref(options.ref);
  if (!ref) return tl::unexpected<Error>(ref.error());
  auto log = options.source.open();
  if (!log) return tl::unexpected<Error>(log.error());
  const auto moment = replay::resolve(*ref, **log, wall_clock_ns());
  if (!moment) return tl::unexpected<Error>(moment.error());
  const record::Seq size = options.size == 0 ? (*log)->head().seq : options.size;
  const auto tree = (*log)->tree_head(size);
  if (!tree) return tl::unexpected<Error>(tree.error());
  const auto proof = (*log)->prove(moment->seq, size);
  if (!proof) return tl::unexpected<Error>(proof.error());
  Json answer = replay::answer("Proof", moment->seq, moment->time_ns);
  describe(*tree, answer);
  answer["seq"] = proof->seq;
  answer["header"] = hex_of(proof->header);
  answer["bodyDigest"] = record::hex(proof->body_hash);
  answer["path"] = hashes(proof->path);
  if (options.from > 0) {
    auto grown = prove_growth(**log, options.from, size, answer);
    if (!grown) return tl::unexpected<Error>(grown.error());
  }
  return Answer{
      print({answer, nullptr, [&](bool) { return proof_table(answer); }, {}}, common.format), kOk};
}

}  // namespace

void add_checkpoint(CommandLine& line) {
  auto options = std::make_shared<CheckpointOptions>();
  CLI::App& app =
      line.add("checkpoint", "The end of the log as a text to keep elsewhere, signed with --key",
               "pawprint checkpoint --key sign.pem --store ./store > head.txt",
               [options](const Common& common) { return checkpoint(*options, common); });
  app.add_option("--key", options->key,
                 "Ed25519 private key, PEM: openssl genpkey -algorithm ed25519");
  options->source.add_flags(app);
}

void add_prove(CommandLine& line) {
  auto options = std::make_shared<ProveOptions>();
  CLI::App& app = line.add("prove", "That a record is in the log, for tools/verify_proof.py",
                           "pawprint prove @120 --from 80 -o json --store ./store",
                           [options](const Common& common) { return prove(*options, common); });
  app.add_option("REF", options->ref, "@SEQ, HEAD~N, @{10m}, ...");
  app.add_option("--size", options->size, "In the log of the first SIZE records; default all");
  app.add_option("--from", options->from, "Also that the first FROM records are its beginning");
  options->source.add_flags(app);
}

}  // namespace pawprint::cli
