// Writes the store that is kept, as this build writes stores, and prints what must be read of it.
// tests/compat/make_store.py calls it; a store that was released is never made again.
//
//   compat_make_store DIR
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/record/bodies.h"
#include "engine/reducer.h"
#include "store/database.h"
#include "store/decoder.h"
#include "store/layout.h"
#include "store/log.h"
#include "tests/compat/digest.h"
#include "tests/compat/records.h"

namespace {

using namespace pawprint;

int refuse(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

Result<void> write_records(store::Writer& writer) {
  writer.set_boot(7);
  for (int number = 0; number < compat::kGroups; ++number) {
    auto group = compat::group_of(number);
    const store::Cursor cursor{"zone-1", "gateway.networking.k8s.io", "HTTPRoute",
                               std::to_string(7000 + 3 * number)};
    auto written = writer.append(group, std::span(&cursor, 1));
    if (!written) return tl::unexpected<Error>(written.error());
    if (number != compat::kGroups / 3) continue;
    record::Record snapshot;
    snapshot.kind = record::Kind::kSnapshot;
    record::Snapshot body;
    body.content = record::hex(record::sha256(compat::snapshot_of()));
    snapshot.body = record::encode(body);
    written = writer.append_snapshot(snapshot, compat::snapshot_of());
    if (!written) return tl::unexpected<Error>(written.error());
  }
  return {};
}

/// As retention leaves a record whose body is gone: nothing builds on it.
Result<record::Seq> thin_one(const std::filesystem::path& directory) {
  auto database = store::Database::open(directory, store::Access::kWrite);
  if (!database) return tl::unexpected<Error>(database.error());
  store::Decoder decoder(0);
  const auto entry = (*database)->iterate(store::Family::kRecords);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    const auto key = entry->key().ToStringView();
    auto value = store::parse_value(key, entry->value().ToStringView());
    if (!value || value->number + 1 != store::kCycle) continue;
    auto raw = decoder.read(**database, store::from_big64(key));
    if (!raw) return tl::unexpected<Error>(raw.error());
    rocksdb::WriteBatch batch;
    const auto put = batch.Put((*database)->family(store::Family::kRecords), entry->key(),
                               store::thinned_value(**raw));
    PAWPRINT_CHECK(put.ok());
    auto written = (*database)->write_synced(batch).and_then([&] { return (*database)->flush(); });
    if (!written) return tl::unexpected<Error>(written.error());
    return store::from_big64(key);
  }
  return fail(ErrorCode::kInternal, "no cycle came to its end");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto writer = store::Writer::open(argv[1]);
  if (!writer) return refuse(writer.error());
  auto written = write_records(**writer);
  if (!written) return refuse(written.error());
  // Before a body goes: afterwards the log cannot be folded.
  const auto outputs = compat::output_digest((*writer)->reader());
  if (!outputs) return refuse(outputs.error());
  auto closed = (*writer)->close();
  if (!closed) return refuse(closed.error());
  const auto thinned = thin_one(argv[1]);
  if (!thinned) return refuse(thinned.error());
  auto reader = store::Reader::open(argv[1]);
  if (!reader) return refuse(reader.error());
  const auto records = compat::record_digest(**reader);
  if (!records) return refuse(records.error());
  const store::Head head = (*reader)->head();
  const auto tree = (*reader)->tree_head(head.seq);
  if (!tree) return refuse(tree.error());
  const nlohmann::json out{{"thinned", *thinned},
                           {"records", *records},
                           {"reducer", kReducerVersion},
                           {"outputs", *outputs},
                           {"origin", tree->origin},
                           {"size", tree->size},
                           {"root", record::hex(tree->root)},
                           {"chain", record::hex(tree->chain)}};
  std::printf("%s\n", out.dump(2).c_str());
  return 0;
}
