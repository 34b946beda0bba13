#include "replay/ref.h"

#include <algorithm>
#include <charconv>

#include "engine/model/status.h"
#include "engine/record/bodies.h"

namespace pawprint::replay {
namespace {

tl::unexpected<Error> bad_ref(std::string_view text) {
  return fail(ErrorCode::kInvalid, "'" + std::string(text) +
                                       "' is no moment; it is written @SEQ, HEAD, HEAD~N, @{10m}, "
                                       "@{2026-01-02T03:04:05Z}, pin:NAME or boot:-N");
}

bool number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

Result<Ref> parse_braces(std::string_view text, std::string_view inner) {
  Ref ref;
  if (auto time = parse_instant(inner)) {
    ref.kind = Ref::Kind::kTime;
    ref.time_ns = *time;
    return ref;
  }
  auto ago = parse_duration(inner);
  if (!ago) return bad_ref(text);
  ref.kind = Ref::Kind::kAgo;
  ref.time_ns = *ago;
  return ref;
}

tl::unexpected<Error> outside(store::Reader& log, const std::string& what) {
  if (log.head().seq == 0) return fail(ErrorCode::kCoverage, what + "; the log is empty");
  return fail(ErrorCode::kCoverage, what + "; the log has @" + std::to_string(log.oldest()) +
                                        " to @" + std::to_string(log.head().seq));
}

Result<Moment> decisions_back(std::uint64_t back, store::Reader& log) {
  if (back == 0) return moment_of(log.head().seq, log);
  const auto decisions = log.of_kind(record::Kind::kDecision);
  if (!decisions) return tl::unexpected<Error>(decisions.error());
  if (back >= decisions->size()) {
    return outside(log, "HEAD~" + std::to_string(back) +
                            " is before the first decision (there are " +
                            std::to_string(decisions->size()) + ")");
  }
  return moment_of((*decisions)[decisions->size() - 1 - back], log);
}

Result<Moment> starts_back(std::uint64_t back, store::Reader& log) {
  const auto boots = log.of_kind(record::Kind::kBoot);
  if (!boots) return tl::unexpected<Error>(boots.error());
  if (back >= boots->size()) {
    const std::string name = back == 0 ? "boot:0" : "boot:-" + std::to_string(back);
    return outside(log, name + " is before the first start of the daemon (there are " +
                            std::to_string(boots->size()) + ")");
  }
  return moment_of((*boots)[boots->size() - 1 - back], log);
}

Result<Moment> at_time(std::int64_t time_ns, store::Reader& log, std::int64_t now_ns) {
  const store::Head head = log.head();
  if (time_ns > std::max(now_ns, head.time_ns)) {
    return outside(log, model::rfc3339(time_ns) + " is in the future");
  }
  if (time_ns >= head.time_ns) return moment_of(head.seq, log);
  const auto seq = log.seq_at(time_ns);
  if (!seq) return tl::unexpected<Error>(seq.error());
  if (*seq == 0 || *seq < log.oldest()) {
    return outside(log, model::rfc3339(time_ns) + " is before the first record");
  }
  return moment_of(*seq, log);
}

Result<Moment> pinned(const std::string& name, store::Reader& log) {
  const auto commands = log.of_kind(record::Kind::kOperator);
  if (!commands) return tl::unexpected<Error>(commands.error());
  for (auto seq = commands->rbegin(); seq != commands->rend(); ++seq) {
    const auto record = log.get(*seq);
    if (!record) return tl::unexpected<Error>(record.error());
    const auto command = record::decode_operator(record->body);
    std::uint64_t target = 0;
    if (!command || command->what != "pin" || command->text != name) continue;
    if (command->object.starts_with('@') && number(command->object.substr(1), target)) {
      return moment_of(target, log);
    }
  }
  return fail(ErrorCode::kNotFound, "there is no pin named " + name);
}

}  // namespace

Result<Ref> parse_ref(std::string_view text) {
  Ref ref;
  if (text == "HEAD") return ref;
  if (text.starts_with("HEAD~")) {
    ref.number = 1;
    if (text.size() > 5 && !number(text.substr(5), ref.number)) return bad_ref(text);
    return ref;
  }
  if (text.starts_with("@{") && text.ends_with('}')) {
    return parse_braces(text, text.substr(2, text.size() - 3));
  }
  if (text.starts_with('@')) {
    ref.kind = Ref::Kind::kSeq;
    if (!number(text.substr(1), ref.number)) return bad_ref(text);
    return ref;
  }
  if (text.starts_with("pin:") && text.size() > 4) {
    ref.kind = Ref::Kind::kPin;
    ref.name = text.substr(4);
    return ref;
  }
  if (text == "boot:0" || text.starts_with("boot:-")) {
    ref.kind = Ref::Kind::kBoot;
    if (text != "boot:0" && !number(text.substr(6), ref.number)) return bad_ref(text);
    return ref;
  }
  return bad_ref(text);
}

bool is_range(std::string_view text) { return text.find("..") != std::string_view::npos; }

Result<Range> parse_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return bad_ref(text);
  Range range;
  // The state before anything happened is a moment too: a range without beginning starts there.
  range.from.kind = Ref::Kind::kSeq;
  if (dots > 0) {
    auto from = parse_ref(text.substr(0, dots));
    if (!from) return tl::unexpected<Error>(from.error());
    range.from = *from;
  }
  if (dots + 2 < text.size()) {
    auto to = parse_ref(text.substr(dots + 2));
    if (!to) return tl::unexpected<Error>(to.error());
    range.to = *to;
  }
  return range;
}

Result<Moment> moment_of(record::Seq seq, store::Reader& log) {
  // Before the first record there is nothing, and that is known as long as the first one is kept.
  if (seq == 0 && log.oldest() <= 1) return Moment{};
  if (seq > log.head().seq) return outside(log, "@" + std::to_string(seq) + " is after the head");
  if (seq < log.oldest()) return outside(log, "@" + std::to_string(seq) + " is no longer kept");
  const auto record = log.get(seq);
  if (!record) return tl::unexpected<Error>(record.error());
  return Moment{seq, record->time_ns};
}

Result<Moment> resolve(const Ref& ref, store::Reader& log, std::int64_t now_ns) {
  switch (ref.kind) {
    case Ref::Kind::kSeq:
      return moment_of(ref.number, log);
    case Ref::Kind::kHead:
      return decisions_back(ref.number, log);
    case Ref::Kind::kAgo:
      return at_time(now_ns - ref.time_ns, log, now_ns);
    case Ref::Kind::kTime:
      return at_time(ref.time_ns, log, now_ns);
    case Ref::Kind::kPin:
      return pinned(ref.name, log);
    case Ref::Kind::kBoot:
      return starts_back(ref.number, log);
  }
  return fail(ErrorCode::kInternal, "a moment of no kind");
}

}  // namespace pawprint::replay
