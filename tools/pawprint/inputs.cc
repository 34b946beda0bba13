#include "tools/pawprint/inputs.h"

#include "engine/model/kinds.h"
#include "tools/pawprint/crd_check.h"
#include "tools/pawprint/observation.h"

namespace pawprint::cli {
namespace {

/// `found`: what is wrong with it; it replaces what was found of an earlier one.
void add_input(Inputs& inputs, record::Record record, std::vector<Diagnostic> found) {
  const record::ObjectKey key = record.object;
  const bool used = model::kind_of(key.group, key.kind) != model::Kind::kNone;
  Inputs::Records& records = used ? inputs.records : inputs.others;
  if (records.contains(key)) {
    inputs.remarks.insert(
        {key, "warning", "input/duplicate", "given more than once; the last one counts"});
  }
  records[key] = std::move(record);
  inputs.faults[key] = std::move(found);
}

}  // namespace

Result<Inputs> read_inputs(const std::vector<manifests::Document>& documents,
                           const std::string& now, const std::string& zone) {
  const auto schemas = CrdCheck::load();
  if (!schemas) return tl::unexpected<Error>(schemas.error());
  Inputs inputs;
  for (const manifests::Document& document : documents) {
    auto record = observed(with_creation_time(document.json, now), record::Event::kAdded, zone, {});
    if (!record) {
      return fail(record.error().code, document.origin.str() + ": " + record.error().message);
    }
    std::vector<Diagnostic> found = schemas->check(record->object, document.json);
    add_input(inputs, std::move(*record), std::move(found));
  }
  return inputs;
}

void fold(Reducer& reducer, const record::Config& config, Inputs& inputs, std::int64_t time_ns) {
  record::Record settings;
  settings.seq = 1;
  settings.kind = record::Kind::kConfig;
  settings.time_ns = time_ns;
  settings.body = record::encode(config);
  reducer.fold(settings);
  record::Seq seq = 1;
  for (auto& [key, record] : inputs.records) {
    record.seq = ++seq;
    record.time_ns = time_ns;
    reducer.fold(record);
  }
}

}  // namespace pawprint::cli
