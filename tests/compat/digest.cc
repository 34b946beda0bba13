#include "tests/compat/digest.h"

#include <set>

#include "engine/record/codec.h"
#include "engine/record/digest.h"
#include "engine/reducer.h"
#include "tests/compat/records.h"

namespace pawprint::compat {
namespace {

void add(std::string& sum, const std::string& text) {
  const auto hash = record::sha256(sum + record::hex(record::sha256(text)));
  sum = record::hex(hash);
}

std::string text_of(const std::vector<record::Seq>& seqs) {
  std::string out;
  for (const record::Seq seq : seqs) out += std::to_string(seq) + ' ';
  return out;
}

}  // namespace

Result<std::string> record_digest(store::Reader& log) {
  std::string sum;
  std::set<record::ObjectKey> objects;
  std::vector<record::Seq> without_body;
  const record::Seq last = log.head().seq;
  auto scanned = log.scan_headers(1, last, [&](const record::Record& header, bool has_body) {
    add(sum, record::encode_header(header));
    if (!header.object.name.empty()) objects.insert(header.object);
    if (!has_body) without_body.push_back(header.seq);
    return true;
  });
  if (!scanned) return tl::unexpected<Error>(scanned.error());
  for (record::Seq seq = 1; seq <= last; ++seq) {
    const auto record = log.get(seq);
    if (!record && record.error().code == ErrorCode::kCoverage) continue;
    if (!record) return tl::unexpected<Error>(record.error());
    add(sum, record->body);
    const auto at = log.seq_at(record->time_ns);
    if (!at) return tl::unexpected<Error>(at.error());
    add(sum, std::to_string(*at));
  }
  add(sum, text_of(without_body));
  for (const record::ObjectKey& key : objects) {
    const auto history = log.history(key, last);
    if (!history) return tl::unexpected<Error>(history.error());
    add(sum, text_of(*history));
  }
  for (std::uint8_t number = 1; number <= 16; ++number) {
    const auto seqs = log.of_kind(static_cast<record::Kind>(number));
    if (!seqs) return tl::unexpected<Error>(seqs.error());
    add(sum, text_of(*seqs));
  }
  const auto cursors = log.cursors();
  if (!cursors) return tl::unexpected<Error>(cursors.error());
  for (const store::Cursor& cursor : *cursors) {
    add(sum, cursor.zone + ' ' + cursor.group + ' ' + cursor.kind + ' ' + cursor.resource_version);
  }
  return sum;
}

Result<std::string> output_digest(store::Reader& log) {
  std::vector<record::Record> written;
  for (int number = 0; number < kGroups; ++number) {
    for (record::Record& each : group_of(number)) written.push_back(std::move(each));
    if (number == kGroups / 3) written.emplace_back();  // The snapshot.
  }
  Reducer reducer;
  for (record::Seq seq = 1; seq <= log.head().seq; ++seq) {
    auto record = log.get(seq);
    if (!record && record.error().code != ErrorCode::kCoverage) {
      return tl::unexpected<Error>(record.error());
    }
    record::Record instead = written.at(seq - 1);
    instead.seq = seq;
    reducer.fold(record ? *record : instead);
  }
  return reducer.output_digest();
}

}  // namespace pawprint::compat
